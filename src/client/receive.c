/*
 * receive.c - what comes to a client: packets, containers, gzip, answers. Hostile until checked; what a server must not do is
 * counted (client_violations) and, where it cannot be gone on with, ends the connection.
 */
#include <stdlib.h>

#include "base/err.h"
#include "base/mem.h"
#include "client/private.h"
#include "mtproto/gzip.h"
#include "mtproto/ids.h"

enum { PAST = 300, AHEAD = 30 };

static uint32_t id_of(struct slice body)
{
	struct rd r = rd_of(body.p, body.n);

	return rd_u32(&r);
}

static bool was_seen(struct client *c, int64_t msg_id)
{
	uint32_t n = c->n_seen < CLIENT_SEEN_MAX ? c->n_seen : CLIENT_SEEN_MAX;

	for (uint32_t i = 0; i < n; i++)
		if (c->seen[i] == msg_id)
			return true;
	if (!c->seen)
		c->seen = xcalloc(CLIENT_SEEN_MAX, sizeof(*c->seen));
	c->seen[c->n_seen++ % CLIENT_SEEN_MAX] = msg_id;
	return false;
}

/* The object inside gzip_packed into `plain`; false: not to be unpacked. */
static bool unzip(struct client *c, struct slice body, struct buf *plain)
{
	struct rd r = rd_of(body.p, body.n);
	struct slice packed;

	rd_u32(&r);
	packed = rd_tl_bytes(&r);
	if (r.bad || mt_gunzip(packed, MT_UNZIP_MAX, plain) < 0 || plain->n < 4) {
		client_violate(c, "gzip_packed that does not unpack");
		return false;
	}
	return true;
}

static void error_answer(struct slice body, struct client_answer *a)
{
	struct rd r = rd_of(body.p, body.n);

	rd_u32(&r);
	a->code = (int32_t)rd_u32(&r);
	a->text = rd_tl_bytes(&r);
	a->r = r.bad ? -ERR_INVALID : -ERR_RPC;
}

static void result(struct client *c, const struct client_message *m)
{
	struct client_answer a = {.answer_id = m->msg_id};
	struct rd r = rd_of(m->body.p, m->body.n);
	struct client_pending *p;
	struct buf plain = {0};
	int64_t req;

	rd_u32(&r);
	req = (int64_t)rd_u64(&r);
	p = client_pending_by_id(c, req);
	if (r.bad || rd_left(&r) < 4) {
		client_violate(c, "an rpc_result of %u bytes", m->body.n);
		return;
	}
	if ((m->msg_id & 3) != 1 || !(m->seq_no & 1))
		client_violate(c, "an rpc_result with msg_id %% 4 = %d, seq_no %u", (int)(m->msg_id & 3),
		               m->seq_no);
	if (!p) /* cancelled, sent again under another id, or nobody's: only the last would be wrong, and none of ours is known */
		return;
	a.body = slice_of(r.p, rd_left(&r));
	if (id_of(a.body) == (uint32_t)MT_gzip_packed) {
		a.zipped = true;
		if (!unzip(c, a.body, &plain)) {
			buf_fini(&plain);
			return;
		}
		a.body = buf_slice(&plain);
	}
	if (id_of(a.body) == (uint32_t)MT_rpc_error)
		error_answer(a.body, &a);
	if (a.r == -ERR_RPC && slice_eq(a.text, SLICE_LIT("CONNECTION_NOT_INITED")) && c->inited &&
	    c->cfg.init == CLIENT_INIT_ONCE && p->resends < CLIENT_RESENDS_MAX) {
		c->inited = false;
		p->resends++;
		client_transmit(c, p);
	} else {
		c->inited |= p->wrapped && a.code != 401 && a.code != 303;
		client_pending_end(c, p, &a);
	}
	buf_fini(&plain);
}

static void update(struct client *c, const struct client_message *m)
{
	if ((m->msg_id & 3) != 3 || !(m->seq_no & 1))
		client_violate(c, "an update with msg_id %% 4 = %d, seq_no %u", (int)(m->msg_id & 3),
		               m->seq_no);
	if (c->cfg.ops && c->cfg.ops->update && !c->freed)
		c->cfg.ops->update(c->cfg.user, c, m);
}

static void one(struct client *c, const struct client_message *whole)
{
	struct client_message m = *whole;
	struct buf plain = {0};
	uint32_t id = id_of(m.body);

	if (!(m.msg_id & 1))
		client_violate(c, "a message of the server with an even msg_id");
	if (m.seq_no & 1) {
		client_owe_ack(c, m.msg_id);
		if (was_seen(c, m.msg_id)) /* sent again: acknowledged, and done once */
			return;
	}
	if (id == (uint32_t)MT_gzip_packed) {
		if (!unzip(c, m.body, &plain)) {
			buf_fini(&plain);
			return;
		}
		m.body = buf_slice(&plain);
		id = id_of(m.body);
	}
	if (id == (uint32_t)MT_rpc_result)
		result(c, &m);
	else if (!client_service(c, &m, id))
		update(c, &m);
	buf_fini(&plain);
}

static void container(struct client *c, const struct client_message *outer)
{
	struct rd r = rd_of(outer->body.p, outer->body.n);
	struct client_message m;
	uint32_t n, len;

	rd_u32(&r);
	n = rd_u32(&r);
	if (outer->seq_no & 1)
		client_violate(c, "a container that asks to be acknowledged");
	for (uint32_t i = 0; i < n && !c->freed && c->link; i++) {
		m.msg_id = (int64_t)rd_u64(&r);
		m.seq_no = rd_u32(&r);
		len = rd_u32(&r);
		m.body = rd_bytes(&r, len);
		if (r.bad || len % 4 || len < 4 || id_of(m.body) == (uint32_t)MT_msg_container) {
			client_violate(c, "a container that is not whole");
			client_fail(c, -ERR_INVALID, 0, "a container that is not whole");
			return;
		}
		if (m.msg_id >= outer->msg_id)
			client_violate(c, "a message whose id is not below its container's");
		one(c, &m);
	}
	if (!c->freed && c->link && rd_left(&r))
		client_violate(c, "%zu bytes behind a container", rd_left(&r));
}

static void check_outer(struct client *c, const struct mt_packet *p)
{
	int64_t at = (int64_t)((uint64_t)p->msg_id >> 32), now = clock_unix() + c->ahead;

	if (at < now - PAST || at > now + AHEAD)
		client_violate(c, "a packet %d s off our clock", (int)(at - now));
	if (p->msg_id <= c->last_outer)
		client_violate(c, "a packet whose msg_id is not above the one before");
	c->last_outer = p->msg_id;
}

void client_receive(struct client *c, uint8_t *p, size_t n)
{
	const struct client_key *k = client_key_in_use(c);
	struct client_message m;
	struct mt_packet packet;
	int64_t key_id;

	memcpy(&key_id, p, 8);
	if (c->stage < STAGE_BIND || key_id != k->id) {
		client_violate(c, "a packet for another key");
		return;
	}
	if (mt_packet_open(k->body, false, p, n, &packet) < 0) {
		client_fail(c, -ERR_INVALID, 0, "a packet that does not decrypt");
		return;
	}
	if (packet.session_id != c->session_id) { /* of the session before: not ours to act on */
		return;
	}
	if (packet.body.n < 4) {
		client_violate(c, "an empty message");
		return;
	}
	check_outer(c, &packet);
	m = (struct client_message){packet.msg_id, packet.seq_no, packet.body};
	if (id_of(m.body) == (uint32_t)MT_msg_container)
		container(c, &m);
	else
		one(c, &m);
}

int client_answer_decode(const struct client_answer *a, struct arena *arena, struct tl_obj **ret)
{
	struct rd r = rd_of(a->body.p, a->body.n);
	int e;

	e = a->method && tl_is_method(a->method) ? tl_decode_result_at(&r, arena, a->method, a->layer, ret)
	                                         : tl_decode(&r, arena, ret);
	if (e == 0 && rd_left(&r))
		return -ERR_INVALID;
	return e;
}
