/* weather.h - the set-up of tests of bots: Ann, Bob and @weather_bot, Ann's, in a world of their own; and what is said to it. */
#ifndef TESTS_DOMAIN_WEATHER_H
#define TESTS_DOMAIN_WEATHER_H

#include "talk.h"

struct s {
	struct world *w;
	struct person a, b, bot;
	struct slice token;
};

int weather_setup(void **state);

struct tl_obj *weather_import_q(struct s *s, struct slice token);
/* A text, each with a random_id of its own. */
struct tl_messages_sendMessage *weather_say_q(struct s *s, struct person who, struct tl_obj *peer,
                                              const char *text);
/* The bot is started in private; parameter: of the link. */
struct tl_obj *weather_start_q(struct s *s, struct person who, const char *parameter);
/* The text of the newest message that was pushed to this key since the last look; absent: none was. */
struct slice weather_heard(struct s *s, struct person who);
void weather_hears(struct s *s, struct person who, const char *text);

#endif
