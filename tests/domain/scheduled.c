/* scheduled.c - see scheduled.h. */
#include "scheduled.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"

int32_t scheduled_in(int n)
{
	return (int32_t)clock_unix() + n;
}

struct tl_messages_sendMessage *scheduled_say(struct s *s, struct tl_obj *peer, const char *text,
                                              int32_t date)
{
	struct tl_messages_sendMessage *q = Q(s, messages_sendMessage);

	q->peer = peer;
	q->message = slice_str(text);
	q->random_id = ++s->random_id;
	q->has_schedule_date = date != 0;
	q->schedule_date = date;
	return q;
}

struct tl_message *scheduled_listed(struct tl_obj *updates)
{
	struct tl_obj *u = talk_update(updates, TL_updateNewScheduledMessage);

	assert_non_null(u);
	return TL_AS(message, TL_AS(updateNewScheduledMessage, u)->message);
}

struct tl_obj *scheduled_history_q(struct s *s, struct tl_obj *peer, int64_t hash)
{
	struct tl_messages_getScheduledHistory *q = Q(s, messages_getScheduledHistory);

	q->peer = peer;
	q->hash = hash;
	return &q->o;
}

struct tl_vec scheduled_history(struct s *s, struct person who, struct tl_obj *peer)
{
	return TL_AS(messages_messages, talk_call(s->w, who, scheduled_history_q(s, peer, 0)))->messages;
}

static struct tl_vec_int ids(struct s *s, int32_t id)
{
	int32_t *v = ARENA_NEW(world_arena(s->w), int32_t);

	*v = id;
	return (struct tl_vec_int){v, 1};
}

struct tl_obj *scheduled_send_q(struct s *s, struct tl_obj *peer, int32_t id)
{
	struct tl_messages_sendScheduledMessages *q = Q(s, messages_sendScheduledMessages);

	q->peer = peer;
	q->id = ids(s, id);
	return &q->o;
}

struct tl_obj *scheduled_delete_q(struct s *s, struct tl_obj *peer, int32_t id)
{
	struct tl_messages_deleteScheduledMessages *q = Q(s, messages_deleteScheduledMessages);

	q->peer = peer;
	q->id = ids(s, id);
	return &q->o;
}

void scheduled_until_empty(struct s *s, struct person who, struct tl_obj *peer)
{
	for (int i = 0; i < 1000 && scheduled_history(s, who, peer).n; i++)
		usleep(10000);
	assert_int_equal(scheduled_history(s, who, peer).n, 0);
}

int scheduled_setup(void **state)
{
	int r = three_setup(state);

	world_start_jobs(((struct s *)*state)->w);
	return r;
}
