/* send.c - messages.sendMessage: check, resolve, deliver; the answer is composed from what was written. */
#include "base/err.h"
#include "domain/bots/bot.h"
#include "domain/bots/markup.h"
#include "domain/channels/channel.h"
#include "domain/messages/later.h"
#include "domain/messages/message.h"
#include "domain/messages/post.h"
#include "domain/messages/reply.h"
#include "domain/messages/text.h"
#include "domain/sync/compose.h"
#include "rpc_methods.h"
#include "store/rid.h"
#include "store/upd.h"
#include "updates/event.h"
#include "updates/peer.h"

int message_reply_updates(struct rpc_call *c, void *unused)
{
	size_t n;
	const struct upd_event *ev = rpc_own_events(c, &n);

	return sync_reply(c, ev, n);
}

struct repeat {
	uint32_t n;
	struct upd_event ev[];
};

/* The first result again: a client that lost the answer resends with the same random_id (api.md 4.2). */
static int reply_repeat(struct rpc_call *c, void *arg)
{
	const struct repeat *first = arg;
	struct tl_obj *u;
	int r;

	r = sync_compose(c, first->ev, first->n, &u);
	if (r < 0)
		return r;
	return u ? rpc_reply(c, u) : rpc_fail(c, 500, "RANDOM_ID_DUPLICATE"); /* deleted since */
}

/* The birth that a random_id led to, if it was in this box. */
static int birth_of(struct rpc_call *c, int64_t owner, int32_t pts, int64_t random_id, struct upd_event *ret)
{
	struct store_upd *row;
	struct post_note note;
	size_t n;
	int r;

	r = store_upd_range(c->db, owner, pts - 1, 1, &c->arena, &row, &n);
	if (r < 0)
		return r;
	if (!n || row->pts != pts || row->kind != UPD_NEW || row->random_id != random_id)
		return -ERR_NOTFOUND;
	*ret = sync_event_of(row);
	if (!peer_is_channel(owner))
		return 0;
	note = post_note_of(row->payload);
	if (note.author != c->user_id)
		return -ERR_NOTFOUND;
	note.key = c->client->auth_key_id; /* who asks again is told its random_id */
	ret->payload = post_payload(&c->arena, &note);
	return 0;
}

int message_are_repeats(struct rpc_call *c, const struct peer *to, const int64_t *random_ids, uint32_t n)
{
	struct repeat *first = arena_alloc(&c->arena, sizeof(*first) + n * sizeof(first->ev[0]));
	int64_t owner = to->channel ? to->key : c->user_id;
	uint32_t known = 0;
	int32_t pts;
	int r;

	first->n = n;
	for (uint32_t i = 0; i < n; i++) {
		r = store_rid_find(c->db, c->user_id, random_ids[i], c->now, &pts);
		if (r == -ERR_NOTFOUND)
			continue;
		if (r >= 0 && pts < 0)
			r = later_again(c, to, -pts, random_ids[i], &first->ev[i]);
		else if (r >= 0)
			r = birth_of(c, owner, pts, random_ids[i], &first->ev[i]);
		if (r == -ERR_NOTFOUND) /* it sent something elsewhere */
			return rpc_fail(c, 500, "RANDOM_ID_DUPLICATE");
		if (r < 0)
			return r;
		known++;
	}
	if (!known)
		return 0;
	if (known < n) /* some of them sent something else */
		return rpc_fail(c, 500, "RANDOM_ID_DUPLICATE");
	rpc_reply_after(c, reply_repeat, first);
	return 1;
}

int message_markup(struct rpc_call *c, const struct peer *to, const struct tl_obj *reply_markup,
                   struct tl_message *content)
{
	bool post = to->channel && (to->channel->row.flags & STORE_CHANNEL_BROADCAST);

	return markup_prepare(c, reply_markup, false, post, &content->reply_markup);
}

int messages_sendMessage(struct rpc_call *c, const struct tl_messages_sendMessage *q)
{
	struct message_draft m = {.from = c->user_id,
	                          .random_id = q->random_id,
	                          .silent = q->silent,
	                          .noforwards = q->noforwards,
	                          .except_key = c->client->auth_key_id};
	struct tl_message *content = TL_NEW(&c->arena, message);
	struct peer to;
	int32_t id;
	int r;

	if ((r = peer_resolve(c, q->peer, &to)) < 0)
		return r;
	if (!q->random_id)
		return rpc_fail(c, 400, "RANDOM_ID_EMPTY");
	if ((r = message_are_repeats(c, &to, &q->random_id, 1)) != 0)
		return r < 0 ? r : 0;
	if (q->has_schedule_date &&
	    (r = later_begin(c, &to, q->schedule_date, q->schedule_repeat_period, 1, &m)) < 0)
		return r;
	if ((r = message_may_send(c, &to)) < 0)
		return r;
	if ((r = text_prepare(c, q->message, &q->entities, TEXT_MESSAGE, &content->message,
	                      &content->entities)) < 0)
		return r;
	if ((r = bot_commands_mean(c, &to, &content->entities)) < 0 ||
	    (r = message_markup(c, &to, q->reply_markup, content)) < 0 ||
	    (r = message_may_carry(c, &to, NULL)) < 0 ||
	    (r = message_send_as(c, &to, q->send_as, &m, content)) < 0)
		return r;
	if ((r = reply_prepare(c, &to, q->reply_to, &m.reply_to, &content->reply_to)) < 0)
		return r;
	content->invert_media = q->invert_media;
	m.content = &content->o;
	if ((r = message_send(c, &to, &m, &id)) < 0)
		return r;
	if (q->clear_draft && (r = draft_sent(c, &to, &m)) < 0)
		return r;
	return rpc_reply_after(c, message_reply_updates, NULL);
}
