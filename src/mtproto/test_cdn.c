/* test_cdn.c - connections to a CDN DC: who may call, when resPQ comes, when they end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "crypto/rng.h"
#include "mtproto/ids.h"
#include "mtproto/test_peer.h"

enum { CALL = 0x395f69da, ANSWER = 0x11111111, TICK = 260000 /* of the wheel, which runs by real time */ };

static struct world *w;
static struct peer p;
static usec_t passed;

static void pass(usec_t usec)
{
	clock_set_test_usec(passed += usec);
	usleep(TICK);
	world_turn(w);
}

static void begin(struct mt_cdn_manners m, int16_t dc)
{
	passed = 0;
	w = world_new_cdn(&m);
	p = (struct peer){0};
	peer_open(&p, w, "127.0.0.1", TR_INTERMEDIATE, true, dc);
}

static void use_key(enum mt_key_kind kind, int32_t dc)
{
	struct mt_key *k = world_add_key(w, kind);

	k->dc = dc;
	peer_use_key(&p, k);
}

static void end(void)
{
	peer_fini(&p);
	world_free(w);
	clock_set_test_usec(0);
}

/* "": the call came through. */
static const char *first_call(enum mt_key_kind kind, int32_t dc)
{
	static char error[64];
	int64_t id;

	begin((struct mt_cdn_manners){0}, (int16_t)dc);
	use_key(kind, dc);
	id = peer_call(&p, CALL);
	world_turn(w);
	snprintf(error, sizeof(error), "%s", w->n_calls ? "" : peer_error_of(peer_result(&p, id)));
	if (w->n_calls) {
		assert_int_equal(w->call[0].dc, dc);
		assert_int_equal(w->call[0].id, CALL);
		assert_true(w->call[0].without_updates);
		assert_false(w->online); /* nothing is ever pushed there */
	}
	end();
	return error;
}

/* Unbound, without initConnection: calls of the CDN DC come through, those of another do not. */
static void unbound_keys_call(void **state)
{
	assert_string_equal(first_call(MT_KEY_TEMP, WORLD_CDN), "");
	assert_string_equal(first_call(MT_KEY_PERM, WORLD_CDN), "");
	assert_string_equal(first_call(MT_KEY_TEMP, 2), "401 AUTH_KEY_PERM_EMPTY");
	assert_string_equal(first_call(MT_KEY_PERM, 2), "400 CONNECTION_NOT_INITED");
}

static void ask_pq(void)
{
	struct buf b = {0};

	buf_u32(&b, (uint32_t)MT_req_pq_multi);
	buf_u64(&b, 1);
	buf_u64(&b, 2);
	p.plain.n = 0;
	peer_send_plain(&p, peer_next_id(&p), buf_slice(&b));
	buf_fini(&b);
	world_turn(w);
	assert_null(peer_next(&p)); /* reads what came */
}

static void pq_comes_later(void **state)
{
	begin((struct mt_cdn_manners){.pq_delay = 1500}, WORLD_CDN);
	ask_pq();
	pass(1000000);
	assert_null(peer_next(&p));
	assert_int_equal(p.plain.n, 0);
	pass(600000);
	assert_null(peer_next(&p));
	assert_true(p.plain.n > 0);
	end();
	begin((struct mt_cdn_manners){.pq_delay = 1500}, 2);
	ask_pq();
	assert_true(p.plain.n > 0);
	end();
}

/* Where no other answers, nobody is to be waited for as long. */
static void pq_comes_sooner_alone(void **state)
{
	begin((struct mt_cdn_manners){.pq_delay = 0}, WORLD_ALONE); /* as its own op says */
	ask_pq();
	pass(400000);
	assert_null(peer_next(&p));
	assert_int_equal(p.plain.n, 0);
	pass(500000);
	assert_null(peer_next(&p));
	assert_true(p.plain.n > 0);
	end();
}

/* A connection goes while its resPQ waits. */
static void gone_before_pq(void **state)
{
	begin((struct mt_cdn_manners){.pq_delay = 1500}, WORLD_CDN);
	ask_pq();
	peer_close(&p);
	world_turn(w);
	pass(1600000);
	end();
}

static void closed_after_an_answer(void **state)
{
	int64_t id;

	begin((struct mt_cdn_manners){.linger = 300}, WORLD_CDN);
	use_key(MT_KEY_TEMP, WORLD_CDN);
	id = peer_call(&p, CALL);
	world_turn(w);
	world_answer(w, 0, ANSWER);
	assert_non_null(peer_result(&p, id));
	assert_false(p.closed);
	peer_call(&p, CALL); /* does not hold it up */
	world_turn(w);
	pass(350000);
	assert_true(p.closed);
	end();
	begin((struct mt_cdn_manners){.linger = 300}, 2);
	use_key(MT_KEY_PERM, 2);
	peer_init(&p, 200);
	pass(350000);
	assert_false(p.closed);
	end();
}

/* Calls keep it open, pings do not. */
static void closed_without_calls(void **state)
{
	struct buf ping = {0};

	begin((struct mt_cdn_manners){.idle = 10000}, WORLD_CDN);
	use_key(MT_KEY_TEMP, WORLD_CDN);
	peer_call(&p, CALL);
	world_turn(w);
	pass(9000000);
	peer_call(&p, CALL);
	world_turn(w);
	pass(9000000);
	assert_false(p.closed);
	buf_u32(&ping, (uint32_t)MT_ping);
	buf_u64(&ping, 7);
	peer_send(&p, peer_next_id(&p), 0, &ping);
	buf_fini(&ping);
	world_turn(w);
	assert_non_null(peer_find(&p, (uint32_t)MT_pong));
	pass(1200000);
	assert_true(p.closed);
	end();
}

/* Those that are open hear of it, and those that call after it. */
static void closed_sooner(void **state)
{
	begin((struct mt_cdn_manners){.idle = 10000}, WORLD_CDN);
	use_key(MT_KEY_TEMP, WORLD_CDN);
	peer_call(&p, CALL);
	world_turn(w);
	mt_server_set_idle(w->srv, 1500);
	world_turn(w);
	pass(1000000);
	peer_call(&p, CALL);
	world_turn(w);
	pass(1000000);
	assert_false(p.closed);
	pass(700000);
	assert_true(p.closed);
	end();
}

/* What is promised less than that keeps it. */
static void closed_no_later(void **state)
{
	begin((struct mt_cdn_manners){.idle = 10000}, WORLD_CDN);
	use_key(MT_KEY_TEMP, WORLD_CDN);
	peer_call(&p, CALL);
	world_turn(w);
	pass(9000000);
	mt_server_set_idle(w->srv, 5000);
	world_turn(w);
	pass(1200000);
	assert_true(p.closed);
	end();
}

static void call_unknown(void)
{
	struct mt_key k = {.dc = WORLD_CDN, .kind = MT_KEY_TEMP};

	rng_bytes((uint8_t *)&k.id, sizeof(k.id));
	rng_bytes(k.key, sizeof(k.key));
	peer_use_key(&p, &k);
	peer_call(&p, CALL);
	world_turn(w);
	assert_null(peer_next(&p));
}

/* Who comes with another's key so late that he may have a spare connection to it hears -404 once he has not, and once. */
static void unknown_key_later(void **state)
{
	struct mt_cdn_manners m = {.pq_delay = 1000, .spare_from = 5000, .spare_until = 9000};

	begin(m, WORLD_CDN);
	ask_pq();
	pass(1100000);
	assert_null(peer_next(&p));
	assert_true(p.plain.n > 0);
	pass(5100000);
	call_unknown();
	pass(2000000);
	call_unknown();
	assert_int_equal(p.error, 0);
	pass(2000000);
	assert_null(peer_next(&p));
	assert_int_equal(p.error, -404);
	p.error = 0;
	ask_pq(); /* goes on there */
	pass(1100000);
	assert_null(peer_next(&p));
	assert_true(p.plain.n > 0);
	call_unknown(); /* he has dialled anew */
	assert_int_equal(p.error, -404);
	end();
	begin(m, WORLD_CDN); /* never asked here */
	call_unknown();
	assert_int_equal(p.error, -404);
	end();
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(unbound_keys_call),    cmocka_unit_test(pq_comes_later),
		cmocka_unit_test(gone_before_pq),       cmocka_unit_test(closed_after_an_answer),
		cmocka_unit_test(closed_without_calls), cmocka_unit_test(pq_comes_sooner_alone),
		cmocka_unit_test(closed_sooner),        cmocka_unit_test(closed_no_later),
		cmocka_unit_test(unknown_key_later),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
