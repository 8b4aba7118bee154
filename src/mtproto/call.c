/*
 * call.c - a call, out of its wrappers (wrapper.c) and no more waiting for another (waiting.c), to ops.call; which of them run; and
 * their answers back.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "base/rd.h"
#include "mtproto/gzip.h"
#include "mtproto/call_private.h"
#include "mtproto/conn_private.h"
#include "mtproto/key_private.h"
#include "mtproto/out_private.h"
#include "mtproto/session_private.h"
#include "mtproto/wrapper.h"

enum { LAYER_MIN = 133, GZIP_FROM = 1024 };

bool mt_running_add(struct mt_session *s, int64_t msg_id, uint32_t n)
{
	if (s->n_running >= MT_RUNNING_MAX || s->running_bytes + n > MT_RUNNING_BYTES)
		return false;
	if ((s->n_running & (s->n_running - 1)) == 0)
		s->running = xrealloc(s->running,
		                      (s->n_running ? s->n_running * 2 : 1) * sizeof(*s->running));
	s->running[s->n_running++] = (struct mt_running){.msg_id = msg_id, .since = clock_usec(), .n = n};
	s->running_bytes += n;
	mt_session_busy(s);
	return true;
}

void mt_running_remove(struct mt_session *s, int64_t msg_id)
{
	for (uint32_t i = 0; i < s->n_running; i++)
		if (s->running[i].msg_id == msg_id) {
			s->running_bytes -= s->running[i].n;
			memmove(s->running + i, s->running + i + 1,
			        (s->n_running - i - 1) * sizeof(*s->running));
			s->n_running--;
			break;
		}
	if (!s->n_running) {
		free(s->running);
		s->running = NULL;
	}
}

bool mt_is_running(const struct mt_session *s, int64_t msg_id)
{
	for (uint32_t i = 0; i < s->n_running; i++)
		if (s->running[i].msg_id == msg_id)
			return true;
	for (const struct mt_waiting *w = s->waiting; w; w = w->next)
		if (w->msg_id == msg_id)
			return true;
	return false;
}

static void remember(struct mt_session *s, const struct mt_wrap *w)
{
	struct mt_key *k = &s->key->k;
	struct mt_server *srv = s->l->s;
	bool news = (w->layer && w->layer != k->layer) ||
	            (w->has_info && !mt_info_is(s->key->info, &w->info));
	struct mt_client_info info;

	if (!news)
		return;
	if (w->layer)
		k->layer = w->layer;
	if (w->has_info)
		mt_info_keep(&s->key->info, &w->info);
	srv->keys.note_client(srv->keys.ctx, k->id, k->layer,
	                      mt_info_read(s->key->info, &info) ? &info : NULL);
	if (s->key->online)
		srv->ops.key_online(srv->ops.ctx, k->id, k->user_id, k->layer, true);
}

/* The packet that ends with this call, if there is not much else in it. */
static struct buf *whole_of(const struct mt_loop *l, struct slice body)
{
	return l->whole && body.p + body.n == l->whole_end && body.n > l->whole->cap / 2 ? l->whole : NULL;
}

void mt_call_run(struct mt_session *s, const char *ip, int64_t msg_id, struct slice body, int32_t layer,
                 bool without_updates, int64_t takeout_id)
{
	struct mt_server *srv = s->l->s;
	struct mt_client_info info;
	struct mt_call call = {.session = mt_session_ref(s),
	                       .perm_key_id = s->key->k.id,
	                       .session_id = s->session_id,
	                       .msg_id = msg_id,
	                       .layer = layer ? layer : s->key->k.layer,
	                       .dc = s->key->k.dc,
	                       .user_id = s->key->k.user_id,
	                       .without_updates = without_updates,
	                       .takeout_id = takeout_id,
	                       .info = mt_info_read(s->key->info, &info) ? &info : NULL,
	                       .peer_ip = ip,
	                       .body = body,
	                       .whole = whole_of(s->l, body),
	                       .more = s->l->calls_follow};

	if (!mt_running_add(s, msg_id, body.n))
		mt_answer_error(s, msg_id, 420, "FLOOD_WAIT_3");
	else if (!mt_bulk_call(s, &call))
		srv->ops.call(srv->ops.ctx, &call);
}

static void start(struct mt_session *s, struct mt_conn *c, struct mt_wrap *w, int64_t msg_id,
                  struct slice body)
{
	struct rd r = rd_of(body.p, body.n);
	uint32_t id = rd_u32(&r);

	if (id == (uint32_t)MT_auth_bindTempAuthKey) {
		if (mt_running_add(s, msg_id, body.n))
			mt_bind(s, msg_id, body);
		else
			mt_answer_error(s, msg_id, 420, "FLOOD_WAIT_3");
		return;
	}
	if (mt_is_cdn(s->l->s, s->key->k.dc)) {
		if (w->n_after)
			mt_answer_error(s, msg_id, 400, "MSG_WAIT_FAILED");
		else
			mt_call_run(s, mt_conn_ip(c), msg_id, body, w->layer, true, 0);
		return;
	}
	if (s->key->k.kind == MT_KEY_TEMP) { /* unbound: nobody stands behind it yet */
		mt_answer_error(s, msg_id, 401, "AUTH_KEY_PERM_EMPTY");
		return;
	}
	if (w->layer && w->layer < LAYER_MIN) {
		mt_answer_error(s, msg_id, 400, "CONNECTION_LAYER_INVALID");
		return;
	}
	remember(s, w);
	if (w->without_updates && !s->no_updates) {
		s->no_updates = true;
		mt_key_online(s->l, s->key);
	}
	if (!s->key->k.layer) {
		mt_answer_error(s, msg_id, 400, "CONNECTION_NOT_INITED");
		return;
	}
	if (w->for_business) { /* nobody has such a connection: done in his own name it would be another call */
		mt_answer_error(s, msg_id, 400, "BUSINESS_CONNECTION_INVALID");
		return;
	}
	if (!mt_waiting_needed(s, w)) {
		mt_answer_error(s, msg_id, 400, "MSG_WAIT_FAILED");
		return;
	}
	if (w->n_after) {
		mt_waiting_add(s, w, msg_id, body);
		return;
	}
	mt_call_run(s, mt_conn_ip(c), msg_id, body, w->layer, w->without_updates, w->takeout_id);
}

void mt_call_message(struct mt_session *s, struct mt_conn *c, int64_t msg_id, struct slice body)
{
	struct rd r = rd_of(body.p, body.n);
	struct mt_wrap w = {0};

	mt_cdn_called(s, c);
	if (mt_unwrap(&w, &r) < 0)
		mt_answer_error(s, msg_id, 400, "INPUT_FETCH_ERROR");
	else
		start(s, c, &w, msg_id, slice_of(r.p, rd_left(&r)));
	mt_wrap_fini(&w);
}

void mt_rpc_error(struct buf *b, int32_t code, const char *text)
{
	buf_u32(b, (uint32_t)MT_rpc_error);
	buf_u32(b, (uint32_t)code);
	buf_tl_bytes(b, text, strlen(text));
}

void mt_answer(struct mt_session *s, int64_t req_msg_id, struct buf *body, int flags)
{
	struct rd r = rd_of(body->p, body->n);
	bool failed = rd_u32(&r) == (uint32_t)MT_rpc_error;
	struct mt_bulk *bulk = mt_bulk_answered(s, req_msg_id);
	struct buf b = {0};

	mt_running_remove(s, req_msg_id);
	mt_cdn_answered(s);
	if (flags & MT_REPLY_BULK) {
		mt_send_bulk(s, req_msg_id, body, bulk);
		if (s->n_waiting)
			mt_waiting_release(s, req_msg_id, false);
		return;
	}
	if (bulk)
		mt_not_remade(s, req_msg_id);
	free(bulk);
	buf_u32(&b, (uint32_t)MT_rpc_result);
	buf_u64(&b, (uint64_t)req_msg_id);
	if (body->n < GZIP_FROM || !mt_gzip(buf_slice(body), &b))
		buf_put(&b, body->p, body->n);
	buf_fini(body);
	mt_send(s, MT_MSG_ANSWER, req_msg_id, &b);
	if (s->n_waiting)
		mt_waiting_release(s, req_msg_id, failed);
}

void mt_answer_error(struct mt_session *s, int64_t req_msg_id, int32_t code, const char *text)
{
	struct buf b = {0};

	mt_rpc_error(&b, code, text);
	mt_answer(s, req_msg_id, &b, 0);
}
