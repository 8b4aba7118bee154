/* thumbs.c - bench-thumbs: pictures through the server's pool and chapar-worker, one after another. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "worker/worker.h"

enum { ROUNDS_MAX = 1000 };

static int compare(const void *a, const void *b)
{
	usec_t x = *(const usec_t *)a, y = *(const usec_t *)b;

	return x < y ? -1 : x > y;
}

/* The median of `rounds` tasks, told in milliseconds. */
static int measure(struct worker_pool *p, int fd, enum worker_image_for what, int rounds, const char *name)
{
	usec_t took[ROUNDS_MAX], began;
	struct worker_image m;
	struct arena a;
	int r;

	for (int i = 0; i < rounds; i++) {
		arena_init(&a, 0);
		began = clock_usec();
		r = worker_image(p, fd, what, &a, &m);
		took[i] = clock_usec() - began;
		arena_fini(&a);
		if (r < 0) {
			fprintf(stderr, "bench-thumbs: %s\n", err_name(r));
			return r;
		}
	}
	qsort(took, (size_t)rounds, sizeof(took[0]), compare);
	printf("%s %.2f ms\n", name, (double)took[rounds / 2] / 1000);
	return 0;
}

int main(int argc, char **argv)
{
	int rounds = argc == 4 ? atoi(argv[3]) : 0, fd, r;
	struct worker_config cfg = {.program = argc == 4 ? argv[1] : NULL, .n = 1};
	struct worker_pool *p;

	if (rounds < 1 || rounds > ROUNDS_MAX) {
		fprintf(stderr, "usage: bench-thumbs CHAPAR-WORKER PICTURE ROUNDS\n");
		return 2;
	}
	fd = open(argv[2], O_RDONLY | O_CLOEXEC);
	if (fd < 0 || worker_pool_new(&cfg, &p) < 0) {
		perror("bench-thumbs");
		return 1;
	}
	r = measure(p, fd, WORKER_THUMB, 1, "first"); /* the worker starts */
	if (r == 0)
		r = measure(p, fd, WORKER_THUMB, rounds, "thumb");
	if (r == 0)
		r = measure(p, fd, WORKER_PHOTO, rounds, "photo");
	worker_pool_free(p);
	close(fd);
	return r < 0;
}
