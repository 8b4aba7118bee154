/* own.c - reactions that an account used lately, which a client offers first. */
#include "base/err.h"
#include "domain/reactions/private.h"
#include "rpc_methods.h"
#include "store/setting.h"

static const char recent_key[] = "reactions.recent";

/* Lines of texts, the newest first. */
static int used(struct rpc_call *c, struct slice *ret, size_t *ret_n)
{
	struct slice all;
	int r = store_setting_get(c->db, c->user_id, recent_key, &c->arena, &all);

	*ret_n = 0;
	if (r < 0)
		return r == -ERR_NOTFOUND ? 0 : r;
	while (all.n && *ret_n < LIMIT_RECENT_REACTIONS) {
		const uint8_t *end = memchr(all.p, '\n', all.n);
		uint32_t n = end ? (uint32_t)(end - all.p) : all.n;

		ret[(*ret_n)++] = slice_of(all.p, n);
		all = end ? slice_of(end + 1, all.n - n - 1) : slice_of(all.p, 0);
	}
	return 0;
}

static bool is_among(const struct slice *v, size_t n, struct slice one)
{
	for (size_t i = 0; i < n; i++)
		if (slice_eq(v[i], one))
			return true;
	return false;
}

int reaction_note_used(struct rpc_call *c, const struct slice *what, size_t n)
{
	struct slice had[LIMIT_RECENT_REACTIONS];
	struct buf b = {0};
	size_t n_had, k = 0;
	int r;

	if ((r = used(c, had, &n_had)) < 0)
		return r;
	for (size_t i = n; i-- > 0 && k < LIMIT_RECENT_REACTIONS; k++) { /* what he chose last stands first */
		buf_put(&b, what[i].p, what[i].n);
		buf_u8(&b, '\n');
	}
	for (size_t i = 0; i < n_had && k < LIMIT_RECENT_REACTIONS; i++) {
		if (is_among(what, n, had[i]))
			continue;
		buf_put(&b, had[i].p, had[i].n);
		buf_u8(&b, '\n');
		k++;
	}
	r = store_setting_put(c->db, c->user_id, recent_key, buf_slice(&b));
	buf_fini(&b);
	return r;
}

int messages_getRecentReactions(struct rpc_call *c, const struct tl_messages_getRecentReactions *q)
{
	struct tl_messages_reactions *o = TL_NEW(&c->arena, messages_reactions);
	struct slice v[LIMIT_RECENT_REACTIONS];
	size_t n;
	int r = used(c, v, &n);

	if (r < 0)
		return r;
	if (q->limit >= 0 && n > (size_t)q->limit)
		n = (size_t)q->limit;
	o->hash = reactions_hash(&c->arena, v, n);
	if (n && q->hash == o->hash)
		return rpc_reply(c, &TL_NEW(&c->arena, messages_reactionsNotModified)->o);
	o->reactions = tl_vec_new(&c->arena, (uint32_t)n);
	for (size_t i = 0; i < n; i++)
		o->reactions.v[i] = reaction_view(&c->arena, v[i]);
	return rpc_reply(c, &o->o);
}

int messages_clearRecentReactions(struct rpc_call *c, const struct tl_messages_clearRecentReactions *q)
{
	int r = store_setting_delete(c->db, c->user_id, recent_key);

	return r < 0 && r != -ERR_NOTFOUND ? r : rpc_reply_bool(c, true);
}

/* --- the one that a double tap means */

static const char default_key[] = "reactions.default";

int reactions_default(struct rpc_call *c, struct tl_obj **ret)
{
	struct slice text;
	int r = c->user_id ? store_setting_get(c->db, c->user_id, default_key, &c->arena, &text)
	                   : -ERR_NOTFOUND;

	*ret = NULL;
	if (r >= 0)
		*ret = reaction_view(&c->arena, text);
	return r == -ERR_NOTFOUND ? 0 : r;
}

int messages_setDefaultReaction(struct rpc_call *c, const struct tl_messages_setDefaultReaction *q)
{
	struct slice text;
	int r;

	if ((r = reaction_text(c, q->reaction, &text)) < 0)
		return r;
	r = reaction_is_custom(text) ? reaction_is_document(c, text) : reaction_known(c, text, &text);
	if (r <= 0)
		return r < 0 ? r : rpc_fail(c, 400, "REACTION_INVALID");
	r = store_setting_put(c->db, c->user_id, default_key, text);
	return r < 0 ? r : rpc_reply_bool(c, true);
}
