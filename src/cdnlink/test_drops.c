/* test_drops.c - what a node is to drop is said until it has answered a renewal after it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"
#include "cdnlink/drops.h"

static void add(struct drops *d, uint8_t what)
{
	uint8_t object[CDN_OBJECT_SIZE] = {what};

	assert_int_equal(drops_add(d, object), 0);
}

/* How many frames. */
static unsigned say(struct drops *d)
{
	struct buf b = {0};
	enum cdn_frame type;
	struct slice body;
	unsigned n = 0;
	size_t used;
	bool some = drops_say(d, &b);

	while (cdn_frame_next(buf_slice(&b), &type, &body, &used) == 0) {
		assert_int_equal(type, CDN_DROP);
		buf_consume(&b, used);
		n++;
	}
	assert_int_equal(some, n > 0);
	buf_fini(&b);
	return n;
}

static void until_answered(void **state)
{
	struct drops d = {0};

	drops_mark(&d, 1); /* nothing was said */
	assert_false(drops_answered(&d));
	add(&d, 1);
	add(&d, 2);
	assert_int_equal(say(&d), 2);
	assert_int_equal(say(&d), 0);
	drops_mark(&d, 2); /* one renewal was not answered when this one was sent */
	assert_false(drops_answered(&d));
	assert_int_equal(d.n, 2);
	add(&d, 3);
	assert_int_equal(say(&d), 1);
	drops_mark(&d, 2); /* one is marked already */
	assert_true(drops_answered(&d));
	assert_int_equal(d.n, 1);
	assert_int_equal(d.v[0][0], 3);
	drops_mark(&d, 2);
	assert_false(drops_answered(&d));
	assert_false(drops_answered(&d));
	assert_int_equal(d.n, 0);
	assert_false(drops_answered(&d));
	drops_free(&d);
}

static void said_again(void **state)
{
	struct drops d = {0};

	add(&d, 1);
	assert_int_equal(say(&d), 1);
	drops_mark(&d, 1);
	drops_again(&d);
	assert_false(drops_answered(&d)); /* of the link before */
	add(&d, 2);
	assert_int_equal(say(&d), 2);
	drops_mark(&d, 1);
	assert_false(drops_answered(&d));
	assert_int_equal(d.n, 0);
	drops_free(&d);
}

static void full(void **state)
{
	uint8_t object[CDN_OBJECT_SIZE] = {0};
	struct drops d = {0};

	for (int i = 0; i < DROPS_MAX; i++)
		add(&d, (uint8_t)i);
	assert_int_equal(drops_add(&d, object), -ERR_FULL);
	drops_clear(&d);
	assert_int_equal(say(&d), 0);
	add(&d, 1);
	assert_int_equal(say(&d), 1);
	drops_free(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(until_answered), cmocka_unit_test(said_again),
	                                   cmocka_unit_test(full)};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
