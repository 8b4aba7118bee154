/* test_fills.c - each chunk once however many ask, whoever waits first, files behind them; what is bounded; and leases. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "cdnlink/fills.h"
#include "cdnlink/lease.h"

enum { MIB = 1 << 20 };
#define SECOND 1000000LL

static struct fills_object object(uint8_t id, uint64_t size)
{
	struct fills_object o = {.size = size};

	memset(o.id, id, sizeof(o.id));
	memset(o.content, id, sizeof(o.content));
	return o;
}

static void expect_told(struct fills_told *t, size_t n)
{
	assert_int_equal(t->n, n);
	free(t->v);
	*t = (struct fills_told){0};
}

static uint32_t taken = UINT32_MAX - 100; /* what the nodes of these tests have taken: it goes round */

static void answer(struct fills *f, const struct fills_chunk *c, usec_t now, struct fills_told *yes)
{
	struct cdn_fill_answer a = {.chunk = c->chunk, .how = CDN_FILLED_OK, .fills = ++taken};
	struct fills_told no = {0};

	memcpy(a.object, c->object.id, sizeof(a.object));
	assert_int_equal(fills_answered(f, &a, now, yes, &no), 0);
	expect_told(&no, 0);
}

static void once_however_many(void **state)
{
	struct fills_object o = object(7, 3 * MIB + 5);
	struct fills *f = fills_new();
	struct fills_told yes = {0};
	struct fills_chunk c;
	usec_t now = SECOND;
	unsigned n = 0;

	for (int64_t key = 1; key <= 1000; key++)
		assert_int_equal(fills_ask(f, &o, 1, key, taken), 0);
	while (fills_next(f, now, &c)) {
		assert_int_equal(c.chunk, 8 + n++);
		answer(f, &c, now, &yes);
	}
	assert_int_equal(n, 8);
	expect_told(&yes, 1000);
	/* Whoever missed it before it came finds it there; whoever misses it after that has it sent again. */
	assert_int_equal(fills_ask(f, &o, 1, 1001, taken - 8), 1);
	assert_int_equal(fills_ask(f, &o, 1, 0, taken), 1);
	assert_int_equal(fills_ask(f, &o, 1, 1002, taken - 7), 0);
	assert_true(fills_next(f, now, &c) && c.chunk == 8);
	assert_false(fills_next(f, now, &c));
	assert_int_equal(fills_ask(f, &o, 1, 1003, taken), 0);
	for (n = 1; fills_next(f, now, &c); n++)
		assert_int_equal(c.chunk, 8 + n);
	assert_int_equal(n, 8);
	/* The last window has one chunk, of 5 bytes; there is none after it. */
	assert_int_equal(fills_ask(f, &o, 3, 1003, taken), 0);
	assert_int_equal(fills_ask(f, &o, 4, 1004, taken), -ERR_INVALID);
	assert_int_equal(fills_ask(f, &o, UINT32_MAX, 1004, taken), -ERR_INVALID);
	fills_free(f);
}

static void whoever_waits_goes_first(void **state)
{
	struct fills_object file = object(1, 64 * MIB), asked = object(2, MIB);
	struct fills *f = fills_new();
	struct fills_told yes = {0};
	struct fills_chunk c, first[2 * FILLS_BEHIND];
	usec_t now = SECOND;
	int n = 0;

	assert_int_equal(fills_follow(f, &file, now), 0);
	assert_int_equal(fills_follow(f, &file, now), 0);
	for (int i = 0; i < CDN_FILLS_OPEN; i++) { /* a link that is known to be fast */
		assert_true(fills_next(f, now, &c));
		answer(f, &c, now, &yes);
	}
	while (fills_next(f, now, &c))
		first[n++] = c;
	assert_int_equal(n, FILLS_BEHIND);
	assert_int_equal(fills_ask(f, &asked, 0, 1, taken), 0);
	for (n = 0; fills_next(f, now, &c); n++)
		assert_int_equal(c.object.id[0], 2);
	assert_int_equal(n, 8);
	assert_int_equal(fills_in_flight(f), FILLS_BEHIND + 8);
	assert_int_equal(fills_silent(f), now);
	/* What goes in the background already is waited for, not sent twice. */
	assert_int_equal(fills_ask(f, &file, CDN_FILLS_OPEN / 8, 2, taken), 0);
	assert_false(fills_next(f, now, &c));
	for (n = 0; n < FILLS_BEHIND; n++)
		answer(f, &first[n], now, &yes);
	expect_told(&yes, 1);
	fills_free(f);
}

/* A link that carries a chunk in `each`, in order: how long whoever asks waits for a window, though files go in the background. */
static usec_t waits(usec_t each, usec_t *ret_silent)
{
	struct fills_object file = object(1, 640 * MIB), asked = object(2, MIB);
	struct fills *f = fills_new();
	struct fills_told yes = {0};
	struct fills_chunk c, sent[CDN_FILLS_OPEN];
	usec_t now = SECOND, at = 0, end = 0;
	unsigned n = 0;

	assert_int_equal(fills_follow(f, &file, now), 0);
	*ret_silent = 0;
	for (int i = 0; !yes.n; i++) {
		if (i == 300) {
			assert_int_equal(fills_ask(f, &asked, 0, 1, taken), 0);
			at = now;
		}
		while (fills_next(f, now, &c))
			sent[n++] = c;
		assert_true(n > 0 && n <= CDN_FILLS_OPEN);
		end = (sent[0].at > end ? sent[0].at : end) + each;
		now = end > now ? end : now;
		if (now - fills_silent(f) > *ret_silent)
			*ret_silent = now - fills_silent(f);
		answer(f, &sent[0], now, &yes);
		memmove(sent, sent + 1, --n * sizeof(sent[0]));
	}
	expect_told(&yes, 1);
	fills_free(f);
	return now - at;
}

static void slow_links(void **state)
{
	usec_t silent;

	assert_true(waits(SECOND / 1000, &silent) <= SECOND / 50);
	assert_true(waits(SECOND / 6, &silent) < 3 * SECOND); /* 0.8 MB/s */
	assert_true(waits(SECOND, &silent) < 10 * SECOND);    /* 130 KB/s: a window takes 8 s by itself */
	assert_true(silent <= SECOND);
	waits(9 * SECOND, &silent);
	assert_true(silent <= 9 * SECOND); /* never taken for dead while anything comes through */
}

static int answered(struct fills *f, const struct fills_object *o, uint32_t chunk, enum cdn_filled how,
                    struct fills_told *yes, struct fills_told *no)
{
	struct cdn_fill_answer a = {.chunk = chunk, .how = how, .fills = 1};

	memcpy(a.object, o->id, sizeof(a.object));
	return fills_answered(f, &a, SECOND, yes, no);
}

static void wrong_answers(void **state)
{
	struct fills_object o = object(1, 2 * MIB);
	struct fills *f = fills_new();
	struct fills_told yes = {0}, no = {0};
	struct fills_chunk c;

	assert_int_equal(answered(f, &o, 0, CDN_FILLED_OK, &yes, &no), -ERR_INVALID);
	fills_ask(f, &o, 0, 1, 0);
	fills_ask(f, &o, 1, 2, 0);
	assert_true(fills_next(f, SECOND, &c));
	assert_int_equal(answered(f, &o, 1, CDN_FILLED_OK, &yes, &no), -ERR_INVALID);
	assert_int_equal(answered(f, &o, 0, CDN_FILLED_REFUSED, &yes, &no), 0);
	expect_told(&no, 1); /* it would not take it: that window is given up, the other goes on */
	assert_true(fills_next(f, SECOND, &c));
	assert_int_equal(c.chunk, 8);
	fills_unread(f, &no);
	expect_told(&no, 1);
	assert_false(fills_next(f, SECOND, &c));
	fills_ask(f, &o, 0, 3, 0);
	fills_follow(f, &o, SECOND);
	fills_end(f, &no);
	expect_told(&no, 1);
	assert_false(fills_next(f, SECOND, &c));
	assert_int_equal(fills_silent(f), 0);
	fills_free(f);
}

static void bounded(void **state)
{
	struct fills *f = fills_new();
	struct fills_object o;
	uint32_t n;

	o = object(1, (uint64_t)FILLS_WINDOWS * 2 * MIB);
	for (n = 0; fills_ask(f, &o, n, 0, 0) == 0; n++)
		;
	assert_int_equal(n, FILLS_WINDOWS);
	for (n = 0; fills_ask(f, &o, 0, n + 1, 0) == 0; n++)
		;
	assert_int_equal(n, FILLS_WAITERS);
	for (n = 0; n <= FILLS_FILES; n++) {
		memcpy(o.id, &n, sizeof(n));
		assert_int_equal(fills_follow(f, &o, SECOND), n == FILLS_FILES ? -ERR_FULL : 0);
	}
	fills_free(f);
}

static void forgotten(void **state)
{
	struct fills_object o = object(1, MIB), other = object(2, MIB);
	struct fills *f = fills_new();
	struct fills_told yes = {0}, no = {0};
	struct fills_chunk c, known[32];

	fills_ask(f, &o, 0, 1, 0);
	fills_ask(f, &other, 0, 2, 0);
	while (fills_next(f, SECOND, &c))
		answer(f, &c, SECOND, &yes);
	expect_told(&yes, 2);
	assert_int_equal(fills_known(f, known, 32), 16);
	fills_forget(f, o.id, &no);
	assert_int_equal(fills_known(f, known, 32), 8);
	assert_int_equal(known[0].object.id[0], 2);
	fills_forget_all(f);
	assert_int_equal(fills_known(f, known, 32), 0);
	fills_free(f);
}

static void leases(void **state)
{
	struct lease l = {0};
	uint8_t key[LEASE_KEY];

	assert_true(lease_begin(&l, 20, 100 * SECOND));
	memcpy(key, l.key, sizeof(key));
	assert_int_equal(l.held_until, 0); /* not before the node has said so */
	assert_int_equal(lease_answered(&l), 0);
	assert_int_equal(l.held_until, 120 * SECOND);
	assert_int_equal(lease_due(&l), 105 * SECOND);
	assert_int_equal(lease_renew(&l, 105 * SECOND), 0);
	assert_int_equal(lease_waits(&l), 105 * SECOND);
	assert_int_equal(lease_renew(&l, 110 * SECOND), 0);
	assert_int_equal(l.held_until, 120 * SECOND);
	assert_int_equal(lease_answered(&l), 0);
	assert_int_equal(l.held_until, 125 * SECOND); /* from when it was sent, not from now */
	/* The node may have heard the second renewal: the same key until that is over, too. */
	assert_false(lease_begin(&l, 20, 129 * SECOND));
	assert_memory_equal(key, l.key, sizeof(key));
	assert_true(lease_begin(&l, 20, 160 * SECOND));
	assert_memory_not_equal(key, l.key, sizeof(key));
	memcpy(key, l.key, sizeof(key));
	lease_void(&l);
	assert_true(lease_begin(&l, 20, 161 * SECOND));
	assert_memory_not_equal(key, l.key, sizeof(key));
	for (int i = 1; i < LEASE_UNANSWERED; i++)
		assert_int_equal(lease_renew(&l, 162 * SECOND), 0);
	assert_int_equal(lease_renew(&l, 162 * SECOND), -ERR_FULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(once_however_many), cmocka_unit_test(whoever_waits_goes_first),
		cmocka_unit_test(wrong_answers),     cmocka_unit_test(bounded),
		cmocka_unit_test(forgotten),         cmocka_unit_test(leases),
		cmocka_unit_test(slow_links),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
