/* test_stall.c - while there is too much at work, connections that bring something large wait, and nothing of theirs is lost. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "mtproto/test_peer.h"

enum { LARGE = 0x44444444, SMALL = 0x12345678, PEERS = 3, SIZE = 60000 };

static void come(struct world *w, struct peer *p, enum tr_kind kind)
{
	p->way = PEER_SOCKET;
	peer_open(p, w, "127.0.0.1", kind, kind != TR_FULL, 2);
	peer_use_key(p, world_add_key(w, MT_KEY_PERM));
	peer_init(p, 200);
}

static int64_t send_large(struct peer *p)
{
	int64_t id = peer_next_id(p);
	struct buf b = {0};

	buf_u32(&b, LARGE);
	memset(buf_reserve(&b, SIZE), 1, SIZE);
	b.n += SIZE;
	peer_send(p, id, 1, &b);
	buf_fini(&b);
	world_turn(p->w);
	return id;
}

static void make_room(struct world *w)
{
	w->full = false;
	mt_server_has_room(w->srv);
	world_turn(w);
}

static void waits_and_comes(void **state)
{
	static const enum tr_kind kinds[] = {TR_ABRIDGED, TR_INTERMEDIATE, TR_PADDED, TR_FULL};

	for (unsigned k = 0; k < 4; k++) {
		struct world *w = world_new(0, 0);
		struct peer p = {0};
		unsigned before;
		int64_t id[2];

		come(w, &p, kinds[k]);
		before = w->n_calls;
		w->full = true;
		id[0] = send_large(&p);
		id[1] = peer_call(&p, SMALL); /* behind it */
		world_turn(w);
		assert_int_equal(w->n_calls, before);
		make_room(w);
		assert_int_equal(w->n_calls, before + 2);
		assert_true(w->call[before].msg_id == id[0] && w->call[before].n == SIZE + 4);
		assert_true(w->call[before + 1].msg_id == id[1]);
		id[0] = send_large(&p); /* read as before */
		assert_int_equal(w->n_calls, before + 3);
		assert_true(w->call[before + 2].msg_id == id[0]);
		assert_false(p.closed);
		peer_fini(&p);
		world_free(w);
	}
}

static void small_ones_do_not(void **state)
{
	struct world *w = world_new(0, 0);
	struct peer p[2] = {0};
	unsigned before;

	come(w, &p[0], TR_INTERMEDIATE);
	come(w, &p[1], TR_INTERMEDIATE);
	before = w->n_calls;
	w->full = true;
	send_large(&p[0]);
	peer_call(&p[1], SMALL);
	world_turn(w);
	assert_int_equal(w->n_calls, before + 1);
	assert_int_equal(w->call[before].id, SMALL);
	peer_fini(&p[0]);
	peer_fini(&p[1]);
	world_free(w);
}

/* As long as there is room, and in the order in which they came. */
static void one_after_the_other(void **state)
{
	struct world *w = world_new(0, 0);
	struct peer p[PEERS] = {0};
	int64_t id[PEERS];
	unsigned before;

	for (unsigned i = 0; i < PEERS; i++)
		come(w, &p[i], TR_INTERMEDIATE);
	before = w->n_calls;
	w->full = true;
	for (unsigned i = 0; i < PEERS; i++)
		id[i] = send_large(&p[i]);
	mt_server_has_room(w->srv); /* it was taken already */
	world_turn(w);
	assert_int_equal(w->n_calls, before);
	make_room(w);
	assert_int_equal(w->n_calls, before + PEERS);
	for (unsigned i = 0; i < PEERS; i++) {
		assert_true(w->call[before + i].msg_id == id[i]);
		peer_fini(&p[i]);
	}
	world_free(w);
}

static void goes_while_it_waits(void **state)
{
	struct world *w = world_new(0, 0);
	struct peer p[2] = {0};
	unsigned before;
	int64_t id;

	come(w, &p[0], TR_INTERMEDIATE);
	come(w, &p[1], TR_INTERMEDIATE);
	before = w->n_calls;
	w->full = true;
	send_large(&p[0]);
	id = send_large(&p[1]);
	mt_server_drop_key(w->srv, p[0].key_id);
	peer_close(&p[0]);
	world_turn(w);
	make_room(w);
	assert_int_equal(w->n_calls, before + 1);
	assert_true(w->call[before].msg_id == id);
	send_large(&p[1]);
	w->full = true;
	send_large(&p[1]); /* it still waits when the server ends */
	peer_fini(&p[0]);
	peer_fini(&p[1]);
	world_free(w);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(waits_and_comes),
		cmocka_unit_test(small_ones_do_not),
		cmocka_unit_test(one_after_the_other),
		cmocka_unit_test(goes_while_it_waits),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
