/* weather.c - see weather.h. */
#include "weather.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "domain/bots/bot.h"

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

struct tl_obj *weather_import_q(struct s *s, struct slice token)
{
	struct tl_auth_importBotAuthorization *q = Q(s, auth_importBotAuthorization);

	q->api_id = 1;
	q->api_hash = SLICE_LIT("x");
	q->bot_auth_token = token;
	return &q->o;
}

int weather_setup(void **state)
{
	struct s *s = calloc(1, sizeof(*s));
	struct tl_auth_authorization *z;

	s->w = world_new();
	s->a = world_person(s->w, "15550001", "Ann", "");
	s->b = world_person(s->w, "15550002", "Bob", "");
	assert_int_equal(world_write(s->w, make_bot, s), 0);
	s->bot.key = 0x777000;
	world_connect(s->w, (struct person){0}, s->bot.key, TL_LAYER_MAX);
	z = TL_AS(auth_authorization, talk_call(s->w, s->bot, weather_import_q(s, s->token)));
	assert_non_null(z);
	s->bot.id = TL_AS(user, z->user)->id;
	world_connect(s->w, s->bot, s->bot.key, TL_LAYER_MAX);
	*state = s;
	return 0;
}

struct tl_messages_sendMessage *weather_say_q(struct s *s, struct person who, struct tl_obj *peer,
                                              const char *text)
{
	static int64_t random_id = 1;
	struct tl_messages_sendMessage *q = Q(s, messages_sendMessage);

	q->peer = peer;
	q->message = slice_str(text);
	q->random_id = ++random_id + who.id;
	return q;
}

struct tl_obj *weather_start_q(struct s *s, struct person who, const char *parameter)
{
	static int64_t random_id = 1000000;
	struct tl_messages_startBot *q = Q(s, messages_startBot);

	q->bot = world_user(s->w, who, s->bot.id);
	q->peer = world_peer(s->w, who, s->bot.id);
	q->random_id = ++random_id;
	q->start_param = slice_str(parameter);
	return &q->o;
}

struct slice weather_heard(struct s *s, struct person who)
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

void weather_hears(struct s *s, struct person who, const char *text)
{
	struct slice t = weather_heard(s, who);

	assert_int_equal(t.n, strlen(text));
	assert_memory_equal(t.p ? (const char *)t.p : "", text, t.n);
}
