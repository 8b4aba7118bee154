/* rank.c - the words beside a member's name in a basic group, as channels/rank.c has them in a supergroup. */
#include "base/err.h"
#include "domain/channels/channel.h"
#include "domain/channels/rights.h"
#include "domain/chats/private.h"
#include "rpc_methods.h"

/* His own he sets himself, unless that is forbidden; an admin's the creator alone. */
static int may_change(struct rpc_call *c, const struct chat *ch, const struct store_chat_member *m)
{
	if (m->user == c->user_id)
		return chat_is_admin(ch) || !(ch->row.banned & BAN_RANK)
		               ? 0
		               : rpc_fail(c, 400, "CHAT_ADMIN_REQUIRED");
	if (m->role == STORE_CHAT_CREATOR ||
	    (m->role == STORE_CHAT_ADMIN && ch->me.role != STORE_CHAT_CREATOR))
		return rpc_fail(c, 400, "CHAT_ADMIN_REQUIRED");
	return chat_may(c, ch, CHAT_RANKS);
}

int chat_edit_rank(struct rpc_call *c, struct chat *ch, int64_t user, struct slice rank)
{
	struct store_chat_member m, had;
	int r = store_chat_member_get(c->db, ch->row.id, user, &m);

	if (!chat_is_open(ch))
		return rpc_fail(c, 400, "CHAT_ID_INVALID");
	if (r == -ERR_NOTFOUND || (r == 0 && !ch->in))
		return rpc_fail(c, 400, "USER_NOT_PARTICIPANT");
	if (r < 0 || (r = may_change(c, ch, &m)) < 0 || (r = channel_may_rank(c, rank)) < 0)
		return r;
	if (slice_eq(rank, slice_of(m.rank, m.rank_n)))
		return rpc_fail(c, 400, "CHAT_NOT_MODIFIED");
	had = m;
	m.rank_n = (uint8_t)rank.n;
	if (rank.n)
		memcpy(m.rank, rank.p, rank.n);
	if ((r = chat_catch_up(c, ch->row.id, c->user_id)) < 0 ||
	    (r = store_chat_member_put(c->db, &m)) < 0 || (r = chat_put_next(c, &ch->row)) < 0 ||
	    (r = chat_say_member(c, ch, &m, MEMBER_RANK, true)) < 0 ||
	    (r = chat_tell_bots(c, ch->row.id, &had, &m, NULL)) < 0)
		return r;
	return chat_reply(c);
}
