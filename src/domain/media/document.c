/*
 * document.c - an upload to a document. Clients compare what comes back with what they said, so their attributes stay; where
 * they said nothing (a video of 0 seconds, a voice without its waveform) it is looked for, and so is a thumb. A file that our
 * workers cannot read is a file all the same: it goes without.
 */
#include <math.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/settings.h"
#include "domain/media/build.h"
#include "rpc_methods.h"

enum { CHUNK = 131072 };

static struct tl_obj *attribute(const struct tl_document *d, uint16_t name)
{
	for (uint32_t i = 0; i < d->attributes.n; i++)
		if (d->attributes.v[i]->name == name)
			return d->attributes.v[i];
	return NULL;
}

static void add_attribute(struct arena *a, struct tl_document *d, struct tl_obj *o)
{
	struct tl_vec v = tl_vec_new(a, d->attributes.n + 1);

	for (uint32_t i = 0; i < d->attributes.n; i++)
		v.v[i] = d->attributes.v[i];
	v.v[d->attributes.n] = o;
	d->attributes = v;
}

static bool begins(struct slice s, const char *with)
{
	size_t n = strlen(with);

	return s.n >= n && memcmp(s.p, with, n) == 0;
}

/* 0 even if there is none to be had; negative only for what ends the call. */
static int not_fatal(struct rpc_call *c, int r)
{
	switch (r) {
	case -ERR_INVALID:
	case -ERR_UNSUPPORTED:
	case -ERR_TOO_BIG:
		return 0;
	case -ERR_FULL:
		return media_worker_failed(c, r);
	default:
		return r;
	}
}

static int own_thumb(struct rpc_call *c, struct media_made *m, const struct tl_obj *input_file, bool sticker)
{
	struct made_part *p = &m->unused[m->n_unused];
	struct worker_image *image = ARENA_NEW(&c->arena, struct worker_image);
	int r;

	if ((r = media_upload(c, input_file, LIMIT_PHOTO_BYTES, p)) < 0)
		return r;
	m->n_unused++;
	r = media_look_at_image(c, p, sticker ? WORKER_STICKER_THUMB : WORKER_THUMB, image);
	if (r < 0)
		return not_fatal(c, r);
	return media_add_sizes(c, m, image->size, image->n_sizes, image->stripped, &m->document->thumbs);
}

static int thumb_of_image(struct rpc_call *c, struct media_made *m, const struct worker_image *image)
{
	return media_add_sizes(c, m, image->size, image->n_sizes, image->stripped, &m->document->thumbs);
}

static int from_image(struct rpc_call *c, struct media_made *m, bool sticker)
{
	struct worker_image *image = ARENA_NEW(&c->arena, struct worker_image);
	int r = media_look_at_image(c, &m->parts[0], sticker ? WORKER_STICKER_THUMB : WORKER_THUMB, image);

	return r < 0 ? not_fatal(c, r) : thumb_of_image(c, m, image);
}

static void complete_video(struct tl_documentAttributeVideo *v, const struct worker_video *w)
{
	if (v->duration <= 0 && isfinite(w->duration) && w->duration > 0)
		v->duration = w->duration;
	if ((v->w <= 1 || v->h <= 1) && w->w > 0 && w->h > 0) { /* Telethon without hachoir says 1 x 1 */
		v->w = w->w;
		v->h = w->h;
	}
	v->supports_streaming |= w->streamable;
}

static void complete_audio(struct tl_documentAttributeAudio *v, const struct worker_video *w)
{
	if (v->duration <= 0 && isfinite(w->duration) && w->duration > 0)
		v->duration = (int32_t)(w->duration + 0.5);
	if (v->voice && !v->waveform.n && w->waveform.n)
		v->waveform = w->waveform;
	if (!v->voice && !v->title.p && w->title.n)
		v->title = w->title;
	if (!v->voice && !v->performer.p && w->performer.n)
		v->performer = w->performer;
}

static int look_at_video(struct rpc_call *c, const struct made_part *p, bool waveform,
                         struct worker_video *ret)
{
	CLEANUP_FD int fd = -1;
	int r;

	if (!c->app->workers)
		return -ERR_UNSUPPORTED;
	r = blob_fd(c->app->blobs, &p->blob, &fd);
	return r < 0 ? r : worker_video(c->app->workers, fd, waveform, &c->arena, ret);
}

/* Does the client's word leave anything open that a look would tell? */
static bool is_complete(const struct tl_document *d)
{
	const struct tl_documentAttributeVideo *v = TL_AS(documentAttributeVideo,
	                                                  attribute(d, TL_documentAttributeVideo));
	const struct tl_documentAttributeAudio *a = TL_AS(documentAttributeAudio,
	                                                  attribute(d, TL_documentAttributeAudio));

	if (v)
		return d->thumbs.n && v->duration > 0 && v->w > 1 && v->h > 1 && v->supports_streaming;
	if (a && a->voice)
		return a->duration > 0 && a->waveform.n;
	return a && d->thumbs.n && a->duration > 0 && a->title.n && a->performer.n;
}

static int from_video(struct rpc_call *c, struct media_made *m)
{
	struct tl_document *d = m->document;
	struct tl_documentAttributeVideo *v = TL_AS(documentAttributeVideo,
	                                            attribute(d, TL_documentAttributeVideo));
	struct tl_documentAttributeAudio *a = TL_AS(documentAttributeAudio,
	                                            attribute(d, TL_documentAttributeAudio));
	struct worker_video *w;
	const struct worker_size *size;
	int r;

	if (is_complete(d))
		return 0;
	w = ARENA_NEW(&c->arena, struct worker_video);
	r = look_at_video(c, &m->parts[0], a && a->voice && !a->waveform.n, w);
	if (r < 0)
		return not_fatal(c, r);
	if (v)
		complete_video(v, w);
	if (a)
		complete_audio(a, w);
	size = w->thumb.jpeg.n ? &w->thumb : &w->cover;
	if (d->thumbs.n || (a && a->voice) || !size->jpeg.n)
		return 0;
	return media_add_sizes(c, m, size, 1, w->stripped, &d->thumbs);
}

int media_copy_in(struct rpc_call *c, int fd, struct made_part *ret)
{
	uint8_t *chunk = arena_alloc(&c->arena, CHUNK);
	struct buf windows = {0};
	struct blob_in *in;
	off_t at = 0;
	ssize_t n;
	int r;

	if ((r = blob_in_new(c->app->blobs, &in)) < 0)
		return r;
	while (r >= 0 && (n = pread(fd, chunk, CHUNK, at)) != 0) {
		r = n < 0 ? -ERR_IO : blob_in_put(in, slice_of(chunk, (size_t)n));
		at += n;
	}
	if (r >= 0 && (r = blob_in_seal(in, &ret->blob, &ret->size, &windows)) >= 0)
		ret->windows = arena_slice(&c->arena, buf_slice(&windows));
	buf_fini(&windows);
	blob_in_free(in);
	return r;
}

static void is_now_mp4(struct rpc_call *c, struct tl_document *d, const struct worker_video *w)
{
	struct tl_documentAttributeVideo *v = TL_AS(documentAttributeVideo,
	                                            attribute(d, TL_documentAttributeVideo));
	struct tl_documentAttributeFilename *name = TL_AS(documentAttributeFilename,
	                                                  attribute(d, TL_documentAttributeFilename));

	if (!v) {
		v = TL_NEW(&c->arena, documentAttributeVideo);
		add_attribute(&c->arena, d, &v->o);
	}
	complete_video(v, w);
	v->nosound = true;
	if (!attribute(d, TL_documentAttributeAnimated))
		add_attribute(&c->arena, d, &TL_NEW(&c->arena, documentAttributeAnimated)->o);
	if (name)
		name->file_name = arena_printf(&c->arena, "%.*s.mp4", (int)name->file_name.n,
		                               (const char *)name->file_name.p);
	d->mime_type = SLICE_LIT("video/mp4");
}

/* An animated GIF becomes a video without sound, as clients expect of what they send as image/gif; others stay pictures. */
static int from_gif(struct rpc_call *c, struct media_made *m)
{
	struct worker_image *image = ARENA_NEW(&c->arena, struct worker_image);
	struct worker_video *w = ARENA_NEW(&c->arena, struct worker_video);
	CLEANUP_FD int fd = -1;
	CLEANUP_FD int mp4 = -1;
	struct made_part made = {0};
	int r = media_look_at_image(c, &m->parts[0], WORKER_THUMB, image);

	if (r >= 0 && !m->document->thumbs.n)
		r = thumb_of_image(c, m, image);
	if (r < 0 || !image->animated || m->parts[0].size > LIMIT_GIF_BYTES ||
	    (r = blob_fd(c->app->blobs, &m->parts[0].blob, &fd)) < 0)
		return not_fatal(c, r);
	r = worker_gif_to_mp4(c->app->workers, fd, &c->arena, w, &mp4);
	if (r < 0)
		return not_fatal(c, r);
	if ((r = media_copy_in(c, mp4, &made)) < 0)
		return r;
	m->unused[m->n_unused++] = m->parts[0];
	m->parts[0] = made;
	m->document->size = (int64_t)made.size;
	is_now_mp4(c, m->document, w);
	return 0;
}

static int look(struct rpc_call *c, struct media_made *m, const struct tl_inputMediaUploadedDocument *in)
{
	struct media_traits t = media_traits_of(m->document);
	struct slice mime = m->document->mime_type;

	if (in->force_file && !t.video && !t.audio && !begins(mime, "image/"))
		return 0;
	if (slice_eq(mime, SLICE_LIT("image/gif")) && !in->force_file && !t.sticker)
		return from_gif(c, m);
	if (begins(mime, "image/"))
		return m->document->thumbs.n ? 0 : from_image(c, m, t.sticker || t.emoji);
	if (t.video || t.audio || begins(mime, "video/") || begins(mime, "audio/"))
		return from_video(c, m);
	return 0;
}

int media_build_document(struct rpc_call *c, const struct tl_inputMediaUploadedDocument *in,
                         struct media_made **ret)
{
	uint64_t max = (uint64_t)c->app->settings->media_max_file_mib << 20;
	struct media_made *m = ARENA_NEW(&c->arena, struct media_made);
	struct tl_documentAttributeVideo *v;
	struct tl_document *d = TL_NEW(&c->arena, document);
	struct media_traits t;
	int r;

	m->document = d;
	d->file_reference = SLICE_LIT("");
	d->mime_type = media_mime(&c->arena, in->mime_type);
	if ((r = media_attributes(c, &in->attributes, &d->attributes)) < 0 ||
	    (r = media_upload(c, in->file, max, &m->parts[0])) < 0)
		return r;
	m->n_parts = 1;
	d->size = (int64_t)m->parts[0].size;
	t = media_traits_of(d);
	v = TL_AS(documentAttributeVideo, attribute(d, TL_documentAttributeVideo));
	if (v && in->nosound_video)
		v->nosound = true;
	if (in->thumb && (r = own_thumb(c, m, in->thumb, t.sticker || t.emoji)) < 0)
		return r;
	if ((r = look(c, m, in)) < 0)
		return r;
	if (!d->thumbs.n)
		d->thumbs = (struct tl_vec){0};
	*ret = m;
	return 0;
}
