/*
 * thread.c - see thread.h: which thread a message is in, and how threads come and go. Where an answer goes: thread_reply.c; what they look
 * like: thread_view.c. Not here: the methods (replies.c) and what a topic is besides its messages (topics/).
 */
#include "domain/messages/thread.h"

#include "base/err.h"
#include "domain/channels/channel.h"
#include "domain/messages/discussion.h"
#include "domain/topics/topic.h"
#include "store/topic.h"
#include "updates/peer.h"

int thread_spot_of(struct rpc_call *c, const struct store_msg *row, struct thread_spot *ret)
{
	struct rd in = rd_of(row->body.p, row->body.n);
	const struct tl_messageReplyHeader *h;
	const struct tl_messageService *service;
	struct tl_obj *o;

	if (tl_decode(&in, &c->arena, &o) < 0)
		return -ERR_CORRUPT;
	service = TL_AS(messageService, o);
	h = TL_AS(messageReplyHeader, service ? service->reply_to : TL_AS(message, o)->reply_to);
	*ret = (struct thread_spot){row->reply_to, false};
	if (service && TL_IS(messageActionTopicCreate, service->action))
		*ret = (struct thread_spot){row->id, true};
	else if (h)
		*ret = (struct thread_spot){h->has_reply_to_top_id ? h->reply_to_top_id : row->reply_to,
		                            h->forum_topic};
	return 0;
}

bool thread_is_forum(const struct channel *ch)
{
	return (ch->row.flags & STORE_CHANNEL_FORUM) != 0;
}

static int mark_root(struct rpc_call *c, int64_t key, int32_t top)
{
	struct store_msg root;
	int r = store_msg_get(c->db, key, key, top, &c->arena, &root);

	if (r < 0)
		return r == -ERR_NOTFOUND ? 0 : r;
	return store_msg_set_flags(c->db, key, key, top, root.flags | STORE_MSG_THREAD);
}

int thread_begin_general(struct rpc_call *c, const struct channel *ch)
{
	struct store_topic t = {.channel = peer_channel(ch->row.id),
	                        .id = STORE_TOPIC_GENERAL,
	                        .creator = ch->row.creator,
	                        .from_id = peer_channel(ch->row.id),
	                        .date = ch->row.date,
	                        .title = SLICE_LIT("General"),
	                        .color = 0x6fb9f0};
	int r = store_topic_get(c->db, t.channel, t.id, &c->arena, &t);

	return r == -ERR_NOTFOUND ? store_topic_put(c->db, &t) : r;
}

int thread_note(struct rpc_call *c, const struct channel *ch, const struct store_msg *row, int32_t pts)
{
	struct store_thread t;
	struct thread_spot spot;
	int32_t top;
	int r, had;

	if (!(ch->row.flags & STORE_CHANNEL_MEGAGROUP))
		return 0;
	if ((r = thread_spot_of(c, row, &spot)) < 0)
		return r;
	top = !thread_is_forum(ch) || spot.topic ? spot.top : STORE_TOPIC_GENERAL;
	/* That something was pinned is no answer to it; to a forum's topics everything belongs. */
	if (!top || (!thread_is_forum(ch) && row->flags & STORE_MSG_SERVICE))
		return 0;
	if ((r = store_thread_add(c->db, row->owner, top, row->id, row->origin_owner, row->from_id)) < 0 ||
	    (had = store_thread_get(c->db, row->owner, top, &t)) < 0)
		return r < 0 ? r : had;
	t.count += row->id != top;
	t.max_id = row->id;
	t.pts = pts;
	if ((r = store_thread_put(c->db, &t)) < 0 || had)
		return r;
	if (!thread_is_forum(ch))
		return mark_root(c, row->owner, top);
	return top == STORE_TOPIC_GENERAL ? thread_begin_general(c, ch) : 0;
}

static int take_out(struct rpc_call *c, const struct store_msg *row, int32_t top)
{
	struct store_thread t;
	int r = store_thread_remove(c->db, row->owner, top, row->id);

	if (r <= 0 || (r = store_thread_get(c->db, row->owner, top, &t)) <= 0)
		return r;
	t.count -= row->id != top && t.count > 0;
	if (t.max_id == row->id && (r = store_thread_newest(c->db, row->owner, top, &t.max_id)) < 0)
		return r;
	if ((r = rpc_box_pts(c, row->owner, &t.pts)) < 0)
		return r;
	return store_thread_put(c->db, &t);
}

int thread_forget(struct rpc_call *c, const struct store_msg *row)
{
	struct thread_spot spot;
	int r = thread_spot_of(c, row, &spot);

	if (r < 0)
		return r;
	if (spot.top && (r = take_out(c, row, spot.top)) < 0)
		return r;
	if (!spot.topic)
		return take_out(c, row, STORE_TOPIC_GENERAL);
	return spot.top == row->id ? topic_drop(c, row->owner, spot.top) : 0;
}

/* Of a supergroup that the caller may see. */
static int open_in(struct rpc_call *c, struct channel *ch, int32_t msg_id, struct thread *ret)
{
	struct peer peer = {.key = peer_channel(ch->row.id), .channel = ch};
	struct thread_spot spot = {0};
	struct store_topic t;
	int r;

	*ret = (struct thread){.ch = ch, .top = msg_id, .is_topic = thread_is_forum(ch)};
	if ((r = place_of(c, &peer, &ret->place)) < 0)
		return r;
	if (ret->is_topic) {
		r = store_topic_get(c->db, peer.key, msg_id, &c->arena, &t);
		if (r == -ERR_NOTFOUND && msg_id != STORE_TOPIC_GENERAL)
			return rpc_fail(c, 400, "TOPIC_ID_INVALID");
		if (r < 0 && r != -ERR_NOTFOUND)
			return r;
	}
	r = store_msg_get(c->db, peer.key, peer.key, msg_id, &c->arena, &ret->root);
	if (r == 0 && peer_is_channel(ret->root.origin_owner) && (r = discussion_first(c, &ret->root)) == 0)
		ret->top = ret->root.id;
	if (r == 0 && !ret->is_topic && (r = thread_spot_of(c, &ret->root, &spot)) == 0 && spot.top) {
		ret->top = spot.top;
		r = store_msg_get(c->db, peer.key, peer.key, spot.top, &c->arena, &ret->root);
	}
	if (r < 0 && r != -ERR_NOTFOUND)
		return r;
	if (r == -ERR_NOTFOUND || ret->root.id < ret->place.first_id)
		ret->root = (struct store_msg){0};
	if ((r = store_thread_get(c->db, peer.key, ret->top, &ret->head)) < 0)
		return r;
	return !r && !ret->root.id ? rpc_fail(c, 400, "MSG_ID_INVALID") : 0;
}

/* The comments of a post lie in another group. */
static int of_post(struct rpc_call *c, const struct peer *peer, int32_t id, struct thread *ret)
{
	struct channel *group = ARENA_NEW(&c->arena, struct channel);
	struct store_msg post, copy;
	struct place place;
	int r = place_of(c, peer, &place);

	if (r >= 0)
		r = place_message(c, &place, id, &post);
	if (r == 0)
		r = discussion_copy(c, &peer->channel->row, id, &copy);
	if (r == 0)
		r = channel_load(c, peer_channel_id(copy.owner), group);
	if (r == -ERR_NOTFOUND || (r == 0 && !channel_may_see(group)))
		return rpc_fail(c, 400, "MSG_ID_INVALID");
	return r < 0 ? r : open_in(c, group, copy.id, ret);
}

int thread_resolve(struct rpc_call *c, const struct tl_obj *input_peer, int32_t msg_id, struct thread *ret)
{
	struct peer peer;
	int r = peer_resolve(c, input_peer, &peer);

	if (r < 0)
		return r;
	if (!peer.channel)
		return rpc_fail(c, 400, "PEER_ID_INVALID");
	if (peer.channel->row.flags & STORE_CHANNEL_BROADCAST)
		return of_post(c, &peer, msg_id, ret);
	return open_in(c, peer.channel, msg_id, ret);
}
