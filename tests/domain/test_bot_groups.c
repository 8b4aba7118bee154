/* test_bot_groups.c - a bot in groups and channels: what it hears there, by its privacy mode, and how it is brought in, what it offers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "domain/users/peer.h"
#include "room.h"
#include "updates/peer.h"
#include "weather.h"

static void quiet(struct s *s, struct person who)
{
	struct slice t = weather_heard(s, who);

	assert_int_equal(t.n, 0);
}

/* What is said in a group, by `say`, and which of it a bot hears there. */
static void check_privacy(struct s *s, struct tl_obj *there, struct tl_obj *bots, const char *later)
{
	struct tl_messages_sendMessage *q;
	struct tl_message *m;
	struct tl_obj *u;

	weather_heard(s, s->bot);
	talk_call(s->w, s->a, &weather_say_q(s, s->a, there, "hello all")->o);
	quiet(s, s->bot);
	talk_call(s->w, s->a, &weather_say_q(s, s->a, there, "/rain now")->o);
	weather_hears(s, s->bot, "/rain now");
	talk_call(s->w, s->a, &weather_say_q(s, s->a, there, "/rain@weather_bot")->o);
	weather_hears(s, s->bot, "/rain@weather_bot");
	talk_call(s->w, s->a, &weather_say_q(s, s->a, there, "/rain@other_bot")->o);
	quiet(s, s->bot);
	talk_call(s->w, s->a, &weather_say_q(s, s->a, there, "and @weather_bot?")->o);
	weather_hears(s, s->bot, "and @weather_bot?");
	talk_call(s->w, s->bot, &weather_say_q(s, s->bot, bots, "It rains")->o);
	u = world_update(world_pushes(s->w, s->a.key), TL_updateNewMessage);
	m = u ? TL_AS(message, TL_AS(updateNewMessage, u)->message) : NULL;
	if (m) { /* in a channel ids are the same for all */
		struct tl_inputReplyToMessage *reply = Q(s, inputReplyToMessage);

		q = weather_say_q(s, s->a, there, later);
		reply->reply_to_msg_id = m->id;
		q->reply_to = &reply->o;
		talk_call(s->w, s->a, &q->o);
		weather_hears(s, s->bot, later);
	}
}

static void test_group(void **state)
{
	struct s *s = *state;
	int64_t group = room_create(s->w, s->a, false);

	room_invite(s->w, s->a, group, s->bot);
	weather_hears(s, s->bot, "(service)");
	check_privacy(s, world_channel_peer(s->w, s->a, group), world_channel_peer(s->w, s->bot, group),
	              "Yes");
	/* As an admin it hears everything. */
	talk_call(s->w, s->a, room_admin_q(s->w, s->a, group, s->bot, 8));
	weather_heard(s, s->bot);
	talk_call(s->w, s->a,
	          &weather_say_q(s, s->a, world_channel_peer(s->w, s->a, group), "hello again")->o);
	weather_hears(s, s->bot, "hello again");
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
	quiet_id = said_id(talk_call(s->w, s->a, &weather_say_q(s, s->a, there, "among us")->o));
	q = weather_say_q(s, s->a, there, "/what@weather_bot");
	reply->reply_to_msg_id = quiet_id;
	q->reply_to = &reply->o;
	loud_id = said_id(talk_call(s->w, s->a, &q->o));
	mine = said_id(talk_call(
		s->w, s->bot, &weather_say_q(s, s->bot, world_channel_peer(s->w, s->bot, group), "Rain")->o));
	assert_true(TL_IS(messageEmpty, by_id(s, group, quiet_id, false)));
	assert_true(TL_IS(message, by_id(s, group, loud_id, false)));
	assert_true(TL_IS(message, by_id(s, group, mine, false)));
	assert_int_equal(TL_AS(message, by_id(s, group, loud_id, true))->id, quiet_id);
	history->peer = world_channel_peer(s->w, s->bot, group);
	talk_refused(s->w, s->bot, &history->o, "400 BOT_METHOD_INVALID");
}

static struct tl_obj *start_in_q(struct s *s, struct tl_obj *peer, const char *parameter)
{
	struct tl_messages_startBot *q = TL_AS(messages_startBot, weather_start_q(s, s->a, parameter));

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
	weather_heard(s, s->bot); /* that it came, and this */
	m = newest_of(s, world_channel_peer(s->w, s->a, group));
	assert_true(slice_eq(m->message, SLICE_LIT("/start@weather_bot")));
	assert_true(TL_IS(message, by_id(s, group, m->id, false)));
	assert_non_null(room_participant(s->w, s->a, group, s->bot));
	assert_int_equal(m->entities.n, 1); /* what the link carried is for the bot alone */
	assert_true(slice_eq(TL_AS(message, by_id(s, group, m->id, false))->message,
	                     SLICE_LIT("/start@weather_bot from_link")));
	talk_call(s->w, s->a, start_in_q(s, world_channel_peer(s->w, s->a, group), ""));
	weather_hears(s, s->bot, "/start@weather_bot");
	talk_call(s->w, s->a, start_in_q(s, world_channel_peer(s->w, s->a, group), "again"));
	weather_hears(s, s->bot, "/start@weather_bot again");
	talk_refused(s->w, s->a, start_in_q(s, world_channel_peer(s->w, s->a, channel), "x"),
	             "400 PEER_ID_INVALID");
	create->title = SLICE_LIT("Room");
	create->users = tl_vec_new(world_arena(s->w), 1);
	create->users.v[0] = world_user(s->w, s->a, s->b.id);
	made = TL_AS(messages_invitedUsers, talk_call(s->w, s->a, &create->o));
	peer->chat_id = TL_AS(chat, TL_AS(updates, made->updates)->chats.v[0])->id;
	talk_call(s->w, s->a, start_in_q(s, &peer->o, "again"));
	weather_heard(s, s->bot);
	assert_true(slice_eq(newest_of(s, &peer->o)->message, SLICE_LIT("/start@weather_bot")));
	talk_call(s->w, s->a, start_in_q(s, &peer->o, "more"));
	weather_hears(s, s->bot, "/start@weather_bot more");
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
	weather_hears(s, s->bot, "(service)");
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
	talk_call(s->w, s->bot,
	          &weather_say_q(s, s->bot, world_channel_peer(s->w, s->bot, channel), "News")->o);
	weather_hears(s, s->a, "News");
	talk_call(s->w, s->a, room_admin_q(s->w, s->a, channel, s->bot, 0));
	talk_refused(s->w, s->bot,
	             &weather_say_q(s, s->bot, world_channel_peer(s->w, s->bot, channel), "News")->o,
	             "400 CHANNEL_PRIVATE");
}

/* The bot's word: "Rain" for this scope, in this language. */
static void say_rain(struct s *s, const char *command, struct tl_obj *scope, struct slice lang)
{
	struct tl_bots_setBotCommands *q = Q(s, bots_setBotCommands);
	struct tl_botCommand *one = Q(s, botCommand);

	one->command = slice_str(command);
	one->description = SLICE_LIT("does it?");
	q->scope = scope;
	q->lang_code = lang;
	q->commands = tl_vec_new(world_arena(s->w), 1);
	q->commands.v[0] = &one->o;
	talk_call(s->w, s->bot, &q->o);
}

/* He is told that it offers this there; NULL: he is told nothing. */
static void is_offered(struct s *s, struct person who, int64_t peer, const char *command)
{
	const struct tl_updateBotCommands *u = TL_AS(
		updateBotCommands, world_update(world_pushes(s->w, who.key), TL_updateBotCommands));

	if (!command) {
		assert_null(u);
		return;
	}
	assert_non_null(u);
	assert_true(peer_key(u->peer) == peer && u->bot_id == s->bot.id && u->commands.n == 1);
	assert_true(slice_eq(TL_AS(botCommand, u->commands.v[0])->command, slice_str(command)));
}

/* Members of its groups are told of what is for them: admins of theirs, somebody of his; who has nothing to do with it of nothing. */
static void test_commands_in_groups(void **state)
{
	struct s *s = *state;
	int64_t room = room_create(s->w, s->a, false), key = peer_channel(room), chat;
	struct tl_messages_createChat *create = Q(s, messages_createChat);
	struct tl_botCommandScopePeerUser *his = Q(s, botCommandScopePeerUser);
	struct person x = world_person(s->w, "15550003", "Xen", "");
	struct tl_updates *made;

	room_invite(s->w, s->a, room, s->b);
	room_invite(s->w, s->a, room, x);
	room_invite(s->w, s->a, room, s->bot);
	world_pushes(s->w, s->a.key);
	world_pushes(s->w, s->b.key);
	say_rain(s, "all", &Q(s, botCommandScopeChats)->o, SLICE_LIT(""));
	is_offered(s, s->a, key, "all");
	is_offered(s, s->b, key, "all");
	is_offered(s, s->bot, key, NULL);
	say_rain(s, "admins", &Q(s, botCommandScopeChatAdmins)->o, SLICE_LIT(""));
	is_offered(s, s->a, key, "admins");
	is_offered(s, s->b, key, "all");
	his->peer = world_channel_peer(s->w, s->bot, room);
	his->user_id = world_user(s->w, s->bot, s->b.id);
	world_pushes(s->w, x.key);
	say_rain(s, "his", &his->o, SLICE_LIT(""));
	is_offered(s, s->b, key, "his");
	is_offered(s, x, key, NULL);
	say_rain(s, "all2", &Q(s, botCommandScopeChats)->o, SLICE_LIT(""));
	is_offered(s, s->a, key, "admins");
	is_offered(s, s->b, key, "his");
	is_offered(s, x, key, "all2");
	say_rain(s, "users", &Q(s, botCommandScopeUsers)->o, SLICE_LIT(""));
	is_offered(s, x, key, NULL);
	talk_call(s->w, s->bot, room_leave_q(s->w, s->bot, room));

	create->title = SLICE_LIT("Room");
	create->users = tl_vec_new(world_arena(s->w), 2);
	create->users.v[0] = world_user(s->w, s->a, s->bot.id);
	create->users.v[1] = world_user(s->w, s->a, s->b.id);
	made = TL_AS(updates, TL_AS(messages_invitedUsers, talk_call(s->w, s->a, &create->o))->updates);
	chat = peer_chat(TL_AS(chat, made->chats.v[0])->id);
	world_pushes(s->w, s->a.key);
	world_pushes(s->w, s->b.key);
	say_rain(s, "all3", &Q(s, botCommandScopeChats)->o, SLICE_LIT(""));
	is_offered(s, s->a, chat, "admins");
	is_offered(s, s->b, chat, "all3");
	/* Which of several languages somebody reads is not known here. */
	say_rain(s, "alle", &Q(s, botCommandScopeChats)->o, SLICE_LIT("de"));
	is_offered(s, s->b, chat, NULL);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, weather_setup, world_teardown)
	const struct CMUnitTest tests[] = {
		T(test_privacy_by_id), T(test_start_in_group), T(test_group),
		T(test_basic_group),   T(test_channel),        T(test_commands_in_groups),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
