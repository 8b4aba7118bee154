/* test_bots.c - accounts of programs: tokens, who may call what, the first word, what is heard in groups, keyboards, queries. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/log.h"
#include "domain/bots/bot.h"
#include "domain/channels/jobs.h"
#include "domain/channels/rights.h"
#include "jobs/jobs.h"
#include "room.h"
#include "sql/sql.h"
#include "updates/peer.h"

struct s {
	struct world *w;
	struct person a, b, bot;
	struct slice token;
};

#define Q(s, n) TL_NEW(world_arena((s)->w), n)

static int make_bot(struct rpc_call *c, void *arg)
{
	struct store_bot b = {.flags = STORE_BOT_INLINE, .placeholder = SLICE_LIT("what?")};
	struct s *s = arg;
	struct slice token;
	int r;

	b.owner = s->a.id;
	r = bot_create(c, SLICE_LIT("weather_bot"), SLICE_LIT("Weather"), &b, &token);
	if (r == 0)
		s->token = arena_slice(world_arena(s->w), token);
	return r;
}

static struct tl_obj *import_q(struct s *s, struct slice token)
{
	struct tl_auth_importBotAuthorization *q = Q(s, auth_importBotAuthorization);

	q->api_id = 1;
	q->api_hash = SLICE_LIT("x");
	q->bot_auth_token = token;
	return &q->o;
}

static int setup(void **state)
{
	struct s *s = calloc(1, sizeof(*s));
	struct tl_auth_authorization *z;

	log_set_level(LOG_ERROR);
	s->w = world_new();
	s->a = world_person(s->w, "15550001", "Ann", "");
	s->b = world_person(s->w, "15550002", "Bob", "");
	assert_int_equal(world_write(s->w, make_bot, s), 0);
	s->bot.key = 0x777000;
	world_connect(s->w, (struct person){0}, s->bot.key, TL_LAYER_MAX);
	z = TL_AS(auth_authorization, talk_call(s->w, s->bot, import_q(s, s->token)));
	assert_non_null(z);
	s->bot.id = TL_AS(user, z->user)->id;
	world_connect(s->w, s->bot, s->bot.key, TL_LAYER_MAX);
	*state = s;
	return 0;
}

static int teardown(void **state)
{
	struct s *s = *state;

	world_free(s->w);
	free(s);
	return 0;
}

static void test_token(void **state)
{
	struct s *s = *state;
	struct person stranger = {.key = 0x888000};
	char text[64];

	snprintf(text, sizeof(text), "%.*s", (int)s->token.n, (const char *)s->token.p);
	assert_int_equal(strlen(strchr(text, ':') + 1), BOT_SECRET);
	talk_refused(s->w, stranger, import_q(s, SLICE_LIT("")), "400 ACCESS_TOKEN_INVALID");
	talk_refused(s->w, stranger, import_q(s, SLICE_LIT("7000000001:short")), "400 ACCESS_TOKEN_INVALID");
	text[strlen(text) - 1] ^= 1;
	talk_refused(s->w, stranger, import_q(s, slice_str(text)), "400 ACCESS_TOKEN_INVALID");
}

static int revoke(struct rpc_call *c, void *arg)
{
	struct s *s = arg;
	struct store_bot b;
	struct slice token;
	int r;

	if ((r = store_bot_get(c->db, s->bot.id, &c->arena, &b)) < 0 || (r = bot_revoke(c, &b, &token)) < 0)
		return r;
	s->token = arena_slice(world_arena(s->w), token);
	return 0;
}

static void test_revoked(void **state)
{
	struct s *s = *state;
	struct slice old = s->token;
	struct person again = {.key = 0x888000};

	assert_int_equal(world_write(s->w, revoke, s), 0);
	talk_refused(s->w, again, import_q(s, old), "400 ACCESS_TOKEN_INVALID");
	talk_call(s->w, again, import_q(s, s->token));
}

static struct tl_user *look(struct s *s, struct person who, int64_t whom)
{
	struct tl_users_userFull *f;
	struct tl_users_getFullUser *full = Q(s, users_getFullUser);

	full->id = world_user(s->w, who, whom);
	f = TL_AS(users_userFull, talk_call(s->w, who, &full->o));
	assert_non_null(f);
	return world_find_user(f->users, whom);
}

static void test_looks(void **state)
{
	struct s *s = *state;
	struct tl_user *u = look(s, s->b, s->bot.id);

	assert_true(u->bot && u->has_bot_info_version);
	assert_int_equal(u->bot_info_version, 1);
	assert_false(u->bot_chat_history);
	assert_null(u->status);
	assert_true(slice_eq(u->bot_inline_placeholder, SLICE_LIT("what?")));
}

static void test_who_may(void **state)
{
	struct s *s = *state;

	talk_refused(s->w, s->bot, &Q(s, account_getAuthorizations)->o, "400 BOT_METHOD_INVALID");
	talk_refused(s->w, s->bot, &Q(s, contacts_getContacts)->o, "400 BOT_METHOD_INVALID");
}

static struct tl_messages_sendMessage *say_q(struct s *s, struct person who, struct tl_obj *peer,
                                             const char *text)
{
	static int64_t random_id = 1;
	struct tl_messages_sendMessage *q = Q(s, messages_sendMessage);

	q->peer = peer;
	q->message = slice_str(text);
	q->random_id = ++random_id + who.id;
	return q;
}

static struct tl_obj *start_q(struct s *s, struct person who, const char *parameter)
{
	static int64_t random_id = 1000000;
	struct tl_messages_startBot *q = Q(s, messages_startBot);

	q->bot = world_user(s->w, who, s->bot.id);
	q->peer = world_peer(s->w, who, s->bot.id);
	q->random_id = ++random_id;
	q->start_param = slice_str(parameter);
	return &q->o;
}

/* The text of the newest message that was pushed to this key; absent: none was. */
static struct slice heard(struct s *s, struct person who)
{
	struct tl_vec pushes = world_pushes(s->w, who.key);
	struct slice text = {0};

	for (uint32_t i = 0; i < pushes.n; i++) {
		struct tl_vec one = {&pushes.v[i], 1};
		struct tl_updateNewMessage *m = TL_AS(updateNewMessage,
		                                      world_update(one, TL_updateNewMessage));
		struct tl_updateNewChannelMessage *ch = TL_AS(updateNewChannelMessage,
		                                              world_update(one, TL_updateNewChannelMessage));
		struct tl_obj *o = m ? m->message : ch ? ch->message : NULL;

		if (TL_IS(message, o))
			text = TL_AS(message, o)->message;
		else if (TL_IS(messageService, o))
			text = SLICE_LIT("(service)");
	}
	return text;
}

static void hears(struct s *s, struct person who, const char *text)
{
	struct slice t = heard(s, who);

	assert_int_equal(t.n, strlen(text));
	assert_memory_equal(t.p ? (const char *)t.p : "", text, t.n);
}

static void test_start(void **state)
{
	struct s *s = *state;
	struct tl_inputPeerUser *peer = Q(s, inputPeerUser);
	struct tl_message *m;

	talk_refused(s->w, s->bot, &say_q(s, s->bot, world_peer(s->w, s->bot, s->b.id), "Hi")->o,
	             "400 PEER_ID_INVALID");
	talk_refused(s->w, s->b, start_q(s, s->b, "a b"), "400 START_PARAM_INVALID");
	m = TL_AS(message,
	          TL_AS(updateNewMessage,
	                talk_update(talk_call(s->w, s->b, start_q(s, s->b, "from_me")), TL_updateNewMessage))
	                  ->message);
	assert_true(slice_eq(m->message, SLICE_LIT("/start")));
	assert_int_equal(m->entities.n, 1);
	hears(s, s->bot, "/start from_me");
	/* Whom it has met it may name without a hash; nobody else. */
	peer->user_id = s->b.id;
	talk_call(s->w, s->bot, &say_q(s, s->bot, &peer->o, "Hi")->o);
	hears(s, s->b, "Hi");
	peer->user_id = s->a.id;
	talk_refused(s->w, s->bot, &say_q(s, s->bot, &peer->o, "Hi")->o, "400 PEER_ID_INVALID");
}

/* --- what it is told by qts */

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
	talk_call(s->w, s->b, start_q(s, s->b, ""));
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

/* --- in groups */

static void quiet(struct s *s, struct person who)
{
	struct slice t = heard(s, who);

	assert_int_equal(t.n, 0);
}

/* What is said in a group, by `say`, and which of it a bot hears there. */
static void check_privacy(struct s *s, struct tl_obj *there, struct tl_obj *bots, const char *later)
{
	struct tl_messages_sendMessage *q;
	struct tl_message *m;
	struct tl_obj *u;

	heard(s, s->bot);
	talk_call(s->w, s->a, &say_q(s, s->a, there, "hello all")->o);
	quiet(s, s->bot);
	talk_call(s->w, s->a, &say_q(s, s->a, there, "/rain now")->o);
	hears(s, s->bot, "/rain now");
	talk_call(s->w, s->a, &say_q(s, s->a, there, "/rain@weather_bot")->o);
	hears(s, s->bot, "/rain@weather_bot");
	talk_call(s->w, s->a, &say_q(s, s->a, there, "/rain@other_bot")->o);
	quiet(s, s->bot);
	talk_call(s->w, s->a, &say_q(s, s->a, there, "and @weather_bot?")->o);
	hears(s, s->bot, "and @weather_bot?");
	talk_call(s->w, s->bot, &say_q(s, s->bot, bots, "It rains")->o);
	u = world_update(world_pushes(s->w, s->a.key), TL_updateNewMessage);
	m = u ? TL_AS(message, TL_AS(updateNewMessage, u)->message) : NULL;
	if (m) { /* in a channel ids are the same for all */
		struct tl_inputReplyToMessage *reply = Q(s, inputReplyToMessage);

		q = say_q(s, s->a, there, later);
		reply->reply_to_msg_id = m->id;
		q->reply_to = &reply->o;
		talk_call(s->w, s->a, &q->o);
		hears(s, s->bot, later);
	}
}

static void test_group(void **state)
{
	struct s *s = *state;
	int64_t group = room_create(s->w, s->a, false);

	room_invite(s->w, s->a, group, s->bot);
	hears(s, s->bot, "(service)");
	check_privacy(s, world_channel_peer(s->w, s->a, group), world_channel_peer(s->w, s->bot, group),
	              "Yes");
	/* As an admin it hears everything. */
	talk_call(s->w, s->a, room_admin_q(s->w, s->a, group, s->bot, 8));
	heard(s, s->bot);
	talk_call(s->w, s->a, &say_q(s, s->a, world_channel_peer(s->w, s->a, group), "hello again")->o);
	hears(s, s->bot, "hello again");
}

static struct tl_obj *by_id(struct s *s, int64_t group, int32_t id, bool answered)
{
	struct tl_channels_getMessages *q = Q(s, channels_getMessages);
	struct tl_inputMessageReplyTo *to = Q(s, inputMessageReplyTo);
	struct tl_inputMessageID *one = Q(s, inputMessageID);

	one->id = to->id = id;
	q->channel = world_channel(s->w, s->bot, group);
	q->id = tl_vec_new(world_arena(s->w), 1);
	q->id.v[0] = answered ? &to->o : &one->o;
	return TL_AS(messages_channelMessages, talk_call(s->w, s->bot, &q->o))->messages.v[0];
}

static int32_t said_id(const struct tl_obj *updates)
{
	struct tl_obj *u = talk_update(updates, TL_updateNewChannelMessage);

	return TL_AS(message, TL_AS(updateNewChannelMessage, u)->message)->id;
}

/* What it does not hear it cannot ask for either, but for what a command to it answers. */
static void test_privacy_by_id(void **state)
{
	struct s *s = *state;
	int64_t group = room_create(s->w, s->a, false);
	struct tl_obj *there = world_channel_peer(s->w, s->a, group);
	struct tl_inputReplyToMessage *reply = Q(s, inputReplyToMessage);
	struct tl_messages_getHistory *history = Q(s, messages_getHistory);
	struct tl_messages_sendMessage *q;
	int32_t quiet_id, loud_id, mine;

	room_invite(s->w, s->a, group, s->bot);
	quiet_id = said_id(talk_call(s->w, s->a, &say_q(s, s->a, there, "among us")->o));
	q = say_q(s, s->a, there, "/what@weather_bot");
	reply->reply_to_msg_id = quiet_id;
	q->reply_to = &reply->o;
	loud_id = said_id(talk_call(s->w, s->a, &q->o));
	mine = said_id(talk_call(s->w, s->bot,
	                         &say_q(s, s->bot, world_channel_peer(s->w, s->bot, group), "Rain")->o));
	assert_true(TL_IS(messageEmpty, by_id(s, group, quiet_id, false)));
	assert_true(TL_IS(message, by_id(s, group, loud_id, false)));
	assert_true(TL_IS(message, by_id(s, group, mine, false)));
	assert_int_equal(TL_AS(message, by_id(s, group, loud_id, true))->id, quiet_id);
	history->peer = world_channel_peer(s->w, s->bot, group);
	talk_refused(s->w, s->bot, &history->o, "400 BOT_METHOD_INVALID");
}

static struct tl_obj *start_in_q(struct s *s, struct tl_obj *peer, const char *parameter)
{
	struct tl_messages_startBot *q = TL_AS(messages_startBot, start_q(s, s->a, parameter));

	q->peer = peer;
	return &q->o;
}

static struct tl_message *newest_of(struct s *s, struct tl_obj *peer)
{
	struct tl_messages_getHistory *q = Q(s, messages_getHistory);
	struct tl_messages_channelMessages *page;
	struct tl_obj *o;
	int32_t n;

	q->peer = peer;
	q->limit = 1;
	o = talk_call(s->w, s->a, &q->o);
	page = TL_AS(messages_channelMessages, o);
	return TL_AS(message, page ? page->messages.v[0] : talk_messages(o, &n).v[0]);
}

/* A link brings it into a group and commands it there; once it is in, that alone. */
static void test_start_in_group(void **state)
{
	struct s *s = *state;
	int64_t group = room_create(s->w, s->a, false), channel = room_create(s->w, s->a, true);
	struct tl_messages_createChat *create = Q(s, messages_createChat);
	struct tl_inputPeerChat *peer = Q(s, inputPeerChat);
	struct tl_messages_invitedUsers *made;
	struct tl_message *m;

	talk_call(s->w, s->a, start_in_q(s, world_channel_peer(s->w, s->a, group), "from_link"));
	heard(s, s->bot); /* that it came, and this */
	m = newest_of(s, world_channel_peer(s->w, s->a, group));
	assert_true(slice_eq(m->message, SLICE_LIT("/start@weather_bot")));
	assert_true(TL_IS(message, by_id(s, group, m->id, false)));
	assert_non_null(room_participant(s->w, s->a, group, s->bot));
	assert_int_equal(m->entities.n, 1); /* what the link carried is for the bot alone */
	assert_true(slice_eq(TL_AS(message, by_id(s, group, m->id, false))->message,
	                     SLICE_LIT("/start@weather_bot from_link")));
	talk_call(s->w, s->a, start_in_q(s, world_channel_peer(s->w, s->a, group), ""));
	hears(s, s->bot, "/start@weather_bot");
	talk_call(s->w, s->a, start_in_q(s, world_channel_peer(s->w, s->a, group), "again"));
	hears(s, s->bot, "/start@weather_bot again");
	talk_refused(s->w, s->a, start_in_q(s, world_channel_peer(s->w, s->a, channel), "x"),
	             "400 PEER_ID_INVALID");
	create->title = SLICE_LIT("Room");
	create->users = tl_vec_new(world_arena(s->w), 1);
	create->users.v[0] = world_user(s->w, s->a, s->b.id);
	made = TL_AS(messages_invitedUsers, talk_call(s->w, s->a, &create->o));
	peer->chat_id = TL_AS(chat, TL_AS(updates, made->updates)->chats.v[0])->id;
	talk_call(s->w, s->a, start_in_q(s, &peer->o, "again"));
	heard(s, s->bot);
	assert_true(slice_eq(newest_of(s, &peer->o)->message, SLICE_LIT("/start@weather_bot")));
	talk_call(s->w, s->a, start_in_q(s, &peer->o, "more"));
	hears(s, s->bot, "/start@weather_bot more");
	assert_true(slice_eq(newest_of(s, &peer->o)->message, SLICE_LIT("/start@weather_bot")));
}

static void test_basic_group(void **state)
{
	struct s *s = *state;
	struct tl_messages_createChat *q = Q(s, messages_createChat);
	struct tl_inputPeerChat *peer = Q(s, inputPeerChat);
	struct tl_messages_invitedUsers *made;

	q->title = SLICE_LIT("Room");
	q->users = tl_vec_new(world_arena(s->w), 1);
	q->users.v[0] = world_user(s->w, s->a, s->bot.id);
	made = TL_AS(messages_invitedUsers, talk_call(s->w, s->a, &q->o));
	peer->chat_id = TL_AS(chat, TL_AS(updates, made->updates)->chats.v[0])->id;
	hears(s, s->bot, "(service)");
	check_privacy(s, &peer->o, &peer->o, "Yes");
}

static void test_channel(void **state)
{
	struct s *s = *state;
	int64_t channel = room_create(s->w, s->a, true);
	struct tl_channels_inviteToChannel *q = Q(s, channels_inviteToChannel);

	q->channel = world_channel(s->w, s->a, channel);
	q->users = tl_vec_new(world_arena(s->w), 1);
	q->users.v[0] = world_user(s->w, s->a, s->bot.id);
	talk_refused(s->w, s->a, &q->o, "400 USER_BOT");
	talk_call(s->w, s->a, room_admin_q(s->w, s->a, channel, s->bot, 2)); /* to post */
	talk_call(s->w, s->bot, &say_q(s, s->bot, world_channel_peer(s->w, s->bot, channel), "News")->o);
	hears(s, s->a, "News");
	talk_call(s->w, s->a, room_admin_q(s->w, s->a, channel, s->bot, 0));
	talk_refused(s->w, s->bot, &say_q(s, s->bot, world_channel_peer(s->w, s->bot, channel), "News")->o,
	             "400 CHANNEL_PRIVATE");
}

/* --- what it says of itself, and keyboards */

static void test_commands(void **state)
{
	struct s *s = *state;
	struct tl_bots_setBotCommands *q = Q(s, bots_setBotCommands);
	struct tl_users_getFullUser *full = Q(s, users_getFullUser);
	struct tl_bots_setBotInfo *info = Q(s, bots_setBotInfo);
	struct tl_botCommand *one = Q(s, botCommand);
	const struct tl_updateBotCommands *told;
	struct tl_users_userFull *f;
	struct tl_botInfo *i;

	one->command = SLICE_LIT("Rain");
	one->description = SLICE_LIT("does it?");
	q->scope = &Q(s, botCommandScopeDefault)->o;
	q->lang_code = SLICE_LIT("");
	q->commands = tl_vec_new(world_arena(s->w), 1);
	q->commands.v[0] = &one->o;
	talk_refused(s->w, s->a, &q->o, "400 USER_BOT_REQUIRED");
	talk_call(s->w, s->b, start_q(s, s->b, ""));
	world_pushes(s->w, s->b.key);
	talk_call(s->w, s->bot, &q->o);
	told = TL_AS(updateBotCommands, world_update(world_pushes(s->w, s->b.key), TL_updateBotCommands));
	assert_non_null(told); /* who has a chat with it */
	assert_true(told->bot_id == s->bot.id && told->commands.n == 1);
	one->command = SLICE_LIT("ra in");
	talk_refused(s->w, s->bot, &q->o, "400 BOT_COMMAND_INVALID");
	q->lang_code = SLICE_LIT("english");
	talk_refused(s->w, s->bot, &q->o, "400 LANG_CODE_INVALID");
	info->lang_code = SLICE_LIT("");
	info->description = SLICE_LIT("Ask me");
	talk_call(s->w, s->bot, &info->o);
	full->id = world_user(s->w, s->b, s->bot.id);
	f = TL_AS(users_userFull, talk_call(s->w, s->b, &full->o));
	i = TL_AS(botInfo, TL_AS(userFull, f->full_user)->bot_info);
	assert_non_null(i);
	assert_int_equal(i->commands.n, 1);
	assert_true(slice_eq(TL_AS(botCommand, i->commands.v[0])->command, SLICE_LIT("rain")));
	assert_true(slice_eq(i->description, SLICE_LIT("Ask me")));
	assert_true(TL_IS(botMenuButtonCommands, i->menu_button));
	assert_int_equal(look(s, s->b, s->bot.id)->bot_info_version, 3);
}

/* What it would like to be allowed as an admin of groups, of channels. */
static void test_wished_rights(void **state)
{
	struct s *s = *state;
	struct tl_bots_setBotGroupDefaultAdminRights *group = Q(s, bots_setBotGroupDefaultAdminRights);
	struct tl_bots_setBotBroadcastDefaultAdminRights *channel = Q(s,
	                                                              bots_setBotBroadcastDefaultAdminRights);
	struct tl_users_getFullUser *full = Q(s, users_getFullUser);
	struct tl_chatAdminRights *rights = Q(s, chatAdminRights), *none = Q(s, chatAdminRights);
	struct tl_userFull *f;

	rights->pin_messages = true;
	group->admin_rights = channel->admin_rights = &rights->o;
	talk_refused(s->w, s->a, &group->o, "400 USER_BOT_REQUIRED");
	talk_call(s->w, s->bot, &group->o);
	talk_refused(s->w, s->bot, &group->o, "400 RIGHTS_NOT_MODIFIED");
	full->id = world_user(s->w, s->b, s->bot.id);
	f = TL_AS(userFull, TL_AS(users_userFull, talk_call(s->w, s->b, &full->o))->full_user);
	assert_true(TL_AS(chatAdminRights, f->bot_group_admin_rights)->pin_messages);
	assert_false(TL_AS(chatAdminRights, f->bot_group_admin_rights)->ban_users);
	assert_null(f->bot_broadcast_admin_rights);
	talk_call(s->w, s->bot, &channel->o);
	group->admin_rights = &none->o;
	talk_call(s->w, s->bot, &group->o);
	f = TL_AS(userFull, TL_AS(users_userFull, talk_call(s->w, s->b, &full->o))->full_user);
	assert_null(f->bot_group_admin_rights);
	assert_true(TL_AS(chatAdminRights, f->bot_broadcast_admin_rights)->pin_messages);
}

static struct tl_obj *keyboard(struct s *s, const char *data)
{
	struct tl_keyboardButtonCallback *b = Q(s, keyboardButtonCallback);
	struct tl_keyboardButtonRow *row = Q(s, keyboardButtonRow);
	struct tl_replyInlineMarkup *m = Q(s, replyInlineMarkup);

	b->text = SLICE_LIT("Press");
	b->data = slice_str(data);
	row->buttons = tl_vec_new(world_arena(s->w), 1);
	row->buttons.v[0] = &b->o;
	m->rows = tl_vec_new(world_arena(s->w), 1);
	m->rows.v[0] = &row->o;
	return &m->o;
}

static struct tl_message *newest(struct s *s, struct person who, int64_t with)
{
	struct tl_messages_getHistory *q = Q(s, messages_getHistory);
	struct tl_vec list;
	int32_t n;

	q->peer = world_peer(s->w, who, with);
	q->limit = 1;
	list = talk_messages(talk_call(s->w, who, &q->o), &n);
	assert_int_equal(list.n, 1);
	return TL_AS(message, list.v[0]);
}

static void test_keyboard(void **state)
{
	struct s *s = *state;
	struct tl_messages_sendMessage *q;
	struct tl_messages_editMessage *edit = Q(s, messages_editMessage);
	struct tl_message *m;
	int32_t id;

	talk_call(s->w, s->b, start_q(s, s->b, ""));
	q = say_q(s, s->bot, world_peer(s->w, s->bot, s->b.id), "Choose");
	q->reply_markup = keyboard(s, "0123456789012345678901234567890123456789012345678901234567890123456");
	talk_refused(s->w, s->bot, &q->o, "400 BUTTON_DATA_INVALID");
	q->reply_markup = keyboard(s, "yes");
	m = TL_AS(message,
	          TL_AS(updateNewMessage, talk_update(talk_call(s->w, s->bot, &q->o), TL_updateNewMessage))
	                  ->message);
	id = m->id;
	assert_true(TL_IS(replyInlineMarkup, newest(s, s->b, s->bot.id)->reply_markup));
	/* An edit without a keyboard takes it away; people have none. */
	edit->peer = world_peer(s->w, s->bot, s->b.id);
	edit->id = id;
	edit->message = SLICE_LIT("Chosen");
	talk_call(s->w, s->bot, &edit->o);
	assert_null(newest(s, s->b, s->bot.id)->reply_markup);
	q = say_q(s, s->b, world_peer(s->w, s->b, s->bot.id), "Mine");
	q->reply_markup = keyboard(s, "yes");
	talk_call(s->w, s->b, &q->o);
	assert_null(newest(s, s->b, s->bot.id)->reply_markup);
}

/* --- queries: refused ones; those that wait are asked for by real clients */

static void test_queries(void **state)
{
	struct s *s = *state;
	struct tl_messages_getBotCallbackAnswer *press = Q(s, messages_getBotCallbackAnswer);
	struct tl_messages_setBotCallbackAnswer *answer = Q(s, messages_setBotCallbackAnswer);
	struct tl_messages_setInlineBotResults *results = Q(s, messages_setInlineBotResults);
	struct tl_messages_sendInlineBotResult *choose = Q(s, messages_sendInlineBotResult);
	struct tl_messages_getInlineBotResults *ask = Q(s, messages_getInlineBotResults);
	struct tl_inputBotInlineMessageID64 *away = Q(s, inputBotInlineMessageID64);
	struct tl_messages_editInlineBotMessage *edit = Q(s, messages_editInlineBotMessage);
	struct tl_messages_sendMessage *q;

	talk_call(s->w, s->b, start_q(s, s->b, ""));
	q = say_q(s, s->bot, world_peer(s->w, s->bot, s->b.id), "Choose");
	q->reply_markup = keyboard(s, "yes");
	talk_call(s->w, s->bot, &q->o);
	press->peer = world_peer(s->w, s->b, s->bot.id);
	press->msg_id = newest(s, s->b, s->bot.id)->id;
	press->data = SLICE_LIT("no");
	talk_refused(s->w, s->b, &press->o, "400 DATA_INVALID");
	press->msg_id = 12345;
	talk_refused(s->w, s->b, &press->o, "400 MESSAGE_ID_INVALID");
	answer->query_id = 5;
	talk_refused(s->w, s->bot, &answer->o, "400 QUERY_ID_INVALID");
	talk_refused(s->w, s->b, &answer->o, "400 USER_BOT_REQUIRED");
	results->query_id = 5;
	results->results = tl_vec_new(world_arena(s->w), 0);
	talk_refused(s->w, s->bot, &results->o, "400 QUERY_ID_INVALID");
	choose->peer = world_peer(s->w, s->b, s->a.id);
	choose->random_id = 4711;
	choose->query_id = 5;
	choose->id = SLICE_LIT("one");
	talk_refused(s->w, s->b, &choose->o, "400 QUERY_ID_INVALID");
	ask->bot = world_user(s->w, s->b, s->a.id);
	ask->peer = &Q(s, inputPeerEmpty)->o;
	ask->query = ask->offset = SLICE_LIT("");
	talk_refused(s->w, s->b, &ask->o, "400 BOT_INVALID");
	away->dc_id = 2;
	away->owner_id = s->b.id;
	away->id = press->msg_id;
	edit->id = &away->o;
	edit->message = SLICE_LIT("x");
	talk_refused(s->w, s->bot, &edit->o, "400 MESSAGE_ID_INVALID");
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_token),
		T(test_revoked),
		T(test_looks),
		T(test_who_may),
		T(test_start),
		T(test_stopped),
		T(test_told_of_members),
		T(test_told_of_requests),
		T(test_told_of_the_end_of_a_ban),
		T(test_told_of_links),
		T(test_told_of_basic_group),
		T(test_privacy_by_id),
		T(test_start_in_group),
		T(test_group),
		T(test_basic_group),
		T(test_channel),
		T(test_commands),
		T(test_wished_rights),
		T(test_keyboard),
		T(test_queries),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
