/* test_audience.c - who hears of a channel: against a plain table, through many comings and goings. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "updates/audience.h"

enum { KEYS = 40, CHANNELS = 30 };

static int64_t key_of(int i)
{
	return (int64_t)i * 1000003 + 17;
}

static int64_t channel_of(int i)
{
	return -1000000000000 - i - 1;
}

static struct upd_listener listener(int i)
{
	return (struct upd_listener){.key = key_of(i), .user = 100 + i, .layer = 200 + i % 3};
}

static size_t heard(struct upd_audience *a, int channel, bool seen[KEYS])
{
	struct upd_listener *v;
	size_t n;

	memset(seen, 0, KEYS * sizeof(*seen));
	v = upd_audience_take(a, channel_of(channel), &n);
	for (size_t i = 0; i < n; i++)
		for (int k = 0; k < KEYS; k++)
			if (v[i].key == key_of(k)) {
				assert_false(seen[k]); /* once */
				assert_int_equal(v[i].user, 100 + k);
				assert_int_equal(v[i].layer, 200 + k % 3);
				seen[k] = true;
			}
	free(v);
	return n;
}

static void test_model(void **state)
{
	struct upd_audience *a = upd_audience_new();
	bool model[CHANNELS][KEYS] = {0}, seen[KEYS];
	size_t channels, pairs;
	uint64_t turn = 0;

	srand(7);
	for (int step = 0; step < 20000; step++) {
		int c = rand() % CHANNELS, k = rand() % KEYS, what = rand() % 100;
		int64_t id = channel_of(c), key = key_of(k);
		struct upd_listener l = listener(k);

		if (what < 60) {
			upd_audience_join(a, &l, &id, 1);
			model[c][k] = true;
		} else if (what < 97) {
			upd_audience_leave(a, id, &key, 1);
			model[c][k] = false;
			assert_true(upd_audience_turn(a) > turn);
			turn = upd_audience_turn(a);
		} else {
			upd_audience_drop_key(a, key);
			for (int i = 0; i < CHANNELS; i++)
				model[i][k] = false;
		}
		if (step % 50)
			continue;
		for (c = 0; c < CHANNELS; c++) {
			size_t n = heard(a, c, seen), want = 0;

			assert_memory_equal(seen, model[c], sizeof(seen));
			for (k = 0; k < KEYS; k++)
				want += model[c][k];
			assert_int_equal(n, want);
			assert_int_equal(upd_audience_has(a, channel_of(c)), want > 0);
		}
	}
	for (int k = 0; k < KEYS; k++)
		upd_audience_drop_key(a, key_of(k));
	upd_audience_count(a, &channels, &pairs);
	assert_int_equal(channels, 0);
	assert_int_equal(pairs, 0);
	upd_audience_free(a);
}

static void test_watch(void **state)
{
	struct upd_audience *a = upd_audience_new();
	struct upd_listener one = listener(1), two = listener(2);
	int64_t id = channel_of(0);
	bool seen[KEYS];

	upd_audience_watch(a, id, &one, clock_usec() + 30000000);
	assert_int_equal(heard(a, 0, seen), 1);
	upd_audience_join(a, &two, &id, 1);
	upd_audience_watch(a, id, &two, clock_usec() - 30000000); /* a member does not become a watcher */
	assert_int_equal(heard(a, 0, seen), 2);
	upd_audience_watch(a, id, &one, clock_usec() - 30000000);
	assert_int_equal(heard(a, 0, seen), 1);
	assert_true(seen[2]);
	upd_audience_free(a);
}

/* A list is brought anew: whoever came meanwhile stays, and who is listed is out at no moment. */
static void test_listed_anew(void **state)
{
	struct upd_audience *a = upd_audience_new();
	struct upd_listener l = listener(0);
	int64_t old[] = {channel_of(0), channel_of(1)}, list[] = {channel_of(1), channel_of(2)};
	int64_t *had, came = channel_of(3);
	bool seen[KEYS];
	size_t n;

	(void)state;
	assert_null(upd_audience_of(a, l.key, &n));
	assert_int_equal(n, 0);
	upd_audience_join(a, &l, old, 2);
	had = upd_audience_of(a, l.key, &n);
	assert_int_equal(n, 2);
	assert_memory_equal(had, old, sizeof(old));
	upd_audience_join(a, &l, &came, 1);
	upd_audience_join(a, &l, list, 2);
	upd_audience_drop(a, l.key, had, 1);
	free(had);
	assert_int_equal(heard(a, 0, seen), 0);
	for (int i = 1; i < 4; i++)
		assert_int_equal(heard(a, i, seen), 1);
	upd_audience_drop_key(a, l.key);
	for (int i = 0; i < 4; i++)
		assert_false(upd_audience_has(a, channel_of(i)));
	upd_audience_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_model), cmocka_unit_test(test_watch),
	                                   cmocka_unit_test(test_listed_anew)};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("audience", tests, NULL, NULL);
}
