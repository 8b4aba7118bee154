/* test_sign_in.c - keys, authorisations, codes, tokens, settings, folders. */
#include "store/test_store.h"

#include "store/auth_key.h"
#include "store/authorization.h"
#include "store/filter.h"
#include "store/imported_key.h"
#include "store/invite.h"
#include "store/login_token.h"
#include "store/phone_code.h"
#include "store/setting.h"

static void put_key(int64_t id, int kind, unixtime_t created, unixtime_t expires)
{
	struct store_auth_key k = {.id = id,
	                           .kind = kind,
	                           .dc = 2,
	                           .first_salt = -9,
	                           .created = created,
	                           .expires = expires,
	                           .layer = 158};

	memset(k.body, (int)id, sizeof(k.body));
	assert_int_equal(store_auth_key_insert(t.db, &k), 0);
	assert_int_equal(store_auth_key_insert(t.db, &k), -ERR_EXISTS);
}

static void test_auth_key(void **state)
{
	struct store_auth_key k;
	uint8_t body[256];

	put_key(1, 0, NOW, 0);
	assert_int_equal(store_auth_key_set_client(t.db, 1, 204, SLICE_LIT("info")), 0);
	assert_int_equal(store_auth_key_set_user(t.db, 1, 55), 0);
	assert_int_equal(store_auth_key_load(t.db, 1, &t.a, &k), 0);
	memset(body, 1, sizeof(body));
	assert_memory_equal(k.body, body, sizeof(body));
	assert_int_equal(k.layer, 204);
	assert_int_equal(k.user_id, 55);
	assert_int_equal(k.dc, 2);
	assert_int_equal(k.first_salt, -9);
	assert_slice(k.info, "info");
	assert_int_equal(store_auth_key_load(t.db, 2, &t.a, &k), -ERR_NOTFOUND);
}

static void test_temporary_keys(void **state)
{
	struct store_auth_key k;
	int64_t except[] = {104};

	put_key(1, 0, NOW, 0);
	put_key(2, 0, NOW, 0);
	for (int i = 100; i < 106; i++) {
		put_key(i, 1, NOW + i, NOW + 1000 + i);
		assert_int_equal(store_auth_key_bind(t.db, i, 1, NOW + 1000 + i, 4), 0);
	}
	assert_int_equal(store_auth_key_load(t.db, 101, &t.a, &k), -ERR_NOTFOUND); /* the newest 4 stay */
	assert_int_equal(store_auth_key_load(t.db, 102, &t.a, &k), 0);
	assert_int_equal(k.perm_id, 1);
	assert_int_equal(store_auth_key_bind(t.db, 102, 2, NOW, 4), -ERR_EXISTS);
	assert_int_equal(store_auth_key_bind(t.db, 102, 1, NOW + 7, 4), 0);
	assert_int_equal(store_auth_key_bind(t.db, 999, 1, NOW, 4), -ERR_NOTFOUND);
	assert_int_equal(store_auth_key_drop_temp(t.db, 1, except, 1), 0);
	assert_int_equal(store_auth_key_load(t.db, 103, &t.a, &k), -ERR_NOTFOUND);
	assert_int_equal(store_auth_key_load(t.db, 104, &t.a, &k), 0);
	assert_int_equal(store_auth_key_delete(t.db, 1), 0);
	assert_int_equal(store_auth_key_load(t.db, 104, &t.a, &k), -ERR_NOTFOUND);
	assert_int_equal(store_auth_key_delete(t.db, 1), -ERR_NOTFOUND);
	assert_int_equal(store_auth_key_load(t.db, 2, &t.a, &k), 0);

	put_key(200, 1, NOW, NOW + 10);
	put_key(201, 1, NOW, NOW + 10);
	put_key(202, 1, NOW, NOW + 30);
	assert_int_equal(store_auth_key_prune(t.db, NOW + 20, 1), 1);
	assert_int_equal(store_auth_key_prune(t.db, NOW + 20, 10), 1);
	assert_int_equal(store_auth_key_load(t.db, 202, &t.a, &k), 0);
	assert_int_equal(store_auth_key_load(t.db, 2, &t.a, &k), 0); /* a permanent key has no end */
}

static void test_nobody(void **state)
{
	struct store_auth_key k;
	int64_t ids[8];
	size_t n;

	for (int i = 1; i <= 6; i++)
		put_key(i, 1, NOW - 10 * i, 0);
	put_key(7, 2, NOW - 100, NOW + 100);
	assert_int_equal(store_auth_key_bind(t.db, 7, 5, NOW + 100, 4), 0);
	for (int i = 4; i <= 6; i++)
		assert_int_equal(store_auth_key_set_client(t.db, i, 0, (struct slice){0}), 0);
	assert_int_equal(store_auth_key_set_user(t.db, 3, 1), 0);
	assert_int_equal(store_auth_key_set_user(t.db, 6, 1), 0);
	/* 1 and 2 have made calls, 4 and 5 have not, 3 and 6 are somebody's. */
	assert_int_equal(store_auth_key_prune_nobody(t.db, NOW - 45, NOW - 100, ids, 8, &n), 0);
	assert_int_equal(n, 1);
	assert_int_equal(ids[0], 5);
	assert_int_equal(store_auth_key_load(t.db, 7, &t.a, &k), -ERR_NOTFOUND); /* it was bound to it */
	assert_int_equal(store_auth_key_prune_nobody(t.db, NOW, NOW - 15, ids, 1, &n), 0);
	assert_int_equal(n, 1);
	assert_int_equal(ids[0], 4);
	assert_int_equal(store_auth_key_prune_nobody(t.db, NOW, NOW - 15, ids, 8, &n), 0);
	assert_int_equal(n, 1);
	assert_int_equal(ids[0], 2);
	assert_int_equal(store_auth_key_prune_nobody(t.db, NOW, NOW, ids, 8, &n), 0);
	assert_int_equal(ids[0], 1);
	assert_int_equal(store_auth_key_prune_nobody(t.db, NOW, NOW, ids, 8, &n), 0);
	assert_int_equal(n, 0);
	assert_int_equal(store_auth_key_load(t.db, 3, &t.a, &k), 0);
	assert_int_equal(store_auth_key_load(t.db, 6, &t.a, &k), 0);
}

static void test_authorization(void **state)
{
	struct store_authorization z = {.user_id = 5,
	                                .key_id = 1,
	                                .hash = INT64_MIN,
	                                .created = NOW,
	                                .active = NOW,
	                                .api_id = 4,
	                                .flags = 3,
	                                .device = SLICE_LIT("phone"),
	                                .ip = SLICE_LIT("127.0.0.1")},
				   *v;
	size_t n;

	assert_int_equal(store_authorization_put(t.db, &z), 0);
	z.key_id = 2;
	assert_int_equal(store_authorization_put(t.db, &z), 0);
	assert_int_equal(store_authorization_used(t.db, 5, 1, NOW + 9, 0), 0);
	assert_int_equal(store_authorization_list(t.db, 5, 10, &t.a, &v, &n), 0);
	assert_int_equal(n, 2);
	assert_int_equal(v[0].key_id, 1);
	assert_true(v[0].hash == INT64_MIN);
	assert_slice(v[0].device, "phone");
	assert_slice(v[0].ip, "127.0.0.1");
	assert_int_equal(v[0].flags, 3);
	assert_int_equal(v[0].api_id, 4);
	assert_int_equal(store_authorization_delete(t.db, 5, 1), 0);
	assert_int_equal(store_authorization_get(t.db, 5, 1, &t.a, &z), -ERR_NOTFOUND);
	assert_int_equal(store_authorization_get(t.db, 5, 2, &t.a, &z), 0);
}

static void test_imported_key(void **state)
{
	int64_t v[2], by;
	size_t n;

	assert_int_equal(store_imported_key_of(t.db, 11, &by), 0);
	assert_int_equal(by, 11);
	assert_int_equal(store_imported_key_put(t.db, 11, 1), 0);
	assert_int_equal(store_imported_key_put(t.db, 12, 2), 0);
	assert_int_equal(store_imported_key_put(t.db, 12, 1), 0);
	assert_int_equal(store_imported_key_of(t.db, 12, &by), 0);
	assert_int_equal(by, 1);
	assert_int_equal(store_imported_key_list(t.db, 1, 1, v, &n), 0);
	assert_int_equal(n, 1);
	assert_int_equal(store_imported_key_list(t.db, 1, 2, v, &n), 0);
	assert_int_equal(n, 2);
	assert_int_equal(store_imported_key_delete(t.db, 11), 0);
	assert_int_equal(store_imported_key_list(t.db, 1, 2, v, &n), 0);
	assert_int_equal(n, 1);
	assert_int_equal(v[0], 12);
}

static void test_phone_code(void **state)
{
	struct store_phone_code c = {.hash = SLICE_LIT("h1"),
	                             .phone = SLICE_LIT("1555"),
	                             .code = SLICE_LIT("12345"),
	                             .created = NOW,
	                             .expires = NOW + 300,
	                             .sent = 2,
	                             .key_id = 9},
				*v;
	size_t n;

	assert_int_equal(store_phone_code_put(t.db, &c), 0);
	c.tries = 3;
	c.used = true;
	assert_int_equal(store_phone_code_put(t.db, &c), 0);
	assert_int_equal(store_phone_code_get(t.db, SLICE_LIT("h1"), &t.a, &c), 0);
	assert_int_equal(c.tries, 3);
	assert_true(c.used);
	assert_int_equal(c.key_id, 9);
	assert_slice(c.code, "12345");
	c.hash = SLICE_LIT("h2");
	c.used = false;
	c.created = NOW + 1;
	assert_int_equal(store_phone_code_put(t.db, &c), 0);
	assert_int_equal(store_phone_code_list(t.db, NOW, 10, &t.a, &v, &n), 0);
	assert_int_equal(n, 1);
	assert_slice(v[0].hash, "h2");
	assert_int_equal(store_phone_code_list(t.db, NOW + 300, 10, &t.a, &v, &n), 0);
	assert_int_equal(n, 0);
	assert_int_equal(store_phone_code_delete(t.db, SLICE_LIT("h1")), 0);
	assert_int_equal(store_phone_code_get(t.db, SLICE_LIT("h1"), &t.a, &c), -ERR_NOTFOUND);
	assert_int_equal(store_phone_code_prune(t.db, NOW), 0);
	assert_int_equal(store_phone_code_get(t.db, SLICE_LIT("h2"), &t.a, &c), 0);
	assert_int_equal(store_phone_code_delete_code(t.db, c.phone, c.code), 0);
	assert_int_equal(store_phone_code_get(t.db, SLICE_LIT("h2"), &t.a, &c), -ERR_NOTFOUND);
}

static void test_login_token(void **state)
{
	struct store_login_token k = {.token = SLICE_LIT("t\0\1"),
	                              .kind = STORE_TOKEN_QR,
	                              .key_id = 5,
	                              .created = NOW,
	                              .expires = NOW + 30,
	                              .device = SLICE_LIT("web")},
				 v;

	assert_int_equal(store_login_token_put(t.db, &k), 0);
	assert_int_equal(store_login_token_of_key(t.db, 5, STORE_TOKEN_QR, NOW + 30, &t.a, &v),
	                 -ERR_NOTFOUND);
	assert_int_equal(store_login_token_of_key(t.db, 5, STORE_TOKEN_EXPORT, NOW, &t.a, &v), -ERR_NOTFOUND);
	assert_int_equal(store_login_token_of_key(t.db, 5, STORE_TOKEN_QR, NOW, &t.a, &v), 0);
	assert_true(slice_eq(v.token, k.token));
	assert_slice(v.device, "web");
	k.user_id = 77;
	assert_int_equal(store_login_token_put(t.db, &k), 0);
	assert_int_equal(store_login_token_get(t.db, k.token, &t.a, &v), 0);
	assert_int_equal(v.user_id, 77);
	assert_int_equal(store_login_token_prune(t.db, NOW), 0);
	assert_int_equal(store_login_token_get(t.db, k.token, &t.a, &v), 0);
	assert_int_equal(store_login_token_prune(t.db, NOW + 31), 0);
	assert_int_equal(store_login_token_get(t.db, k.token, &t.a, &v), -ERR_NOTFOUND);
}

static void test_invite(void **state)
{
	struct store_invite v = {.code = SLICE_LIT("abc"),
	                         .note = SLICE_LIT("for Bob"),
	                         .created = NOW,
	                         .uses = 2},
			    *list;
	size_t n;

	assert_int_equal(store_invite_add(t.db, &v), 0);
	assert_int_equal(store_invite_add(t.db, &v), -ERR_EXISTS);
	assert_int_equal(store_invite_use(t.db, SLICE_LIT("ABC"), NOW), -ERR_NOTFOUND);
	assert_int_equal(store_invite_use(t.db, SLICE_LIT("abc"), NOW + 100000000), 0); /* no end */
	assert_int_equal(store_invite_use(t.db, SLICE_LIT("abc"), NOW), 0);
	assert_int_equal(store_invite_use(t.db, SLICE_LIT("abc"), NOW), -ERR_FULL);
	v = (struct store_invite){.code = SLICE_LIT("def"), .created = NOW + 1, .expires = NOW + 10};
	assert_int_equal(store_invite_add(t.db, &v), 0);
	for (int i = 0; i < 5; i++)
		assert_int_equal(store_invite_use(t.db, SLICE_LIT("def"), NOW + 9), 0); /* any number */
	assert_int_equal(store_invite_use(t.db, SLICE_LIT("def"), NOW + 10), -ERR_TIMEOUT);
	assert_int_equal(store_invite_list(t.db, 10, &t.a, &list, &n), 0);
	assert_int_equal(n, 2);
	assert_slice(list[0].code, "def");
	assert_int_equal(list[0].used, 5);
	assert_slice(list[1].note, "for Bob");
	assert_int_equal(store_invite_delete(t.db, SLICE_LIT("def")), 0);
	assert_int_equal(store_invite_delete(t.db, SLICE_LIT("def")), -ERR_NOTFOUND);
	assert_int_equal(store_invite_get(t.db, SLICE_LIT("def"), &t.a, &v), -ERR_NOTFOUND);
}

static void test_setting(void **state)
{
	struct slice *keys, *values, v;
	size_t n;

	assert_int_equal(store_setting_put(t.db, 5, "notify.1", SLICE_LIT("x")), 0);
	assert_int_equal(store_setting_put(t.db, 5, "notify.2", SLICE_LIT("y")), 0);
	assert_int_equal(store_setting_put(t.db, 5, "notifz", SLICE_LIT("z")), 0);
	assert_int_equal(store_setting_put(t.db, 6, "notify.3", SLICE_LIT("w")), 0);
	assert_int_equal(store_setting_put(t.db, 5, "notify.1", SLICE_LIT("xx")), 0);
	assert_int_equal(store_setting_get(t.db, 5, "notify.1", &t.a, &v), 0);
	assert_slice(v, "xx");
	assert_int_equal(store_setting_list(t.db, 5, "notify.", 10, &t.a, &keys, &values, &n), 0);
	assert_int_equal(n, 2);
	assert_slice(keys[1], "notify.2");
	assert_slice(values[1], "y");
	assert_int_equal(store_setting_delete(t.db, 5, "notify.1"), 0);
	assert_int_equal(store_setting_get(t.db, 5, "notify.1", &t.a, &v), -ERR_NOTFOUND);
}

static void test_filter(void **state)
{
	struct store_filter f = {.id = 2, .ord = 1, .body = SLICE_LIT("two")}, *v;
	size_t n;

	assert_int_equal(store_filter_put(t.db, 5, &f), 0);
	f = (struct store_filter){.id = 3, .ord = 0, .body = SLICE_LIT("three")};
	assert_int_equal(store_filter_put(t.db, 5, &f), 0);
	assert_int_equal(store_filter_list(t.db, 5, 10, &t.a, &v, &n), 0);
	assert_int_equal(n, 2);
	assert_int_equal(v[0].id, 3);
	f.ord = 9;
	assert_int_equal(store_filter_put(t.db, 5, &f), 0);
	assert_int_equal(store_filter_list(t.db, 5, 10, &t.a, &v, &n), 0);
	assert_int_equal(v[0].id, 2);
	assert_slice(v[1].body, "three");
	assert_int_equal(store_filter_delete(t.db, 5, 3), 0);
	assert_int_equal(store_filter_get(t.db, 5, 3, &t.a, &f), -ERR_NOTFOUND);
	assert_int_equal(store_filter_get(t.db, 5, 2, &t.a, &f), 0);
}

int main(void)
{
	/* Few rows, or none that wait: codes live for minutes, invitations are as many as an operator writes. */
	static const char *const may_scan[] = {"SELECT hash, phone", "DELETE FROM phone_code WHERE expires",
	                                       "DELETE FROM login_token WHERE expires", "SELECT code, note",
	                                       NULL};
	const struct CMUnitTest tests[] = {
		STORE_TEST(test_auth_key),      STORE_TEST(test_temporary_keys), STORE_TEST(test_nobody),
		STORE_TEST(test_authorization), STORE_TEST(test_phone_code),     STORE_TEST(test_login_token),
		STORE_TEST(test_imported_key),  STORE_TEST(test_invite),         STORE_TEST(test_setting),
		STORE_TEST(test_filter),
	};

	t.may_scan = may_scan;
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
