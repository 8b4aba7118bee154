/* gif.c - the task that makes an MP4 of an animated GIF: a tenth of its size, and what clients play in a loop. */
#include <libavutil/imgutils.h>
#include <libavutil/opt.h>
#include <libswscale/swscale.h>

#include "base/err.h"
#include "worker/child/av.h"
#include "worker/child/picture.h"
#include "worker/child/task.h"

enum {
	SIDE_MAX = 1280,
	FRAMES_MAX = 6000,
	TICKS = 1000 /* a second */,
	LONGEST = 600 * TICKS,
	SHORTEST = TICKS / 100
};

struct making {
	struct av_in in;
	AVCodecContext *dec, *enc;
	AVFormatContext *out;
	AVStream *track;
	struct SwsContext *scale;
	AVFrame *yuv;
	AVPacket *packet;
	int n;
	int64_t next;               /* when the coming frame is shown */
	uint16_t lasts[FRAMES_MAX]; /* how long each one is */
};

/* Even sides, as H.264 with halved colours wants them. */
static void choose_sides(struct making *m)
{
	int w = m->in.w, h = m->in.h, longer = VIPS_MAX(w, h);

	if (longer > SIDE_MAX) {
		w = (int)((int64_t)w * SIDE_MAX / longer);
		h = (int)((int64_t)h * SIDE_MAX / longer);
	}
	m->enc->width = VIPS_MAX(2, w & ~1);
	m->enc->height = VIPS_MAX(2, h & ~1);
}

static int open_encoder(struct making *m)
{
	const AVCodec *codec = avcodec_find_encoder_by_name("libx264");

	m->enc = codec ? avcodec_alloc_context3(codec) : NULL;
	if (!m->enc)
		return -ERR_UNSUPPORTED;
	choose_sides(m);
	m->enc->pix_fmt = AV_PIX_FMT_YUV420P;
	m->enc->color_range = AVCOL_RANGE_MPEG;
	m->enc->colorspace = AVCOL_SPC_BT709;
	m->enc->color_primaries = AVCOL_PRI_BT709;
	m->enc->color_trc = AVCOL_TRC_BT709;
	m->enc->time_base = (AVRational){1, TICKS};
	m->enc->thread_count = 1;
	m->enc->max_b_frames = 0; /* decoding order is showing order: simple players */
	m->enc->gop_size = 60;
	m->enc->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
	av_opt_set(m->enc->priv_data, "preset", "veryfast", 0);
	av_opt_set(m->enc->priv_data, "crf", "24", 0);
	av_opt_set(m->enc->priv_data, "profile", "main", 0);
	return avcodec_open2(m->enc, codec, NULL) < 0 ? -ERR_INVALID : 0;
}

static int open_output(struct making *m, int fd)
{
	AVDictionary *o = NULL;
	int r = av_out_open(fd, "mp4", &m->out);

	if (r < 0)
		return r;
	m->track = avformat_new_stream(m->out, NULL);
	if (!m->track || avcodec_parameters_from_context(m->track->codecpar, m->enc) < 0)
		return -ERR_INVALID;
	m->track->time_base = m->enc->time_base;
	av_dict_set(&o, "movflags", "+faststart", 0);
	return avformat_write_header(m->out, &o) < 0 ? -ERR_INVALID : 0;
}

static int open_frame(struct making *m)
{
	m->yuv = av_frame_alloc();
	m->packet = av_packet_alloc();
	m->yuv->format = AV_PIX_FMT_YUV420P;
	m->yuv->width = m->enc->width;
	m->yuv->height = m->enc->height;
	return av_frame_get_buffer(m->yuv, 0) < 0 ? -ERR_INVALID : 0;
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

static int drain(struct making *m)
{
	int r;

	while ((r = avcodec_receive_packet(m->enc, m->packet)) == 0) {
		/* time says which frame it was: they come in order */
		m->packet->duration = m->lasts[m->track->nb_frames < FRAMES_MAX ? m->track->nb_frames : 0];
		av_packet_rescale_ts(m->packet, m->enc->time_base, m->track->time_base);
		m->packet->stream_index = 0;
		if (av_write_frame(m->out, m->packet) < 0)
			return -ERR_TOO_BIG;
		av_packet_unref(m->packet);
	}
	return r == AVERROR(EAGAIN) || r == AVERROR_EOF ? 0 : -ERR_INVALID;
}

static int encode(struct making *m, AVFrame *f)
{
	const int *matrix = sws_getCoefficients(SWS_CS_ITU709);
	int64_t lasts = av_rescale_q(f->pkt_duration, m->in.video->time_base, m->enc->time_base);

	if (f->format != AV_PIX_FMT_BGRA)
		return -ERR_INVALID;
	if (m->n == FRAMES_MAX || m->next > LONGEST)
		return -ERR_TOO_BIG;
	if (av_frame_make_writable(f) < 0 || av_frame_make_writable(m->yuv) < 0)
		return -ERR_INVALID;
	whiten(f);
	if (!m->scale) {
		m->scale = sws_getContext(f->width, f->height, AV_PIX_FMT_BGRA, m->enc->width, m->enc->height,
		                          AV_PIX_FMT_YUV420P, SWS_AREA | SWS_ACCURATE_RND, NULL, NULL, NULL);
		if (!m->scale)
			return -ERR_INVALID;
		sws_setColorspaceDetails(m->scale, matrix, 1, matrix, 0, 0, 1 << 16, 1 << 16);
	}
	if (sws_scale(m->scale, (const uint8_t *const *)f->data, f->linesize, 0, f->height, m->yuv->data,
	              m->yuv->linesize) != m->enc->height)
		return -ERR_INVALID;
	lasts = VIPS_CLIP(SHORTEST, lasts, UINT16_MAX);
	m->lasts[m->n++] = (uint16_t)lasts;
	m->yuv->pts = m->next;
	m->next += lasts;
	return avcodec_send_frame(m->enc, m->yuv) < 0 ? -ERR_INVALID : drain(m);
}

static int finish(struct making *m)
{
	if (avcodec_send_frame(m->enc, NULL) < 0 || drain(m) < 0)
		return -ERR_INVALID;
	if (av_write_trailer(m->out) < 0)
		return -ERR_TOO_BIG;
	avio_flush(m->out->pb);
	return m->out->pb->error < 0 ? -ERR_TOO_BIG : 0;
}

int task_gif(int fd, int out_fd, struct arena *a, struct worker_video *ret)
{
	static struct making m;
	AVFrame *f = av_frame_alloc();
	int r = av_in_open(fd, &m.in);

	if (r < 0)
		return r;
	if (!m.in.video || strcmp(m.in.ctx->iformat->name, "gif") != 0)
		return -ERR_UNSUPPORTED;
	if ((r = av_in_decoder(&m.in, m.in.video, &m.dec)) < 0 || (r = open_encoder(&m)) < 0 ||
	    (r = open_output(&m, out_fd)) < 0 || (r = open_frame(&m)) < 0)
		return r;
	while ((r = av_in_frame(&m.in, m.in.video, m.dec, f)) == 0) {
		if ((r = encode(&m, f)) < 0)
			return r;
		if (m.n == 1 && (r = av_thumb(&m.in, f, 320, false, a, &ret->thumb, &ret->stripped)) < 0)
			return r;
	}
	if (r != -ERR_NOTFOUND)
		return r;
	if (m.n < 2)
		return -ERR_UNSUPPORTED; /* a picture, no animation */
	ret->duration = (double)m.next / TICKS;
	ret->w = m.enc->width;
	ret->h = m.enc->height;
	ret->has_video = ret->streamable = true;
	strcpy(ret->mime, "video/mp4");
	strcpy(ret->video_codec, "h264");
	return finish(&m);
}
