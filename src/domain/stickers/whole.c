/* whole.c - a set as a whole: whose it is, its title and picture, its end, and who learns of it. */
#include "base/err.h"
#include "domain/stickers/make.h"
#include "rpc_methods.h"
#include "store/file.h"
#include "store/sticker_own.h"

enum { TOLD_MAX = 1000 };

void set_count(struct store_sticker_set *s, const struct store_sticker *v, size_t n)
{
	s->count = (int32_t)n;
	s->formats = 0;
	for (size_t i = 0; i < n; i++)
		s->formats |= v[i].format;
}

size_t set_most(enum store_sticker_kind kind)
{
	return kind == STORE_EMOJI ? LIMIT_EMOJI_PER_SET : LIMIT_STICKERS_PER_SET;
}

int set_reply_after(struct rpc_call *c, int64_t set)
{
	int64_t *id = ARENA_NEW(&c->arena, int64_t);

	*id = set;
	return rpc_reply_after(c, set_reply, id);
}

int set_put_thumb(struct rpc_call *c, struct store_sticker_set *s, const struct tl_obj *document,
                  struct media_made *made)
{
	int64_t file = 0;
	int r = document ? media_commit_sticker(c, made, document, NULL, &file) : 0;

	if (r >= 0 && file)
		r = store_file_ref(c->db, file, 1, c->now);
	if (r >= 0 && s->thumb)
		r = store_file_ref(c->db, s->thumb, -1, c->now);
	s->thumb = file;
	return r;
}

bool set_may_change(const struct rpc_call *c, const struct store_sticker_set *s)
{
	return s->owner == c->user_id || s->maker == c->user_id;
}

int set_own(struct rpc_call *c, const struct tl_obj *input, struct store_sticker_set *ret)
{
	int r = set_resolve(c, input, ret);

	return r < 0 ? r : set_may_change(c, ret) ? 0 : rpc_fail(c, 400, "STICKERSET_INVALID");
}

static int tell_who_has(struct rpc_call *c, const struct store_sticker_set *s)
{
	struct upd_event ev = {.kind = UPD_STICKER_SETS, .id = (int32_t)s->kind};
	int64_t *who;
	size_t n;
	int r = store_sticker_own_who(c->db, s->id, 0, TOLD_MAX, &c->arena, &who, &n);

	for (size_t i = 0; r >= 0 && i < n; i++) {
		ev.owner = who[i];
		ev.except_key = who[i] == c->user_id ? c->client->auth_key_id : 0;
		r = rpc_log_event(c, &ev);
	}
	return r < 0 ? r : 0;
}

int set_own_all(struct rpc_call *c, const struct tl_obj *input, struct store_sticker_set *ret,
                struct store_sticker **ret_v, size_t *ret_n)
{
	int r = set_own(c, input, ret);

	return r < 0 ? r : store_sticker_list(c->db, ret->id, &c->arena, ret_v, ret_n);
}

int set_changed(struct rpc_call *c, struct store_sticker_set *s)
{
	int r;

	if ((r = store_sticker_set_update(c->db, s)) < 0 || (r = tell_who_has(c, s)) < 0)
		return r;
	return set_reply_after(c, s->id);
}

int stickers_renameStickerSet(struct rpc_call *c, const struct tl_stickers_renameStickerSet *q)
{
	struct store_sticker_set s;
	int r;

	if ((r = set_own(c, q->stickerset, &s)) < 0 || (r = set_title(c, q->title, &s.title)) < 0)
		return r;
	return set_changed(c, &s);
}

int stickers_setStickerSetThumb_prepare(struct rpc_call *c, const struct tl_stickers_setStickerSetThumb *q)
{
	struct set_item *made = ARENA_NEW(&c->arena, struct set_item);
	struct store_sticker_set s;
	int r = set_own(c, q->stickerset, &s);

	if (r >= 0 && q->thumb && !TL_IS(inputDocumentEmpty, q->thumb))
		r = media_prepare_sticker(c, q->thumb, true, &made->made, &made->kind);
	c->prepared = made;
	return r < 0 ? r : 0;
}

int stickers_setStickerSetThumb(struct rpc_call *c, const struct tl_stickers_setStickerSetThumb *q)
{
	const struct set_item *made = c->prepared;
	struct store_sticker_set s;
	struct store_sticker item;
	int r = set_own(c, q->stickerset, &s);

	if (r < 0)
		return r;
	if (q->has_thumb_document_id && q->thumb_document_id) {
		r = store_sticker_of_file(c->db, q->thumb_document_id, &c->arena, &item);
		if (r == -ERR_NOTFOUND || (r >= 0 && (item.set != s.id || s.kind != STORE_EMOJI)))
			return rpc_fail(c, 400, "STICKER_INVALID");
	}
	if (r < 0)
		return r;
	s.thumb_doc = q->has_thumb_document_id ? q->thumb_document_id : 0;
	r = set_put_thumb(c, &s, made->made ? q->thumb : NULL, made->made);
	return r < 0 ? r : set_changed(c, &s);
}

static int everybody_loses_it(struct rpc_call *c, const struct store_sticker_set *s)
{
	int64_t *who;
	size_t n;
	int r;

	do {
		if ((r = store_sticker_own_who(c->db, s->id, 0, TOLD_MAX, &c->arena, &who, &n)) < 0)
			return r;
		for (size_t i = 0; r >= 0 && i < n; i++)
			r = store_sticker_own_delete(c->db, who[i], s->id);
	} while (r >= 0 && n == TOLD_MAX);
	return r < 0 ? r : 0;
}

int stickers_deleteStickerSet(struct rpc_call *c, const struct tl_stickers_deleteStickerSet *q)
{
	struct store_sticker_set s;
	struct store_sticker *v;
	size_t n;
	int r;

	if ((r = set_own_all(c, q->stickerset, &s, &v, &n)) < 0)
		return r;
	for (size_t i = 0; i < n; i++)
		if ((r = item_let_go(c, &s, &v[i])) < 0)
			return r;
	if ((r = store_sticker_put_all(c->db, s.id, NULL, 0, c->now)) < 0 ||
	    (r = set_put_thumb(c, &s, NULL, NULL)) < 0 || (r = tell_who_has(c, &s)) < 0 ||
	    (r = everybody_loses_it(c, &s)) < 0 ||
	    (r = store_sticker_set_delete(c->db, s.id, set_fold(&c->arena, s.name))) < 0)
		return r;
	return rpc_reply_bool(c, true);
}
