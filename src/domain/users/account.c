/* account.c - accounts begin, change and end. */
#include "domain/users/account.h"

#include "base/err.h"
#include "base/utf8.h"
#include "domain/contacts/contact.h"
#include "domain/users/username.h"
#include "domain/users/view.h"
#include "rpc_methods.h"
#include "store/bot.h"
#include "store/contact.h"
#include "store/dialog.h"
#include "store/meta.h"
#include "store/personal_photo.h"
#include "store/profile_photo.h"
#include "store/qts.h"
#include "store/setting.h"
#include "store/user.h"
#include "updates/event.h"
#include "updates/peer.h"

enum {
	FIRST_USER_ID = 1000001, /* above the service account */
	TOLD_CHATS_MAX = 500,
	TOLD_MAX = 2000, /* contacts that hear of a change at once; the others see it when they next look */
	PHONE_DIGITS_MIN = 5,
	PHONE_DIGITS_MAX = 15, /* E.164 */
};

/* Ids that clients know as somebody special (api.md 3.1). */
static bool is_reserved(int64_t id)
{
	return id == SERVICE_USER || id == 1087968824 || id == 136817688 || id == 1271266957;
}

int user_names(struct rpc_call *c, struct slice first, struct slice last, struct slice *ret_first,
               struct slice *ret_last)
{
	if (!utf8_valid(first))
		return rpc_fail(c, 400, "FIRSTNAME_INVALID");
	if (!utf8_valid(last))
		return rpc_fail(c, 400, "LASTNAME_INVALID");
	first = utf8_trim(first);
	last = utf8_trim(last);
	if (!first.n || utf8_len(first) > LIMIT_FIRST_NAME)
		return rpc_fail(c, 400, "FIRSTNAME_INVALID");
	if (utf8_len(last) > LIMIT_LAST_NAME)
		return rpc_fail(c, 400, "LASTNAME_INVALID");
	*ret_first = arena_slice(&c->arena, first);
	*ret_last = last.n ? arena_slice(&c->arena, last) : SLICE_LIT("");
	return 0;
}

int user_phone_digits(struct arena *a, struct slice phone, struct slice *ret)
{
	uint8_t *p = arena_alloc(a, PHONE_DIGITS_MAX + 1);
	uint32_t n = 0;

	for (uint32_t i = 0; i < phone.n; i++) {
		if (phone.p[i] < '0' || phone.p[i] > '9')
			continue;
		if (n == PHONE_DIGITS_MAX)
			return -ERR_INVALID;
		p[n++] = phone.p[i];
	}
	if (n < PHONE_DIGITS_MIN)
		return -ERR_INVALID;
	*ret = slice_of(p, n);
	return 0;
}

static int next_id(struct rpc_call *c, int64_t *ret)
{
	int r;

	do {
		r = store_meta_next(c->db, "next_user", FIRST_USER_ID, ret);
	} while (r >= 0 && is_reserved(*ret));
	return r;
}

int user_create(struct rpc_call *c, struct slice phone, struct slice first, struct slice last, bool tell,
                int64_t *ret_id)
{
	struct store_user u = {.phone = phone, .first = first, .last = last, .created = c->now};
	int r;

	if ((r = next_id(c, &u.id)) < 0)
		return r;
	if (phone.n) {
		r = store_phone_claim(c->db, phone, u.id);
		if (r == -ERR_EXISTS)
			return rpc_fail(c, 400, "PHONE_NUMBER_OCCUPIED");
		if (r < 0)
			return r;
	}
	if ((r = store_user_insert(c->db, &u)) < 0)
		return r;
	if (phone.n && (r = contact_signed_up(c, u.id, phone, tell)) < 0)
		return r;
	*ret_id = u.id;
	return 0;
}

int user_set_phone(struct rpc_call *c, int64_t id, struct slice phone)
{
	struct store_user u;
	int r;

	if ((r = store_user_load(c->db, id, &c->arena, &u)) < 0)
		return r;
	r = store_phone_claim(c->db, phone, id);
	if (r == -ERR_EXISTS)
		return rpc_fail(c, 400, "PHONE_NUMBER_OCCUPIED");
	if (r < 0)
		return r;
	if (u.phone.n && !slice_eq(u.phone, phone) && (r = store_phone_free(c->db, u.phone, id)) < 0)
		return r;
	u.phone = phone;
	if ((r = store_user_update(c->db, &u)) < 0)
		return r;
	return user_changed(c, id, c->client ? c->client->auth_key_id : 0);
}

static int drop_contacts(struct rpc_call *c, int64_t id)
{
	struct store_contact *rows;
	size_t n;
	int r;

	r = store_contact_list(c->db, id, LIMIT_CONTACTS, &c->arena, &rows, &n);
	for (size_t i = 0; r >= 0 && i < n; i++)
		if ((r = store_personal_photo_delete(c->db, id, rows[i].user_id, c->now)) >= 0)
			r = store_contact_delete(c->db, id, rows[i].user_id);
	return r;
}

/* Nobody has a deleted account among his contacts. */
static int drop_from_contacts(struct rpc_call *c, int64_t id)
{
	int64_t *who;
	size_t n;
	int r;

	do {
		r = store_contact_known_by(c->db, id, TOLD_MAX, &c->arena, &who, &n);
		for (size_t i = 0; r >= 0 && i < n; i++) {
			if ((r = store_personal_photo_delete(c->db, who[i], id, c->now)) >= 0)
				r = store_contact_delete(c->db, who[i], id);
			r = r == -ERR_NOTFOUND ? 0 : r;
		}
	} while (r >= 0 && n == TOLD_MAX);
	return r;
}

static int drop_settings(struct rpc_call *c, int64_t id)
{
	struct slice *keys, *values;
	size_t n;
	int r;

	r = store_setting_list(c->db, id, "", 10000, &c->arena, &keys, &values, &n);
	for (size_t i = 0; r >= 0 && i < n; i++)
		r = store_setting_delete(c->db, id, (const char *)keys[i].p);
	return r;
}

static int drop_photos(struct rpc_call *c, int64_t id)
{
	struct store_profile_photo row;
	int64_t *files;
	size_t n;
	int r = store_profile_photo_list(c->db, id, &c->arena, &files, &n);

	for (size_t i = 0; r >= 0 && i < n; i++)
		r = store_profile_photo_delete(c->db, id, files[i], c->now);
	if (r >= 0 && (r = store_profile_photo_top(c->db, id, true, &c->arena, &row)) == 0)
		r = store_profile_photo_delete(c->db, id, row.file, c->now);
	return r == -ERR_NOTFOUND ? 0 : r;
}

int user_delete(struct rpc_call *c, int64_t id)
{
	struct store_user u;
	int r;

	if ((r = store_user_load(c->db, id, &c->arena, &u)) < 0)
		return r;
	if (u.phone.n && (r = store_phone_free(c->db, u.phone, id)) < 0)
		return r;
	if (u.username.n && (r = store_username_free(c->db, username_fold(&c->arena, u.username), id)) < 0)
		return r;
	if ((r = drop_contacts(c, id)) < 0 || (r = store_wanted_clear(c->db, id)) < 0 ||
	    (r = drop_settings(c, id)) < 0 || (r = drop_photos(c, id)) < 0)
		return r;
	if ((u.flags & STORE_USER_BOT) &&
	    ((r = store_bot_delete(c->db, id)) < 0 || (r = store_qts_drop(c->db, id)) < 0))
		return r;
	u.phone = u.first = u.last = u.username = u.about = SLICE_LIT("");
	u.flags = STORE_USER_DELETED | (u.flags & STORE_USER_BOT);
	if ((r = store_user_update(c->db, &u)) < 0 || (r = user_changed(c, id, 0)) < 0)
		return r;
	return drop_from_contacts(c, id);
}

static bool is_among(const int64_t *v, size_t n, int64_t x)
{
	for (size_t i = 0; i < n; i++)
		if (v[i] == x)
			return true;
	return false;
}

/* Those who are in his newest chats, too: they have him by name, and nothing else brings them the new one (TDLib keeps what it has). */
static int tell_chats(struct rpc_call *c, int64_t id, enum upd_kind kind, const int64_t *told, size_t n_told)
{
	struct upd_event ev = {.kind = kind, .peer = id};
	struct store_dialog *rows;
	size_t n;
	int r;

	r = store_dialog_page(c->db, id, -1, 0, 0, 0, TOLD_CHATS_MAX, &c->arena, &rows, &n);
	for (size_t i = 0; r >= 0 && i < n; i++) {
		if (!peer_is_user(rows[i].peer) || rows[i].peer == id || rows[i].peer == SERVICE_USER ||
		    is_among(told, n_told, rows[i].peer))
			continue;
		ev.owner = rows[i].peer;
		r = rpc_log_event(c, &ev);
	}
	return r < 0 ? r : 0;
}

static int tell(struct rpc_call *c, int64_t id, enum upd_kind kind, int64_t except_key)
{
	struct upd_event ev = {.kind = kind, .peer = id};
	int64_t *who;
	size_t n;
	int r;

	ev.owner = id;
	ev.except_key = except_key;
	if ((r = rpc_log_event(c, &ev)) < 0)
		return r;
	r = store_contact_known_by(c->db, id, TOLD_MAX, &c->arena, &who, &n);
	for (size_t i = 0; r >= 0 && i < n; i++) {
		if (who[i] == id)
			continue;
		ev.owner = who[i];
		ev.except_key = 0;
		r = rpc_log_event(c, &ev);
	}
	return r < 0 ? r : tell_chats(c, id, kind, who, n);
}

int user_changed(struct rpc_call *c, int64_t id, int64_t except_key)
{
	return tell(c, id, UPD_USER, except_key);
}

int user_photo_changed(struct rpc_call *c, int64_t id, int64_t except_key)
{
	int r = tell(c, id, UPD_USER, except_key);

	return r < 0 ? r : tell(c, id, UPD_USER_FULL, except_key);
}

int user_tell_chats(struct rpc_call *c, int64_t id, enum upd_kind kind)
{
	return tell_chats(c, id, kind, NULL, 0);
}
