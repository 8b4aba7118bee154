/* test_heads.c - heads are loaded from the store once, and what a commit published is never undone by a late reader. */
#include "store/test_store.h"

#include "store/channel.h"
#include "store/meta.h"
#include "updates/box.h"
#include "updates/heads.h"

static void test_heads(void **state)
{
	struct store_channel c = {.creator = 1, .title = SLICE_LIT("c"), .date = NOW};
	struct upd_heads *h = upd_heads_new();
	struct upd_head got, pub;
	int64_t key;

	assert_int_equal(store_channel_insert(t.db, &c), 0);
	key = STORE_CHANNEL_KEY(c.id);
	assert_int_equal(upd_heads_get(h, t.db, 0, key - 1, &got), -ERR_NOTFOUND);
	assert_int_equal(upd_heads_get(h, t.db, 0, key, &got), 0);
	assert_int_equal(got.pts, 1);
	assert_int_equal(got.changed, NOW);
	pub = (struct upd_head){
		.channel = key, .pts = 9, .top_id = 8, .top_date = NOW + 9, .changed = NOW + 9};
	upd_heads_publish(h, &pub);
	assert_int_equal(upd_heads_get(h, t.db, 0, key, &got), 0);
	assert_memory_equal(&got, &pub, sizeof(got));
	pub.pts = 8; /* somebody who read before that commit */
	upd_heads_publish(h, &pub);
	assert_int_equal(upd_heads_get(h, t.db, 0, key, &got), 0);
	assert_int_equal(got.pts, 9);
	upd_heads_clear(h);
	assert_int_equal(upd_heads_get(h, t.db, 0, key, &got), 0);
	assert_int_equal(got.pts, 1);
	upd_heads_free(h);
}

/* Ids of a channel count messages, pts counts everything. */
static void test_ids(void **state)
{
	static const enum upd_kind kinds[] = {UPD_NEW, UPD_NEW, UPD_EDIT, UPD_NEW};
	static const int32_t ids[] = {1, 2, 2, 3};
	struct store_channel c = {.creator = 1, .title = SLICE_LIT("c"), .date = NOW};
	struct upd_boxes *b = upd_boxes_new();

	assert_int_equal(store_channel_insert(t.db, &c), 0);
	for (int i = 0; i < 4; i++) {
		int64_t key = STORE_CHANNEL_KEY(c.id);
		struct upd_event ev = {.owner = key,
		                       .kind = kinds[i],
		                       .pts_count = 1,
		                       .peer = key,
		                       .id = 2,
		                       .date = NOW + i};

		if (i == 3)
			upd_boxes_clear(b); /* as after a restart */
		assert_int_equal(upd_box_append(b, t.db, &ev), 0);
		assert_int_equal(ev.pts, i + 2);
		assert_int_equal(ev.id, ids[i]);
		upd_boxes_settle(b);
	}
	upd_boxes_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_heads, test_open, test_close),
		cmocka_unit_test_setup_teardown(test_ids, test_open, test_close),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("heads", tests, NULL, NULL);
}
