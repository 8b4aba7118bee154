/* test_answer.c - answers: until they are acknowledged, where they go, what is said of them, zipped and many (mtproto.md 4). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "io/conn.h"
#include "mtproto/gzip.h"
#include "mtproto/ids.h"
#include "mtproto/test_one.h"

/* A call is made, and answered: its msg_id. */
static int64_t answered(struct one *t)
{
	int64_t id = peer_call(&t->p, CALL);

	world_turn(t->w);
	world_answer(t->w, t->w->n_calls - 1, ANSWER);
	return id;
}

static void acks_end_answers(void **state)
{
	struct one *t = *state;
	struct buf b = {0};
	struct got *g;
	int64_t id;

	peer_init(&t->p, 200);
	id = answered(t);
	g = peer_result(&t->p, id);
	assert_int_equal(g->seq_no & 1, 1);
	peer_close(&t->p);
	peer_reopen(&t->p);
	peer_ping(&t->p, peer_next_id(&t->p));
	g = peer_result(&t->p, id); /* back again: what was not acknowledged comes again, boxed */
	assert_non_null(g);
	assert_true(g->in_container);
	buf_u32(&b, (uint32_t)MT_msgs_ack);
	buf_u32(&b, (uint32_t)MT_vector);
	buf_u32(&b, 1);
	buf_u64(&b, (uint64_t)g->msg_id);
	peer_send(&t->p, peer_next_id(&t->p), 0, &b);
	buf_fini(&b);
	peer_close(&t->p);
	peer_reopen(&t->p);
	peer_ping(&t->p, peer_next_id(&t->p));
	assert_null(peer_result(&t->p, id));
}

static void an_answer_finds_the_client_again(void **state)
{
	struct one *t = *state;
	struct got *g;
	int64_t id;

	peer_init(&t->p, 200);
	id = peer_call(&t->p, CALL);
	world_turn(t->w);
	peer_close(&t->p);
	world_answer(t->w, t->w->n_calls - 1, ANSWER); /* nobody there */
	clock_set_test_usec(20000000);
	peer_reopen(&t->p);
	peer_ping(&t->p, peer_next_id(&t->p));
	g = peer_result(&t->p, id); /* with an id of now: clients close on old ones */
	assert_non_null(g);
	assert_int_equal(g->id, ANSWER);
}

static int state_of(struct peer *p, int64_t id)
{
	struct buf b = {0};
	struct slice s;
	struct got *g;
	struct rd r;

	buf_u32(&b, (uint32_t)MT_msgs_state_req);
	buf_u32(&b, (uint32_t)MT_vector);
	buf_u32(&b, 1);
	buf_u64(&b, (uint64_t)id);
	peer_send(p, peer_next_id(p), 0, &b);
	buf_fini(&b);
	g = peer_find(p, (uint32_t)MT_msgs_state_info);
	assert_non_null(g);
	r = got_behind_id(g);
	rd_u64(&r);
	s = rd_tl_bytes(&r);
	assert_int_equal(s.n, 1);
	return s.p[0];
}

static void states(void **state)
{
	struct one *t = *state;
	int64_t id, lost, never;
	unsigned mark;

	peer_init(&t->p, 200);
	never = peer_next_id(&t->p);
	id = peer_call(&t->p, CALL);
	world_turn(t->w);
	assert_int_equal(state_of(&t->p, id) & 7, 4);
	assert_int_equal(state_of(&t->p, never) & 7, 2);
	assert_int_equal(state_of(&t->p, id - (200ll << 32)) & 7, 1);
	assert_int_equal(state_of(&t->p, t->p.last_id + (10ll << 32)) & 7, 3);
	world_answer(t->w, t->w->n_calls - 1, ANSWER);
	assert_non_null(peer_result(&t->p, id));
	mark = t->p.at;
	assert_int_equal(state_of(&t->p, id), 4); /* without +64: mtcute would call again */
	t->p.at = mark;
	assert_non_null(peer_result(&t->p, id)); /* the answer goes first */
	/* An answer that is gone is owned up to, else the client waits for ever. */
	lost = answered(t);
	assert_non_null(peer_result(&t->p, lost));
	clock_set_test_usec(125000000);
	for (int i = 0; i < 3; i++) { /* the sweep comes by real time */
		uv_sleep(260);
		world_turn(t->w);
	}
	mark = t->p.at;
	assert_int_equal(state_of(&t->p, lost), 4);
	t->p.at = mark;
	assert_string_equal(peer_error_of(peer_result(&t->p, lost)), "500 MSG_ANSWER_LOST");
}

static void drop_answer(void **state)
{
	static const uint32_t expect[] = {(uint32_t)MT_rpc_answer_dropped_running,
	                                  (uint32_t)MT_rpc_answer_dropped, (uint32_t)MT_rpc_answer_unknown};
	struct one *t = *state;
	struct buf b = {0};
	int64_t id, drop;

	peer_init(&t->p, 200);
	id = peer_call(&t->p, CALL);
	world_turn(t->w);
	for (int i = 0; i < 3; i++) {
		b.n = 0;
		buf_u32(&b, (uint32_t)MT_rpc_drop_answer);
		buf_u64(&b, (uint64_t)id);
		drop = peer_next_id(&t->p);
		peer_send(&t->p, drop, 1, &b);
		assert_int_equal(peer_result(&t->p, drop)->id, expect[i]);
		if (i == 0)
			world_answer(t->w, t->w->n_calls - 1, ANSWER);
	}
	buf_fini(&b);
}

static void long_calls_are_acknowledged(void **state)
{
	struct one *t = *state;
	struct got *g;
	struct rd r;
	int64_t id;

	peer_init(&t->p, 200);
	id = peer_call(&t->p, CALL);
	world_turn(t->w);
	assert_null(peer_find(&t->p, (uint32_t)MT_msgs_ack));
	clock_set_test_usec(2000000);
	for (int i = 0; i < 3; i++) {
		uv_sleep(260);
		world_turn(t->w);
	}
	g = peer_find(&t->p, (uint32_t)MT_msgs_ack);
	assert_non_null(g);
	r = got_behind_id(g);
	rd_u32(&r);
	assert_int_equal(rd_u32(&r), 1);
	assert_true((int64_t)rd_u64(&r) == id);
}

static void big_results_are_zipped(void **state)
{
	struct one *t = *state;
	struct buf b = {0};
	struct got *g;
	int64_t id;

	peer_init(&t->p, 200);
	id = peer_call(&t->p, CALL);
	world_turn(t->w);
	buf_u32(&b, ANSWER);
	for (int i = 0; i < 5000; i++)
		buf_u32(&b, 7);
	mt_server_reply(t->w->srv, t->w->call[t->w->n_calls - 1].session, id, &b, MT_REPLY_RAW);
	g = peer_find(&t->p, (uint32_t)MT_rpc_result);
	assert_non_null(g);
	assert_true(g->body.n < 2000);
	t->p.at--;
	g = peer_result(&t->p, id);
	assert_int_equal(g->id, ANSWER);
	assert_int_equal(g->body.n, 20004);
}

static void many_answers_do_not_pile_up(void **state)
{
	struct one *t = *state;
	int64_t first = 0, id = 0;
	unsigned mark;

	peer_init(&t->p, 200);
	for (int i = 0; i < 700; i++) {
		id = peer_call(&t->p, CALL);
		if (!i)
			first = id;
		world_turn(t->w);
		world_answer(t->w, t->w->n_calls - 1, ANSWER);
		assert_non_null(peer_result(&t->p, id));
	}
	mark = t->p.at;
	state_of(&t->p, first);
	t->p.at = mark;
	assert_string_equal(peer_error_of(peer_result(&t->p, first)), "500 MSG_ANSWER_LOST");
	mark = t->p.at;
	state_of(&t->p, id);
	t->p.at = mark;
	assert_int_equal(peer_result(&t->p, id)->id, ANSWER);
}

static void quick_ack(void **state)
{
	struct one *t = *state;
	struct buf b = {0}, frame = {0};

	t->k->layer = 200;
	peer_fini(&t->p);
	peer_open(&t->p, t->w, "127.0.0.1", TR_INTERMEDIATE, false, 0);
	peer_use_key(&t->p, t->k);
	buf_u32(&b, CALL);
	peer_send(&t->p, peer_next_id(&t->p), 1, &b);
	world_turn(t->w);
	assert_int_equal(t->w->n_calls, 1);
	peer_next(&t->p);
	assert_int_equal(t->p.quick_ack, 0); /* not asked for */
	t->p.last_id += 4;
	{
		struct peer dead = t->p; /* seal one more, to be framed by hand */

		dead.closed = true;
		peer_send(&dead, t->p.last_id, 1, &b);
	}
	buf_u32(&frame, (uint32_t)peer_last_packet(&t->p).n | 0x80000000u);
	buf_put(&frame, peer_last_packet(&t->p).p, peer_last_packet(&t->p).n);
	io_conn_pipe_bytes(t->p.io, frame.p, frame.n);
	peer_next(&t->p);
	assert_true(t->p.quick_ack & 0x80000000u);
	assert_int_equal(t->w->n_calls, 2);
	buf_fini(&b);
	buf_fini(&frame);
}

/* Answers that leave together leave when it is said, and not before. */
static void later_ones_wait(void **state)
{
	struct one *t = *state;
	int64_t id[2];

	peer_init(&t->p, 200);
	for (unsigned i = 0; i < 2; i++) {
		struct buf b = {0};
		const struct called *c;

		id[i] = peer_call(&t->p, CALL);
		world_turn(t->w);
		c = &t->w->call[t->w->n_calls - 1];
		buf_u32(&b, ANSWER);
		mt_server_reply(t->w->srv, c->session, c->msg_id, &b, MT_REPLY_LATER);
	}
	world_turn(t->w);
	assert_null(peer_result(&t->p, id[0]));
	mt_server_replied(t->w->srv);
	mt_server_replied(t->w->srv); /* for nothing */
	world_turn(t->w);
	assert_non_null(peer_result(&t->p, id[0]));
	assert_non_null(peer_result(&t->p, id[1]));
}

#define T(f) cmocka_unit_test_setup_teardown(f, one_setup, one_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(acks_end_answers),
		T(an_answer_finds_the_client_again),
		T(drop_answer),
		T(big_results_are_zipped),
		T(many_answers_do_not_pile_up),
		T(quick_ack),
		T(later_ones_wait),
		T(long_calls_are_acknowledged),
		T(states), /* last: it moves the clock on */
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
