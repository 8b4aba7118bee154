/* path.c - the path of a request line, from whatever a client or a proxy put there. */
#include <string.h>

#include "base/err.h"
#include "http/http_private.h"

int http_path_of(const char *uri, char path[HTTP_PATH_MAX])
{
	const char *p = uri;
	size_t n;

	if (*p != '/') { /* absolute, through a caching proxy: HTTP://address:80/api (TDLib) */
		p = strstr(uri, "://");
		p = p ? strchr(p + 3, '/') : NULL;
		if (!p)
			return -ERR_INVALID;
	}
	n = strcspn(p, "?#");
	if (n >= HTTP_PATH_MAX)
		return -ERR_TOO_BIG;
	memcpy(path, p, n);
	path[n] = '\0';
	return 0;
}
