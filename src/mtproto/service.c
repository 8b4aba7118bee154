/* service.c - MTProto's own messages (mtproto.md 3.7): a table of ids, a function each. Their answers are bare. */
#include <stdlib.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/rd.h"
#include "mtproto/call_private.h"
#include "mtproto/conn_private.h"
#include "mtproto/in_private.h"
#include "mtproto/key_private.h"
#include "mtproto/out_private.h"
#include "mtproto/session_private.h"

struct msg {
	struct mt_session *s;
	struct mt_conn *c;
	int64_t msg_id;
	struct rd r; /* behind the id */
};

void mt_bad_msg(struct mt_session *s, struct mt_conn *c, int64_t msg_id, uint32_t seq_no, int code)
{
	struct buf b = {0};

	buf_u32(&b, (uint32_t)MT_bad_msg_notification);
	buf_u64(&b, (uint64_t)msg_id);
	buf_u32(&b, seq_no);
	buf_u32(&b, (uint32_t)code);
	mt_send_at_once(s, c, &b);
}

/* Vector<long> of at most MT_IDS_MAX; false if it is none. Frees with free(). */
static bool read_ids(struct rd *r, int64_t **ret, uint32_t *ret_n)
{
	uint32_t id = rd_u32(r), n = rd_u32(r);

	if (r->bad || id != (uint32_t)MT_vector || n > MT_IDS_MAX || n > rd_left(r) / 8)
		return false;
	*ret = xmalloc(n * sizeof(**ret) + 1);
	*ret_n = n;
	for (uint32_t i = 0; i < n; i++)
		(*ret)[i] = (int64_t)rd_u64(r);
	return true;
}

static void pong(struct msg *m, int64_t ping_id)
{
	struct buf b = {0};

	buf_u32(&b, (uint32_t)MT_pong);
	buf_u64(&b, (uint64_t)m->msg_id);
	buf_u64(&b, (uint64_t)ping_id);
	mt_send(m->s, MT_MSG_SERVICE, 0, &b);
}

static void ping(struct msg *m)
{
	pong(m, (int64_t)rd_u64(&m->r));
}

static void ping_delay_disconnect(struct msg *m)
{
	int64_t id = (int64_t)rd_u64(&m->r);
	int32_t delay = (int32_t)rd_u32(&m->r);

	if (m->r.bad)
		return;
	mt_conn_delay(m->c, (usec_t)delay * 1000000);
	pong(m, id);
}

static void get_future_salts(struct msg *m)
{
	struct mt_key_entry *e = m->s->temp ? m->s->temp : m->s->key;
	struct buf b = {0};

	mt_future_salts(m->s->l->s->cfg.salt_secret, e->k.id, m->msg_id, (int32_t)rd_u32(&m->r), clock_unix(),
	                &b);
	mt_send(m->s, MT_MSG_SERVICE, 0, &b);
}

static void msgs_ack(struct msg *m)
{
	int64_t *ids;
	uint32_t n;

	if (!read_ids(&m->r, &ids, &n))
		return;
	for (uint32_t i = 0; i < n; i++)
		mt_acked(m->s, ids[i]);
	free(ids);
}

static void state_info(struct msg *m, const int64_t *ids, uint32_t n)
{
	uint8_t *states = xmalloc(n + 1);
	struct buf b = {0};

	for (uint32_t i = 0; i < n; i++) {
		if (mt_was_seen(m->s, ids[i]))
			states[i] =
				4; /* received; the answer, if there is one, goes first (mtproto.md 4.3) */
		else if (m->s->n_seen && ids[i] > m->s->seen[m->s->n_seen - 1])
			states[i] = 3;
		else
			states[i] = m->s->n_seen && ids[i] > m->s->seen[0] ? 2 : 1;
	}
	buf_u32(&b, (uint32_t)MT_msgs_state_info);
	buf_u64(&b, (uint64_t)m->msg_id);
	buf_tl_bytes(&b, states, n);
	free(states);
	mt_send(m->s, MT_MSG_SERVICE, 0, &b);
}

/*
 * The client waits for the answer to a message that we have taken: it goes again before the state is told. One that is no
 * longer kept would be waited for in vain, and doing the call again would do it twice: the client hears that it is lost.
 */
static void resend_or_own_up(struct mt_session *s, int64_t msg_id)
{
	if (mt_resend_answer(s, msg_id) == MT_NO_ANSWER && mt_was_seen(s, msg_id) &&
	    !mt_is_running(s, msg_id))
		mt_answer_error(s, msg_id, 500, "MSG_ANSWER_LOST");
}

static void msgs_state_req(struct msg *m)
{
	int64_t *ids;
	uint32_t n;

	if (!read_ids(&m->r, &ids, &n))
		return;
	for (uint32_t i = 0; i < n; i++)
		resend_or_own_up(m->s, ids[i]);
	state_info(m, ids, n);
	free(ids);
}

static void msg_resend_req(struct msg *m)
{
	bool unknown = false;
	int64_t *ids;
	uint32_t n;

	if (!read_ids(&m->r, &ids, &n))
		return;
	for (uint32_t i = 0; i < n; i++) {
		struct mt_out *o = m->s->out;

		while (o && o->msg_id != ids[i])
			o = o->next;
		if (o && o->req_msg_id)
			mt_resend_answer(m->s, o->req_msg_id);
		else
			unknown = true;
	}
	if (unknown)
		state_info(m, ids, n);
	free(ids);
}

static void rpc_drop_answer(struct msg *m)
{
	int64_t req = (int64_t)rd_u64(&m->r);
	struct mt_out *o = m->s->out;
	struct buf b = {0};

	if (m->r.bad)
		return;
	while (o && o->req_msg_id != req)
		o = o->next;
	if (o) {
		buf_u32(&b, (uint32_t)MT_rpc_answer_dropped);
		buf_u64(&b, (uint64_t)o->msg_id);
		buf_u32(&b, o->seq_no);
		buf_u32(&b, (uint32_t)o->body.n);
		mt_out_drop(m->s, o);
	} else {
		buf_u32(&b, (uint32_t)(mt_is_running(m->s, req) ? MT_rpc_answer_dropped_running
		                                                : MT_rpc_answer_unknown));
	}
	mt_answer(m->s, m->msg_id, &b, 0);
}

static void destroy_session(struct msg *m)
{
	int64_t id = (int64_t)rd_u64(&m->r);
	struct mt_session *s = m->r.bad ? NULL : mt_session_find(m->s->l, m->s->key->k.id, id);
	struct buf b = {0};

	buf_u32(&b, (uint32_t)(s ? MT_destroy_session_ok : MT_destroy_session_none));
	buf_u64(&b, (uint64_t)id);
	mt_send(m->s, MT_MSG_SERVICE, 0, &b);
	if (s && s != m->s)
		mt_session_reset(s); /* what it has seen stays, against replays */
}

struct destroy {
	struct mt_loop *l;
	struct mt_ref session;
	int64_t key_id;
};

static void destroyed(void *arg, int r)
{
	struct destroy *d = arg;
	struct mt_session *s = mt_session_by_ref(d->l, d->session);
	struct buf b = {0};

	if (s) {
		buf_u32(&b, (uint32_t)(r == 0               ? MT_destroy_auth_key_ok
		                       : r == -ERR_NOTFOUND ? MT_destroy_auth_key_none
		                                            : MT_destroy_auth_key_fail));
		mt_send(s, MT_MSG_SERVICE, 0, &b);
		mt_flush(d->l->io, d->l);
	}
	if (r == 0)
		mt_key_forget(d->l, d->key_id);
	free(d);
}

static void destroy_auth_key(struct msg *m)
{
	struct mt_server *srv = m->s->l->s;
	struct destroy *d = xmalloc(sizeof(*d));

	*d = (struct destroy){m->s->l, mt_session_ref(m->s), m->s->temp ? m->s->temp->k.id : m->s->key->k.id};
	srv->keys.destroy(srv->keys.ctx, m->s->l->io, d->key_id, destroyed, d);
}

static void http_wait(struct msg *m)
{
	int32_t max_delay = (int32_t)rd_u32(&m->r), wait_after = (int32_t)rd_u32(&m->r),
		max_wait = (int32_t)rd_u32(&m->r);

	/* Waiting for more to gather is allowed, not asked for: what is there goes at the end of the loop's turn. */
	(void)max_delay;
	(void)wait_after;
	if (!m->r.bad && max_wait >= 0)
		mt_conn_poll(m->c, (usec_t)max_wait * 1000);
}

static void nothing(struct msg *m)
{
}

static const struct {
	uint32_t id;
	void (*f)(struct msg *m);
} services[] = {
	{(uint32_t)MT_ping, ping},
	{(uint32_t)MT_ping_delay_disconnect, ping_delay_disconnect},
	{(uint32_t)MT_msgs_ack, msgs_ack},
	{(uint32_t)MT_get_future_salts, get_future_salts},
	{(uint32_t)MT_msgs_state_req, msgs_state_req},
	{(uint32_t)MT_msg_resend_req, msg_resend_req},
	{(uint32_t)MT_rpc_drop_answer, rpc_drop_answer},
	{(uint32_t)MT_destroy_session, destroy_session},
	{(uint32_t)MT_destroy_auth_key, destroy_auth_key},
	{(uint32_t)MT_http_wait, http_wait},
	{(uint32_t)MT_msgs_all_info, nothing}, /* answers to questions that we never ask */
	{(uint32_t)MT_msgs_state_info, nothing},
};

bool mt_service(struct mt_session *s, struct mt_conn *c, int64_t msg_id, uint32_t id, struct slice body)
{
	struct msg m = {.s = s, .c = c, .msg_id = msg_id};

	for (size_t i = 0; i < sizeof(services) / sizeof(services[0]); i++)
		if (services[i].id == id) {
			m.r = rd_of(body.p + 4, body.n - 4);
			services[i].f(&m);
			return true;
		}
	return false;
}
