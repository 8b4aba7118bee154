/* test_told.c - nobody finds a message in an answer before he was told of it; and nobody waits for what is told to nobody. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/err.h"
#include "domain/auth/session.h"
#include "domain/users/view.h"
#include "world.h"

enum { MESSAGES = 400 };

struct s {
	struct world *w;
	struct person a;
	_Atomic bool done;
};

static int setup(void **state)
{
	struct s *s = calloc(1, sizeof(*s));

	s->w = world_new();
	s->a = world_person(s->w, "15550001", "Ann", "");
	*state = s;
	return 0;
}

static int say(struct rpc_call *c, void *arg)
{
	return service_message(c, ((struct s *)arg)->a.id, SLICE_LIT("so it is"));
}

static int say_and_fail(struct rpc_call *c, void *arg)
{
	int r = say(c, arg);

	return r < 0 ? r : -ERR_NOTFOUND;
}

static void *writer(void *arg)
{
	struct s *s = arg;

	for (int i = 0; i < MESSAGES; i++) {
		assert_int_equal(world_write(s->w, say, s), 0);
		if (i % 10 == 0)
			assert_int_equal(world_write(s->w, say_and_fail, s), -ERR_NOTFOUND);
	}
	s->done = true;
	return NULL;
}

static const struct tl_dialog *row(struct s *s)
{
	struct tl_messages_getPeerDialogs *q = Q(s, messages_getPeerDialogs);
	struct tl_inputDialogPeer *p = Q(s, inputDialogPeer);
	struct tl_messages_peerDialogs *o;

	p->peer = world_peer(s->w, s->a, SERVICE_USER);
	q->peers = tl_vec_new(world_arena(s->w), 1);
	q->peers.v[0] = &p->o;
	o = TL_AS(messages_peerDialogs, world_call(s->w, s->a, &q->o));
	return o ? TL_AS(dialog, o->dialogs.v[0]) : NULL; /* NULL: he asks too often */
}

static int unread_at_last(struct s *s)
{
	const struct tl_dialog *d;

	while (!(d = row(s)))
		usleep(100000);
	return d->unread_count;
}

static void test_pushed_before_shown(void **state)
{
	struct s *s = *state;
	const struct tl_dialog *d;
	pthread_t other;
	int seen = 0, early = 0;

	assert_int_equal(world_write(s->w, say, s), 0);
	assert_int_equal(pthread_create(&other, NULL, writer, s), 0);
	while (!s->done) {
		d = row(s);
		early += d && world_pushed_up_to(s->w, s->a.key) < d->top_message;
		seen += d != NULL;
	}
	pthread_join(other, NULL);
	assert_int_equal(unread_at_last(s), MESSAGES + 1);
	assert_int_equal(early, 0);
	assert_true(seen > 10);
}

/* His keys are gone: nothing is pushed, and whoever asks all the same (a key that just comes) is answered. */
static void test_nobody_there(void **state)
{
	struct s *s = *state;
	pthread_t other;

	world_connect(s->w, s->a, s->a.key, 0);
	assert_int_equal(world_write(s->w, say, s), 0);
	assert_int_equal(pthread_create(&other, NULL, writer, s), 0);
	while (!s->done)
		row(s);
	pthread_join(other, NULL);
	assert_int_equal(unread_at_last(s), MESSAGES + 1);
	assert_int_equal(world_pushed_up_to(s->w, s->a.key), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_pushed_before_shown, setup, world_teardown),
		cmocka_unit_test_setup_teardown(test_nobody_there, setup, world_teardown),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
