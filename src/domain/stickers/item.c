/*
 * item.c - what is put into a set. A document becomes a sticker by that: the set has one of its own with the same content, so nobody's
 * upload changes.
 */
#include <math.h>

#include "base/err.h"
#include "base/utf8.h"
#include "domain/stickers/make.h"
#include "rpc_methods.h"

enum { EMOJI_MAX_BYTES = 256, KEYWORDS_MAX_BYTES = 256 };

int item_check(struct rpc_call *c, const struct tl_inputStickerSetItem *i)
{
	const struct tl_maskCoords *m = TL_AS(maskCoords, i->mask_coords);

	if (i->emoji.n > EMOJI_MAX_BYTES || !emoji_valid(i->emoji))
		return rpc_fail(c, 400, "STICKER_EMOJI_INVALID");
	if (i->keywords.n > KEYWORDS_MAX_BYTES || !utf8_valid(i->keywords))
		return rpc_fail(c, 400, "STICKER_KEYWORDS_INVALID");
	if (m && (m->n < 0 || m->n > 3 || !isfinite(m->x) || !isfinite(m->y) || !isfinite(m->zoom)))
		return rpc_fail(c, 400, "MASK_COORDS_INVALID");
	return 0;
}

int item_prepare(struct rpc_call *c, const struct tl_obj *item, enum store_sticker_kind kind,
                 struct set_item *ret)
{
	const struct tl_inputStickerSetItem *i = TL_AS(inputStickerSetItem, item);
	int r = item_check(c, i);

	return r < 0 ? r : media_prepare_sticker(c, i->document, kind == STORE_EMOJI, &ret->made, &ret->kind);
}

struct media_sticker item_says(const struct store_sticker_set *s, struct slice emoji, struct tl_obj *coords)
{
	struct media_sticker m = {.set = s->id,
	                          .emoji = s->kind == STORE_EMOJI,
	                          .text_color = (s->flags & STORE_SET_TEXT_COLOR) != 0,
	                          .mask = s->kind == STORE_MASKS,
	                          .coords = coords};
	uint32_t at = 0;

	emoji_next(emoji, &at, &m.alt);
	return m;
}

int item_index(struct rpc_call *c, const struct store_sticker_set *s, const struct store_sticker *x)
{
	struct slice one;
	uint32_t at = 0;
	int r = store_sticker_emoji_clear(c->db, x->file);

	while (r >= 0 && emoji_next(x->emoji, &at, &one))
		r = store_sticker_emoji_put(c->db, emoji_key(&c->arena, one), s->kind, x->file);
	return r;
}

int item_commit(struct rpc_call *c, const struct store_sticker_set *s, const struct tl_obj *item,
                const struct set_item *made, struct store_sticker *ret)
{
	const struct tl_inputStickerSetItem *i = TL_AS(inputStickerSetItem, item);
	struct media_sticker m = item_says(s, i->emoji, i->mask_coords);
	int r;

	*ret = (struct store_sticker){.set = s->id, .emoji = i->emoji, .keywords = i->keywords};
	if (!ret->keywords.p)
		ret->keywords = SLICE_LIT("");
	ret->format = made->kind == WORKER_STICKER_ANIMATED ? STORE_STICKER_ANIMATED
	              : made->kind == WORKER_STICKER_VIDEO  ? STORE_STICKER_VIDEO
	                                                    : STORE_STICKER_STATIC;
	if ((r = media_commit_sticker(c, made->made, i->document, &m, &ret->file)) < 0)
		return r;
	return item_index(c, s, ret);
}

int item_let_go(struct rpc_call *c, const struct store_sticker_set *s, const struct store_sticker *x)
{
	struct media_sticker m = item_says(s, x->emoji, NULL);
	int r;

	m.set = 0;
	if ((r = store_sticker_emoji_clear(c->db, x->file)) < 0)
		return r;
	return media_describe_sticker(c, x->file, &m);
}
