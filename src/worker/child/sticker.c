/* sticker.c - the task of stickers: what clients can show as one, and nothing else. */
#include "base/err.h"
#include "worker/child/av.h"
#include "worker/child/picture.h"
#include "worker/child/task.h"
#include "worker/child/tgs.h"

enum { SIDE = 512, EMOJI_SIDE = 100, STATIC_MAX = 512 << 10, VIDEO_MAX = 256 << 10, THUMB_BOX = 128 };
static const double longest = 3.0, rounding = 0.05, fastest = 30.5; /* seconds, seconds, frames a second */

static bool has_right_sides(int w, int h, bool emoji)
{
	int side = emoji ? EMOJI_SIDE : SIDE;

	return emoji ? w == side && h == side : (w == side && h <= side) || (h == side && w <= side);
}

static int fixed(struct slice file, bool emoji, struct arena *a, struct worker_sticker *ret)
{
	struct picture_facts f;
	VipsImage *im;
	int r = picture_facts(file, &f);

	if (r < 0)
		return r;
	if ((strcmp(f.mime, "image/webp") != 0 && strcmp(f.mime, "image/png") != 0) || f.animated ||
	    file.n > STATIC_MAX || !has_right_sides(f.w, f.h, emoji))
		return -ERR_INVALID;
	ret->kind = WORKER_STICKER_STATIC;
	strcpy(ret->mime, f.mime);
	ret->w = f.w;
	ret->h = f.h;
	if (strcmp(f.mime, "image/png") == 0 && ((r = picture_load(file, &f, SIDE, false, true, &im)) < 0 ||
	                                         (r = picture_webp(im, 'w', a, &ret->webp)) < 0))
		return r;
	if ((r = picture_load(file, &f, THUMB_BOX, false, true, &im)) < 0)
		return r;
	return picture_webp(im, 'm', a, &ret->thumb);
}

static int animated(struct slice file, struct worker_sticker *ret)
{
	ret->kind = WORKER_STICKER_ANIMATED;
	strcpy(ret->mime, "application/x-tgsticker");
	ret->w = ret->h = TGS_SIDE;
	return tgs_check(file, &ret->duration);
}

static int moving(int fd, struct slice file, bool emoji, struct arena *a, struct worker_sticker *ret)
{
	AVFrame *f = av_frame_alloc();
	AVCodecContext *dec;
	struct av_in in;
	int r = av_in_open(fd, &in);

	if (r < 0)
		return r;
	ret->duration = av_in_duration(&in);
	if (!in.video || in.sound || in.ctx->nb_streams != 1 ||
	    in.video->codecpar->codec_id != AV_CODEC_ID_VP9 || file.n > VIDEO_MAX ||
	    !has_right_sides(in.w, in.h, emoji) || in.turn ||
	    !(ret->duration > 0 && ret->duration <= longest + rounding) ||
	    av_q2d(in.video->avg_frame_rate) > fastest)
		return -ERR_INVALID;
	ret->kind = WORKER_STICKER_VIDEO;
	strcpy(ret->mime, "video/webm");
	ret->w = in.w;
	ret->h = in.h;
	if ((r = av_in_decoder(&in, in.video, &dec)) < 0 || (r = av_in_frame(&in, in.video, dec, f)) < 0)
		return -ERR_INVALID;
	return av_thumb(&in, f, THUMB_BOX, true, a, &ret->thumb, NULL);
}

int task_sticker(int fd, bool custom_emoji, struct arena *a, struct worker_sticker *ret)
{
	static const uint8_t gzip[] = {0x1f, 0x8b}, ebml[] = {0x1a, 0x45, 0xdf, 0xa3};
	struct slice file;
	int r = task_map(fd, &file);

	if (r < 0)
		return r;
	if (file.n > sizeof(ebml) && memcmp(file.p, gzip, sizeof(gzip)) == 0)
		return animated(file, ret);
	if (file.n > sizeof(ebml) && memcmp(file.p, ebml, sizeof(ebml)) == 0)
		return moving(fd, file, custom_emoji, a, ret);
	return fixed(file, custom_emoji, a, ret);
}
