/*
 * ttl.c - messages that go by themselves: how long they stay is a chat's, the same for both sides; each message keeps what was in
 * force at its birth, and a job a copy removes it.
 */
#include "domain/messages/ttl.h"

#include "base/err.h"
#include "domain/channels/channel.h"
#include "domain/chats/chat.h"
#include "domain/messages/message.h"
#include "domain/messages/reply.h"
#include "domain/messages/row_job.h"
#include "domain/messages/twin.h"
#include "rpc_methods.h"
#include "store/dialog.h"
#include "store/msg.h"
#include "store/peer_ttl.h"
#include "updates/event.h"
#include "updates/peer.h"

static int set_side(struct rpc_call *c, int64_t owner, int64_t peer, int32_t period)
{
	struct upd_event ev = {.owner = owner,
	                       .kind = UPD_PEER_TTL,
	                       .peer = peer,
	                       .except_key = owner == c->user_id && c->client ? c->client->auth_key_id : 0};
	int r = store_peer_ttl_put(c->db, owner, peer, period);

	return r < 0 ? r : rpc_log_event(c, &ev);
}

static int set_both(struct rpc_call *c, int64_t from, int64_t peer, int32_t period)
{
	int r = set_side(c, from, peer, period);

	return r < 0 ? r : set_side(c, peer, from, period);
}

int ttl_of_new(struct rpc_call *c, int64_t from, int64_t peer, int32_t *ret)
{
	int32_t period, wish;
	struct store_dialog d;
	int r;

	*ret = 0;
	if (!peer_is_user(peer) || from == peer || from == SERVICE_USER || peer == SERVICE_USER)
		return 0;
	if ((r = store_peer_ttl_get(c->db, from, peer, &period, &wish)) < 0)
		return r;
	if (period >= 0 || wish <= 0) {
		*ret = period > 0 ? period : 0;
		return 0;
	}
	/* Without a word in the chat: clients take exactly one message out of the answer to a send. */
	if ((r = store_dialog_get(c->db, from, peer, &c->arena, &d)) < 0 || d.count)
		return r < 0 ? r : 0;
	*ret = wish;
	return set_both(c, from, peer, wish);
}

int ttl_begin(struct rpc_call *c, const struct store_msg *row, int32_t period)
{
	return row_job_add(c, TTL_JOB, row, row->date + period);
}

int ttl_job(struct rpc_call *c, const struct store_job *j, struct jobs_next *next)
{
	struct store_msg row;
	int32_t pts;
	int r = row_job_get(c, j, &row);

	return r <= 0 ? r : messages_remove(c, j->owner, &row, 1, 0, &pts);
}

int messages_setHistoryTTL(struct rpc_call *c, const struct tl_messages_setHistoryTTL *q)
{
	struct tl_messageActionSetMessagesTTL *action = TL_NEW(&c->arena, messageActionSetMessagesTTL);
	struct tl_messageService *content = TL_NEW(&c->arena, messageService);
	struct message_draft m = {
		.from = c->user_id, .content = &content->o, .except_key = c->client->auth_key_id};
	int32_t period, wish, id;
	struct peer to;
	int r;

	if ((r = peer_resolve(c, q->peer, &to)) < 0)
		return r;
	if (q->period < 0 || q->period > LIMIT_TTL_PERIOD)
		return rpc_fail(c, 400, "TTL_PERIOD_INVALID");
	if (to.chat)
		return chat_edit_ttl(c, to.chat, q->period);
	if (to.channel)
		return channel_edit_ttl(c, to.channel, q->period);
	if (to.self || !peer_is_user(to.key) || to.key == SERVICE_USER)
		return rpc_fail(c, 400, "PEER_ID_INVALID");
	if ((r = message_may_send(c, &to)) < 0 ||
	    (r = store_peer_ttl_get(c->db, c->user_id, to.key, &period, &wish)) < 0)
		return r;
	if (q->period == (period > 0 ? period : 0))
		return rpc_fail(c, 400, "CHAT_NOT_MODIFIED");
	action->period = q->period;
	content->action = &action->o;
	m.peer = to.key;
	/* The word first: what is said of it is in force behind it. */
	if ((r = message_deliver(c, &m, &id)) < 0 || (r = set_both(c, c->user_id, to.key, q->period)) < 0)
		return r;
	return rpc_reply_after(c, message_reply_updates, NULL);
}

int messages_setDefaultHistoryTTL(struct rpc_call *c, const struct tl_messages_setDefaultHistoryTTL *q)
{
	int r;

	if (q->period < 0 || q->period > LIMIT_TTL_PERIOD)
		return rpc_fail(c, 400, "TTL_PERIOD_INVALID");
	r = store_peer_ttl_put(c->db, c->user_id, 0, q->period);
	return r < 0 ? r : rpc_reply_bool(c, true);
}

int messages_getDefaultHistoryTTL(struct rpc_call *c, const struct tl_messages_getDefaultHistoryTTL *q)
{
	struct tl_defaultHistoryTTL *t = TL_NEW(&c->arena, defaultHistoryTTL);
	int32_t period, wish;
	int r;

	if ((r = store_peer_ttl_get(c->db, c->user_id, 0, &period, &wish)) < 0)
		return r;
	t->period = wish > 0 ? wish : 0;
	return rpc_reply(c, &t->o);
}
