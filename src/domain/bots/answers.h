/*
 * answers.h - what bots answered to inline queries, for as long as others may get the same answer and somebody may choose from it. In
 * memory and bounded: an old answer makes room for a new one, and a restart forgets all (who chooses then is told that the query is
 * over). Threads: any.
 */
#ifndef DOMAIN_BOTS_ANSWERS_H
#define DOMAIN_BOTS_ANSWERS_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/slice.h"

struct bot_answers;

struct bot_answer {
	int64_t id, bot, user; /* who asked */
	struct slice query, offset;
	bool personal;     /* for nobody else */
	usec_t until;      /* given again until then; 0: not */
	struct slice body; /* TL messages.botResults as inline.c keeps it; absent: not answered yet */
};

struct bot_answers *bot_answers_new(void);
void bot_answers_free(struct bot_answers *a);
/* A query goes out: id, bot, user, query, offset are copied. */
void bot_answers_ask(struct bot_answers *a, const struct bot_answer *q);
/* Its bot has answered. False: it was never asked, or is forgotten. */
bool bot_answers_put(struct bot_answers *a, int64_t id, int64_t bot, bool personal, usec_t until,
                     struct slice body);
/* An answer that counts for this user, query and offset; slices in the arena. */
bool bot_answers_find(struct bot_answers *a, const struct bot_answer *q, usec_t now, struct arena *arena,
                      struct bot_answer *ret);
/* By its id, if this user may have it. */
bool bot_answers_get(struct bot_answers *a, int64_t id, int64_t user, struct arena *arena,
                     struct bot_answer *ret);

#endif
