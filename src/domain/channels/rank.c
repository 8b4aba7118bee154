/* rank.c - messages.editChatParticipantRank: the words beside a member's name, in a supergroup (basic groups: chats/rank.c). His own he sets himself, unless that is forbidden. */
#include "base/err.h"
#include "domain/channels/private.h"
#include "rpc_methods.h"

/* An admin's is changed by who could take his rights. */
static int may_change(struct rpc_call *c, const struct channel *ch, const struct store_channel_member *m)
{
	if (m->user == c->user_id)
		return channel_is_admin(ch) || !((ch->row.banned | ch->me.banned) & BAN_RANK)
		               ? 0
		               : rpc_fail(c, 400, "CHAT_ADMIN_REQUIRED");
	if (m->role == STORE_CHANNEL_CREATOR ||
	    (m->role == STORE_CHANNEL_ADMIN && ch->me.role != STORE_CHANNEL_CREATOR && m->by != c->user_id))
		return rpc_fail(c, 400, "CHAT_ADMIN_REQUIRED");
	return channel_may(c, ch, CHANNEL_RANKS);
}

int messages_editChatParticipantRank(struct rpc_call *c, const struct tl_messages_editChatParticipantRank *q)
{
	struct tl_channelAdminLogEventActionParticipantEditRank *a = TL_NEW(
		&c->arena, channelAdminLogEventActionParticipantEditRank);
	struct store_channel_member m;
	struct peer peer, who;
	int r;

	if ((r = peer_resolve(c, q->peer, &peer)) < 0 || (r = peer_resolve_user(c, q->participant, &who)) < 0)
		return r;
	if (peer.chat)
		return chat_edit_rank(c, peer.chat, who.key, q->rank);
	if (!peer.channel || !(peer.channel->row.flags & STORE_CHANNEL_MEGAGROUP))
		return rpc_fail(c, 400, "PEER_ID_INVALID");
	if ((r = member_load(c, peer.channel, who.key, &m)) < 0)
		return r;
	if (!member_is_in(&m) || !channel_is_in(peer.channel))
		return rpc_fail(c, 400, "USER_NOT_PARTICIPANT");
	if ((r = may_change(c, peer.channel, &m)) < 0 || (r = channel_may_rank(c, q->rank)) < 0)
		return r;
	if (slice_eq(q->rank, m.rank))
		return rpc_fail(c, 400, "CHAT_NOT_MODIFIED");
	a->user_id = m.user;
	a->prev_rank = m.rank.p ? m.rank : SLICE_LIT("");
	a->new_rank = m.rank = q->rank.p ? q->rank : SLICE_LIT("");
	if ((r = member_put(c, peer.channel, &m)) < 0 ||
	    (r = channel_log(c, peer.channel->row.id, CHANNEL_LOG_RANK, &a->o)) < 0 ||
	    (m.user != c->user_id && (r = channel_tell(c, peer.channel, c->user_id)) < 0))
		return r;
	return channel_reply(c);
}
