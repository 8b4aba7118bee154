/* test_bots.c - accounts of programs: tokens, who may call what, the first word, what it says of itself, keyboards, queries. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "domain/bots/bot.h"
#include "weather.h"

static void test_token(void **state)
{
	struct s *s = *state;
	struct person stranger = {.key = 0x888000};
	char text[64];

	snprintf(text, sizeof(text), "%.*s", (int)s->token.n, (const char *)s->token.p);
	assert_int_equal(strlen(strchr(text, ':') + 1), BOT_SECRET);
	talk_refused(s->w, stranger, weather_import_q(s, SLICE_LIT("")), "400 ACCESS_TOKEN_INVALID");
	talk_refused(s->w, stranger, weather_import_q(s, SLICE_LIT("7000000001:short")),
	             "400 ACCESS_TOKEN_INVALID");
	text[strlen(text) - 1] ^= 1;
	talk_refused(s->w, stranger, weather_import_q(s, slice_str(text)), "400 ACCESS_TOKEN_INVALID");
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
	talk_refused(s->w, again, weather_import_q(s, old), "400 ACCESS_TOKEN_INVALID");
	talk_call(s->w, again, weather_import_q(s, s->token));
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

static void test_start(void **state)
{
	struct s *s = *state;
	struct tl_inputPeerUser *peer = Q(s, inputPeerUser);
	struct tl_message *m;

	talk_refused(s->w, s->bot, &weather_say_q(s, s->bot, world_peer(s->w, s->bot, s->b.id), "Hi")->o,
	             "400 PEER_ID_INVALID");
	talk_refused(s->w, s->b, weather_start_q(s, s->b, "a b"), "400 START_PARAM_INVALID");
	m = TL_AS(message, TL_AS(updateNewMessage,
	                         talk_update(talk_call(s->w, s->b, weather_start_q(s, s->b, "from_me")),
	                                     TL_updateNewMessage))
	                           ->message);
	assert_true(slice_eq(m->message, SLICE_LIT("/start")));
	assert_int_equal(m->entities.n, 1);
	weather_hears(s, s->bot, "/start from_me");
	/* Whom it has met it may name without a hash; nobody else. */
	peer->user_id = s->b.id;
	talk_call(s->w, s->bot, &weather_say_q(s, s->bot, &peer->o, "Hi")->o);
	weather_hears(s, s->b, "Hi");
	peer->user_id = s->a.id;
	talk_refused(s->w, s->bot, &weather_say_q(s, s->bot, &peer->o, "Hi")->o, "400 PEER_ID_INVALID");
}

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
	talk_call(s->w, s->b, weather_start_q(s, s->b, ""));
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

	talk_call(s->w, s->b, weather_start_q(s, s->b, ""));
	q = weather_say_q(s, s->bot, world_peer(s->w, s->bot, s->b.id), "Choose");
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
	q = weather_say_q(s, s->b, world_peer(s->w, s->b, s->bot.id), "Mine");
	q->reply_markup = keyboard(s, "yes");
	talk_call(s->w, s->b, &q->o);
	assert_null(newest(s, s->b, s->bot.id)->reply_markup);
}

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

	talk_call(s->w, s->b, weather_start_q(s, s->b, ""));
	q = weather_say_q(s, s->bot, world_peer(s->w, s->bot, s->b.id), "Choose");
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
#define T(f) cmocka_unit_test_setup_teardown(f, weather_setup, world_teardown)
	const struct CMUnitTest tests[] = {
		T(test_token),    T(test_revoked),       T(test_looks),    T(test_who_may), T(test_start),
		T(test_commands), T(test_wished_rights), T(test_keyboard), T(test_queries),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
