/* colours.c - the task that makes a picture of one to four colours that run into each other. */
#include "base/err.h"
#include "base/rd.h"
#include "worker/child/picture.h"
#include "worker/child/task.h"

/* One channel at a place: the colours stand in the corners, in the order of reading; the last one fills what is left. */
static uint8_t mix(const uint32_t *v, uint32_t n, int shift, int x, int y)
{
	enum { LAST = PROFILE_SIDE - 1 };
	int corner[WORKER_COLOURS_MAX];

	for (uint32_t i = 0; i < WORKER_COLOURS_MAX; i++)
		corner[i] = v[n == 2 ? i / 2 : i < n ? i : n - 1] >> shift & 255;
	return (uint8_t)(((corner[0] * (LAST - x) + corner[1] * x) * (LAST - y) +
	                  (corner[2] * (LAST - x) + corner[3] * x) * y) /
	                 (LAST * LAST));
}

int task_colours(int fd, struct arena *a, struct worker_image *ret)
{
	uint8_t *rows = arena_alloc(a, 3 * PROFILE_SIDE * PROFILE_SIDE), *at = rows;
	uint32_t colours[WORKER_COLOURS_MAX], n;
	struct slice file;
	VipsImage *im;
	struct rd in;
	int r = task_map(fd, &file);

	if (r < 0)
		return r;
	n = file.n / 4;
	if (file.n % 4 || n > WORKER_COLOURS_MAX)
		return -ERR_INVALID;
	in = rd_of(file.p, file.n);
	for (uint32_t i = 0; i < n; i++)
		colours[i] = rd_u32(&in);
	for (int y = 0; y < PROFILE_SIDE; y++)
		for (int x = 0; x < PROFILE_SIDE; x++)
			for (int shift = 16; shift >= 0; shift -= 8)
				*at++ = mix(colours, n, shift, x, y);
	if ((r = picture_from_rows(rows, PROFILE_SIDE, PROFILE_SIDE, 3, 3 * PROFILE_SIDE, &im)) < 0)
		return r;
	ret->w = ret->h = PROFILE_SIDE;
	strcpy(ret->mime, "image/jpeg");
	return picture_squares(im, a, ret);
}
