/* beside.c - see beside.h. */
#include "base/beside.h"

#include <string.h>
#include <unistd.h>

#include "base/err.h"

int path_beside(const char *name, char ret_path[PATH_MAX])
{
	ssize_t n = readlink("/proc/self/exe", ret_path, PATH_MAX - 1);
	char *slash;

	if (n <= 0)
		return -ERR_NOTFOUND;
	ret_path[n] = 0;
	slash = strrchr(ret_path, '/');
	slash = slash ? slash + 1 : ret_path;
	if ((size_t)(slash - ret_path) + strlen(name) >= PATH_MAX)
		return -ERR_NOTFOUND;
	strcpy(slash, name);
	return 0;
}
