/*
 * test_fifo.c - the index against a model: what was added is found under its own key and in its own slot until it is evicted, killed or
 * cleared; no slot is used twice; who was asked for outlives who was not; and what a chunk costs.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "cdn/fifo.h"

enum { SLOTS = 300, KEYS = 1000, STEPS = 200000 };

static uint64_t seed = 88172645463325252u;

static uint32_t pick(uint32_t n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (uint32_t)(seed >> 32) % n;
}

struct model {
	struct cdn_fifo *f;
	uint32_t slot[KEYS], size[KEYS]; /* CDN_NO_SLOT: not here */
	int owner[SLOTS];                /* the key that lives there; -1 */
	uint32_t here;
};

/* Ten chunks an object. */
static struct cdn_key key_of(uint32_t k)
{
	return (struct cdn_key){.object = (k / 10 + 1) * 0x123456789abcdefu, .chunk = k % 10};
}

static void gone(struct model *m, uint32_t k)
{
	assert_true(m->slot[k] != CDN_NO_SLOT);
	m->owner[m->slot[k]] = -1;
	m->slot[k] = CDN_NO_SLOT;
	m->here--;
}

static void put(struct model *m, uint32_t k, bool give_up)
{
	struct cdn_key other;
	uint32_t slot, size;

	if (m->slot[k] != CDN_NO_SLOT)
		return;
	if (cdn_fifo_next(m->f, &slot, &other, &size)) {
		int was = m->owner[slot];

		assert_true(was >= 0 && key_of((uint32_t)was).object == other.object &&
		            key_of((uint32_t)was).chunk == other.chunk);
		assert_int_equal(size, m->size[was]);
		assert_int_equal(cdn_fifo_hold(m->f, other, false, &size), slot); /* still there */
		cdn_fifo_release(m->f, other);
		cdn_fifo_drop(m->f, slot);
		gone(m, (uint32_t)was);
	}
	assert_true(slot < SLOTS && m->owner[slot] == -1);
	if (give_up) {
		cdn_fifo_give(m->f, slot);
		return;
	}
	m->size[k] = 1 + pick(131072);
	cdn_fifo_add(m->f, slot, key_of(k), m->size[k]);
	m->slot[k] = slot;
	m->owner[slot] = (int)k;
	m->here++;
}

static void look(struct model *m, uint32_t k)
{
	uint32_t size = 0, slot = cdn_fifo_hold(m->f, key_of(k), pick(2), &size);

	assert_int_equal(slot, m->slot[k]);
	if (slot == CDN_NO_SLOT)
		return;
	assert_int_equal(size, m->size[k]);
	if (pick(50) == 0) {
		assert_true(cdn_fifo_kill(m->f, slot));
		assert_false(cdn_fifo_kill(m->f, slot));
		gone(m, k);
	}
	cdn_fifo_release(m->f, key_of(k));
}

static void killed(void *arg, uint32_t slot)
{
	struct model *m = arg;

	assert_true(m->owner[slot] >= 0);
	gone(m, (uint32_t)m->owner[slot]);
}

static void cleared(void *arg)
{
	struct model *m = arg;

	memset(m->slot, 0xff, sizeof(m->slot));
	memset(m->owner, 0xff, sizeof(m->owner));
	m->here = 0;
}

static void test_model(void **state)
{
	struct model m = {.f = cdn_fifo_new(SLOTS)};

	cleared(&m);
	for (int i = 0; i < STEPS; i++) {
		uint32_t k = pick(KEYS), what = pick(1000);

		if (what < 500)
			look(&m, k);
		else if (what < 990)
			put(&m, k, what < 510);
		else if (what < 999)
			cdn_fifo_kill_object(m.f, key_of(k).object, killed, &m);
		else if (pick(20) == 0)
			cdn_fifo_clear(m.f, cleared, &m);
		assert_int_equal(cdn_fifo_count(m.f), m.here);
	}
	for (uint32_t k = 0; k < KEYS; k++)
		look(&m, k);
	cdn_fifo_free(m.f);
}

static void add(struct cdn_fifo *f, uint32_t k)
{
	struct cdn_key other;
	uint32_t slot, size;

	if (cdn_fifo_next(f, &slot, &other, &size))
		cdn_fifo_drop(f, slot);
	cdn_fifo_add(f, slot, key_of(k), 1);
}

static bool is_here(struct cdn_fifo *f, uint32_t k, bool touch)
{
	uint32_t size;

	if (cdn_fifo_hold(f, key_of(k), touch, &size) == CDN_NO_SLOT)
		return false;
	cdn_fifo_release(f, key_of(k));
	return true;
}

/* A hundred that are asked for stay while thousands come that are asked for once. */
static void test_scan(void **state)
{
	struct cdn_fifo *f = cdn_fifo_new(SLOTS);

	for (uint32_t k = 0; k < 100; k++) {
		add(f, k);
		is_here(f, k, true);
		is_here(f, k, true);
	}
	for (uint32_t k = 100; k < 10000; k++)
		add(f, k);
	for (uint32_t k = 0; k < 100; k++)
		assert_true(is_here(f, k, false));
	cdn_fifo_free(f);
}

/* Who comes back soon after it left goes to the main queue, and stays through the next scan. */
static void test_ghost(void **state)
{
	struct cdn_fifo *f = cdn_fifo_new(SLOTS);

	for (uint32_t k = 0; k < 2 * SLOTS; k++)
		add(f, k);
	assert_false(is_here(f, SLOTS - 1, false));
	add(f, SLOTS - 1);
	for (uint32_t k = 10000; k < 10000 + SLOTS; k++)
		add(f, k);
	assert_true(is_here(f, SLOTS - 1, false));
	cdn_fifo_free(f);
}

static void test_bytes(void **state)
{
	struct cdn_fifo *f = cdn_fifo_new(8192); /* 1 GiB */

	assert_true(cdn_fifo_bytes(f) <= 8192 * 32);
	cdn_fifo_free(f);
}

static void test_one_slot(void **state)
{
	struct cdn_fifo *f = cdn_fifo_new(1);

	for (uint32_t k = 0; k < 10; k++) {
		add(f, k);
		assert_true(is_here(f, k, true));
		assert_int_equal(cdn_fifo_count(f), 1);
	}
	cdn_fifo_free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_model), cmocka_unit_test(test_scan),     cmocka_unit_test(test_ghost),
		cmocka_unit_test(test_bytes), cmocka_unit_test(test_one_slot),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
