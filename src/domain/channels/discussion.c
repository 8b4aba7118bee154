/*
 * discussion.c - channels.setDiscussionGroup: a channel and the supergroup in which its posts are discussed name each other, one to
 * one. Either end may be inputChannelEmpty: then what the other is tied to is let go.
 */
#include "base/err.h"
#include "domain/channels/private.h"
#include "rpc_methods.h"

static int end_of(struct rpc_call *c, const struct tl_obj *input, int kind, const char *wrong,
                  struct channel *ret)
{
	int r;

	*ret = (struct channel){0};
	if (TL_IS(inputChannelEmpty, input))
		return 0;
	if ((r = channel_resolve(c, input, ret)) < 0)
		return r;
	if (!(ret->row.flags & kind))
		return rpc_fail_text(c, 400, wrong);
	return channel_may(c, ret, CHANNEL_SETTINGS);
}

/* This end names `to` from now on (0: nobody). */
static int tie(struct rpc_call *c, struct store_channel *row, int64_t to)
{
	struct tl_channelAdminLogEventActionChangeLinkedChat *a = TL_NEW(
		&c->arena, channelAdminLogEventActionChangeLinkedChat);
	int r;

	if (row->linked == to)
		return 0;
	a->prev_value = row->linked;
	a->new_value = row->linked = to;
	if ((r = store_channel_put(c->db, row)) < 0 ||
	    (r = channel_log(c, row->id, CHANNEL_LOG_INFO, &a->o)) < 0)
		return r;
	return channel_changed(c, row->id);
}

/* Whom this end named until now names it no more. */
int channel_untie(struct rpc_call *c, const struct store_channel *row)
{
	struct store_channel other;
	int r;

	if (!row->linked)
		return 0;
	r = store_channel_get(c->db, row->linked, &c->arena, &other);
	if (r < 0 || other.linked != row->id)
		return r == -ERR_NOTFOUND ? 0 : r;
	return tie(c, &other, 0);
}

int channels_setDiscussionGroup(struct rpc_call *c, const struct tl_channels_setDiscussionGroup *q)
{
	struct channel channel, group;
	int r;

	if ((r = end_of(c, q->broadcast, STORE_CHANNEL_BROADCAST, "BROADCAST_ID_INVALID", &channel)) < 0 ||
	    (r = end_of(c, q->group, STORE_CHANNEL_MEGAGROUP, "MEGAGROUP_ID_INVALID", &group)) < 0)
		return r;
	if (!channel.row.id && !group.row.id)
		return rpc_fail(c, 400, "LINK_NOT_MODIFIED");
	if ((!channel.row.id || channel.row.linked == group.row.id) &&
	    (!group.row.id || group.row.linked == channel.row.id))
		return rpc_fail(c, 400, "LINK_NOT_MODIFIED");
	if (channel.row.id && (group.row.flags & STORE_CHANNEL_FORUM)) /* topics and comments would be one */
		return rpc_fail(c, 400, "CHAT_DISCUSSION_UNALLOWED");
	if (channel.row.id && group.row.id && (group.row.flags & STORE_CHANNEL_PREHISTORY_HIDDEN))
		return rpc_fail(c, 400, "MEGAGROUP_PREHISTORY_HIDDEN");
	if ((channel.row.id && (r = channel_untie(c, &channel.row)) < 0) ||
	    (group.row.id && (r = channel_untie(c, &group.row)) < 0) ||
	    (channel.row.id && (r = tie(c, &channel.row, group.row.id)) < 0) ||
	    (group.row.id && (r = tie(c, &group.row, channel.row.id)) < 0))
		return r;
	return rpc_reply_bool(c, true);
}
