/* test_session.c - sessions as clients meet them: salts, ids, what is forged or played again, containers (mtproto.md 3, 4). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/err.h"
#include "crypto/rng.h"
#include "mtproto/ids.h"
#include "mtproto/salt.h"
#include "mtproto/test_one.h"

/* --- salts and ids */

static void salt_of_zero(void **state)
{
	struct one *t = *state;
	struct got *g;
	struct rd r;
	int64_t id;

	t->p.salt = 0;
	id = peer_ping(&t->p, peer_next_id(&t->p));
	g = peer_next(&t->p);
	assert_int_equal(g->id, (uint32_t)MT_bad_server_salt);
	r = got_behind_id(g);
	assert_true((int64_t)rd_u64(&r) == id);
	rd_u32(&r);
	assert_int_equal(rd_u32(&r), 48);
	t->p.salt = (int64_t)rd_u64(&r);
	assert_null(peer_next(&t->p));
	/* The beginning of the session is told only for the packet that was taken, and names it. */
	id = peer_ping(&t->p, peer_next_id(&t->p));
	g = peer_next(&t->p);
	assert_int_equal(g->id, (uint32_t)MT_new_session_created);
	assert_int_equal(g->msg_id & 3, 3);
	assert_int_equal(g->seq_no & 1, 1);
	r = got_behind_id(g);
	assert_true((int64_t)rd_u64(&r) == id);
	assert_true(rd_u64(&r) != 0);
	assert_true((int64_t)rd_u64(&r) == t->p.salt);
	g = peer_next(&t->p);
	assert_int_equal(g->id, (uint32_t)MT_pong);
	assert_int_equal(g->msg_id & 3, 1);
	assert_int_equal(g->seq_no & 1, 0);
	r = got_behind_id(g);
	assert_true((int64_t)rd_u64(&r) == id);
	assert_null(peer_next(&t->p));
}

static int bad_code(struct peer *p, int64_t msg_id)
{
	struct got *g;
	struct rd r;

	peer_ping(p, msg_id);
	g = peer_next(p);
	if (!g || g->id != (uint32_t)MT_bad_msg_notification)
		return 0;
	r = got_behind_id(g);
	assert_true((int64_t)rd_u64(&r) == msg_id);
	rd_u32(&r);
	return (int)rd_u32(&r);
}

static void times_and_parity(void **state)
{
	struct one *t = *state;
	int64_t now = clock_unix();

	assert_int_equal(bad_code(&t->p, peer_next_id(&t->p) + 1), 18);
	assert_int_equal(bad_code(&t->p, peer_next_id(&t->p) + 2), 18);
	assert_int_equal(bad_code(&t->p, (now - 310) << 32), 16);
	assert_int_equal(bad_code(&t->p, (now + 40) << 32), 17);
	/* From before our start, too: what was captured then is known by its salt. */
	assert_int_equal(bad_code(&t->p, (now - 20) << 32), 0);
	assert_int_equal(bad_code(&t->p, (now + 20) << 32), 0);
	/* Pyrogram's ids have no fraction. */
	assert_int_equal(bad_code(&t->p, ((now + 1) << 32) + 4), 0);
}

/* Whatever the client's clock says: before the start there was another salt. */
static void nothing_from_before_the_start(void **state)
{
	static const uint8_t before[32] = {7};
	struct one *t = *state;
	int64_t now = clock_unix(), ids[] = {now << 32, (now - 1) << 32, (now + 20) << 32};
	struct got *g;
	struct buf b = {0};

	buf_u32(&b, CALL);
	t->w->n_calls = 0;
	t->p.salt = mt_salt(before, t->k->id, now);
	for (unsigned i = 0; i < 3; i++) {
		peer_send(&t->p, ids[i] + 4 * i, 1, &b);
		g = peer_next(&t->p);
		assert_int_equal(g->id, (uint32_t)MT_bad_server_salt);
	}
	assert_int_equal(t->w->n_calls, 0);
	buf_fini(&b);
}

/* A client that has just made its key knows no other salt. */
static void the_first_salt_of_a_new_key(void **state)
{
	struct mt_key k = {.id = 5, .first_salt = 77, .created = 1000};
	static const uint8_t secret[32] = {1};

	assert_true(mt_salt_ok(secret, 999, &k, 77, 1001));
	assert_false(mt_salt_ok(secret, 1000, &k, 77, 1001));
	assert_false(mt_salt_ok(secret, 999, &k, 77, 1000 + 3600));
}

static void nothing_twice(void **state)
{
	struct one *t = *state;
	int64_t id;
	struct got *g;

	peer_init(&t->p, 200);
	t->w->n_calls = 0;
	id = peer_call(&t->p, CALL);
	world_turn(t->w);
	peer_send_raw(&t->p, peer_last_packet(&t->p).p,
	              peer_last_packet(&t->p).n); /* the very packet again */
	world_turn(t->w);
	assert_int_equal(t->w->n_calls, 1);
	g = peer_find(&t->p, (uint32_t)MT_msgs_ack); /* running: only that it came */
	assert_non_null(g);
	world_answer(t->w, 0, ANSWER);
	g = peer_result(&t->p, id);
	assert_int_equal(g->id, ANSWER);
	peer_send_raw(&t->p, peer_last_packet(&t->p).p, peer_last_packet(&t->p).n);
	g = peer_result(&t->p, id); /* not acknowledged: again, in a container of its own time */
	assert_non_null(g);
	assert_true(g->in_container);
	assert_int_equal(t->w->n_calls, 1);
}

/* A captured packet played from elsewhere must not turn the session's traffic there. */
static void a_replay_does_not_attach(void **state)
{
	struct one *t = *state;
	struct peer thief = {0};
	int64_t id;

	peer_init(&t->p, 200);
	id = peer_call(&t->p, CALL);
	world_turn(t->w);
	peer_open(&thief, t->w, "127.0.0.1", TR_INTERMEDIATE, false, 0);
	peer_use_key(&thief, t->k);
	thief.session_id = t->p.session_id;
	peer_send_raw(&thief, peer_last_packet(&t->p).p, peer_last_packet(&t->p).n);
	world_turn(t->w);
	world_answer(t->w, t->w->n_calls - 1, ANSWER);
	assert_null(peer_next(&thief));
	assert_non_null(peer_result(&t->p, id));
	peer_fini(&thief);
}

static void forged_packets_close(void **state)
{
	struct one *t = *state;
	struct buf b = {0};

	buf_u32(&b, CALL);
	t->p.key[100] ^= 1; /* encrypted by somebody who does not have the key */
	peer_send(&t->p, peer_next_id(&t->p), 1, &b);
	world_turn(t->w);
	assert_true(t->p.closed);
	assert_null(peer_next(&t->p));
	assert_int_equal(t->p.error, 0); /* never -404 for a known key */
	t->p.key[100] ^= 1;
	peer_reopen(&t->p);
	t->p.session_id = 0;
	peer_send(&t->p, peer_next_id(&t->p), 1, &b);
	world_turn(t->w);
	assert_true(t->p.closed);
	buf_fini(&b);
}

static void unknown_keys(void **state)
{
	struct one *t = *state;

	t->p.key_id++;
	peer_ping(&t->p, peer_next_id(&t->p));
	peer_next(&t->p);
	assert_int_equal(t->p.error, -404);
	assert_false(t->p.closed);
	t->p.error = 0;
	t->w->keys.load_error = -ERR_IO; /* the store is ill: the client must keep its key */
	t->p.key_id += 7;
	peer_ping(&t->p, peer_next_id(&t->p));
	peer_next(&t->p);
	assert_int_equal(t->p.error, 0);
	assert_true(t->p.closed);
}

static void the_window_of_ids_is_bounded(void **state)
{
	struct one *t = *state;
	int64_t first = peer_next_id(&t->p);

	peer_ping(&t->p, first);
	world_turn(t->w); /* its key is here */
	for (int i = 0; i < 6000; i++)
		peer_ping(&t->p, peer_next_id(&t->p));
	world_turn(t->w);
	while (peer_next(&t->p))
		;
	assert_int_equal(bad_code(&t->p, first), 20); /* fallen out of the window: cannot be told any more */
	assert_int_equal(bad_code(&t->p, t->p.last_id), 0);
}

static void a_dropped_session_stays_known(void **state)
{
	struct one *t = *state;
	int64_t own = t->p.session_id, id;
	struct buf packet = {0};

	peer_init(&t->p, 200);
	id = peer_call(&t->p, CALL);
	buf_put(&packet, peer_last_packet(&t->p).p, peer_last_packet(&t->p).n);
	world_turn(t->w);
	world_answer(t->w, t->w->n_calls - 1, ANSWER);
	peer_close(&t->p);
	for (int i = 0; i < 64; i++) { /* as many as a key may have: the first goes */
		peer_reopen(&t->p);
		rng_bytes(&t->p.session_id, 8);
		t->p.outer_id = 0;
		peer_ping(&t->p, peer_next_id(&t->p));
		assert_non_null(peer_find(&t->p, (uint32_t)MT_pong));
		peer_close(&t->p);
	}
	t->w->n_calls = 0;
	t->p.session_id = own;
	t->p.outer_id = 0;
	peer_reopen(&t->p);
	peer_send_raw(&t->p, packet.p, packet.n);
	world_turn(t->w);
	assert_int_equal(t->w->n_calls, 0);
	assert_non_null(peer_find(&t->p, (uint32_t)MT_bad_msg_notification));
	peer_call(&t->p, CALL); /* what is new is done */
	world_turn(t->w);
	assert_int_equal(t->w->n_calls, 1);
	assert_true(id < t->p.last_id);
	buf_fini(&packet);
}

static void future_salts(void **state)
{
	struct one *t = *state;
	struct buf b = {0};
	struct got *g;
	struct rd r;
	int64_t id = peer_next_id(&t->p), salt;
	int32_t since, until = 0, last = 0;

	buf_u32(&b, (uint32_t)MT_get_future_salts);
	buf_u32(&b, 500);
	peer_send(&t->p, id, 0, &b);
	buf_fini(&b);
	g = peer_find(&t->p, (uint32_t)MT_future_salts);
	r = got_behind_id(g);
	assert_true((int64_t)rd_u64(&r) == id);
	rd_u32(&r);
	assert_int_equal(rd_u32(&r), 64);
	for (int i = 0; i < 64; i++) {
		since = (int32_t)rd_u32(&r);
		until = (int32_t)rd_u32(&r);
		salt = (int64_t)rd_u64(&r);
		assert_int_equal(until - since, 3600);
		assert_true(salt != 0 && (i == 0 || since == last + 1800));
		if (i == 0)
			assert_true(salt == t->p.salt);
		last = since;
	}
	assert_false(r.bad);
	assert_int_equal(rd_left(&r), 0);
}

/* --- containers */

static void put_inner(struct buf *b, int64_t msg_id, uint32_t seq_no, const struct buf *body)
{
	buf_u64(b, (uint64_t)msg_id);
	buf_u32(b, seq_no);
	buf_u32(b, (uint32_t)body->n);
	buf_put(b, body->p, body->n);
}

static void word(struct buf *b, uint32_t id)
{
	b->n = 0;
	buf_u32(b, id);
}

static void container(void **state)
{
	struct one *t = *state;
	struct buf box = {0}, in = {0};
	int64_t first, second, outer;
	struct got *g;
	struct rd r;

	t->k->layer = 200;
	first = peer_next_id(&t->p) -
	        (100ll << 32); /* a client sends an old message again: the outer id counts */
	second = peer_next_id(&t->p);
	outer = peer_next_id(&t->p);
	buf_u32(&box, (uint32_t)MT_msg_container);
	buf_u32(&box, 2);
	word(&in, CALL);
	put_inner(&box, second, 1, &in);
	word(&in, CALL + 1);
	put_inner(&box, first, 1, &in);
	peer_send(&t->p, outer, 2, &box);
	g = peer_next(&t->p);
	assert_int_equal(g->id, (uint32_t)MT_new_session_created);
	r = got_behind_id(g);
	assert_true((int64_t)rd_u64(&r) == first); /* the smallest of the inner ids */
	assert_int_equal(t->w->n_calls, 2);
	assert_true(t->w->call[0].msg_id == second && t->w->call[1].msg_id == first);
	peer_send(&t->p, peer_next_id(&t->p), 2, &box); /* again in a fresh one: done already */
	world_turn(t->w);
	assert_int_equal(t->w->n_calls, 2);
	buf_fini(&box);
	buf_fini(&in);
}

static void bad_containers(void **state)
{
	struct one *t = *state;
	struct buf box = {0}, in = {0}, huge = {0};
	struct rd r;

	t->k->layer = 200;
	word(&in, (uint32_t)MT_msg_container); /* one in another */
	buf_u32(&in, 0);
	buf_u32(&box, (uint32_t)MT_msg_container);
	buf_u32(&box, 1);
	put_inner(&box, peer_next_id(&t->p), 1, &in);
	peer_send(&t->p, peer_next_id(&t->p), 2, &box);
	r = got_behind_id(peer_find(&t->p, (uint32_t)MT_bad_msg_notification));
	rd_u64(&r);
	rd_u32(&r);
	assert_int_equal(rd_u32(&r), 64);
	box.n = 4; /* more messages than bytes */
	buf_u32(&box, 3);
	word(&in, CALL);
	put_inner(&box, peer_next_id(&t->p), 1, &in);
	peer_send(&t->p, peer_next_id(&t->p), 2, &box);
	assert_non_null(peer_find(&t->p, (uint32_t)MT_bad_msg_notification));
	assert_int_equal(t->w->n_calls, 0); /* nothing of a broken one is done */
	box.n = 4;                          /* empty: allowed */
	buf_u32(&box, 0);
	peer_send(&t->p, peer_next_id(&t->p), 2, &box);
	assert_null(peer_find(&t->p, (uint32_t)MT_bad_msg_notification));
	buf_u32(&huge, (uint32_t)MT_msg_container);
	buf_u32(&huge, 1021);
	for (int i = 0; i < 1021; i++)
		put_inner(&huge, peer_next_id(&t->p), 1, &in);
	peer_send(&t->p, peer_next_id(&t->p), 2, &huge);
	assert_non_null(peer_find(&t->p, (uint32_t)MT_bad_msg_notification));
	assert_int_equal(t->w->n_calls, 0);
	buf_fini(&huge);
	buf_fini(&box);
	buf_fini(&in);
}

#define T(f) cmocka_unit_test_setup_teardown(f, one_setup, one_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(salt_of_zero),
		T(times_and_parity),
		T(nothing_from_before_the_start),
		T(the_first_salt_of_a_new_key),
		T(nothing_twice),
		T(a_replay_does_not_attach),
		T(forged_packets_close),
		T(unknown_keys),
		T(the_window_of_ids_is_bounded),
		T(a_dropped_session_stays_known),
		T(future_salts),
		T(container),
		T(bad_containers),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
