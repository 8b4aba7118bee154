/* worker.c - `chapar worker`: the program beside ours, which alone links the libraries of images and video. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/beside.h"
#include "roles/role.h"

int role_worker(int argc, char **argv)
{
	char path[PATH_MAX];

	if (path_beside("chapar-worker", path) < 0)
		return EXIT_FAILED;
	execv(path, argv);
	fprintf(stderr, "chapar worker: %s: %s\n", path, strerror(errno));
	return EXIT_FAILED;
}
