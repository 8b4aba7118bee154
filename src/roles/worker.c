/* worker.c - `chapar worker`: the program beside ours, which alone links the libraries of images and video. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "roles/role.h"

int role_worker(int argc, char **argv)
{
	static const char name[] = "chapar-worker";
	char path[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - sizeof(name));
	char *slash;

	if (n <= 0)
		return EXIT_FAILED;
	path[n] = 0;
	slash = strrchr(path, '/');
	strcpy(slash ? slash + 1 : path, name);
	execv(path, argv);
	fprintf(stderr, "chapar worker: %s: %s\n", path, strerror(errno));
	return EXIT_FAILED;
}
