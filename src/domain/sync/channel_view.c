/* channel_view.c - see channel_view.h. */
#include "domain/sync/channel_view.h"

#include "base/err.h"
#include "domain/dialogs/dialog.h"
#include "domain/channels/channel.h"
#include "domain/sync/payload.h"
#include "store/dialog.h"
#include "updates/heads.h"
#include "updates/peer.h"

/* He came into this channel or is no more in it: chats[] says which. */
static void channel(struct view *v, const struct upd_event *ev, struct tl_obj **ret)
{
	struct tl_updateChannel *u = TL_NEW(&v->c->arena, updateChannel);

	u->channel_id = peer_channel_id(ev->peer);
	view_peer(v, ev->peer);
	*ret = &u->o;
}

static int read_channel_in(struct view *v, const struct upd_event *ev, struct tl_obj **ret)
{
	struct tl_updateReadChannelInbox *u = TL_NEW(&v->c->arena, updateReadChannelInbox);
	struct store_dialog d;
	struct upd_head head;
	int r;

	r = rpc_head(v->c, ev->peer, &head);
	if (r < 0)
		return r == -ERR_NOTFOUND ? 0 : r;
	if ((r = store_dialog_get(v->c->db, ev->owner, ev->peer, &v->c->arena, &d)) < 0)
		return r;
	if (d.folder) {
		u->has_folder_id = true;
		u->folder_id = d.folder;
	}
	u->channel_id = peer_channel_id(ev->peer);
	u->max_id = d.read_in;
	u->pts = head.pts;
	view_peer(v, ev->peer);
	*ret = &u->o;
	return channel_unread(v->c, u->channel_id, d.read_in, d.unread, &u->still_unread_count);
}

static int read_channel_out(struct view *v, const struct upd_event *ev, struct tl_obj **ret)
{
	struct tl_updateReadChannelOutbox *u = TL_NEW(&v->c->arena, updateReadChannelOutbox);
	int r = store_channel_read_of_others(v->c->db, peer_channel_id(ev->peer), ev->owner, &u->max_id);

	u->channel_id = peer_channel_id(ev->peer);
	view_peer(v, ev->peer);
	if (r >= 0 && u->max_id)
		*ret = &u->o;
	return r;
}

static int available(struct view *v, const struct upd_event *ev, struct tl_obj **ret)
{
	struct tl_updateChannelAvailableMessages *u = TL_NEW(&v->c->arena, updateChannelAvailableMessages);
	struct store_channel_member m;
	int r = store_channel_member_get(v->c->db, peer_channel_id(ev->peer), ev->owner, &v->c->arena, &m);

	if (r < 0)
		return r == -ERR_NOTFOUND ? 0 : r;
	u->channel_id = peer_channel_id(ev->peer);
	u->available_min_id = m.first_id > 0 ? m.first_id - 1 : 0;
	view_peer(v, ev->peer);
	*ret = &u->o;
	return 0;
}

static void channel_contents(struct view *v, const struct upd_event *ev, struct tl_obj **ret)
{
	struct tl_updateChannelReadMessagesContents *u = TL_NEW(&v->c->arena,
	                                                        updateChannelReadMessagesContents);

	u->channel_id = peer_channel_id(ev->peer);
	u->messages = payload_ids(&v->c->arena, ev->payload, 0);
	view_peer(v, ev->peer);
	*ret = &u->o;
}

static int forum_view(struct view *v, const struct upd_event *ev, struct tl_obj **ret)
{
	struct tl_updateChannelViewForumAsMessages *u = TL_NEW(&v->c->arena,
	                                                       updateChannelViewForumAsMessages);
	struct store_dialog d;
	int r = store_dialog_get(v->c->db, ev->owner, ev->peer, &v->c->arena, &d);

	if (r < 0)
		return r;
	u->channel_id = peer_channel_id(ev->peer);
	u->enabled = (d.flags & DIALOG_AS_MESSAGES) != 0;
	view_peer(v, ev->peer);
	*ret = &u->o;
	return 0;
}

int sync_channel_view(struct view *v, const struct upd_event *ev, struct tl_obj **ret_update)
{
	switch (ev->kind) {
	case UPD_CHANNEL:
		channel(v, ev, ret_update);
		return 0;
	case UPD_READ_CHANNEL_IN:
		return read_channel_in(v, ev, ret_update);
	case UPD_READ_CHANNEL_OUT:
		return read_channel_out(v, ev, ret_update);
	case UPD_CHANNEL_AVAILABLE:
		return available(v, ev, ret_update);
	case UPD_CHANNEL_CONTENTS:
		channel_contents(v, ev, ret_update);
		return 0;
	case UPD_FORUM_VIEW:
		return forum_view(v, ev, ret_update);
	default:
		return 0;
	}
}
