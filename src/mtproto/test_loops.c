/*
 * test_loops.c - a server with several loops: connections that move to their key's loop, and those that cannot and speak
 * through faces. The loops are turned by hand, so that every order is the same each time.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/rd.h"
#include "crypto/rng.h"
#include "mtproto/session_private.h"
#include "mtproto/test_peer.h"

enum { CALL = (int)0x12345678, ANSWER = 0x22222222 };

static int setup(void **state)
{
	*state = world_new_loops(WORLD_LOOPS);
	return 0;
}

static int teardown(void **state)
{
	world_free(*state);
	clock_set_test_usec(0);
	return 0;
}

static unsigned home(struct world *w, int64_t id)
{
	return mt_home(w->srv, id)->index;
}

/* A key that lives on this loop. */
static struct mt_key *key_on(struct world *w, enum mt_key_kind kind, unsigned loop)
{
	for (;;) {
		struct mt_key *k = world_add_key(w, kind);

		if (home(w, k->id) == loop)
			return k;
		w->keys.n--;
	}
}

static void open_on(struct peer *p, struct world *w, enum peer_way way, unsigned loop, const struct mt_key *k)
{
	*p = (struct peer){.way = way, .loop = loop};
	peer_open(p, w, "127.0.0.1", TR_INTERMEDIATE, true, 2);
	peer_use_key(p, k);
}

static unsigned conns(struct world *w, unsigned loop)
{
	return HASH_COUNT(w->srv->loops[loop]->conns);
}

static void expect_pong(struct peer *p)
{
	struct buf b = {0};

	buf_u32(&b, (uint32_t)MT_ping);
	buf_u64(&b, 5);
	peer_send(p, peer_next_id(p), 0, &b);
	buf_fini(&b);
	assert_non_null(peer_find(p, (uint32_t)MT_pong));
}

static void expect_call(struct peer *p, unsigned loop)
{
	struct world *w = p->w;
	int64_t id = peer_call(p, CALL);

	world_turn(w);
	assert_int_equal(w->call[w->n_calls - 1].session.loop, loop);
	world_answer(w, w->n_calls - 1, ANSWER);
	assert_int_equal(peer_result(p, id)->id, ANSWER);
}

static void expect_update(struct peer *p, int64_t key, uint32_t id)
{
	struct mt_batch *batch;
	struct buf b = {0};

	buf_u32(&b, id);
	batch = mt_batch_new(&b);
	mt_server_push(p->w->srv, key, batch);
	mt_batch_unref(&batch);
	assert_non_null(peer_find(p, id));
}

static void a_socket_moves(void **state)
{
	struct world *w = *state;
	struct peer p[WORLD_LOOPS];

	for (unsigned to = 0; to < WORLD_LOOPS; to++) {
		struct mt_key *k = key_on(w, MT_KEY_PERM, to);

		open_on(&p[to], w, PEER_SOCKET, 1, k);
		peer_init(&p[to], 200);
		for (int i = 0; i < 5; i++)
			expect_pong(&p[to]);
		expect_call(&p[to], to);
		expect_update(&p[to], k->id, 0x0aaaaaa1);
		assert_int_equal(conns(w, to), 1);
	}
	for (unsigned to = 0; to < WORLD_LOOPS; to++) {
		peer_fini(&p[to]);
		assert_int_equal(conns(w, to), 0);
	}
}

/* What was read with the first packet, whole or in part, travels along, decrypted once. */
static void unread_bytes_travel(void **state)
{
	struct world *w = *state;
	struct mt_key *k = key_on(w, MT_KEY_PERM, 3);
	struct buf b = {0};
	struct peer p;

	open_on(&p, w, PEER_SOCKET, 0, k);
	buf_u32(&b, (uint32_t)MT_ping);
	buf_u64(&b, 5);
	for (int i = 0; i < 20; i++)
		peer_send(&p, peer_next_id(&p), 0, &b);
	for (int i = 0; i < 20; i++)
		assert_non_null(peer_find(&p, (uint32_t)MT_pong));
	assert_int_equal(conns(w, 3), 1);
	peer_fini(&p);

	/* A route is known now: it moves from within its first read, with a third of a packet behind. */
	open_on(&p, w, PEER_SOCKET, 0, k);
	{
		struct peer later = p;
		struct buf bytes = {0};

		later.closed = true; /* seals without sending */
		peer_send(&p, peer_next_id(&p), 0, &b);
		later.last_id = p.last_id;
		peer_send(&later, peer_next_id(&p), 0, &b);
		tr_put(&p.t, &bytes, peer_last_packet(&p).p, peer_last_packet(&p).n);
		assert_int_equal(send(p.fd, bytes.p, 30, 0), 30);
		world_turn(w);
		assert_int_equal(send(p.fd, bytes.p + 30, bytes.n - 30, 0), bytes.n - 30);
		buf_fini(&bytes);
	}
	assert_non_null(peer_find(&p, (uint32_t)MT_pong));
	assert_non_null(peer_find(&p, (uint32_t)MT_pong));
	assert_int_equal(conns(w, 0), 0);
	peer_fini(&p);
	buf_fini(&b);
}

static void a_pipe_has_a_face(void **state)
{
	struct world *w = *state;

	for (unsigned from = 0; from < WORLD_LOOPS; from++) {
		struct mt_key *k = key_on(w, MT_KEY_PERM, 2);
		struct peer p;

		open_on(&p, w, PEER_PIPE, from, k);
		peer_init(&p, 200);
		expect_call(&p, 2);
		expect_pong(&p);
		expect_update(&p, k->id, 0x0aaaaaa2);
		assert_int_equal(conns(w, 2), 1);
		assert_int_equal(conns(w, from), 1);
		assert_true(w->online);
		peer_close(&p);
		assert_int_equal(conns(w, 2), 0);
		assert_int_equal(conns(w, from), 0);
		assert_false(w->online);
		peer_fini(&p);
	}
}

/* The second key of a connection does not take it away from the first. */
static void two_keys_on_a_socket(void **state)
{
	struct world *w = *state;
	struct mt_key *a = key_on(w, MT_KEY_PERM, 1), *b = key_on(w, MT_KEY_PERM, 2);
	struct peer p;
	int64_t first;

	open_on(&p, w, PEER_SOCKET, 0, a);
	first = p.session_id;
	peer_init(&p, 200);
	assert_int_equal(conns(w, 1), 1);
	peer_use_key(&p, b);
	p.session_id++;
	p.outer_id = 0;
	peer_init(&p, 200);
	expect_call(&p, 2);
	assert_int_equal(conns(w, 1), 1);
	assert_int_equal(conns(w, 2), 1);
	peer_use_key(&p, a);
	p.session_id = first;
	p.outer_id = 0;
	expect_call(&p, 1);
	peer_fini(&p);
	for (unsigned i = 0; i < WORLD_LOOPS; i++)
		assert_int_equal(conns(w, i), 0);
}

static void bind_and_speak(struct world *w, enum peer_way way, unsigned of_temp, unsigned of_perm)
{
	struct mt_key *perm = key_on(w, MT_KEY_PERM, of_perm), *temp = key_on(w, MT_KEY_TEMP, of_temp);
	struct peer p;
	int64_t id;

	open_on(&p, w, way, 0, temp);
	id = peer_call(&p, CALL);
	assert_string_equal(peer_error_of(peer_result(&p, id)), "401 AUTH_KEY_PERM_EMPTY");
	id = peer_bind(&p, perm, 1);
	assert_string_equal(peer_error_of(peer_result(&p, id)), "400 ENCRYPTED_MESSAGE_INVALID");
	id = peer_bind(&p, perm, 0);
	assert_int_equal(peer_result(&p, id)->id, (uint32_t)MT_boolTrue);
	peer_init(&p, 200);
	expect_call(&p, of_perm);
	assert_true(w->call[w->n_calls - 1].perm_key_id == perm->id);
	expect_update(&p, perm->id, 0x0aaaaaa3);
	id = peer_bind(&p, perm, 0); /* again: the same answer */
	assert_int_equal(peer_result(&p, id)->id, (uint32_t)MT_boolTrue);
	expect_call(&p, of_perm);
	/* The same keys by another connection, from another loop. */
	peer_close(&p);
	p.loop = 3;
	peer_reopen(&p);
	expect_call(&p, of_perm);
	expect_update(&p, perm->id, 0x0aaaaaa4);
	/* A packet as it was before, again: nothing happens. */
	w->n_calls = 0;
	peer_send_raw(&p, peer_last_packet(&p).p, peer_last_packet(&p).n);
	world_turn(w);
	assert_int_equal(w->n_calls, 0);
	/* The permanent key goes: its temporary one is unknown from then on. */
	mt_server_drop_key(w->srv, perm->id);
	*perm = w->keys.key[--w->keys.n];
	p.error = 0;
	peer_call(&p, CALL);
	while (peer_next(&p))
		;
	assert_int_equal(p.error, -404);
	peer_fini(&p);
	w->keys.n = 0;
}

static void temporary_keys(void **state)
{
	static const enum peer_way ways[] = {PEER_SOCKET, PEER_PIPE};

	for (int i = 0; i < 2; i++)
		for (unsigned of_temp = 0; of_temp < WORLD_LOOPS; of_temp++)
			for (unsigned of_perm = 0; of_perm < 2; of_perm++)
				bind_and_speak(*state, ways[i], of_temp, of_perm);
}

/* Another loop sent the key's packets to where it lived before it was bound: it is told. */
static void a_route_that_is_over(void **state)
{
	struct world *w = *state;
	struct mt_key *perm = key_on(w, MT_KEY_PERM, 1), *temp = key_on(w, MT_KEY_TEMP, 2);
	struct peer p, q;
	int64_t id;

	open_on(&p, w, PEER_PIPE, 3, temp);
	open_on(&q, w, PEER_PIPE, 0, temp);
	q.session_id = p.session_id;
	id = peer_call(&q, CALL);
	assert_string_equal(peer_error_of(peer_result(&q, id)), "401 AUTH_KEY_PERM_EMPTY");
	id = peer_bind(&p, perm, 0);
	assert_int_equal(peer_result(&p, id)->id, (uint32_t)MT_boolTrue);
	q.outer_id = 0;
	peer_init(&q, 200);
	expect_call(&q, 1);
	p.outer_id = 0;
	expect_call(&p, 1);
	peer_fini(&p);
	peer_fini(&q);
}

static void unknown_and_forged(void **state)
{
	static const enum peer_way ways[] = {PEER_SOCKET, PEER_PIPE};
	struct world *w = *state;
	struct mt_key *k = key_on(w, MT_KEY_PERM, 2);
	struct peer p;

	for (int i = 0; i < 2; i++) {
		open_on(&p, w, ways[i], 1, k);
		p.key_id ^= 0x55;
		peer_call(&p, CALL);
		assert_null(peer_next(&p));
		assert_int_equal(p.error, -404);
		assert_false(p.closed);
		p.key_id ^= 0x55;
		expect_pong(&p);
		p.key[9] ^= 1;
		peer_call(&p, CALL);
		peer_next(&p);
		peer_next(&p);
		assert_true(p.closed);
		peer_fini(&p);
		for (unsigned l = 0; l < WORLD_LOOPS; l++)
			assert_int_equal(conns(w, l), 0);
	}
	assert_int_equal(w->n_calls, 0);
}

/* Faster than the key's loop turns: no more than a bound lies in between. */
static void a_flood_is_bounded(void **state)
{
	struct world *w = *state;
	struct mt_key *k = key_on(w, MT_KEY_PERM, 2);
	struct buf b = {0};
	struct peer p;

	open_on(&p, w, PEER_PIPE, 1, k);
	expect_pong(&p);
	buf_u32(&b, CALL);
	buf_put(&b, buf_reserve(&b, 1000000), 1000000);
	for (int i = 0; i < 8 && !p.closed; i++) {
		peer_send(&p, peer_next_id(&p), 1, &b);
		uv_run(io_loop_uv(w->loops[1]), UV_RUN_NOWAIT);
	}
	assert_true(p.closed);
	peer_fini(&p);
	buf_fini(&b);
}

/* Each request is a connection of its own, on any loop. */
static struct got *post(struct peer *p, unsigned loop, uint32_t id, int64_t arg, uint32_t expect)
{
	struct buf b = {0};

	if (p->io)
		peer_close(p);
	p->way = PEER_POST;
	p->loop = loop;
	peer_open(p, p->w, "127.0.0.1", TR_RAW, false, 0);
	buf_u32(&b, id);
	buf_u64(&b, (uint64_t)arg);
	peer_send(p, peer_next_id(p), 1, &b);
	buf_fini(&b);
	return peer_find(p, expect);
}

static void requests_by_http(void **state)
{
	struct world *w = *state;
	struct mt_key *k = key_on(w, MT_KEY_PERM, 2);
	struct buf b = {0};
	struct peer p = {.w = w};

	k->layer = 200;
	k->user_id = 7;
	peer_use_key(&p, k);
	for (unsigned i = 0; i < 8; i++)
		assert_non_null(post(&p, i % WORLD_LOOPS, (uint32_t)MT_ping, 5, (uint32_t)MT_pong));
	post(&p, 3, CALL, 0, 0); /* waits for its answer */
	assert_false(p.closed);
	world_answer(w, w->n_calls - 1, ANSWER);
	assert_non_null(peer_find(&p, (uint32_t)MT_rpc_result));
	/* A long poll, and an update that ends it. */
	peer_close(&p);
	peer_open(&p, w, "127.0.0.1", TR_RAW, false, 0);
	buf_u32(&b, (uint32_t)MT_http_wait);
	buf_u32(&b, 0);
	buf_u32(&b, 0);
	buf_u32(&b, 20000);
	peer_send(&p, peer_next_id(&p), 1, &b);
	buf_fini(&b);
	assert_null(peer_next(&p));
	assert_false(p.closed);
	assert_true(w->online);
	expect_update(&p, k->id, 0x0aaaaaa7);
	/* Nothing to say: an empty container at the end of the time. */
	p.packets = 0;
	post(&p, 1, (uint32_t)MT_msgs_ack, 0, 0);
	for (int i = 0; i < 3 && !p.packets; i++) {
		clock_set_test_usec(30000000 * (i + 1));
		uv_sleep(260);
		peer_next(&p);
	}
	assert_int_equal(p.packets, 1);
	peer_fini(&p);
	for (unsigned l = 0; l < WORLD_LOOPS; l++)
		assert_int_equal(conns(w, l), 0);
}

/* Everything in flight when the server ends. */
static void the_end_in_the_middle(void **state)
{
	static const enum peer_way ways[] = {PEER_SOCKET, PEER_PIPE};
	struct world *w = *state;
	struct peer p[8];

	for (unsigned turns = 0; turns < 8; turns++) {
		open_on(&p[turns], w, ways[turns & 1], turns % WORLD_LOOPS, key_on(w, MT_KEY_PERM, 3));
		w->keys.key[w->keys.n - 1].layer = 200;
		peer_call(&p[turns], CALL);
		for (unsigned i = 0; i < turns; i++)
			uv_run(io_loop_uv(w->loops[i % WORLD_LOOPS]), UV_RUN_NOWAIT);
	}
	world_free(w);
	for (unsigned i = 0; i < 8; i++) {
		struct peer q = {.in = p[i].in, .t = p[i].t, .got = p[i].got};

		if (p[i].way == PEER_SOCKET)
			close(p[i].fd);
		peer_fini(&q);
	}
	*state = world_new_loops(1);
}

/* A body for listeners on every loop, each with his own numbers at the places, and another for one of them; who is away is left out. */
static void a_crowd(void **state)
{
	static const struct mt_place places[] = {{.at = 4, .kind = 1, .target = 7},
	                                         {.at = 16, .kind = 2, .target = 8}};
	struct mt_body bodies[2] = {{.places = places, .n_places = 2}, {.n_places = 0}};
	struct mt_listener who[WORLD_LOOPS + 2];
	struct world *w = *state;
	struct peer p[WORLD_LOOPS], other;
	struct buf *b = &bodies[0].bytes;
	struct mt_key *one = key_on(w, MT_KEY_PERM, 0);

	for (unsigned to = 0; to < WORLD_LOOPS; to++) {
		struct mt_key *k = key_on(w, MT_KEY_PERM, to);

		open_on(&p[to], w, PEER_SOCKET, 0, k);
		peer_init(&p[to], 200);
		who[to] = (struct mt_listener){k->id, 50 + to, 0};
	}
	who[WORLD_LOOPS] = (struct mt_listener){who[0].key + 1, 99, 0};
	open_on(&other, w, PEER_SOCKET, 0, one);
	peer_init(&other, 200);
	who[WORLD_LOOPS + 1] = (struct mt_listener){one->id, 50, 1};
	buf_u32(b, 0x0aaaaaa2);
	for (int i = 0; i < 5; i++)
		buf_u32(b, 0x01010101);
	buf_u32(&bodies[1].bytes, 0x0aaaaaa8);
	mt_server_push_crowd(w->srv, bodies, 2, who, WORLD_LOOPS + 2);
	assert_null(b->p);
	assert_null(bodies[1].bytes.p);
	assert_non_null(peer_find(&other, 0x0aaaaaa8));
	peer_fini(&other);
	for (unsigned to = 0; to < WORLD_LOOPS; to++) {
		struct got *g = peer_find(&p[to], 0x0aaaaaa2);
		int64_t value;

		assert_non_null(g);
		assert_int_equal(g->body.n, 24);
		assert_int_equal(g->seq_no & 1, 1);
		memcpy(&value, g->body.p + 4, 8);
		assert_int_equal(value, (50 + to) * 1000 + 70 + 1);
		memcpy(&value, g->body.p + 16, 8);
		assert_int_equal(value, (50 + to) * 1000 + 80 + 2);
		peer_fini(&p[to]);
	}
}

/* However many it takes turns for, the next body comes behind it. */
static void crowds_in_order(void **state)
{
	enum { MANY = 200000, EACH = 1000, HERE = MANY / EACH }; /* the others are away */
	struct mt_listener *who = xcalloc(MANY, sizeof(*who));
	struct world *w = *state;
	struct mt_body first = {.n_places = 0}, then = first;
	struct mt_key *k = key_on(w, MT_KEY_PERM, 0);
	struct got *g;
	struct peer p;
	unsigned n = 0;

	open_on(&p, w, PEER_SOCKET, 0, k);
	peer_init(&p, 200);
	for (unsigned i = 0; i < MANY; i++)
		who[i] = (struct mt_listener){i % EACH ? k->id + i : k->id, 50, 0};
	buf_u32(&first.bytes, 0x0aaaaaa3);
	buf_u32(&then.bytes, 0x0aaaaaa4);
	mt_server_push_crowd(w->srv, &first, 1, who, MANY);
	mt_server_push_crowd(w->srv, &then, 1, who, 1);
	for (unsigned idle = 0; idle < 50 && n <= HERE;) {
		g = peer_next(&p);
		idle = g ? 0 : idle + 1;
		if (g && g->id == 0x0aaaaaa3)
			n++;
		else if (g && g->id == 0x0aaaaaa4)
			break;
	}
	assert_int_equal(n, HERE);
	peer_fini(&p);
	free(who);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(crowds_in_order),      T(a_socket_moves),   T(unread_bytes_travel),   T(a_pipe_has_a_face),
		T(two_keys_on_a_socket), T(temporary_keys),   T(a_route_that_is_over),  T(unknown_and_forged),
		T(a_flood_is_bounded),   T(requests_by_http), T(the_end_in_the_middle), T(a_crowd),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
