/* test_channel.c - groups, channels, members, counters, gaps in ids, heads. */
#include "store/test_store.h"

#include "store/bot.h"
#include "store/channel.h"
#include "store/chat.h"
#include "store/chat_out.h"
#include "store/content.h"
#include "store/msg.h"
#include "store/upd.h"

enum { ALICE = 101, BOB = 202, CAROL = 303 };

static void test_chat(void **state)
{
	struct store_chat c = {.creator = ALICE,
	                       .title = SLICE_LIT("گروه"),
	                       .date = NOW,
	                       .version = 1,
	                       .members = 2},
			  got;
	struct store_chat_member m = {.user = ALICE, .date = NOW, .role = STORE_CHAT_CREATOR}, *all;
	int64_t *of;
	size_t n;

	assert_int_equal(store_chat_insert(t.db, &c), 0);
	assert_true(c.id > 0);
	m.chat = c.id;
	assert_int_equal(store_chat_member_put(t.db, &m), 0);
	m = (struct store_chat_member){.chat = c.id, .user = BOB, .inviter = ALICE, .date = NOW + 1};
	assert_int_equal(store_chat_member_put(t.db, &m), 0);
	c.title = SLICE_LIT("group");
	c.version = 2;
	assert_int_equal(store_chat_put(t.db, &c), 0);
	assert_int_equal(store_chat_get(t.db, c.id, &t.a, &got), 0);
	assert_slice(got.title, "group");
	assert_int_equal(got.version, 2);
	assert_null(got.reactions.p);
	assert_int_equal(store_chat_get(t.db, c.id + 1, &t.a, &got), -ERR_NOTFOUND);
	assert_int_equal(store_chat_members(t.db, c.id, &t.a, &all, &n), 0);
	assert_int_equal(n, 2);
	assert_int_equal(all[1].user, BOB);
	assert_int_equal(all[1].inviter, ALICE);
	assert_int_equal(store_chats_of(t.db, BOB, &t.a, &of, &n), 0);
	assert_int_equal(n, 1);
	assert_int_equal(of[0], c.id);
	assert_int_equal(store_chat_member_delete(t.db, c.id, BOB), 0);
	assert_int_equal(store_chat_member_delete(t.db, c.id, BOB), -ERR_NOTFOUND);
	assert_int_equal(store_chat_member_get(t.db, c.id, BOB, &m), -ERR_NOTFOUND);
	assert_int_equal(store_chats_of(t.db, BOB, &t.a, &of, &n), 0);
	assert_int_equal(n, 0);
}

static struct store_msg shared(int64_t owner, int32_t id, unixtime_t edited, const char *body)
{
	return (struct store_msg){.owner = owner,
	                          .peer = -7,
	                          .id = id,
	                          .date = NOW,
	                          .from_id = ALICE,
	                          .flags = STORE_MSG_SHARED,
	                          .edit_date = edited,
	                          .origin_owner = ALICE,
	                          .origin_id = 5,
	                          .body = body ? slice_str(body) : (struct slice){0}};
}

/* One body for all boxes; an edit reaches one after the other, and the last who has it takes it along. */
static void test_shared(void **state)
{
	struct content_key sent = {ALICE, 5, 0}, edited = {ALICE, 5, NOW};
	struct store_msg m = shared(ALICE, 5, 0, "one"), *rows;
	struct slice body;
	size_t n;

	assert_int_equal(store_msg_insert(t.db, &m), 0);
	m = shared(BOB, 9, 0, NULL);
	assert_int_equal(store_msg_insert(t.db, &m), 0);
	assert_int_equal(store_msg_get(t.db, BOB, -7, 9, &t.a, &m), 0);
	assert_slice(m.body, "one");
	assert_int_equal(store_msg_by_origin(t.db, BOB, ALICE, 5, &t.a, &m), 0);
	assert_slice(m.body, "one");
	assert_int_equal(store_msg_set_body(t.db, ALICE, -7, 5, SLICE_LIT("two"), NOW), 0);
	assert_int_equal(store_msg_walk(t.db, ALICE, -7, INT32_MAX, false, 0, 9, &t.a, &rows, &n), 0);
	assert_int_equal(n, 1);
	assert_slice(rows[0].body, "two");
	assert_int_equal(store_msg_get(t.db, BOB, -7, 9, &t.a, &m), 0);
	assert_slice(m.body, "one"); /* not there yet */
	assert_int_equal(store_msg_set_body(t.db, BOB, -7, 9, (struct slice){0}, NOW), 0);
	assert_int_equal(store_msg_get(t.db, BOB, -7, 9, &t.a, &m), 0);
	assert_slice(m.body, "two");
	assert_int_equal(store_content_get(t.db, &sent, &t.a, &body), -ERR_NOTFOUND);
	assert_int_equal(store_msg_delete(t.db, ALICE, -7, 5), 0);
	assert_int_equal(store_msg_get(t.db, BOB, -7, 9, &t.a, &m), 0);
	assert_slice(m.body, "two");
	assert_int_equal(store_msg_delete(t.db, BOB, -7, 9), 0);
	assert_int_equal(store_content_get(t.db, &edited, &t.a, &body), -ERR_NOTFOUND);
	m = shared(CAROL, 3, 0, NULL);
	assert_int_equal(store_msg_insert(t.db, &m), -ERR_NOTFOUND);
}

static void test_out(void **state)
{
	struct store_chat c = {
		.creator = ALICE, .title = SLICE_LIT("g"), .date = NOW, .version = 1, .members = 2};
	struct store_chat_member m = {.user = ALICE, .date = NOW};
	struct store_out o = {.kind = 1, .owner = ALICE, .id = 4, .payload = SLICE_LIT("x")}, *rows;
	int64_t seq, who;
	size_t n;

	assert_int_equal(store_chat_insert(t.db, &c), 0);
	o.chat = m.chat = c.id;
	assert_int_equal(store_chat_member_put(t.db, &m), 0);
	assert_int_equal(store_out_waits(t.db, c.id), 0);
	assert_int_equal(store_out_append(t.db, &o, &seq), 0);
	assert_int_equal(seq, 1);
	m.user = BOB; /* who comes now begins behind it */
	assert_int_equal(store_chat_member_put(t.db, &m), 0);
	assert_int_equal(store_out_waits(t.db, c.id), 1);
	assert_int_equal(store_out_append(t.db, &o, &seq), 0);
	assert_int_equal(store_out_behind(t.db, c.id, &who, &seq), 0);
	assert_int_equal(who, ALICE);
	assert_int_equal(seq, 0);
	assert_int_equal(store_out_after(t.db, c.id, 0, 9, &t.a, &rows, &n), 0);
	assert_int_equal(n, 2);
	assert_slice(rows[1].payload, "x");
	assert_int_equal(store_out_over(t.db, c.id, &t.a, &o), -ERR_NOTFOUND);
	assert_int_equal(store_out_set_got(t.db, c.id, ALICE, 2), 0);
	assert_int_equal(store_out_over(t.db, c.id, &t.a, &o), 0);
	assert_int_equal(o.seq, 1);
	assert_int_equal(store_out_drop(t.db, c.id, 1), 0);
	assert_int_equal(store_out_behind(t.db, c.id, &who, &seq), 0);
	assert_int_equal(who, BOB);
	assert_int_equal(seq, 1);
	assert_int_equal(store_out_set_got(t.db, c.id, BOB, 2), 0);
	assert_int_equal(store_out_behind(t.db, c.id, &who, &seq), -ERR_NOTFOUND);
	assert_int_equal(store_out_got(t.db, c.id, CAROL, &seq), -ERR_NOTFOUND);
}

static struct store_channel make(void)
{
	struct store_channel c = {
		.creator = ALICE, .title = SLICE_LIT("c"), .date = NOW, .flags = STORE_CHANNEL_MEGAGROUP};

	assert_int_equal(store_channel_insert(t.db, &c), 0);
	return c;
}

static void put(struct store_channel *c, int64_t user, enum store_channel_role role, int64_t banned,
                unixtime_t date)
{
	struct store_channel_member m = {.channel = c->id,
	                                 .user = user,
	                                 .role = role,
	                                 .banned = banned,
	                                 .date = date,
	                                 .rank = SLICE_LIT("r")};

	assert_int_equal(store_channel_member_put(t.db, c, &m), 0);
}

static void test_members(void **state)
{
	struct store_channel c = make(), got;
	struct store_channel_member m, *v;
	int64_t *of;
	size_t n;

	put(&c, ALICE, STORE_CHANNEL_CREATOR, 0, NOW);
	put(&c, BOB, STORE_CHANNEL_MEMBER, 0, NOW + 1);
	put(&c, CAROL, STORE_CHANNEL_MEMBER, 0, NOW + 2);
	assert_int_equal(store_channel_get(t.db, c.id, &t.a, &got), 0);
	assert_int_equal(got.members, 3);
	assert_int_equal(got.admins, 1);
	put(&c, BOB, STORE_CHANNEL_ADMIN, 0, NOW + 3);
	put(&c, CAROL, STORE_CHANNEL_MEMBER, 2, NOW + 2);
	assert_int_equal(store_channel_get(t.db, c.id, &t.a, &got), 0);
	assert_int_equal(got.members, 3);
	assert_int_equal(got.admins, 2);
	assert_int_equal(got.restricted, 1);
	assert_int_equal(store_channel_members(t.db, c.id, STORE_CHANNEL_RECENT, 0, 10, &t.a, &v, &n), 0);
	assert_int_equal(n, 3);
	assert_int_equal(v[0].user, ALICE);
	assert_int_equal(v[1].user, BOB);
	assert_int_equal(store_channel_members(t.db, c.id, STORE_CHANNEL_RECENT, 2, 10, &t.a, &v, &n), 0);
	assert_int_equal(n, 1);
	assert_int_equal(v[0].user, CAROL);
	assert_int_equal(store_channel_members(t.db, c.id, STORE_CHANNEL_RESTRICTEDS, 0, 10, &t.a, &v, &n),
	                 0);
	assert_int_equal(n, 1);
	assert_int_equal(v[0].banned, 2);
	assert_int_equal(store_channels_of(t.db, CAROL, &t.a, &of, &n), 0);
	assert_int_equal(n, 1);
	put(&c, CAROL, STORE_CHANNEL_KICKED, 1, NOW + 4);
	assert_int_equal(store_channels_of(t.db, CAROL, &t.a, &of, &n), 0);
	assert_int_equal(n, 0);
	assert_int_equal(store_channel_get(t.db, c.id, &t.a, &got), 0);
	assert_int_equal(got.members, 2);
	assert_int_equal(got.kicked, 1);
	assert_int_equal(got.restricted, 0);
	assert_int_equal(store_channel_members(t.db, c.id, STORE_CHANNEL_KICKEDS, 0, 10, &t.a, &v, &n), 0);
	assert_int_equal(n, 1);
	assert_int_equal(store_channel_member_get(t.db, c.id, CAROL, &t.a, &m), 0);
	assert_slice(m.rank, "r");
	assert_int_equal(store_channel_member_get(t.db, c.id, 999, &t.a, &m), -ERR_NOTFOUND);
}

static void test_bots(void **state)
{
	struct store_channel c = make();
	struct store_channel_member m = {.channel = c.id,
	                                 .user = STORE_BOT_BASE + 7,
	                                 .role = STORE_CHANNEL_MEMBER,
	                                 .date = NOW,
	                                 .is_bot = true},
				    *v;
	size_t n;

	put(&c, ALICE, STORE_CHANNEL_CREATOR, 0, NOW);
	assert_int_equal(store_channel_members(t.db, c.id, STORE_CHANNEL_BOTS, 0, 10, &t.a, &v, &n), 0);
	assert_int_equal(n, 0);
	assert_int_equal(store_channel_member_put(t.db, &c, &m), 0);
	assert_int_equal(store_channel_members(t.db, c.id, STORE_CHANNEL_BOTS, 0, 10, &t.a, &v, &n), 0);
	assert_int_equal(n, 1);
	assert_int_equal(v[0].user, m.user);
	m.role = STORE_CHANNEL_LEFT;
	assert_int_equal(store_channel_member_put(t.db, &c, &m), 0);
	assert_int_equal(store_channel_members(t.db, c.id, STORE_CHANNEL_BOTS, 0, 10, &t.a, &v, &n), 0);
	assert_int_equal(n, 0);
}

static void post(const struct store_channel *c, int32_t id)
{
	int64_t key = STORE_CHANNEL_KEY(c->id);
	struct store_msg m = {.owner = key,
	                      .peer = key,
	                      .id = id,
	                      .date = NOW + id,
	                      .from_id = ALICE,
	                      .origin_owner = key,
	                      .origin_id = id,
	                      .body = SLICE_LIT("body")};
	struct store_upd u = {.owner = key,
	                      .pts = id + 1,
	                      .count = 1,
	                      .kind = STORE_UPD_NEW,
	                      .peer = key,
	                      .id = id,
	                      .date = NOW + id};

	assert_int_equal(store_msg_insert(t.db, &m), 0);
	assert_int_equal(store_upd_append(t.db, &u), 0);
}

static void gone(const struct store_channel *c, int32_t id)
{
	int64_t key = STORE_CHANNEL_KEY(c->id);

	assert_int_equal(store_msg_delete(t.db, key, key, id), 0);
	assert_int_equal(store_channel_gap_add(t.db, c->id, id), 0);
}

static int32_t gaps(const struct store_channel *c, int32_t after, int32_t upto)
{
	int32_t n;

	assert_int_equal(store_channel_gaps(t.db, c->id, after, upto, &n), 0);
	return n;
}

/* One number is of one group or channel; what had it before is passed over. */
static void test_ids(void **state)
{
	struct store_channel c = make();
	struct store_chat old = {.title = SLICE_LIT("Old"), .date = NOW}, chat = old;

	assert_int_equal(store_chat_insert(t.db, &chat), 0);
	assert_int_equal(chat.id, c.id + 1);
	assert_int_equal(sql_exec(t.db, "UPDATE chat SET id = id + 1;"), 0);
	c = make();
	assert_int_equal(c.id, chat.id + 2);
}

/* Against counting by hand, over block borders. */
static void test_gaps(void **state)
{
	static const int32_t dead[] = {1,    2,    1000, 1022, 1023, 1024, 1025,
	                               2047, 2048, 2500, 3071, 3072, 3500};
	static const int32_t points[] = {0,    1,    2,    500,  1022, 1023, 1024, 1025,
	                                 2046, 2047, 2048, 3070, 3071, 3072, 3600};
	struct store_channel c = make();

	assert_int_equal(sql_begin(t.db), 0);
	for (int32_t id = 1; id <= 3600; id++)
		post(&c, id);
	assert_int_equal(sql_commit(t.db), 0);
	for (size_t i = 0; i < sizeof(dead) / sizeof(dead[0]); i++)
		gone(&c, dead[i]);
	for (size_t i = 0; i < sizeof(points) / sizeof(points[0]); i++)
		for (size_t k = i; k < sizeof(points) / sizeof(points[0]); k++) {
			int32_t want = 0;

			for (size_t d = 0; d < sizeof(dead) / sizeof(dead[0]); d++)
				want += dead[d] > points[i] && dead[d] <= points[k];
			assert_int_equal(gaps(&c, points[i], points[k]), want);
		}
}

static void test_head(void **state)
{
	struct store_channel_head h;
	struct store_channel c = make();
	int32_t last;

	assert_int_equal(store_channel_head(t.db, c.id + 7, &h), -ERR_NOTFOUND);
	assert_int_equal(store_channel_head(t.db, c.id, &h), 0);
	assert_int_equal(h.pts, 1);
	assert_int_equal(h.top_id, 0);
	assert_int_equal(h.changed, NOW);
	for (int32_t id = 1; id <= 3; id++)
		post(&c, id);
	gone(&c, 3);
	assert_int_equal(store_channel_head(t.db, c.id, &h), 0);
	assert_int_equal(h.pts, 4);
	assert_int_equal(h.top_id, 2);
	assert_int_equal(h.top_date, NOW + 2);
	assert_int_equal(h.changed, NOW + 3);
	assert_int_equal(store_channel_last_id(t.db, c.id, &last), 0);
	assert_int_equal(last, 3); /* an id is never given twice */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_chat, test_open, test_close),
		cmocka_unit_test_setup_teardown(test_shared, test_open, test_close),
		cmocka_unit_test_setup_teardown(test_out, test_open, test_close),
		cmocka_unit_test_setup_teardown(test_members, test_open, test_close),
		cmocka_unit_test_setup_teardown(test_bots, test_open, test_close),
		cmocka_unit_test_setup_teardown(test_ids, test_open, test_close),
		cmocka_unit_test_setup_teardown(test_gaps, test_open, test_close),
		cmocka_unit_test_setup_teardown(test_head, test_open, test_close),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("channel", tests, NULL, NULL);
}
