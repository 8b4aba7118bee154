/* test_readers.c - who has read a message of a small supergroup, and when. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/clock.h"
#include "domain/channels/jobs.h"
#include "domain/channels/rights.h"
#include "jobs/jobs.h"
#include "room.h"
#include "sql/sql.h"
#include "three.h"

static struct tl_obj *readers_q(struct s *s, struct person who, int64_t room, int32_t id)
{
	struct tl_messages_getMessageReadParticipants *q = Q(s, messages_getMessageReadParticipants);

	q->peer = world_channel_peer(s->w, who, room);
	q->msg_id = id;
	return &q->o;
}

static struct tl_vec readers(struct s *s, struct person who, int64_t room, int32_t id)
{
	return TL_AS(vector, talk_call(s->w, who, readers_q(s, who, room, id)))->objs;
}

static int32_t say(struct s *s, struct person who, int64_t room)
{
	struct tl_obj *o = talk_call(s->w, who, room_say_q(s->w, who, room, "hello"));

	return TL_AS(updateMessageID, talk_update(o, TL_updateMessageID))->id;
}

static int age(struct rpc_call *c, void *unused)
{
	return sql_exec(c->db, "UPDATE chan_reader SET date = date - 1000;");
}

static void test_readers(void **state)
{
	struct s *s = *state;
	int64_t room = room_create(s->w, s->a, false);
	const struct tl_readParticipantDate *p;
	int32_t one, two;
	struct tl_vec v;

	room_invite(s->w, s->a, room, s->b);
	room_invite(s->w, s->a, room, s->c);
	one = say(s, s->a, room);
	assert_int_equal(readers(s, s->a, room, one).n, 0);
	room_read(s->w, s->b, room, one);
	assert_int_equal(world_write(s->w, age, NULL), 0);
	two = say(s, s->a, room);
	room_read(s->w, s->b, room, two);
	room_read(s->w, s->c, room, two);
	v = readers(s, s->a, room, two);
	assert_int_equal(v.n, 2);
	/* When he read that one, not the newest. */
	v = readers(s, s->a, room, one);
	assert_int_equal(v.n, 2);
	for (uint32_t i = 0; i < 2; i++) {
		p = TL_AS(readParticipantDate, v.v[i]);
		assert_true(p->user_id == s->b.id || p->user_id == s->c.id);
		assert_int_equal(p->date < (int32_t)clock_unix() - 900, p->user_id == s->b.id);
	}
	talk_call(s->w, s->a, room_ban_q(s->w, s->a, room, s->c, BAN_VIEW, 0));
	assert_int_equal(readers(s, s->a, room, two).n, 1); /* who is no more there is not shown */
}

static int make_old(struct rpc_call *c, void *unused)
{
	return sql_exec(c->db,
	                "UPDATE msg SET date = date - 700000; UPDATE chan_reader SET date = date - 700000;");
}

static int prune(struct rpc_call *c, void *ret)
{
	struct jobs_next next = {0};
	int r = channel_readers_job(c, &(struct store_job){0}, &next);

	return r < 0                                                                        ? r
	       : sql_value(sql_prepare(c->db, "SELECT count(*) FROM chan_reader"), ret) < 0 ? -1
	                                                                                    : 0;
}

static void test_refused(void **state)
{
	struct s *s = *state;
	int64_t room = room_create(s->w, s->a, false), news = room_create(s->w, s->a, true), n;
	int32_t id = say(s, s->a, room), post = say(s, s->a, news);

	room_invite(s->w, s->a, room, s->b);
	room_read(s->w, s->b, room, id + 1);
	talk_refused(s->w, s->b, readers_q(s, s->b, room, id), "400 MSG_ID_INVALID"); /* not his */
	talk_refused(s->w, s->a, readers_q(s, s->a, room, id + 99), "400 MSG_ID_INVALID");
	talk_refused(s->w, s->a, readers_q(s, s->a, news, post), "400 PEER_ID_INVALID");
	assert_int_equal(world_write(s->w, make_old, NULL), 0);
	talk_refused(s->w, s->a, readers_q(s, s->a, room, id), "400 MSG_TOO_OLD");
	assert_int_equal(world_write(s->w, prune, &n), 0);
	assert_int_equal(n, 0);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, three_setup, world_teardown)
	const struct CMUnitTest tests[] = {T(test_readers), T(test_refused)};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
