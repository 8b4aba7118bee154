/* test_chat_many.c - basic groups and their jobs: with many members, who has a message at once and who behind, in which order, and what that costs; becoming a supergroup; the end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "domain/chats/chat.h"
#include "domain/chats/jobs.h"
#include "group.h"
#include "sql/sql.h"
#include "store/chat.h"
#include "store/chat_out.h"
#include "store/msg.h"
#include "updates/peer.h"

enum { MANY = 60, SENDS = 5 };

struct step {
	struct four *s;
	int64_t chat;
	bool again;
	int (*job)(struct rpc_call *c, const struct store_job *j, struct jobs_next *next);
};

static int job_step(struct rpc_call *c, void *arg)
{
	struct step *t = arg;
	struct store_job j = {.owner = peer_chat(t->chat)};
	struct jobs_next next = {0};
	int r = t->job(c, &j, &next);

	t->again = next.again;
	return r;
}

static int count_jobs(struct rpc_call *c, void *arg)
{
	struct sql_stmt *s = sql_prepare(c->db, "SELECT count(*) FROM job WHERE kind = 'chat-deliver'");

	*(int64_t *)arg = sql_step(s) == 1 ? sql_int(s, 0) : -1;
	sql_done(s);
	return 0;
}

static int count_contents(struct rpc_call *c, void *arg)
{
	struct sql_stmt *s = sql_prepare(c->db, "SELECT count(*), sum(refs) FROM content");

	if (sql_step(s) == 1) {
		((int64_t *)arg)[0] = sql_int(s, 0);
		((int64_t *)arg)[1] = sql_int(s, 1);
	}
	sql_done(s);
	return 0;
}

static void run_job(struct four *s, int64_t chat)
{
	struct step t = {.s = s, .chat = chat, .again = true, .job = chat_deliver_job};

	while (t.again)
		assert_int_equal(world_write(s->w, job_step, &t), 0);
}

/* The first members have it at once, the others behind, and all in the same order, whoever writes in between. */
static void test_many(void **state)
{
	struct four *s = *state;
	struct person all[MANY];
	int64_t chat, n, contents[2];
	char said[16], phone[16];
	struct tl_vec first, v;
	struct step t;

	for (int i = 0; i < MANY; i++) {
		snprintf(phone, sizeof(phone), "1777%05d", i);
		all[i] = world_person(s->w, phone, "M", "");
		world_connect(s->w, all[i], all[i].key, 0);
	}
	chat = group_in(group_create(s, s->a, all, MANY)->updates)->id;
	assert_int_equal(world_write(s->w, count_jobs, &n), 0);
	assert_int_equal(n, 1);
	for (int i = 0; i < SENDS; i++) {
		snprintf(said, sizeof(said), "m%d", i);
		/* One of the last, who has waited for what was before. */
		group_say(s, i % 2 ? all[MANY - 1 - i] : s->a, chat, said, 0);
		t = (struct step){.s = s, .chat = chat, .job = chat_deliver_job};
		if (i == 2)
			assert_int_equal(world_write(s->w, job_step, &t), 0);
	}
	run_job(s, chat);
	first = group_history(s, s->a, chat);
	assert_int_equal(first.n, SENDS + 1);
	for (int i = 0; i < MANY; i++) {
		v = group_history(s, all[i], chat);
		assert_int_equal(v.n, SENDS + 1);
		for (uint32_t k = 0; k < SENDS; k++)
			assert_string_equal(group_text(s, TL_AS(message, v.v[k])->message),
			                    group_text(s, TL_AS(message, first.v[k])->message));
	}
	assert_int_equal(world_write(s->w, count_contents, contents), 0);
	assert_int_equal(contents[0], SENDS + 1);
	assert_int_equal(contents[1], (SENDS + 1) * (MANY + 1));
}

/* What waits for somebody comes before he is out; what follows does not. */
static void test_kicked_behind(void **state)
{
	struct four *s = *state;
	struct person all[MANY];
	char phone[16];
	struct tl_vec v;
	int64_t chat;

	for (int i = 0; i < MANY; i++) {
		snprintf(phone, sizeof(phone), "1777%05d", i);
		all[i] = world_person(s->w, phone, "M", "");
		world_connect(s->w, all[i], all[i].key, 0);
	}
	chat = group_in(group_create(s, s->a, all, MANY)->updates)->id;
	group_say(s, s->a, chat, "before", 0);
	talk_call(s->w, s->a, group_delete_q(s, s->a, chat, all[MANY - 1].id));
	group_say(s, s->a, chat, "after", 0);
	run_job(s, chat);
	v = group_history(s, all[MANY - 1], chat);
	assert_int_equal(v.n, 3);
	assert_true(TL_IS(messageActionChatDeleteUser, TL_AS(messageService, v.v[0])->action));
	assert_int_equal(group_history(s, all[MANY - 2], chat).n, 4);
}

/* Pages of the log that one send to a group of so many writes in its own call. */
static long send_pages(struct four *s, const struct person *all, uint32_t n)
{
	int64_t chat = group_in(group_create(s, s->a, all, n)->updates)->id;
	char path[512];
	struct stat before, after;

	run_job(s, chat);
	group_say(s, s->a, chat, "first", 0);
	run_job(s, chat);
	snprintf(path, sizeof(path), "%s/db-wal", world_dir(s->w));
	assert_int_equal(stat(path, &before), 0);
	group_say(s, s->a, chat, "second", 0);
	assert_int_equal(stat(path, &after), 0);
	run_job(s, chat);
	return (after.st_size - before.st_size) / 4096;
}

static void test_cost(void **state)
{
	struct four *s = *state;
	struct person all[199];
	char phone[16];
	long few, many;

	for (int i = 0; i < 199; i++) {
		snprintf(phone, sizeof(phone), "1777%05d", i);
		all[i] = world_person(s->w, phone, "M", "");
		world_connect(s->w, all[i], all[i].key, 0);
	}
	few = send_pages(s, all, 20);
	many = send_pages(s, all, 199);
	print_message("# pages: %ld of 20, %ld of 199\n", few, many);
	assert_true(few > 0);
	assert_true(many <= few * 2 && many <= 160);
}

/* Who is behind does something: first all that waits for him comes, and nothing of it is lost. */
static void test_behind(void **state)
{
	struct four *s = *state;
	struct tl_messages_deleteMessages *del = Q(s, messages_deleteMessages);
	struct tl_messages_editMessage *edit = Q(s, messages_editMessage);
	struct person all[MANY], last;
	struct tl_message *own, *gone, *kept;
	char phone[16];
	struct tl_vec v;
	int64_t chat;

	for (int i = 0; i < MANY; i++) {
		snprintf(phone, sizeof(phone), "1777%05d", i);
		all[i] = world_person(s->w, phone, "M", "");
		world_connect(s->w, all[i], all[i].key, 0);
	}
	last = all[MANY - 1];
	chat = group_in(group_create(s, s->a, all, MANY)->updates)->id;
	own = group_say(s, last, chat, "own", 0);
	run_job(s, chat);
	gone = group_say(s, s->a, chat, "gone", 0);
	run_job(s, chat);
	assert_string_equal(group_text(s, group_top(s, last, chat)->message), "gone");
	del->revoke = true;
	del->id = (struct tl_vec_int){&gone->id, 1};
	talk_call(s->w, s->a, &del->o); /* waits for the last */
	group_say(s, s->a, chat, "new", 0);
	assert_int_equal(group_history(s, last, chat).n, 3);
	edit->peer = group_peer(s, chat);
	edit->id = own->id;
	edit->message = SLICE_LIT("own!");
	talk_call(s->w, last, &edit->o);
	v = group_history(s, last, chat);
	assert_int_equal(v.n, 3);
	assert_string_equal(group_text(s, TL_AS(message, v.v[0])->message), "new");
	group_say(s, s->a, chat, "newer", 0);
	kept = TL_AS(message, v.v[0]);
	del->revoke = false;
	del->id = (struct tl_vec_int){&kept->id, 1};
	assert_int_equal(TL_AS(messages_affectedMessages, talk_call(s->w, last, &del->o))->pts_count, 1);
	v = group_history(s, last, chat);
	assert_int_equal(v.n, 3);
	assert_string_equal(group_text(s, TL_AS(message, v.v[0])->message), "newer");
	run_job(s, chat);
	v = group_history(s, all[MANY - 2], chat);
	assert_int_equal(v.n, 4);
	assert_string_equal(group_text(s, TL_AS(message, v.v[2])->message), "own!");
}

static void test_migrated(void **state)
{
	struct four *s = *state;
	int64_t chat = group_room(s), channel = 0;
	struct tl_messages_migrateChat *q = Q(s, messages_migrateChat);
	struct tl_channels_getFullChannel *full_q = Q(s, channels_getFullChannel);
	struct step t = {.s = s, .chat = chat, .again = true, .job = chat_migrate_job};
	struct tl_updates *u;
	struct tl_channelFull *f;
	struct tl_obj *o;

	q->chat_id = chat;
	talk_refused(s->w, s->b, &q->o, "400 CHAT_ADMIN_REQUIRED");
	group_say(s, s->b, chat, "old", 0);
	u = TL_AS(updates, talk_call(s->w, s->a, &q->o));
	for (uint32_t i = 0; i < u->chats.n; i++)
		if (TL_IS(channel, u->chats.v[i]))
			channel = TL_AS(channel, u->chats.v[i])->id;
	assert_true(channel > 0);
	assert_true(group_in(&u->o)->deactivated);
	o = talk_update(&u->o, TL_updateNewChannelMessage);
	assert_non_null(o);
	assert_int_equal(TL_AS(messageService, TL_AS(updateNewChannelMessage, o)->message)->id, 1);
	while (t.again)
		assert_int_equal(world_write(s->w, job_step, &t), 0);
	full_q->channel = world_channel(s->w, s->b, channel);
	f = TL_AS(channelFull, TL_AS(messages_chatFull, talk_call(s->w, s->b, &full_q->o))->full_chat);
	assert_int_equal(f->participants_count, 3);
	assert_int_equal(f->migrated_from_chat_id, chat);
	assert_int_equal(f->migrated_from_max_id, group_top_service(s, s->b, chat)->id);
	assert_true(TL_IS(messageActionChatMigrateTo, group_top_service(s, s->c, chat)->action));
	talk_refused(s->w, s->a, group_say_q(s, chat, "x", 0), "403 CHAT_WRITE_FORBIDDEN");
	assert_non_null(world_update(world_pushes(s->w, s->b.key), TL_updateChannel));
}

static void test_closed(void **state)
{
	struct four *s = *state;
	int64_t chat = group_room(s), contents[2];
	struct tl_messages_deleteChat *q = Q(s, messages_deleteChat);
	struct tl_messages_getFullChat *full_q = Q(s, messages_getFullChat);
	struct step t = {.s = s, .chat = chat, .again = true, .job = chat_close_job};
	struct tl_obj *u;

	for (int i = 0; i < 30; i++)
		group_say(s, i % 2 ? s->a : s->b, chat, "x", 0);
	talk_call(s->w, s->c, group_delete_q(s, s->c, chat, s->c.id));
	world_pushes(s->w, s->b.key);
	q->chat_id = full_q->chat_id = chat;
	talk_refused(s->w, s->b, &q->o, "400 CHAT_ADMIN_REQUIRED");
	talk_refused(s->w, s->c, &q->o, "400 CHAT_ID_INVALID");
	talk_refused(s->w, s->d, &q->o, "400 CHAT_ID_INVALID");
	talk_call(s->w, s->a, &q->o);
	u = world_pushes(s->w, s->b.key).v[0];
	assert_non_null(talk_update(u, TL_updateChat));
	assert_true(TL_IS(chatForbidden, TL_AS(updates, u)->chats.v[0]));
	talk_refused(s->w, s->b, group_say_q(s, chat, "x", 0), "403 CHAT_WRITE_FORBIDDEN");
	talk_refused(s->w, s->b, &full_q->o, "400 CHAT_ID_INVALID");
	while (t.again)
		assert_int_equal(world_write(s->w, job_step, &t), 0);
	assert_int_equal(group_history(s, s->a, chat).n, 0);
	assert_int_equal(group_history(s, s->b, chat).n, 0);
	assert_true(group_history(s, s->c, chat).n > 0); /* who had left keeps what is his */
	assert_int_equal(world_write(s->w, count_contents, contents), 0);
	assert_int_equal(contents[0], contents[1]);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, group_setup, world_teardown)
	const struct CMUnitTest tests[] = {
		T(test_many),   T(test_kicked_behind), T(test_behind),
		T(test_closed), T(test_cost),          T(test_migrated),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
