/*
 * available.c - which reactions there are. TDLib offers one only with its icon and four animations, the others show what there is.
 * The ones at the top are the first.
 */
#include "domain/media/media.h"
#include "domain/reactions/private.h"
#include "domain/reactions/reactions.h"
#include "rpc/list_hash.h"
#include "rpc_methods.h"
#include "store/reaction.h"

static int view(struct rpc_call *c, const struct store_reaction *x, struct tl_obj **ret)
{
	static const struct media_origin from = {.kind = MEDIA_FROM_LIST};
	struct tl_availableReaction *o = TL_NEW(&c->arena, availableReaction);
	struct tl_obj **const files[STORE_REACTION_FILES] = {
		&o->static_icon,      &o->appear_animation, &o->select_animation, &o->activate_animation,
		&o->effect_animation, &o->around_animation, &o->center_icon};
	int r = 0;

	o->reaction = x->emoji;
	o->title = x->title;
	for (int i = 0; r >= 0 && i < STORE_REACTION_FILES; i++)
		r = media_file_view(c, x->file[i], &from, files[i]);
	*ret = &o->o;
	return r;
}

static int32_t hash_of_files(const struct store_reaction *v, size_t n)
{
	uint64_t h = 0;

	for (size_t i = 0; i < n; i++)
		for (int k = 0; k < STORE_REACTION_FILES; k++)
			h = list_hash(h, (uint64_t)v[i].file[k]);
	return (int32_t)(h & INT32_MAX);
}

int messages_getAvailableReactions(struct rpc_call *c, const struct tl_messages_getAvailableReactions *q)
{
	struct tl_messages_availableReactions *o = TL_NEW(&c->arena, messages_availableReactions);
	struct store_reaction *v;
	size_t n;
	int r = store_reaction_list(c->db, &c->arena, &v, &n);

	if (r < 0)
		return r;
	o->hash = hash_of_files(v, n);
	if (n && q->hash == o->hash)
		return rpc_reply(c, &TL_NEW(&c->arena, messages_availableReactionsNotModified)->o);
	o->reactions = tl_vec_new(&c->arena, (uint32_t)n);
	for (size_t i = 0; r >= 0 && i < n; i++)
		r = view(c, &v[i], &o->reactions.v[i]);
	return r < 0 ? r : rpc_reply(c, &o->o);
}

int messages_getTopReactions(struct rpc_call *c, const struct tl_messages_getTopReactions *q)
{
	struct tl_messages_reactions *o = TL_NEW(&c->arena, messages_reactions);
	struct store_reaction *v;
	struct slice *texts;
	size_t n;
	int r = store_reaction_list(c->db, &c->arena, &v, &n);

	if (r < 0)
		return r;
	if (q->limit >= 0 && n > (size_t)q->limit)
		n = (size_t)q->limit;
	texts = ARENA_ARRAY(&c->arena, struct slice, n + 1);
	for (size_t i = 0; i < n; i++)
		texts[i] = v[i].emoji;
	o->hash = reactions_hash(&c->arena, texts, n);
	if (n && q->hash == o->hash)
		return rpc_reply(c, &TL_NEW(&c->arena, messages_reactionsNotModified)->o);
	o->reactions = tl_vec_new(&c->arena, (uint32_t)n);
	for (size_t i = 0; i < n; i++)
		o->reactions.v[i] = reaction_view(&c->arena, texts[i]);
	return rpc_reply(c, &o->o);
}
