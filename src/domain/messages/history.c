/* history.c - messages.getHistory, getMessages and channels.getMessages. */
#include "base/err.h"
#include "domain/bots/bot.h"
#include "domain/channels/channel.h"
#include "domain/messages/message.h"
#include "domain/messages/page.h"
#include "rpc_methods.h"
#include "store/saved.h"
#include "updates/heads.h"
#include "updates/peer.h"

enum { DEFAULT_LIMIT = 20 };

int messages_getHistory(struct rpc_call *c, const struct tl_messages_getHistory *q)
{
	struct page_query p = {PAGE_NUMBERS(q), .offset_date = q->offset_date};
	struct store_msg *rows;
	struct peer peer;
	uint32_t total;
	struct view v;
	size_t n;
	int r;

	p.limit = q->limit ? q->limit : DEFAULT_LIMIT;
	if ((r = place_resolve(c, q->peer, &peer, &p.place)) < 0 ||
	    (r = place_count(c, &p.place, &total)) < 0 || (r = page_read(c, &p, &rows, &n)) < 0)
		return r;
	view_init(&v, c);
	view_peer(&v, peer.key);
	return page_reply(c, &v, &p.place, rows, n, total, true);
}

int messages_getSavedHistory(struct rpc_call *c, const struct tl_messages_getSavedHistory *q)
{
	struct page_query p = {
		.place = {c->user_id, c->user_id}, PAGE_NUMBERS(q), .offset_date = q->offset_date};
	struct store_msg *rows;
	struct peer peer;
	uint32_t total;
	struct view v;
	size_t n;
	int r;

	if (q->parent_peer)
		return rpc_fail(c, 400, "PARENT_PEER_INVALID");
	if ((r = peer_resolve(c, q->peer, &peer)) < 0)
		return r;
	p.saved_peer = peer.key;
	p.limit = q->limit ? q->limit : DEFAULT_LIMIT;
	if ((r = page_read(c, &p, &rows, &n)) < 0 ||
	    (r = store_saved_count(c->db, c->user_id, peer.key, &total)) < 0)
		return r;
	view_init(&v, c);
	view_peer(&v, peer.key);
	return page_reply(c, &v, &p.place, rows, n, total, true);
}

/* A message of the caller's own box, or of a channel. */
static int find(struct rpc_call *c, const struct place *p, int32_t id, struct store_msg *ret)
{
	if (id <= 0)
		return -ERR_NOTFOUND;
	return p ? place_message(c, p, id, ret) : store_msg_find(c->db, c->user_id, id, &c->arena, ret);
}

/* The same, but that a bot is shown of a group what it hears there; its own box has nothing else. */
static int find_heard(struct rpc_call *c, const struct place *p, int32_t id, struct store_msg *ret)
{
	int r = find(c, p, id, ret);

	if (r < 0 || !p || !c->is_bot)
		return r;
	r = bot_hears_row(c, c->user_id, ret);
	return r > 0 ? 0 : r < 0 ? r : -ERR_NOTFOUND;
}

/* What is asked for: by id, by what answers to it, or the pinned one (bots and Pyrogram). */
static int row_of(struct rpc_call *c, const struct place *p, const struct tl_obj *in, int32_t *id,
                  struct store_msg *ret)
{
	const struct tl_inputMessageReplyTo *answer = TL_AS(inputMessageReplyTo, in);
	struct store_msg *pinned;
	size_t n;
	int r;

	if (TL_IS(inputMessagePinned, in) && p) {
		r = store_msg_walk_pinned(c->db, p->owner, p->peer, INT32_MAX, false, 1, &c->arena, &pinned,
		                          &n);
		if (r < 0 || !n || pinned->id < p->first_id)
			return r < 0 ? r : -ERR_NOTFOUND;
		*ret = *pinned;
		return 0;
	}
	*id = TL_IS(inputMessageID, in) ? TL_AS(inputMessageID, in)->id : answer ? answer->id : 0;
	r = find_heard(c, p, *id, ret);
	if (r == 0 && answer) { /* what was said to it, whoever heard that */
		*id = ret->reply_to;
		r = find(c, p, *id, ret);
	}
	return r;
}

/* One, or messageEmpty in its place: answers stand in the order of the questions. */
static int one(struct rpc_call *c, struct view *v, const struct place *p, const struct tl_obj *in,
               struct tl_obj **ret)
{
	struct tl_messageEmpty *none;
	struct store_msg row;
	int32_t id = 0;
	int r;

	r = row_of(c, p, in, &id, &row);
	if (r == 0)
		return message_view(v, &row, ret);
	if (r != -ERR_NOTFOUND)
		return r;
	none = TL_NEW(&c->arena, messageEmpty);
	none->id = id;
	*ret = &none->o;
	return 0;
}

static int by_ids(struct rpc_call *c, const struct place *p, const struct tl_vec *ids)
{
	struct tl_messages_messages *m = TL_NEW(&c->arena, messages_messages);
	struct tl_messages_channelMessages *of_channel = TL_NEW(&c->arena, messages_channelMessages);
	struct upd_head head;
	struct view v;
	int r = 0;

	if (ids->n > LIMIT_MESSAGES_PER_CALL)
		return rpc_fail(c, 400, "MSG_ID_INVALID");
	if (p && (r = rpc_head(c, p->owner, &head)) < 0)
		return r;
	view_init(&v, c);
	if (p)
		view_peer(&v, p->peer);
	m->messages = tl_vec_new(&c->arena, ids->n);
	for (uint32_t i = 0; r == 0 && i < ids->n; i++)
		r = one(c, &v, p, ids->v[i], &m->messages.v[i]);
	m->topics = tl_vec_new(&c->arena, 0);
	if (r < 0 || (r = view_mentioned(&v, &m->users, &m->chats)) < 0)
		return r;
	if (!p)
		return rpc_reply(c, &m->o);
	of_channel->pts = head.pts;
	of_channel->count = (int32_t)ids->n;
	of_channel->messages = m->messages;
	of_channel->topics = m->topics;
	of_channel->users = m->users;
	of_channel->chats = m->chats;
	return rpc_reply(c, &of_channel->o);
}

int messages_getMessages(struct rpc_call *c, const struct tl_messages_getMessages *q)
{
	return by_ids(c, NULL, &q->id);
}

int channels_getMessages(struct rpc_call *c, const struct tl_channels_getMessages *q)
{
	struct channel ch;
	struct place p;
	int r;

	if ((r = place_resolve_channel(c, q->channel, &ch, &p)) < 0)
		return r;
	return by_ids(c, &p, &q->id);
}
