/* key_answer.c - see key_answer.h. */
#include "mtproto/key_answer.h"

#include <stdlib.h>

#include "base/mem.h"
#include "crypto/hash.h"

static void drop(struct mt_key_answer *a)
{
	wipe(a, sizeof(*a));
	free(a);
}

static void come_back(struct io_loop *l, struct io_msg *m)
{
	struct mt_key_answer *a = (struct mt_key_answer *)m;

	if (a->loaded)
		a->loaded(a->arg, a->r, a->r == 0 ? &a->key : NULL,
		          a->r == 0 && a->has_info ? &a->info : NULL);
	else
		a->done(a->arg, a->r);
	drop(a);
}

void mt_key_answer(struct io_loop *loop, struct mt_key_answer *a)
{
	if (!loop) {
		drop(a);
		return;
	}
	a->m.run = come_back;
	io_post(loop, &a->m);
}

void mt_key_answer_done(struct io_loop *loop, void (*done)(void *arg, int r), void *arg, int r)
{
	struct mt_key_answer *a = xcalloc(1, sizeof(*a));

	a->done = done;
	a->arg = arg;
	a->r = r;
	mt_key_answer(loop, a);
}
