/*
 * links.c - invite links as their admins make, change, list and revoke them. They belong to a peer, so that basic groups have the same.
 * Who uses them: invite.c; who waits to be let in: requests.c.
 */
#include "base/err.h"
#include "base/utf8.h"
#include "crypto/rng.h"
#include "domain/channels/private.h"
#include "rpc_methods.h"
#include "updates/peer.h"

enum { HASH_BYTES = 12, HASH_LETTERS = 16, TITLE = 32 };

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

/* Admins see their own links; the creator everybody's. */
static int of_whom(struct rpc_call *c, const struct link_host *h, int64_t admin)
{
	if (admin == c->user_id || h->creator == c->user_id)
		return 0;
	return rpc_fail(c, 400, "CHAT_ADMIN_REQUIRED");
}

static int of_admin(struct rpc_call *c, const struct link_host *h, const struct tl_obj *input, int64_t *ret)
{
	int r = user_resolve(c, input, ret);

	return r < 0 ? r : of_whom(c, h, *ret);
}

/* One of its links by what a client calls it. */
static int link_of(struct rpc_call *c, const struct link_host *h, struct slice link, struct store_link *ret)
{
	int r = store_link_get(c->db, h->key, link_hash(link), &c->arena, ret);

	if (r == -ERR_NOTFOUND)
		return rpc_fail(c, 400, "INVITE_HASH_EXPIRED");
	return r < 0 ? r : of_whom(c, h, ret->admin);
}

static struct slice new_hash(struct arena *a)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	uint8_t raw[HASH_LETTERS], *p = arena_alloc(a, HASH_LETTERS);

	rng_bytes(raw, sizeof(raw));
	for (int i = 0; i < HASH_LETTERS; i++)
		p[i] = (uint8_t)letters[raw[i] & 63];
	return slice_of(p, HASH_LETTERS);
}

/* A link of the caller's with a name that nobody has. */
static int make(struct rpc_call *c, struct store_link *l)
{
	int r;

	do {
		l->hash = new_hash(&c->arena);
		r = store_link_insert(c->db, l);
	} while (r == -ERR_EXISTS);
	return r;
}

static int check(struct rpc_call *c, int32_t expires, int32_t most, bool request, struct slice title)
{
	if (expires && expires <= c->now)
		return rpc_fail(c, 400, "EXPIRE_DATE_INVALID");
	if (most < 0 || most > LIMIT_LINK_USES)
		return rpc_fail(c, 400, "USAGE_LIMIT_INVALID");
	if (most && request) /* an admin counts them then */
		return rpc_fail(c, 400, "USAGE_LIMIT_INVALID");
	if (utf8_len(title) > TITLE)
		return rpc_fail(c, 400, "CHAT_TITLE_TOO_LONG");
	return 0;
}

static int log_link(struct rpc_call *c, const struct link_host *h, const struct store_link *before,
                    const struct store_link *after)
{
	struct tl_channelAdminLogEventActionExportedInviteRevoke *revoked = TL_NEW(
		&c->arena, channelAdminLogEventActionExportedInviteRevoke);
	struct tl_channelAdminLogEventActionExportedInviteDelete *deleted = TL_NEW(
		&c->arena, channelAdminLogEventActionExportedInviteDelete);
	struct tl_channelAdminLogEventActionExportedInviteEdit *edited = TL_NEW(
		&c->arena, channelAdminLogEventActionExportedInviteEdit);
	const struct tl_obj *action = &edited->o;
	struct view v;

	if (!h->channel)
		return 0;
	view_init(&v, c);
	edited->prev_invite = deleted->invite = link_view(&v, before);
	if (!after) {
		action = &deleted->o;
	} else {
		edited->new_invite = revoked->invite = link_view(&v, after);
		if ((after->flags & STORE_LINK_REVOKED) && !(before->flags & STORE_LINK_REVOKED))
			action = &revoked->o;
	}
	return channel_log(c, h->channel->row.id, CHANNEL_LOG_INVITES, action);
}

static int revoke(struct rpc_call *c, const struct link_host *h, struct store_link *l)
{
	struct store_link before = *l;
	int r;

	l->flags |= STORE_LINK_REVOKED;
	if ((r = store_link_put(c->db, l)) < 0)
		return r;
	return log_link(c, h, &before, l);
}

/* A new permanent one of this admin. */
static int make_permanent(struct rpc_call *c, int64_t peer, int64_t admin, struct store_link *ret)
{
	*ret = (struct store_link){
		.peer = peer, .admin = admin, .date = c->now, .flags = STORE_LINK_PERMANENT};
	return make(c, ret);
}

int messages_exportChatInvite(struct rpc_call *c, const struct tl_messages_exportChatInvite *q)
{
	struct link_host host, *h = &host;
	struct store_link l = {0}, old;
	int64_t key;
	bool own;
	struct view v;
	int r;

	if ((r = link_host(c, q->peer, h)) < 0 ||
	    (r = check(c, q->has_expire_date ? q->expire_date : 0, q->has_usage_limit ? q->usage_limit : 0,
	               q->request_needed, q->title)) < 0)
		return r;
	if (q->subscription_pricing)
		return rpc_fail(c, 400, "PRICING_CHAT_INVALID");
	key = h->key;
	own = !q->has_expire_date && !q->has_usage_limit && !q->request_needed && !q->title.n;
	r = store_link_permanent(c->db, key, c->user_id, &c->arena, &old);
	if (r < 0 && r != -ERR_NOTFOUND)
		return r;
	if (own || r == -ERR_NOTFOUND) { /* everybody has a permanent one first */
		if (own && r == 0 && (r = revoke(c, h, &old)) < 0)
			return r;
		if ((r = make_permanent(c, key, c->user_id, &l)) < 0)
			return r;
	}
	if (!own) {
		l = (struct store_link){.peer = key,
		                        .admin = c->user_id,
		                        .date = c->now,
		                        .flags = q->request_needed ? STORE_LINK_REQUEST : 0,
		                        .expires = q->has_expire_date ? q->expire_date : 0,
		                        .most = q->has_usage_limit ? q->usage_limit : 0,
		                        .title = q->title};
		if ((r = make(c, &l)) < 0)
			return r;
	}
	view_init(&v, c);
	return rpc_reply(c, link_view(&v, &l));
}

/* The answer with one link, or with the new one that took its place. */
static int reply_link(struct rpc_call *c, const struct store_link *l, const struct store_link *instead)
{
	struct tl_messages_exportedChatInviteReplaced *two = TL_NEW(&c->arena,
	                                                            messages_exportedChatInviteReplaced);
	struct tl_messages_exportedChatInvite *one = TL_NEW(&c->arena, messages_exportedChatInvite);
	struct view v;
	int r;

	view_init(&v, c);
	one->invite = two->invite = link_view(&v, l);
	if (instead)
		two->new_invite = link_view(&v, instead);
	if ((r = view_users(&v, &one->users)) < 0)
		return r;
	two->users = one->users;
	return rpc_reply(c, instead ? &two->o : &one->o);
}

int messages_getExportedChatInvite(struct rpc_call *c, const struct tl_messages_getExportedChatInvite *q)
{
	struct store_link l;
	struct link_host host, *h = &host;
	int r;

	if ((r = link_host(c, q->peer, h)) < 0 || (r = link_of(c, h, q->link, &l)) < 0)
		return r;
	return reply_link(c, &l, NULL);
}

static int edit_revoke(struct rpc_call *c, const struct link_host *h, struct store_link *l)
{
	struct store_link instead;
	bool permanent = (l->flags & STORE_LINK_PERMANENT) != 0;
	int r;

	if (l->flags & STORE_LINK_REVOKED)
		return rpc_fail(c, 400, "INVITE_HASH_EXPIRED");
	if ((r = revoke(c, h, l)) < 0)
		return r;
	if (permanent && (r = make_permanent(c, l->peer, l->admin, &instead)) < 0)
		return r;
	return reply_link(c, l, permanent ? &instead : NULL);
}

int messages_editExportedChatInvite(struct rpc_call *c, const struct tl_messages_editExportedChatInvite *q)
{
	struct store_link l, before;
	struct link_host host, *h = &host;
	bool request;
	int r;

	if ((r = link_host(c, q->peer, h)) < 0 || (r = link_of(c, h, q->link, &l)) < 0)
		return r;
	if (q->revoked)
		return edit_revoke(c, h, &l);
	if (l.flags & STORE_LINK_REVOKED)
		return rpc_fail(c, 400, "INVITE_HASH_EXPIRED");
	if (l.flags & STORE_LINK_PERMANENT)
		return rpc_fail(c, 400, "CHAT_INVITE_PERMANENT");
	before = l;
	if (q->has_expire_date)
		l.expires = q->expire_date;
	if (q->has_usage_limit)
		l.most = q->usage_limit;
	request = q->has_request_needed ? q->request_needed : (l.flags & STORE_LINK_REQUEST) != 0;
	if (q->title.p)
		l.title = q->title;
	if ((r = check(c, q->has_expire_date ? q->expire_date : 0, l.most, request, l.title)) < 0)
		return r;
	l.flags = request ? l.flags | STORE_LINK_REQUEST : l.flags & ~STORE_LINK_REQUEST;
	l.start = c->now;
	if ((r = store_link_put(c->db, &l)) < 0 || (r = log_link(c, h, &before, &l)) < 0)
		return r;
	return reply_link(c, &l, NULL);
}

int messages_getExportedChatInvites(struct rpc_call *c, const struct tl_messages_getExportedChatInvites *q)
{
	struct tl_messages_exportedChatInvites *o = TL_NEW(&c->arena, messages_exportedChatInvites);
	uint32_t limit = q->limit > 0 && q->limit < LIMIT_PAGE ? (uint32_t)q->limit : LIMIT_PAGE;
	struct store_link_count *counts;
	struct store_link *rows;
	struct link_host host, *h = &host;
	int64_t admin, key;
	struct view v;
	size_t n, n_counts;
	int r;

	if ((r = link_host(c, q->peer, h)) < 0 || (r = of_admin(c, h, q->admin_id, &admin)) < 0)
		return r;
	key = h->key;
	if ((r = store_links_of(c->db, key, admin, q->revoked, q->has_offset_date ? q->offset_date : 0,
	                        link_hash(q->offset_link), limit, &c->arena, &rows, &n)) < 0 ||
	    (r = store_links_count(c->db, key, LIMIT_CHANNEL_ADMINS, &c->arena, &counts, &n_counts)) < 0)
		return r;
	for (size_t i = 0; i < n_counts; i++)
		if (counts[i].admin == admin)
			o->count = (int32_t)(q->revoked ? counts[i].revoked : counts[i].valid);
	view_init(&v, c);
	o->invites = tl_vec_new(&c->arena, (uint32_t)n);
	for (size_t i = 0; i < n; i++)
		o->invites.v[i] = link_view(&v, &rows[i]);
	r = view_users(&v, &o->users);
	return r < 0 ? r : rpc_reply(c, &o->o);
}

int messages_deleteExportedChatInvite(struct rpc_call *c,
                                      const struct tl_messages_deleteExportedChatInvite *q)
{
	struct store_link l;
	struct link_host host, *h = &host;
	int r;

	if ((r = link_host(c, q->peer, h)) < 0 || (r = link_of(c, h, q->link, &l)) < 0)
		return r;
	if (!(l.flags & STORE_LINK_REVOKED))
		return rpc_fail(c, 400, "INVITE_REVOKED_MISSING");
	if ((r = store_link_delete(c->db, l.peer, l.hash)) < 0 || (r = log_link(c, h, &l, NULL)) < 0)
		return r;
	return rpc_reply_bool(c, true);
}

int messages_deleteRevokedExportedChatInvites(struct rpc_call *c,
                                              const struct tl_messages_deleteRevokedExportedChatInvites *q)
{
	struct store_link *rows;
	struct link_host host, *h = &host;
	int64_t admin;
	size_t n;
	int r;

	if ((r = link_host(c, q->peer, h)) < 0 || (r = of_admin(c, h, q->admin_id, &admin)) < 0)
		return r;
	r = store_links_of(c->db, h->key, admin, true, 0, SLICE_LIT(""), LIMIT_LINKS_DELETED, &c->arena,
	                   &rows, &n);
	for (size_t i = 0; r >= 0 && i < n; i++)
		r = store_link_delete(c->db, rows[i].peer, rows[i].hash);
	return r < 0 ? r : rpc_reply_bool(c, true);
}

int messages_getAdminsWithInvites(struct rpc_call *c, const struct tl_messages_getAdminsWithInvites *q)
{
	struct tl_messages_chatAdminsWithInvites *o = TL_NEW(&c->arena, messages_chatAdminsWithInvites);
	struct store_link_count *rows;
	struct link_host host, *h = &host;
	struct view v;
	size_t n;
	int r;

	if ((r = link_host(c, q->peer, h)) < 0 || (r = of_whom(c, h, h->creator)) < 0 ||
	    (r = store_links_count(c->db, h->key, LIMIT_CHANNEL_ADMINS, &c->arena, &rows, &n)) < 0)
		return r;
	view_init(&v, c);
	o->admins = tl_vec_new(&c->arena, (uint32_t)n);
	for (size_t i = 0; i < n; i++) {
		struct tl_chatAdminWithInvites *a = TL_NEW(&c->arena, chatAdminWithInvites);

		a->admin_id = rows[i].admin;
		a->invites_count = (int32_t)rows[i].valid;
		a->revoked_invites_count = (int32_t)rows[i].revoked;
		view_peer(&v, rows[i].admin);
		o->admins.v[i] = &a->o;
	}
	r = view_users(&v, &o->users);
	return r < 0 ? r : rpc_reply(c, &o->o);
}

int messages_getChatInviteImporters(struct rpc_call *c, const struct tl_messages_getChatInviteImporters *q)
{
	struct tl_messages_chatInviteImporters *o = TL_NEW(&c->arena, messages_chatInviteImporters);
	uint32_t limit = q->limit > 0 && q->limit < LIMIT_PAGE ? (uint32_t)q->limit : LIMIT_PAGE;
	struct store_link_user *rows;
	struct store_link l = {.hash = SLICE_LIT("")};
	struct link_host host, *h = &host;
	int64_t after = 0, key;
	uint32_t waiting;
	struct view v;
	size_t n;
	int r;

	if ((r = link_host(c, q->peer, h)) < 0 || (q->link.p && (r = link_of(c, h, q->link, &l)) < 0))
		return r;
	if (!q->requested && !q->link.p)
		return rpc_fail(c, 400, "INVITE_HASH_EMPTY");
	if (!TL_IS(inputUserEmpty, q->offset_user) && (r = user_resolve(c, q->offset_user, &after)) < 0)
		return r;
	key = h->key;
	r = q->requested
	            ? store_requests(c->db, key, l.hash, q->offset_date, after, limit, &c->arena, &rows, &n)
	            : store_link_users(c->db, key, l.hash, q->offset_date, after, limit, &c->arena, &rows,
	                               &n);
	if (r < 0)
		return r;
	if ((r = store_requests_count(c->db, key, &waiting)) < 0)
		return r;
	o->count = q->requested ? q->link.p ? l.waiting : (int32_t)waiting : l.used;
	view_init(&v, c);
	if ((r = importers_view(&v, rows, n, q->requested, q->q, &o->importers)) < 0 ||
	    (r = view_users(&v, &o->users)) < 0)
		return r;
	return rpc_reply(c, &o->o);
}
