/* thread_reply.c - where an answer goes: into the thread of what it answers, or into a topic of a forum. */
#include "base/err.h"
#include "domain/channels/channel.h"
#include "domain/channels/rights.h"
#include "domain/messages/thread.h"
#include "store/topic.h"
#include "updates/peer.h"

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
	struct thread_spot spot = {0};
	struct store_msg root;
	int r;

	if (!ch || !(ch->row.flags & STORE_CHANNEL_MEGAGROUP))
		return 0;
	if (answered && (r = thread_spot_of(c, answered, &spot)) < 0)
		return r;
	if (thread_is_forum(ch)) {
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
	struct thread_spot spot;
	int r;

	if (!thread_is_forum(ch))
		return thread_reply(c, ch, NULL, answered, id, header);
	if ((r = thread_spot_of(c, answered, &spot)) < 0)
		return r;
	in_forum(c, spot.topic ? spot.top : STORE_TOPIC_GENERAL, id, header);
	return 0;
}
