/*
 * sticker.c - documents of sticker sets: made of a document that somebody uploaded, after a worker has seen that it is what
 * clients can show; and what they say of themselves, which a set's owner changes.
 */
#include "base/cleanup.h"
#include "base/err.h"
#include "domain/media/build.h"
#include "domain/media/media.h"
#include "store/file.h"

static int not_a_sticker(struct rpc_call *c, int r)
{
	switch (r) {
	case -ERR_INVALID:
	case -ERR_UNSUPPORTED:
	case -ERR_TOO_BIG:
		return rpc_fail(c, 400, "STICKER_FILE_INVALID");
	default:
		return media_worker_failed(c, r);
	}
}

static int look(struct rpc_call *c, const struct blob_id *id, bool small, struct worker_sticker *ret)
{
	CLEANUP_FD int fd = -1;
	int r;

	if (!c->app->workers)
		return -ERR_UNSUPPORTED;
	r = blob_fd(c->app->blobs, id, &fd);
	return r < 0 ? r : worker_sticker(c->app->workers, fd, small, &c->arena, ret);
}

static struct slice file_name(enum worker_sticker_kind kind)
{
	return kind == WORKER_STICKER_ANIMATED ? SLICE_LIT("AnimatedSticker.tgs")
	       : kind == WORKER_STICKER_VIDEO  ? SLICE_LIT("sticker.webm")
	                                       : SLICE_LIT("sticker.webp");
}

/* What clients find first: the sides, by the kind of file. */
static struct tl_obj *sides(struct arena *a, const struct worker_sticker *s)
{
	struct tl_documentAttributeImageSize *i = TL_NEW(a, documentAttributeImageSize);
	struct tl_documentAttributeVideo *v = TL_NEW(a, documentAttributeVideo);

	v->w = i->w = s->w;
	v->h = i->h = s->h;
	v->duration = s->duration;
	v->nosound = true;
	return s->kind == WORKER_STICKER_VIDEO ? &v->o : &i->o;
}

/* The content of the document that is named, as the first part of a new one. */
static int content_of(struct rpc_call *c, const struct tl_obj *input_document, struct made_part *ret)
{
	struct store_file_part part;
	int64_t file;
	int r = media_resolve_document(c, input_document, -1, &file);

	if (r < 0 || (r = store_file_part_get(c->db, file, '\0', &part)) < 0)
		return r;
	*ret = (struct made_part){.size = (uint64_t)part.size};
	memcpy(ret->blob.b, part.blob, sizeof(ret->blob.b));
	return 0;
}

int media_prepare_sticker(struct rpc_call *c, const struct tl_obj *input_document, bool small,
                          struct media_made **ret, enum worker_sticker_kind *ret_kind)
{
	struct worker_sticker *s = ARENA_NEW(&c->arena, struct worker_sticker);
	struct media_made *m = ARENA_NEW(&c->arena, struct media_made);
	struct tl_document *d = TL_NEW(&c->arena, document);
	struct tl_documentAttributeFilename *name = TL_NEW(&c->arena, documentAttributeFilename);
	int r = content_of(c, input_document, &m->parts[0]);

	if (r < 0)
		return r;
	if ((r = look(c, &m->parts[0].blob, small, s)) < 0)
		return not_a_sticker(c, r);
	if (s->webp.jpeg.n) { /* clients show WebP alone */
		strcpy(s->mime, "image/webp");
		r = media_put_part(c, m, '\0', s->webp.jpeg);
	} else {
		m->n_parts = 1;
	}
	if (r < 0)
		return r;
	m->document = d;
	d->file_reference = SLICE_LIT("");
	d->mime_type = arena_slice(&c->arena, slice_str(s->mime));
	d->size = (int64_t)m->parts[0].size;
	d->attributes = tl_vec_new(&c->arena, 2);
	d->attributes.v[0] = sides(&c->arena, s);
	d->attributes.v[1] = &name->o;
	name->file_name = file_name(s->kind);
	if (s->thumb.jpeg.n && (r = media_add_sizes(c, m, &s->thumb, 1, (struct slice){0}, &d->thumbs)) < 0)
		return r;
	*ret = m;
	*ret_kind = s->kind;
	return 0;
}

static struct tl_obj *attribute(struct arena *a, const struct media_sticker *s)
{
	struct tl_documentAttributeCustomEmoji *e = TL_NEW(a, documentAttributeCustomEmoji);
	struct tl_documentAttributeSticker *k = TL_NEW(a, documentAttributeSticker);
	struct tl_inputStickerSetID *id = TL_NEW(a, inputStickerSetID);
	struct tl_obj *set = s->set ? &id->o : &TL_NEW(a, inputStickerSetEmpty)->o;

	id->id = s->set;
	e->alt = k->alt = s->alt;
	e->stickerset = k->stickerset = set;
	e->free = true; /* nobody pays here */
	e->text_color = s->text_color;
	k->mask = s->mask;
	k->mask_coords = s->mask ? s->coords : NULL;
	return s->emoji ? &e->o : &k->o;
}

static void describe(struct arena *a, struct tl_document *d, const struct media_sticker *s)
{
	struct tl_vec v = tl_vec_new(a, d->attributes.n + 1);

	v.n = 0;
	for (uint32_t i = 0; i < d->attributes.n; i++)
		if (!TL_IS(documentAttributeSticker, d->attributes.v[i]) &&
		    !TL_IS(documentAttributeCustomEmoji, d->attributes.v[i]))
			v.v[v.n++] = d->attributes.v[i];
	v.v[v.n++] = attribute(a, s);
	d->attributes = v;
}

int media_ship(struct app *app, struct slice bytes, const char *mime, struct media_shipped *ret)
{
	if (bytes.n > BLOB_WINDOW)
		return -ERR_TOO_BIG;
	ret->mime = mime;
	ret->size = bytes.n;
	return blob_put(app->blobs, bytes, &ret->blob, NULL);
}

int media_commit_shipped(struct rpc_call *c, const struct media_shipped *s, struct slice alt,
                         int64_t *ret_file)
{
	struct media_made *m = ARENA_NEW(&c->arena, struct media_made);
	struct tl_documentAttributeImageSize *size = TL_NEW(&c->arena, documentAttributeImageSize);
	struct tl_document *d = TL_NEW(&c->arena, document);
	struct media_sticker says = {.alt = alt};
	int r = store_file_by_blob(c->db, s->blob.b, 0, ret_file);

	if (r != -ERR_NOTFOUND)
		return r;
	m->document = d;
	m->parts[m->n_parts++] = (struct made_part){.blob = s->blob, .size = s->size};
	d->file_reference = SLICE_LIT("");
	d->mime_type = slice_str(s->mime);
	d->size = s->size;
	d->attributes = tl_vec_new(&c->arena, 1);
	d->attributes.v[0] = &size->o;
	size->w = size->h = 512;
	describe(&c->arena, d, &says);
	return media_insert(c, m, ret_file);
}

int media_commit_sticker(struct rpc_call *c, struct media_made *made, const struct tl_obj *input_document,
                         const struct media_sticker *s, int64_t *ret_file)
{
	struct made_part now;
	int r = content_of(c, input_document, &now); /* still there, so its content has its windows */

	if (r < 0)
		return r;
	if (s)
		describe(&c->arena, made->document, s);
	return media_insert(c, made, ret_file);
}

int media_describe_sticker(struct rpc_call *c, int64_t file, const struct media_sticker *s)
{
	struct store_file f;
	struct tl_document *d;
	int r = store_file_get(c->db, file, &c->arena, &f);

	if (r < 0)
		return r;
	if (!(d = TL_AS(document, media_body(&c->arena, &f))))
		return -ERR_CORRUPT;
	describe(&c->arena, d, s);
	return store_file_set_body(c->db, file, media_encoded(c, &d->o));
}

int media_document_body(struct rpc_call *c, int64_t file, struct tl_document **ret)
{
	struct store_file f;
	int r = store_file_get(c->db, file, &c->arena, &f);

	if (r < 0)
		return r;
	*ret = TL_AS(document, media_body(&c->arena, &f));
	return *ret ? 0 : -ERR_NOTFOUND;
}
