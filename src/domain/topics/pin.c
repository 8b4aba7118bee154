/* pin.c - messages.updatePinnedForumTopic and reorderPinnedForumTopics. */
#include "base/err.h"
#include "domain/channels/log.h"
#include "domain/messages/message.h"
#include "domain/messages/twin.h"
#include "domain/topics/private.h"
#include "rpc_methods.h"
#include "updates/event.h"
#include "updates/peer.h"

static int tell(struct rpc_call *c, const struct channel *ch, enum upd_kind kind, int32_t id, int32_t pinned)
{
	struct upd_event ev = {.owner = peer_channel(ch->row.id),
	                       .kind = kind,
	                       .id = id,
	                       .except_key = c->client->auth_key_id,
	                       .payload = ids_payload(&c->arena, -1, &pinned, 1)};

	return rpc_log_event(c, &ev);
}

int messages_updatePinnedForumTopic(struct rpc_call *c, const struct tl_messages_updatePinnedForumTopic *q)
{
	struct tl_channelAdminLogEventActionPinTopic *a = TL_NEW(&c->arena,
	                                                         channelAdminLogEventActionPinTopic);
	struct store_topic t, *pins;
	struct channel ch;
	size_t n;
	int r;

	if ((r = topic_forum(c, q->peer, &ch)) < 0 || (r = topic_load(c, &ch, q->topic_id, &t)) < 0 ||
	    (r = topic_may_manage(c, &ch)) < 0 ||
	    (r = store_topic_pinned(c->db, t.channel, &c->arena, &pins, &n)) < 0)
		return r;
	if (q->pinned == (t.pin > 0))
		return rpc_fail(c, 400, "PINNED_TOPIC_NOT_MODIFIED");
	if (q->pinned && n >= LIMIT_PINNED_TOPICS)
		return rpc_fail(c, 400, "PINNED_TOO_MUCH");
	t.pin = !q->pinned ? 0 : n ? pins[0].pin + 1 : 1;
	*(q->pinned ? &a->new_topic : &a->prev_topic) = topic_plain(&c->arena, &t);
	if ((r = store_topic_put(c->db, &t)) < 0 ||
	    (r = channel_log(c, ch.row.id, CHANNEL_LOG_FORUMS, &a->o)) < 0 ||
	    (r = tell(c, &ch, UPD_TOPIC_PINNED, t.id, q->pinned)) < 0)
		return r;
	return rpc_reply_after(c, message_reply_updates, NULL);
}

static int place_in(const struct tl_vec_int *order, int32_t id)
{
	for (uint32_t i = 0; i < order->n; i++)
		if (order->v[i] == id)
			return (int)i;
	return -1;
}

/* Those named, in their order, then the others that were pinned, unless `force` lets these go. */
int messages_reorderPinnedForumTopics(struct rpc_call *c,
                                      const struct tl_messages_reorderPinnedForumTopics *q)
{
	struct store_topic *pins, t;
	struct channel ch;
	int32_t next;
	size_t n;
	int r;

	if ((r = topic_forum(c, q->peer, &ch)) < 0 || (r = topic_may_manage(c, &ch)) < 0 ||
	    (r = store_topic_pinned(c->db, peer_channel(ch.row.id), &c->arena, &pins, &n)) < 0)
		return r;
	if (q->order.n > LIMIT_PINNED_TOPICS)
		return rpc_fail(c, 400, "PINNED_TOO_MUCH");
	next = (int32_t)(q->order.n + n);
	for (uint32_t i = 0; i < q->order.n; i++) {
		if (place_in(&q->order, q->order.v[i]) != (int)i)
			continue;
		if ((r = topic_load(c, &ch, q->order.v[i], &t)) < 0)
			return r;
		if (!t.pin && !q->force)
			continue;
		t.pin = next--;
		if ((r = store_topic_put(c->db, &t)) < 0)
			return r;
	}
	for (size_t i = 0; i < n; i++) {
		if (place_in(&q->order, pins[i].id) >= 0)
			continue;
		pins[i].pin = q->force ? 0 : next--;
		if ((r = store_topic_put(c->db, &pins[i])) < 0)
			return r;
	}
	if ((r = tell(c, &ch, UPD_TOPIC_PINS, 0, 0)) < 0)
		return r;
	return rpc_reply_after(c, message_reply_updates, NULL);
}
