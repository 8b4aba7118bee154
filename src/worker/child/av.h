/*
 * av.h - libav over descriptors that are open already: nothing is opened by name, one thread, only formats and codecs that
 * people send. Nothing is freed before the end of the task's process.
 */
#ifndef WORKER_CHILD_AV_H
#define WORKER_CHILD_AV_H

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>

#include "base/arena.h"
#include "worker/worker.h"

struct av_in {
	AVFormatContext *ctx;
	AVStream *video, *sound, *cover; /* NULL: none */
	int w, h;                        /* of the picture as it is shown: upright, square pixels */
	int turn;                        /* clockwise degrees to make it so: 0, 90, 180, 270 */
	uint64_t size;                   /* bytes */
};

/* Streams are known, nothing is decoded. -ERR_UNSUPPORTED, -ERR_INVALID, -ERR_TOO_BIG. */
int av_in_open(int fd, struct av_in *ret);
/* A decoder for one of its streams. */
int av_in_decoder(struct av_in *in, AVStream *s, AVCodecContext **ret);
/* The next decoded frame of that stream. -ERR_NOTFOUND: the end; -ERR_INVALID: broken from here. The frame is libav's until the next. */
int av_in_frame(struct av_in *in, AVStream *s, AVCodecContext *dec, AVFrame *f);
/* Seconds; 0: unknown. Reads a small file to its end where its head does not say. */
double av_in_duration(struct av_in *in);
/* Back to the first packet. */
int av_in_rewind(struct av_in *in);

/* A frame in a box of `box` as it is shown: 'm', and stripped where asked for (NULL: no). */
int av_thumb(const struct av_in *in, const AVFrame *f, int box, bool webp, struct arena *a,
             struct worker_size *ret, struct slice *ret_stripped);

/* Are its colours of the range of pictures, not of video? */
bool av_is_full_range(const AVFrame *f);

/* A context whose bytes go to `fd` by offset, for a muxer that also reads them again. */
int av_out_open(int fd, const char *format, AVFormatContext **ret);

#endif
