/* birthday.c - when people were born, as far as they say it and to whom; whose contacts have their day about now. */
#include "domain/users/birthday.h"

#include <time.h>

#include "base/err.h"
#include "domain/users/privacy.h"
#include "rpc_methods.h"
#include "store/contact.h"
#include "store/setting.h"

enum { DAY = 86400, YEAR_MIN = 1850 };

#define KEY "birthday"

static int load(struct rpc_call *c, int64_t owner, struct tl_birthday **ret)
{
	struct slice body;
	struct tl_obj *o;
	struct rd in;
	int r;

	*ret = NULL;
	r = store_setting_get(c->db, owner, KEY, &c->arena, &body);
	if (r < 0)
		return r == -ERR_NOTFOUND ? 0 : r;
	in = rd_of(body.p, body.n);
	if (tl_decode(&in, &c->arena, &o) < 0 || !TL_IS(birthday, o))
		return -ERR_CORRUPT;
	*ret = TL_AS(birthday, o);
	return 0;
}

int birthday_view(struct rpc_call *c, int64_t owner, struct tl_obj **ret)
{
	struct tl_birthday *b;
	int r;

	*ret = NULL;
	if ((r = load(c, owner, &b)) < 0 || !b)
		return r;
	r = privacy_allows(c, owner, PRIVACY_BIRTHDAY, c->user_id);
	if (r > 0)
		*ret = &b->o;
	return r < 0 ? r : 0;
}

static int year_of(unixtime_t t)
{
	time_t tt = (time_t)t;
	struct tm tm;

	gmtime_r(&tt, &tm);
	return tm.tm_year + 1900;
}

static bool is_date(const struct rpc_call *c, const struct tl_birthday *b)
{
	static const int days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	return b && b->month >= 1 && b->month <= 12 && b->day >= 1 && b->day <= days[b->month - 1] &&
	       (!b->has_year || (b->year >= YEAR_MIN && b->year <= year_of(c->now)));
}

int account_updateBirthday(struct rpc_call *c, const struct tl_account_updateBirthday *q)
{
	struct buf b = {0};
	int r;

	if (!q->birthday) {
		r = store_setting_delete(c->db, c->user_id, KEY);
		return r < 0 && r != -ERR_NOTFOUND ? r : rpc_reply_bool(c, true);
	}
	if (!is_date(c, TL_AS(birthday, q->birthday)))
		return rpc_fail(c, 400, "BIRTHDAY_INVALID");
	r = tl_encode(&b, q->birthday, TL_LAYER_MAX);
	if (r == 0)
		r = store_setting_put(c->db, c->user_id, KEY, buf_slice(&b));
	buf_fini(&b);
	return r < 0 ? r : rpc_reply_bool(c, true);
}

/* Yesterday, today or tomorrow: the world is three days wide. */
static bool is_about_now(const struct rpc_call *c, const struct tl_birthday *b)
{
	for (int i = -1; i <= 1; i++) {
		time_t t = (time_t)c->now + i * DAY;
		struct tm tm;

		gmtime_r(&t, &tm);
		if (tm.tm_mday == b->day && tm.tm_mon + 1 == b->month)
			return true;
	}
	return false;
}

int contacts_getBirthdays(struct rpc_call *c, const struct tl_contacts_getBirthdays *q)
{
	struct tl_contacts_contactBirthdays *o = TL_NEW(&c->arena, contacts_contactBirthdays);
	struct store_contact *rows;
	struct view v;
	size_t n;
	int r;

	r = store_contact_list(c->db, c->user_id, LIMIT_CONTACTS, &c->arena, &rows, &n);
	if (r < 0)
		return r;
	view_init(&v, c);
	o->contacts = tl_vec_new(&c->arena, (uint32_t)n);
	o->contacts.n = 0;
	for (size_t i = 0; i < n; i++) {
		struct tl_contactBirthday *one;
		struct tl_obj *b;

		if ((r = birthday_view(c, rows[i].user_id, &b)) < 0)
			return r;
		if (!b || !is_about_now(c, TL_AS(birthday, b)))
			continue;
		one = TL_NEW(&c->arena, contactBirthday);
		one->contact_id = rows[i].user_id;
		one->birthday = b;
		view_peer(&v, rows[i].user_id);
		o->contacts.v[o->contacts.n++] = &one->o;
	}
	if ((r = view_users(&v, &o->users)) < 0)
		return r;
	return rpc_reply(c, &o->o);
}
