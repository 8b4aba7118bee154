/* keystore.c - see keystore.h. One struct a question: it travels to a lane, is answered there, and comes back by mailbox. */
#include "roles/keystore.h"

#include <stdlib.h>

#include "base/err.h"
#include "base/mem.h"
#include "crypto/hash.h"
#include "domain/auth/session.h"
#include "mtproto/key_answer.h"
#include "rpc/server.h"
#include "store/auth_key.h"

enum { TEMP_KEYS_MAX = 32 };

struct ask {
	struct mt_key_answer a; /* first: what it becomes */
	struct io_loop *loop;   /* NULL: nobody waits */
	int64_t id, other;
	unixtime_t expires;
};

static void answer(struct app *app, void *arg, int r)
{
	struct ask *q = arg;

	q->a.r = r;
	mt_key_answer(q->loop, &q->a);
}

static struct ask *ask_new(struct io_loop *loop, int64_t id, void *arg)
{
	struct ask *q = xcalloc(1, sizeof(*q));

	q->loop = loop;
	q->id = id;
	q->a.arg = arg;
	return q;
}

static void from_row(struct ask *q, const struct store_auth_key *row)
{
	struct mt_key *k = &q->a.key;

	*k = (struct mt_key){.id = row->id,
	                     .kind = (enum mt_key_kind)row->kind,
	                     .dc = row->dc,
	                     .first_salt = row->first_salt,
	                     .created = row->created,
	                     .expires = row->expires,
	                     .perm_id = row->perm_id,
	                     .layer = row->layer,
	                     .user_id = row->user_id};
	memcpy(k->key, row->body, sizeof(k->key));
	q->a.has_info = row->info.n == sizeof(q->a.info);
	if (q->a.has_info)
		memcpy(&q->a.info, row->info.p, sizeof(q->a.info));
}

static int run_load(struct rpc_call *c, void *arg)
{
	struct ask *q = arg;
	struct store_auth_key row;
	int r;

	r = store_auth_key_load(c->db, q->id, &c->arena, &row);
	if (r == 0)
		from_row(q, &row);
	wipe(&row, sizeof(row));
	return r;
}

static int run_insert(struct rpc_call *c, void *arg)
{
	struct ask *q = arg;
	struct store_auth_key row = {.id = q->a.key.id,
	                             .kind = (int)q->a.key.kind,
	                             .dc = q->a.key.dc,
	                             .first_salt = q->a.key.first_salt,
	                             .created = q->a.key.created,
	                             .expires = q->a.key.expires};
	int r;

	memcpy(row.body, q->a.key.key, sizeof(row.body));
	r = store_auth_key_insert(c->db, &row);
	wipe(&row, sizeof(row));
	return r;
}

static int run_bind(struct rpc_call *c, void *arg)
{
	struct ask *q = arg;

	return store_auth_key_bind(c->db, q->id, q->other, q->expires, TEMP_KEYS_MAX);
}

/* Whoever is signed in on it is so no more: the key goes with its authorisation. */
static int run_destroy(struct rpc_call *c, void *arg)
{
	struct ask *q = arg;
	struct store_auth_key row;
	int64_t user;
	int r;

	r = store_auth_key_load(c->db, q->id, &c->arena, &row);
	user = r == 0 ? row.user_id : 0;
	wipe(&row, sizeof(row));
	if (r == 0 && user)
		r = session_end(c, user, q->id);
	return r < 0 ? r : store_auth_key_delete(c->db, q->id);
}

static int run_note(struct rpc_call *c, void *arg)
{
	struct ask *q = arg;
	struct slice info = {0};

	if (q->a.has_info)
		info = slice_of(&q->a.info, sizeof(q->a.info));
	return store_auth_key_set_client(c->db, q->id, q->a.key.layer, info);
}

static void to_lane(struct rpc_server *rpc, bool write, struct ask *q,
                    int (*run)(struct rpc_call *c, void *arg))
{
	int r = write ? rpc_write(rpc, run, answer, q) : rpc_read(rpc, q->id, run, answer, q);

	if (r < 0)
		answer(NULL, q, r);
}

static void load(void *ctx, struct io_loop *loop, int64_t id, mt_key_loaded_fn *done, void *arg)
{
	struct ask *q = ask_new(loop, id, arg);

	q->a.loaded = done;
	to_lane(ctx, false, q, run_load);
}

static void insert(void *ctx, struct io_loop *loop, const struct mt_key *k, void (*done)(void *arg, int r),
                   void *arg)
{
	struct ask *q = ask_new(loop, k->id, arg);

	q->a.key = *k;
	q->a.done = done;
	to_lane(ctx, true, q, run_insert);
}

static void bind_temp(void *ctx, struct io_loop *loop, int64_t temp_id, int64_t perm_id, unixtime_t expires,
                      void (*done)(void *arg, int r), void *arg)
{
	struct ask *q = ask_new(loop, temp_id, arg);

	q->other = perm_id;
	q->expires = expires;
	q->a.done = done;
	to_lane(ctx, true, q, run_bind);
}

static void destroy(void *ctx, struct io_loop *loop, int64_t id, void (*done)(void *arg, int r), void *arg)
{
	struct ask *q = ask_new(loop, id, arg);

	q->a.done = done;
	to_lane(ctx, true, q, run_destroy);
}

static void note_client(void *ctx, int64_t perm_id, int32_t layer, const struct mt_client_info *info)
{
	struct ask *q = ask_new(NULL, perm_id, NULL);

	q->a.key.layer = layer;
	q->a.has_info = info != NULL;
	if (info)
		q->a.info = *info;
	to_lane(ctx, true, q, run_note);
}

void keystore_bind(struct rpc_server *rpc, struct mt_keystore *ret)
{
	*ret = (struct mt_keystore){.ctx = rpc,
	                            .load = load,
	                            .insert = insert,
	                            .bind = bind_temp,
	                            .destroy = destroy,
	                            .note_client = note_client};
}
