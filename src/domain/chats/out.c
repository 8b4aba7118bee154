/*
 * out.c - from whoever did something to all members' boxes. Sixteen get it in the call's own transaction, those who are online first;
 * what is left waits as a row (store/chat_out.h) for the job, which goes from member to member, whoever is furthest behind first.
 * While something waits, whatever follows waits behind it, and nobody does anything in a group before all that waits for him has
 * come: so every box has the same order.
 */
#include "base/err.h"
#include "domain/chats/jobs.h"
#include "domain/chats/private.h"
#include "rpc/app.h"
#include "store/content.h"
#include "updates/online.h"
#include "updates/peer.h"

enum { AT_ONCE = 16, ACTS_A_STEP = 16, SLICE_USEC = 2000 };

/* Bodies that a waiting birth or edit needs stay, whatever becomes of the sender's own row. */
static int hold(struct rpc_call *c, const struct store_out *act, int by)
{
	struct content_key k = {act->owner, act->id, act->kind == ACT_EDIT ? act->date : 0};

	return act->kind == ACT_NEW || act->kind == ACT_EDIT ? store_content_refer(c->db, &k, by) : 0;
}

static int queue(struct rpc_call *c, struct store_out *act, bool waits)
{
	int r;

	if ((r = store_out_append(c->db, act, &act->seq)) < 0 || (r = hold(c, act, 1)) < 0)
		return r;
	return waits ? 0 : jobs_add(c, CHAT_DELIVER_JOB, peer_chat(act->chat), 0, (struct slice){0});
}

static int give(struct rpc_call *c, int64_t user, const struct store_out *act)
{
	int r = act_apply(c, user, act);

	return r < 0 || !act->seq ? r : store_out_set_got(c->db, act->chat, user, act->seq);
}

/* Who is online, then the others, until so many have it. */
static int give_some(struct rpc_call *c, const struct store_chat_member *m, size_t n, int64_t by,
                     const struct store_out *act)
{
	uint32_t left = AT_ONCE;
	int r = 0;

	for (int online = 1; online >= 0; online--)
		for (size_t i = 0; r >= 0 && left && i < n; i++)
			if (m[i].user != by && upd_online_has(c->app->online, m[i].user) == online) {
				r = give(c, m[i].user, act);
				left--;
			}
	return r;
}

int out_tell(struct rpc_call *c, int64_t chat, int64_t by, struct store_out *act)
{
	struct store_chat_member *m;
	int r, waits;
	size_t n;

	act->chat = chat;
	if ((waits = r = store_out_waits(c->db, chat)) < 0 ||
	    (r = store_chat_members(c->db, chat, &c->arena, &m, &n)) < 0)
		return r;
	/* It is too late for the order, but nothing may be lost: whoever comes here should have caught up. */
	if (waits && by && (r = chat_catch_up(c, chat, by)) < 0)
		return r;
	if (waits || n > AT_ONCE + 1) {
		if ((r = queue(c, act, waits)) < 0 ||
		    (by && (r = store_out_set_got(c->db, chat, by, act->seq)) < 0) || waits)
			return r;
	}
	return give_some(c, m, n, by, act);
}

int chat_catch_up(struct rpc_call *c, int64_t chat, int64_t user)
{
	struct store_out *acts;
	int64_t got;
	size_t n;
	int r = store_out_waits(c->db, chat);

	if (r <= 0)
		return r;
	r = store_out_got(c->db, chat, user, &got);
	if (r < 0)
		return r == -ERR_NOTFOUND ? 0 : r;
	do {
		if ((r = store_out_after(c->db, chat, got, ACTS_A_STEP, &c->arena, &acts, &n)) < 0)
			return r;
		for (size_t i = 0; r >= 0 && i < n; i++)
			r = act_apply(c, user, &acts[i]);
		if (r >= 0 && n)
			r = store_out_set_got(c->db, chat, user, got = acts[n - 1].seq);
	} while (r >= 0 && n);
	return r < 0 ? r : 0;
}

/* Some of what waits for whoever is furthest behind. -ERR_NOTFOUND: nobody is. */
static int step(struct rpc_call *c, int64_t chat, usec_t end)
{
	struct store_out *acts;
	int64_t user, got;
	size_t n, i;
	int r;

	if ((r = store_out_behind(c->db, chat, &user, &got)) < 0 ||
	    (r = store_out_after(c->db, chat, got, ACTS_A_STEP, &c->arena, &acts, &n)) < 0)
		return r;
	for (i = 0; i < n && (i == 0 || clock_usec() < end); i++)
		if ((r = act_apply(c, user, &acts[i])) < 0)
			return r;
	return i ? store_out_set_got(c->db, chat, user, acts[i - 1].seq) : -ERR_CORRUPT;
}

/* What everybody has got. */
static int drop(struct rpc_call *c, int64_t chat)
{
	struct store_out act;
	int r;

	while ((r = store_out_over(c->db, chat, &c->arena, &act)) == 0)
		if ((r = hold(c, &act, -1)) < 0 || (r = store_out_drop(c->db, chat, act.seq)) < 0)
			return r;
	return r == -ERR_NOTFOUND ? 0 : r;
}

int chat_deliver_job(struct rpc_call *c, const struct store_job *j, struct jobs_next *next)
{
	int64_t chat = peer_chat_id(j->owner);
	usec_t end = clock_usec() + SLICE_USEC;
	int r;

	do
		r = step(c, chat, end);
	while (r >= 0 && clock_usec() < end);
	if ((r < 0 && r != -ERR_NOTFOUND) || (r = drop(c, chat)) < 0 ||
	    (r = store_out_waits(c->db, chat)) < 0)
		return r;
	next->again = r > 0;
	return 0;
}

int out_event(struct rpc_call *c, int64_t chat, enum upd_kind kind, struct slice payload, bool answered)
{
	struct store_out act = {.kind = ACT_EVENT, .id = kind, .date = c->now, .payload = payload};
	struct upd_event own = {.owner = c->user_id,
	                        .kind = kind,
	                        .peer = peer_chat(chat),
	                        .payload = payload,
	                        .except_key = answered ? c->client->auth_key_id : 0};
	int r = c->user_id ? rpc_log_event(c, &own) : 0;

	return r < 0 ? r : out_tell(c, chat, c->user_id, &act);
}
