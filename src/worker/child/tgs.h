/*
 * tgs.h - an animated sticker: gzip of a Lottie animation (JSON). Checked, not drawn. Needs no image library.
 * Thread: any.
 */
#ifndef WORKER_CHILD_TGS_H
#define WORKER_CHILD_TGS_H

#include "base/slice.h"

enum {
	TGS_SIZE_MAX = 64 << 10, /* as it lies in the file */
	TGS_TEXT_MAX = 4 << 20,  /* unpacked: what a bomb may take */
	TGS_SIDE = 512,
};

/* Seconds in *ret_duration. -ERR_INVALID: none that clients play: 512 x 512, 30 or 60 frames a second, 3 seconds at most. */
int tgs_check(struct slice file, double *ret_duration);

#endif
