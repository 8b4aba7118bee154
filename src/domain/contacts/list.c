/* list.c - the caller's contacts, in the forms that clients ask for. */
#include <stdlib.h>

#include "base/err.h"
#include "domain/users/view.h"
#include "rpc/list_hash.h"
#include "rpc_methods.h"
#include "store/contact.h"

int contacts_getContacts(struct rpc_call *c, const struct tl_contacts_getContacts *q)
{
	struct tl_contacts_contacts *o = TL_NEW(&c->arena, contacts_contacts);
	struct store_contact *rows;
	struct view v;
	uint64_t hash;
	size_t n;
	int r;

	r = store_contact_list(c->db, c->user_id, LIMIT_CONTACTS, &c->arena, &rows, &n);
	if (r < 0)
		return r;
	hash = list_hash(0, n);
	for (size_t i = 0; i < n; i++)
		hash = list_hash(hash, (uint64_t)rows[i].user_id);
	if (q->hash && (uint64_t)q->hash == hash)
		return rpc_reply(c, &TL_NEW(&c->arena, contacts_contactsNotModified)->o);
	view_init(&v, c);
	o->saved_count = (int32_t)n;
	o->contacts = tl_vec_new(&c->arena, (uint32_t)n);
	for (size_t i = 0; i < n; i++) {
		struct tl_contact *one = TL_NEW(&c->arena, contact);

		r = store_contact_is_known_by(c->db, c->user_id, rows[i].user_id);
		if (r < 0)
			return r;
		one->user_id = rows[i].user_id;
		one->mutual = r > 0;
		o->contacts.v[i] = &one->o;
		view_peer(&v, rows[i].user_id);
	}
	if ((r = view_users(&v, &o->users)) < 0)
		return r;
	return rpc_reply(c, &o->o);
}

int contacts_getContactIDs(struct rpc_call *c, const struct tl_contacts_getContactIDs *q)
{
	struct tl_vector *o = TL_NEW(&c->arena, vector);
	struct store_contact *rows;
	int32_t *ids;
	size_t n;
	int r;

	r = store_contact_list(c->db, c->user_id, LIMIT_CONTACTS, &c->arena, &rows, &n);
	if (r < 0)
		return r;
	ids = ARENA_ARRAY(&c->arena, int32_t, n + 1);
	for (size_t i = 0; i < n; i++)
		ids[i] = (int32_t)rows[i].user_id; /* the wire's type; our ids are small */
	o->ints = (struct tl_vec_int){ids, (uint32_t)n};
	return rpc_reply(c, &o->o);
}

int contacts_getStatuses(struct rpc_call *c, const struct tl_contacts_getStatuses *q)
{
	struct tl_vector *o = TL_NEW(&c->arena, vector);
	struct store_contact *rows;
	size_t n;
	int r;

	r = store_contact_list(c->db, c->user_id, LIMIT_CONTACTS, &c->arena, &rows, &n);
	if (r < 0)
		return r;
	o->objs = tl_vec_new(&c->arena, (uint32_t)n);
	o->objs.n = 0;
	for (size_t i = 0; i < n; i++) {
		struct tl_contactStatus *one = TL_NEW(&c->arena, contactStatus);

		one->user_id = rows[i].user_id;
		r = user_status_view(c, c->user_id, rows[i].user_id, &one->status, NULL);
		if (r < 0)
			return r;
		if (one->status)
			o->objs.v[o->objs.n++] = &one->o;
	}
	return rpc_reply(c, &o->o);
}

static struct tl_obj *saved(struct arena *a, const struct store_contact *row)
{
	struct tl_savedPhoneContact *o = TL_NEW(a, savedPhoneContact);

	o->phone = row->phone;
	o->first_name = row->first.p ? row->first : SLICE_LIT("");
	o->last_name = row->last.p ? row->last : SLICE_LIT("");
	o->date = (int32_t)row->date;
	return &o->o;
}

int contacts_getSaved(struct rpc_call *c, const struct tl_contacts_getSaved *q)
{
	struct tl_vector *o = TL_NEW(&c->arena, vector);
	struct store_contact *rows, *wanted;
	size_t n, m;
	int r;

	if ((r = store_contact_list(c->db, c->user_id, LIMIT_CONTACTS, &c->arena, &rows, &n)) < 0 ||
	    (r = store_wanted_list(c->db, c->user_id, LIMIT_CONTACTS, &c->arena, &wanted, &m)) < 0)
		return r;
	o->objs = tl_vec_new(&c->arena, (uint32_t)(n + m));
	o->objs.n = 0;
	for (size_t i = 0; i < n; i++)
		if (rows[i].phone.n)
			o->objs.v[o->objs.n++] = saved(&c->arena, &rows[i]);
	for (size_t i = 0; i < m; i++)
		o->objs.v[o->objs.n++] = saved(&c->arena, &wanted[i]);
	return rpc_reply(c, &o->o);
}

int contacts_resetSaved(struct rpc_call *c, const struct tl_contacts_resetSaved *q)
{
	int r = store_wanted_clear(c->db, c->user_id);

	return r < 0 ? r : rpc_reply_bool(c, true);
}

int contacts_getTopPeers(struct rpc_call *c, const struct tl_contacts_getTopPeers *q)
{
	return rpc_reply(c, &TL_NEW(&c->arena, contacts_topPeersDisabled)->o);
}

/* Nobody's chats are rated here: it stays off. */
int contacts_toggleTopPeers(struct rpc_call *c, const struct tl_contacts_toggleTopPeers *q)
{
	return rpc_reply_bool(c, !q->enabled);
}

int contacts_resetTopPeerRating(struct rpc_call *c, const struct tl_contacts_resetTopPeerRating *q)
{
	return rpc_reply_bool(c, true);
}
