/*
 * available.c - which reactions there are. TDLib offers one only with its icon and four animations, the others show what there is.
 * The ones at the top are the first. At a server's first start the job that brings them may still be at work: TDLib, told that there
 * are none, asks again after an hour, so who asks meanwhile waits for its end.
 */
#include "crypto/rng.h"
#include "domain/media/media.h"
#include "domain/reactions/private.h"
#include "domain/reactions/reactions.h"
#include "rpc/list_hash.h"
#include "rpc/park.h"
#include "rpc_methods.h"
#include "store/job.h"
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

enum { LOOK_MSEC = 200, LOOKS = 50 }; /* a job that fails keeps nobody for longer than 10 s */

struct asked {
	int (*answer)(struct rpc_call *c, struct asked *a);
	int64_t hash;
	int32_t limit;
	int looks;
};

static int look_again(struct rpc_call *c, struct slice said)
{
	struct asked *a = c->prepared;

	(void)said; /* by the clock alone */
	a->looks++;
	return a->answer(c, a);
}

/* What is offered. 1: nothing so far, but soon, and the call waits. */
static int offered(struct rpc_call *c, struct asked *a, struct store_reaction **ret, size_t *ret_n)
{
	int r = store_reaction_list(c->db, &c->arena, ret, ret_n);

	if (r < 0 || *ret_n || a->looks >= LOOKS)
		return r < 0 ? r : 0;
	r = store_job_has(c->db, SLICE_LIT(REACTIONS_JOB), 0);
	if (r <= 0)
		return r;
	c->prepared = a;
	r = rpc_park(c, (int64_t)(rng_u64() >> 1 | 1), 0, LOOK_MSEC, look_again);
	return r < 0 ? r : 1;
}

static int answer_available(struct rpc_call *c, struct asked *a)
{
	struct tl_messages_availableReactions *o = TL_NEW(&c->arena, messages_availableReactions);
	struct store_reaction *v;
	size_t n;
	int r = offered(c, a, &v, &n);

	if (r != 0)
		return r < 0 ? r : 0;
	o->hash = hash_of_files(v, n);
	if (n && a->hash == o->hash)
		return rpc_reply(c, &TL_NEW(&c->arena, messages_availableReactionsNotModified)->o);
	o->reactions = tl_vec_new(&c->arena, (uint32_t)n);
	for (size_t i = 0; r >= 0 && i < n; i++)
		r = view(c, &v[i], &o->reactions.v[i]);
	return r < 0 ? r : rpc_reply(c, &o->o);
}

int messages_getAvailableReactions(struct rpc_call *c, const struct tl_messages_getAvailableReactions *q)
{
	struct asked *a = ARENA_NEW(&c->arena, struct asked);

	a->answer = answer_available;
	a->hash = q->hash;
	return a->answer(c, a);
}

static int answer_top(struct rpc_call *c, struct asked *a)
{
	struct tl_messages_reactions *o = TL_NEW(&c->arena, messages_reactions);
	struct store_reaction *v;
	struct slice *texts;
	size_t n;
	int r = offered(c, a, &v, &n);

	if (r != 0)
		return r < 0 ? r : 0;
	if (a->limit >= 0 && n > (size_t)a->limit)
		n = (size_t)a->limit;
	texts = ARENA_ARRAY(&c->arena, struct slice, n + 1);
	for (size_t i = 0; i < n; i++)
		texts[i] = v[i].emoji;
	o->hash = reactions_hash(&c->arena, texts, n);
	if (n && a->hash == o->hash)
		return rpc_reply(c, &TL_NEW(&c->arena, messages_reactionsNotModified)->o);
	o->reactions = tl_vec_new(&c->arena, (uint32_t)n);
	for (size_t i = 0; i < n; i++)
		o->reactions.v[i] = reaction_view(&c->arena, texts[i]);
	return rpc_reply(c, &o->o);
}

int messages_getTopReactions(struct rpc_call *c, const struct tl_messages_getTopReactions *q)
{
	struct asked *a = ARENA_NEW(&c->arena, struct asked);

	a->answer = answer_top;
	a->hash = q->hash;
	a->limit = q->limit;
	return a->answer(c, a);
}
