/* change.c - stickers of a set come, go, move and are described anew, by the set's owner or the bot that made it for him. */
#include "base/err.h"
#include "domain/stickers/make.h"
#include "rpc_methods.h"

/* A sticker of an own set: the set, all that is in it and where this one stands. */
static int own_sticker(struct rpc_call *c, const struct tl_obj *input, struct store_sticker_set *s,
                       struct store_sticker **ret, size_t *ret_n, size_t *ret_at)
{
	struct store_sticker item;
	int64_t file;
	int r = media_resolve_document(c, input, -1, &file);

	if (r < 0)
		return r;
	r = store_sticker_of_file(c->db, file, &c->arena, &item);
	if (r >= 0)
		r = store_sticker_set_get(c->db, item.set, &c->arena, s);
	if (r == -ERR_NOTFOUND || (r >= 0 && !set_may_change(c, s)))
		return rpc_fail(c, 400, "STICKER_INVALID");
	if (r < 0 || (r = store_sticker_list(c->db, s->id, &c->arena, ret, ret_n)) < 0)
		return r;
	*ret_at = (size_t)item.place;
	return *ret_at < *ret_n ? 0 : -ERR_CORRUPT;
}

static int changed(struct rpc_call *c, struct store_sticker_set *s, const struct store_sticker *v, size_t n)
{
	int r;

	set_count(s, v, n);
	r = store_sticker_put_all(c->db, s->id, v, n, c->now);
	return r < 0 ? r : set_changed(c, s);
}

int stickers_addStickerToSet_prepare(struct rpc_call *c, const struct tl_stickers_addStickerToSet *q)
{
	struct set_item *made = ARENA_NEW(&c->arena, struct set_item);
	struct store_sticker_set s;
	int r;

	if ((r = set_own(c, q->stickerset, &s)) < 0 || (r = item_prepare(c, q->sticker, s.kind, made)) < 0)
		return r;
	c->prepared = made;
	return 0;
}

int stickers_addStickerToSet(struct rpc_call *c, const struct tl_stickers_addStickerToSet *q)
{
	struct store_sticker_set s;
	struct store_sticker *v;
	size_t n;
	int r;

	if ((r = set_own_all(c, q->stickerset, &s, &v, &n)) < 0)
		return r;
	if (n >= set_most(s.kind))
		return rpc_fail(c, 400, "STICKERS_TOO_MUCH");
	if ((r = item_commit(c, &s, q->sticker, c->prepared, &v[n])) < 0)
		return r;
	return changed(c, &s, v, n + 1);
}

int stickers_replaceSticker_prepare(struct rpc_call *c, const struct tl_stickers_replaceSticker *q)
{
	struct set_item *made = ARENA_NEW(&c->arena, struct set_item);
	struct store_sticker_set s;
	struct store_sticker *v;
	size_t n, at;
	int r;

	if ((r = own_sticker(c, q->sticker, &s, &v, &n, &at)) < 0 ||
	    (r = item_prepare(c, q->new_sticker, s.kind, made)) < 0)
		return r;
	c->prepared = made;
	return 0;
}

int stickers_replaceSticker(struct rpc_call *c, const struct tl_stickers_replaceSticker *q)
{
	struct store_sticker_set s;
	struct store_sticker *v;
	size_t n, at;
	int r;

	if ((r = own_sticker(c, q->sticker, &s, &v, &n, &at)) < 0 || (r = item_let_go(c, &s, &v[at])) < 0 ||
	    (r = item_commit(c, &s, q->new_sticker, c->prepared, &v[at])) < 0)
		return r;
	return changed(c, &s, v, n);
}

int stickers_removeStickerFromSet(struct rpc_call *c, const struct tl_stickers_removeStickerFromSet *q)
{
	struct store_sticker_set s;
	struct store_sticker *v;
	size_t n, at;
	int r;

	if ((r = own_sticker(c, q->sticker, &s, &v, &n, &at)) < 0 || (r = item_let_go(c, &s, &v[at])) < 0)
		return r;
	if (s.thumb_doc == v[at].file)
		s.thumb_doc = 0;
	memmove(&v[at], &v[at + 1], (n - at - 1) * sizeof(*v));
	return changed(c, &s, v, n - 1);
}

int stickers_changeStickerPosition(struct rpc_call *c, const struct tl_stickers_changeStickerPosition *q)
{
	struct store_sticker_set s;
	struct store_sticker *v, moved;
	size_t n, at, to;
	int r;

	if ((r = own_sticker(c, q->sticker, &s, &v, &n, &at)) < 0)
		return r;
	to = q->position < 0 ? 0 : (size_t)q->position < n ? (size_t)q->position : n - 1;
	moved = v[at];
	memmove(&v[at], &v[at + 1], (n - at - 1) * sizeof(*v));
	memmove(&v[to + 1], &v[to], (n - 1 - to) * sizeof(*v));
	v[to] = moved;
	return changed(c, &s, v, n);
}

int stickers_changeSticker(struct rpc_call *c, const struct tl_stickers_changeSticker *q)
{
	struct tl_inputStickerSetItem item = {
		.emoji = q->emoji, .keywords = q->keywords, .mask_coords = q->mask_coords};
	struct store_sticker_set s;
	struct store_sticker *v;
	struct media_sticker m;
	size_t n, at;
	int r;

	if ((r = own_sticker(c, q->sticker, &s, &v, &n, &at)) < 0)
		return r;
	if (!item.emoji.p)
		item.emoji = v[at].emoji;
	if (!item.keywords.p)
		item.keywords = v[at].keywords;
	if ((r = item_check(c, &item)) < 0)
		return r;
	v[at].emoji = item.emoji;
	v[at].keywords = item.keywords;
	m = item_says(&s, item.emoji, item.mask_coords);
	if ((r = media_describe_sticker(c, v[at].file, &m)) < 0 || (r = item_index(c, &s, &v[at])) < 0)
		return r;
	return changed(c, &s, v, n);
}
