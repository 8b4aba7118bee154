/* av.c - see av.h. */
#include "av.h"

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/channel_layout.h>
#include <libavutil/display.h>
#include <libavutil/opt.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

struct out {
	AVFormatContext *f;
	AVCodecContext *enc[2]; /* picture, sound */
	AVStream *s[2], *cover;
	AVPacket *p;
};

/* Y, U, V of red, green, white, blue: clockwise from the upper left. */
static const uint8_t quarters[4][3] = {{81, 90, 240}, {145, 54, 34}, {235, 128, 128}, {41, 240, 110}};

static void drain(struct out *o, int i)
{
	while (avcodec_receive_packet(o->enc[i], o->p) == 0) {
		av_packet_rescale_ts(o->p, o->enc[i]->time_base, o->s[i]->time_base);
		o->p->stream_index = o->s[i]->index;
		assert_int_equal(av_interleaved_write_frame(o->f, o->p), 0);
	}
}

static void add_track(struct out *o, int i, const struct av_kind *k)
{
	const AVCodec *codec = avcodec_find_encoder_by_name(i ? k->sound : k->video);
	AVCodecContext *e;

	assert_non_null(codec);
	e = o->enc[i] = avcodec_alloc_context3(codec);
	e->thread_count = 1;
	if (i) {
		e->sample_rate = 48000;
		e->sample_fmt = codec->sample_fmts[0];
		e->time_base = (AVRational){1, 48000};
		av_channel_layout_default(&e->ch_layout, 1);
		e->bit_rate = 64000;
	} else {
		e->width = k->w;
		e->height = k->h;
		e->time_base = (AVRational){1, k->fps};
		e->framerate = (AVRational){k->fps, 1};
		e->pix_fmt = k->alpha ? AV_PIX_FMT_YUVA420P : AV_PIX_FMT_YUV420P;
		av_opt_set(e->priv_data, "preset", "ultrafast", 0);
		av_opt_set(e->priv_data, "deadline", "realtime", 0);
		av_opt_set(e->priv_data, "cpu-used", "8", 0);
		av_opt_set(e->priv_data, "auto-alt-ref", "0", 0);
	}
	if (o->f->oformat->flags & AVFMT_GLOBALHEADER)
		e->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
	assert_int_equal(avcodec_open2(e, codec, NULL), 0);
	o->s[i] = avformat_new_stream(o->f, NULL);
	o->s[i]->time_base = e->time_base;
	avcodec_parameters_from_context(o->s[i]->codecpar, e);
	if (k->alpha)
		av_dict_set(&o->s[i]->metadata, "alpha_mode", "1", 0);
	if (!i && k->turn)
		av_display_rotation_set(
			(int32_t *)av_stream_new_side_data(o->s[i], AV_PKT_DATA_DISPLAYMATRIX, 36), k->turn);
}

static void add_cover(struct out *o, struct slice jpeg)
{
	o->cover = avformat_new_stream(o->f, NULL);
	o->cover->codecpar->codec_type = AVMEDIA_TYPE_VIDEO;
	o->cover->codecpar->codec_id = AV_CODEC_ID_MJPEG;
	o->cover->codecpar->width = o->cover->codecpar->height = 100;
	o->cover->disposition = AV_DISPOSITION_ATTACHED_PIC;
	assert_int_equal(av_new_packet(&o->cover->attached_pic, (int)jpeg.n), 0);
	memcpy(o->cover->attached_pic.data, jpeg.p, jpeg.n);
	o->cover->attached_pic.stream_index = o->cover->index;
	o->cover->attached_pic.flags = AV_PKT_FLAG_KEY;
}

static void write_picture(struct out *o, const struct av_kind *k, int n)
{
	AVFrame *f = av_frame_alloc();

	f->format = o->enc[0]->pix_fmt;
	f->width = k->w;
	f->height = k->h;
	assert_int_equal(av_frame_get_buffer(f, 0), 0);
	for (int plane = 0; plane < 3; plane++) {
		int w = plane ? (k->w + 1) / 2 : k->w, h = plane ? (k->h + 1) / 2 : k->h;

		for (int y = 0; y < h; y++)
			for (int x = 0; x < w; x++)
				f->data[plane][y * f->linesize[plane] + x] =
					quarters[y < h / 2    ? x >= w / 2
				                 : x >= w / 2 ? 2
				                              : 3][plane];
	}
	if (k->alpha) /* the left half is clear */
		for (int y = 0; y < k->h; y++)
			for (int x = 0; x < k->w; x++)
				f->data[3][y * f->linesize[3] + x] = x < k->w / 2 ? 0 : 255;
	f->pts = n;
	assert_int_equal(avcodec_send_frame(o->enc[0], f), 0);
	drain(o, 0);
	av_frame_free(&f);
}

static void put_sample(AVFrame *f, int i, double v)
{
	switch (f->format) {
	case AV_SAMPLE_FMT_FLT:
	case AV_SAMPLE_FMT_FLTP:
		((float *)f->data[0])[i] = (float)v;
		break;
	case AV_SAMPLE_FMT_S32P:
		((int32_t *)f->data[0])[i] = (int32_t)(v * INT32_MAX);
		break;
	default:
		((int16_t *)f->data[0])[i] = (int16_t)(v * INT16_MAX);
	}
}

static void write_sound(struct out *o, const struct av_kind *k)
{
	int64_t all = (int64_t)(k->seconds * 48000), at = 0;
	int step = o->enc[1]->frame_size ? o->enc[1]->frame_size : 1024;

	while (at < all) {
		AVFrame *f = av_frame_alloc();

		f->format = o->enc[1]->sample_fmt;
		f->nb_samples = all - at < step ? (int)(all - at) : step;
		av_channel_layout_copy(&f->ch_layout, &o->enc[1]->ch_layout);
		f->sample_rate = 48000;
		assert_int_equal(av_frame_get_buffer(f, 0), 0);
		for (int i = 0; i < f->nb_samples; i++)
			put_sample(f, i,
			           at + i < all / 2 ? 0
			                            : 0.8 * sin((double)(at + i) * 2 * M_PI * 440 / 48000));
		f->pts = at;
		at += f->nb_samples;
		assert_int_equal(avcodec_send_frame(o->enc[1], f), 0);
		drain(o, 1);
		av_frame_free(&f);
	}
}

static struct slice take(struct arena *a, int fd)
{
	struct stat st;
	uint8_t *p;

	assert_int_equal(fstat(fd, &st), 0);
	p = arena_alloc(a, (size_t)st.st_size);
	assert_int_equal(pread(fd, p, (size_t)st.st_size, 0), st.st_size);
	close(fd);
	return slice_of(p, (size_t)st.st_size);
}

struct slice av_make(struct arena *a, const struct av_kind *k)
{
	int fd = memfd_create("media", MFD_CLOEXEC);
	struct out o = {.p = av_packet_alloc()};
	AVDictionary *opts = NULL;
	char path[40];

	snprintf(path, sizeof(path), "file:/proc/self/fd/%d", fd);
	assert_true(avformat_alloc_output_context2(&o.f, NULL, k->format, path) >= 0);
	assert_true(avio_open(&o.f->pb, path, AVIO_FLAG_READ_WRITE) >= 0);
	if (k->video)
		add_track(&o, 0, k);
	if (k->sound)
		add_track(&o, 1, k);
	if (k->cover.n)
		add_cover(&o, k->cover);
	if (k->title)
		av_dict_set(&o.f->metadata, "title", k->title, 0);
	if (k->performer)
		av_dict_set(&o.f->metadata, "artist", k->performer, 0);
	if (k->index_first)
		av_dict_set(&opts, "movflags", "+faststart", 0);
	assert_true(avformat_write_header(o.f, &opts) >= 0);
	if (k->cover.n) {
		assert_int_equal(av_packet_ref(o.p, &o.cover->attached_pic), 0);
		assert_int_equal(av_interleaved_write_frame(o.f, o.p), 0);
	}
	for (int n = 0; k->video && n < (int)lround(k->seconds * k->fps); n++)
		write_picture(&o, k, n);
	if (k->sound)
		write_sound(&o, k);
	for (int i = 0; i < 2; i++)
		if (o.enc[i]) {
			avcodec_send_frame(o.enc[i], NULL);
			drain(&o, i);
			avcodec_free_context(&o.enc[i]);
		}
	assert_int_equal(av_write_trailer(o.f), 0);
	avio_closep(&o.f->pb);
	avformat_free_context(o.f);
	av_packet_free(&o.p);
	return take(a, fd);
}
