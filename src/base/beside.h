/* beside.h - files that come with the program: found from where the program itself lies. Thread: any. */
#ifndef BASE_BESIDE_H
#define BASE_BESIDE_H

#include <limits.h>

/* The path of `name` (it may begin with ../) in the folder of our own program. -ERR_NOTFOUND: it cannot be said, or is too long. */
int path_beside(const char *name, char ret_path[PATH_MAX]);

#endif
