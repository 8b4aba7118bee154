/*
 * attributes.c - what a client says about its document, checked. Clients compare what comes back with what they sent, so what
 * is right stays as it was and nothing is made up; what no client could read is left out.
 */
#include <math.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "domain/media/private.h"
#include "rpc_methods.h"

enum {
	SIDE_MAX = 65535,
	SECONDS_MAX = 31536000,
	NAME_MAX_BYTES = 255,
	TAG_MAX_BYTES = 512,
	WAVEFORM_MAX = 128,
	EMOJI_MAX_BYTES = 64,
	CODEC_MAX_BYTES = 32,
};

static bool text_fits(struct slice s, uint32_t max)
{
	return !s.p || (s.n <= max && utf8_valid(s));
}

static bool seconds_fit(double v)
{
	return isfinite(v) && v >= 0 && v <= SECONDS_MAX;
}

static bool side_fits(int32_t v)
{
	return v >= 0 && v <= SIDE_MAX;
}

/* At most `max` bytes, cut between characters; the end that tells the kind is kept. */
static struct slice shorten(struct arena *a, struct slice s, uint32_t max)
{
	const uint8_t *dot;
	uint32_t end, keep;
	struct buf b = {0};
	struct slice r;

	if (s.n <= max) /* an empty one may have no bytes at all to look at */
		return s;
	dot = memrchr(s.p, '.', s.n);
	end = dot && s.p + s.n - dot <= 16 ? (uint32_t)(s.p + s.n - dot) : 0;
	keep = max - end;
	while (keep > 0 && (s.p[keep] & 0xc0) == 0x80)
		keep--;
	buf_put(&b, s.p, keep);
	buf_put(&b, s.p + s.n - end, end);
	r = arena_slice(a, buf_slice(&b));
	buf_fini(&b);
	return r;
}

/* A name for any file system: no folders, no control characters; false: nothing is left. */
static bool file_name(struct arena *a, struct slice *s)
{
	struct buf b = {0};
	uint32_t n;

	if (!utf8_valid(*s))
		return false;
	for (uint32_t i = 0; i < s->n; i += n) {
		uint32_t ch = utf8_at(*s, i, &n);

		if (ch == '/' || ch == '\\')
			buf_u8(&b, '_');
		else if (ch >= 0x20 && ch != 0x7f && (ch < 0x200e || ch > 0x200f) &&
		         (ch < 0x202a || ch > 0x202e)) /* nothing that turns letters around: "gpj.exe" */
			buf_put(&b, s->p + i, n);
	}
	*s = shorten(a, arena_slice(a, buf_slice(&b)), NAME_MAX_BYTES);
	buf_fini(&b);
	return s->n > 0;
}

static bool video(const struct tl_documentAttributeVideo *v)
{
	return seconds_fit(v->duration) && side_fits(v->w) && side_fits(v->h) &&
	       (!v->has_video_start_ts || seconds_fit(v->video_start_ts)) &&
	       text_fits(v->video_codec, CODEC_MAX_BYTES) &&
	       (!v->has_preload_prefix_size || v->preload_prefix_size >= 0);
}

static bool audio(struct tl_documentAttributeAudio *v)
{
	if (!text_fits(v->title, TAG_MAX_BYTES))
		v->title = (struct slice){0};
	if (!text_fits(v->performer, TAG_MAX_BYTES))
		v->performer = (struct slice){0};
	if (v->waveform.p && v->waveform.n > WAVEFORM_MAX)
		v->waveform = (struct slice){0};
	return v->duration >= 0 && v->duration <= SECONDS_MAX;
}

static struct tl_obj *no_set(struct arena *a)
{
	return &TL_NEW(a, inputStickerSetEmpty)->o;
}

/* A sender cannot put his document into a set by saying so: sets say what is in them. */
static bool sticker(struct arena *a, struct tl_documentAttributeSticker *v)
{
	v->stickerset = no_set(a);
	v->mask_coords = NULL;
	return text_fits(v->alt, EMOJI_MAX_BYTES);
}

static bool emoji(struct arena *a, struct tl_documentAttributeCustomEmoji *v)
{
	v->stickerset = no_set(a);
	return text_fits(v->alt, EMOJI_MAX_BYTES);
}

static bool keep(struct arena *a, struct tl_obj *o)
{
	switch (o->name) {
	case TL_documentAttributeFilename:
		return file_name(a, &TL_AS(documentAttributeFilename, o)->file_name);
	case TL_documentAttributeImageSize:
		return side_fits(TL_AS(documentAttributeImageSize, o)->w) &&
		       side_fits(TL_AS(documentAttributeImageSize, o)->h);
	case TL_documentAttributeVideo:
		return video(TL_AS(documentAttributeVideo, o));
	case TL_documentAttributeAudio:
		return audio(TL_AS(documentAttributeAudio, o));
	case TL_documentAttributeSticker:
		return sticker(a, TL_AS(documentAttributeSticker, o));
	case TL_documentAttributeCustomEmoji:
		return emoji(a, TL_AS(documentAttributeCustomEmoji, o));
	case TL_documentAttributeAnimated:
		return true;
	default: /* HasStickers: no stickers are attached here */
		return false;
	}
}

int media_attributes(struct rpc_call *c, const struct tl_vec *in, struct tl_vec *ret)
{
	struct tl_vec out;

	if (in->n > LIMIT_DOCUMENT_ATTRIBUTES)
		return rpc_fail(c, 400, "MEDIA_INVALID");
	out = tl_vec_new(&c->arena, in->n);
	out.n = 0;
	for (uint32_t i = 0; i < in->n; i++) {
		bool twice = false;

		for (uint32_t k = 0; k < out.n; k++)
			twice |= out.v[k]->name == in->v[i]->name;
		if (!twice && keep(&c->arena, in->v[i]))
			out.v[out.n++] = in->v[i];
	}
	*ret = out;
	return 0;
}

static bool in_mime(uint8_t ch)
{
	return (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || (ch >= '0' && ch <= '9') ||
	       (ch && strchr("!#$&^_.+-", ch));
}

struct slice media_mime(struct arena *a, struct slice mime)
{
	const uint8_t *end = mime.n ? memchr(mime.p, ';', mime.n) : NULL; /* "audio/ogg; codecs=opus" */
	uint32_t slash = 0;

	if (end)
		mime.n = (uint32_t)(end - mime.p);
	for (uint32_t i = 0; i < mime.n; i++) {
		if (mime.p[i] == '/' && !slash && i)
			slash = i;
		else if (!in_mime(mime.p[i]))
			return SLICE_LIT("application/octet-stream");
	}
	if (!slash || slash + 1 == mime.n || mime.n > 127)
		return SLICE_LIT("application/octet-stream");
	return arena_slice(a, mime);
}
