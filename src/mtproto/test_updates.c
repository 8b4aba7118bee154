/* test_updates.c - who gets updates; and that every transport carries a whole conversation. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "mtproto/ids.h"
#include "mtproto/test_one.h"

static void who_gets_updates(void **state)
{
	struct one *t = *state;
	struct peer second = {0}, media = {0}, random = {0};
	struct got *g;

	peer_init(&t->p, 200);
	assert_true(t->w->online);
	assert_int_equal(t->w->online_layer, 200);
	one_push(t, 0x0aaaaaa1);
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
	one_push(t, 0x0aaaaaa2); /* the oldest, until another asks */
	assert_non_null(peer_find(&t->p, 0x0aaaaaa2));
	assert_null(peer_find(&second, 0x0aaaaaa2));
	mt_server_wants_updates(t->w->srv, t->w->call[t->w->n_calls - 1].session);
	one_push(t, 0x0aaaaaa3);
	assert_non_null(peer_find(&second, 0x0aaaaaa3));
	assert_null(peer_find(&t->p, 0x0aaaaaa3));
	assert_null(peer_find(&media, 0x0aaaaaa3));
	peer_close(&second);
	one_push(t, 0x0aaaaaa4);
	assert_non_null(peer_find(&t->p, 0x0aaaaaa4));
	peer_close(&t->p);
	assert_false(t->w->online); /* the media one does not count */
	one_push(t, 0x0aaaaaa5);
	assert_null(peer_find(&media, 0x0aaaaaa5));
	/* Clients that mean nothing leave random bytes where the DC stands: they do get updates. */
	peer_open(&random, t->w, "127.0.0.1", TR_ABRIDGED, true, -23456);
	peer_use_key(&random, t->k);
	peer_init(&random, 200);
	assert_true(t->w->online);
	one_push(t, 0x0aaaaaa6);
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
	one_call(t, &b, &id);
	assert_false(t->w->online);
	one_push(t, 0x0aaaaaa7);
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
			peer_ping(&p, peer_next_id(&p));
			assert_non_null(peer_find(&p, (uint32_t)MT_pong));
		}
		peer_fini(&p);
	}
}

#define T(f) cmocka_unit_test_setup_teardown(f, one_setup, one_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(who_gets_updates),
		T(without_updates),
		T(the_end_of_a_key_is_still_told),
		T(transports),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
