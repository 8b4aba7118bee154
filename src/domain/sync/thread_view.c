/* thread_view.c - see thread_view.h. */
#include "domain/sync/thread_view.h"

#include "base/err.h"
#include "domain/sync/payload.h"
#include "domain/topics/topic.h"
#include "domain/users/peer.h"
#include "updates/peer.h"

static void read_in(struct view *v, const struct upd_event *ev, struct tl_obj **ret)
{
	struct tl_updateReadChannelDiscussionInbox *u = TL_NEW(&v->c->arena,
	                                                       updateReadChannelDiscussionInbox);
	int64_t said[3] = {0};

	if (ev->payload.n == sizeof(said))
		memcpy(said, ev->payload.p, sizeof(said));
	u->channel_id = peer_channel_id(ev->peer);
	u->top_msg_id = ev->id;
	u->read_max_id = (int32_t)said[0];
	if (said[1]) {
		u->has_broadcast_id = u->has_broadcast_post = true;
		u->broadcast_id = said[1];
		u->broadcast_post = (int32_t)said[2];
		view_peer(v, peer_channel(said[1]));
	}
	view_peer(v, ev->peer);
	*ret = &u->o;
}

static void read_out(struct view *v, const struct upd_event *ev, struct tl_obj **ret)
{
	struct tl_updateReadChannelDiscussionOutbox *u = TL_NEW(&v->c->arena,
	                                                        updateReadChannelDiscussionOutbox);
	int64_t read = 0;

	if (ev->payload.n == sizeof(read))
		memcpy(&read, ev->payload.p, sizeof(read));
	u->channel_id = peer_channel_id(ev->peer);
	u->top_msg_id = ev->id;
	u->read_max_id = (int32_t)read;
	view_peer(v, ev->peer);
	*ret = &u->o;
}

static void pinned(struct view *v, const struct upd_event *ev, struct tl_obj **ret)
{
	struct tl_updatePinnedForumTopic *u = TL_NEW(&v->c->arena, updatePinnedForumTopic);

	u->pinned = payload_int(ev->payload) != 0;
	u->peer = peer_to_tl(&v->c->arena, ev->owner);
	u->topic_id = ev->id;
	*ret = &u->o;
}

static int order(struct view *v, const struct upd_event *ev, struct tl_obj **ret)
{
	struct tl_updatePinnedForumTopics *u = TL_NEW(&v->c->arena, updatePinnedForumTopics);

	u->peer = peer_to_tl(&v->c->arena, ev->owner);
	*ret = &u->o;
	return topic_pins(v->c, ev->owner, &u->order);
}

static int draft(struct view *v, const struct upd_event *ev, struct tl_obj **ret)
{
	struct tl_updateDraftMessage *u = TL_NEW(&v->c->arena, updateDraftMessage);

	u->peer = peer_to_tl(&v->c->arena, ev->peer);
	u->has_top_msg_id = true;
	u->top_msg_id = ev->id;
	view_peer(v, ev->peer);
	*ret = &u->o;
	return topic_draft_view(v, ev->peer, ev->id, &u->draft);
}

int sync_thread_view(struct view *v, const struct upd_event *ev, struct tl_obj **ret_update)
{
	*ret_update = NULL;
	switch (ev->kind) {
	case UPD_DISCUSSION_IN:
		read_in(v, ev, ret_update);
		return 0;
	case UPD_DISCUSSION_OUT:
		read_out(v, ev, ret_update);
		return 0;
	case UPD_TOPIC_PINNED:
		pinned(v, ev, ret_update);
		return 0;
	case UPD_TOPIC_PINS:
		return order(v, ev, ret_update);
	case UPD_TOPIC_DRAFT:
		return draft(v, ev, ret_update);
	default:
		return 0;
	}
}
