/* world.c - see world.h. */
#include "world.h"

#include <assert.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/settings.h"
#include "blob/blob.h"
#include "domain/area.h"
#include "domain/media/cache.h"
#include "domain/bots/answers.h"
#include "domain/messages/views.h"
#include "domain/search/index.h"
#include "domain/users/account.h"
#include "domain/users/peer.h"
#include "rpc/crowd.h"
#include "rpc/server.h"
#include "sql/sql.h"
#include "store/schema.h"
#include "updates/audience.h"
#include "updates/heads.h"
#include "updates/online.h"
#include "worker/worker.h"

enum { RPC_ERROR_ID = 0x2144ca19, PUSHES = 4096 };

struct pushed {
	int64_t key;
	struct tl_obj *o;
};

struct world {
	const char *lang_code;
	char dir[64], path[96];
	struct app app;
	struct settings settings;
	struct arena arena;  /* of the thread that uses the world */
	struct arena pushed; /* of lanes; under the lock */
	pthread_mutex_t lock;
	pthread_cond_t came;
	int64_t next_id;  /* of the call that is waited for */
	int64_t answered; /* the last one answered */
	struct buf answer;
	struct pushed pushes[PUSHES];
	size_t n_pushes;
	int64_t next_key;
	char error[64];
};

static void reply(void *ctx, const struct rpc_origin *o, struct buf *body, bool bulk)
{
	struct world *w = ctx;

	pthread_mutex_lock(&w->lock);
	assert(o->msg_id == w->next_id && w->answered != o->msg_id);
	buf_fini(&w->answer);
	w->answer = *body;
	*body = (struct buf){0};
	if (bulk)
		buf_consume(&w->answer, RPC_RAW_ROOM);
	w->answered = o->msg_id;
	pthread_cond_broadcast(&w->came);
	pthread_mutex_unlock(&w->lock);
}

static void push(void *ctx, const int64_t *keys, size_t n, struct buf *body)
{
	struct world *w = ctx;
	struct tl_obj *o;
	struct slice own;
	struct rd in;
	int r;

	pthread_mutex_lock(&w->lock);
	own = arena_slice(&w->pushed, buf_slice(body));
	in = rd_of(own.p, own.n);
	r = tl_decode(&in, &w->pushed, &o);
	assert(r == 0 && rd_left(&in) == 0);
	for (size_t i = 0; i < n; i++) {
		assert(w->n_pushes < PUSHES);
		w->pushes[w->n_pushes++] = (struct pushed){keys[i], o};
	}
	pthread_mutex_unlock(&w->lock);
	buf_fini(body);
}

/* As a loop does it: each listener gets his own numbers. */
static void push_crowd(void *ctx, struct rpc_body *bodies, size_t n_bodies, const struct rpc_listener *who,
                       size_t n)
{
	struct world *w = ctx;

	for (size_t i = 0; i < n; i++) {
		const struct rpc_body *b = &bodies[who[i].body];
		struct buf own = {0};

		assert(who[i].body < n_bodies);
		buf_put(&own, b->bytes.p, b->bytes.n);
		for (size_t k = 0; k < b->n_places; k++) {
			int64_t v = access_hash(&w->app, who[i].viewer, (enum peer_kind)b->places[k].kind,
			                        b->places[k].target);

			memcpy(own.p + b->places[k].at, &v, sizeof(v));
		}
		push(ctx, &who[i].key, 1, &own);
	}
	for (size_t i = 0; i < n_bodies; i++)
		buf_fini(&bodies[i].bytes);
}

static void wants_updates(void *ctx, const struct rpc_origin *o)
{
}

static void key_set_user(void *mt, int64_t key, int64_t user)
{
	upd_online_bind(((struct world *)mt)->app.online, key, user);
}

static void key_drop_temp(void *mt, int64_t perm_key_id, const int64_t *except, uint32_t n)
{
}

static void key_drop(void *mt, int64_t key)
{
	upd_online_set(((struct world *)mt)->app.online, key, 0, 0, false);
}

static void make_database(struct world *w)
{
	struct sql_db *db;
	int r;

	r = sql_open(w->path, SQL_WRITER, &db);
	assert(r == 0);
	r = store_migrate(db);
	assert(r == 0);
	r = domain_first_rows(db);
	assert(r == 0);
	sql_close(db);
}

struct world *world_new(void)
{
	struct world *w = xcalloc(1, sizeof(*w));
	struct rpc_server_config cfg = {.app = &w->app,
	                                .ops = {.ctx = w,
	                                        .reply = reply,
	                                        .push = push,
	                                        .push_crowd = push_crowd,
	                                        .wants_updates = wants_updates},
	                                .db_path = w->path,
	                                .n_read = 2,
	                                .n_cpu = 1,
	                                .compose = domain_compose,
	                                .compose_crowd = domain_compose_crowd,
	                                .channels_of = domain_channels_of};
	struct worker_config cfg_workers = {0};
	struct blob_config cfg_blobs = {.max_size = (uint64_t)4000 << 20};
	char why[300];
	int r;

	log_set_level(LOG_ERROR); /* the rest is what tests bring about */
	arena_init(&w->arena, 0);
	arena_init(&w->pushed, 0);
	pthread_mutex_init(&w->lock, NULL);
	pthread_cond_init(&w->came, NULL);
	strcpy(w->dir, "/tmp/chapar-test-XXXXXX");
	if (!mkdtemp(w->dir))
		abort();
	snprintf(w->path, sizeof(w->path), "%s/db", w->dir);
	settings_init(&w->settings);
	w->app.settings = &w->settings;
	w->app.online = upd_online_new();
	w->app.audience = upd_audience_new();
	w->app.heads = upd_heads_new();
	w->app.search = search_index_new();
	w->app.views = views_new();
	w->app.answers = bot_answers_new();
	w->app.files = media_cache_new();
	w->app.test_numbers = true;
	w->app.signup = APP_SIGNUP_OPEN;
	w->app.started = clock_unix();
	memset(w->app.access_secret, 7, sizeof(w->app.access_secret));
	pthread_mutex_init(&w->app.public.lock, NULL);
	app_set_public(&w->app, "127.0.0.1", 4430);
	w->app.key_set_user = key_set_user;
	w->app.key_drop = key_drop;
	w->app.key_drop_temp = key_drop_temp;
	w->app.mt = w;
	w->next_key = 1000;
	make_database(w);
	cfg_workers.program = WORLD_WORKER;
	cfg_workers.n = 1;
	r = worker_pool_new(&cfg_workers, &w->app.workers);
	assert(r == 0);
	cfg_blobs.dir = w->dir;
	r = blob_open(&cfg_blobs, why, sizeof(why), &w->app.blobs);
	assert(r == 0);
	r = rpc_server_new(&cfg, &w->app.rpc);
	assert(r == 0);
	return w;
}

void world_free(struct world *w)
{
	char command[128];

	jobs_stop(w->app.jobs);
	worker_pool_close(w->app.workers);
	rpc_server_stop(w->app.rpc);
	rpc_server_free(w->app.rpc);
	jobs_free(w->app.jobs);
	upd_online_free(w->app.online);
	upd_audience_free(w->app.audience);
	upd_heads_free(w->app.heads);
	search_index_free(w->app.search);
	views_free(w->app.views);
	bot_answers_free(w->app.answers);
	media_cache_free(w->app.files);
	settings_fini(&w->settings);
	worker_pool_free(w->app.workers);
	blob_close(w->app.blobs);
	snprintf(command, sizeof(command), "rm -rf %s", w->dir);
	if (system(command) != 0)
		abort();
	buf_fini(&w->answer);
	arena_fini(&w->arena);
	arena_fini(&w->pushed);
	pthread_cond_destroy(&w->came);
	pthread_mutex_destroy(&w->lock);
	free(w);
}

int world_teardown(void **state)
{
	struct world **w = *state;

	world_free(*w);
	free(w);
	return 0;
}

void world_start_jobs(struct world *w)
{
	int r = jobs_start(&w->app, w->app.rpc, domain_jobs, &w->app.jobs);

	assert(r == 0);
}

void world_set(struct world *w, const char *section, const char *key, const char *value)
{
	int r = settings_set(&w->settings, section, key, value);

	assert(r == 0);
}

struct app *world_app(struct world *w)
{
	return &w->app;
}

const char *world_dir(const struct world *w)
{
	return w->dir;
}

struct arena *world_arena(struct world *w)
{
	return &w->arena;
}

struct waiting {
	struct world *w;
	int (*f)(struct rpc_call *c, void *arg);
	void *arg;
	int r;
	bool done;
};

static int run(struct rpc_call *c, void *arg)
{
	struct waiting *x = arg;

	return x->f(c, x->arg);
}

static void done(struct app *app, void *arg, int r)
{
	struct waiting *x = arg;

	pthread_mutex_lock(&x->w->lock);
	x->r = r;
	x->done = true;
	pthread_cond_broadcast(&x->w->came);
	pthread_mutex_unlock(&x->w->lock);
}

static int wait_done(struct waiting *x)
{
	pthread_mutex_lock(&x->w->lock);
	while (!x->done)
		pthread_cond_wait(&x->w->came, &x->w->lock);
	pthread_mutex_unlock(&x->w->lock);
	return x->r;
}

int world_write(struct world *w, int (*f)(struct rpc_call *c, void *arg), void *arg)
{
	struct waiting x = {.w = w, .f = f, .arg = arg};
	int r = rpc_write(w->app.rpc, run, done, &x);

	assert(r == 0);
	return wait_done(&x);
}

struct birth {
	struct slice phone, first, last;
	int64_t id;
};

static int born(struct rpc_call *c, void *arg)
{
	struct birth *b = arg;

	return user_create(c, b->phone, b->first, b->last, true, &b->id);
}

struct person world_person(struct world *w, const char *phone, const char *first, const char *last)
{
	struct birth b = {slice_str(phone), slice_str(first), slice_str(last), 0};
	struct person p = {0};
	int r = world_write(w, born, &b);

	assert(r == 0);
	p.key = w->next_key += 10;
	world_connect(w, p, p.key, TL_LAYER_MAX);
	p.id = b.id; /* signs up by this connection */
	world_connect(w, p, p.key, TL_LAYER_MAX);
	return p;
}

void world_connect(struct world *w, struct person p, int64_t key, int layer)
{
	rpc_key_online(w->app.rpc, key, p.id, layer, layer != 0);
}

void world_speak(struct world *w, const char *lang_code)
{
	w->lang_code = lang_code;
}

static struct tl_obj *call(struct world *w, struct person p, int64_t key, int dc, int layer, bool takeout,
                           const struct tl_obj *q)
{
	struct rpc_request req = {.client = {.auth_key_id = key,
	                                     .session_id = key,
	                                     .dc = dc,
	                                     .takeout = takeout,
	                                     .lang_code = w->lang_code,
	                                     .ip = "127.0.0.1"},
	                          .user_id = p.id,
	                          .layer = layer};
	struct tl_obj *o = NULL;
	struct buf b = {0};
	struct slice own;
	struct rd in;
	int r;

	r = tl_encode_call(&b, q, TL_LAYER_MAX);
	if (r < 0) /* of older layers alone */
		r = tl_encode_call(&b, q, layer);
	assert(r == 0);
	pthread_mutex_lock(&w->lock);
	req.origin.msg_id = ++w->next_id;
	pthread_mutex_unlock(&w->lock);
	req.body = buf_slice(&b);
	rpc_dispatch(w->app.rpc, &req);
	buf_fini(&b);
	pthread_mutex_lock(&w->lock);
	while (w->answered != w->next_id)
		pthread_cond_wait(&w->came, &w->lock);
	own = arena_slice(&w->arena, buf_slice(&w->answer));
	in = rd_of(own.p, own.n);
	w->error[0] = 0;
	if (rd_u32(&in) == RPC_ERROR_ID) {
		int32_t code = (int32_t)rd_u32(&in);
		struct slice text = rd_tl_bytes(&in);

		snprintf(w->error, sizeof(w->error), "%d %.*s", code, (int)text.n, (const char *)text.p);
	} else {
		in = rd_of(own.p, own.n);
		r = tl_decode_result(&in, &w->arena, q->name, &o);
		assert(r == 0 && rd_left(&in) == 0);
	}
	pthread_mutex_unlock(&w->lock);
	return o;
}

struct tl_obj *world_call_as(struct world *w, struct person p, int64_t key, int layer, const struct tl_obj *q)
{
	return call(w, p, key, 2, layer, false, q);
}

struct tl_obj *world_call_at(struct world *w, struct person p, int dc, const struct tl_obj *q)
{
	return call(w, p, p.key, dc, TL_LAYER_MAX, false, q);
}

struct tl_obj *world_call_takeout(struct world *w, struct person p, const struct tl_obj *q)
{
	return call(w, p, p.key, 2, TL_LAYER_MAX, true, q);
}

struct tl_obj *world_call(struct world *w, struct person p, const struct tl_obj *q)
{
	return world_call_as(w, p, p.key, TL_LAYER_MAX, q);
}

const char *world_error(const struct world *w)
{
	return w->error;
}

struct tl_obj *world_user(struct world *w, struct person who, int64_t whom)
{
	struct tl_inputUser *u = TL_NEW(&w->arena, inputUser);

	u->user_id = whom;
	u->access_hash = access_hash(&w->app, who.id, ACCESS_USER, whom);
	return &u->o;
}

struct tl_obj *world_peer(struct world *w, struct person who, int64_t whom)
{
	struct tl_inputPeerUser *u = TL_NEW(&w->arena, inputPeerUser);

	u->user_id = whom;
	u->access_hash = access_hash(&w->app, who.id, ACCESS_USER, whom);
	return &u->o;
}

struct tl_obj *world_channel(struct world *w, struct person who, int64_t channel)
{
	struct tl_inputChannel *u = TL_NEW(&w->arena, inputChannel);

	u->channel_id = channel;
	u->access_hash = access_hash(&w->app, who.id, ACCESS_CHANNEL, channel);
	return &u->o;
}

struct tl_obj *world_channel_peer(struct world *w, struct person who, int64_t channel)
{
	struct tl_inputPeerChannel *u = TL_NEW(&w->arena, inputPeerChannel);

	u->channel_id = channel;
	u->access_hash = access_hash(&w->app, who.id, ACCESS_CHANNEL, channel);
	return &u->o;
}

static int nothing(struct rpc_call *c, void *arg)
{
	return 0;
}

struct tl_vec world_pushes(struct world *w, int64_t key)
{
	struct tl_vec v;
	size_t kept = 0;

	/* Through the write lane, then through each read thread: what was said before has been pushed by then. */
	world_write(w, nothing, NULL);
	for (int64_t owner = 0; owner < 64; owner++) {
		struct waiting x = {.w = w, .f = nothing};
		int r = rpc_read(w->app.rpc, owner, run, done, &x);

		assert(r == 0);
		wait_done(&x);
	}
	pthread_mutex_lock(&w->lock);
	v = tl_vec_new(&w->arena, (uint32_t)w->n_pushes);
	v.n = 0;
	for (size_t i = 0; i < w->n_pushes; i++)
		if (w->pushes[i].key == key)
			v.v[v.n++] = w->pushes[i].o;
		else
			w->pushes[kept++] = w->pushes[i];
	w->n_pushes = kept;
	pthread_mutex_unlock(&w->lock);
	return v;
}

int32_t world_pushed_up_to(struct world *w, int64_t key)
{
	int32_t top = 0;

	pthread_mutex_lock(&w->lock);
	for (size_t i = 0; i < w->n_pushes; i++) {
		const struct tl_updates *all = TL_AS(updates, w->pushes[i].o);

		for (uint32_t k = 0; all && w->pushes[i].key == key && k < all->updates.n; k++) {
			const struct tl_updateNewMessage *u = TL_AS(updateNewMessage, all->updates.v[k]);
			const struct tl_message *m = u ? TL_AS(message, u->message) : NULL;

			if (m && m->id > top)
				top = m->id;
		}
	}
	pthread_mutex_unlock(&w->lock);
	return top;
}

struct tl_obj *world_update(struct tl_vec pushes, uint16_t name)
{
	for (uint32_t i = 0; i < pushes.n; i++) {
		const struct tl_updates *all = TL_AS(updates, pushes.v[i]);
		const struct tl_updateShort *one = TL_AS(updateShort, pushes.v[i]);

		if (one && one->update->name == name)
			return one->update;
		for (uint32_t k = 0; all && k < all->updates.n; k++)
			if (all->updates.v[k]->name == name)
				return all->updates.v[k];
	}
	return NULL;
}

struct tl_user *world_find_user(struct tl_vec users, int64_t id)
{
	for (uint32_t i = 0; i < users.n; i++)
		if (TL_IS(user, users.v[i]) && TL_AS(user, users.v[i])->id == id)
			return TL_AS(user, users.v[i]);
	return NULL;
}
