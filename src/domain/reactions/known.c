/*
 * known.c - what one can react with: the emoji that are offered (available.c), with or without variation selectors, and custom emoji by
 * the number of their document; and which of them a chat allows.
 */
#include <inttypes.h>
#include <stdio.h>

#include "base/err.h"
#include "domain/media/media.h"
#include "domain/reactions/private.h"
#include "domain/stickers/sticker.h"
#include "store/reaction.h"

int reaction_known(struct rpc_call *c, struct slice emoji, struct slice *ret)
{
	struct slice key = emoji_key(&c->arena, emoji);
	struct store_reaction *v;
	size_t n;
	int r = store_reaction_list(c->db, &c->arena, &v, &n);

	for (size_t i = 0; r >= 0 && i < n; i++)
		if (slice_eq(key, emoji_key(&c->arena, v[i].emoji))) {
			*ret = v[i].emoji;
			return 1;
		}
	return r < 0 ? r : 0;
}

bool reaction_is_custom(struct slice text)
{
	return text.n && text.p[0] == '#';
}

int reaction_text(struct rpc_call *c, const struct tl_obj *reaction, struct slice *ret)
{
	const struct tl_reactionEmoji *e = TL_AS(reactionEmoji, reaction);
	const struct tl_reactionCustomEmoji *d = TL_AS(reactionCustomEmoji, reaction);
	int r;

	if (d) {
		*ret = arena_printf(&c->arena, "#%" PRId64, d->document_id);
		return 0;
	}
	if (!e)
		return rpc_fail(c, 400,
		                TL_IS(reactionEmpty, reaction) ? "REACTION_EMPTY" : "REACTION_INVALID");
	r = reaction_known(c, e->emoticon, ret);
	return r > 0 ? 0 : r < 0 ? r : rpc_fail(c, 400, "REACTION_INVALID");
}

struct tl_obj *reaction_view(struct arena *a, struct slice text)
{
	struct tl_reactionEmoji *e;
	struct tl_reactionCustomEmoji *d;
	char number[24] = {0};

	if (!reaction_is_custom(text) || text.n > sizeof(number)) {
		e = TL_NEW(a, reactionEmoji);
		e->emoticon = text;
		return &e->o;
	}
	d = TL_NEW(a, reactionCustomEmoji);
	memcpy(number, text.p + 1, text.n - 1);
	sscanf(number, "%" SCNd64, &d->document_id);
	return &d->o;
}

int reaction_is_document(struct rpc_call *c, struct slice text)
{
	struct tl_reactionCustomEmoji *e = TL_AS(reactionCustomEmoji, reaction_view(&c->arena, text));
	struct tl_document *d;
	int r = e ? media_document_body(c, e->document_id, &d) : -ERR_NOTFOUND;

	if (r < 0)
		return r == -ERR_NOTFOUND ? 0 : r;
	for (uint32_t i = 0; i < d->attributes.n; i++)
		if (TL_IS(documentAttributeCustomEmoji, d->attributes.v[i]))
			return 1;
	return 0;
}

int reactions_available(struct rpc_call *c, struct slice stored, struct tl_obj **ret)
{
	struct rd in = rd_of(stored.p, stored.n);

	if (!stored.n) {
		*ret = &TL_NEW(&c->arena, chatReactionsAll)->o;
		return 0;
	}
	return tl_decode(&in, &c->arena, ret) < 0 ? -ERR_CORRUPT : 0;
}

static bool is_named(const struct tl_obj *reaction, struct slice text)
{
	const struct tl_reactionEmoji *e = TL_AS(reactionEmoji, reaction);
	const struct tl_reactionCustomEmoji *d = TL_AS(reactionCustomEmoji, reaction);
	char number[24];

	if (e)
		return slice_eq(e->emoticon, text);
	if (!d)
		return false;
	snprintf(number, sizeof(number), "#%" PRId64, d->document_id);
	return slice_eq(slice_str(number), text);
}

int reaction_allowed(struct rpc_call *c, struct slice stored, bool custom_too, struct slice text)
{
	const struct tl_chatReactionsSome *some;
	struct tl_obj *set;
	int r = reactions_available(c, stored, &set);

	if (r < 0)
		return r;
	if (TL_IS(chatReactionsAll, set))
		return !reaction_is_custom(text) || custom_too || TL_AS(chatReactionsAll, set)->allow_custom;
	some = TL_AS(chatReactionsSome, set);
	for (uint32_t i = 0; some && i < some->reactions.n; i++)
		if (is_named(some->reactions.v[i], text))
			return 1;
	return 0;
}
