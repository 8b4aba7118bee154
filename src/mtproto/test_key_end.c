/* test_key_end.c - temporary keys, and how keys and sessions end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "mtproto/ids.h"
#include "mtproto/test_one.h"

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
	one_push(t, 0x0aaaaab1);
	assert_non_null(peer_find(&t->p, 0x0aaaaab1));
	assert_true(t->w->online);
	mt_server_drop_temp(t->w->srv, t->k->id, NULL, 0);
	world_turn(t->w);
	assert_false(t->w->online);
	one_push(t, 0x0aaaaab2);
	assert_null(peer_find(&t->p, 0x0aaaaab2));
	t->w->keys.n--; /* it was the last of them */
	peer_ping(&t->p, peer_next_id(&t->p));
	assert_null(peer_next(&t->p));
	assert_int_equal(t->p.error, -404);
}

static void an_expired_key_is_silent(void **state)
{
	struct one *t = *state;

	use_temp(t, world_add_key(t->w, MT_KEY_TEMP));
	one_push(t, 0x0aaaaab3);
	assert_non_null(peer_find(&t->p, 0x0aaaaab3));
	clock_set_test(87000ll * 1000000);
	one_push(t, 0x0aaaaab4);
	assert_null(peer_find(&t->p, 0x0aaaaab4));
	assert_false(t->p.closed);
	peer_ping(&t->p, peer_next_id(&t->p));
	assert_null(peer_next(&t->p));
	assert_int_equal(t->p.error, -404);
	clock_set_test(0);
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
	assert_int_equal(t->w->keys.n, 0);
	assert_false(t->w->online);
	peer_ping(&t->p, peer_next_id(&t->p));
	assert_null(peer_next(&t->p));
	assert_int_equal(t->p.error, -404);
}

#define T(f) cmocka_unit_test_setup_teardown(f, one_setup, one_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(binding), T(a_dropped_key_is_silent), T(destroying),
		T(an_expired_key_is_silent), /* last: it moves the clock on */
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
