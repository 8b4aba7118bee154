/* vote.c - messages.sendVote: chosen, chosen anew, taken back; and the end of a poll. One row an option, whatever the poll's size. */
#include "base/err.h"
#include "domain/bots/bot.h"
#include "domain/messages/message.h"
#include "domain/messages/place.h"
#include "domain/messages/reply.h"
#include "domain/messages/touch.h"
#include "domain/polls/private.h"
#include "domain/channels/channel.h"
#include "domain/chats/chat.h"
#include "rpc_methods.h"
#include "store/msg.h"
#include "jobs/jobs.h"
#include "updates/peer.h"

/* The poll that this row carries: 400 MESSAGE_ID_INVALID. */
static int carried(struct rpc_call *c, const struct store_msg *row, struct poll_body *ret)
{
	struct rd in = rd_of(row->body.p, row->body.n);
	const struct tl_message *m;
	struct tl_obj *o;
	int r;

	if (tl_decode(&in, &c->arena, &o) < 0)
		return -ERR_CORRUPT;
	m = TL_AS(message, o);
	r = m && poll_of(m->media) ? poll_load(c, poll_of(m->media), ret) : -ERR_NOTFOUND;
	return r == -ERR_NOTFOUND ? rpc_fail(c, 400, "MESSAGE_ID_INVALID") : r;
}

int poll_find(struct rpc_call *c, const struct tl_obj *input_peer, int32_t id, struct peer *ret_peer,
              struct store_msg *ret_row, struct poll_body *ret)
{
	struct place place;
	int r;

	if ((r = place_resolve(c, input_peer, ret_peer, &place)) < 0)
		return r;
	r = place_message(c, &place, id, ret_row);
	if (r == -ERR_NOTFOUND)
		return rpc_fail(c, 400, "MESSAGE_ID_INVALID");
	return r < 0 ? r : carried(c, ret_row, ret);
}

static int options(struct rpc_call *c, const struct tl_vec_str *in, const struct poll_body *p, uint32_t *ret)
{
	*ret = 0;
	if (in->n > 1 && !p->poll->multiple_choice)
		return rpc_fail(c, 400, "OPTIONS_TOO_MUCH");
	for (uint32_t i = 0; i < in->n; i++) {
		int at = poll_option(p, in->v[i]);

		if (at < 0)
			return rpc_fail(c, 400, "OPTION_INVALID");
		*ret |= 1u << at;
	}
	return 0;
}

/* Of a poll whose voters are seen, and which is a bot's: it hears each vote. */
static int tell_bot(struct rpc_call *c, const struct poll_body *p, int64_t voter, uint32_t chosen)
{
	struct tl_updateMessagePollVote *u = TL_NEW(&c->arena, updateMessagePollVote);
	struct slice *bytes = ARENA_ARRAY(&c->arena, struct slice, p->poll->answers.n + 1);
	int32_t *at = ARENA_ARRAY(&c->arena, int32_t, p->poll->answers.n + 1);
	struct view v;
	uint32_t n = 0;

	if (!peer_is_bot(p->row.creator) || !p->poll->public_voters)
		return 0;
	view_init(&v, c);
	view_peer(&v, voter);
	u->poll_id = p->row.id;
	u->peer = peer_to_tl(&c->arena, voter);
	for (uint32_t i = 0; i < p->poll->answers.n; i++)
		if (chosen & 1u << i) {
			at[n] = (int32_t)i;
			bytes[n++] = poll_option_bytes(p, (int32_t)i);
		}
	u->options = (struct tl_vec_str){bytes, n};
	u->positions = (struct tl_vec_int){at, n};
	return bot_tell(&v, p->row.creator, &u->o);
}

int messages_sendVote(struct rpc_call *c, const struct tl_messages_sendVote *q)
{
	uint32_t chosen, had;
	struct store_msg row;
	struct poll_body p;
	struct peer peer;
	int64_t as;
	int r;

	if ((r = poll_find(c, q->peer, q->msg_id, &peer, &row, &p)) < 0)
		return r;
	if (peer.channel && !channel_is_in(peer.channel) && !peer.channel->row.linked)
		return rpc_fail(c, 403, "CHAT_GUEST_SEND_FORBIDDEN");
	if (peer.chat && (!peer.chat->in || !chat_is_open(peer.chat)))
		return rpc_fail(c, 403, "CHAT_WRITE_FORBIDDEN");
	if (poll_is_over(c, &p))
		return rpc_fail(c, 400, "MESSAGE_POLL_CLOSED");
	if ((r = options(c, &q->options, &p, &chosen)) < 0 ||
	    (r = store_poll_choice(c->db, p.row.id, c->user_id, &had)) < 0)
		return r;
	if (had && (p.poll->quiz || p.poll->revoting_disabled))
		return rpc_fail(c, 400, "REVOTE_NOT_ALLOWED");
	if (had == chosen)
		return rpc_fail(c, 400, "MESSAGE_NOT_MODIFIED");
	if ((r = message_speaks_as(c, &peer, &as)) < 0 ||
	    (r = store_poll_vote(c->db, p.row.id, c->user_id, as, chosen, c->now)) < 0 ||
	    (r = message_touched(c, &row, MESSAGE_POLL)) < 0 ||
	    (r = tell_bot(c, &p, as ? as : c->user_id, chosen)) < 0)
		return r;
	return rpc_reply_after(c, message_reply_updates, NULL);
}

int poll_end(struct rpc_call *c, const struct store_msg *row, const struct tl_inputMediaPoll *in)
{
	const struct tl_poll *q = TL_AS(poll, in->poll);
	struct poll_body p;
	int r;

	if ((r = carried(c, row, &p)) < 0)
		return r;
	if (!q || !q->closed || poll_is_over(c, &p))
		return rpc_fail(c, 400, "MESSAGE_NOT_MODIFIED");
	if (p.row.creator != c->user_id && !peer_is_channel(row->owner))
		return rpc_fail(c, 403, "MESSAGE_AUTHOR_REQUIRED");
	if ((r = store_poll_close(c->db, p.row.id)) < 0)
		return r;
	return message_touched(c, row, MESSAGE_POLL);
}

/* Nobody has to be told that it is over, for clients know its time; but they want the last counts, and what was right. */
int poll_close_job(struct rpc_call *c, const struct store_job *j, struct jobs_next *next)
{
	struct poll_body p;
	struct store_msg row;
	int64_t id;
	int r;

	if (j->payload.n != sizeof(id))
		return 0;
	memcpy(&id, j->payload.p, sizeof(id));
	r = poll_load(c, id, &p);
	if (r < 0 || p.row.closed || !p.row.close_date ||
	    p.row.close_date > c->now) /* it has another end by now */
		return r == -ERR_NOTFOUND ? 0 : r;
	if ((r = store_poll_close(c->db, id)) < 0)
		return r;
	r = store_msg_get(c->db, p.row.home_owner, p.row.home_peer, p.row.home_id, &c->arena, &row);
	if (r < 0)
		return r == -ERR_NOTFOUND ? 0 : r;
	return message_touched(c, &row, MESSAGE_POLL);
}

enum { SWEEP_ROWS = 200, KEPT_SECONDS = 3600 };

int polls_job(struct rpc_call *c, const struct store_job *j, struct jobs_next *next)
{
	int r = store_poll_sweep(c->db, c->now - KEPT_SECONDS, SWEEP_ROWS);

	next->again = r == 1;
	return r < 0 ? r : 0;
}
