/* test_members.c - who is in a channel: invited, joining, leaving, promoted, restricted, thrown out, and how each sees it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "domain/channels/rights.h"
#include "room.h"
#include "sql/sql.h"
#include "store/channel.h"

struct s {
	struct world *w;
	struct person a, b, c, d; /* a: the owner of what is made here */
};

static int setup(void **state)
{
	struct s *s = calloc(1, sizeof(*s));

	s->w = world_new();
	s->a = world_person(s->w, "15550001", "Ann", "");
	s->b = world_person(s->w, "15550002", "Bob", "Builder");
	s->c = world_person(s->w, "15550003", "Cat", "");
	s->d = world_person(s->w, "15550004", "Dan", "");
	*state = s;
	return 0;
}

static struct tl_messageService *service(struct tl_vec pushes)
{
	struct tl_updateNewChannelMessage *u = TL_AS(updateNewChannelMessage,
	                                             world_update(pushes, TL_updateNewChannelMessage));

	return u ? TL_AS(messageService, u->message) : NULL;
}

static int64_t group_with(struct s *s, struct person who)
{
	int64_t id = room_create(s->w, s->a, false);

	room_invite(s->w, s->a, id, who);
	world_pushes(s->w, who.key);
	return id;
}

static void test_invited(void **state)
{
	struct s *s = *state;
	int64_t id = room_create(s->w, s->a, false);
	struct tl_messageService *m;
	struct tl_vec v;

	room_invite(s->w, s->a, id, s->b);
	v = world_pushes(s->w, s->b.key);
	assert_non_null(world_update(v, TL_updateChannel));
	m = service(v);
	assert_true(TL_IS(messageActionChatAddUser, m->action));
	assert_int_equal(TL_AS(messageActionChatAddUser, m->action)->users.v[0], s->b.id);
	assert_int_equal(room_full(s->w, s->b, id)->participants_count, 2);
	assert_true(TL_IS(channelParticipantSelf, room_participant(s->w, s->b, id, s->b)));
	assert_int_equal(TL_AS(channelParticipantSelf, room_participant(s->w, s->b, id, s->b))->inviter_id,
	                 s->a.id);
}

static void test_invite_refused(void **state)
{
	struct s *s = *state;
	int64_t id = group_with(s, s->b);
	struct tl_channels_inviteToChannel *q = Q(s, channels_inviteToChannel);

	q->channel = world_channel(s->w, s->a, id);
	q->users = tl_vec_new(world_arena(s->w), 1);
	q->users.v[0] = world_user(s->w, s->a, s->b.id);
	talk_refused(s->w, s->a, &q->o, "400 USER_ALREADY_PARTICIPANT");
	talk_call(s->w, s->a, room_ban_q(s->w, s->a, id, s->c, BAN_VIEW, 0));
	q->channel = world_channel(s->w, s->b, id);
	q->users.v[0] = world_user(s->w, s->b, s->c.id);
	talk_refused(s->w, s->b, &q->o, "400 USER_KICKED");
}

static void test_privacy(void **state)
{
	struct s *s = *state;
	int64_t id = room_create(s->w, s->a, false);
	struct tl_channels_inviteToChannel *q = Q(s, channels_inviteToChannel);
	struct tl_account_setPrivacy *p = Q(s, account_setPrivacy);
	struct tl_messages_invitedUsers *o;

	p->key = &Q(s, inputPrivacyKeyChatInvite)->o;
	p->rules = tl_vec_new(world_arena(s->w), 1);
	p->rules.v[0] = &Q(s, inputPrivacyValueDisallowAll)->o;
	talk_call(s->w, s->b, &p->o);
	q->channel = world_channel(s->w, s->a, id);
	q->users = tl_vec_new(world_arena(s->w), 2);
	q->users.v[0] = world_user(s->w, s->a, s->b.id);
	q->users.v[1] = world_user(s->w, s->a, s->c.id);
	o = TL_AS(messages_invitedUsers, talk_call(s->w, s->a, &q->o));
	assert_int_equal(o->missing_invitees.n, 1);
	assert_int_equal(TL_AS(missingInvitee, o->missing_invitees.v[0])->user_id, s->b.id);
	assert_null(room_participant(s->w, s->a, id, s->b));
	assert_non_null(room_participant(s->w, s->a, id, s->c));
}

static void test_join_and_leave(void **state)
{
	struct s *s = *state;
	int64_t id = room_create(s->w, s->a, true);
	struct tl_messages_chatInviteJoinResultOk *ok;
	struct tl_updates *u;

	talk_refused(s->w, s->b, room_join_q(s->w, s->b, id), "400 CHANNEL_PRIVATE");
	room_username(s->w, s->a, id, "room_of_ann");
	talk_call(s->w, s->a, room_say_q(s->w, s->a, id, "before"));
	ok = TL_AS(messages_chatInviteJoinResultOk, talk_call(s->w, s->b, room_join_q(s->w, s->b, id)));
	u = TL_AS(updates, ok->updates);
	assert_non_null(talk_update(&u->o, TL_updateChannel));
	assert_false(TL_AS(channel, u->chats.v[0])->left);
	talk_refused(s->w, s->b, room_join_q(s->w, s->b, id), "400 USER_ALREADY_PARTICIPANT");
	assert_int_equal(room_full(s->w, s->b, id)->unread_count, 0); /* what was before is not news */
	talk_call(s->w, s->a, room_say_q(s->w, s->a, id, "after"));
	assert_int_equal(room_full(s->w, s->b, id)->unread_count, 1);
	assert_non_null(world_update(world_pushes(s->w, s->b.key), TL_updateNewChannelMessage));
	u = TL_AS(updates, talk_call(s->w, s->b, room_leave_q(s->w, s->b, id)));
	assert_true(TL_AS(channel, u->chats.v[0])->left);
	talk_call(s->w, s->a, room_say_q(s->w, s->a, id, "gone"));
	assert_null(world_update(world_pushes(s->w, s->b.key), TL_updateNewChannelMessage));
	talk_refused(s->w, s->b, room_leave_q(s->w, s->b, id), "400 USER_NOT_PARTICIPANT");
	talk_refused(s->w, s->a, room_leave_q(s->w, s->a, id), "400 USER_CREATOR");
	assert_int_equal(room_full(s->w, s->a, id)->participants_count, 1);
}

/* Out of the audience before anything else is said. */
static void test_kicked(void **state)
{
	struct s *s = *state;
	int64_t id = group_with(s, s->b);
	struct tl_channelParticipantBanned *p;
	struct tl_updates *u;
	struct tl_vec v;

	room_invite(s->w, s->a, id, s->c);
	world_pushes(s->w, s->b.key);
	world_pushes(s->w, s->c.key);
	u = TL_AS(updates, talk_call(s->w, s->a, room_ban_q(s->w, s->a, id, s->b, BAN_VIEW, 0)));
	assert_non_null(talk_update(&u->o, TL_updateNewChannelMessage));
	talk_call(s->w, s->a, room_say_q(s->w, s->a, id, "next"));
	v = world_pushes(s->w, s->b.key);
	assert_null(world_update(v, TL_updateNewChannelMessage));
	assert_non_null(world_update(v, TL_updateChannel));
	for (uint32_t i = 0; i < v.n; i++)
		assert_true(TL_IS(channelForbidden, TL_AS(updates, v.v[i])->chats.v[0]));
	assert_true(TL_IS(messageActionChatDeleteUser, service(world_pushes(s->w, s->c.key))->action));
	talk_refused(s->w, s->b, room_say_q(s->w, s->b, id, "still here?"), "400 CHANNEL_PRIVATE");
	p = TL_AS(channelParticipantBanned, room_participant(s->w, s->a, id, s->b));
	assert_true(p->left);
	assert_int_equal(p->kicked_by, s->a.id);
	assert_int_equal(TL_AS(chatBannedRights, p->banned_rights)->until_date, INT32_MAX);
	assert_int_equal(room_full(s->w, s->a, id)->kicked_count, 1);
	talk_call(s->w, s->a, room_ban_q(s->w, s->a, id, s->b, 0, 0));
	assert_int_equal(room_full(s->w, s->a, id)->kicked_count, 0);
	assert_null(room_participant(s->w, s->a, id, s->b));
}

static void test_restricted(void **state)
{
	struct s *s = *state;
	int64_t id = group_with(s, s->b);
	struct tl_channelFull *f;

	talk_call(s->w, s->a, room_ban_q(s->w, s->a, id, s->b, BAN_SEND, (int32_t)clock_unix() + 3600));
	talk_refused(s->w, s->b, room_say_q(s->w, s->b, id, "may I?"), "403 CHAT_WRITE_FORBIDDEN");
	f = room_full(s->w, s->a, id);
	assert_int_equal(f->banned_count, 1);
	assert_int_equal(f->participants_count, 2);
	talk_call(s->w, s->a, room_ban_q(s->w, s->a, id, s->b, 0, 0));
	talk_call(s->w, s->b, room_say_q(s->w, s->b, id, "thanks"));
	assert_int_equal(room_full(s->w, s->a, id)->banned_count, 0);
}

static int make_old(struct rpc_call *c, void *arg)
{
	struct sql_stmt *s = sql_prepare(c->db, "UPDATE chan_member SET until = $1 WHERE until > 0");
	int r;

	sql_bind_int(s, 1, c->now - 1);
	if ((r = sql_run(s)) < 0)
		return r;
	s = sql_prepare(c->db, "UPDATE job SET due = 1 WHERE kind = 'channel-unban'");
	return sql_run(s);
}

/* When its time is over nobody has to do anything; counters follow by a job. */
static void test_ban_ends(void **state)
{
	struct s *s = *state;
	int64_t id = group_with(s, s->b);

	talk_call(s->w, s->a, room_ban_q(s->w, s->a, id, s->b, BAN_SEND, (int32_t)clock_unix() + 3600));
	assert_int_equal(world_write(s->w, make_old, NULL), 0);
	talk_call(s->w, s->b, room_say_q(s->w, s->b, id, "free"));
	assert_int_equal(room_full(s->w, s->a, id)->banned_count, 1);
	world_start_jobs(s->w);
	for (int i = 0; i < 500 && room_full(s->w, s->a, id)->banned_count; i++)
		nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
	assert_int_equal(room_full(s->w, s->a, id)->banned_count, 0);
}

static void test_promoted(void **state)
{
	struct s *s = *state;
	int64_t id = group_with(s, s->b);
	struct tl_channelParticipantAdmin *p;
	int32_t count;
	struct tl_vec v;

	room_invite(s->w, s->a, id, s->c);
	talk_call(s->w, s->a, room_admin_q(s->w, s->a, id, s->b, ADMIN_BAN | ADMIN_ADD_ADMINS));
	v = world_pushes(s->w, s->b.key);
	assert_non_null(world_update(v, TL_updateChannel));
	p = TL_AS(channelParticipantAdmin, room_participant(s->w, s->a, id, s->b));
	assert_true(p->can_edit);
	assert_int_equal(p->promoted_by, s->a.id);
	assert_true(TL_AS(chatAdminRights, p->admin_rights)->ban_users);
	/* No more than he has himself. */
	talk_refused(s->w, s->b, room_admin_q(s->w, s->b, id, s->c, ADMIN_BAN | ADMIN_PIN),
	             "403 RIGHT_FORBIDDEN");
	talk_call(s->w, s->b, room_admin_q(s->w, s->b, id, s->c, ADMIN_BAN));
	talk_refused(s->w, s->c, room_admin_q(s->w, s->c, id, s->d, ADMIN_BAN), "400 CHAT_ADMIN_REQUIRED");
	talk_refused(s->w, s->c, room_ban_q(s->w, s->c, id, s->b, BAN_VIEW, 0), "400 USER_ADMIN_INVALID");
	talk_refused(s->w, s->b, room_admin_q(s->w, s->b, id, s->a, ADMIN_BAN), "400 USER_CREATOR");
	v = room_list(s->w, s->b, id, &Q(s, channelParticipantsAdmins)->o, &count);
	assert_int_equal(count, 3);
	assert_true(TL_IS(channelParticipantCreator, v.v[0]));
	talk_call(s->w, s->a, room_admin_q(s->w, s->a, id, s->b, 0));
	assert_true(TL_IS(channelParticipant, room_participant(s->w, s->a, id, s->b)));
	assert_int_equal(room_full(s->w, s->a, id)->admins_count, 2);
}

/* Whom one may mention, by name; and those whom one knows, as one calls them. */
static void test_mentioned_and_known(void **state)
{
	struct s *s = *state;
	int64_t id = group_with(s, s->b);
	struct tl_channelParticipantsMentions *mention = Q(s, channelParticipantsMentions);
	struct tl_channelParticipantsContacts *known = Q(s, channelParticipantsContacts);
	struct tl_contacts_addContact *add = Q(s, contacts_addContact);
	struct tl_vec v;
	int32_t count;

	room_invite(s->w, s->a, id, s->c);
	mention->q = SLICE_LIT("buil");
	v = room_list(s->w, s->c, id, &mention->o, &count);
	assert_true(v.n == 1 && TL_AS(channelParticipant, v.v[0])->user_id == s->b.id);
	known->q = SLICE_LIT("");
	assert_int_equal(room_list(s->w, s->c, id, &known->o, &count).n, 0);
	add->id = world_user(s->w, s->c, s->b.id);
	add->first_name = SLICE_LIT("Mason");
	add->last_name = add->phone = SLICE_LIT("");
	talk_call(s->w, s->c, &add->o);
	v = room_list(s->w, s->c, id, &known->o, &count);
	assert_true(v.n == 1 && TL_AS(channelParticipant, v.v[0])->user_id == s->b.id);
	known->q = SLICE_LIT("mas");
	assert_int_equal(room_list(s->w, s->c, id, &known->o, &count).n, 1);
	known->q = SLICE_LIT("ann");
	assert_int_equal(room_list(s->w, s->c, id, &known->o, &count).n, 0);
}

static void test_listed(void **state)
{
	struct s *s = *state;
	int64_t id = group_with(s, s->b);
	struct tl_channels_getParticipants *q = Q(s, channels_getParticipants);
	struct tl_channelParticipantsSearch *by_name = Q(s, channelParticipantsSearch);
	struct tl_channelParticipantsKicked *kicked = Q(s, channelParticipantsKicked);
	struct tl_channelParticipantsBanned *restricted = Q(s, channelParticipantsBanned);
	struct tl_vec v;
	int32_t count;
	uint64_t h = 0;

	room_invite(s->w, s->a, id, s->c);
	v = room_list(s->w, s->b, id, &Q(s, channelParticipantsRecent)->o, &count);
	assert_int_equal(count, 3);
	assert_int_equal(v.n, 3);
	by_name->q = SLICE_LIT("buil");
	v = room_list(s->w, s->a, id, &by_name->o, &count);
	assert_int_equal(v.n, 1);
	assert_int_equal(TL_AS(channelParticipant, v.v[0])->user_id, s->b.id);
	kicked->q = restricted->q = SLICE_LIT("");
	talk_call(s->w, s->a, room_ban_q(s->w, s->a, id, s->b, BAN_MEDIA, 0));
	talk_call(s->w, s->a, room_ban_q(s->w, s->a, id, s->c, BAN_VIEW, 0));
	v = room_list(s->w, s->a, id, &kicked->o, &count);
	assert_int_equal(v.n, 1);
	v = room_list(s->w, s->a, id, &restricted->o, &count);
	assert_int_equal(v.n, 1);
	assert_false(TL_AS(channelParticipantBanned, v.v[0])->left);
	q->channel = world_channel(s->w, s->b, id);
	q->filter = &kicked->o;
	talk_refused(s->w, s->b, &q->o, "400 CHAT_ADMIN_REQUIRED");
	/* What is known already is not said again. */
	q->channel = world_channel(s->w, s->a, id);
	q->filter = &Q(s, channelParticipantsAdmins)->o;
	h ^= h >> 21;
	h ^= h << 35;
	h ^= h >> 4;
	q->hash = (int64_t)(h + (uint64_t)s->a.id);
	assert_true(TL_IS(channels_channelParticipantsNotModified, talk_call(s->w, s->a, &q->o)));
	q->hash++;
	assert_true(TL_IS(channels_channelParticipants, talk_call(s->w, s->a, &q->o)));
}

static void test_history_hidden(void **state)
{
	struct s *s = *state;
	int64_t id = room_create(s->w, s->a, false);
	struct tl_channels_togglePreHistoryHidden *q = Q(s, channels_togglePreHistoryHidden);
	struct tl_messages_getHistory *h = Q(s, messages_getHistory);
	struct tl_vec v;

	talk_call(s->w, s->a, room_say_q(s->w, s->a, id, "secret"));
	q->channel = world_channel(s->w, s->a, id);
	q->enabled = true;
	talk_call(s->w, s->a, &q->o);
	talk_refused(s->w, s->a, &q->o, "400 CHAT_NOT_MODIFIED");
	room_invite(s->w, s->a, id, s->b);
	h->peer = world_channel_peer(s->w, s->b, id);
	h->limit = 100;
	v = TL_AS(messages_channelMessages, talk_call(s->w, s->b, &h->o))->messages;
	assert_int_equal(v.n, 1);
	assert_true(TL_IS(messageService, v.v[0]));
	assert_int_equal(room_full(s->w, s->b, id)->available_min_id, 3);
}

static int count_changes(struct rpc_call *c, void *arg)
{
	*(int64_t *)arg = sql_all_changes(c->db);
	return 0;
}

static int64_t changes(struct s *s)
{
	int64_t n;

	assert_int_equal(world_write(s->w, count_changes, &n), 0);
	return n;
}

/* Rows written by a join, a post, a reading and a leave of one in a channel. */
static int64_t cost(struct s *s, int64_t id, struct person who)
{
	int64_t before = changes(s);

	talk_call(s->w, who, room_join_q(s->w, who, id));
	talk_call(s->w, s->a, room_say_q(s->w, s->a, id, "one more"));
	room_read(s->w, who, id, 1000000);
	talk_call(s->w, who, room_leave_q(s->w, who, id));
	return changes(s) - before;
}

struct filling {
	int64_t channel;
	int n;
};

static int fill(struct rpc_call *c, void *arg)
{
	struct filling *f = arg;
	struct store_channel row;
	int r = store_channel_get(c->db, f->channel, &c->arena, &row);

	for (int i = 0; r >= 0 && i < f->n; i++) {
		struct store_channel_member m = {.channel = f->channel,
		                                 .user = 500000 + i,
		                                 .role = STORE_CHANNEL_MEMBER,
		                                 .date = c->now};

		r = store_channel_member_put(c->db, &row, &m);
	}
	return r < 0 ? r : 0;
}

/* The same in a channel of twenty thousand as in one of three. */
static void test_cost(void **state)
{
	struct s *s = *state;
	int64_t id = room_create(s->w, s->a, true), few, many;
	struct filling f = {id, 20000};

	room_username(s->w, s->a, id, "costly_room");
	cost(s, id, s->b);
	few = cost(s, id, s->b);
	assert_int_equal(world_write(s->w, fill, &f), 0);
	many = cost(s, id, s->b);
	assert_true(few > 0);
	assert_int_equal(many, few);
	assert_int_equal(room_full(s->w, s->a, id)->participants_count, 20001);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_invited, setup, world_teardown),
		cmocka_unit_test_setup_teardown(test_invite_refused, setup, world_teardown),
		cmocka_unit_test_setup_teardown(test_privacy, setup, world_teardown),
		cmocka_unit_test_setup_teardown(test_join_and_leave, setup, world_teardown),
		cmocka_unit_test_setup_teardown(test_kicked, setup, world_teardown),
		cmocka_unit_test_setup_teardown(test_restricted, setup, world_teardown),
		cmocka_unit_test_setup_teardown(test_ban_ends, setup, world_teardown),
		cmocka_unit_test_setup_teardown(test_promoted, setup, world_teardown),
		cmocka_unit_test_setup_teardown(test_listed, setup, world_teardown),
		cmocka_unit_test_setup_teardown(test_mentioned_and_known, setup, world_teardown),
		cmocka_unit_test_setup_teardown(test_history_hidden, setup, world_teardown),
		cmocka_unit_test_setup_teardown(test_cost, setup, world_teardown),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("members", tests, NULL, NULL);
}
