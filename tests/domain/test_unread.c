/*
 * test_unread.c - what is unread in a supergroup is derived from ids, marks and gaps: here it is what counting the rows says, whatever
 * happened. TEST_SEED=N repeats a stream.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "domain/channels/channel.h"
#include "domain/channels/rights.h"
#include "domain/messages/message.h"
#include "room.h"
#include "sql/sql.h"
#include "store/dialog.h"
#include "updates/peer.h"

enum { PEOPLE = 4, STEPS = 1200, BULK = 60 };

struct s {
	struct world *w;
	struct person p[PEOPLE]; /* the first is the creator */
	bool in[PEOPLE];
	int64_t room;
	unsigned seed;
	char done[64]; /* the last thing */
};

static int below(struct s *s, int n)
{
	s->seed = s->seed * 1103515245u + 12345u;
	return (int)((s->seed >> 16) % (unsigned)n);
}

static int32_t top(struct s *s);

/* --- what happens */

static void say(struct s *s, int who)
{
	if (s->in[who])
		talk_call(s->w, s->p[who], room_say_q(s->w, s->p[who], s->room, "text"));
}

struct bulk {
	struct s *s;
	int32_t n;
};

/* Many at once, by nobody who is looked at, so that ids cross the blocks in which gaps are counted. */
static int post_many(struct rpc_call *c, void *arg)
{
	struct bulk *b = arg;
	struct channel ch;
	int32_t id;
	int r;

	c->user_id = 0;
	for (int i = 0; i < b->n; i++) {
		struct tl_message *m = TL_NEW(&c->arena, message);
		struct message_draft draft = {.from = peer_channel(b->s->room), .content = &m->o};

		m->message = SLICE_LIT("many");
		if ((r = channel_load(c, b->s->room, &ch)) < 0 || (r = message_post(c, &ch, &draft, &id)) < 0)
			return r;
	}
	return 0;
}

static void remove_some(struct s *s)
{
	struct tl_channels_deleteMessages *q = Q(s, channels_deleteMessages);
	int32_t n = 1 + below(s, 30), *ids = ARENA_ARRAY(world_arena(s->w), int32_t, n), last = top(s);

	/* Anywhere, a row of neighbours, or the newest. */
	switch (below(s, 3)) {
	case 0:
		for (int i = 0; i < n; i++)
			ids[i] = 2 + below(s, last);
		break;
	case 1:
		ids[0] = 2 + below(s, last);
		for (int i = 1; i < n; i++)
			ids[i] = ids[i - 1] + 1;
		break;
	default:
		for (int i = 0; i < n; i++)
			ids[i] = last > i + 2 ? last - i : 2;
	}
	q->channel = world_channel(s->w, s->p[0], s->room);
	q->id = (struct tl_vec_int){ids, (uint32_t)n};
	talk_call(s->w, s->p[0], &q->o);
}

static void reads(struct s *s, int who)
{
	if (s->in[who])
		room_read(s->w, s->p[who], s->room, below(s, 5) ? 1 + below(s, top(s) + 1) : 0);
}

static void pins(struct s *s)
{
	struct tl_messages_updatePinnedMessage *q = Q(s, messages_updatePinnedMessage);

	q->peer = world_channel_peer(s->w, s->p[0], s->room);
	q->id = top(s);
	world_call(s->w, s->p[0], &q->o); /* refused, where it is a service message */
}

static void comes_or_goes(struct s *s, int who)
{
	bool thrown = below(s, 2);

	if (who == 0)
		return;
	if (!s->in[who]) {
		room_invite(s->w, s->p[0], s->room, s->p[who]);
	} else if (thrown) {
		talk_call(s->w, s->p[0], room_ban_q(s->w, s->p[0], s->room, s->p[who], BAN_VIEW, 0));
		talk_call(s->w, s->p[0], room_ban_q(s->w, s->p[0], s->room, s->p[who], 0, 0));
	} else {
		talk_call(s->w, s->p[who], room_leave_q(s->w, s->p[who], s->room));
	}
	s->in[who] = !s->in[who];
}

static void hides(struct s *s, int who)
{
	struct tl_channels_deleteParticipantHistory *q = Q(s, channels_deleteParticipantHistory);

	q->channel = world_channel(s->w, s->p[0], s->room);
	q->participant = world_peer(s->w, s->p[0], s->p[who].id);
	talk_call(s->w, s->p[0], &q->o);
}

static void step(struct s *s)
{
	int what = below(s, 100), who = below(s, PEOPLE);
	struct bulk bulk = {.s = s, .n = 1 + below(s, BULK)};

	snprintf(s->done, sizeof(s->done), "%d by %d", what, who);
	if (what < 40)
		say(s, who);
	else if (what < 50)
		assert_int_equal(world_write(s->w, post_many, &bulk), 0);
	else if (what < 68)
		remove_some(s);
	else if (what < 84)
		reads(s, who);
	else if (what < 89)
		pins(s);
	else if (what < 98)
		comes_or_goes(s, who);
	else
		hides(s, who);
}

/* --- what must be */

struct count {
	struct s *s;
	int64_t user, n, top;
	int32_t read_in, derived;
};

static int count_rows(struct rpc_call *c, void *arg)
{
	struct count *k = arg;
	int64_t key = peer_channel(k->s->room);
	struct store_dialog d;
	struct sql_stmt *s;
	int r;

	s = sql_prepare(c->db, "SELECT max(id) FROM msg WHERE owner = $1 AND peer = $1");
	sql_bind_int(s, 1, key);
	if ((r = sql_value(s, &k->top)) < 0 ||
	    (r = store_dialog_get(c->db, k->user, key, &c->arena, &d)) < 0 ||
	    (r = channel_unread(c, k->s->room, d.read_in, d.unread, &k->derived)) < 0)
		return r;
	k->read_in = d.read_in;
	s = sql_prepare(
		c->db,
		"SELECT count(*) FROM msg WHERE owner = $1 AND peer = $1 AND id > $2 AND origin_owner <> $3");
	sql_bind_int(s, 1, key);
	sql_bind_int(s, 2, d.read_in);
	sql_bind_int(s, 3, k->user);
	r = sql_value(s, &k->n);
	return r < 0 ? r : 0;
}

static int32_t top(struct s *s)
{
	struct count k = {.s = s};

	assert_int_equal(world_write(s->w, count_rows, &k), 0);
	return (int32_t)k.top;
}

static struct tl_dialog *dialog(struct s *s, int who)
{
	struct tl_messages_getPeerDialogs *q = Q(s, messages_getPeerDialogs);
	struct tl_inputDialogPeer *p = Q(s, inputDialogPeer);

	p->peer = world_channel_peer(s->w, s->p[who], s->room);
	q->peers = tl_vec_new(world_arena(s->w), 1);
	q->peers.v[0] = &p->o;
	return TL_AS(dialog, TL_AS(messages_peerDialogs, talk_call(s->w, s->p[who], &q->o))->dialogs.v[0]);
}

/* By the server's own reckoning, and now and then as a client hears it. */
static void compare(struct s *s, int i)
{
	for (int who = 0; who < PEOPLE; who++) {
		struct count k = {.s = s, .user = s->p[who].id};
		struct tl_dialog *d;

		if (!s->in[who])
			continue;
		assert_int_equal(world_write(s->w, count_rows, &k), 0);
		if (k.derived != k.n)
			fail_msg("step %d (%s): %d unread for %d above %d, not %lld", i, s->done, k.derived,
			         who, k.read_in, (long long)k.n);
		if (i % 10)
			continue;
		d = dialog(s, who);
		assert_int_equal(d->unread_count, k.n);
		assert_int_equal(d->read_inbox_max_id, k.read_in);
		assert_int_equal(d->top_message, k.top);
	}
}

static int setup(void **state)
{
	const char *seed = getenv("TEST_SEED");
	struct s *s = calloc(1, sizeof(*s));

	s->w = world_new();
	s->seed = seed ? (unsigned)atoi(seed) : 7;
	for (int i = 0; i < PEOPLE; i++) {
		char phone[16];

		snprintf(phone, sizeof(phone), "1555000%d", i + 1);
		s->p[i] = world_person(s->w, phone, "Person", "");
	}
	s->room = room_create(s->w, s->p[0], false);
	s->in[0] = true;
	*state = s;
	return 0;
}

static void test_derived(void **state)
{
	struct s *s = *state;

	for (int i = 1; i < PEOPLE - 1; i++)
		comes_or_goes(s, i);
	for (int i = 0; i < STEPS; i++) {
		step(s);
		compare(s, i);
	}
	assert_true(top(s) > 3 * 1024);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_derived, setup, world_teardown)};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("unread", tests, NULL, NULL);
}
