/* queue.c - what an authorisation has not received yet, and that it has: getDifference's part, and receivedQueue. */
#include <stdlib.h>

#include "base/err.h"
#include "base/mem.h"
#include "domain/secret/private.h"
#include "rpc/server.h"
#include "rpc_methods.h"

enum {
	SLICE_MESSAGES = 300,
	SLICE_BYTES = 1 << 20,
	SETTLED_S = 60 /* what a client says that it has lies on its disk after this */
};

int secret_qts(struct rpc_call *c, int32_t *ret_qts)
{
	*ret_qts = STORE_QTS_FIRST;
	return c->client ? store_qts_last(c->db, c->client->auth_key_id, ret_qts) : 0;
}

int secret_difference(struct rpc_call *c, int32_t qts, int32_t limit, struct secret_difference *ret)
{
	uint32_t most = limit < SLICE_MESSAGES ? (uint32_t)limit : SLICE_MESSAGES;
	struct store_queued *v;
	size_t n;
	int r;

	r = store_qts_after(c->db, c->client->auth_key_id, qts, most, SLICE_BYTES, &c->arena, &v, &n,
	                    &ret->more);
	if (r < 0)
		return r;
	ret->messages = tl_vec_new(&c->arena, (uint32_t)n);
	for (size_t i = 0; i < n; i++)
		if ((r = secret_message_view(c, &v[i], &ret->messages.v[i])) < 0)
			return r;
	if (!ret->more)
		return secret_qts(c, &ret->qts);
	ret->qts = n ? v[n - 1].qts : qts;
	return 0;
}

struct seen {
	int64_t key;
	int32_t qts;
};

static int forget(struct rpc_call *c, void *arg)
{
	const struct seen *s = arg;

	return store_qts_received(c->db, s->key, s->qts, c->now - SETTLED_S, &c->arena, NULL, NULL);
}

static void forgotten(struct app *app, void *arg, int r)
{
	free(arg);
}

int secret_acknowledge(struct rpc_call *c, int32_t qts)
{
	struct seen *s;
	int r = c->client ? store_qts_has(c->db, c->client->auth_key_id, qts, c->now - SETTLED_S) : 0;

	if (r <= 0)
		return r;
	s = xcalloc(1, sizeof(*s));
	*s = (struct seen){c->client->auth_key_id, qts};
	if (rpc_write(c->app->rpc, forget, forgotten, s) < 0)
		free(s); /* the lane is full: he will say it again */
	return 0;
}

int messages_receivedQueue(struct rpc_call *c, const struct tl_messages_receivedQueue *q)
{
	struct tl_vector *o = TL_NEW(&c->arena, vector);
	int64_t *ids = NULL;
	int32_t qts;
	size_t n = 0;
	int r;

	if ((r = secret_qts(c, &qts)) < 0)
		return r;
	if (q->max_qts < 0 || q->max_qts > qts)
		return rpc_fail(c, 400, "MAX_QTS_INVALID");
	r = store_qts_received(c->db, c->client->auth_key_id, q->max_qts, INT64_MAX, &c->arena, &ids, &n);
	if (r < 0)
		return r;
	o->longs = (struct tl_vec_long){ids, (uint32_t)n};
	return rpc_reply(c, &o->o);
}
