/* link_view.c - an invite link: whose it is, which one is meant, who may see it, what it looks like. */
#include "base/err.h"
#include "domain/channels/private.h"

#define PREFIX "https://t.me/+" /* help.getConfig's me_url_prefix */

struct tl_obj *link_view(struct view *v, const struct store_link *l)
{
	struct tl_chatInviteExported *o = TL_NEW(&v->c->arena, chatInviteExported);

	o->revoked = (l->flags & STORE_LINK_REVOKED) != 0;
	o->permanent = (l->flags & STORE_LINK_PERMANENT) != 0;
	o->request_needed = (l->flags & STORE_LINK_REQUEST) != 0;
	o->link = arena_printf(&v->c->arena, PREFIX "%.*s", (int)l->hash.n, (const char *)l->hash.p);
	o->admin_id = l->admin;
	o->date = (int32_t)l->date;
#define OPTIONAL(field, value)                                                                               \
	if (value) {                                                                                         \
		o->has_##field = true;                                                                       \
		o->field = (int32_t)(value);                                                                 \
	}
	OPTIONAL(start_date, l->start)
	OPTIONAL(expire_date, l->expires)
	OPTIONAL(usage_limit, l->most)
	OPTIONAL(usage, l->used)
	OPTIONAL(requested, l->waiting)
#undef OPTIONAL
	o->title = l->title.n ? l->title : (struct slice){0};
	view_peer(v, l->admin);
	return &o->o;
}

struct tl_obj *channel_way_view(struct view *v, const struct member_way *way)
{
	struct tl_chatInviteExported *o;

	if (!way->link)
		return way->let_in ? &TL_NEW(&v->c->arena, chatInvitePublicJoinRequests)->o : NULL;
	o = TL_AS(chatInviteExported, link_view(v, way->link));
	if (way->link->admin != v->viewer) /* TDLib takes one that ends so */
		o->link = arena_printf(&v->c->arena, PREFIX "%.*s...", (int)(way->link->hash.n / 2),
		                       (const char *)way->link->hash.p);
	return &o->o;
}

int link_permanent_view(struct view *v, int64_t peer, struct tl_obj **ret)
{
	struct store_link l;
	int r = store_link_permanent(v->c->db, peer, v->c->user_id, &v->c->arena, &l);

	*ret = NULL;
	if (r == 0)
		*ret = link_view(v, &l);
	return r == -ERR_NOTFOUND ? 0 : r;
}

int channel_links_view(struct view *v, int64_t peer, struct tl_obj **ret_link, int32_t *ret_waiting,
                       struct tl_vec_long *ret_recent)
{
	uint32_t waiting;
	int r;

	if ((r = link_permanent_view(v, peer, ret_link)) < 0 ||
	    (r = requests_recent(v->c, peer, ret_recent)) < 0)
		return r;
	if ((r = store_requests_count(v->c->db, peer, &waiting)) < 0)
		return r;
	*ret_waiting = (int32_t)waiting;
	for (uint32_t i = 0; i < ret_recent->n; i++)
		view_peer(v, ret_recent->v[i]);
	return 0;
}

struct slice link_hash(struct slice link)
{
	for (uint32_t i = link.n; i > 0; i--)
		if (link.p[i - 1] == '+' || link.p[i - 1] == '/')
			return slice_of(link.p + i, link.n - i);
	return link;
}

int link_host(struct rpc_call *c, const struct tl_obj *input, struct link_host *ret)
{
	struct peer peer;
	int r;

	if ((r = peer_resolve(c, input, &peer)) < 0)
		return r;
	*ret = (struct link_host){.key = peer.key, .channel = peer.channel, .chat = peer.chat};
	if (peer.chat) {
		ret->creator = peer.chat->row.creator;
		return chat_may(c, peer.chat, CHAT_LINKS);
	}
	if (!peer.channel)
		return rpc_fail(c, 400, "PEER_ID_INVALID");
	ret->creator = peer.channel->row.creator;
	return channel_may(c, peer.channel, CHANNEL_LINKS);
}

int link_may_see(struct rpc_call *c, const struct link_host *h, int64_t admin)
{
	if (admin == c->user_id || h->creator == c->user_id)
		return 0;
	return rpc_fail(c, 400, "CHAT_ADMIN_REQUIRED");
}

int link_admin_resolve(struct rpc_call *c, const struct link_host *h, const struct tl_obj *input,
                       int64_t *ret)
{
	int r = user_resolve(c, input, ret);

	return r < 0 ? r : link_may_see(c, h, *ret);
}

int link_named(struct rpc_call *c, const struct link_host *h, struct slice link, struct store_link *ret)
{
	int r = store_link_get(c->db, h->key, link_hash(link), &c->arena, ret);

	if (r == -ERR_NOTFOUND)
		return rpc_fail(c, 400, "INVITE_HASH_EXPIRED");
	return r < 0 ? r : link_may_see(c, h, ret->admin);
}
