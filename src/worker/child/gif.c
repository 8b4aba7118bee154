/* gif.c - the task that makes an MP4 of an animated GIF: a tenth of its size, and what clients play in a loop. */
#include "base/err.h"
#include "worker/child/mp4_out.h"
#include "worker/child/picture.h"
#include "worker/child/task.h"

enum { SIDE_MAX = 1280, LONGEST = 600 * MP4_TICKS };

struct making {
	struct av_in in;
	AVCodecContext *dec;
	struct mp4_out out;
};

/* Even sides, as H.264 with halved colours wants them. */
static void choose_sides(const struct making *m, int *ret_w, int *ret_h)
{
	int w = m->in.w, h = m->in.h, longer = VIPS_MAX(w, h);

	if (longer > SIDE_MAX) {
		w = (int)((int64_t)w * SIDE_MAX / longer);
		h = (int)((int64_t)h * SIDE_MAX / longer);
	}
	*ret_w = VIPS_MAX(2, w & ~1);
	*ret_h = VIPS_MAX(2, h & ~1);
}

/* What is clear in a GIF has any colour: it becomes white. */
static void whiten(AVFrame *f)
{
	for (int y = 0; y < f->height; y++) {
		uint8_t *row = f->data[0] + (ptrdiff_t)y * f->linesize[0];

		for (int x = 0; x < f->width; x++)
			if (row[4 * x + 3] < 128)
				memset(row + 4 * x, 255, 4);
	}
}

static int encode(struct making *m, AVFrame *f)
{
	if (f->format != AV_PIX_FMT_BGRA)
		return -ERR_INVALID;
	if (m->out.next > LONGEST)
		return -ERR_TOO_BIG;
	if (av_frame_make_writable(f) < 0)
		return -ERR_INVALID;
	whiten(f);
	return mp4_out_frame(&m->out, f,
	                     av_rescale_q(f->pkt_duration, m->in.video->time_base, m->out.enc->time_base));
}

int task_gif(int fd, int out_fd, struct arena *a, struct worker_video *ret)
{
	static struct making m;
	AVFrame *f = av_frame_alloc();
	int r = av_in_open(fd, &m.in), w, h;

	if (r < 0)
		return r;
	if (!m.in.video || strcmp(m.in.ctx->iformat->name, "gif") != 0)
		return -ERR_UNSUPPORTED;
	choose_sides(&m, &w, &h);
	if ((r = av_in_decoder(&m.in, m.in.video, &m.dec)) < 0 ||
	    (r = mp4_out_open(&m.out, out_fd, w, h, NULL)) < 0)
		return r;
	while ((r = av_in_frame(&m.in, m.in.video, m.dec, f)) == 0) {
		if ((r = encode(&m, f)) < 0)
			return r;
		if (m.out.n == 1 && (r = av_thumb(&m.in, f, 320, false, a, &ret->thumb, &ret->stripped)) < 0)
			return r;
	}
	if (r != -ERR_NOTFOUND)
		return r;
	if (m.out.n < 2)
		return -ERR_UNSUPPORTED; /* a picture, no animation */
	mp4_out_tell(&m.out, ret);
	return mp4_out_end(&m.out);
}
