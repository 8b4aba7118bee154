/* test_open.c - large packets that are decrypted together: all of them come, in the order of their connection, and a false one ends its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "mtproto/ids.h"
#include "mtproto/test_peer.h"

enum { LARGE = 0x44444444, SMALL = 0x12345678, PEERS = 20, EACH = 3, SIZE = 131072 };

static int64_t send_large(struct peer *p, size_t n)
{
	int64_t id = peer_next_id(p);
	struct buf b = {0};

	buf_u32(&b, LARGE);
	memset(buf_reserve(&b, n), 1, n);
	b.n += n;
	peer_send(p, id, 1, &b);
	buf_fini(&b);
	return id;
}

static void come(struct world *w, struct peer *p, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		peer_open(&p[i], w, "127.0.0.1", TR_INTERMEDIATE, true, 2);
		peer_use_key(&p[i], world_add_key(w, MT_KEY_PERM));
		peer_init(&p[i], 200);
	}
}

static void go(struct world *w, struct peer *p, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		peer_fini(&p[i]);
	world_free(w);
}

static unsigned calls_of(const struct world *w, unsigned from, int64_t key, int64_t *ret_ids)
{
	unsigned n = 0;

	for (unsigned i = from; i < w->n_calls; i++)
		if (w->call[i].perm_key_id == key)
			ret_ids[n++] = w->call[i].msg_id;
	return n;
}

static void all_of_them_in_order(void **state)
{
	struct world *w = world_new(0, 0);
	struct peer p[PEERS] = {0};
	int64_t sent[PEERS][EACH], got[CALLS_MAX];
	unsigned before;

	come(w, p, PEERS);
	before = w->n_calls;
	for (unsigned k = 0; k < EACH; k++)
		for (unsigned i = 0; i < PEERS; i++)
			sent[i][k] = send_large(&p[i], SIZE + 4 * i);
	world_turn(w);
	assert_int_equal(w->n_calls, before + PEERS * EACH);
	for (unsigned i = 0; i < PEERS; i++) {
		assert_int_equal(calls_of(w, before, p[i].key_id, got), EACH);
		assert_memory_equal(got, sent[i], sizeof(sent[i]));
	}
	for (unsigned i = before; i < w->n_calls; i++)
		assert_int_equal(w->call[i].id, LARGE);
	go(w, p, PEERS);
}

static void a_small_one_stays_behind(void **state)
{
	struct world *w = world_new(0, 0);
	struct peer p[1] = {0};
	unsigned before;
	int64_t id[3];

	come(w, p, 1);
	before = w->n_calls;
	id[0] = send_large(p, SIZE);
	id[1] = peer_call(p, SMALL);
	id[2] = send_large(p, SIZE);
	world_turn(w);
	assert_int_equal(w->n_calls, before + 3);
	for (unsigned i = 0; i < 3; i++)
		assert_true(w->call[before + i].msg_id == id[i]);
	go(w, p, 1);
}

static void a_false_one_ends_its_own(void **state)
{
	struct world *w = world_new(0, 0);
	struct peer p[2] = {0};
	struct buf bad = {0};
	struct slice s;
	unsigned before;
	int64_t id;

	come(w, p, 2);
	before = w->n_calls;
	send_large(&p[0], SIZE);
	s = peer_last_packet(&p[0]);
	buf_put(&bad, s.p, s.n);
	bad.p[bad.n / 2] ^= 1;
	world_turn(w);
	assert_int_equal(w->n_calls, before + 1);
	peer_send_raw(&p[0], bad.p, bad.n);
	send_large(&p[0], SIZE); /* behind a false one: not taken */
	id = send_large(&p[1], SIZE);
	world_turn(w);
	assert_int_equal(w->n_calls, before + 2);
	assert_true(w->call[before + 1].msg_id == id);
	assert_true(p[0].closed && !p[1].closed);
	buf_fini(&bad);
	go(w, p, 2);
}

static void a_connection_that_went(void **state)
{
	struct world *w = world_new(0, 0);
	struct peer p[2] = {0};
	unsigned before;

	come(w, p, 2);
	before = w->n_calls;
	send_large(&p[0], SIZE);
	send_large(&p[1], SIZE);
	mt_server_drop_key(w->srv, p[1].key_id);
	peer_close(&p[0]);
	world_turn(w);
	assert_true(w->n_calls <= before + 2);
	send_large(&p[1], SIZE); /* and one that nobody looks at before the end */
	go(w, p, 2);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_of_them_in_order),
		cmocka_unit_test(a_small_one_stays_behind),
		cmocka_unit_test(a_false_one_ends_its_own),
		cmocka_unit_test(a_connection_that_went),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
