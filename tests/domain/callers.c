/* callers.c - see callers.h. */
#include "callers.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "domain/channels/rights.h"
#include "sql/sql.h"

static const char *const names[CALLERS] = {"owner",
                                           "admin with the right",
                                           "admin without it",
                                           "member",
                                           "restricted",
                                           "banned",
                                           "left",
                                           "stranger",
                                           "bot",
                                           "bot that is an admin with the right"};

/* --- what a call changed: a sum over all rows of the tables that it may have touched */

static int sum_rows(struct rpc_call *c, void *arg)
{
	static const char *const texts[] = {
		"SELECT group_concat(id || ':' || title || ':' || about || ':' || flags || ':' || banned || "
		"':' || slowmode"
		" || ':' || members || ':' || admins || ':' || kicked || ':' || restricted || ':' || "
		"requests || ':' ||"
		" linked) FROM chan",
		"SELECT group_concat(channel || ':' || user_id || ':' || role || ':' || rights || ':' || "
		"banned || ':' ||"
		" until) FROM chan_member",
		"SELECT count(*) || ':' || coalesce(max(pts), 0) FROM upd WHERE owner < 0",
		"SELECT count(*) FROM chan_log",
		"SELECT count(*) || ':' || sum(flags) FROM link",
		"SELECT count(*) FROM join_request",
		"SELECT count(*) FROM chan_of",
		"SELECT group_concat(channel || ':' || id || ':' || title || ':' || flags || ':' || pin) "
		"FROM topic",
		"SELECT count(*) FROM thread_mark",
		"SELECT count(*) FROM msg_reaction",
	};
	struct slice *ret = arg;
	struct buf b = {0};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct sql_stmt *s = sql_prepare(c->db, texts[i]);
		struct slice v;

		if (sql_step(s) == 1) {
			v = sql_bytes(s, 0);
			buf_put(&b, v.p, v.n);
		}
		sql_done(s);
		buf_u8(&b, '|');
	}
	free((void *)(uintptr_t)ret->p);
	*ret = buf_slice(&b);
	return 0;
}

static bool same_rows(struct callers *s, struct slice *had)
{
	struct slice before = {malloc(had->n), had->n};
	bool same;

	memcpy((void *)(uintptr_t)before.p, had->p, had->n);
	assert_int_equal(world_write(s->w, sum_rows, had), 0);
	same = slice_eq(before, *had);
	free((void *)(uintptr_t)before.p);
	return same;
}

/* --- the people */

static bool is_there(int who, enum where where)
{
	/* Readers of a channel are banned or not, and a bot is an admin there or nothing. */
	return where != CHANNEL || (who != RESTRICTED && who != BOT);
}

static void forbid_changes(struct callers *s, int64_t room)
{
	struct tl_messages_editChatDefaultBannedRights *q = Q(s, messages_editChatDefaultBannedRights);

	q->peer = PEER(s, s->p[OWNER], room);
	q->banned_rights = banned_rights_view(world_arena(s->w), BAN_CHANGE_INFO | BAN_PIN | BAN_TOPICS, 0);
	talk_call(s->w, s->p[OWNER], &q->o);
}

static void make_topic(struct callers *s, int64_t room)
{
	struct tl_channels_toggleForum *forum = Q(s, channels_toggleForum);
	struct tl_messages_createForumTopic *q = Q(s, messages_createForumTopic);
	struct tl_obj *u;

	forum->channel = ROOM(s, s->p[OWNER], room);
	forum->enabled = true;
	talk_call(s->w, s->p[OWNER], &forum->o);
	q->peer = PEER(s, s->p[OWNER], room);
	q->title = SLICE_LIT("Topic");
	q->random_id = 500000 + ++s->turn;
	u = talk_update(talk_call(s->w, s->p[OWNER], &q->o), TL_updateNewChannelMessage);
	s->topic = TL_AS(messageService, TL_AS(updateNewChannelMessage, u)->message)->id;
}

/* What is there to be acted on: the owner's post and link, perhaps a topic. */
static void put_things(struct callers *s, int64_t room, enum where where)
{
	struct tl_messages_exportChatInvite *link = Q(s, messages_exportChatInvite);
	struct tl_obj *u;

	u = talk_update(talk_call(s->w, s->p[OWNER], room_say_q(s->w, s->p[OWNER], room, "post")),
	                TL_updateNewChannelMessage);
	s->post = TL_AS(message, TL_AS(updateNewChannelMessage, u)->message)->id;
	link->peer = PEER(s, s->p[OWNER], room);
	link->title = SLICE_LIT("link");
	s->link = TL_AS(chatInviteExported, talk_call(s->w, s->p[OWNER], &link->o))->link;
	if (where == FORUM)
		make_topic(s, room);
}

static void put_in_place(struct callers *s, int64_t room, enum where where, int64_t right)
{
	struct person owner = s->p[OWNER];

	for (int i = ABLE; i < CALLERS; i++)
		if (i != STRANGER && (i < BOT || where != CHANNEL))
			room_invite(s->w, owner, room, s->p[i]);
	room_invite(s->w, owner, room, s->victim);
	room_invite(s->w, owner, room, s->bots_victim);
	talk_call(s->w, owner, room_admin_q(s->w, owner, room, s->p[ABLE], right));
	talk_call(s->w, owner, room_admin_q(s->w, owner, room, s->p[BOT_ADMIN], right));
	/* A right that no row asks for alone. */
	talk_call(s->w, owner, room_admin_q(s->w, owner, room, s->p[OTHER], ADMIN_CALL));
	if (where != CHANNEL)
		talk_call(s->w, owner,
		          room_ban_q(s->w, owner, room, s->p[RESTRICTED],
		                     BAN_SEND | BAN_INVITE | BAN_CHANGE_INFO | BAN_PIN | BAN_REACTIONS, 0));
	put_things(s, room, where);
	talk_call(s->w, owner, room_ban_q(s->w, owner, room, s->p[BANNED], BAN_VIEW, 0));
	talk_call(s->w, s->p[GONE], room_leave_q(s->w, s->p[GONE], room));
	if (where != CHANNEL)
		forbid_changes(s, room);
}

static int offer(struct rpc_call *c, void *unused)
{
	return sql_exec(c->db,
	                "INSERT INTO reaction (place, emoji, title, icon, appear, pick, activate, effect, "
	                "around, center) VALUES (0, '\xf0\x9f\x91\x8d', 'Up', 0, 0, 0, 0, 0, 0, 0);");
}

int callers_setup(void **state)
{
	struct callers *s = calloc(1, sizeof(*s));

	s->w = world_new();
	for (int i = 0; i < CALLERS; i++) {
		char phone[16];

		snprintf(phone, sizeof(phone), "155500%02d", i + 1);
		if (i < BOT)
			s->p[i] = world_person(s->w, phone, names[i], "");
		snprintf(phone, sizeof(phone), "155520%02d", i + 1);
		s->friends[i] = world_person(s->w, phone, "Friend", "");
	}
	s->p[BOT] = room_bot(s->w, s->p[OWNER], "member_bot", 0);
	s->p[BOT_ADMIN] = room_bot(s->w, s->p[OWNER], "admin_bot", 0);
	s->victim = world_person(s->w, "15551001", "Victim", "");
	s->bots_victim = world_person(s->w, "15551002", "Victim", "");
	assert_int_equal(world_write(s->w, offer, NULL), 0);
	*state = s;
	return 0;
}

static const char *answer_of(const struct caller_row *row, int who)
{
	if (who <= STRANGER)
		return row->answer[who];
	return row->bots ? row->bots : row->answer[who == BOT ? MEMBER : ABLE];
}

static const char *const places[] = {"channel", "group", "forum"};

/* All of a table are told of before it fails. */
static void note_wrong(struct callers *s, const struct caller_row *row, int who, const char *got)
{
	const char *wanted = answer_of(row, who);

	print_error("%s of a %s by the %s: %s, not %s\n", row->what, places[row->where], names[who], got,
	            wanted ? wanted : "done");
	s->wrong++;
}

static void one(struct callers *s, const struct caller_row *row, int who, int64_t room)
{
	const char *wanted = answer_of(row, who);
	struct tl_obj *q = row->make(s, s->p[who], room), *o;
	struct slice rows_before = {0};

	assert_int_equal(world_write(s->w, sum_rows, &rows_before), 0);
	o = world_call(s->w, s->p[who], q);
	if (!o != !!wanted || (wanted && strcmp(world_error(s->w), wanted) != 0))
		note_wrong(s, row, who, o ? "done" : world_error(s->w));
	s->done += o != NULL;
	if (wanted && !o && !same_rows(s, &rows_before))
		note_wrong(s, row, who, "refused, and something changed");
	free((void *)(uintptr_t)rows_before.p);
}

/* So that nobody's calls of one row count against those of the next (limits.def), however fast the machine is. */
static void a_minute_passes(void)
{
	static usec_t passed; /* of the process: that clock never falls */

	clock_set_test_usec(passed += 60000000);
}

void callers_table(struct callers *s, const struct caller_row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		int64_t room;

		a_minute_passes();
		room = room_create(s->w, s->p[OWNER], rows[i].where == CHANNEL);

		put_in_place(s, room, rows[i].where, rows[i].right);
		s->done = 0;
		for (int who = CALLERS - 1; who >= 0; who--)
			if (is_there(who, rows[i].where))
				one(s, &rows[i], who, room);
	}
	assert_int_equal(s->wrong, 0);
}

void callers_absent(struct callers *s, const struct caller_row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++)
		talk_refused(s->w, s->p[STRANGER], rows[i].make(s, s->p[STRANGER], ABSENT), GONE_);
}
