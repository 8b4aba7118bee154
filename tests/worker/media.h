/* media.h - inputs for tests of the worker, made while they run; and a look at what came out. Everything lives in the arena. */
#ifndef TESTS_WORKER_MEDIA_H
#define TESTS_WORKER_MEDIA_H

#include <vips/vips.h>

#include "worker/worker.h"

struct s {
	struct worker_pool *pool; /* of two real workers */
	struct arena a;
};
/* Once, before the tests of a program: its name. False: libvips does not work here. */
bool media_begin(const char *program);
int media_setup(void **state);
int media_teardown(void **state);

/* Four quarters, clockwise from the upper left: red, green, white, blue. */
enum { MEDIA_RED, MEDIA_GREEN, MEDIA_WHITE, MEDIA_BLUE };

/* suffix: of libvips, with options: ".jpg[Q=90]". orientation: EXIF's, 0: none. */
struct slice media_picture(struct arena *a, const char *suffix, int w, int h, int orientation);
/* A GIF or WebP of `frames` such pictures, each turned further. */
struct slice media_animation(struct arena *a, const char *suffix, int w, int h, int frames);
/* A memory file with these bytes. */
int media_fd(struct slice bytes);
/* Decodes; checks that the quarters stand as they were. */
void media_check_quarters(struct slice encoded, int w, int h);
/* Fails if they are further from each other than this. */
void media_about(double got, double want, double by);

#endif
