/*
 * as.c - as whom somebody writes in a channel or supergroup: himself, the group itself (anonymous admins), a public channel of his
 * own; posts of a broadcast channel are the channel's, signed or not.
 */
#include "base/err.h"
#include "domain/channels/channel.h"
#include "domain/channels/rights.h"
#include "domain/messages/message.h"
#include "domain/messages/reply.h"
#include "rpc_methods.h"
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

/* As whom he writes in a supergroup while he says nothing else; 0: as himself, without having chosen to. */
static int default_as(struct rpc_call *c, const struct channel *group, int64_t *ret)
{
	int r = chosen(c, group, ret);

	/* An anonymous admin says so each time by being one. */
	if (r >= 0 && !*ret && channel_is_admin(group) && (group->me.rights & ADMIN_ANONYMOUS))
		*ret = peer_channel(group->row.id);
	return r;
}

/* 1: there is somebody whom he may choose beside himself. Most channels are not his own: one look-up each says so. */
static int has_choice(struct rpc_call *c, const struct channel *group)
{
	struct store_channel_member m;
	struct channel as;
	int64_t *ids;
	size_t n;
	int r;

	if (!group->open && !group->row.linked)
		return 0;
	r = store_channels_of(c->db, c->user_id, &c->arena, &ids, &n);
	for (size_t i = 0; r >= 0 && i < n; i++) {
		r = store_channel_member_get(c->db, ids[i], c->user_id, &c->arena, &m);
		if (r == 0 && m.role == STORE_CHANNEL_CREATOR && (r = channel_load(c, ids[i], &as)) == 0 &&
		    speaks_for(group, &as))
			return 1;
		if (r == -ERR_NOTFOUND)
			r = 0;
	}
	return r < 0 ? r : 0;
}

int message_shown_as(struct rpc_call *c, const struct channel *group, int64_t *ret)
{
	int r = default_as(c, group, ret);

	if (r < 0 || *ret || (r = has_choice(c, group)) <= 0)
		return r;
	*ret = c->user_id;
	return 0;
}

int message_speaks_as(struct rpc_call *c, const struct peer *peer, int64_t *ret)
{
	int r;

	*ret = 0;
	if (!peer->channel || !(peer->channel->row.flags & STORE_CHANNEL_MEGAGROUP))
		return 0;
	r = default_as(c, peer->channel, ret);
	if (*ret == c->user_id)
		*ret = 0;
	return r;
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
		r = default_as(c, ch, &who);
	if (r < 0)
		return r;
	m->from = who ? who : c->user_id;
	if (m->from == to->key && ch->me.rank.n)
		content->post_author = ch->me.rank;
	return 0;
}

static void add_peer(struct view *v, struct tl_channels_sendAsPeers *o, int64_t key)
{
	struct tl_sendAsPeer *p = TL_NEW(&v->c->arena, sendAsPeer);

	p->peer = peer_to_tl(&v->c->arena, key);
	view_peer(v, key);
	o->peers.v[o->peers.n++] = &p->o;
}

/* Himself, the group where he is anonymous, and channels of his own that he may speak for there. */
static int add_peers(struct view *v, const struct channel *group, struct tl_channels_sendAsPeers *o)
{
	struct rpc_call *c = v->c;
	int64_t *ids;
	size_t n;
	int r = store_channels_of(c->db, c->user_id, &c->arena, &ids, &n);

	if (r < 0)
		return r;
	o->peers = tl_vec_new(&c->arena, (uint32_t)n + 2);
	o->peers.n = 0;
	add_peer(v, o, c->user_id);
	for (size_t i = 0; r >= 0 && i < n; i++) {
		struct channel as;

		r = channel_load(c, ids[i], &as);
		if (r == 0 && speaks_for(group, &as))
			add_peer(v, o, peer_channel(ids[i]));
	}
	return r == -ERR_NOTFOUND ? 0 : r;
}

int channels_getSendAs(struct rpc_call *c, const struct tl_channels_getSendAs *q)
{
	struct tl_channels_sendAsPeers *o = TL_NEW(&c->arena, channels_sendAsPeers);
	struct peer to;
	struct view v;
	int r;

	if ((r = peer_resolve(c, q->peer, &to)) < 0)
		return r;
	view_init(&v, c);
	o->peers = tl_vec_new(&c->arena, 0);
	if (to.channel && (to.channel->row.flags & STORE_CHANNEL_MEGAGROUP) &&
	    (r = add_peers(&v, to.channel, o)) < 0)
		return r;
	if ((r = view_mentioned(&v, &o->users, &o->chats)) < 0)
		return r;
	return rpc_reply(c, &o->o);
}

int messages_saveDefaultSendAs(struct rpc_call *c, const struct tl_messages_saveDefaultSendAs *q)
{
	struct peer to;
	int64_t key;
	int r;

	if ((r = peer_resolve(c, q->peer, &to)) < 0)
		return r;
	if (!to.channel || !(to.channel->row.flags & STORE_CHANNEL_MEGAGROUP))
		return rpc_fail(c, 400, "PEER_ID_INVALID");
	if ((r = named(c, to.channel, q->send_as, &key)) < 0 ||
	    (r = store_setting_put(c->db, c->user_id, choice_key(&c->arena, to.key),
	                           slice_of(&key, sizeof(key)))) < 0)
		return r;
	return rpc_reply_bool(c, true);
}
