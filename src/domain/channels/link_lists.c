/* link_lists.c - an admin looks at the invite links of a chat: all of one admin's, how many each has, who came by them or waits. */
#include "base/err.h"
#include "domain/channels/private.h"
#include "rpc_methods.h"

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

	if ((r = link_host(c, q->peer, h)) < 0 || (r = link_admin_resolve(c, h, q->admin_id, &admin)) < 0)
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

int messages_getAdminsWithInvites(struct rpc_call *c, const struct tl_messages_getAdminsWithInvites *q)
{
	struct tl_messages_chatAdminsWithInvites *o = TL_NEW(&c->arena, messages_chatAdminsWithInvites);
	struct store_link_count *rows;
	struct link_host host, *h = &host;
	struct view v;
	size_t n;
	int r;

	if ((r = link_host(c, q->peer, h)) < 0 || (r = link_may_see(c, h, h->creator)) < 0 ||
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

	if ((r = link_host(c, q->peer, h)) < 0 || (q->link.p && (r = link_named(c, h, q->link, &l)) < 0))
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
