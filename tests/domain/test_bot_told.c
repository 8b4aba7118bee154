/* test_bot_told.c - what a bot is told by qts: who stopped it, and who comes and goes where it is an admin. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "domain/channels/jobs.h"
#include "domain/channels/rights.h"
#include "jobs/jobs.h"
#include "room.h"
#include "sql/sql.h"
#include "updates/peer.h"
#include "weather.h"

static void block(struct s *s, struct person who, bool blocked)
{
	struct tl_contacts_block *on = Q(s, contacts_block);
	struct tl_contacts_unblock *off = Q(s, contacts_unblock);

	on->id = off->id = world_peer(s->w, who, s->bot.id);
	talk_call(s->w, who, blocked ? &on->o : &off->o);
}

/* Updates of its difference after this qts, and the qts that it comes to. */
static struct tl_vec told_after(struct s *s, int32_t qts, int32_t *ret_qts)
{
	struct tl_updates_getDifference *q = Q(s, updates_getDifference);
	const struct tl_updates_difference *d;
	struct tl_obj *o;

	q->pts = talk_pts(s->w, s->bot);
	q->date = (int32_t)clock_unix() + 100;
	q->qts = qts;
	o = talk_call(s->w, s->bot, &q->o);
	*ret_qts = qts;
	if (TL_IS(updates_differenceEmpty, o))
		return (struct tl_vec){0};
	d = TL_AS(updates_difference, o);
	assert_non_null(d);
	*ret_qts = TL_AS(updates_state, d->state)->qts;
	assert_non_null(world_find_user(d->users, s->b.id));
	return d->other_updates;
}

static void test_stopped(void **state)
{
	struct s *s = *state;
	const struct tl_updateBotStopped *u;
	struct tl_vec told;
	int32_t qts;

	block(s, s->a, true); /* she has never spoken to it: it hears nothing */
	talk_call(s->w, s->b, weather_start_q(s, s->b, ""));
	world_pushes(s->w, s->bot.key);
	block(s, s->b, true);
	block(s, s->b, true);
	u = TL_AS(updateBotStopped, world_update(world_pushes(s->w, s->bot.key), TL_updateBotStopped));
	assert_non_null(u);
	assert_true(u->stopped && u->user_id == s->b.id && u->date > 0);
	assert_int_equal(u->qts, 2);
	block(s, s->b, false);
	u = TL_AS(updateBotStopped, world_update(world_pushes(s->w, s->bot.key), TL_updateBotStopped));
	assert_non_null(u);
	assert_true(!u->stopped && u->qts == 3);
	/* Whoever was away finds them in its difference, for as long as it does not know them. */
	for (int i = 0; i < 2; i++) {
		told = told_after(s, 1, &qts);
		assert_int_equal(told.n, 2);
		assert_int_equal(TL_AS(updateBotStopped, told.v[0])->qts, 2);
		assert_int_equal(TL_AS(updateBotStopped, told.v[1])->qts, 3);
		assert_int_equal(qts, 3);
	}
	assert_int_equal(told_after(s, 2, &qts).n, 1);
	assert_int_equal(told_after(s, 3, &qts).n, 0);
}

/* What it was told last of somebody's place in a channel; NULL: nothing. */
static const struct tl_updateChannelParticipant *told_of(struct s *s)
{
	return TL_AS(updateChannelParticipant,
	             world_update(world_pushes(s->w, s->bot.key), TL_updateChannelParticipant));
}

static void test_told_of_members(void **state)
{
	struct s *s = *state;
	int64_t group = room_create(s->w, s->a, false);
	const struct tl_updateChannelParticipant *u;
	struct person x = world_person(s->w, "15550003", "Xen", "");

	room_invite(s->w, s->a, group, s->bot);
	u = told_of(s);
	assert_non_null(u); /* it hears of itself */
	assert_true(u->channel_id == group && u->user_id == s->bot.id && u->actor_id == s->a.id &&
	            u->qts == 2);
	assert_true(!u->prev_participant && TL_IS(channelParticipantSelf, u->new_participant));
	room_invite(s->w, s->a, group, s->b);
	assert_null(told_of(s)); /* it is no admin */
	talk_call(s->w, s->a, room_admin_q(s->w, s->a, group, s->bot, ADMIN_INVITE));
	u = told_of(s);
	assert_true(u && TL_IS(channelParticipantAdmin, u->new_participant));
	room_invite(s->w, s->a, group, x);
	u = told_of(s);
	assert_true(u && u->user_id == x.id && TL_IS(channelParticipant, u->new_participant));
	talk_call(s->w, s->a, room_ban_q(s->w, s->a, group, x, BAN_VIEW, 0));
	u = told_of(s);
	assert_true(u && TL_IS(channelParticipant, u->prev_participant) &&
	            TL_IS(channelParticipantBanned, u->new_participant));
	talk_call(s->w, s->b, room_leave_q(s->w, s->b, group));
	u = told_of(s);
	assert_true(u && u->actor_id == s->b.id && u->prev_participant && !u->new_participant);
	talk_call(s->w, s->a, room_ban_q(s->w, s->a, group, s->bot, BAN_VIEW, 0));
	u = told_of(s);
	assert_true(u && u->user_id == s->bot.id && TL_IS(channelParticipantBanned, u->new_participant));
	room_invite(s->w, s->a, group, s->b);
	assert_null(told_of(s));
}

static int end_bans(struct rpc_call *c, void *user)
{
	struct jobs_next next = {0};
	struct store_job j = {.owner = peer_channel(*(int64_t *)user)};
	struct sql_stmt *st = sql_prepare(c->db, "SELECT payload FROM job WHERE kind = 'channel-unban'");
	int r;

	if (sql_step(st) == 1)
		j.payload = sql_copy(st, 0, &c->arena);
	sql_done(st);
	r = sql_exec(c->db, "UPDATE chan_member SET until = 1 WHERE banned <> 0");
	return r < 0 || !j.payload.n ? -1 : channel_unban_job(c, &j, &next);
}

/* A ban that is over: the bot hears it as what the admin who banned him did. */
static void test_told_of_the_end_of_a_ban(void **state)
{
	struct s *s = *state;
	int64_t group = room_create(s->w, s->a, false);
	const struct tl_updateChannelParticipant *u;

	room_invite(s->w, s->a, group, s->b);
	talk_call(s->w, s->a, room_admin_q(s->w, s->a, group, s->bot, ADMIN_INVITE));
	talk_call(s->w, s->a, room_ban_q(s->w, s->a, group, s->b, BAN_SEND, (int32_t)clock_unix() + 3600));
	assert_non_null(told_of(s));
	assert_int_equal(world_write(s->w, end_bans, &group), 0);
	u = told_of(s);
	assert_true(u && u->actor_id == s->a.id && u->user_id == s->b.id);
	assert_true(TL_IS(channelParticipantBanned, u->prev_participant) &&
	            TL_IS(channelParticipant, u->new_participant));
}

static struct tl_chatInviteExported *link_of(struct s *s, struct person who, struct tl_obj *peer, bool asks)
{
	struct tl_messages_exportChatInvite *x = Q(s, messages_exportChatInvite);

	x->peer = peer;
	x->request_needed = asks;
	return TL_AS(chatInviteExported, talk_call(s->w, who, &x->o));
}

static struct tl_obj *follow_q(struct s *s, const struct tl_chatInviteExported *l)
{
	struct tl_messages_importChatInvite *q = Q(s, messages_importChatInvite);
	const size_t prefix = sizeof("https://t.me/+") - 1;

	q->hash = slice_of(l->link.p + prefix, l->link.n - prefix);
	return &q->o;
}

/* Half of a link that is another's. */
static void is_half(const struct tl_obj *invite, const struct tl_chatInviteExported *l)
{
	const struct tl_chatInviteExported *got = TL_AS(chatInviteExported, invite);

	assert_non_null(got);
	assert_int_equal(got->admin_id, l->admin_id);
	assert_true(got->link.n < l->link.n && memcmp(got->link.p + got->link.n - 3, "...", 3) == 0);
	assert_memory_equal(got->link.p, l->link.p, got->link.n - 3);
}

/* By which link somebody came, and that he asked, and who let him in. */
static void test_told_of_links(void **state)
{
	struct s *s = *state;
	int64_t group = room_create(s->w, s->a, false);
	struct tl_obj *at = world_channel_peer(s->w, s->a, group);
	struct tl_messages_hideChatJoinRequest *let_in = Q(s, messages_hideChatJoinRequest);
	struct tl_channels_toggleJoinRequest *ask = Q(s, channels_toggleJoinRequest);
	struct person x = world_person(s->w, "15550003", "Xen", ""),
		      y = world_person(s->w, "15550004", "Yak", "");
	const struct tl_updateChannelParticipant *u;
	const struct tl_chatInviteExported *l;

	talk_call(s->w, s->a, room_admin_q(s->w, s->a, group, s->bot, ADMIN_INVITE));
	assert_non_null(told_of(s));
	l = link_of(s, s->a, at, false);
	talk_call(s->w, s->b, follow_q(s, l));
	u = told_of(s);
	assert_true(u && u->user_id == s->b.id && u->actor_id == s->b.id);
	is_half(u->invite, l);
	assert_int_equal(TL_AS(chatInviteExported, u->invite)->usage, 1);
	/* Its own it gets whole. */
	l = link_of(s, s->bot, world_channel_peer(s->w, s->bot, group), false);
	talk_call(s->w, x, follow_q(s, l));
	u = told_of(s);
	assert_true(u && slice_eq(TL_AS(chatInviteExported, u->invite)->link, l->link));
	/* Asked by a link, and without one. */
	l = link_of(s, s->a, at, true);
	talk_refused(s->w, y, follow_q(s, l), "400 INVITE_REQUEST_SENT");
	let_in->peer = at;
	let_in->user_id = world_user(s->w, s->a, y.id);
	let_in->approved = true;
	talk_call(s->w, s->a, &let_in->o);
	u = told_of(s);
	assert_true(u && u->user_id == y.id && u->actor_id == s->a.id);
	is_half(u->invite, l);
	talk_call(s->w, y, room_leave_q(s->w, y, group));
	assert_non_null(told_of(s));
	room_username(s->w, s->a, group, "asking_room");
	ask->channel = world_channel(s->w, s->a, group);
	ask->enabled = true;
	talk_call(s->w, s->a, &ask->o);
	talk_refused(s->w, y, room_join_q(s->w, y, group), "400 INVITE_REQUEST_SENT");
	talk_call(s->w, s->a, &let_in->o);
	u = told_of(s);
	assert_true(u && u->user_id == y.id && TL_IS(chatInvitePublicJoinRequests, u->invite));
	/* Who is brought came by none. */
	talk_call(s->w, y, room_leave_q(s->w, y, group));
	assert_non_null(told_of(s));
	room_invite(s->w, s->a, group, y);
	u = told_of(s);
	assert_true(u && !u->invite);
}

static void test_told_of_requests(void **state)
{
	struct s *s = *state;
	int64_t group = room_create(s->w, s->a, false);
	struct tl_messages_exportChatInvite *x = Q(s, messages_exportChatInvite);
	struct tl_messages_importChatInvite *q = Q(s, messages_importChatInvite);
	const struct tl_updateBotChatInviteRequester *u;
	const struct tl_chatInviteExported *l;

	talk_call(s->w, s->a, room_admin_q(s->w, s->a, group, s->bot, ADMIN_INVITE));
	x->peer = world_channel_peer(s->w, s->a, group);
	x->request_needed = true;
	l = TL_AS(chatInviteExported, talk_call(s->w, s->a, &x->o));
	q->hash = slice_of(memchr(l->link.p, '+', l->link.n), 0);
	q->hash = slice_of(q->hash.p + 1, (size_t)(l->link.p + l->link.n - q->hash.p - 1));
	world_pushes(s->w, s->bot.key);
	talk_refused(s->w, s->b, &q->o, "400 INVITE_REQUEST_SENT");
	u = TL_AS(updateBotChatInviteRequester,
	          world_update(world_pushes(s->w, s->bot.key), TL_updateBotChatInviteRequester));
	assert_non_null(u);
	assert_true(u->user_id == s->b.id && TL_IS(chatInviteExported, u->invite) && u->qts == 3);
	talk_refused(s->w, s->b, &q->o, "400 INVITE_REQUEST_SENT"); /* it knows of that one */
	assert_null(world_update(world_pushes(s->w, s->bot.key), TL_updateBotChatInviteRequester));
}

static const struct tl_updateChatParticipant *told_of_group(struct s *s)
{
	return TL_AS(updateChatParticipant,
	             world_update(world_pushes(s->w, s->bot.key), TL_updateChatParticipant));
}

static void test_told_of_basic_group(void **state)
{
	struct s *s = *state;
	struct tl_messages_createChat *create = Q(s, messages_createChat);
	struct tl_messages_editChatAdmin *admin = Q(s, messages_editChatAdmin);
	struct tl_messages_addChatUser *add = Q(s, messages_addChatUser);
	struct tl_messages_deleteChatUser *out = Q(s, messages_deleteChatUser);
	struct person x = world_person(s->w, "15550003", "Xen", "");
	struct tl_inputPeerChat *there = Q(s, inputPeerChat);
	const struct tl_updateChatParticipant *u;
	const struct tl_chatInviteExported *l;

	create->title = SLICE_LIT("Room");
	create->users = tl_vec_new(world_arena(s->w), 1);
	create->users.v[0] = admin->user_id = world_user(s->w, s->a, s->bot.id);
	talk_call(s->w, s->a, &create->o);
	u = told_of_group(s);
	assert_non_null(u);
	assert_true(u->user_id == s->bot.id && !u->prev_participant && u->new_participant && u->qts == 2);
	add->chat_id = admin->chat_id = out->chat_id = u->chat_id;
	admin->is_admin = true;
	talk_call(s->w, s->a, &admin->o);
	u = told_of_group(s);
	assert_true(u && TL_IS(chatParticipant, u->prev_participant) &&
	            TL_IS(chatParticipantAdmin, u->new_participant));
	add->user_id = out->user_id = world_user(s->w, s->a, s->b.id);
	talk_call(s->w, s->a, &add->o);
	u = told_of_group(s);
	assert_true(u && u->user_id == s->b.id && !u->prev_participant);
	talk_call(s->w, s->a, &out->o);
	u = told_of_group(s);
	assert_true(u && u->user_id == s->b.id && u->prev_participant && !u->new_participant);
	there->chat_id = out->chat_id;
	l = link_of(s, s->a, &there->o, false);
	talk_call(s->w, x, follow_q(s, l));
	u = told_of_group(s);
	assert_true(u && u->user_id == x.id && u->actor_id == x.id);
	is_half(u->invite, l);
	out->user_id = admin->user_id;
	talk_call(s->w, s->a, &out->o);
	u = told_of_group(s);
	assert_true(u && u->user_id == s->bot.id && !u->new_participant && u->qts == 7);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, weather_setup, world_teardown)
	const struct CMUnitTest tests[] = {
		T(test_stopped),          T(test_told_of_members),
		T(test_told_of_requests), T(test_told_of_the_end_of_a_ban),
		T(test_told_of_links),    T(test_told_of_basic_group),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
