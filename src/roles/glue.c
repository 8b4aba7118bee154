/* glue.c - see glue.h. */
#include "roles/glue.h"

#include <assert.h>

#include "base/rd.h"
#include "cdnwire/call.h"
#include "domain/media/media.h"
#include "domain/users/peer.h"
#include "rpc/crowd.h"
#include "updates/online.h"

enum { STAND_IN_PQ_MS = 1500, STAND_IN_LEFT_PQ_MS = 300 };

static bool is_cdn(void *ctx, int32_t dc)
{
	return app_cdn(((struct glue *)ctx)->app, dc) != APP_CDN_NONE;
}

/*
 * Desktop takes who answers first: the node, which does after 300 ms (api.md 7.8). Where the node is no more, we are not to be waited for:
 * TDLib asks twice. But who was sent there just before that has no keys of the DC yet, and fetches them meanwhile.
 */
static unsigned pq_delay(void *ctx, int32_t dc)
{
	enum app_cdn is = app_cdn(((struct glue *)ctx)->app, dc);

	return is == APP_CDN_BESIDE ? STAND_IN_PQ_MS : is == APP_CDN_LEFT ? STAND_IN_LEFT_PQ_MS : 0;
}

/* A client that took us for the CDN node in whose place we stand goes back to getFile by this answer, and by no other. */
static void stand_in(struct glue *g, const struct mt_call *m)
{
	struct rd r = rd_of(m->body.p, m->body.n);
	struct buf b = {0};

	mt_rpc_error(&b, 400, rd_u32(&r) == CDN_GET_FILE ? "FILE_TOKEN_INVALID" : "CDN_METHOD_INVALID");
	mt_server_reply(g->mt, m->session, m->msg_id, &b, MT_REPLY_RAW);
}

static void on_call(void *ctx, const struct mt_call *m)
{
	struct glue *g = ctx;
	struct rpc_request q = {.origin = {.loop = m->session.loop,
	                                   .slot = m->session.slot,
	                                   .gen = m->session.gen,
	                                   .msg_id = m->msg_id},
	                        .client = {.auth_key_id = m->perm_key_id,
	                                   .session_id = m->session_id,
	                                   .dc = m->dc,
	                                   .takeout = m->takeout_id != 0,
	                                   .ip = m->peer_ip},
	                        .user_id = m->user_id,
	                        .layer = m->layer,
	                        .without_updates = m->without_updates,
	                        .body = m->body,
	                        .whole = m->whole,
	                        .more = m->more};

	if (is_cdn(g, m->dc)) {
		stand_in(g, m);
		return;
	}
	if (m->info) {
		q.client.api_id = m->info->api_id;
		q.client.device_model = m->info->device_model;
		q.client.system_version = m->info->system_version;
		q.client.app_version = m->info->app_version;
		q.client.lang_code = m->info->lang_code;
	}
	rpc_dispatch(g->rpc, &q);
}

static void on_calls_made(void *ctx)
{
	rpc_dispatched(((struct glue *)ctx)->rpc);
}

static void on_key_online(void *ctx, int64_t key, int64_t user, int32_t layer, bool online)
{
	struct glue *g = ctx;

	rpc_key_online(g->rpc, key, user, layer, online);
}

static struct mt_ref ref_of(const struct rpc_origin *o)
{
	return (struct mt_ref){o->loop, o->slot, o->gen};
}

static void reply(void *ctx, const struct rpc_origin *o, struct buf *body, bool bulk)
{
	mt_server_reply(((struct glue *)ctx)->mt, ref_of(o), o->msg_id, body,
	                bulk ? MT_REPLY_BULK : MT_REPLY_RAW);
}

static void reply_later(void *ctx, const struct rpc_origin *o, struct buf *body)
{
	mt_server_reply(((struct glue *)ctx)->mt, ref_of(o), o->msg_id, body, MT_REPLY_LATER);
}

static void replied(void *ctx)
{
	mt_server_replied(((struct glue *)ctx)->mt);
}

static void push(void *ctx, const int64_t *keys, size_t n, struct buf *body)
{
	struct glue *g = ctx;
	struct mt_batch *b = mt_batch_new(body);

	for (size_t i = 0; i < n; i++)
		mt_server_push(g->mt, keys[i], b);
	mt_batch_unref(&b);
}

static_assert(sizeof(struct rpc_place) == sizeof(struct mt_place) &&
                      sizeof(struct rpc_body) == sizeof(struct mt_body) &&
                      sizeof(struct rpc_listener) == sizeof(struct mt_listener),
              "the same structs on both sides");

static void push_crowd(void *ctx, struct rpc_body *bodies, size_t n_bodies, const struct rpc_listener *who,
                       size_t n)
{
	mt_server_push_crowd(((struct glue *)ctx)->mt, (struct mt_body *)bodies, n_bodies,
	                     (const struct mt_listener *)who, n);
}

static int64_t viewer_value(void *ctx, int64_t viewer, int32_t kind, int64_t target)
{
	return access_hash(((struct glue *)ctx)->app, viewer, (enum peer_kind)kind, target);
}

static void has_room(void *ctx)
{
	mt_server_has_room(((struct glue *)ctx)->mt);
}

static void wants_updates(void *ctx, const struct rpc_origin *o)
{
	mt_server_wants_updates(((struct glue *)ctx)->mt, ref_of(o));
}

void glue_rpc_ops(struct glue *g, struct rpc_ops *ret)
{
	*ret = (struct rpc_ops){.ctx = g,
	                        .reply = reply,
	                        .reply_later = reply_later,
	                        .replied = replied,
	                        .push = push,
	                        .push_crowd = push_crowd,
	                        .has_room = has_room,
	                        .wants_updates = wants_updates};
}

static uint32_t answer_size(void *ctx, struct slice body)
{
	return media_answer_size(body);
}

static bool is_busy(void *ctx)
{
	return rpc_is_busy(((struct glue *)ctx)->rpc);
}

static bool is_full(void *ctx)
{
	return rpc_is_full(((struct glue *)ctx)->rpc);
}

static_assert((int)RPC_RAW_ROOM == (int)MT_REPLY_ROOM, "what a handler leaves free is the packet's");

void glue_mt_ops(struct glue *g, struct mt_server_ops *ret)
{
	*ret = (struct mt_server_ops){.ctx = g,
	                              .call = on_call,
	                              .answer_size = answer_size,
	                              .is_full = is_full,
	                              .is_busy = is_busy,
	                              .calls_made = on_calls_made,
	                              .key_online = on_key_online,
	                              .is_cdn = is_cdn,
	                              .pq_delay = pq_delay,
	                              .viewer_value = viewer_value};
}

static void key_set_user(void *ctx, int64_t key, int64_t user)
{
	struct glue *g = ctx;

	upd_online_bind(g->app->online, key, user);
	mt_server_set_user(g->mt, key, user);
}

static void key_drop(void *ctx, int64_t key)
{
	mt_server_drop_key(((struct glue *)ctx)->mt, key);
}

static void key_drop_temp(void *ctx, int64_t key, const int64_t *except, uint32_t n)
{
	mt_server_drop_temp(((struct glue *)ctx)->mt, key, except, n);
}

void glue_app(struct glue *g, struct app *app)
{
	g->app = app;
	app->mt = g;
	app->key_set_user = key_set_user;
	app->key_drop = key_drop;
	app->key_drop_temp = key_drop_temp;
}
