/* add.c - contacts made and removed one by one. */
#include "base/err.h"
#include "domain/contacts/private.h"
#include "domain/messages/message.h"
#include "domain/users/account.h"
#include "domain/users/peer.h"
#include "domain/users/privacy.h"
#include "domain/users/view.h"
#include "rpc_methods.h"
#include "store/contact.h"
#include "store/user.h"

static int room_for(struct rpc_call *c, int64_t user_id)
{
	struct store_contact old;
	uint32_t n;
	int r;

	r = store_contact_get(c->db, c->user_id, user_id, &c->arena, &old);
	if (r != -ERR_NOTFOUND)
		return r;
	r = store_contact_count(c->db, c->user_id, &n);
	if (r < 0)
		return r;
	return n < LIMIT_CONTACTS ? 0 : rpc_fail(c, 400, "CONTACTS_TOO_MUCH");
}

int contacts_addContact(struct rpc_call *c, const struct tl_contacts_addContact *q)
{
	struct store_contact row = {.owner = c->user_id, .date = c->now};
	struct store_contact old;
	int r;

	if ((r = user_resolve(c, q->id, &row.user_id)) < 0)
		return r;
	if (row.user_id == c->user_id || row.user_id == SERVICE_USER)
		return rpc_fail(c, 400, "CONTACT_ID_INVALID");
	if ((r = contact_names(c, q->first_name, q->last_name, &row.first, &row.last)) < 0 ||
	    (r = room_for(c, row.user_id)) < 0)
		return r;
	if (user_phone_digits(&c->arena, q->phone, &row.phone) < 0) {
		/* Clients that do not know the number send none: what was known stays. */
		r = store_contact_get(c->db, c->user_id, row.user_id, &c->arena, &old);
		if (r < 0 && r != -ERR_NOTFOUND)
			return r;
		row.phone = r == 0 && old.phone.n ? old.phone : SLICE_LIT("");
	}
	if ((r = contact_set(c, &row, c->client->auth_key_id)) < 0)
		return r;
	if (q->add_phone_privacy_exception && (r = privacy_add_exception(c, PRIVACY_PHONE, row.user_id)) < 0)
		return r;
	return rpc_reply_after(c, message_reply_updates, NULL);
}

int contacts_acceptContact(struct rpc_call *c, const struct tl_contacts_acceptContact *q)
{
	struct store_contact row = {.owner = c->user_id, .date = c->now, .phone = SLICE_LIT("")};
	struct store_user u;
	int r;

	if ((r = user_resolve(c, q->id, &row.user_id)) < 0)
		return r;
	r = store_contact_is_known_by(c->db, c->user_id, row.user_id);
	if (r < 0)
		return r;
	if (!r || row.user_id == c->user_id)
		return rpc_fail(c, 400, "CONTACT_REQ_MISSING");
	if ((r = store_user_load(c->db, row.user_id, &c->arena, &u)) < 0 ||
	    (r = room_for(c, row.user_id)) < 0)
		return r;
	row.first = u.first;
	row.last = u.last.p ? u.last : SLICE_LIT("");
	if ((r = contact_set(c, &row, c->client->auth_key_id)) < 0 ||
	    (r = privacy_add_exception(c, PRIVACY_PHONE, row.user_id)) < 0)
		return r;
	return rpc_reply_after(c, message_reply_updates, NULL);
}

int contacts_deleteContacts(struct rpc_call *c, const struct tl_contacts_deleteContacts *q)
{
	int64_t id;
	int r;

	if (q->id.n > LIMIT_CONTACTS)
		return rpc_fail(c, 400, "LIMIT_INVALID");
	for (uint32_t i = 0; i < q->id.n; i++) {
		r = user_resolve(c, q->id.v[i], &id);
		if (r == -ERR_RPC) /* gone already */
			continue;
		if (r < 0 || (r = contact_unset(c, c->user_id, id, c->client->auth_key_id)) < 0)
			return r;
	}
	return rpc_reply_after(c, message_reply_updates, NULL);
}

int contacts_deleteByPhones(struct rpc_call *c, const struct tl_contacts_deleteByPhones *q)
{
	struct slice phone;
	int64_t id;
	int r;

	if (q->phones.n > LIMIT_CONTACTS_PER_IMPORT)
		return rpc_fail(c, 400, "LIMIT_INVALID");
	for (uint32_t i = 0; i < q->phones.n; i++) {
		if (user_phone_digits(&c->arena, q->phones.v[i], &phone) < 0)
			continue;
		if ((r = store_wanted_delete(c->db, phone, c->user_id)) < 0)
			return r;
		r = store_phone_find(c->db, phone, &id);
		if (r == 0)
			r = contact_unset(c, c->user_id, id, c->client->auth_key_id);
		if (r < 0 && r != -ERR_NOTFOUND)
			return r;
	}
	return rpc_reply_bool(c, true);
}
