/*
 * mp4_out.h - an MP4 made frame by frame: H.264 that every client plays, no sound, the index first. Nothing is freed before the end
 * of the task's process.
 */
#ifndef WORKER_CHILD_MP4_OUT_H
#define WORKER_CHILD_MP4_OUT_H

#include "worker/child/av.h"

enum { MP4_TICKS = 1000 /* a second */, MP4_FRAMES_MAX = 6000 };

struct SwsContext;

struct mp4_out {
	AVCodecContext *enc;
	AVFormatContext *out;
	AVStream *track;
	struct SwsContext *scale;
	int from[3]; /* width, height and format that it was made for */
	AVFrame *yuv;
	AVPacket *packet;
	int n;
	int64_t next;                   /* when the coming frame is shown */
	uint16_t lasts[MP4_FRAMES_MAX]; /* how long each one is */
};

/* Of even sides, to `fd`. turn: a matrix of 3 x 3 by which it is shown, as libav has it, or NULL. -ERR_UNSUPPORTED, -ERR_INVALID. */
int mp4_out_open(struct mp4_out *m, int fd, int w, int h, const int32_t *turn);
/* The next frame, of whatever sides and format, for so many ticks. -ERR_INVALID, -ERR_TOO_BIG: too many, or the output is full. */
int mp4_out_frame(struct mp4_out *m, const AVFrame *f, int64_t lasts);
/* What is left, and the index. */
int mp4_out_end(struct mp4_out *m);
/* What it has become. */
void mp4_out_tell(const struct mp4_out *m, struct worker_video *ret);

#endif
