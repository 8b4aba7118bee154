/* test_people.c - accounts, directories, contacts, wishes, blocks. */
#include "store/test_store.h"

#include "store/contact.h"
#include "store/user.h"

enum { ALICE = 101, BOB = 202, CAROL = 303 };

static void make(int64_t id, const char *first)
{
	struct store_user u = {.id = id, .first = slice_str(first), .created = NOW};

	assert_int_equal(store_user_insert(t.db, &u), 0);
}

static void test_user(void **state)
{
	struct store_user u = {.id = ALICE,
	                       .phone = SLICE_LIT("15550001"),
	                       .first = SLICE_LIT("Алиса"),
	                       .last = SLICE_LIT(""),
	                       .about = SLICE_LIT("hello"),
	                       .flags = STORE_USER_PREMIUM,
	                       .created = NOW,
	                       .seen = NOW + 1,
	                       .ttl_days = 365},
			  v;
	int64_t ids[4], count;
	size_t n;

	assert_int_equal(store_user_exists(t.db, ALICE), 0);
	assert_int_equal(store_user_load(t.db, ALICE, &t.a, &v), -ERR_NOTFOUND);
	assert_int_equal(store_user_insert(t.db, &u), 0);
	assert_int_equal(store_user_insert(t.db, &u), -ERR_EXISTS);
	assert_int_equal(store_user_load(t.db, ALICE, &t.a, &v), 0);
	assert_slice(v.first, "Алиса");
	assert_non_null(v.last.p);
	assert_int_equal(v.last.n, 0);
	assert_null(v.username.p);
	assert_slice(v.about, "hello");
	assert_slice(v.phone, "15550001");
	assert_int_equal(v.flags, STORE_USER_PREMIUM);
	assert_int_equal(v.seen, NOW + 1);
	assert_int_equal(v.ttl_days, 365);

	assert_int_equal(store_user_set_seen(t.db, ALICE, NOW + 50), 0);
	v.username = SLICE_LIT("alice");
	v.seen = 7;
	v.flags = STORE_USER_DELETED;
	assert_int_equal(store_user_update(t.db, &v), 0);
	assert_int_equal(store_user_load(t.db, ALICE, &t.a, &v), 0);
	assert_slice(v.username, "alice");
	assert_int_equal(v.flags, STORE_USER_DELETED);
	assert_int_equal(v.seen, NOW + 50); /* not of an update's business */

	make(CAROL, "C");
	make(BOB, "B");
	assert_int_equal(store_user_exists(t.db, BOB), 1);
	assert_int_equal(store_user_count(t.db, &count), 0);
	assert_int_equal(count, 3);
	assert_int_equal(store_user_ids(t.db, 0, 2, ids, &n), 0);
	assert_int_equal(n, 2);
	assert_int_equal(ids[1], BOB);
	assert_int_equal(store_user_ids(t.db, BOB, 4, ids, &n), 0);
	assert_int_equal(n, 1);
	assert_int_equal(ids[0], CAROL);
}

static void test_directory(void **state)
{
	static const char *const names[] = {"ann", "anna", "annabel", "bob"};
	int64_t who, many[4];
	size_t n;

	assert_int_equal(store_phone_find(t.db, SLICE_LIT("1555"), &who), -ERR_NOTFOUND);
	assert_int_equal(store_phone_claim(t.db, SLICE_LIT("1555"), ALICE), 0);
	assert_int_equal(store_phone_claim(t.db, SLICE_LIT("1555"), ALICE), 0); /* again is no fault */
	assert_int_equal(store_phone_claim(t.db, SLICE_LIT("1555"), BOB), -ERR_EXISTS);
	assert_int_equal(store_phone_find(t.db, SLICE_LIT("1555"), &who), 0);
	assert_int_equal(who, ALICE);
	assert_int_equal(store_phone_free(t.db, SLICE_LIT("1555"), BOB), 0); /* not his to free */
	assert_int_equal(store_phone_find(t.db, SLICE_LIT("1555"), &who), 0);
	assert_int_equal(store_phone_free(t.db, SLICE_LIT("1555"), ALICE), 0);
	assert_int_equal(store_phone_claim(t.db, SLICE_LIT("1555"), BOB), 0);

	for (int i = 0; i < 4; i++)
		assert_int_equal(store_username_claim(t.db, slice_str(names[i]), 10 + i), 0);
	assert_int_equal(store_username_claim(t.db, SLICE_LIT("bob"), -5), -ERR_EXISTS);
	assert_int_equal(store_username_find(t.db, SLICE_LIT("anna"), &who), 0);
	assert_int_equal(who, 11);
	assert_int_equal(store_username_prefix(t.db, SLICE_LIT("ann"), 4, many, &n), 0);
	assert_int_equal(n, 3);
	assert_int_equal(many[2], 12);
	assert_int_equal(store_username_prefix(t.db, SLICE_LIT("ann"), 2, many, &n), 0);
	assert_int_equal(n, 2);
	assert_int_equal(store_username_free(t.db, SLICE_LIT("anna"), 11), 0);
	assert_int_equal(store_username_find(t.db, SLICE_LIT("anna"), &who), -ERR_NOTFOUND);
}

static void test_contact(void **state)
{
	struct store_contact c = {ALICE, BOB, SLICE_LIT("Bob"), SLICE_LIT("B"), SLICE_LIT("1555"), NOW}, *v;
	int64_t *by;
	uint32_t count;
	size_t n;

	assert_int_equal(store_contact_put(t.db, &c), 0);
	c.user_id = CAROL;
	assert_int_equal(store_contact_put(t.db, &c), 0);
	c.first = SLICE_LIT("Carol");
	c.date = NOW + 5;
	assert_int_equal(store_contact_put(t.db, &c), 0);
	c.owner = BOB;
	assert_int_equal(store_contact_put(t.db, &c), 0);
	assert_int_equal(store_contact_get(t.db, ALICE, CAROL, &t.a, &c), 0);
	assert_slice(c.first, "Carol");
	assert_int_equal(store_contact_list(t.db, ALICE, 10, &t.a, &v, &n), 0);
	assert_int_equal(n, 2);
	assert_int_equal(v[0].user_id, BOB);
	assert_slice(v[0].phone, "1555");
	assert_int_equal(store_contact_count(t.db, ALICE, &count), 0);
	assert_int_equal(count, 2);
	assert_int_equal(store_contact_is_known_by(t.db, CAROL, ALICE), 1);
	assert_int_equal(store_contact_is_known_by(t.db, ALICE, CAROL), 0);
	assert_int_equal(store_contact_known_by(t.db, CAROL, 10, &t.a, &by, &n), 0);
	assert_int_equal(n, 2);
	assert_int_equal(by[0], ALICE);
	assert_int_equal(by[1], BOB);
	assert_int_equal(store_contact_delete(t.db, ALICE, CAROL), 0);
	assert_int_equal(store_contact_delete(t.db, ALICE, CAROL), -ERR_NOTFOUND);
	assert_int_equal(store_contact_is_known_by(t.db, CAROL, ALICE), 0);
	assert_int_equal(store_contact_is_known_by(t.db, CAROL, BOB), 1);
}

static void test_wanted(void **state)
{
	struct store_contact *v;
	size_t n;

	assert_int_equal(store_wanted_put(t.db, SLICE_LIT("1555"), ALICE, SLICE_LIT("X"), SLICE_LIT("Y")), 0);
	assert_int_equal(store_wanted_put(t.db, SLICE_LIT("1555"), ALICE, SLICE_LIT("Z"), SLICE_LIT("Y")), 0);
	assert_int_equal(store_wanted_put(t.db, SLICE_LIT("1555"), BOB, SLICE_LIT("Q"), SLICE_LIT("")), 0);
	assert_int_equal(store_wanted_put(t.db, SLICE_LIT("1666"), ALICE, SLICE_LIT("R"), SLICE_LIT("")), 0);
	assert_int_equal(store_wanted_by(t.db, SLICE_LIT("1555"), 10, &t.a, &v, &n), 0);
	assert_int_equal(n, 2);
	assert_int_equal(v[0].owner, ALICE);
	assert_slice(v[0].first, "Z");
	assert_int_equal(store_wanted_list(t.db, ALICE, 10, &t.a, &v, &n), 0);
	assert_int_equal(n, 2);
	assert_slice(v[1].phone, "1666");
	assert_int_equal(store_wanted_delete(t.db, SLICE_LIT("1555"), ALICE), 0);
	assert_int_equal(store_wanted_list(t.db, ALICE, 10, &t.a, &v, &n), 0);
	assert_int_equal(n, 1);
	assert_int_equal(store_wanted_clear(t.db, ALICE), 0);
	assert_int_equal(store_wanted_list(t.db, ALICE, 10, &t.a, &v, &n), 0);
	assert_int_equal(n, 0);
	assert_int_equal(store_wanted_by(t.db, SLICE_LIT("1555"), 10, &t.a, &v, &n), 0);
	assert_int_equal(n, 1);
}

static void test_blocked(void **state)
{
	uint32_t count;
	int64_t *peers;
	int32_t *dates;
	size_t n;

	assert_int_equal(store_blocked_set(t.db, ALICE, BOB, false, NOW), 0);
	for (int i = 0; i < 10; i++)
		assert_int_equal(store_blocked_set(t.db, ALICE, 1000 + i, true, NOW + i), 1);
	assert_int_equal(store_blocked_set(t.db, ALICE, 1003, true, NOW + 99), 0);
	assert_int_equal(store_blocked_is(t.db, ALICE, 1003), 1);
	assert_int_equal(store_blocked_is(t.db, BOB, 1003), 0);
	assert_int_equal(store_blocked_list(t.db, ALICE, 2, 3, &t.a, &peers, &dates, &n, &count), 0);
	assert_int_equal(count, 10);
	assert_int_equal(n, 3);
	assert_int_equal(peers[0], 1007);
	assert_int_equal(dates[0], NOW + 7);
	assert_int_equal(store_blocked_set(t.db, ALICE, 1003, false, NOW), 1);
	assert_int_equal(store_blocked_is(t.db, ALICE, 1003), 0);
}

int main(void)
{
	static const char *const may_scan[] = {"SELECT count(*) FROM usr", NULL};
	const struct CMUnitTest tests[] = {
		STORE_TEST(test_user),   STORE_TEST(test_directory), STORE_TEST(test_contact),
		STORE_TEST(test_wanted), STORE_TEST(test_blocked),
	};

	t.may_scan = may_scan;
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
