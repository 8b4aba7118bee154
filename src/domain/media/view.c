/*
 * view.c - what is a viewer's is laid over photos and documents of stored content: access hash, file reference, DC. Not here:
 * what the rest of a message looks like (messages/content.c).
 */
#include "base/err.h"
#include "domain/media/media.h"
#include "domain/media/private.h"
#include "domain/media/reference.h"
#include "store/file.h"
#include "updates/peer.h"

/* Its references' epoch; a file that is gone has none, and its reference will not help. */
static int epoch_of(struct rpc_call *c, int64_t file, int64_t *ret)
{
	int r = store_file_epoch(c->db, file, ret);

	if (r == -ERR_NOTFOUND)
		*ret = r = 0;
	return r;
}

/* A post's references are the same for all who read it, so that it can be sent to many at once; access hashes are each one's own. */
static int64_t reader_of(const struct view *v, const struct media_origin *from)
{
	return from->kind == MEDIA_FROM_MESSAGE && peer_is_channel(from->peer) ? 0 : v->viewer;
}

static void lay_set(struct view *v, const struct tl_obj *stickerset)
{
	struct tl_inputStickerSetID *s = TL_AS(inputStickerSetID, stickerset);

	if (!s)
		return;
	view_file(v, ACCESS_STICKERS, s->id);
	s->access_hash = access_hash(v->c->app, v->viewer, ACCESS_STICKERS, s->id);
}

static int lay_photo(struct view *v, const struct media_origin *from, struct tl_photo *p)
{
	int64_t epoch;
	int r;

	if (!p)
		return 0;
	if ((r = epoch_of(v->c, p->id, &epoch)) < 0)
		return r;
	view_file(v, ACCESS_PHOTO, p->id);
	p->access_hash = access_hash(v->c->app, v->viewer, ACCESS_PHOTO, p->id);
	p->file_reference = reference_make(v->c, reader_of(v, from), p->id, epoch, from);
	p->dc_id = MEDIA_DC;
	for (uint32_t i = 0; i < p->video_sizes.n; i++)
		if (TL_IS(videoSizeStickerMarkup, p->video_sizes.v[i]))
			lay_set(v, TL_AS(videoSizeStickerMarkup, p->video_sizes.v[i])->stickerset);
	return 0;
}

static bool is_of_a_set(const struct tl_document *d)
{
	for (uint32_t i = 0; i < d->attributes.n; i++)
		if (TL_IS(documentAttributeSticker, d->attributes.v[i]) ||
		    TL_IS(documentAttributeCustomEmoji, d->attributes.v[i]))
			return true;
	return false;
}

/* A sticker's set may have changed since the message was written: its newest attributes count. */
static int renew(struct rpc_call *c, struct tl_document *d, int64_t *ret_epoch)
{
	struct store_file f;
	struct tl_document *newest;
	int r = store_file_get(c->db, d->id, &c->arena, &f);

	if (r == -ERR_NOTFOUND) {
		*ret_epoch = 0;
		return 0;
	}
	if (r < 0)
		return r;
	*ret_epoch = f.epoch;
	newest = TL_AS(document, media_body(&c->arena, &f));
	if (newest)
		d->attributes = newest->attributes;
	return 0;
}

static int lay_document(struct view *v, const struct media_origin *from, struct tl_document *d)
{
	int64_t epoch;
	int r;

	if (!d)
		return 0;
	r = is_of_a_set(d) ? renew(v->c, d, &epoch) : epoch_of(v->c, d->id, &epoch);
	if (r < 0)
		return r;
	for (uint32_t i = 0; i < d->attributes.n; i++) {
		struct tl_documentAttributeSticker *s = TL_AS(documentAttributeSticker, d->attributes.v[i]);
		struct tl_documentAttributeCustomEmoji *e = TL_AS(documentAttributeCustomEmoji,
		                                                  d->attributes.v[i]);

		lay_set(v, s ? s->stickerset : e ? e->stickerset : NULL);
	}
	view_file(v, ACCESS_DOCUMENT, d->id);
	d->access_hash = access_hash(v->c->app, v->viewer, ACCESS_DOCUMENT, d->id);
	d->file_reference = reference_make(v->c, reader_of(v, from), d->id, epoch, from);
	d->dc_id = MEDIA_DC;
	return 0;
}

static int lay_document_media(struct view *v, const struct media_origin *from,
                              struct tl_messageMediaDocument *m)
{
	int r = lay_document(v, from, TL_AS(document, m->document));

	for (uint32_t i = 0; r >= 0 && i < m->alt_documents.n; i++)
		r = lay_document(v, from, TL_AS(document, m->alt_documents.v[i]));
	return r < 0 ? r : lay_photo(v, from, TL_AS(photo, m->video_cover));
}

int media_view(struct view *v, const struct media_origin *from, struct tl_obj *media)
{
	if (!media)
		return 0;
	switch (media->name) {
	case TL_photo:
		return lay_photo(v, from, TL_AS(photo, media));
	case TL_document:
		return lay_document(v, from, TL_AS(document, media));
	case TL_messageMediaPhoto:
		return lay_photo(v, from, TL_AS(photo, TL_AS(messageMediaPhoto, media)->photo));
	case TL_messageMediaDocument:
		return lay_document_media(v, from, TL_AS(messageMediaDocument, media));
	case TL_messageActionChatEditPhoto:
		return lay_photo(v, from, TL_AS(photo, TL_AS(messageActionChatEditPhoto, media)->photo));
	case TL_messageActionSuggestProfilePhoto:
		return lay_photo(v, from,
		                 TL_AS(photo, TL_AS(messageActionSuggestProfilePhoto, media)->photo));
	case TL_messageMediaContact:
		view_peer(v, TL_AS(messageMediaContact, media)->user_id);
		return 0;
	default:
		return 0;
	}
}

struct tl_obj *media_body(struct arena *a, const struct store_file *f)
{
	struct rd in = rd_of(f->body.p, f->body.n);
	struct tl_obj *o;

	return tl_decode(&in, a, &o) == 0 ? o : NULL;
}

int media_file_view(struct rpc_call *c, int64_t file, const struct media_origin *from, struct tl_obj **ret)
{
	struct store_file f;
	struct tl_obj *o;
	struct view v;
	int r;

	if ((r = store_file_get(c->db, file, &c->arena, &f)) < 0)
		return r;
	if (!(o = media_body(&c->arena, &f)))
		return -ERR_CORRUPT;
	view_init(&v, c);
	if ((r = media_view(&v, from, o)) < 0)
		return r;
	*ret = o;
	return 0;
}

int media_photo_body(struct rpc_call *c, int64_t file, struct tl_obj **ret)
{
	struct store_file f;
	int r = store_file_get(c->db, file, &c->arena, &f);

	if (r < 0)
		return r;
	*ret = media_body(&c->arena, &f);
	return TL_IS(photo, *ret) ? 0 : -ERR_NOTFOUND;
}
