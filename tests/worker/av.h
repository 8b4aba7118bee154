/* av.h - videos and sounds for tests of the worker, made while they run. */
#ifndef TESTS_WORKER_AV_H
#define TESTS_WORKER_AV_H

#include "base/arena.h"

struct av_kind {
	const char *format;        /* of libavformat: mp4, mov, webm, ogg, mp3, ... */
	const char *video, *sound; /* encoders; NULL: none */
	int w, h, fps;
	double seconds;
	int turn;                      /* clockwise, to see it upright */
	bool index_first, alpha;       /* mp4: moov before mdat; webm: a VP9 with alpha */
	const char *title, *performer; /* NULL: none */
	struct slice cover;            /* a JPEG; absent: none */
};

/*
 * Pictures are the four quarters of media.h, as they are stored. Sound is silent in its first half and loud in its second.
 */
struct slice av_make(struct arena *a, const struct av_kind *k);

#endif
