/*
 * profile.c - the task that makes the video of a profile: the middle square of what came, ten seconds at most, without sound, and the
 * picture that stands for it.
 */
#include <math.h>

#include "base/err.h"
#include "worker/child/mp4_out.h"
#include "worker/child/picture.h"
#include "worker/child/task.h"

enum {
	SIDE_MIN = 160, /* clients take 160 to 1280 */
	SIDE_MAX = 800,
	PICTURE = 640,
	LONGEST = 10 * MP4_TICKS,
	USUAL = MP4_TICKS / 25 /* how long a frame is that does not say it */
};

struct making {
	struct av_in in, square; /* square: the same, as it is cut out */
	AVCodecContext *dec;
	struct mp4_out out;
};

/* The middle of it, a square as it is shown: pixels need not be. */
static int cut_out(const struct making *m, AVFrame *f)
{
	int w = m->in.turn % 180 ? m->in.h : m->in.w, h = m->in.turn % 180 ? m->in.w : m->in.h;
	int64_t keep_w = (int64_t)f->width * m->square.w / w, keep_h = (int64_t)f->height * m->square.h / h;

	if (keep_w < 1 || keep_h < 1)
		return -ERR_INVALID;
	f->crop_left = (size_t)(f->width - keep_w) / 2;
	f->crop_right = (size_t)(f->width - keep_w) - f->crop_left;
	f->crop_top = (size_t)(f->height - keep_h) / 2;
	f->crop_bottom = (size_t)(f->height - keep_h) - f->crop_top;
	return av_frame_apply_cropping(f, AV_FRAME_CROP_UNALIGNED) < 0 ? -ERR_INVALID : 0;
}

static int64_t lasts(const struct making *m, const AVFrame *f)
{
	AVRational rate = m->in.video->avg_frame_rate;

	if (f->pkt_duration > 0)
		return av_rescale_q(f->pkt_duration, m->in.video->time_base, m->out.enc->time_base);
	return rate.num > 0 && rate.den > 0 ? av_rescale(MP4_TICKS, rate.den, rate.num) : USUAL;
}

static int take(struct making *m, AVFrame *f, int64_t start, struct arena *a, struct worker_video *ret)
{
	int64_t at = m->out.next, until;
	int r;

	if ((r = cut_out(m, f)) < 0 || (r = mp4_out_frame(&m->out, f, lasts(m, f))) < 0)
		return r;
	until = m->out.next;
	if (at && (start < at || start >= until)) /* the first stands until the one that is asked for */
		return 0;
	return av_thumb(&m->square, f, PICTURE, false, a, &ret->thumb, NULL);
}

int task_profile(int fd, int out_fd, uint32_t start_ms, struct arena *a, struct worker_video *ret)
{
	static struct making m;
	AVFrame *f = av_frame_alloc();
	const int32_t *turn;
	int r = av_in_open(fd, &m.in), side;

	if (r < 0)
		return r;
	if (!m.in.video || strcmp(m.in.ctx->iformat->name, "gif") == 0)
		return -ERR_UNSUPPORTED;
	m.square = m.in;
	m.square.w = m.square.h = VIPS_MIN(m.in.w, m.in.h);
	side = VIPS_CLIP(SIDE_MIN, m.square.w & ~1, SIDE_MAX);
	turn = (const int32_t *)av_stream_get_side_data(m.in.video, AV_PKT_DATA_DISPLAYMATRIX, NULL);
	if ((r = av_in_decoder(&m.in, m.in.video, &m.dec)) < 0 ||
	    (r = mp4_out_open(&m.out, out_fd, side, side, m.in.turn ? turn : NULL)) < 0)
		return r;
	while (m.out.next < LONGEST && (r = av_in_frame(&m.in, m.in.video, m.dec, f)) == 0)
		if ((r = take(&m, f, start_ms, a, ret)) < 0)
			return r;
	if (r < 0 && r != -ERR_NOTFOUND)
		return r;
	if (!m.out.n)
		return -ERR_INVALID;
	mp4_out_tell(&m.out, ret);
	return mp4_out_end(&m.out);
}
