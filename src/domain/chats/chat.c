/*
 * chat.c - a basic group with the caller in it, and what he may do there, by rights.def. One that he never was in answers as what
 * never was.
 */
#include "domain/chats/chat.h"

#include "base/err.h"
#include "domain/channels/channel.h"
#include "domain/channels/rights.h"
#include "store/dialog.h"
#include "updates/peer.h"

struct right {
	enum store_chat_role least;
	int64_t ban;
};

static const struct right rights[CHAT_ACTS] = {
#define CHAT_RIGHT(name, least, ban) [CHAT_##name] = {STORE_CHAT_##least, ban},
#include "domain/chats/rights.def"
#undef CHAT_RIGHT
};

int chat_load(struct rpc_call *c, int64_t id, struct chat *ret)
{
	int r;

	*ret = (struct chat){0};
	r = store_chat_get(c->db, id, &c->arena, &ret->row);
	if (r < 0)
		return r;
	r = store_chat_member_get(c->db, id, c->user_id, &ret->me);
	ret->in = r == 0;
	return r == -ERR_NOTFOUND ? 0 : r;
}

int chat_resolve(struct rpc_call *c, int64_t id, struct chat *ret)
{
	struct store_dialog d;
	int r;

	if (id <= 0 || id >= PEER_CHANNEL_BASE)
		return rpc_fail(c, 400, "CHAT_ID_INVALID");
	r = chat_load(c, id, ret);
	if (r == -ERR_NOTFOUND)
		return rpc_fail(c, 400, "CHAT_ID_INVALID");
	if (r < 0 || ret->in)
		return r;
	/* Who has left: his rows are still his. */
	r = store_dialog_get(c->db, c->user_id, peer_chat(id), &c->arena, &d);
	return r == 0 ? rpc_fail(c, 400, "CHAT_ID_INVALID") : r < 0 ? r : 0;
}

bool chat_is_admin(const struct chat *ch)
{
	return ch->in && ch->me.role != STORE_CHAT_MEMBER;
}

bool chat_is_open(const struct chat *ch)
{
	return !(ch->row.flags & (STORE_CHAT_GONE | STORE_CHAT_DEACTIVATED));
}

int chat_may(struct rpc_call *c, const struct chat *ch, enum chat_act act)
{
	const struct right *need = &rights[act];

	if (!ch->in || !chat_is_open(ch))
		return rpc_fail(c, 400, "CHAT_ID_INVALID");
	if (ch->me.role >= need->least || (need->ban && !(ch->row.banned & need->ban)))
		return 0;
	return rpc_fail(c, 400, "CHAT_ADMIN_REQUIRED");
}

int chat_may_send(struct rpc_call *c, const struct chat *ch, int64_t needs)
{
	if (!ch->in || !chat_is_open(ch))
		return rpc_fail(c, 403, "CHAT_WRITE_FORBIDDEN");
	needs = (needs | BAN_SEND) & ch->row.banned;
	return !needs || chat_is_admin(ch) ? 0 : channel_refuse_send(c, needs);
}
