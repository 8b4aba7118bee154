/*
 * wrapper.c - a call out of its wrappers (invokeWithLayer, initConnection, gzip and the rest, in any order), to ops.call;
 * and its answer back. Also the order that invokeAfterMsg asks for.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/rd.h"
#include "base/utf8.h"
#include "mtproto/gzip.h"
#include "mtproto/private.h"

enum { LAYER_MIN = 133, JSON_DEPTH = 16, GZIP_FROM = 1024 };
#define WAIT_USEC    15000000
#define UNHEARD_USEC 2000000 /* for a message that has not come yet: another connection may bring it */

struct wrap {
	int32_t layer;
	bool has_info, without_updates, for_business;
	struct mt_client_info info;
	int64_t *after; /* what it is to run after */
	uint32_t n_after;
	int64_t takeout_id;
	struct buf plain; /* unzipped query */
	int gzips;
};

/* It will be shown to people: text, on one line. */
static void copy_text(char *out, size_t size, struct slice s)
{
	size_t n = s.n < size - 1 ? s.n : size - 1;

	for (size_t i = 0; i < n; i++)
		out[i] = s.p[i] >= 0x20 ? (char)s.p[i] : ' ';
	/* Not in the middle of a letter. */
	while (n < s.n && n > 0 && (s.p[n] & 0xc0) == 0x80)
		n--;
	out[n] = '\0';
	if (!utf8_valid(slice_of(out, n)))
		for (size_t i = 0; i < n; i++)
			out[i] = (signed char)out[i] < 0 ? '?' : out[i];
}

static void skip_json(struct rd *r, int depth)
{
	uint32_t id = rd_u32(r), n;

	if (depth > JSON_DEPTH)
		r->bad = true;
	if (r->bad)
		return;
	switch (id) {
	case 0x3f6d7b68: /* jsonNull */
		return;
	case 0xc7345e6a: /* jsonBool */
		rd_u32(r);
		return;
	case 0x2be0dfa4: /* jsonNumber */
		rd_u64(r);
		return;
	case 0xb71e767a: /* jsonString */
		rd_tl_bytes(r);
		return;
	case 0xf7444763: /* jsonArray */
	case 0x99c1d49d: /* jsonObject */
		rd_u32(r);
		n = rd_u32(r);
		for (uint32_t i = 0; i < n && !r->bad; i++) {
			if (id == 0x99c1d49d) {
				rd_u32(r); /* jsonObjectValue */
				rd_tl_bytes(r);
			}
			skip_json(r, depth + 1);
		}
		return;
	default:
		r->bad = true;
	}
}

static void read_init(struct wrap *w, struct rd *r)
{
	uint32_t flags = rd_u32(r);

	w->info.api_id = (int32_t)rd_u32(r);
	copy_text(w->info.device_model, sizeof(w->info.device_model), rd_tl_bytes(r));
	copy_text(w->info.system_version, sizeof(w->info.system_version), rd_tl_bytes(r));
	copy_text(w->info.app_version, sizeof(w->info.app_version), rd_tl_bytes(r));
	copy_text(w->info.system_lang_code, sizeof(w->info.system_lang_code), rd_tl_bytes(r));
	copy_text(w->info.lang_pack, sizeof(w->info.lang_pack), rd_tl_bytes(r));
	copy_text(w->info.lang_code, sizeof(w->info.lang_code), rd_tl_bytes(r));
	if (flags & 1) {
		r->bad |= rd_u32(r) != (uint32_t)MT_inputClientProxy;
		rd_tl_bytes(r);
		rd_u32(r);
	}
	if (flags & 2)
		skip_json(r, 0);
	w->has_info = true;
}

static void read_after(struct wrap *w, struct rd *r, uint32_t n)
{
	if (r->bad || n > MT_IDS_MAX - w->n_after || n > rd_left(r) / 8) {
		r->bad = true;
		return;
	}
	w->after = xrealloc(w->after, (w->n_after + n + 1) * sizeof(*w->after));
	for (uint32_t i = 0; i < n; i++)
		w->after[w->n_after++] = (int64_t)rd_u64(r);
}

static void read_after_many(struct wrap *w, struct rd *r)
{
	r->bad |= rd_u32(r) != (uint32_t)MT_vector;
	read_after(w, r, rd_u32(r));
}

static int unzip(struct wrap *w, struct rd *r)
{
	struct slice packed = rd_tl_bytes(r);

	if (r->bad || w->gzips++)
		return -ERR_INVALID;
	if (mt_gunzip(packed, MT_UNZIP_MAX, &w->plain) < 0)
		return -ERR_INVALID;
	*r = rd_of(w->plain.p, w->plain.n);
	return 0;
}

/* One wrapper off: 1 if there was one, 0 if the query stands bare, negative if it is malformed. */
static int unwrap(struct wrap *w, struct rd *r)
{
	struct rd peek = *r;

	switch (rd_u32(&peek)) {
	case (uint32_t)MT_invokeWithLayer:
		w->layer = (int32_t)rd_u32(&peek);
		break;
	case (uint32_t)MT_initConnection:
		read_init(w, &peek);
		break;
	case (uint32_t)MT_invokeWithoutUpdates:
		w->without_updates = true;
		break;
	case (uint32_t)MT_invokeAfterMsg:
		read_after(w, &peek, 1);
		break;
	case (uint32_t)MT_invokeAfterMsgs:
		read_after_many(w, &peek);
		break;
	case (uint32_t)MT_invokeWithTakeout:
		w->takeout_id = (int64_t)rd_u64(&peek);
		break;
	case (uint32_t)MT_invokeWithMessagesRange:
		peek.bad |= rd_u32(&peek) != (uint32_t)MT_messageRange;
		rd_u64(&peek);
		break;
	case (uint32_t)MT_invokeWithBusinessConnection:
		w->for_business = true;
		rd_tl_bytes(&peek);
		break;
	case (uint32_t)MT_invokeWithReCaptcha:
		rd_tl_bytes(&peek);
		break;
	case (uint32_t)MT_invokeWithGooglePlayIntegrity:
	case (uint32_t)MT_invokeWithApnsSecret:
		rd_tl_bytes(&peek);
		rd_tl_bytes(&peek);
		break;
	case (uint32_t)MT_gzip_packed:
		if (unzip(w, &peek) < 0)
			return -ERR_INVALID;
		break;
	default:
		return r->bad || rd_left(r) < 4 ? -ERR_INVALID : 0;
	}
	*r = peek;
	return r->bad ? -ERR_INVALID : 1;
}

static void remember(struct mt_session *s, const struct wrap *w)
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

static void run_call(struct mt_session *s, const char *ip, int64_t msg_id, struct slice body, int32_t layer,
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
	                       .body = body};

	if (!mt_running_add(s, msg_id, body.n))
		mt_answer_error(s, msg_id, 420, "FLOOD_WAIT_3");
	else if (!mt_bulk_call(s, &call))
		srv->ops.call(srv->ops.ctx, &call);
}

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

/* What is answered is not waited for. False: one of them failed, so this one does. */
static bool leave_unanswered(const struct mt_session *s, struct wrap *w)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < w->n_after; i++) {
		if (mt_answer_failed(s, w->after[i]))
			return false;
		if (mt_is_running(s, w->after[i]) || !mt_was_seen(s, w->after[i]))
			w->after[n++] = w->after[i];
	}
	w->n_after = n;
	return true;
}

/* The ids go along. */
static void wait_for(struct mt_session *s, struct wrap *w, int64_t msg_id, struct slice body)
{
	struct mt_waiting *x, **tail = &s->waiting;
	uint32_t size = body.n + w->n_after * 8;

	if (s->n_waiting >= MT_WAITING_MAX || s->waiting_bytes + size > MT_WAITING_BYTES) {
		mt_answer_error(s, msg_id, 400, "MSG_WAIT_FAILED");
		return;
	}
	x = xmalloc(sizeof(*x) + body.n);
	*x = (struct mt_waiting){.after = w->after,
	                         .n_after = w->n_after,
	                         .msg_id = msg_id,
	                         .since = clock_usec(),
	                         .without_updates = w->without_updates,
	                         .takeout_id = w->takeout_id,
	                         .layer = w->layer,
	                         .n = body.n};
	w->after = NULL;
	memcpy(x->body, body.p, body.n);
	while (*tail)
		tail = &(*tail)->next;
	*tail = x;
	s->n_waiting++;
	s->waiting_bytes += size;
	mt_session_busy(s);
}

static void start(struct mt_session *s, struct mt_conn *c, struct wrap *w, int64_t msg_id, struct slice body)
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
			run_call(s, mt_conn_ip(c), msg_id, body, w->layer, true, 0);
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
	if (!leave_unanswered(s, w)) {
		mt_answer_error(s, msg_id, 400, "MSG_WAIT_FAILED");
		return;
	}
	if (w->n_after) {
		wait_for(s, w, msg_id, body);
		return;
	}
	run_call(s, mt_conn_ip(c), msg_id, body, w->layer, w->without_updates, w->takeout_id);
}

void mt_call_message(struct mt_session *s, struct mt_conn *c, int64_t msg_id, struct slice body)
{
	struct rd r = rd_of(body.p, body.n);
	struct wrap w = {0};
	int e = 1;

	mt_cdn_called(s, c);
	for (int depth = 0; e == 1; depth++)
		e = depth > MT_WRAPPERS_MAX ? -ERR_INVALID : unwrap(&w, &r);
	if (e < 0)
		mt_answer_error(s, msg_id, 400, "INPUT_FETCH_ERROR");
	else
		start(s, c, &w, msg_id, slice_of(r.p, rd_left(&r)));
	buf_fini(&w.plain);
	free(w.after);
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

static struct mt_waiting *take_waiting(struct mt_session *s, struct mt_waiting **p)
{
	struct mt_waiting *w = *p;

	*p = w->next;
	s->n_waiting--;
	s->waiting_bytes -= (uint32_t)(w->n + w->n_after * 8);
	return w;
}

static void waiting_free(struct mt_waiting *w)
{
	free(w->after);
	free(w);
}

/* Does it wait for this one? Then no more. */
static bool waits_no_more(struct mt_session *s, struct mt_waiting *w, int64_t id)
{
	bool did = false;

	for (uint32_t i = 0; i < w->n_after; i++)
		if (w->after[i] == id) {
			w->after[i--] = w->after[--w->n_after];
			s->waiting_bytes -= 8;
			did = true;
		}
	return did;
}

void mt_waiting_release(struct mt_session *s, int64_t finished, bool failed)
{
	struct mt_waiting **p = &s->waiting, *w;

	while ((w = *p) != NULL) {
		if (!waits_no_more(s, w, finished) || (w->n_after && !failed)) {
			p = &w->next;
			continue;
		}
		take_waiting(s, p);
		if (failed)
			mt_answer_error(s, w->msg_id, 400, "MSG_WAIT_FAILED");
		else
			run_call(s, s->n_conns ? mt_conn_ip(s->conns[s->n_conns - 1]) : "", w->msg_id,
			         slice_of(w->body, w->n), w->layer, w->without_updates, w->takeout_id);
		waiting_free(w);
		p = &s->waiting; /* answers above may have changed the list */
	}
}

static bool waits_for_the_unheard(const struct mt_session *s, const struct mt_waiting *w)
{
	for (uint32_t i = 0; i < w->n_after; i++)
		if (!mt_was_seen(s, w->after[i]))
			return true;
	return false;
}

void mt_waiting_sweep(struct mt_session *s, usec_t now)
{
	struct mt_waiting **p = &s->waiting, *w;
	bool unheard;

	while ((w = *p) != NULL) {
		unheard = now - w->since >= UNHEARD_USEC && waits_for_the_unheard(s, w);
		if (now - w->since < WAIT_USEC && !unheard) {
			p = &w->next;
			continue;
		}
		take_waiting(s, p);
		if (unheard)
			mt_answer_error(s, w->msg_id, 400, "MSG_WAIT_FAILED");
		else
			mt_answer_error(s, w->msg_id, 500, "MSG_WAIT_TIMEOUT");
		waiting_free(w);
		p = &s->waiting;
	}
}

void mt_waiting_free(struct mt_session *s)
{
	while (s->waiting)
		waiting_free(take_waiting(s, &s->waiting));
}
