/* container.c - one accepted packet to its messages: containers, gzip, duplicates, and the session's beginning. */
#include "base/err.h"
#include "base/rd.h"
#include "crypto/rng.h"
#include "mtproto/gzip.h"
#include "mtproto/call_private.h"
#include "mtproto/conn_private.h"
#include "mtproto/in_private.h"
#include "mtproto/key_private.h"
#include "mtproto/out_private.h"
#include "mtproto/session_private.h"

struct inner {
	int64_t msg_id;
	uint32_t seq_no;
	struct slice body;
};

static uint32_t id_of(struct slice body)
{
	struct rd r = rd_of(body.p, body.n);

	return rd_u32(&r);
}

static int next_inner(struct rd *r, struct inner *m)
{
	uint32_t n;

	m->msg_id = (int64_t)rd_u64(r);
	m->seq_no = rd_u32(r);
	n = rd_u32(r);
	if (r->bad || n % 4 || n > rd_left(r))
		return -ERR_INVALID;
	m->body = rd_bytes(r, n);
	return id_of(m->body) == (uint32_t)MT_msg_container ? -ERR_INVALID : 0;
}

/* Whole before any part of it is done: 0 or -ERR_INVALID. ret_first: the smallest inner id. */
static int check_container(struct slice body, uint32_t *ret_n, int64_t *ret_first)
{
	struct rd r = rd_of(body.p, body.n);
	struct inner m;
	uint32_t n;

	rd_u32(&r);
	n = rd_u32(&r);
	if (r.bad || n > MT_CONTAINER_MAX)
		return -ERR_INVALID;
	for (uint32_t i = 0; i < n; i++) {
		if (next_inner(&r, &m) < 0)
			return -ERR_INVALID;
		if (m.msg_id < *ret_first)
			*ret_first = m.msg_id;
	}
	*ret_n = n;
	return 0;
}

static void announce(struct mt_session *s, int64_t first)
{
	struct mt_key_entry *e = s->temp ? s->temp : s->key;
	struct buf b = {0};

	if (s->created)
		return;
	s->created = true;
	buf_u32(&b, (uint32_t)MT_new_session_created);
	buf_u64(&b, (uint64_t)first);
	buf_u64(&b, rng_u64() | 1);
	buf_u64(&b, (uint64_t)mt_key_salt(s->l, e, clock_unix()));
	mt_send(s, MT_MSG_UPDATE, 0, &b);
}

static void one(struct mt_session *s, struct mt_conn *c, int64_t msg_id, uint32_t seq_no, struct slice body)
{
	uint32_t id = id_of(body);
	struct buf plain = {0};
	struct rd r;

	switch (mt_seen_add(s, msg_id)) {
	case MT_TOO_OLD:
		mt_bad_msg(s, c, msg_id, seq_no, 20);
		return;
	case MT_DUPLICATE:
		/* Done once already: the answer again if it is still ours to give, else only the word that it came. */
		if (seq_no & 1 && mt_resend_answer(s, msg_id) != MT_RESENT)
			mt_send_ack(s, msg_id);
		return;
	case MT_NEW:
		break;
	}
	if (id == (uint32_t)MT_gzip_packed) {
		r = rd_of(body.p + 4, body.n - 4);
		if (mt_gunzip(rd_tl_bytes(&r), MT_UNZIP_MAX, &plain) < 0) {
			buf_fini(&plain);
			mt_answer_error(s, msg_id, 400, "INPUT_FETCH_ERROR");
			return;
		}
		body = buf_slice(&plain);
		id = id_of(body);
	}
	if (!mt_service(s, c, msg_id, id, body))
		mt_call_message(s, c, msg_id, body);
	buf_fini(&plain);
}

void mt_messages(struct mt_session *s, struct mt_conn *c, int64_t msg_id, uint32_t seq_no, struct slice body)
{
	struct mt_ref ref = mt_session_ref(s);
	struct mt_loop *l = s->l;
	uint64_t conn = c->serial;
	int64_t first = msg_id;
	struct inner m;
	struct rd r;
	uint32_t n;

	if (id_of(body) != (uint32_t)MT_msg_container) {
		announce(s, msg_id);
		one(s, c, msg_id, seq_no, body);
		return;
	}
	if (check_container(body, &n, &first) < 0) {
		mt_bad_msg(s, c, msg_id, seq_no, 64);
		return;
	}
	mt_seen_add(s, msg_id);
	announce(s, first);
	r = rd_of(body.p + 8, body.n - 8);
	for (uint32_t i = 0; i < n; i++) {
		/* A message may end its own session or connection (destroy_auth_key). */
		if (mt_session_by_ref(l, ref) != s || mt_conn_find(l, conn) != c || next_inner(&r, &m) < 0)
			return;
		one(s, c, m.msg_id, m.seq_no, m.body);
	}
}
