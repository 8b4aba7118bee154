/* video.c - the task of video and sound: facts, the first picture, tags, cover, waveform. */
#include <unistd.h>

#include "base/err.h"
#include "base/utf8.h"
#include "worker/child/av.h"
#include "worker/child/mp4.h"
#include "worker/child/picture.h"
#include "worker/child/sound.h"
#include "worker/child/task.h"

enum { THUMB_BOX = 320, TAG_MAX = 256 };

static bool is_codec(const AVStream *s, enum AVCodecID a, enum AVCodecID b, enum AVCodecID c)
{
	return !s || s->codecpar->codec_id == a || s->codecpar->codec_id == b || s->codecpar->codec_id == c;
}

static const char *mime_of_mov(const struct av_in *in)
{
	const AVDictionaryEntry *brand = av_dict_get(in->ctx->metadata, "major_brand", NULL, 0);

	if (!in->video)
		return "audio/mp4";
	if (!brand || strncmp(brand->value, "qt", 2) == 0)
		return "video/quicktime";
	return strncmp(brand->value, "3g", 2) == 0 ? "video/3gpp" : "video/mp4";
}

static const char *mime_of(const struct av_in *in)
{
	static const struct {
		const char *format, *sound, *video;
	} rows[] = {{"ogg", "audio/ogg", "video/ogg"}, {"mp3", "audio/mpeg", NULL},
	            {"wav", "audio/x-wav", NULL},      {"flac", "audio/flac", NULL},
	            {"aac", "audio/aac", NULL},        {"gif", NULL, "image/gif"},
	            {"avi", NULL, "video/x-msvideo"},  {"amr", "audio/amr", NULL}};
	const char *name = in->ctx->iformat->name;

	if (strncmp(name, "mov,", 4) == 0)
		return mime_of_mov(in);
	if (strncmp(name, "matroska", 8) == 0) {
		if (!is_codec(in->video, AV_CODEC_ID_VP8, AV_CODEC_ID_VP9, AV_CODEC_ID_AV1) ||
		    !is_codec(in->sound, AV_CODEC_ID_OPUS, AV_CODEC_ID_VORBIS, AV_CODEC_ID_OPUS))
			return "video/x-matroska";
		return in->video ? "video/webm" : "audio/webm";
	}
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (strcmp(name, rows[i].format) == 0)
			return in->video && rows[i].video ? rows[i].video
			       : rows[i].sound            ? rows[i].sound
			                                  : rows[i].video;
	return "video/mpeg";
}

static int read_at(void *arg, uint64_t off, uint8_t *to, size_t n)
{
	return pread(*(int *)arg, to, n, (off_t)off) == (ssize_t)n ? 0 : -ERR_IO;
}

static void name_codec(const AVStream *s, char ret[16])
{
	const char *name = s ? avcodec_get_name(s->codecpar->codec_id) : "";

	strncpy(ret, name, 15);
}

/* Of the file, or of the stream where its format keeps them there. Text that is not UTF-8 is left out. */
static struct slice tag(const struct av_in *in, const char *name, struct arena *a)
{
	const AVDictionaryEntry *e = av_dict_get(in->ctx->metadata, name, NULL, 0);
	struct slice s;
	uint32_t n, k;

	if (!e && in->sound)
		e = av_dict_get(in->sound->metadata, name, NULL, 0);
	s = utf8_trim(slice_str(e && utf8_valid(slice_str(e->value)) ? e->value : ""));
	for (n = 0; n < s.n; n += k) {
		utf8_at(s, n, &k);
		if (n + k > TAG_MAX)
			break;
	}
	return n ? arena_slice(a, slice_of(s.p, n)) : (struct slice){0};
}

static void cover(const struct av_in *in, struct arena *a, struct worker_size *ret)
{
	struct slice file = slice_of(in->cover->attached_pic.data,
	                             (size_t)VIPS_MAX(0, in->cover->attached_pic.size));
	struct picture_facts f;
	VipsImage *im;

	if (file.n && picture_facts(file, &f) == 0 &&
	    picture_load(file, &f, THUMB_BOX, false, false, &im) == 0)
		picture_jpeg(im, 'm', false, a, ret);
}

static int first_picture(struct av_in *in, struct arena *a, struct worker_video *ret)
{
	AVFrame *f = av_frame_alloc();
	AVCodecContext *dec;
	int r;

	if ((r = av_in_decoder(in, in->video, &dec)) < 0 || (r = av_in_frame(in, in->video, dec, f)) < 0)
		return r == -ERR_NOTFOUND ? -ERR_INVALID : r;
	return av_thumb(in, f, THUMB_BOX, false, a, &ret->thumb, &ret->stripped);
}

int task_video(int fd, bool want_waveform, struct arena *a, struct worker_video *ret)
{
	struct av_in in;
	double heard;
	int r = av_in_open(fd, &in);

	if (r < 0)
		return r;
	ret->duration = av_in_duration(&in);
	ret->w = in.w;
	ret->h = in.h;
	ret->has_video = in.video != NULL;
	ret->has_sound = in.sound != NULL;
	ret->streamable = strncmp(in.ctx->iformat->name, "mov,", 4) == 0 &&
	                  mp4_is_streamable(read_at, &fd, in.size);
	strncpy(ret->mime, mime_of(&in), sizeof(ret->mime) - 1);
	name_codec(in.video, ret->video_codec);
	name_codec(in.sound, ret->audio_codec);
	ret->title = tag(&in, "title", a);
	ret->performer = tag(&in, "artist", a);
	if (in.cover && !in.video)
		cover(&in, a, &ret->cover);
	if (in.video && (r = first_picture(&in, a, ret)) < 0)
		return r;
	if (want_waveform && in.sound) {
		if (in.video && (r = av_in_rewind(&in)) < 0)
			return r;
		if ((r = sound_waveform(&in, a, &ret->waveform, &heard)) < 0)
			return r;
		ret->duration = heard;
	}
	return 0;
}
