/*
 * told.c - what bots are told in the order of their qts (api.md 5.1): durable, so that a bot which was away finds it in its next
 * difference. One queue an account: each program that is signed in to it has its own place there, so nobody's reading takes
 * anything away; what is old goes when something new comes.
 */
#include "base/buf.h"
#include "base/err.h"
#include "base/rd.h"
#include "domain/bots/private.h"
#include "store/qts.h"
#include "updates/event.h"
#include "domain/users/peer.h"

enum {
	KEPT_S = 7 * 86400,
	KEPT = 10000,
	OLD_AT_ONCE = 16, /* rows looked at with each new one */
	SLICE_TOLD = 300,
	SLICE_BYTES = 1 << 20
};

/* The oldest go: whatever is beyond the number that is kept, and a few of those that are too old. */
static int forget_old(struct rpc_call *c, int64_t bot, int32_t last)
{
	int64_t n;
	int r = store_qts_waiting(c->db, bot, &n);

	if (r >= 0 && n > KEPT)
		r = store_qts_received(c->db, bot, last - KEPT, INT64_MAX, &c->arena, NULL, NULL);
	if (r < 0)
		return r;
	return store_qts_received(c->db, bot, (int32_t)(last - n + OLD_AT_ONCE), c->now - KEPT_S, &c->arena,
	                          NULL, NULL);
}

/* How many stand in it, who, then the update. */
static struct slice pack(struct view *v, const struct tl_obj *update)
{
	struct slice all = {0};
	struct buf b = {0};

	buf_u32(&b, v->n_peers);
	for (uint32_t i = 0; i < v->n_peers; i++)
		buf_u64(&b, (uint64_t)v->peers[i]);
	if (tl_encode(&b, update, TL_LAYER_MAX) == 0)
		all = arena_slice(&v->c->arena, buf_slice(&b));
	buf_fini(&b);
	return all;
}

int bot_tell(struct view *v, int64_t bot, const struct tl_obj *update)
{
	struct upd_event ev = {.owner = bot, .kind = UPD_BOT_TOLD};
	struct rpc_call *c = v->c;
	struct store_queued m = {.key = bot, .date = c->now, .body = pack(v, update)};
	int r;

	if (!m.body.n)
		return -ERR_INVALID;
	if ((r = store_qts_push(c->db, &m)) < 0 || (r = forget_old(c, bot, m.qts)) < 0)
		return r;
	ev.id = m.qts;
	return rpc_log_event(c, &ev);
}

int bot_stopped(struct rpc_call *c, int64_t bot, bool stopped)
{
	struct tl_updateBotStopped *u = TL_NEW(&c->arena, updateBotStopped);
	struct view v;
	int r = bot_may_write(c, bot, c->user_id);

	if (r <= 0) /* it does not know him */
		return r;
	view_init(&v, c);
	view_peer(&v, c->user_id);
	u->user_id = c->user_id;
	u->date = (int32_t)c->now;
	u->stopped = stopped;
	return bot_tell(&v, bot, &u->o);
}

static int show(struct view *v, const struct store_queued *m, struct tl_obj **ret)
{
	struct rd in = rd_of(m->body.p, m->body.n);

	for (uint32_t n = rd_u32(&in); n > 0 && !in.bad; n--)
		view_peer(v, (int64_t)rd_u64(&in));
	if (in.bad || tl_decode(&in, &v->c->arena, ret) < 0)
		return -ERR_CORRUPT;
#define COUNT(name)                                                                                          \
	if (TL_IS(name, *ret)) {                                                                             \
		TL_AS(name, *ret)->qts = m->qts;                                                             \
		return 0;                                                                                    \
	}
	COUNT(updateBotStopped)
	COUNT(updateChatParticipant)
	COUNT(updateChannelParticipant)
	COUNT(updateBotChatInviteRequester)
	COUNT(updateBotMessageReaction)
	COUNT(updateBotMessageReactions)
	COUNT(updateMessagePollVote)
#undef COUNT
	return -ERR_CORRUPT;
}

int bot_told_view(struct view *v, int32_t qts, struct tl_obj **ret)
{
	struct store_queued m;
	int r = store_qts_get(v->c->db, v->viewer, qts, &v->c->arena, &m);

	*ret = NULL;
	if (r < 0)
		return r == -ERR_NOTFOUND ? 0 : r;
	return show(v, &m, ret);
}

int bot_qts(struct rpc_call *c, int32_t *ret_qts)
{
	return store_qts_last(c->db, c->user_id, ret_qts);
}

int bot_difference(struct view *v, int32_t qts, int32_t limit, struct tl_vec *ret, int32_t *ret_qts,
                   bool *ret_more)
{
	uint32_t most = limit < SLICE_TOLD ? (uint32_t)limit : SLICE_TOLD;
	struct store_queued *rows;
	size_t n;
	int r = store_qts_after(v->c->db, v->viewer, qts, most, SLICE_BYTES, &v->c->arena, &rows, &n,
	                        ret_more);

	if (r < 0)
		return r;
	*ret = tl_vec_new(&v->c->arena, (uint32_t)n);
	for (size_t i = 0; i < n; i++)
		if ((r = show(v, &rows[i], &ret->v[i])) < 0)
			return r;
	if (!*ret_more)
		return bot_qts(v->c, ret_qts);
	*ret_qts = n ? rows[n - 1].qts : qts;
	return 0;
}
