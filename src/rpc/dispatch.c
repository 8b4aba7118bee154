/*
 * dispatch.c - a request's bytes to a job on a lane: decode, who may, on which DC, how often. On the loop's thread.
 */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "rpc/limit.h"
#include "rpc/rpc_private.h"
#include "updates/peer.h"

static void keep_client(struct rpc_job *j, const struct rpc_client *from)
{
	struct arena *a = &j->call.arena;

	j->client = *from;
	j->client.device_model = (const char *)arena_str(a, from->device_model ? from->device_model : "").p;
	j->client.system_version =
		(const char *)arena_str(a, from->system_version ? from->system_version : "").p;
	j->client.app_version = (const char *)arena_str(a, from->app_version ? from->app_version : "").p;
	j->client.lang_code = (const char *)arena_str(a, from->lang_code ? from->lang_code : "").p;
	j->client.ip = (const char *)arena_str(a, from->ip ? from->ip : "").p;
	j->call.client = &j->client;
}

/* The bytes of a request, which are the job's from here on. */
static struct slice body_of(struct rpc_job *j, const struct rpc_request *q)
{
	if (!q->whole)
		return arena_slice(&j->call.arena, q->body);
	j->body = *q->whole;
	*q->whole = (struct buf){0};
	return q->body;
}

/* The body into a query: 0, or what rpc_fail returned. Clients mix shapes of layers; every served one is taken. */
static int decode(struct rpc_job *j, struct slice body)
{
	struct rd r = rd_of(body.p, body.n), peek = r;
	uint32_t id = rd_u32(&peek);
	struct tl_obj *q;
	int e;

	j->call.arena.limit = j->call.arena.used + (size_t)body.n * RPC_ARENA_FACTOR + RPC_ARENA_BASE;
	e = tl_decode(&r, &j->call.arena, &q);
	j->call.arena.limit = 0;
	if (e == 0 && !tl_is_method(q->name))
		e = -ERR_UNSUPPORTED;
	switch (e) {
	case 0:
		j->query = q;
		return 0;
	case -ERR_UNSUPPORTED:
		if (tl_known_method(id))
			return rpc_fail(&j->call, 400, "METHOD_NOT_IMPLEMENTED");
		return rpc_fail(&j->call, 400, "INPUT_METHOD_INVALID");
	case -ERR_NOTFOUND:
		return rpc_fail(&j->call, 400, "INPUT_CONSTRUCTOR_INVALID");
	case -ERR_TOO_BIG:
		return rpc_fail(&j->call, 400, "INPUT_REQUEST_TOO_LONG");
	default:
		return rpc_fail(&j->call, 400, "INPUT_FETCH_ERROR");
	}
}

static int authorise(struct rpc_job *j)
{
	const struct rpc_method *m = j->method;

	if (m->who == RPC_WHO_ANY)
		return 0;
	if (!j->call.user_id)
		return rpc_fail(&j->call, 401, "AUTH_KEY_UNREGISTERED");
	if (j->client.dc != HOME_DC)
		return rpc_fail(&j->call, 303, "USER_MIGRATE_%d", HOME_DC);
	if (m->who == RPC_WHO_USER && j->call.is_bot)
		return rpc_fail(&j->call, 400, "BOT_METHOD_INVALID");
	if (m->who == RPC_WHO_BOT && !j->call.is_bot)
		return rpc_fail(&j->call, 400, "USER_BOT_REQUIRED");
	return 0;
}

/* Classes by phone are counted by their handlers, who know the phone. */
static int limit(struct rpc_job *j)
{
	int64_t id = j->call.user_id ? j->call.user_id : j->client.auth_key_id;
	int wait;

	switch (rpc_rates[j->method->rate].per) {
	case RPC_PER_PHONE:
		return 0;
	case RPC_PER_IP:
		id = rpc_limit_id(slice_str(j->client.ip));
		break;
	case RPC_PER_KEY:
		id = j->client.auth_key_id;
		break;
	case RPC_PER_USER:
		break;
	}
	wait = rpc_limit_take(j->server->limiter, id, j->method->rate, clock_usec());
	return wait > 0 ? rpc_fail(&j->call, 420, "FLOOD_WAIT_%d", wait) : 0;
}

static void answer_now(struct rpc_job *j, int r)
{
	j->r = r;
	rpc_job_answer(j);
	rpc_job_free(j);
}

/* What has it at hand answers here; else it goes where it may wait. */
static int on_loop(struct rpc_server *s, struct rpc_job *j)
{
	int r;

	j->call.now = clock_unix();
	if (!j->method->prepare) {
		answer_now(j, j->method->handler(&j->call, j->query));
		return 0;
	}
	r = j->method->prepare(&j->call, j->query);
	if (r == -ERR_AGAIN)
		return rpc_push_blob(s, s->blob, j);
	answer_now(j, r);
	return 0;
}

static int to_lane(struct rpc_job *j, bool more)
{
	struct rpc_server *s = j->server;
	int64_t by = j->call.user_id ? j->call.user_id : j->client.auth_key_id;

	switch (j->method->lane) {
	case RPC_LANE_NONE:
		return on_loop(s, j);
	case RPC_LANE_READ:
		return lane_push(rpc_read_lane(s, by), &j->item, false);
	case RPC_LANE_WRITE:
		return lane_push(s->write, &j->item, false);
	case RPC_LANE_BLOB: /* who looks at a video keeps nobody from a range of a file */
		return rpc_push_blob(s, j->method->prepare ? s->prepare : s->blob, j);
	case RPC_LANE_UPLOAD:
		return rpc_push_part(s, j, more);
	case RPC_LANE_CPU:
		return lane_push(s->cpu, &j->item, false);
	}
	return -ERR_UNSUPPORTED;
}

void rpc_dispatch(struct rpc_server *s, const struct rpc_request *q)
{
	struct rpc_job *j = rpc_job_new(s, RPC_JOB_CALL);
	int r;

	j->origin = q->origin;
	j->layer = tl_layer_serve(q->layer);
	keep_client(j, &q->client);
	j->call.user_id = q->user_id;
	j->call.is_bot = peer_is_bot(q->user_id);
	r = decode(j, body_of(j, q));
	if (r == 0) {
		rpc_count_call(s, j->query->name);
		j->method = rpc_method_find(j->query->name);
		if (!j->method)
			r = rpc_fail(&j->call, 400, "METHOD_NOT_IMPLEMENTED");
	}
	if (r == 0)
		r = authorise(j);
	if (r == 0)
		r = limit(j);
	if (r == 0)
		r = to_lane(j, q->more);
	if (r == 0)
		return;
	if (r == -ERR_CLOSED) { /* we are going down: the client asks again whoever comes next */
		rpc_job_free(j);
		return;
	}
	if (r == -ERR_FULL)
		r = rpc_fail(&j->call, 420, "FLOOD_WAIT_%d", 3);
	j->r = r;
	rpc_job_answer(j);
	rpc_job_free(j);
}
