/*
 * channel_event.c - events of a channel's box to updates. The first four are all that may count in a channel's pts (api.md 5.1).
 */
#include "domain/sync/channel_event.h"

#include "base/err.h"
#include "domain/bots/bot.h"
#include "domain/messages/message.h"
#include "domain/messages/views.h"
#include "domain/sync/payload.h"
#include "domain/sync/thread_view.h"
#include "domain/users/peer.h"
#include "store/msg.h"
#include "updates/peer.h"

/* NULL: it is gone by now. */
static int load_message(struct view *v, const struct upd_event *ev, struct tl_obj **ret)
{
	struct store_msg row;
	int r;

	*ret = NULL;
	r = store_msg_get(v->c->db, ev->owner, ev->owner, ev->id, &v->c->arena, &row);
	if (r == -ERR_NOTFOUND)
		return 0;
	if (r >= 0 && peer_is_bot(v->viewer) && (r = bot_hears_row(v->c, v->viewer, &row)) == 0)
		return 0; /* as if it were gone */
	return r < 0 ? r : message_view(v, &row, ret);
}

static int new_message(struct view *v, const struct upd_event *ev, struct tl_obj **ret)
{
	struct tl_updateNewChannelMessage *u = TL_NEW(&v->c->arena, updateNewChannelMessage);
	int r = load_message(v, ev, &u->message);

	u->pts = ev->pts;
	u->pts_count = ev->pts_count;
	if (u->message)
		*ret = &u->o;
	return r;
}

static int edit_message(struct view *v, const struct upd_event *ev, struct tl_obj **ret)
{
	struct tl_updateEditChannelMessage *u = TL_NEW(&v->c->arena, updateEditChannelMessage);
	int r = load_message(v, ev, &u->message);

	u->pts = ev->pts;
	u->pts_count = ev->pts_count;
	if (u->message)
		*ret = &u->o;
	return r;
}

static int delete_messages(struct view *v, const struct upd_event *ev, struct tl_obj **ret)
{
	struct tl_updateDeleteChannelMessages *u = TL_NEW(&v->c->arena, updateDeleteChannelMessages);

	u->channel_id = peer_channel_id(ev->owner);
	u->messages = payload_ids(&v->c->arena, ev->payload, 0);
	u->pts = ev->pts;
	u->pts_count = ev->pts_count;
	*ret = &u->o;
	return 0;
}

static int pin(struct view *v, const struct upd_event *ev, struct tl_obj **ret)
{
	struct tl_updatePinnedChannelMessages *u = TL_NEW(&v->c->arena, updatePinnedChannelMessages);

	u->channel_id = peer_channel_id(ev->owner);
	u->pinned = payload_int(ev->payload) != 0;
	u->messages = payload_ids(&v->c->arena, ev->payload, 4);
	u->pts = ev->pts;
	u->pts_count = ev->pts_count;
	*ret = &u->o;
	return 0;
}

/* chats[] says what it is now. */
static void changed(struct view *v, const struct upd_event *ev, struct tl_obj **ret)
{
	struct tl_updateChannel *u = TL_NEW(&v->c->arena, updateChannel);

	u->channel_id = peer_channel_id(ev->owner);
	*ret = &u->o;
}

static int typing(struct view *v, const struct upd_event *ev, struct tl_obj **ret)
{
	struct tl_updateChannelUserTyping *u = TL_NEW(&v->c->arena, updateChannelUserTyping);
	struct rd in = rd_of(ev->payload.p, ev->payload.n);

	if (tl_decode(&in, &v->c->arena, &u->action) < 0)
		return -ERR_CORRUPT;
	u->channel_id = peer_channel_id(ev->owner);
	u->from_id = peer_to_tl(&v->c->arena, ev->peer);
	if (ev->id) {
		u->has_top_msg_id = true;
		u->top_msg_id = ev->id;
	}
	view_peer(v, ev->peer);
	*ret = &u->o;
	return 0;
}

/* How often a post was seen, or passed on. */
static int counted(struct view *v, const struct upd_event *ev, struct tl_obj **ret)
{
	struct tl_updateChannelMessageForwards *f = TL_NEW(&v->c->arena, updateChannelMessageForwards);
	struct tl_updateChannelMessageViews *u = TL_NEW(&v->c->arena, updateChannelMessageViews);
	struct store_msg_count n;
	int r = views_of(v->c, ev->owner, ev->id, &n);

	u->channel_id = f->channel_id = peer_channel_id(ev->owner);
	u->id = f->id = ev->id;
	u->views = n.views;
	f->forwards = n.forwards;
	*ret = ev->kind == UPD_VIEWS_NOW ? &u->o : &f->o;
	return r;
}

int sync_channel_event(struct view *v, const struct upd_event *ev, struct tl_obj **ret_update)
{
	*ret_update = NULL;
	view_peer(v, ev->owner);
	switch (ev->kind) {
	case UPD_NEW:
		return new_message(v, ev, ret_update);
	case UPD_EDIT:
		return edit_message(v, ev, ret_update);
	case UPD_DELETE:
		return delete_messages(v, ev, ret_update);
	case UPD_PIN:
		return pin(v, ev, ret_update);
	case UPD_CHANNEL:
		changed(v, ev, ret_update);
		return 0;
	case UPD_VIEWS_NOW:
	case UPD_FORWARDS_NOW:
		return counted(v, ev, ret_update);
	case UPD_TYPING:
		return typing(v, ev, ret_update);
	case UPD_GROUP_COMMANDS:
		return bot_group_commands_view(v, ev, ret_update);
	case UPD_TOPIC_PINNED:
	case UPD_TOPIC_PINS:
		return sync_thread_view(v, ev, ret_update);
	default:
		return 0;
	}
}
