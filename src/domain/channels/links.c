/*
 * links.c - invite links as their admins make, change and revoke them. They belong to a peer, so that basic groups have the same.
 * Lists of them: link_lists.c; who uses them: invite.c; who waits to be let in: requests.c.
 */
#include "base/err.h"
#include "base/utf8.h"
#include "crypto/rng.h"
#include "domain/channels/private.h"
#include "rpc_methods.h"

enum { HASH_BYTES = 12, HASH_LETTERS = 16, TITLE = 32 };

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

	if ((r = link_host(c, q->peer, h)) < 0 || (r = link_named(c, h, q->link, &l)) < 0)
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

	if ((r = link_host(c, q->peer, h)) < 0 || (r = link_named(c, h, q->link, &l)) < 0)
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

int messages_deleteExportedChatInvite(struct rpc_call *c,
                                      const struct tl_messages_deleteExportedChatInvite *q)
{
	struct store_link l;
	struct link_host host, *h = &host;
	int r;

	if ((r = link_host(c, q->peer, h)) < 0 || (r = link_named(c, h, q->link, &l)) < 0)
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

	if ((r = link_host(c, q->peer, h)) < 0 || (r = link_admin_resolve(c, h, q->admin_id, &admin)) < 0)
		return r;
	r = store_links_of(c->db, h->key, admin, true, 0, SLICE_LIT(""), LIMIT_LINKS_DELETED, &c->arena,
	                   &rows, &n);
	for (size_t i = 0; r >= 0 && i < n; i++)
		r = store_link_delete(c->db, rows[i].peer, rows[i].hash);
	return r < 0 ? r : rpc_reply_bool(c, true);
}
