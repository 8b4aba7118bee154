/* input.c - InputMedia to MessageMedia: which is made of what, in the two phases of media.h. */
#include "base/err.h"
#include "domain/media/build.h"
#include "domain/media/plain.h"
#include "domain/media/reference.h"
#include "domain/polls/poll.h"

enum { TTL_MAX = 60, TTL_ONCE = INT32_MAX };

int media_prepare(struct rpc_call *c, const struct tl_obj *input, struct media_made **ret)
{
	const struct tl_inputMediaUploadedPhoto *p = TL_AS(inputMediaUploadedPhoto, input);
	const struct tl_inputMediaUploadedDocument *d = TL_AS(inputMediaUploadedDocument, input);

	*ret = NULL;
	if (p)
		return media_build_photo(c, p->file, WORKER_PHOTO, ret);
	return d ? media_build_document(c, d, ret) : 0;
}

/* A file of this kind that the caller has seen: its row, or the protocol's error. */
static int known(struct rpc_call *c, enum store_file_kind kind, int64_t id, int64_t hash,
                 struct slice reference, int item, struct store_file *ret)
{
	enum peer_kind access = kind == STORE_FILE_PHOTO ? ACCESS_PHOTO : ACCESS_DOCUMENT;
	int r = -ERR_NOTFOUND;

	if (hash == access_hash(c->app, c->user_id, access, id))
		r = store_file_get(c->db, id, &c->arena, ret);
	if (r == -ERR_NOTFOUND || (r == 0 && ret->kind != kind))
		return rpc_fail(c, 400, "MEDIA_INVALID");
	return r < 0 ? r : reference_check(c, id, ret->epoch, reference, item);
}

static int known_photo(struct rpc_call *c, const struct tl_obj *input, int item, struct store_file *ret)
{
	const struct tl_inputPhoto *p = TL_AS(inputPhoto, input);

	if (!p)
		return rpc_fail(c, 400, "MEDIA_EMPTY");
	return known(c, STORE_FILE_PHOTO, p->id, p->access_hash, p->file_reference, item, ret);
}

static int known_document(struct rpc_call *c, const struct tl_obj *input, int item, struct store_file *ret)
{
	const struct tl_inputDocument *d = TL_AS(inputDocument, input);

	if (!d)
		return rpc_fail(c, 400, "MEDIA_EMPTY");
	return known(c, STORE_FILE_DOCUMENT, d->id, d->access_hash, d->file_reference, item, ret);
}

int media_resolve_photo(struct rpc_call *c, const struct tl_obj *input_photo, int item, int64_t *ret_file)
{
	struct store_file f;
	int r = known_photo(c, input_photo, item, &f);

	if (r >= 0)
		*ret_file = f.id;
	return r;
}

int media_resolve_document(struct rpc_call *c, const struct tl_obj *input_document, int item,
                           int64_t *ret_file)
{
	struct store_file f;
	int r = known_document(c, input_document, item, &f);

	if (r >= 0)
		*ret_file = f.id;
	return r;
}

static int with_ttl(struct rpc_call *c, bool has, int32_t ttl)
{
	if (has && ttl != TTL_ONCE && (ttl < 1 || ttl > TTL_MAX))
		return rpc_fail(c, 400, "TTL_MEDIA_INVALID");
	return 0;
}

static int photo(struct rpc_call *c, struct tl_photo *photo, bool spoiler, bool has_ttl, int32_t ttl,
                 struct media_ready *ret)
{
	struct tl_messageMediaPhoto *m = TL_NEW(&c->arena, messageMediaPhoto);

	if (!photo)
		return -ERR_CORRUPT;
	m->photo = &photo->o;
	m->spoiler = spoiler;
	m->has_ttl_seconds = has_ttl;
	m->ttl_seconds = has_ttl ? ttl : 0;
	ret->media = &m->o;
	return with_ttl(c, has_ttl, ttl);
}

/* What may destroy itself: pictures that move, and voices. */
static bool may_expire(struct media_traits t)
{
	return (t.video && !t.animated) || t.voice || t.round;
}

static int document(struct rpc_call *c, struct tl_document *d, bool spoiler, bool has_ttl, int32_t ttl,
                    struct media_ready *ret)
{
	struct tl_messageMediaDocument *m = TL_NEW(&c->arena, messageMediaDocument);
	struct media_traits t;

	if (!d)
		return -ERR_CORRUPT;
	t = media_traits_of(d);
	if (has_ttl && !may_expire(t))
		return rpc_fail(c, 400, "TTL_MEDIA_INVALID");
	m->document = &d->o;
	m->spoiler = spoiler;
	m->video = t.video && !t.animated && !t.sticker;
	m->round = t.round;
	m->voice = t.voice;
	m->has_ttl_seconds = has_ttl;
	m->ttl_seconds = has_ttl ? ttl : 0;
	ret->media = &m->o;
	return with_ttl(c, has_ttl, ttl);
}

static int uploaded(struct rpc_call *c, const struct tl_obj *input, struct media_made *made,
                    struct media_ready *ret)
{
	const struct tl_inputMediaUploadedPhoto *p = TL_AS(inputMediaUploadedPhoto, input);
	const struct tl_inputMediaUploadedDocument *d = TL_AS(inputMediaUploadedDocument, input);
	int64_t file;
	int r;

	if (!made)
		return rpc_fail(c, 400, "MEDIA_EMPTY");
	if ((r = media_insert(c, made, &file)) < 0)
		return r;
	if (p)
		return photo(c, made->photo, p->spoiler, p->has_ttl_seconds, p->ttl_seconds, ret);
	return document(c, made->document, d->spoiler, d->has_ttl_seconds, d->ttl_seconds, ret);
}

static int again_photo(struct rpc_call *c, const struct tl_inputMediaPhoto *in, int item,
                       struct media_ready *ret)
{
	struct store_file f;
	int r = known_photo(c, in->id, item, &f);

	return r < 0 ? r
	             : photo(c, TL_AS(photo, media_body(&c->arena, &f)), in->spoiler, in->has_ttl_seconds,
	                     in->ttl_seconds, ret);
}

static int again_document(struct rpc_call *c, const struct tl_inputMediaDocument *in, int item,
                          struct media_ready *ret)
{
	struct store_file f;
	int r = known_document(c, in->id, item, &f);

	return r < 0 ? r
	             : document(c, TL_AS(document, media_body(&c->arena, &f)), in->spoiler,
	                        in->has_ttl_seconds, in->ttl_seconds, ret);
}

static int convert(struct rpc_call *c, const struct tl_obj *in, struct media_made *made, int item,
                   struct media_ready *ret)
{
	switch (in->name) {
	case TL_inputMediaUploadedPhoto:
	case TL_inputMediaUploadedDocument:
		return uploaded(c, in, made, ret);
	case TL_inputMediaPhoto:
		return again_photo(c, TL_AS(inputMediaPhoto, in), item, ret);
	case TL_inputMediaDocument:
		return again_document(c, TL_AS(inputMediaDocument, in), item, ret);
	case TL_inputMediaContact:
		return plain_contact(c, TL_AS(inputMediaContact, in), &ret->media);
	case TL_inputMediaGeoPoint:
		return plain_geo(c, TL_AS(inputMediaGeoPoint, in), &ret->media);
	case TL_inputMediaGeoLive:
		return plain_geo_live(c, TL_AS(inputMediaGeoLive, in), &ret->media);
	case TL_inputMediaVenue:
		return plain_venue(c, TL_AS(inputMediaVenue, in), &ret->media);
	case TL_inputMediaDice:
		return plain_dice(c, TL_AS(inputMediaDice, in), &ret->media);
	case TL_inputMediaPoll:
		return poll_create(c, TL_AS(inputMediaPoll, in), &ret->media);
	case TL_inputMediaWebPage:
		/* Pages are not fetched: what was to be an addition is left out, what was to be the message is refused. */
		return TL_AS(inputMediaWebPage, in)->optional ? 0 : rpc_fail(c, 400, "WEBPAGE_NOT_FOUND");
	case TL_inputMediaPhotoExternal:
	case TL_inputMediaDocumentExternal:
		return rpc_fail(c, 400, "WEBPAGE_CURL_FAILED"); /* nothing is fetched from elsewhere */
	case TL_inputMediaEmpty:
		return rpc_fail(c, 400, "MEDIA_EMPTY");
	default:
		return rpc_fail(c, 400, "MEDIA_INVALID");
	}
}

void media_ready_of(struct tl_obj *media, struct media_ready *ret)
{
	const struct tl_messageMediaPhoto *p = TL_AS(messageMediaPhoto, media);
	const struct tl_messageMediaDocument *d = TL_AS(messageMediaDocument, media);

	*ret = (struct media_ready){.media = media};
	ret->kind = media_kind(media, &ret->file);
	ret->ttl = p && p->has_ttl_seconds ? p->ttl_seconds : d && d->has_ttl_seconds ? d->ttl_seconds : 0;
	ret->unread = ret->ttl || ret->kind == STORE_MEDIA_VOICE || ret->kind == STORE_MEDIA_ROUND;
}

int media_commit(struct rpc_call *c, const struct tl_obj *input, struct media_made *made, int item,
                 struct media_ready *ret)
{
	struct media_ready ready = {0};
	int r = convert(c, input, made, item, &ready);

	if (r < 0)
		return r;
	media_ready_of(ready.media, ret);
	return 0;
}

struct tl_obj *media_expired(struct arena *a, const struct tl_obj *media)
{
	const struct tl_messageMediaPhoto *p = TL_AS(messageMediaPhoto, media);
	const struct tl_messageMediaDocument *d = TL_AS(messageMediaDocument, media);
	struct tl_messageMediaPhoto *photo;
	struct tl_messageMediaDocument *document;

	if (p && p->has_ttl_seconds && p->photo) {
		photo = TL_NEW(a, messageMediaPhoto);
		photo->has_ttl_seconds = true;
		photo->ttl_seconds = p->ttl_seconds;
		return &photo->o;
	}
	if (!d || !d->has_ttl_seconds || !d->document)
		return NULL;
	document = TL_NEW(a, messageMediaDocument);
	document->video = d->video; /* clients tell an expired voice from an expired video by these */
	document->round = d->round;
	document->voice = d->voice;
	document->has_ttl_seconds = true;
	document->ttl_seconds = d->ttl_seconds;
	return &document->o;
}
