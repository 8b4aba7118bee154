/*
 * later_send.c - what waited is sent: by a job when its time has come, or because its writer will not wait any longer. It is off the list
 * and on its way in one transaction, so it is sent once, whatever happens to the server. What one may do is asked when it is sent.
 */
#include "base/err.h"
#include "domain/channels/channel.h"
#include "domain/chats/chat.h"
#include "domain/media/media.h"
#include "domain/messages/later.h"
#include "domain/messages/message.h"
#include "domain/messages/place.h"
#include "domain/messages/reply.h"
#include "domain/messages/thread.h"
#include "domain/polls/poll.h"
#include "rpc_methods.h"
#include "store/user.h"
#include "updates/peer.h"

enum { AT_ONCE = 10, OWNERS_MAX = 1000 };

/* The peer as c->user_id, its author, has it. -ERR_NOTFOUND: it is gone, or he is. */
static int target(struct rpc_call *c, const struct store_later *row, struct peer *to)
{
	struct store_user u;
	int r;

	*to = (struct peer){.key = row->peer, .self = row->peer == c->user_id};
	if ((r = store_user_load(c->db, c->user_id, &c->arena, &u)) < 0)
		return r;
	if (u.flags & STORE_USER_DELETED)
		return -ERR_NOTFOUND;
	if (peer_is_channel(row->peer)) {
		to->channel = ARENA_NEW(&c->arena, struct channel);
		return channel_load(c, peer_channel_id(row->peer), to->channel);
	}
	if (peer_is_chat(row->peer)) {
		to->chat = ARENA_NEW(&c->arena, struct chat);
		return chat_load(c, peer_chat_id(row->peer), to->chat);
	}
	return 0;
}

/* When slow mode lets him write again; 0: now. */
static unixtime_t slowed_until(const struct rpc_call *c, const struct peer *to)
{
	const struct channel *ch = to->channel;
	unixtime_t next;

	if (!ch || !ch->row.slowmode || channel_is_admin(ch))
		return 0;
	next = ch->me.last_sent + ch->row.slowmode;
	return next > c->now ? next : 0;
}

/* What it answers may be gone by now, and the topic it goes to closed. */
static int aim(struct rpc_call *c, const struct peer *to, struct message_draft *m)
{
	struct tl_message *content = TL_AS(message, m->content);
	const struct tl_messageReplyHeader *h = TL_AS(messageReplyHeader, content->reply_to);
	struct tl_inputReplyToMessage in = {.has_top_msg_id = true};
	struct tl_obj *header = NULL;
	struct store_msg row;
	struct place place;
	int32_t id = 0;
	int r;

	if (h && h->forum_topic) {
		in.top_msg_id = h->has_reply_to_top_id ? h->reply_to_top_id : m->reply_to;
		if ((r = thread_reply(c, to->channel, &in, NULL, &id, &header)) < 0)
			return r;
	}
	if (!m->reply_to || (r = place_of(c, to, &place)) < 0)
		return m->reply_to ? r : 0;
	r = place_message(c, &place, m->reply_to, &row);
	if (r != -ERR_NOTFOUND)
		return r;
	m->reply_to = h && h->forum_topic ? in.top_msg_id : 0;
	if (!m->reply_to)
		content->reply_to = NULL;
	return 0;
}

/* As whom he wants to be seen, if he still may. */
static int speak_as(struct rpc_call *c, const struct peer *to, int64_t from_id, struct message_draft *m)
{
	struct tl_inputPeerChannel *as = TL_NEW(&c->arena, inputPeerChannel);
	struct tl_message *content = TL_AS(message, m->content);

	content->post_author = (struct slice){0};
	if (!peer_is_channel(from_id))
		return message_send_as(c, to, &TL_NEW(&c->arena, inputPeerSelf)->o, m, content);
	as->channel_id = peer_channel_id(from_id);
	as->access_hash = access_hash(c->app, c->user_id, ACCESS_CHANNEL, as->channel_id);
	return message_send_as(c, to, &as->o, m, content);
}

/* c->user_id is its author. */
static int send_to(struct rpc_call *c, const struct store_later *row, const struct peer *to, int64_t answered,
                   int32_t *ret_id)
{
	struct message_draft m = {.reply_to = row->reply_to,
	                          .silent = (row->flags & STORE_MSG_SILENT) != 0,
	                          .noforwards = (row->flags & STORE_MSG_NOFORWARDS) != 0,
	                          .grouped_id = row->grouped_id,
	                          .source = row->source,
	                          .source_id = row->source_id,
	                          .except_key = answered};
	struct rd in = rd_of(row->body.p, row->body.n);
	struct tl_message *content;
	struct tl_obj *again = NULL;
	struct media_ready media;
	int32_t period;
	int r;

	if (tl_decode(&in, &c->arena, &m.content) < 0 || !TL_IS(message, m.content))
		return -ERR_CORRUPT;
	content = TL_AS(message, m.content);
	period = content->schedule_repeat_period;
	later_set_period(content, 0);
	content->from_scheduled = true;
	media_ready_of(content->media, &media);
	m.media = media.media ? &media : NULL;
	if (media.kind == STORE_MEDIA_POLL &&
	    ((period && (r = poll_again(c, media.file, row->date, &again)) < 0) ||
	     (r = poll_published(c, media.file)) < 0))
		return r;
	if ((r = message_may_send(c, to)) < 0 || (r = message_may_carry(c, to, m.media)) < 0 ||
	    (r = speak_as(c, to, row->from_id, &m)) < 0 || (r = aim(c, to, &m)) < 0)
		return r;
	if ((r = message_send(c, to, &m, ret_id)) < 0 ||
	    (period && (r = later_repeat(c, row, period, again)) < 0))
		return r;
	return later_drop(c, row);
}

static int send_row(struct rpc_call *c, const struct store_later *row, int64_t answered, int32_t *ret_id,
                    unixtime_t *ret_wait)
{
	struct peer to;
	int r;

	RPC_ACT_AS(c, row->author);
	r = target(c, row, &to);
	*ret_wait = r < 0 ? 0 : slowed_until(c, &to);
	if (r == 0 && (answered || !*ret_wait))
		r = send_to(c, row, &to, answered, ret_id);
	return r;
}

int messages_sendScheduledMessages(struct rpc_call *c, const struct tl_messages_sendScheduledMessages *q)
{
	struct store_later *rows;
	int32_t *ids, *sent;
	struct peer peer;
	unixtime_t wait;
	size_t n;
	int r;

	if ((r = later_rows(c, q->peer, &q->id, &peer, &rows, &n)) < 0)
		return r;
	if (!n)
		return rpc_fail(c, 400, "MESSAGE_ID_INVALID");
	ids = ARENA_ARRAY(&c->arena, int32_t, n);
	sent = ARENA_ARRAY(&c->arena, int32_t, n);
	for (size_t i = 0; i < n; i++) { /* the earliest first */
		const struct store_later *row = &rows[n - 1 - i];

		ids[i] = row->id;
		r = send_row(c, row, c->client->auth_key_id, &sent[i], &wait);
		if (r < 0)
			return r == -ERR_NOTFOUND ? rpc_fail(c, 400, "MESSAGE_ID_INVALID") : r;
	}
	if ((r = later_tell_gone(c, &rows[0], ids, sent, (uint32_t)n)) < 0)
		return r;
	return rpc_reply_after(c, message_reply_updates, NULL);
}

/* --- by themselves */

static int is_due(struct rpc_call *c, const struct store_later *row)
{
	struct tl_obj *status;
	int r;

	if (row->date != STORE_LATER_ONLINE)
		return row->date <= c->now;
	r = user_status_view(c, row->author, row->peer, &status, NULL);
	return r < 0 ? r : TL_IS(userStatusOnline, status);
}

struct round {
	int32_t ids[LIMIT_SCHEDULED], sent[LIMIT_SCHEDULED], refused[LIMIT_SCHEDULED];
	uint32_t n, n_refused;
};

/* 1: slow mode is in the way until *ret_wait. What may not be sent any more is dropped: nobody is there to be told why. */
static int one(struct rpc_call *c, const struct store_later *row, struct round *d, unixtime_t *ret_wait)
{
	int r = send_row(c, row, 0, &d->sent[d->n], ret_wait);

	if (r == -ERR_RPC || r == -ERR_NOTFOUND) {
		d->refused[d->n_refused++] = row->id;
		return later_drop(c, row);
	}
	if (r < 0 || *ret_wait)
		return r < 0 ? r : 1;
	d->ids[d->n++] = row->id;
	return 0;
}

int later_job(struct rpc_call *c, const struct store_job *j, struct jobs_next *next)
{
	struct round *d = ARENA_NEW(&c->arena, struct round);
	struct store_later *rows;
	unixtime_t wait = 0;
	int64_t peer, group = 0;
	size_t n;
	int r;

	if (j->payload.n != sizeof(peer))
		return 0;
	memcpy(&peer, j->payload.p, sizeof(peer));
	if ((r = store_later_list(c->db, j->owner, peer, &c->arena, &rows, &n)) < 0)
		return r;
	for (size_t i = n; i-- > 0;) {
		if ((r = is_due(c, &rows[i])) < 0)
			return r;
		if (!r)
			continue;
		/* An album stays together. */
		if (d->n + d->n_refused >= AT_ONCE && (!group || rows[i].grouped_id != group)) {
			next->again = true;
			break;
		}
		group = rows[i].grouped_id;
		if ((r = one(c, &rows[i], d, &wait)) < 0)
			return r;
		if (r) {
			next->again = true;
			next->due = wait;
			break;
		}
	}
	r = d->n ? later_tell_gone(c, &rows[0], d->ids, d->sent, d->n) : 0;
	if (r >= 0 && d->n_refused)
		r = later_tell_gone(c, &rows[0], d->refused, NULL, d->n_refused);
	return r;
}

int later_came_online(struct rpc_call *c, int64_t user)
{
	int64_t *owners, *peer;
	size_t n;
	int r = store_later_for(c->db, user, OWNERS_MAX, &c->arena, &owners, &n);

	if (r < 0 || !n)
		return r;
	peer = ARENA_NEW(&c->arena, int64_t);
	*peer = user;
	for (size_t i = 0; r >= 0 && i < n; i++)
		r = jobs_add(c, LATER_JOB, owners[i], 0, slice_of(peer, sizeof(*peer)));
	return r;
}
