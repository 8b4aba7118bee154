/* test_lane.c - a queue with several threads behind it: all is done once, they run beside each other, nothing is lost at the end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "base/err.h"
#include "rpc/lane.h"

enum { THREADS = 4, ITEMS = 100000 };

struct item {
	struct lane_item item;
	_Atomic int done;
};

static struct {
	_Atomic int at_work, most, threads;
	_Atomic int let_go;
} t;

static void nap(void)
{
	nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
}

static void *begin(void *arg)
{
	atomic_fetch_add(&t.threads, 1);
	return arg;
}

static void work(void *state, struct lane_item *list)
{
	struct lane_item *next;

	for (; list; list = next) {
		next = list->next;
		atomic_fetch_add(&((struct item *)list)->done, 1);
		atomic_fetch_add((_Atomic int *)state, 1);
	}
}

static void end(void *state)
{
	atomic_fetch_sub(&t.threads, 1);
}

static void test_all_once(void **state)
{
	static const struct lane_ops ops = {begin, work, end};
	struct item *items = calloc(ITEMS, sizeof(*items));
	_Atomic int mine[THREADS] = {0};
	void *args[THREADS];
	struct lane *l;
	int sum = 0;

	for (int i = 0; i < THREADS; i++)
		args[i] = &mine[i];
	l = lane_new_wide("test", &ops, args, THREADS, ITEMS, 3);
	for (int i = 0; i < ITEMS; i++)
		assert_int_equal(lane_push(l, &items[i].item, false), 0);
	lane_stop(l); /* does what is queued */
	assert_int_equal(lane_push(l, &items[0].item, true), -ERR_CLOSED);
	for (int i = 0; i < ITEMS; i++)
		assert_int_equal(items[i].done, 1);
	for (int i = 0; i < THREADS; i++)
		sum += mine[i];
	assert_int_equal(sum, ITEMS);
	assert_int_equal(t.threads, 0);
	assert_int_equal(lane_depth(l), 0);
	lane_free(l);
	free(items);
}

static void hold(void *state, struct lane_item *list)
{
	int n = atomic_fetch_add(&t.at_work, 1) + 1, most = atomic_load(&t.most);

	while (n > most && !atomic_compare_exchange_weak(&t.most, &most, n))
		;
	while (!atomic_load(&t.let_go))
		nap();
	atomic_fetch_sub(&t.at_work, 1);
}

static void wait_for(const _Atomic int *v, int n)
{
	for (int i = 0; i < 10000 && atomic_load(v) != n; i++)
		nap();
	assert_int_equal(atomic_load(v), n);
}

static void test_quietly(void **state)
{
	static const struct lane_ops ops = {begin, work, end};
	struct item items[3] = {0};
	_Atomic int done = 0;
	struct lane *l = lane_new("test", &ops, (void *)&done, 2, 8);

	for (int i = 0; i < 100; i++) { /* it sleeps by now, or will not find them */
		nap();
		if (t.threads)
			break;
	}
	assert_int_equal(lane_push_quietly(l, &items[0].item), 0);
	assert_int_equal(lane_push_quietly(l, &items[1].item), 0);
	lane_wake(l);
	wait_for(&done, 2);
	lane_wake(l); /* for nothing */
	assert_int_equal(lane_push_quietly(l, &items[2].item), 0);
	lane_stop(l); /* does what is queued */
	assert_int_equal(done, 3);
	assert_int_equal(lane_push_quietly(l, &items[2].item), -ERR_CLOSED);
	lane_free(l);
}

static void test_beside(void **state)
{
	static const struct lane_ops ops = {.work = hold};
	void *args[THREADS] = {NULL};
	struct item items[THREADS + 3] = {0};
	struct lane *l = lane_new_wide("test", &ops, args, THREADS, 2, 1);

	for (int i = 0; i < THREADS; i++) {
		assert_int_equal(lane_push(l, &items[i].item, false), 0);
		wait_for(&t.at_work, i + 1); /* one push, one thread more */
	}
	assert_int_equal(lane_push(l, &items[THREADS].item, false), 0);
	assert_int_equal(lane_push(l, &items[THREADS + 1].item, false), 0);
	assert_int_equal(lane_push(l, &items[THREADS + 2].item, false), -ERR_FULL);
	assert_int_equal(lane_push(l, &items[THREADS + 2].item, true), 0);
	assert_int_equal(lane_depth(l), 3);
	atomic_store(&t.let_go, 1);
	lane_free(l);
	assert_int_equal(t.at_work, 0);
	assert_int_equal(t.most, THREADS);
}

struct order {
	char said[16];
	int n;
	_Atomic int at_work, let_go;
};

static void note(void *state, struct lane_item *list)
{
	struct order *o = state;

	for (; list; list = list->next)
		o->said[o->n++] = (char)atomic_load(&((struct item *)list)->done);
	atomic_store(&o->at_work, 1);
	while (!atomic_load(&o->let_go))
		nap();
}

static void test_urgent_first(void **state)
{
	static const struct lane_ops ops = {.work = note};
	static const char pushed[] = "aBcDEf"; /* capitals: always */
	struct item items[sizeof(pushed)] = {0};
	struct order o = {0};
	struct lane *l = lane_new("test", &ops, &o, 100, 2);

	items[0].done = '-';
	assert_int_equal(lane_push(l, &items[0].item, false), 0);
	wait_for(&o.at_work, 1);
	for (int i = 0; pushed[i]; i++) {
		items[i + 1].done = pushed[i];
		assert_int_equal(lane_push(l, &items[i + 1].item, pushed[i] < 'a'), 0);
	}
	atomic_store(&o.let_go, 1);
	lane_free(l);
	assert_string_equal(o.said, "-BDEacf");
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_all_once), cmocka_unit_test(test_beside),
	                                   cmocka_unit_test(test_urgent_first),
	                                   cmocka_unit_test(test_quietly)};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
