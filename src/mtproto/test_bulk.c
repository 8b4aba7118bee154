/* test_bulk.c - calls with large answers: one at a time where they are large, only as fast as they are read, made again if need be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/rd.h"
#include "mtproto/ids.h"
#include "mtproto/test_peer.h"

enum { CALL = WORLD_BULK, SIZE = WORLD_BULK_SIZE, OTHER = 0x12345678 };

struct one {
	struct world *w;
	struct peer p;
};

static void begin(struct one *t, enum peer_way way, enum tr_kind kind)
{
	t->w = world_new(0, 0);
	t->p.way = way;
	peer_open(&t->p, t->w, "127.0.0.1", kind, kind != TR_FULL && way != PEER_POST, 2);
	peer_use_key(&t->p, world_add_key(t->w, MT_KEY_PERM));
	peer_init(&t->p, 200);
}

static void end(struct one *t)
{
	peer_fini(&t->p);
	world_free(t->w);
}

static struct buf bulk_body(size_t n, uint8_t fill)
{
	struct buf b = {0};

	memset(buf_reserve(&b, MT_REPLY_ROOM + n + MT_REPLY_ROOM), fill, MT_REPLY_ROOM + n);
	b.n = MT_REPLY_ROOM + n;
	return b;
}

static void answer(struct one *t, unsigned call, size_t n, uint8_t fill)
{
	struct buf b = bulk_body(n, fill);

	mt_server_reply(t->w->srv, t->w->call[call].session, t->w->call[call].msg_id, &b, MT_REPLY_BULK);
	world_turn(t->w);
}

static void is_answer(const struct got *g, size_t n, uint8_t fill)
{
	assert_non_null(g);
	assert_int_equal(g->body.n, n);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(g->body.p[i], fill);
}

static void whole_in_every_framing(void **state)
{
	static const enum tr_kind kinds[] = {TR_ABRIDGED, TR_INTERMEDIATE, TR_PADDED, TR_FULL};
	static const size_t sizes[] = {16, 1024, SIZE, 1048576 + 16};

	for (unsigned k = 0; k < 4; k++)
		for (unsigned i = 0; i < 4; i++) {
			struct one t = {0};
			struct got *g;
			int64_t id;

			begin(&t, PEER_PIPE, kinds[k]);
			id = peer_call(&t.p, CALL);
			answer(&t, t.w->n_calls - 1, sizes[i], 0x5a);
			g = peer_result(&t.p, id);
			is_answer(g, sizes[i], 0x5a);
			assert_false(g->in_container);
			end(&t);
		}
}

static void one_at_a_time(void **state)
{
	struct one t = {0};
	unsigned before;
	int64_t id[3];

	begin(&t, PEER_PIPE, TR_INTERMEDIATE);
	before = t.w->n_calls;
	for (int i = 0; i < 3; i++)
		id[i] = peer_call(&t.p, CALL);
	peer_call(&t.p, OTHER); /* others do not wait behind them */
	assert_int_equal(t.w->n_calls, before + 2);
	assert_int_equal(t.w->call[before + 1].id, OTHER);
	answer(&t, before, SIZE, 1);
	is_answer(peer_result(&t.p, id[0]), SIZE, 1);
	assert_int_equal(t.w->n_calls, before + 3);
	assert_true(t.w->call[before + 2].msg_id == id[1]);
	answer(&t, before + 2, 64, 2); /* shorter than it might have been */
	is_answer(peer_result(&t.p, id[1]), 64, 2);
	answer(&t, before + 3, SIZE, 3);
	is_answer(peer_result(&t.p, id[2]), SIZE, 3);
	end(&t);
}

static void an_error_makes_room(void **state)
{
	struct one t = {0};
	unsigned before;
	int64_t first;
	struct buf b = {0};

	begin(&t, PEER_PIPE, TR_INTERMEDIATE);
	before = t.w->n_calls;
	first = peer_call(&t.p, CALL);
	peer_call(&t.p, CALL);
	mt_rpc_error(&b, 400, "LOCATION_INVALID");
	mt_server_reply(t.w->srv, t.w->call[before].session, first, &b, MT_REPLY_RAW);
	world_turn(t.w);
	assert_string_equal(peer_error_of(peer_result(&t.p, first)), "400 LOCATION_INVALID");
	assert_int_equal(t.w->n_calls, before + 2);
	end(&t);
}

static void only_as_fast_as_it_is_read(void **state)
{
	struct one t = {0};
	unsigned before, done;
	int64_t id[64];

	begin(&t, PEER_SOCKET, TR_INTERMEDIATE);
	before = done = t.w->n_calls;
	for (int i = 0; i < 64; i++)
		id[i] = peer_call(&t.p, CALL);
	/* The socket takes some, then one is stuck, and no more are begun. */
	while (done < t.w->n_calls) {
		answer(&t, done, SIZE, (uint8_t)done);
		done++;
	}
	assert_true(done - before < 40);
	for (unsigned i = before; i < before + 64; i++) {
		struct got *g;

		while (!(g = peer_result(&t.p, id[i - before])))
			if (done < t.w->n_calls) {
				answer(&t, done, SIZE, (uint8_t)done);
				done++;
			} else {
				world_turn(t.w);
			}
		is_answer(g, SIZE, (uint8_t)i);
	}
	end(&t);
}

/* From within the call, by many at once: more than are sealed side by side, and of each one more than he may have under way. */
static void answered_from_within(void **state)
{
	enum { MANY = 20, EACH = 3 };
	struct world *w = world_new(0, 0);
	struct mt_key *k = world_add_key(w, MT_KEY_PERM);
	struct peer p[MANY] = {0};
	int64_t id[MANY][EACH];
	unsigned before;

	for (unsigned i = 0; i < MANY; i++) {
		p[i].way = PEER_PIPE;
		peer_open(&p[i], w, "127.0.0.1", TR_INTERMEDIATE, true, 2);
		peer_use_key(&p[i], k);
		peer_init(&p[i], 200);
	}
	w->here = true;
	before = w->n_calls;
	for (unsigned i = 0; i < MANY; i++)
		for (unsigned n = 0; n < EACH; n++)
			id[i][n] = peer_call(&p[i], CALL);
	for (unsigned i = 0; i < MANY; i++)
		for (unsigned n = 0; n < EACH; n++) {
			struct got *g = NULL;
			unsigned at = before;

			for (int turns = 0; !g && turns < 1000; turns++) {
				world_turn(w);
				g = peer_result(&p[i], id[i][n]);
			}
			while (at < w->n_calls && w->call[at].msg_id != id[i][n])
				at++;
			is_answer(g, SIZE, (uint8_t)at);
		}
	assert_int_equal(w->n_calls, before + MANY * EACH);
	for (unsigned i = 0; i < MANY; i++)
		peer_fini(&p[i]);
	world_free(w);
}

static void ask_state(struct peer *p, int64_t id)
{
	struct buf b = {0};

	buf_u32(&b, (uint32_t)MT_msgs_state_req);
	buf_u32(&b, (uint32_t)MT_vector);
	buf_u32(&b, 1);
	buf_u64(&b, (uint64_t)id);
	peer_send(p, peer_next_id(p), 0, &b);
	buf_fini(&b);
	world_turn(p->w);
}

static void made_again(void **state)
{
	struct one t = {0};
	struct got *g;
	unsigned before;
	int64_t id, told;

	begin(&t, PEER_PIPE, TR_INTERMEDIATE);
	before = t.w->n_calls;
	id = peer_call(&t.p, CALL);
	answer(&t, before, SIZE, 7);
	g = peer_result(&t.p, id);
	is_answer(g, SIZE, 7);
	told = g->msg_id;
	/* The client has lost it: the call comes once more, its answer is the same message. */
	ask_state(&t.p, id);
	assert_int_equal(t.w->n_calls, before + 2);
	assert_true(t.w->call[before + 1].msg_id == id);
	ask_state(&t.p, id); /* under way: not a third time */
	assert_int_equal(t.w->n_calls, before + 2);
	answer(&t, before + 1, SIZE, 7);
	g = peer_result(&t.p, id);
	is_answer(g, SIZE, 7);
	assert_true(g->in_container && g->msg_id == told);
	/* And on a new connection, without being asked. */
	peer_close(&t.p);
	peer_reopen(&t.p);
	peer_call(&t.p, OTHER);
	assert_int_equal(t.w->n_calls, before + 4);
	end(&t);
}

static void not_made_again_once_acknowledged(void **state)
{
	struct one t = {0};
	struct buf b = {0};
	unsigned before;
	int64_t id;

	begin(&t, PEER_PIPE, TR_INTERMEDIATE);
	before = t.w->n_calls;
	id = peer_call(&t.p, CALL);
	answer(&t, before, SIZE, 7);
	buf_u32(&b, (uint32_t)MT_msgs_ack);
	buf_u32(&b, (uint32_t)MT_vector);
	buf_u32(&b, 1);
	buf_u64(&b, (uint64_t)peer_result(&t.p, id)->msg_id);
	peer_send(&t.p, peer_next_id(&t.p), 0, &b);
	buf_fini(&b);
	peer_close(&t.p);
	peer_reopen(&t.p);
	peer_call(&t.p, OTHER);
	assert_int_equal(t.w->n_calls, before + 2);
	end(&t);
}

static void an_end_in_the_middle(void **state)
{
	struct one t = {0};
	struct buf b;
	unsigned before;

	begin(&t, PEER_PIPE, TR_INTERMEDIATE);
	before = t.w->n_calls;
	for (int i = 0; i < 3; i++)
		peer_call(&t.p, CALL);
	peer_close(&t.p);
	b = bulk_body(SIZE, 1);
	mt_server_reply(t.w->srv, t.w->call[before].session, t.w->call[before].msg_id, &b, MT_REPLY_BULK);
	world_turn(t.w);
	assert_int_equal(t.w->n_calls, before + 1); /* nobody is there to read it */
	peer_reopen(&t.p);
	peer_call(&t.p, OTHER);
	world_turn(t.w);
	assert_int_equal(t.w->n_calls, before + 3);
	mt_server_drop_key(t.w->srv, t.p.key_id);
	world_turn(t.w);
	end(&t);
}

/* A call that is kept has a copy of its bytes: the block in which it came is gone, or another's, when it starts. */
static void large_ones_are_copied(void **state)
{
	struct one t = {0};
	struct buf b = {0};
	unsigned at;

	begin(&t, PEER_PIPE, TR_INTERMEDIATE);
	at = t.w->n_calls;
	buf_u32(&b, CALL);
	memset(buf_reserve(&b, 40000), 1, 40000);
	b.n += 40000;
	for (unsigned i = 0; i < 3; i++)
		peer_send(&t.p, peer_next_id(&t.p), 1, &b);
	for (unsigned i = 0; i < 3; i++) { /* one at a time */
		world_turn(t.w);
		assert_int_equal(t.w->n_calls, at + i + 1);
		assert_true(t.w->call[at + i].id == CALL && t.w->call[at + i].n == 40004);
		answer(&t, at + i, SIZE, 0x5a);
	}
	assert_int_equal(t.w->n_taken, 0);
	buf_fini(&b);
	end(&t);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_in_every_framing),
		cmocka_unit_test(one_at_a_time),
		cmocka_unit_test(an_error_makes_room),
		cmocka_unit_test(only_as_fast_as_it_is_read),
		cmocka_unit_test(answered_from_within),
		cmocka_unit_test(made_again),
		cmocka_unit_test(not_made_again_once_acknowledged),
		cmocka_unit_test(large_ones_are_copied),
		cmocka_unit_test(an_end_in_the_middle),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
