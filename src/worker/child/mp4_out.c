/* mp4_out.c - see mp4_out.h. */
#include "worker/child/mp4_out.h"

#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>
#include <libswscale/swscale.h>

#include "base/err.h"
#include "worker/child/picture.h"

enum { SHORTEST = MP4_TICKS / 100, MATRIX_BYTES = 9 * sizeof(int32_t) };

static int open_encoder(struct mp4_out *m, int w, int h)
{
	const AVCodec *codec = avcodec_find_encoder_by_name("libx264");

	m->enc = codec ? avcodec_alloc_context3(codec) : NULL;
	if (!m->enc)
		return -ERR_UNSUPPORTED;
	m->enc->width = w;
	m->enc->height = h;
	m->enc->pix_fmt = AV_PIX_FMT_YUV420P;
	m->enc->color_range = AVCOL_RANGE_MPEG;
	m->enc->colorspace = AVCOL_SPC_BT709;
	m->enc->color_primaries = AVCOL_PRI_BT709;
	m->enc->color_trc = AVCOL_TRC_BT709;
	m->enc->time_base = (AVRational){1, MP4_TICKS};
	m->enc->thread_count = 1;
	m->enc->max_b_frames = 0; /* decoding order is showing order: simple players */
	m->enc->gop_size = 60;
	m->enc->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
	av_opt_set(m->enc->priv_data, "preset", "veryfast", 0);
	av_opt_set(m->enc->priv_data, "crf", "24", 0);
	av_opt_set(m->enc->priv_data, "profile", "main", 0);
	return avcodec_open2(m->enc, codec, NULL) < 0 ? -ERR_INVALID : 0;
}

static int open_output(struct mp4_out *m, int fd, const int32_t *turn)
{
	AVDictionary *o = NULL;
	uint8_t *matrix;
	int r = av_out_open(fd, "mp4", &m->out);

	if (r < 0)
		return r;
	m->track = avformat_new_stream(m->out, NULL);
	if (!m->track || avcodec_parameters_from_context(m->track->codecpar, m->enc) < 0)
		return -ERR_INVALID;
	m->track->time_base = m->enc->time_base;
	if (turn) {
		matrix = av_stream_new_side_data(m->track, AV_PKT_DATA_DISPLAYMATRIX, MATRIX_BYTES);
		if (!matrix)
			return -ERR_INVALID;
		memcpy(matrix, turn, MATRIX_BYTES);
	}
	av_dict_set(&o, "movflags", "+faststart", 0);
	return avformat_write_header(m->out, &o) < 0 ? -ERR_INVALID : 0;
}

static int open_frame(struct mp4_out *m)
{
	m->yuv = av_frame_alloc();
	m->packet = av_packet_alloc();
	m->yuv->format = AV_PIX_FMT_YUV420P;
	m->yuv->width = m->enc->width;
	m->yuv->height = m->enc->height;
	return av_frame_get_buffer(m->yuv, 0) < 0 ? -ERR_INVALID : 0;
}

static int drain(struct mp4_out *m)
{
	int r;

	while ((r = avcodec_receive_packet(m->enc, m->packet)) == 0) {
		/* time says which frame it was: they come in order */
		m->packet->duration =
			m->lasts[m->track->nb_frames < MP4_FRAMES_MAX ? m->track->nb_frames : 0];
		av_packet_rescale_ts(m->packet, m->enc->time_base, m->track->time_base);
		m->packet->stream_index = 0;
		if (av_write_frame(m->out, m->packet) < 0)
			return -ERR_TOO_BIG;
		av_packet_unref(m->packet);
	}
	return r == AVERROR(EAGAIN) || r == AVERROR_EOF ? 0 : -ERR_INVALID;
}

int mp4_out_open(struct mp4_out *m, int fd, int w, int h, const int32_t *turn)
{
	int r = open_encoder(m, w, h);

	if (r < 0 || (r = open_output(m, fd, turn)) < 0)
		return r;
	return open_frame(m);
}

/* Colours of the input as it says them, to those of the output. */
static int prepare_scale(struct mp4_out *m, const AVFrame *f)
{
	const AVPixFmtDescriptor *d = av_pix_fmt_desc_get(f->format);
	bool rgb = d && d->flags & AV_PIX_FMT_FLAG_RGB;
	const int *ours = sws_getCoefficients(SWS_CS_ITU709), *theirs = ours;

	if (!d || d->flags & AV_PIX_FMT_FLAG_HWACCEL || f->width < 1 || f->height < 1)
		return -ERR_INVALID;
	if (m->scale && m->from[0] == f->width && m->from[1] == f->height && m->from[2] == f->format)
		return 0;
	m->scale = sws_getContext(f->width, f->height, f->format, m->enc->width, m->enc->height,
	                          AV_PIX_FMT_YUV420P, SWS_AREA | SWS_ACCURATE_RND, NULL, NULL, NULL);
	if (!m->scale)
		return -ERR_INVALID;
	if (!rgb && f->colorspace != AVCOL_SPC_BT709)
		theirs = sws_getCoefficients(f->colorspace == AVCOL_SPC_UNSPECIFIED ? SWS_CS_DEFAULT
		                                                                    : (int)f->colorspace);
	sws_setColorspaceDetails(m->scale, theirs, rgb || av_is_full_range(f), ours, 0, 0, 1 << 16, 1 << 16);
	m->from[0] = f->width;
	m->from[1] = f->height;
	m->from[2] = f->format;
	return 0;
}

int mp4_out_frame(struct mp4_out *m, const AVFrame *f, int64_t lasts)
{
	int r;

	if (m->n == MP4_FRAMES_MAX)
		return -ERR_TOO_BIG;
	if ((r = prepare_scale(m, f)) < 0)
		return r;
	if (av_frame_make_writable(m->yuv) < 0 ||
	    sws_scale(m->scale, (const uint8_t *const *)f->data, f->linesize, 0, f->height, m->yuv->data,
	              m->yuv->linesize) != m->enc->height)
		return -ERR_INVALID;
	lasts = VIPS_CLIP(SHORTEST, lasts, UINT16_MAX);
	m->lasts[m->n++] = (uint16_t)lasts;
	m->yuv->pts = m->next;
	m->next += lasts;
	return avcodec_send_frame(m->enc, m->yuv) < 0 ? -ERR_INVALID : drain(m);
}

int mp4_out_end(struct mp4_out *m)
{
	if (avcodec_send_frame(m->enc, NULL) < 0 || drain(m) < 0)
		return -ERR_INVALID;
	if (av_write_trailer(m->out) < 0)
		return -ERR_TOO_BIG;
	avio_flush(m->out->pb);
	return m->out->pb->error < 0 ? -ERR_TOO_BIG : 0;
}

void mp4_out_tell(const struct mp4_out *m, struct worker_video *ret)
{
	ret->duration = (double)m->next / MP4_TICKS;
	ret->w = m->enc->width;
	ret->h = m->enc->height;
	ret->has_video = ret->streamable = true;
	strcpy(ret->mime, "video/mp4");
	strcpy(ret->video_codec, "h264");
}
