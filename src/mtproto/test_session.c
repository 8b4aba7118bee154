/* test_session.c - sessions as clients meet them: salts, ids, containers, answers, wrappers, updates (mtproto.md 3, 4). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/err.h"
#include "base/rd.h"
#include "crypto/rng.h"
#include "io/conn.h"
#include "mtproto/gzip.h"
#include "mtproto/ids.h"
#include "mtproto/salt.h"
#include "mtproto/test_peer.h"

enum { CALL = (int)0x12345678, ANSWER = 0x22222222 };

struct one {
	struct world *w;
	struct peer p;
	struct mt_key *k;
};

static int setup(void **state)
{
	struct one *t = calloc(1, sizeof(*t));

	t->w = world_new(0, 0);
	t->k = world_add_key(t->w, MT_KEY_PERM);
	peer_open(&t->p, t->w, "127.0.0.1", TR_INTERMEDIATE, true, 2);
	peer_use_key(&t->p, t->k);
	*state = t;
	return 0;
}

static int teardown(void **state)
{
	struct one *t = *state;

	peer_fini(&t->p);
	world_free(t->w);
	free(t);
	clock_set_test_usec(0);
	return 0;
}

static struct rd behind_id(const struct got *g)
{
	return rd_of(g->body.p + 4, g->body.n - 4);
}

static int64_t send_ping(struct peer *p, int64_t msg_id)
{
	struct buf b = {0};

	buf_u32(&b, (uint32_t)MT_ping);
	buf_u64(&b, 5);
	peer_send(p, msg_id, 0, &b);
	buf_fini(&b);
	return msg_id;
}

/* --- salts and ids */

static void salt_of_zero(void **state)
{
	struct one *t = *state;
	struct got *g;
	struct rd r;
	int64_t id;

	t->p.salt = 0;
	id = send_ping(&t->p, peer_next_id(&t->p));
	g = peer_next(&t->p);
	assert_int_equal(g->id, (uint32_t)MT_bad_server_salt);
	r = behind_id(g);
	assert_true((int64_t)rd_u64(&r) == id);
	rd_u32(&r);
	assert_int_equal(rd_u32(&r), 48);
	t->p.salt = (int64_t)rd_u64(&r);
	assert_null(peer_next(&t->p));
	/* The beginning of the session is told only for the packet that was taken, and names it. */
	id = send_ping(&t->p, peer_next_id(&t->p));
	g = peer_next(&t->p);
	assert_int_equal(g->id, (uint32_t)MT_new_session_created);
	assert_int_equal(g->msg_id & 3, 3);
	assert_int_equal(g->seq_no & 1, 1);
	r = behind_id(g);
	assert_true((int64_t)rd_u64(&r) == id);
	assert_true(rd_u64(&r) != 0);
	assert_true((int64_t)rd_u64(&r) == t->p.salt);
	g = peer_next(&t->p);
	assert_int_equal(g->id, (uint32_t)MT_pong);
	assert_int_equal(g->msg_id & 3, 1);
	assert_int_equal(g->seq_no & 1, 0);
	r = behind_id(g);
	assert_true((int64_t)rd_u64(&r) == id);
	assert_null(peer_next(&t->p));
}

static int bad_code(struct peer *p, int64_t msg_id)
{
	struct got *g;
	struct rd r;

	send_ping(p, msg_id);
	g = peer_next(p);
	if (!g || g->id != (uint32_t)MT_bad_msg_notification)
		return 0;
	r = behind_id(g);
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
	send_ping(&t->p, peer_next_id(&t->p));
	peer_next(&t->p);
	assert_int_equal(t->p.error, -404);
	assert_false(t->p.closed);
	t->p.error = 0;
	t->w->load_error = -ERR_IO; /* the store is ill: the client must keep its key */
	t->p.key_id += 7;
	send_ping(&t->p, peer_next_id(&t->p));
	peer_next(&t->p);
	assert_int_equal(t->p.error, 0);
	assert_true(t->p.closed);
}

static void the_window_of_ids_is_bounded(void **state)
{
	struct one *t = *state;
	int64_t first = peer_next_id(&t->p);

	send_ping(&t->p, first);
	world_turn(t->w); /* its key is here */
	for (int i = 0; i < 6000; i++)
		send_ping(&t->p, peer_next_id(&t->p));
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
		send_ping(&t->p, peer_next_id(&t->p));
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
	r = behind_id(g);
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
	r = behind_id(peer_find(&t->p, (uint32_t)MT_bad_msg_notification));
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

/* --- answers */

static void acks_end_answers(void **state)
{
	struct one *t = *state;
	struct buf b = {0};
	struct got *g;
	int64_t id;

	peer_init(&t->p, 200);
	id = peer_call(&t->p, CALL);
	world_turn(t->w);
	world_answer(t->w, t->w->n_calls - 1, ANSWER);
	g = peer_result(&t->p, id);
	assert_int_equal(g->seq_no & 1, 1);
	peer_close(&t->p);
	peer_reopen(&t->p);
	send_ping(&t->p, peer_next_id(&t->p));
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
	send_ping(&t->p, peer_next_id(&t->p));
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
	send_ping(&t->p, peer_next_id(&t->p));
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
	r = behind_id(g);
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
	lost = peer_call(&t->p, CALL);
	world_turn(t->w);
	world_answer(t->w, t->w->n_calls - 1, ANSWER);
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
	r = behind_id(g);
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

/* --- wrappers */

static void put_init_of(struct buf *b, const char *device)
{
	buf_u32(b, (uint32_t)MT_initConnection);
	buf_u32(b, 3); /* proxy and params */
	buf_u32(b, 42);
	buf_tl_bytes(b, device, strlen(device));
	buf_tl_bytes(b, "OS 1", 4);
	buf_tl_bytes(b, "1.2", 3);
	buf_tl_bytes(b, "en", 2);
	buf_tl_bytes(b, "", 0);
	buf_tl_bytes(b, "fa", 2);
	buf_u32(b, (uint32_t)MT_inputClientProxy);
	buf_tl_bytes(b, "host", 4);
	buf_u32(b, 443);
	buf_u32(b, 0x99c1d49d); /* jsonObject */
	buf_u32(b, (uint32_t)MT_vector);
	buf_u32(b, 1);
	buf_u32(b, 0xc0de1bd9);
	buf_tl_bytes(b, "tz_offset", 9);
	buf_u32(b, 0x2be0dfa4);
	buf_u64(b, 0);
}

static void put_init(struct buf *b)
{
	put_init_of(b, "Phone");
}

static struct got *call_bytes(struct one *t, struct buf *b, int64_t *ret_id)
{
	*ret_id = peer_next_id(&t->p);
	peer_send(&t->p, *ret_id, 1, b);
	buf_fini(b);
	world_turn(t->w);
	return NULL;
}

static const char *error_for(struct one *t, struct buf *b)
{
	int64_t id;

	call_bytes(t, b, &id);
	return peer_error_of(peer_result(&t->p, id));
}

static void layers(void **state)
{
	struct one *t = *state;
	struct buf b = {0};
	int64_t id;

	buf_u32(&b, CALL);
	assert_string_equal(error_for(t, &b), "400 CONNECTION_NOT_INITED");
	buf_u32(&b, (uint32_t)MT_invokeWithLayer);
	buf_u32(&b, 132);
	buf_u32(&b, CALL);
	assert_string_equal(error_for(t, &b), "400 CONNECTION_LAYER_INVALID");
	assert_int_equal(t->w->n_calls, 0);
	buf_u32(&b, (uint32_t)MT_invokeWithLayer);
	buf_u32(&b, 158);
	put_init(&b);
	buf_u32(&b, CALL);
	call_bytes(t, &b, &id);
	assert_int_equal(t->w->n_calls, 1);
	assert_int_equal(t->w->call[0].layer, 158);
	assert_int_equal(t->w->call[0].id, CALL);
	assert_int_equal(t->w->call[0].n, 4);
	assert_true(t->w->call[0].has_info);
	assert_int_equal(t->w->call[0].info.api_id, 42);
	assert_string_equal(t->w->call[0].info.device_model, "Phone");
	assert_string_equal(t->w->call[0].info.lang_code, "fa");
	assert_int_equal(t->k->layer, 158); /* kept with the key */
	peer_call(&t->p, CALL);
	world_turn(t->w);
	assert_int_equal(t->w->call[1].layer, 158);
	/* Its owner will read it: what is no text becomes some. */
	put_init_of(&b, "P\xff\n\xd8");
	buf_u32(&b, CALL);
	call_bytes(t, &b, &id);
	assert_string_equal(t->w->call[2].info.device_model, "P? ?");
}

static void wrappers_in_any_order(void **state)
{
	struct one *t = *state;
	struct buf b = {0}, in = {0};
	int64_t id;

	buf_u32(&in, (uint32_t)MT_invokeWithoutUpdates);
	buf_u32(&in, (uint32_t)MT_invokeWithMessagesRange);
	buf_u32(&in, (uint32_t)MT_messageRange);
	buf_u32(&in, 1);
	buf_u32(&in, 2);
	buf_u32(&in, (uint32_t)MT_invokeWithApnsSecret);
	buf_tl_bytes(&in, "a", 1);
	buf_tl_bytes(&in, "b", 1);
	buf_u32(&in, CALL);
	for (int i = 0; i < 300; i++)
		buf_u32(&in, 0);
	buf_u32(&b, (uint32_t)MT_invokeWithTakeout);
	buf_u64(&b, 99);
	put_init(&b);
	buf_u32(&b, (uint32_t)MT_invokeWithLayer);
	buf_u32(&b, 228);
	assert_int_equal(mt_gzip(buf_slice(&in), &b), 1); /* TDLib zips the query behind the header */
	call_bytes(t, &b, &id);
	assert_int_equal(t->w->n_calls, 1);
	assert_int_equal(t->w->call[0].id, CALL);
	assert_int_equal(t->w->call[0].n, 1204);
	assert_int_equal(t->w->call[0].layer, 228);
	assert_true(t->w->call[0].without_updates);
	assert_int_equal(t->w->call[0].takeout_id, 99);
	buf_fini(&in);
}

static void wrappers_gone_wrong(void **state)
{
	struct one *t = *state;
	struct buf b = {0}, in = {0}, bomb = {0};

	t->k->layer = 200;
	for (int i = 0; i < 20; i++)
		buf_u32(&b, (uint32_t)MT_invokeWithoutUpdates);
	buf_u32(&b, CALL);
	assert_string_equal(error_for(t, &b), "400 INPUT_FETCH_ERROR");
	buf_u32(&b, (uint32_t)MT_invokeWithLayer); /* cut short */
	assert_string_equal(error_for(t, &b), "400 INPUT_FETCH_ERROR");
	buf_u32(&b, (uint32_t)MT_gzip_packed);
	buf_tl_bytes(&b, "no gzip", 7);
	assert_string_equal(error_for(t, &b), "400 INPUT_FETCH_ERROR");
	for (int i = 0; i < 11 * 1024 * 256; i++) /* 11 MiB of nothing in a few KB */
		buf_u32(&in, 0);
	assert_int_equal(mt_gzip(buf_slice(&in), &bomb), 1);
	assert_true(bomb.n < 100000);
	buf_put(&b, bomb.p, bomb.n);
	assert_string_equal(error_for(t, &b), "400 INPUT_FETCH_ERROR");
	buf_u32(&b, (uint32_t)MT_initConnection);
	buf_u32(&b, 2);
	buf_u32(&b, 1);
	for (int i = 0; i < 6; i++)
		buf_tl_bytes(&b, "", 0);
	for (int i = 0; i < 40; i++) { /* JSON in JSON in JSON */
		buf_u32(&b, 0xf7444763);
		buf_u32(&b, (uint32_t)MT_vector);
		buf_u32(&b, 1);
	}
	buf_u32(&b, CALL);
	assert_string_equal(error_for(t, &b), "400 INPUT_FETCH_ERROR");
	assert_int_equal(t->w->n_calls, 0);
	buf_fini(&in);
	buf_fini(&bomb);
}

static void after(struct buf *b, int64_t id, uint32_t call)
{
	buf_u32(b, (uint32_t)MT_invokeAfterMsg);
	buf_u64(b, (uint64_t)id);
	buf_u32(b, call);
}

static void order_of_calls(void **state)
{
	struct one *t = *state;
	struct buf b = {0}, e = {0};
	int64_t first, second, third, fourth;

	t->k->layer = 200;
	first = peer_call(&t->p, CALL);
	after(&b, first, CALL + 1);
	call_bytes(t, &b, &second);
	after(&b, second, CALL + 2);
	call_bytes(t, &b, &third);
	assert_int_equal(t->w->n_calls, 1);
	world_answer(t->w, 0, ANSWER);
	assert_int_equal(t->w->n_calls, 2);
	assert_int_equal(t->w->call[1].id, CALL + 1);
	mt_rpc_error(&e, 400, "NO");
	mt_server_reply(t->w->srv, t->w->call[1].session, second, &e, 0);
	assert_string_equal(peer_error_of(peer_result(&t->p, second)), "400 NO");
	assert_string_equal(peer_error_of(peer_result(&t->p, third)), "400 MSG_WAIT_FAILED");
	after(&b, first, CALL + 3); /* finished: nothing to wait for */
	call_bytes(t, &b, &fourth);
	assert_int_equal(t->w->call[2].id, CALL + 3);
	after(&b, second, CALL + 4); /* failed before this was asked */
	assert_string_equal(error_for(t, &b), "400 MSG_WAIT_FAILED");
	assert_int_equal(t->w->n_calls, 3);
}

static void after_all(struct buf *b, const int64_t *ids, uint32_t n, uint32_t call)
{
	buf_u32(b, (uint32_t)MT_invokeAfterMsgs);
	buf_u32(b, (uint32_t)MT_vector);
	buf_u32(b, n);
	for (uint32_t i = 0; i < n; i++)
		buf_u64(b, (uint64_t)ids[i]);
	buf_u32(b, call);
}

static void order_after_several(void **state)
{
	struct one *t = *state;
	struct buf b = {0}, e = {0};
	int64_t ids[3], last;

	t->k->layer = 200;
	for (int i = 0; i < 3; i++)
		ids[i] = peer_call(&t->p, CALL);
	after_all(&b, ids, 3, CALL + 1);
	call_bytes(t, &b, &last);
	world_answer(t->w, 2, ANSWER); /* the youngest is done first */
	assert_int_equal(t->w->n_calls, 3);
	world_answer(t->w, 0, ANSWER);
	assert_int_equal(t->w->n_calls, 3);
	world_answer(t->w, 1, ANSWER);
	assert_int_equal(t->w->n_calls, 4);
	assert_int_equal(t->w->call[3].id, CALL + 1);
	world_answer(t->w, 3, ANSWER);
	assert_int_equal(peer_result(&t->p, last)->id, ANSWER);
	/* One that fails is enough. */
	for (int i = 0; i < 2; i++)
		ids[i] = peer_call(&t->p, CALL);
	after_all(&b, ids, 2, CALL + 1);
	call_bytes(t, &b, &last);
	mt_rpc_error(&e, 400, "NO");
	mt_server_reply(t->w->srv, t->w->call[4].session, ids[0], &e, 0);
	assert_string_equal(peer_error_of(peer_result(&t->p, last)), "400 MSG_WAIT_FAILED");
	world_answer(t->w, 5, ANSWER);
	assert_int_equal(t->w->n_calls, 6);
	after_all(&b, ids, 2, CALL + 1);
	b.n -= 8; /* cut short */
	assert_string_equal(error_for(t, &b), "400 INPUT_FETCH_ERROR");
}

/* The network may bring the second of two before the first. */
static void order_of_the_unheard(void **state)
{
	struct one *t = *state;
	struct buf b = {0};
	int64_t first, second, never;

	t->k->layer = 200;
	first = peer_next_id(&t->p);
	after(&b, first, CALL + 1);
	call_bytes(t, &b, &second);
	never = peer_next_id(&t->p);
	assert_int_equal(t->w->n_calls, 0);
	buf_u32(&b, CALL);
	peer_send(&t->p, first, 1, &b);
	buf_fini(&b);
	world_turn(t->w);
	assert_int_equal(t->w->n_calls, 1);
	world_answer(t->w, 0, ANSWER);
	assert_int_equal(t->w->n_calls, 2);
	world_answer(t->w, 1, ANSWER);
	assert_int_equal(peer_result(&t->p, second)->id, ANSWER);
	after(&b, never, CALL + 2); /* that one does not come: it is waited for, but not for long */
	call_bytes(t, &b, &second);
	assert_null(peer_next(&t->p));
	clock_set_test_usec(3000000);
	for (int i = 0; i < 3; i++) {
		uv_sleep(260);
		world_turn(t->w);
	}
	assert_string_equal(peer_error_of(peer_result(&t->p, second)), "400 MSG_WAIT_FAILED");
	assert_int_equal(t->w->n_calls, 2);
}

/* What waits and what runs is bounded by bytes, too. */
static void big_calls_are_bounded(void **state)
{
	struct one *t = *state;
	struct buf b = {0};
	int64_t first, id;
	int i;

	t->k->layer = 200;
	first = peer_call(&t->p, CALL);
	for (i = 0; i < 10; i++) {
		after(&b, first, CALL);
		buf_put(&b, buf_reserve(&b, 1000000), 1000000);
		call_bytes(t, &b, &id);
		if (peer_next(&t->p) && t->p.at > 1)
			break;
	}
	assert_in_range(i, 2, 5);
	for (i = 0; i < 30; i++) {
		unsigned before = t->w->n_calls;

		buf_u32(&b, CALL);
		buf_put(&b, buf_reserve(&b, 1000000), 1000000);
		call_bytes(t, &b, &id);
		if (t->w->n_calls == before)
			break;
	}
	assert_in_range(i, 12, 20);
	assert_string_equal(peer_error_of(peer_result(&t->p, id)), "420 FLOOD_WAIT_3");
}

static void business(void **state)
{
	struct one *t = *state;
	struct buf b = {0};
	int64_t id;

	t->k->layer = 200;
	buf_u32(&b, (uint32_t)MT_invokeWithBusinessConnection);
	buf_tl_bytes(&b, "conn", 4);
	buf_u32(&b, CALL);
	assert_string_equal(error_for(t, &b), "400 BUSINESS_CONNECTION_INVALID");
	buf_u32(&b, (uint32_t)MT_invokeWithReCaptcha);
	buf_tl_bytes(&b, "token", 5);
	buf_u32(&b, (uint32_t)MT_invokeWithGooglePlayIntegrity);
	buf_tl_bytes(&b, "nonce", 5);
	buf_tl_bytes(&b, "token", 5);
	buf_u32(&b, CALL + 1);
	call_bytes(t, &b, &id);
	assert_int_equal(t->w->n_calls, 1);
	assert_int_equal(t->w->call[0].id, CALL + 1);
}

/* --- temporary keys */

static void use_temp(struct one *t, struct mt_key *temp)
{
	int64_t id;

	peer_use_key(&t->p, temp);
	t->p.session_id++;
	t->p.outer_id = 0;
	id = peer_bind(&t->p, t->k, 0);
	assert_int_equal(peer_result(&t->p, id)->id, (uint32_t)MT_boolTrue);
	peer_init(&t->p, 200);
}

static void push(struct one *t, uint32_t id);

static void binding(void **state)
{
	struct one *t = *state;
	struct mt_key *temp = world_add_key(t->w, MT_KEY_TEMP), *other = world_add_key(t->w, MT_KEY_PERM);
	int64_t id;

	peer_use_key(&t->p, temp);
	id = peer_call(&t->p, CALL);
	assert_string_equal(peer_error_of(peer_result(&t->p, id)), "401 AUTH_KEY_PERM_EMPTY");
	id = peer_bind(&t->p, t->k, 1);
	assert_string_equal(peer_error_of(peer_result(&t->p, id)), "400 ENCRYPTED_MESSAGE_INVALID");
	t->p.salt = 0; /* Desktop begins anew if its binding is told of a salt */
	id = peer_bind(&t->p, t->k, 0);
	assert_int_equal(peer_result(&t->p, id)->id, (uint32_t)MT_boolTrue);
	peer_use_key(&t->p, temp);
	id = peer_bind(&t->p, t->k, 0);
	assert_int_equal(peer_result(&t->p, id)->id, (uint32_t)MT_boolTrue);
	id = peer_bind(&t->p, other, 0);
	assert_string_equal(peer_error_of(peer_result(&t->p, id)), "400 TEMP_AUTH_KEY_ALREADY_BOUND");
	id = peer_call(&t->p, CALL);
	assert_string_equal(peer_error_of(peer_result(&t->p, id)), "400 CONNECTION_NOT_INITED");
	peer_init(&t->p, 200);
	assert_true(t->w->call[t->w->n_calls - 1].perm_key_id == t->k->id);
	assert_int_equal(t->k->layer, 200);
	peer_use_key(&t->p, t->k); /* a permanent key binds nothing */
	t->p.session_id++;
	t->p.outer_id = 0;
	id = peer_bind(&t->p, other, 0);
	assert_string_equal(peer_error_of(peer_result(&t->p, id)), "400 TEMP_AUTH_KEY_EMPTY");
}

/* A temporary key that was dropped says no more: not even to a connection that stays. */
static void a_dropped_key_is_silent(void **state)
{
	struct one *t = *state;

	use_temp(t, world_add_key(t->w, MT_KEY_TEMP));
	push(t, 0x0aaaaab1);
	assert_non_null(peer_find(&t->p, 0x0aaaaab1));
	assert_true(t->w->online);
	mt_server_drop_temp(t->w->srv, t->k->id, NULL, 0);
	world_turn(t->w);
	assert_false(t->w->online);
	push(t, 0x0aaaaab2);
	assert_null(peer_find(&t->p, 0x0aaaaab2));
	t->w->n_keys--; /* it was the last of them */
	send_ping(&t->p, peer_next_id(&t->p));
	assert_null(peer_next(&t->p));
	assert_int_equal(t->p.error, -404);
}

static void an_expired_key_is_silent(void **state)
{
	struct one *t = *state;

	use_temp(t, world_add_key(t->w, MT_KEY_TEMP));
	push(t, 0x0aaaaab3);
	assert_non_null(peer_find(&t->p, 0x0aaaaab3));
	clock_set_test(87000ll * 1000000);
	push(t, 0x0aaaaab4);
	assert_null(peer_find(&t->p, 0x0aaaaab4));
	assert_false(t->p.closed);
	send_ping(&t->p, peer_next_id(&t->p));
	assert_null(peer_next(&t->p));
	assert_int_equal(t->p.error, -404);
	clock_set_test(0);
}

/* --- service messages */

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
	r = behind_id(g);
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

static struct got *say(struct peer *p, uint32_t id, int64_t arg, uint32_t expect)
{
	struct buf b = {0};

	buf_u32(&b, id);
	buf_u64(&b, (uint64_t)arg);
	peer_send(p, peer_next_id(p), 1, &b);
	buf_fini(&b);
	return peer_find(p, expect);
}

static void destroying(void **state)
{
	struct one *t = *state;
	int64_t old = t->p.session_id;

	peer_init(&t->p, 200);
	peer_close(&t->p);
	peer_reopen(&t->p);
	t->p.session_id++;
	t->p.outer_id = 0;
	assert_non_null(say(&t->p, (uint32_t)MT_destroy_session, old, (uint32_t)MT_destroy_session_ok));
	assert_non_null(say(&t->p, (uint32_t)MT_destroy_session, 12345, (uint32_t)MT_destroy_session_none));
	assert_non_null(say(&t->p, (uint32_t)MT_destroy_auth_key, 0, (uint32_t)MT_destroy_auth_key_ok));
	assert_int_equal(t->w->n_keys, 0);
	assert_false(t->w->online);
	send_ping(&t->p, peer_next_id(&t->p));
	assert_null(peer_next(&t->p));
	assert_int_equal(t->p.error, -404);
}

/* --- updates */

static void push(struct one *t, uint32_t id)
{
	struct mt_batch *batch;
	struct buf b = {0};

	buf_u32(&b, id);
	batch = mt_batch_new(&b);
	mt_server_push(t->w->srv, t->k->id, batch);
	mt_batch_unref(&batch);
	world_turn(t->w);
}

static void who_gets_updates(void **state)
{
	struct one *t = *state;
	struct peer second = {0}, media = {0}, random = {0};
	struct got *g;

	peer_init(&t->p, 200);
	assert_true(t->w->online);
	assert_int_equal(t->w->online_layer, 200);
	push(t, 0x0aaaaaa1);
	g = peer_find(&t->p, 0x0aaaaaa1);
	assert_non_null(g);
	assert_int_equal(g->msg_id & 3, 3);
	assert_int_equal(g->seq_no & 1, 1);
	peer_open(&media, t->w, "127.0.0.1", TR_ABRIDGED, true, -2);
	peer_use_key(&media, t->k);
	peer_init(&media, 200);
	mt_server_wants_updates(t->w->srv, t->w->call[t->w->n_calls - 1].session); /* even so: it is media */
	peer_open(&second, t->w, "127.0.0.1", TR_INTERMEDIATE, true, 2);
	peer_use_key(&second, t->k);
	peer_init(&second, 200);
	push(t, 0x0aaaaaa2); /* the oldest, until another asks */
	assert_non_null(peer_find(&t->p, 0x0aaaaaa2));
	assert_null(peer_find(&second, 0x0aaaaaa2));
	mt_server_wants_updates(t->w->srv, t->w->call[t->w->n_calls - 1].session);
	push(t, 0x0aaaaaa3);
	assert_non_null(peer_find(&second, 0x0aaaaaa3));
	assert_null(peer_find(&t->p, 0x0aaaaaa3));
	assert_null(peer_find(&media, 0x0aaaaaa3));
	peer_close(&second);
	push(t, 0x0aaaaaa4);
	assert_non_null(peer_find(&t->p, 0x0aaaaaa4));
	peer_close(&t->p);
	assert_false(t->w->online); /* the media one does not count */
	push(t, 0x0aaaaaa5);
	assert_null(peer_find(&media, 0x0aaaaaa5));
	/* Clients that mean nothing leave random bytes where the DC stands: they do get updates. */
	peer_open(&random, t->w, "127.0.0.1", TR_ABRIDGED, true, -23456);
	peer_use_key(&random, t->k);
	peer_init(&random, 200);
	assert_true(t->w->online);
	push(t, 0x0aaaaaa6);
	assert_non_null(peer_find(&random, 0x0aaaaaa6));
	peer_fini(&second);
	peer_fini(&media);
	peer_fini(&random);
}

static void without_updates(void **state)
{
	struct one *t = *state;
	struct buf b = {0};
	int64_t id;

	peer_init(&t->p, 200);
	buf_u32(&b, (uint32_t)MT_invokeWithoutUpdates);
	buf_u32(&b, CALL);
	call_bytes(t, &b, &id);
	assert_false(t->w->online);
	push(t, 0x0aaaaaa7);
	assert_null(peer_find(&t->p, 0x0aaaaaa7));
}

static void the_end_of_a_key_is_still_told(void **state)
{
	struct one *t = *state;
	struct mt_batch *batch;
	struct buf b = {0};

	peer_init(&t->p, 200);
	buf_u32(&b, 0x0aaaaaa8);
	batch = mt_batch_new(&b);
	mt_server_push(t->w->srv, t->k->id, batch); /* updatesTooLong, and the key goes in the same breath */
	mt_batch_unref(&batch);
	mt_server_drop_key(t->w->srv, t->k->id);
	assert_non_null(peer_find(&t->p, 0x0aaaaaa8));
}

/* Every transport carries a whole conversation. */
static void transports(void **state)
{
	static const struct {
		enum tr_kind kind;
		bool obfuscated;
	} all[] = {{TR_ABRIDGED, false},    {TR_ABRIDGED, true}, {TR_INTERMEDIATE, false},
	           {TR_INTERMEDIATE, true}, {TR_PADDED, false},  {TR_PADDED, true},
	           {TR_FULL, false}};
	struct one *t = *state;

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct peer p = {0};

		peer_open(&p, t->w, "127.0.0.1", all[i].kind, all[i].obfuscated, 2);
		peer_use_key(&p, t->k);
		peer_init(&p, 200);
		for (int k = 0; k < 20; k++) {
			send_ping(&p, peer_next_id(&p));
			assert_non_null(peer_find(&p, (uint32_t)MT_pong));
		}
		peer_fini(&p);
	}
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

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
		T(container),
		T(bad_containers),
		T(acks_end_answers),
		T(an_answer_finds_the_client_again),
		T(drop_answer),
		T(big_results_are_zipped),
		T(many_answers_do_not_pile_up),
		T(layers),
		T(wrappers_in_any_order),
		T(wrappers_gone_wrong),
		T(order_of_calls),
		T(order_after_several),
		T(big_calls_are_bounded),
		T(business),
		T(binding),
		T(a_dropped_key_is_silent),
		T(quick_ack),
		T(future_salts),
		T(destroying),
		T(who_gets_updates),
		T(without_updates),
		T(the_end_of_a_key_is_still_told),
		T(transports),
		T(long_calls_are_acknowledged),
		T(order_of_the_unheard),
		T(states), /* last: these move the clock on */
		T(an_expired_key_is_silent),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
