/*
 * import.c - an address book's numbers against the accounts that allow to be found by them. A number that nobody has is
 * remembered, so that its owner's arrival is told; a number whose owner hides looks the same to the caller.
 */
#include "base/err.h"
#include "base/utf8.h"
#include "domain/contacts/private.h"
#include "domain/users/account.h"
#include "domain/users/privacy.h"
#include "domain/users/view.h"
#include "rpc_methods.h"
#include "store/contact.h"
#include "store/user.h"

struct import {
	struct tl_contacts_importedContacts *answer;
	struct view v;
	uint32_t room; /* contacts that still fit */
};

static int add_imported(struct rpc_call *c, struct import *im, int64_t user_id, int64_t client_id)
{
	struct tl_importedContact *done = TL_NEW(&c->arena, importedContact);

	done->user_id = user_id;
	done->client_id = client_id;
	im->answer->imported.v[im->answer->imported.n++] = &done->o;
	view_peer(&im->v, user_id);
	return 0;
}

/* The account of a number that the caller may find by it; 0: none. */
static int find(struct rpc_call *c, struct slice phone, int64_t *ret)
{
	int r = store_phone_find(c->db, phone, ret);

	if (r == -ERR_NOTFOUND) {
		*ret = 0;
		return 0;
	}
	if (r < 0)
		return r;
	r = privacy_allows(c, *ret, PRIVACY_ADDED_BY_PHONE, c->user_id);
	if (r == 0)
		*ret = 0;
	return r < 0 ? r : 0;
}

static int import_one(struct rpc_call *c, struct import *im, const struct tl_inputPhoneContact *in)
{
	struct store_contact row = {.owner = c->user_id, .date = c->now}, old;
	struct store_user u;
	int r;

	if (user_phone_digits(&c->arena, in->phone, &row.phone) < 0 ||
	    contact_names(c, in->first_name, in->last_name, &row.first, &row.last) < 0)
		return 0;
	if ((r = find(c, row.phone, &row.user_id)) < 0)
		return r;
	if (row.user_id == c->user_id)
		return add_imported(c, im, row.user_id, in->client_id);
	if (!row.user_id)
		return store_wanted_put(c->db, row.phone, c->user_id, row.first, row.last);
	if ((r = store_user_load(c->db, row.user_id, &c->arena, &u)) < 0)
		return r;
	r = store_contact_get(c->db, c->user_id, row.user_id, &c->arena, &old);
	if (r < 0 && r != -ERR_NOTFOUND)
		return r;
	if (r == -ERR_NOTFOUND && !im->room)
		return 0;
	im->room -= r == -ERR_NOTFOUND;
	if (r == -ERR_NOTFOUND || !slice_eq(old.first, row.first) || !slice_eq(old.last, row.last) ||
	    !slice_eq(old.phone, row.phone)) {
		if ((r = contact_set(c, &row, c->client->auth_key_id)) < 0)
			return r;
	}
	return add_imported(c, im, row.user_id, in->client_id);
}

/* The users as they are now: the names are the caller's own. */
static int reply(struct rpc_call *c, void *arg)
{
	struct import *im = arg;
	int r;

	if ((r = view_users(&im->v, &im->answer->users)) < 0)
		return r;
	return rpc_reply(c, &im->answer->o);
}

int contacts_importContacts(struct rpc_call *c, const struct tl_contacts_importContacts *q)
{
	struct import *im = ARENA_NEW(&c->arena, struct import);
	uint32_t have;
	int r;

	if (q->contacts.n > LIMIT_CONTACTS_PER_IMPORT)
		return rpc_fail(c, 400, "LIMIT_INVALID");
	if ((r = store_contact_count(c->db, c->user_id, &have)) < 0)
		return r;
	im->room = have < LIMIT_CONTACTS ? LIMIT_CONTACTS - have : 0;
	im->answer = TL_NEW(&c->arena, contacts_importedContacts);
	im->answer->imported = tl_vec_new(&c->arena, q->contacts.n);
	im->answer->imported.n = 0;
	im->answer->popular_invites = tl_vec_new(&c->arena, 0);
	im->answer->retry_contacts = (struct tl_vec_long){ARENA_ARRAY(&c->arena, int64_t, 1), 0};
	view_init(&im->v, c);
	for (uint32_t i = 0; i < q->contacts.n; i++) {
		const struct tl_inputPhoneContact *in = TL_AS(inputPhoneContact, q->contacts.v[i]);

		if (in && (r = import_one(c, im, in)) < 0)
			return r;
	}
	return rpc_reply_after(c, reply, im);
}
