/* test_wrapper.c - what stands around a call: its layer, who calls, zipped, and the calls that come first (mtproto.md 4). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "mtproto/gzip.h"
#include "io/conn.h"
#include "mtproto/ids.h"
#include "mtproto/test_one.h"

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

static const char *error_for(struct one *t, struct buf *b)
{
	int64_t id;

	one_call(t, b, &id);
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
	one_call(t, &b, &id);
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
	one_call(t, &b, &id);
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
	one_call(t, &b, &id);
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

/* --- the order of calls */

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
	one_call(t, &b, &second);
	after(&b, second, CALL + 2);
	one_call(t, &b, &third);
	assert_int_equal(t->w->n_calls, 1);
	world_answer(t->w, 0, ANSWER);
	assert_int_equal(t->w->n_calls, 2);
	assert_int_equal(t->w->call[1].id, CALL + 1);
	mt_rpc_error(&e, 400, "NO");
	mt_server_reply(t->w->srv, t->w->call[1].session, second, &e, 0);
	assert_string_equal(peer_error_of(peer_result(&t->p, second)), "400 NO");
	assert_string_equal(peer_error_of(peer_result(&t->p, third)), "400 MSG_WAIT_FAILED");
	after(&b, first, CALL + 3); /* finished: nothing to wait for */
	one_call(t, &b, &fourth);
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
	one_call(t, &b, &last);
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
	one_call(t, &b, &last);
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
	one_call(t, &b, &second);
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
	one_call(t, &b, &second);
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
		one_call(t, &b, &id);
		if (peer_next(&t->p) && t->p.at > 1)
			break;
	}
	assert_in_range(i, 2, 5);
	for (i = 0; i < 30; i++) {
		unsigned before = t->w->n_calls;

		buf_u32(&b, CALL);
		buf_put(&b, buf_reserve(&b, 1000000), 1000000);
		one_call(t, &b, &id);
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
	one_call(t, &b, &id);
	assert_int_equal(t->w->n_calls, 1);
	assert_int_equal(t->w->call[0].id, CALL + 1);
}

#define T(f) cmocka_unit_test_setup_teardown(f, one_setup, one_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(layers),         T(wrappers_in_any_order), T(wrappers_gone_wrong),
		T(order_of_calls), T(order_after_several),   T(big_calls_are_bounded),
		T(business),       T(order_of_the_unheard),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
