/* test_one.c - see test_one.h. */
#include "mtproto/test_one.h"

#include <stdlib.h>

#include "mtproto/ids.h"

int one_setup(void **state)
{
	struct one *t = calloc(1, sizeof(*t));

	t->w = world_new(0, 0);
	t->k = world_add_key(t->w, MT_KEY_PERM);
	peer_open(&t->p, t->w, "127.0.0.1", TR_INTERMEDIATE, true, 2);
	peer_use_key(&t->p, t->k);
	*state = t;
	return 0;
}

int one_teardown(void **state)
{
	struct one *t = *state;

	peer_fini(&t->p);
	world_free(t->w);
	free(t);
	clock_set_test_usec(0);
	return 0;
}

struct rd got_behind_id(const struct got *g)
{
	return rd_of(g->body.p + 4, g->body.n - 4);
}

int64_t peer_ping(struct peer *p, int64_t msg_id)
{
	struct buf b = {0};

	buf_u32(&b, (uint32_t)MT_ping);
	buf_u64(&b, 5);
	peer_send(p, msg_id, 0, &b);
	buf_fini(&b);
	return msg_id;
}

void one_call(struct one *t, struct buf *b, int64_t *ret_id)
{
	*ret_id = peer_next_id(&t->p);
	peer_send(&t->p, *ret_id, 1, b);
	buf_fini(b);
	world_turn(t->w);
}

void one_push(struct one *t, uint32_t id)
{
	struct mt_batch *batch;
	struct buf b = {0};

	buf_u32(&b, id);
	batch = mt_batch_new(&b);
	mt_server_push(t->w->srv, t->k->id, batch);
	mt_batch_unref(&batch);
	world_turn(t->w);
}
