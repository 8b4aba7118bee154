/* contact.c - one contact comes or goes: both boxes' rows and who hears of it. */
#include "domain/contacts/contact.h"

#include "base/err.h"
#include "base/utf8.h"
#include "domain/contacts/private.h"
#include "domain/messages/message.h"
#include "domain/sync/compose.h"
#include "rpc_methods.h"
#include "store/contact.h"
#include "store/personal_photo.h"
#include "store/setting.h"
#include "store/user.h"
#include "updates/event.h"

enum { JOINED_TOLD_MAX = 1000 }; /* who hears at once that somebody joined */

/* The other side shows whether the contact is mutual, if it has the owner as a contact itself. */
static int tell_other(struct rpc_call *c, int64_t owner, int64_t user_id)
{
	struct upd_event ev = {.owner = user_id, .kind = UPD_USER, .peer = owner};
	int r = store_contact_is_known_by(c->db, owner, user_id);

	return r > 0 ? rpc_log_event(c, &ev) : r;
}

static int tell_owner(struct rpc_call *c, int64_t owner, int64_t user_id, int64_t except_key)
{
	struct upd_event ev = {
		.owner = owner, .kind = UPD_PEER_SETTINGS, .peer = user_id, .except_key = except_key};

	return rpc_log_event(c, &ev);
}

int contact_set(struct rpc_call *c, const struct store_contact *row, int64_t except_key)
{
	int r;

	if ((r = store_contact_put(c->db, row)) < 0 || (r = tell_other(c, row->owner, row->user_id)) < 0)
		return r;
	return tell_owner(c, row->owner, row->user_id, except_key);
}

int contact_unset(struct rpc_call *c, int64_t owner, int64_t user_id, int64_t except_key)
{
	int r = store_contact_delete(c->db, owner, user_id);

	if (r == -ERR_NOTFOUND)
		return 0;
	if (r < 0 || (r = store_personal_photo_delete(c->db, owner, user_id, c->now)) < 0 ||
	    (r = tell_other(c, owner, user_id)) < 0)
		return r;
	r = tell_owner(c, owner, user_id, except_key);
	return r < 0 ? r : 1;
}

int contact_names(struct rpc_call *c, struct slice first, struct slice last, struct slice *ret_first,
                  struct slice *ret_last)
{
	if (!utf8_valid(first) || !utf8_valid(last))
		return rpc_fail(c, 400, "CONTACT_NAME_EMPTY");
	first = utf8_trim(first);
	last = utf8_trim(last);
	if (!first.n) { /* a last name alone is a name */
		first = last;
		last = SLICE_LIT("");
	}
	if (!first.n || utf8_len(first) > LIMIT_FIRST_NAME || utf8_len(last) > LIMIT_LAST_NAME)
		return rpc_fail(c, 400, "CONTACT_NAME_EMPTY");
	*ret_first = first;
	*ret_last = last.p ? last : SLICE_LIT("");
	return 0;
}

static int notice(struct rpc_call *c, int64_t owner, int64_t joined)
{
	struct tl_messageService *content = TL_NEW(&c->arena, messageService);
	struct message_draft m = {
		.from = joined, .peer = owner, .only_receiver = true, .content = &content->o};
	struct slice silent;
	int32_t id;
	int r;

	r = store_setting_get(c->db, owner, "signup_silent", &c->arena, &silent);
	if (r < 0 && r != -ERR_NOTFOUND)
		return r;
	m.silent = r == 0;
	content->action = &TL_NEW(&c->arena, messageActionContactSignUp)->o;
	return message_deliver(c, &m, &id);
}

int contact_signed_up(struct rpc_call *c, int64_t user_id, struct slice phone, bool tell)
{
	struct store_contact *wanted;
	size_t n;
	int r;

	r = store_wanted_by(c->db, phone, JOINED_TOLD_MAX, &c->arena, &wanted, &n);
	for (size_t i = 0; r >= 0 && i < n; i++) {
		wanted[i].user_id = user_id;
		wanted[i].date = c->now;
		r = contact_set(c, &wanted[i], 0);
		if (r >= 0 && tell)
			r = notice(c, wanted[i].owner, user_id);
		if (r >= 0)
			r = store_wanted_delete(c->db, phone, wanted[i].owner);
	}
	return r < 0 ? r : 0;
}
