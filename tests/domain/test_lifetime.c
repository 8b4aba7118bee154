/* test_lifetime.c - authorisations and accounts: their settings, their ends, and what jobs tidy up behind them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/err.h"
#include "domain/auth/session.h"
#include "domain/users/view.h"
#include "sql/sql.h"
#include "store/authorization.h"
#include "store/login_token.h"
#include "store/meta.h"
#include "store/phone_code.h"
#include "store/rid.h"
#include "store/setting.h"
#include "store/upd.h"
#include "store/user.h"
#include "updates/event.h"
#include "updates/online.h"
#include "world.h"

enum { DAY = 86400 };

struct s {
	struct world *w;
	struct person a, b;
};

static int setup(void **state)
{
	struct s *s = calloc(1, sizeof(*s));

	s->w = world_new();
	s->a = world_person(s->w, "491510001", "Ann", "Alder");
	s->b = world_person(s->w, "15550002", "Bob", "");
	*state = s;
	return 0;
}

static void ok(struct s *s, const struct tl_obj *q)
{
	struct tl_obj *o = world_call(s->w, s->a, q);

	if (!o)
		print_error("%s\n", world_error(s->w));
	assert_non_null(o);
	assert_int_equal(o->name, TL_boolTrue);
}

static void refused(struct s *s, const struct tl_obj *q, const char *error)
{
	assert_null(world_call(s->w, s->a, q));
	assert_string_equal(world_error(s->w), error);
}

static int put(struct rpc_call *c, void *arg)
{
	struct store_authorization *z = arg;

	z->created = z->active = c->now - z->active;
	z->device = z->system = z->app = z->country = SLICE_LIT("x");
	z->ip = SLICE_LIT("127.0.0.1");
	return store_authorization_put(c->db, z);
}

/* An authorisation that was used `ago` seconds ago; its hash is its key. */
static void signed_in(struct s *s, struct person p, int64_t key, unixtime_t ago)
{
	struct store_authorization z = {.user_id = p.id, .key_id = key, .hash = key, .active = ago};

	assert_int_equal(world_write(s->w, put, &z), 0);
}

struct asking {
	int64_t user, key;
	const char *setting;
	unixtime_t active; /* 0: no such authorisation */
	int flags;         /* of the account */
	bool has_setting;
};

static int ask_run(struct rpc_call *c, void *arg)
{
	struct asking *x = arg;
	struct store_authorization z;
	struct store_user u;
	struct slice v;
	int r;

	r = store_authorization_get(c->db, x->user, x->key, &c->arena, &z);
	x->active = r == 0 ? z.active : 0;
	if ((r = store_user_load(c->db, x->user, &c->arena, &u)) < 0)
		return r;
	x->flags = u.flags;
	x->has_setting = x->setting && store_setting_get(c->db, x->user, x->setting, &c->arena, &v) == 0;
	return 0;
}

static struct asking ask(struct s *s, struct person p, int64_t key, const char *setting)
{
	struct asking x = {.user = p.id, .key = key, .setting = setting};

	assert_int_equal(world_write(s->w, ask_run, &x), 0);
	return x;
}

static int make_old(struct rpc_call *c, void *arg)
{
	struct sql_stmt *q = sql_prepare(c->db, "UPDATE usr SET created = $2, seen = $2 WHERE id = $1");
	const int64_t *v = arg;

	sql_bind_int(q, 1, v[0]);
	sql_bind_int(q, 2, c->now - v[1]);
	return sql_run(q);
}

static void was_seen(struct s *s, struct person p, unixtime_t ago)
{
	int64_t v[2] = {p.id, ago};

	assert_int_equal(world_write(s->w, make_old, v), 0);
}

static struct tl_authorization *listed(struct s *s, int64_t hash)
{
	struct tl_obj *o = world_call(s->w, s->a, &Q(s, account_getAuthorizations)->o);
	struct tl_account_authorizations *all = TL_AS(account_authorizations, o);

	for (uint32_t i = 0; i < all->authorizations.n; i++)
		if (TL_AS(authorization, all->authorizations.v[i])->hash == hash)
			return TL_AS(authorization, all->authorizations.v[i]);
	return NULL;
}

static void test_ttl(void **state)
{
	struct s *s = *state;
	struct tl_account_setAuthorizationTTL *sessions = Q(s, account_setAuthorizationTTL);
	struct tl_account_setAccountTTL *account = Q(s, account_setAccountTTL);
	struct tl_accountDaysTTL *days = Q(s, accountDaysTTL);
	struct tl_obj *o;

	o = world_call(s->w, s->a, &Q(s, account_getAccountTTL)->o);
	assert_int_equal(TL_AS(accountDaysTTL, o)->days, 548);
	account->ttl = &days->o;
	refused(s, &account->o, "400 TTL_DAYS_INVALID");
	days->days = 731;
	refused(s, &account->o, "400 TTL_DAYS_INVALID");
	days->days = 30;
	ok(s, &account->o);
	o = world_call(s->w, s->a, &Q(s, account_getAccountTTL)->o);
	assert_int_equal(TL_AS(accountDaysTTL, o)->days, 30);

	signed_in(s, s->a, s->a.key, 0);
	o = world_call(s->w, s->a, &Q(s, account_getAuthorizations)->o);
	assert_int_equal(TL_AS(account_authorizations, o)->authorization_ttl_days, 180);
	assert_true(slice_eq(listed(s, 0)->country, SLICE_LIT("Germany")));
	refused(s, &sessions->o, "400 TTL_DAYS_INVALID");
	sessions->authorization_ttl_days = 367;
	refused(s, &sessions->o, "400 TTL_DAYS_INVALID");
	sessions->authorization_ttl_days = 7;
	ok(s, &sessions->o);
	o = world_call(s->w, s->a, &Q(s, account_getAuthorizations)->o);
	assert_int_equal(TL_AS(account_authorizations, o)->authorization_ttl_days, 7);
}

static int begin(struct rpc_call *c, void *arg)
{
	const int64_t *v = arg;
	struct rpc_client from = {.auth_key_id = v[1], .device_model = "New", .ip = "127.0.0.1"};

	return session_begin(c, &from, v[0], 0);
}

static void test_settings(void **state)
{
	struct s *s = *state;
	struct tl_account_changeAuthorizationSettings *q = Q(s, account_changeAuthorizationSettings);
	int64_t fresh[2] = {s->a.id, s->a.key + 1};
	struct tl_account_authorizations *all;

	q->hash = 12345;
	q->confirmed = true;
	refused(s, &q->o, "400 HASH_INVALID");

	signed_in(s, s->a, s->a.key, 0);
	assert_int_equal(world_write(s->w, begin, fresh), 0);
	all = TL_AS(account_authorizations, world_call(s->w, s->a, &Q(s, account_getAuthorizations)->o));
	assert_int_equal(all->authorizations.n, 2);
	for (int i = 0; i < 2; i++)
		if (!TL_AS(authorization, all->authorizations.v[i])->current)
			q->hash = TL_AS(authorization, all->authorizations.v[i])->hash;
	assert_true(listed(s, q->hash)->unconfirmed);
	assert_false(listed(s, 0)->unconfirmed);

	/* Not by itself. */
	assert_non_null(world_call_as(s->w, s->a, s->a.key + 1, TL_LAYER_MAX, &q->o));
	assert_true(listed(s, q->hash)->unconfirmed);
	ok(s, &q->o);
	assert_false(listed(s, q->hash)->unconfirmed);

	q->confirmed = false;
	q->has_encrypted_requests_disabled = q->encrypted_requests_disabled = true;
	ok(s, &q->o);
	assert_true(listed(s, q->hash)->encrypted_requests_disabled);
	assert_false(listed(s, q->hash)->call_requests_disabled);
	q->encrypted_requests_disabled = false;
	q->has_call_requests_disabled = q->call_requests_disabled = true;
	ok(s, &q->o);
	assert_false(listed(s, q->hash)->encrypted_requests_disabled);
	assert_true(listed(s, q->hash)->call_requests_disabled);
	assert_false(listed(s, 0)->call_requests_disabled);
}

static void test_device(void **state)
{
	struct s *s = *state;
	struct tl_account_registerDevice *q = Q(s, account_registerDevice);
	struct tl_account_unregisterDevice *u = Q(s, account_unregisterDevice);
	struct tl_account_resetAuthorization *end = Q(s, account_resetAuthorization);
	char key[64];

	q->token_type = 2;
	q->token = SLICE_LIT("");
	q->secret = SLICE_LIT("");
	refused(s, &q->o, "400 TOKEN_EMPTY");
	q->token = SLICE_LIT("token");
	q->token_type = 0;
	refused(s, &q->o, "400 TOKEN_TYPE_INVALID");
	q->token_type = 2;
	ok(s, &q->o);
	snprintf(key, sizeof(key), "device.%016llx.2", (unsigned long long)s->a.key);
	assert_true(ask(s, s->a, 0, key).has_setting);
	u->token_type = 2;
	u->token = SLICE_LIT("another");
	ok(s, &u->o);
	assert_true(ask(s, s->a, 0, key).has_setting);
	u->token = SLICE_LIT("token");
	ok(s, &u->o);
	assert_false(ask(s, s->a, 0, key).has_setting);

	/* It goes with its authorisation. */
	signed_in(s, s->a, s->a.key, 0);
	signed_in(s, s->a, s->a.key + 1, 0);
	assert_non_null(world_call_as(s->w, s->a, s->a.key + 1, TL_LAYER_MAX, &q->o));
	snprintf(key, sizeof(key), "device.%016llx.2", (unsigned long long)s->a.key + 1);
	assert_true(ask(s, s->a, 0, key).has_setting);
	end->hash = s->a.key + 1;
	ok(s, &end->o);
	assert_false(ask(s, s->a, 0, key).has_setting);
}

static void test_delete(void **state)
{
	struct s *s = *state;
	struct tl_account_deleteAccount *q = Q(s, account_deleteAccount);
	struct tl_users_getUsers *look = Q(s, users_getUsers);
	struct tl_vector *v;

	signed_in(s, s->a, s->a.key, 0);
	signed_in(s, s->a, s->a.key + 1, 0);
	world_connect(s->w, s->a, s->a.key + 1, TL_LAYER_MAX);
	q->reason = SLICE_LIT("enough");
	ok(s, &q->o);
	assert_int_equal(ask(s, s->a, s->a.key, NULL).flags, STORE_USER_DELETED);
	assert_int_equal(ask(s, s->a, s->a.key, NULL).active, 0);
	assert_int_equal(ask(s, s->a, s->a.key + 1, NULL).active, 0);
	assert_false(upd_online_has(world_app(s->w)->online, s->a.id));
	/* Others see that he is gone; the number is free. */
	look->id = tl_vec_new(world_arena(s->w), 1);
	look->id.v[0] = world_user(s->w, s->b, s->a.id);
	v = TL_AS(vector, world_call(s->w, s->b, &look->o));
	assert_true(TL_AS(user, v->objs.v[0])->deleted);
	assert_true(world_person(s->w, "491510001", "New", "").id != s->a.id);
}

/* Until the job has done it: `ended` is the account's or the authorisation's end. */
static void until_ended(struct s *s, struct person p, int64_t key, bool account)
{
	for (int i = 0; i < 2000; i++) {
		struct asking x = ask(s, p, key, NULL);

		if (account ? x.flags & STORE_USER_DELETED : !x.active)
			return;
		usleep(5000);
	}
	fail_msg("it never ended");
}

static void nothing(void *arg, int64_t key, int64_t user)
{
}

/* That they went away just now is not to be noted. */
static void forget_gone(struct s *s)
{
	upd_online_take_gone(world_app(s->w)->online, 1000, nothing, NULL);
}

static int last_look(struct rpc_call *c, void *arg)
{
	return store_meta_put(c->db, "used.last_look",
	                      arena_printf(&c->arena, "%lld", (long long)(c->now - 600 * DAY)));
}

/* The server was down for two years: nobody could come, nobody is gone. */
static void test_outage(void **state)
{
	struct s *s = *state;

	was_seen(s, s->a, 549 * DAY);
	world_connect(s->w, s->a, s->a.key, 0);
	signed_in(s, s->a, s->a.key, 549 * DAY);
	signed_in(s, s->b, s->b.key, 2 * 3600);
	forget_gone(s);
	assert_int_equal(world_write(s->w, last_look, NULL), 0);
	world_start_jobs(s->w);
	for (int i = 0; i < 2000 && ask(s, s->b, s->b.key, NULL).active < clock_unix() - 60; i++)
		usleep(5000);
	usleep(100000); /* the jobs of the start are over */
	assert_int_equal(ask(s, s->a, 0, NULL).flags, 0);
	assert_true(ask(s, s->a, s->a.key, NULL).active);
}

static void test_lifetime(void **state)
{
	struct s *s = *state;
	struct person away = world_person(s->w, "15550003", "Cid", ""), here, young;

	here = world_person(s->w, "15550004", "Dora", "");
	young = world_person(s->w, "15550005", "Eve", "");
	for (int i = 0; i < 60; i++) { /* more than a slice */
		char phone[16];

		snprintf(phone, sizeof(phone), "1666000%02d", i);
		world_person(s->w, phone, "Many", "");
	}
	signed_in(s, s->a, s->a.key, 179 * DAY);
	signed_in(s, s->a, 77, 181 * DAY);
	world_connect(s->w, s->a, s->a.key, 0);
	signed_in(s, s->b, s->b.key, 300 * DAY); /* connected: in use */
	was_seen(s, away, 549 * DAY);
	world_connect(s->w, away, away.key, 0);
	signed_in(s, away, away.key, 549 * DAY);
	was_seen(s, here, 600 * DAY); /* connected */
	signed_in(s, here, here.key, 600 * DAY);
	was_seen(s, young, 547 * DAY);
	world_connect(s->w, young, young.key, 0);
	forget_gone(s);
	world_start_jobs(s->w);
	until_ended(s, s->a, 77, false);
	until_ended(s, away, 0, true);
	assert_int_equal(ask(s, away, away.key, NULL).active, 0);
	usleep(50000);
	assert_true(ask(s, s->a, s->a.key, NULL).active);
	assert_true(ask(s, s->b, s->b.key, NULL).active);
	assert_int_equal(ask(s, here, 0, NULL).flags, 0);
	assert_int_equal(ask(s, young, 0, NULL).flags, 0);
}

static int old_rows(struct rpc_call *c, void *arg)
{
	struct store_phone_code code = {.hash = SLICE_LIT("old"),
	                                .phone = SLICE_LIT("15550009"),
	                                .code = SLICE_LIT("12345"),
	                                .expires = c->now - 10};
	struct store_login_token t = {
		.token = SLICE_LIT("old"), .kind = STORE_TOKEN_QR, .expires = c->now - 10};
	int r;

	t.device = t.system = t.app = t.ip = SLICE_LIT("");
	r = store_phone_code_put(c->db, &code);
	code.hash = SLICE_LIT("new");
	code.expires = c->now + 100;
	if (r == 0)
		r = store_phone_code_put(c->db, &code);
	if (r == 0)
		r = store_login_token_put(c->db, &t);
	for (int i = 0; r == 0 && i < 1200; i++) /* more than a slice */
		r = store_rid_put(c->db, 5, i, c->now - 3 * DAY, 1);
	return r == 0 ? store_rid_put(c->db, 5, 1, c->now, 1) : r;
}

struct left {
	int64_t rids;
	bool code, good_code, token;
};

static int count_left(struct rpc_call *c, void *arg)
{
	struct sql_stmt *q = sql_prepare(c->db, "SELECT count(*) FROM rid");
	struct store_phone_code code;
	struct store_login_token t;
	struct left *l = arg;
	int r;

	r = sql_step(q);
	l->rids = sql_int(q, 0);
	sql_done(q);
	l->code = store_phone_code_get(c->db, SLICE_LIT("old"), &c->arena, &code) == 0;
	l->good_code = store_phone_code_get(c->db, SLICE_LIT("new"), &c->arena, &code) == 0;
	l->token = store_login_token_get(c->db, SLICE_LIT("old"), &c->arena, &t) == 0;
	return r < 0 ? r : 0;
}

static void test_prune(void **state)
{
	struct s *s = *state;
	struct left l;

	assert_int_equal(world_write(s->w, old_rows, NULL), 0);
	assert_int_equal(world_write(s->w, count_left, &l), 0);
	assert_int_equal(l.rids, 1201);
	assert_true(l.code && l.good_code && l.token);
	world_start_jobs(s->w);
	for (int i = 0; i < 2000 && (l.rids != 1 || l.code || l.token); i++) {
		usleep(5000);
		assert_int_equal(world_write(s->w, count_left, &l), 0);
	}
	assert_int_equal(l.rids, 1);
	assert_true(!l.code && l.good_code && !l.token);
}

/* Connected ones and one that went away are noted; who was noted within the hour is left alone. */
static void test_used(void **state)
{
	struct s *s = *state;
	unixtime_t now = clock_unix();
	struct asking x = {0};

	signed_in(s, s->a, s->a.key, 7200);
	signed_in(s, s->a, s->a.key + 1, 7200);
	signed_in(s, s->a, 77, 7200); /* never came */
	signed_in(s, s->b, s->b.key, 3000);
	world_connect(s->w, s->a, s->a.key + 1, TL_LAYER_MAX);
	world_connect(s->w, s->a, s->a.key + 1, 0);
	world_start_jobs(s->w);
	for (int i = 0; i < 2000 && x.active < now; i++) {
		x = ask(s, s->a, s->a.key, NULL);
		usleep(5000);
	}
	assert_true(x.active >= now);
	assert_true(ask(s, s->a, s->a.key + 1, NULL).active >= now);
	assert_true(ask(s, s->a, 77, NULL).active <= now - 7000);
	assert_true(ask(s, s->b, s->b.key, NULL).active <= now - 2900);
}

static int logged(struct rpc_call *c, void *arg)
{
	const struct upd_event *ev = arg;
	struct upd_event copy = *ev;

	return rpc_log_event(c, &copy);
}

struct log {
	int64_t owner;
	int kinds[16], ids[16];
	size_t n;
};

static int read_log(struct rpc_call *c, void *arg)
{
	struct log *l = arg;
	struct store_upd *rows;
	int r = store_upd_range(c->db, l->owner, 0, 16, &c->arena, &rows, &l->n);

	for (size_t i = 0; r >= 0 && i < l->n; i++) {
		l->kinds[i] = rows[i].kind;
		l->ids[i] = rows[i].id;
	}
	return r < 0 ? r : 0;
}

/* Old events that a later one covers go; what is recent stays, and the difference tells what is left. */
static void test_log(void **state)
{
	struct s *s = *state;
	unixtime_t old = clock_unix() - 40 * DAY;
	static const int32_t gone = 7;
	struct upd_event ev[] = {
		{.kind = UPD_READ_IN, .id = 3},  /* covered by the third */
		{.kind = UPD_READ_OUT, .id = 2}, /* another mark: stays */
		{.kind = UPD_READ_IN, .id = 5},
		{.kind = UPD_EDIT, .id = 6}, /* edited again */
		{.kind = UPD_EDIT, .id = 6},
		{.kind = UPD_EDIT, .id = 7}, /* deleted */
		{.kind = UPD_DELETE, .payload = {(const uint8_t *)&gone, 4}},
		{.kind = UPD_READ_IN, .id = 8, .date = 1}, /* now: covers nothing yet, and is not covered */
		{.kind = UPD_READ_IN, .id = 9, .date = 1},
	};
	static const int left[] = {UPD_READ_OUT, UPD_READ_IN, UPD_EDIT, UPD_DELETE, UPD_READ_IN, UPD_READ_IN};
	struct tl_updates_getDifference *q = Q(s, updates_getDifference);
	struct tl_updates_difference *d;
	struct log l = {.owner = s->a.id};

	for (size_t i = 0; i < sizeof(ev) / sizeof(ev[0]); i++) {
		ev[i].owner = s->a.id;
		ev[i].peer = s->b.id;
		ev[i].pts_count = 1;
		ev[i].date = ev[i].date ? clock_unix() : old;
		assert_int_equal(world_write(s->w, logged, &ev[i]), 0);
	}
	world_start_jobs(s->w);
	for (int i = 0; i < 2000 && l.n != sizeof(left) / sizeof(left[0]); i++) {
		usleep(5000);
		assert_int_equal(world_write(s->w, read_log, &l), 0);
	}
	assert_int_equal(l.n, sizeof(left) / sizeof(left[0]));
	for (size_t i = 0; i < l.n; i++)
		assert_int_equal(l.kinds[i], left[i]);
	assert_int_equal(l.ids[1], 5);
	q->pts = 1;
	q->date = (int32_t)clock_unix();
	d = TL_AS(updates_difference, world_call(s->w, s->a, &q->o));
	assert_non_null(d);
	assert_int_equal(TL_AS(updates_state, d->state)->pts, 10); /* pts begin at 1 */
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, world_teardown)
	const struct CMUnitTest tests[] = {
		T(test_ttl),    T(test_settings), T(test_device), T(test_delete), T(test_lifetime),
		T(test_outage), T(test_prune),    T(test_used),   T(test_log),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("lifetime", tests, NULL, NULL);
}
