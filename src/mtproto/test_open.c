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

static void put_inner(struct buf *box, struct peer *p, uint32_t id, size_t n)
{
	buf_u64(box, (uint64_t)peer_next_id(p));
	buf_u32(box, 1);
	buf_u32(box, (uint32_t)n + 4);
	buf_u32(box, id);
	memset(buf_reserve(box, n), 1, n);
	box->n += n;
}

/* Two calls in one packet: the first of so many bytes, then the second. */
static void send_both(struct peer *p, uint32_t first, size_t n, uint32_t second, size_t m)
{
	struct buf box = {0};

	buf_u32(&box, (uint32_t)MT_msg_container);
	buf_u32(&box, 2);
	put_inner(&box, p, first, n);
	put_inner(&box, p, second, m);
	peer_send(p, peer_next_id(p), 2, &box);
	buf_fini(&box);
}

static void a_block_goes_along(void **state)
{
	static const enum peer_way ways[] = {PEER_PIPE, PEER_SOCKET};
	unsigned before;

	for (unsigned i = 0; i < 2; i++) {
		struct world *w = world_new(0, 0);
		struct peer p = {.way = ways[i]};

		come(w, &p, 1);
		before = w->n_calls;
		send_large(&p, 60000);
		world_turn(w);
		assert_int_equal(w->n_taken, 1);
		assert_true(w->n_calls == before + 1 && w->call[before].n == 60004);
		send_both(&p, SMALL, 0, LARGE, 60000);
		world_turn(w);
		assert_int_equal(w->n_taken, 2);
		assert_true(w->n_calls == before + 3 && w->call[before + 1].id == SMALL);
		send_both(&p, LARGE, 60000, SMALL, 0); /* what is behind it is looked at yet */
		world_turn(w);
		assert_int_equal(w->n_taken, 2);
		assert_true(w->n_calls == before + 5 && w->call[before + 4].id == SMALL);
		send_both(&p, LARGE, 30000, LARGE,
		          30000); /* and half a block is not kept for the other half */
		world_turn(w);
		assert_int_equal(w->n_taken, 2);
		assert_int_equal(w->n_calls, before + 7);
		go(w, &p, 1);
	}
}

static void some_wait_for_more(void **state)
{
	struct world *w = world_new(0, 0);
	struct peer p[8] = {0};
	unsigned before, tries = 0;
	usec_t began;

	come(w, p, 8);
	w->busy = true;
	do { /* unless the machine was busy, too: they wait for 2 ms */
		assert_true(++tries < 100);
		before = w->n_calls;
		began = clock_usec();
		send_large(&p[0], 20000);
		world_turn(w);
	} while (clock_usec() >= began + 1500);
	assert_int_equal(w->n_calls, before);
	while (w->n_calls == before) /* not for long, whatever happens */
		world_turn(w);
	assert_true(clock_usec() >= began + 2000);
	for (unsigned i = 0; i < 8; i++) /* many are enough */
		send_large(&p[i], 20000);
	world_turn(w);
	assert_int_equal(w->n_calls, before + 9);
	send_large(&p[0], 20000);
	peer_call(&p[0], SMALL); /* behind it, and not kept waiting */
	world_turn(w);
	assert_int_equal(w->n_calls, before + 11);
	w->busy = false;
	send_large(&p[0], 20000);
	world_turn(w);
	assert_int_equal(w->n_calls, before + 12);
	go(w, p, 8);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_of_them_in_order),     cmocka_unit_test(a_small_one_stays_behind),
		cmocka_unit_test(a_false_one_ends_its_own), cmocka_unit_test(a_connection_that_went),
		cmocka_unit_test(a_block_goes_along),       cmocka_unit_test(some_wait_for_more),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
