/* test_idmap.c - what is put is found until it is dropped, however ids fall together. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/idmap.h"

enum { IDS = 3000, MOVES = 60000 };

static void empty(void **state)
{
	struct idmap m = {0};

	assert_null(idmap_get(&m, 0));
	idmap_prefetch(&m, 1);
	idmap_drop(&m, 1);
	idmap_put(&m, 0, &m); /* 0 is an id as any other */
	assert_ptr_equal(idmap_get(&m, 0), &m);
	assert_null(idmap_get(&m, 1));
	idmap_drop(&m, 0);
	assert_null(idmap_get(&m, 0));
	idmap_fini(&m);
}

/* id(i) is one of IDS; they come and go by chance, and the map is compared with a plain array. */
static void model(uint64_t (*id)(unsigned i))
{
	static char is_there[IDS];
	struct idmap m = {0};
	uint64_t chance = 88172645463325252u;
	size_t n = 0;

	for (unsigned i = 0; i < IDS; i++)
		is_there[i] = 0;
	for (unsigned k = 0; k < MOVES; k++) {
		unsigned i;

		chance ^= chance << 13;
		chance ^= chance >> 7;
		chance ^= chance << 17;
		i = (unsigned)(chance % IDS);
		assert_ptr_equal(idmap_get(&m, id(i)), is_there[i] ? &is_there[i] : NULL);
		if (is_there[i])
			idmap_drop(&m, id(i));
		else
			idmap_put(&m, id(i), &is_there[i]);
		n += is_there[i] ? (size_t)-1 : 1;
		is_there[i] = !is_there[i];
		assert_int_equal(m.n, n);
	}
	for (unsigned i = 0; i < IDS; i++)
		assert_ptr_equal(idmap_get(&m, id(i)), is_there[i] ? &is_there[i] : NULL);
	idmap_fini(&m);
}

static uint64_t in_a_row(unsigned i)
{
	return i;
}

static uint64_t multiple(unsigned i)
{
	return (uint64_t)i << 40;
}

/* The inverse of what they are multiplied by: the search for all of them begins at the front of the table. */
static uint64_t at_one_place(unsigned i)
{
	return i * 0xf1de83e19937733du;
}

static void come_and_go(void **state)
{
	model(in_a_row);
	model(multiple);
	model(at_one_place);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {cmocka_unit_test(empty), cmocka_unit_test(come_and_go)};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
