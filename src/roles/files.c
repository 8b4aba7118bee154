/* files.c - see files.h. */
#include "roles/files.h"

#include <sys/resource.h>

enum { FILES_MAX = 262144 };

void raise_files(void)
{
	struct rlimit rl;

	if (getrlimit(RLIMIT_NOFILE, &rl) != 0)
		return;
	rl.rlim_cur = rl.rlim_max > FILES_MAX ? FILES_MAX : rl.rlim_max;
	setrlimit(RLIMIT_NOFILE, &rl);
}
