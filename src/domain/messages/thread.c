/* thread.c - see thread.h. Not here: the methods (replies.c) and what a topic is besides its messages (topics/). */
#include "domain/messages/thread.h"

#include "base/err.h"
#include "domain/channels/channel.h"
#include "domain/channels/rights.h"
#include "domain/messages/discussion.h"
#include "store/dialog.h"
#include "domain/topics/topic.h"
#include "store/topic.h"
#include "updates/peer.h"

enum { UNREAD_MAX = 10000, REPLIERS = 3, REPLIERS_LOOKS = 30, UNSEEN_MAX = 100, UNSEEN_LOOKS = 1000 };

/* Which thread a stored message belongs to; top 0: none. */
struct spot {
	int32_t top;
	bool topic;
};

static int spot_of(struct rpc_call *c, const struct store_msg *row, struct spot *ret)
{
	struct rd in = rd_of(row->body.p, row->body.n);
	const struct tl_messageReplyHeader *h;
	const struct tl_messageService *service;
	struct tl_obj *o;

	if (tl_decode(&in, &c->arena, &o) < 0)
		return -ERR_CORRUPT;
	service = TL_AS(messageService, o);
	h = TL_AS(messageReplyHeader, service ? service->reply_to : TL_AS(message, o)->reply_to);
	*ret = (struct spot){row->reply_to, false};
	if (service && TL_IS(messageActionTopicCreate, service->action))
		*ret = (struct spot){row->id, true};
	else if (h)
		*ret = (struct spot){h->has_reply_to_top_id ? h->reply_to_top_id : row->reply_to,
		                     h->forum_topic};
	return 0;
}

static bool is_forum(const struct channel *ch)
{
	return (ch->row.flags & STORE_CHANNEL_FORUM) != 0;
}

/* --- where an answer goes */

static int may_write_in(struct rpc_call *c, const struct channel *ch, int32_t topic)
{
	struct store_topic t;
	int r = store_topic_get(c->db, peer_channel(ch->row.id), topic, &c->arena, &t);

	if (r == -ERR_NOTFOUND)
		return topic == STORE_TOPIC_GENERAL ? 0 : rpc_fail(c, 400, "TOPIC_DELETED");
	if (r < 0 || !(t.flags & STORE_TOPIC_CLOSED) || ch->me.role == STORE_CHANNEL_CREATOR ||
	    (channel_is_admin(ch) && (ch->me.rights & ADMIN_TOPICS)) || t.creator == c->user_id)
		return r;
	return rpc_fail(c, 400, "TOPIC_CLOSED");
}

static struct tl_messageReplyHeader *header_in(struct rpc_call *c, struct tl_obj **header)
{
	if (!*header)
		*header = &TL_NEW(&c->arena, messageReplyHeader)->o;
	return TL_AS(messageReplyHeader, *header);
}

static void in_forum(struct rpc_call *c, int32_t topic, int32_t *id, struct tl_obj **header)
{
	struct tl_messageReplyHeader *h;

	if (topic == STORE_TOPIC_GENERAL) {
		if (*id == STORE_TOPIC_GENERAL) /* its first message stands for the topic */
			*id = 0;
		return;
	}
	h = header_in(c, header);
	h->forum_topic = true;
	if (!*id && !h->reply_from)
		*id = topic;
	h->has_reply_to_top_id = *id != topic;
	h->reply_to_top_id = topic;
}

int thread_reply(struct rpc_call *c, const struct channel *ch, const struct tl_inputReplyToMessage *in,
                 const struct store_msg *answered, int32_t *id, struct tl_obj **header)
{
	int32_t asked = in && in->has_top_msg_id ? in->top_msg_id : 0, top;
	struct tl_messageReplyHeader *h;
	struct spot spot = {0};
	struct store_msg root;
	int r;

	if (!ch || !(ch->row.flags & STORE_CHANNEL_MEGAGROUP))
		return 0;
	if (answered && (r = spot_of(c, answered, &spot)) < 0)
		return r;
	if (is_forum(ch)) {
		top = spot.topic ? spot.top : answered || !asked ? STORE_TOPIC_GENERAL : asked;
		if ((r = may_write_in(c, ch, top)) < 0)
			return r;
		in_forum(c, top, id, header);
		return 0;
	}
	top = answered ? (spot.top ? spot.top : answered->id) : asked;
	if (!top || top == *id)
		return 0;
	if (!answered) {
		r = store_msg_get(c->db, peer_channel(ch->row.id), peer_channel(ch->row.id), top, &c->arena,
		                  &root);
		if (r < 0)
			return r == -ERR_NOTFOUND ? rpc_fail(c, 400, "REPLY_MESSAGE_ID_INVALID") : r;
	}
	h = header_in(c, header);
	h->has_reply_to_top_id = true;
	h->reply_to_top_id = top;
	return 0;
}

int thread_follow(struct rpc_call *c, const struct channel *ch, const struct store_msg *answered, int32_t *id,
                  struct tl_obj **header)
{
	struct spot spot;
	int r;

	if (!is_forum(ch))
		return thread_reply(c, ch, NULL, answered, id, header);
	if ((r = spot_of(c, answered, &spot)) < 0)
		return r;
	in_forum(c, spot.topic ? spot.top : STORE_TOPIC_GENERAL, id, header);
	return 0;
}

/* --- births and deaths */

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
	struct spot spot;
	int32_t top;
	int r, had;

	if (!(ch->row.flags & STORE_CHANNEL_MEGAGROUP))
		return 0;
	if ((r = spot_of(c, row, &spot)) < 0)
		return r;
	top = !is_forum(ch) || spot.topic ? spot.top : STORE_TOPIC_GENERAL;
	/* That something was pinned is no answer to it; to a forum's topics everything belongs. */
	if (!top || (!is_forum(ch) && row->flags & STORE_MSG_SERVICE))
		return 0;
	if ((r = store_thread_add(c->db, row->owner, top, row->id, row->origin_owner, row->from_id)) < 0 ||
	    (had = store_thread_get(c->db, row->owner, top, &t)) < 0)
		return r < 0 ? r : had;
	t.count += row->id != top;
	t.max_id = row->id;
	t.pts = pts;
	if ((r = store_thread_put(c->db, &t)) < 0 || had)
		return r;
	if (!is_forum(ch))
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
	struct spot spot;
	int r = spot_of(c, row, &spot);

	if (r < 0)
		return r;
	if (spot.top && (r = take_out(c, row, spot.top)) < 0)
		return r;
	if (!spot.topic)
		return take_out(c, row, STORE_TOPIC_GENERAL);
	return spot.top == row->id ? topic_drop(c, row->owner, spot.top) : 0;
}

/* --- which one is meant */

int thread_open(struct rpc_call *c, struct channel *ch, int32_t msg_id, struct thread *ret)
{
	struct peer peer = {.key = peer_channel(ch->row.id), .channel = ch};
	struct spot spot = {0};
	struct store_topic t;
	int r;

	*ret = (struct thread){.ch = ch, .top = msg_id, .is_topic = is_forum(ch)};
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
	if (r == 0 && !ret->is_topic && (r = spot_of(c, &ret->root, &spot)) == 0 && spot.top) {
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
	return r < 0 ? r : thread_open(c, group, copy.id, ret);
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
	return thread_open(c, peer.channel, msg_id, ret);
}

/* --- what it looks like */

int thread_read_in(struct rpc_call *c, const struct channel *ch, int32_t top, int32_t *ret)
{
	int64_t key = peer_channel(ch->row.id);
	struct store_thread_mark m;
	struct store_dialog d;
	int r = store_thread_mark_get(c->db, c->user_id, key, top, &c->arena, &m);

	*ret = m.read_in;
	if (r < 0 || !channel_is_in(ch))
		return r;
	if ((r = store_dialog_get(c->db, c->user_id, key, &c->arena, &d)) < 0)
		return r;
	if (d.read_in > *ret)
		*ret = d.read_in;
	return 0;
}

int32_t thread_read_of_others(const struct store_thread *t, int64_t user)
{
	return t->read_by == user ? t->read_second : t->read_top;
}

int thread_unread(struct rpc_call *c, const struct store_thread *t, int32_t read_in, int32_t *ret)
{
	uint32_t n = 0;
	int r = 0;

	if (t->max_id > read_in)
		r = store_thread_unread(c->db, t->channel, t->top, read_in, c->user_id, UNREAD_MAX, &n);
	*ret = (int32_t)n;
	return r;
}

int thread_unseen_ids(struct rpc_call *c, int64_t peer, int32_t top, enum store_unseen_kind kind,
                      uint32_t limit, int32_t **ret, size_t *ret_n)
{
	uint32_t looks = top ? UNSEEN_LOOKS : limit;
	int32_t *ids;
	size_t n, k = 0;
	int r = store_unseen_walk(c->db, c->user_id, peer, kind, INT32_MAX, false, 0, looks, &c->arena, &ids,
	                          &n);

	for (size_t i = 0; r >= 0 && i < n && k < limit; i++)
		if (!top || (r = store_thread_has(c->db, peer, top, ids[i])) > 0)
			ids[k++] = ids[i];
	*ret = ids;
	*ret_n = k;
	return r < 0 ? r : 0;
}

int thread_unseen(struct rpc_call *c, int64_t channel, int32_t top, enum store_unseen_kind kind, int32_t *ret)
{
	int32_t *ids;
	size_t n;
	int r = thread_unseen_ids(c, channel, top, kind, UNSEEN_MAX, &ids, &n);

	*ret = (int32_t)n;
	return r;
}

static int set_read(struct view *v, const struct store_thread *t, struct tl_messageReplies *o)
{
	struct store_thread_mark m;
	int r;

	if (!v->viewer)
		return 0;
	r = store_thread_mark_get(v->c->db, v->viewer, t->channel, t->top, &v->c->arena, &m);
	o->has_read_max_id = m.read_in > 0;
	o->read_max_id = m.read_in;
	return r;
}

static int set_repliers(struct view *v, const struct store_thread *t, struct tl_messageReplies *o)
{
	int64_t *who;
	size_t n;
	int r = store_thread_repliers(v->c->db, t->channel, t->top, REPLIERS_LOOKS, REPLIERS, &v->c->arena,
	                              &who, &n);

	if (r < 0)
		return r;
	o->recent_repliers = tl_vec_new(&v->c->arena, (uint32_t)n);
	for (size_t i = 0; i < n; i++) {
		o->recent_repliers.v[i] = peer_to_tl(&v->c->arena, who[i]);
		view_peer(v, who[i]);
	}
	return 0;
}

static int replies_of(struct view *v, const struct store_thread *t, struct tl_messageReplies *o)
{
	o->replies = t->count;
	o->replies_pts = t->pts > 0 ? t->pts : 1;
	o->has_max_id = t->max_id > 0;
	o->max_id = t->max_id;
	return set_read(v, t, o);
}

int thread_replies_view(struct view *v, const struct store_msg *row, struct tl_obj **ret)
{
	struct tl_messageReplies *o = TL_NEW(&v->c->arena, messageReplies);
	struct store_channel ch;
	struct store_thread t;
	struct store_msg copy;
	int r = store_channel_get(v->c->db, peer_channel_id(row->owner), &v->c->arena, &ch);

	*ret = NULL;
	if (r < 0)
		return r == -ERR_NOTFOUND ? 0 : r;
	if (ch.flags & STORE_CHANNEL_FORUM)
		return 0;
	if (!(ch.flags & STORE_CHANNEL_BROADCAST)) {
		r = store_thread_get(v->c->db, row->owner, row->id, &t);
		/* The copy of a post says that it can be commented before anybody has: without that TDLib opens no thread. */
		if (r < 0 || (!t.count && row->origin_owner >= 0))
			return r;
		*ret = &o->o;
		return replies_of(v, &t, o);
	}
	r = discussion_copy(v->c, &ch, row->id, &copy);
	if (r < 0)
		return r == -ERR_NOTFOUND ? 0 : r;
	if ((r = store_thread_get(v->c->db, copy.owner, copy.id, &t)) < 0 || (r = replies_of(v, &t, o)) < 0 ||
	    (r = set_repliers(v, &t, o)) < 0)
		return r;
	o->comments = true;
	o->has_channel_id = true;
	o->channel_id = ch.linked;
	view_peer(v, copy.owner);
	*ret = &o->o;
	return 0;
}
