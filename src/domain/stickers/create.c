/* create.c - a new set, made by its owner or by the bot that makes it for him. */
#include "base/err.h"
#include "crypto/rng.h"
#include "domain/stickers/make.h"
#include "domain/users/peer.h"
#include "rpc_methods.h"

static enum store_sticker_kind kind_of(const struct tl_stickers_createStickerSet *q)
{
	return q->emojis ? STORE_EMOJI : q->masks ? STORE_MASKS : STORE_STICKERS;
}

static int check_new(struct rpc_call *c, const struct tl_stickers_createStickerSet *q, int64_t *ret_owner,
                     struct slice *ret_title)
{
	uint32_t n;
	int r;

	if ((r = user_resolve(c, q->user_id, ret_owner)) < 0)
		return r;
	if (*ret_owner != c->user_id && !c->is_bot)
		return rpc_fail(c, 400, "USER_ID_INVALID");
	if ((r = set_title(c, q->title, ret_title)) < 0)
		return r;
	if (!set_name_valid(q->short_name))
		return rpc_fail(c, 400, "PACK_SHORT_NAME_INVALID");
	if ((r = set_name_free(c, q->short_name)) <= 0)
		return r < 0 ? r : rpc_fail(c, 400, "PACK_SHORT_NAME_OCCUPIED");
	if (!q->stickers.n)
		return rpc_fail(c, 400, "STICKERS_EMPTY");
	if (q->stickers.n > set_most(kind_of(q)))
		return rpc_fail(c, 400, "STICKERS_TOO_MUCH");
	if ((r = store_sticker_set_count_of(c->db, *ret_owner, &n)) < 0)
		return r;
	return n >= LIMIT_SETS_OF_ONE ? rpc_fail(c, 400, "STICKERSETS_TOO_MUCH") : 0;
}

int stickers_createStickerSet_prepare(struct rpc_call *c, const struct tl_stickers_createStickerSet *q)
{
	struct slice title;
	struct set_item *made;
	int64_t owner;
	int r = check_new(c, q, &owner, &title);

	if (r < 0)
		return r;
	made = ARENA_ARRAY(&c->arena, struct set_item, q->stickers.n + 1);
	for (uint32_t i = 0; i < q->stickers.n; i++)
		if ((r = item_prepare(c, q->stickers.v[i], kind_of(q), &made[i])) < 0)
			return r;
	if (q->thumb && (r = media_prepare_sticker(c, q->thumb, true, &made[q->stickers.n].made,
	                                           &made[q->stickers.n].kind)) < 0)
		return r;
	c->prepared = made;
	return 0;
}

int stickers_createStickerSet(struct rpc_call *c, const struct tl_stickers_createStickerSet *q)
{
	struct store_sticker_set s = {.maker = c->user_id,
	                              .kind = kind_of(q),
	                              .flags = q->text_color && q->emojis ? STORE_SET_TEXT_COLOR : 0,
	                              .name = q->short_name,
	                              .date = c->now};
	struct store_sticker *v = ARENA_ARRAY(&c->arena, struct store_sticker, q->stickers.n);
	const struct set_item *made = c->prepared;
	int r = check_new(c, q, &s.owner, &s.title);

	do
		s.id = (int64_t)(rng_u64() >> 1);
	while (!s.id);
	for (uint32_t i = 0; r >= 0 && i < q->stickers.n; i++)
		r = item_commit(c, &s, q->stickers.v[i], &made[i], &v[i]);
	if (r < 0 || (q->thumb && (r = set_put_thumb(c, &s, q->thumb, made[q->stickers.n].made)) < 0))
		return r;
	set_count(&s, v, q->stickers.n);
	if ((r = store_sticker_set_insert(c->db, &s, set_fold(&c->arena, s.name))) < 0 ||
	    (r = store_sticker_put_all(c->db, s.id, v, q->stickers.n, c->now)) < 0)
		return r;
	return set_reply_after(c, s.id);
}
