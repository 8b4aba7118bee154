/*
 * as.c - as whom somebody writes in a channel or supergroup: himself, the group itself (anonymous admins), a public channel of his
 * own; posts of a broadcast channel are the channel's, signed or not.
 */
#include "base/err.h"
#include "domain/channels/channel.h"
#include "domain/channels/rights.h"
#include "domain/messages/message.h"
#include "domain/messages/reply.h"
#include "store/setting.h"
#include "store/user.h"
#include "updates/peer.h"

/* May the caller speak for this channel in that group? */
static bool speaks_for(const struct channel *group, const struct channel *as)
{
	if (as->row.id == group->row.id)
		return channel_is_admin(group) && (group->me.rights & ADMIN_ANONYMOUS);
	return as->me.role == STORE_CHANNEL_CREATOR &&
	       ((as->row.username.n && group->open) || as->row.id == group->row.linked);
}

static const char *choice_key(struct arena *a, int64_t peer)
{
	return (const char *)arena_printf(a, "send_as.%lld", (long long)peer).p;
}

/* What he chose the last time, if he may still; 0: nothing. */
static int chosen(struct rpc_call *c, const struct channel *group, int64_t *ret)
{
	struct channel as;
	struct slice v;
	int64_t key;
	int r;

	*ret = 0;
	r = store_setting_get(c->db, c->user_id, choice_key(&c->arena, peer_channel(group->row.id)),
	                      &c->arena, &v);
	if (r < 0 || v.n != sizeof(key))
		return r == -ERR_NOTFOUND || r >= 0 ? 0 : r;
	memcpy(&key, v.p, sizeof(key));
	if (peer_is_user(key)) {
		*ret = key;
		return 0;
	}
	r = channel_load(c, peer_channel_id(key), &as);
	if (r == 0 && speaks_for(group, &as))
		*ret = key;
	return r == -ERR_NOTFOUND ? 0 : r;
}

static int named(struct rpc_call *c, const struct channel *group, const struct tl_obj *send_as, int64_t *ret)
{
	struct peer p;
	int r;

	if ((r = peer_resolve(c, send_as, &p)) < 0)
		return r;
	if (!p.self && !(p.channel && speaks_for(group, p.channel)))
		return rpc_fail(c, 400, "SEND_AS_PEER_INVALID");
	*ret = p.key;
	return 0;
}

static int sign(struct rpc_call *c, struct tl_message *content)
{
	struct store_user u;
	int r = store_user_load(c->db, c->user_id, &c->arena, &u);

	if (r >= 0)
		content->post_author = user_shown_name(&c->arena, &u);
	return r;
}

static int as_channel(struct rpc_call *c, const struct channel *ch, struct message_draft *m,
                      struct tl_message *content)
{
	m->from = peer_channel(ch->row.id);
	if (ch->row.flags & STORE_CHANNEL_SIGNATURE_PROFILES)
		m->from = c->user_id;
	if (ch->row.flags & (STORE_CHANNEL_SIGNATURES | STORE_CHANNEL_SIGNATURE_PROFILES))
		return sign(c, content);
	return 0;
}

int message_send_as(struct rpc_call *c, const struct peer *to, const struct tl_obj *send_as,
                    struct message_draft *m, struct tl_message *content)
{
	const struct channel *ch = to->channel;
	int64_t who = 0;
	int r;

	m->from = c->user_id;
	if (!ch)
		return 0;
	if (ch->row.flags & STORE_CHANNEL_BROADCAST)
		return as_channel(c, ch, m, content);
	if (send_as && !TL_IS(inputPeerEmpty, send_as))
		r = named(c, ch, send_as, &who);
	else
		r = chosen(c, ch, &who);
	if (r < 0)
		return r;
	if (!who) /* an anonymous admin says so each time by being one */
		who = channel_is_admin(ch) && (ch->me.rights & ADMIN_ANONYMOUS) ? to->key : c->user_id;
	m->from = who;
	if (who == to->key && ch->me.rank.n)
		content->post_author = ch->me.rank;
	return 0;
}
