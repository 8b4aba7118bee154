/* answers.c - see answers.h. A ring of the newest ones. */
#include "domain/bots/answers.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { ANSWERS = 1024 }; /* of 64 KiB at most each (LIMIT_INLINE_BYTES) */

struct bot_answers {
	pthread_mutex_t lock; /* guards all below */
	size_t next;
	struct bot_answer v[ANSWERS]; /* id 0: none; its slices are its own */
};

static void put_slice(struct slice *at, struct slice s)
{
	uint8_t *p = s.n ? xmalloc(s.n) : NULL;

	free((void *)at->p);
	if (p)
		memcpy(p, s.p, s.n);
	*at = (struct slice){p, p ? s.n : 0};
}

static void drop(struct bot_answer *x)
{
	free((void *)x->query.p);
	free((void *)x->offset.p);
	free((void *)x->body.p);
	*x = (struct bot_answer){0};
}

struct bot_answers *bot_answers_new(void)
{
	struct bot_answers *a = xcalloc(1, sizeof(*a));

	pthread_mutex_init(&a->lock, NULL);
	return a;
}

void bot_answers_free(struct bot_answers *a)
{
	if (!a)
		return;
	for (size_t i = 0; i < ANSWERS; i++)
		drop(&a->v[i]);
	pthread_mutex_destroy(&a->lock);
	free(a);
}

void bot_answers_ask(struct bot_answers *a, const struct bot_answer *q)
{
	struct bot_answer *x;

	pthread_mutex_lock(&a->lock);
	x = &a->v[a->next++ % ANSWERS];
	drop(x);
	x->id = q->id;
	x->bot = q->bot;
	x->user = q->user;
	put_slice(&x->query, q->query);
	put_slice(&x->offset, q->offset);
	pthread_mutex_unlock(&a->lock);
}

static struct bot_answer *by_id(struct bot_answers *a, int64_t id)
{
	for (size_t i = 0; id && i < ANSWERS; i++)
		if (a->v[i].id == id)
			return &a->v[i];
	return NULL;
}

bool bot_answers_put(struct bot_answers *a, int64_t id, int64_t bot, bool personal, usec_t until,
                     struct slice body)
{
	struct bot_answer *x;
	bool is;

	pthread_mutex_lock(&a->lock);
	x = by_id(a, id);
	is = x && x->bot == bot && !x->body.p;
	if (is) {
		x->personal = personal;
		x->until = until;
		put_slice(&x->body, body);
	}
	pthread_mutex_unlock(&a->lock);
	return is;
}

static void copy(struct bot_answer *to, const struct bot_answer *from, struct arena *arena)
{
	*to = *from;
	to->query = arena_slice(arena, from->query);
	to->offset = arena_slice(arena, from->offset);
	to->body = arena_slice(arena, from->body);
}

static bool counts(const struct bot_answer *x, const struct bot_answer *q, usec_t now)
{
	return x->id && x->body.p && x->until > now && x->bot == q->bot &&
	       (!x->personal || x->user == q->user) && slice_eq(x->query, q->query) &&
	       slice_eq(x->offset, q->offset);
}

bool bot_answers_find(struct bot_answers *a, const struct bot_answer *q, usec_t now, struct arena *arena,
                      struct bot_answer *ret)
{
	bool is = false;

	pthread_mutex_lock(&a->lock);
	for (size_t i = 0; i < ANSWERS && !is; i++)
		if ((is = counts(&a->v[i], q, now)))
			copy(ret, &a->v[i], arena);
	pthread_mutex_unlock(&a->lock);
	return is;
}

bool bot_answers_get(struct bot_answers *a, int64_t id, int64_t user, struct arena *arena,
                     struct bot_answer *ret)
{
	struct bot_answer *x;
	bool is;

	pthread_mutex_lock(&a->lock);
	x = by_id(a, id);
	is = x && x->body.p && (!x->personal || x->user == user);
	if (is)
		copy(ret, x, arena);
	pthread_mutex_unlock(&a->lock);
	return is;
}
