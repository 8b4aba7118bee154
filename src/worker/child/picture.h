/*
 * picture.h - pictures in memory on their way to clients: fitted into boxes, encoded, without a word about where they come
 * from. Images belong to libvips; nothing is freed before the end of the task's process.
 */
#ifndef WORKER_CHILD_PICTURE_H
#define WORKER_CHILD_PICTURE_H

#include <vips/vips.h>

#include "base/arena.h"
#include "worker/worker.h"

enum { PROFILE_SIDE = 640 }; /* of the largest square */

/* What a file says of itself. -ERR_UNSUPPORTED, -ERR_INVALID, -ERR_TOO_BIG (sides, pixels). Nothing is decoded yet. */
struct picture_facts {
	int w, h; /* upright */
	const char *mime;
	bool animated, alpha;
};
int picture_facts(struct slice file, struct picture_facts *ret);

/*
 * The file's picture (an animation's first) upright in a box, sRGB with 8 bits, decoded to memory. Never larger than it was.
 * square: cut to the middle box x box. alpha: is kept where there is any; else white lies behind it.
 * -ERR_INVALID: it does not decode, or its end is missing.
 */
int picture_load(struct slice file, const struct picture_facts *f, int box, bool square, bool alpha,
                 VipsImage **ret);
/* From rows of RGB or RGBA, `bands` bytes each pixel, `stride` bytes a row; copied. */
int picture_from_rows(const uint8_t *p, int w, int h, int bands, size_t stride, VipsImage **ret);
/* A smaller one; the same where it fits already. */
int picture_fit(VipsImage *in, int box, VipsImage **ret);

/* Encoded into the arena. progressive: with marks. */
int picture_jpeg(VipsImage *in, char type, bool progressive, struct arena *a, struct worker_size *ret);
int picture_webp(VipsImage *in, char type, struct arena *a, struct worker_size *ret);
/* The three squares of a profile and what is stripped, of a square: into ret->size, n_sizes, stripped. */
int picture_squares(VipsImage *in, struct arena *a, struct worker_image *ret);
/* photoStrippedSize bytes, in a box of 40. */
int picture_stripped(VipsImage *in, struct arena *a, struct slice *ret);

#endif
