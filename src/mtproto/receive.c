/* receive.c - one packet from a connection: which key, is it whole and honest, which session, is it new (mtproto.md 3.4). */
#include "base/counters.h"
#include "base/rd.h"
#include "mtproto/conn_private.h"
#include "mtproto/in_private.h"
#include "mtproto/key_private.h"
#include "mtproto/out_private.h"
#include "mtproto/session_private.h"

/* The permanent key that a temporary one speaks for; the temporary one itself while it is unbound; NULL: being loaded. */
static struct mt_key_entry *authority(struct mt_conn *c, struct mt_key_entry *e, const uint8_t *p, size_t n,
                                      bool quick_ack)
{
	struct mt_key_entry *perm;

	if (e->k.kind == MT_KEY_PERM || !e->k.perm_id)
		return e;
	perm = mt_key_find(c->l, e->k.perm_id);
	if (!perm)
		mt_key_wait(c->l, c, e->k.perm_id, p, n, quick_ack);
	return perm;
}

/* A young temporary key and a message that names bindTempAuthKey. */
static bool is_bind(const struct mt_key *k, struct slice body)
{
	/* Bare, or inside the wrappers that TDLib puts around it: the id stands in clear, for it is never zipped that small. */
	static const uint8_t id[4] = {0x05, 0x2a, 0xd4, 0xcd};

	if (k->kind != MT_KEY_TEMP || (k->perm_id && clock_unix() > k->created + 3600))
		return false;
	for (uint32_t i = 0; i + 4 <= body.n && i < 2048; i += 4)
		if (memcmp(body.p + i, id, 4) == 0)
			return true;
	return false;
}

static void bad_salt(struct mt_session *s, struct mt_conn *c, const struct mt_packet *m)
{
	struct mt_key_entry *e = s->temp ? s->temp : s->key;
	struct buf b = {0};

	buf_u32(&b, (uint32_t)MT_bad_server_salt);
	buf_u64(&b, (uint64_t)m->msg_id);
	buf_u32(&b, m->seq_no);
	buf_u32(&b, 48);
	buf_u64(&b, (uint64_t)mt_key_salt(s->l, e, clock_unix()));
	mt_send_at_once(s, c, &b);
}

static void accept_packet(struct mt_session *s, struct mt_conn *c, const struct mt_packet *m, bool quick_ack)
{
	int code = mt_msg_id_check(m->msg_id);
	struct mt_key_entry *e = s->temp ? s->temp : s->key;

	if (code) {
		mt_bad_msg(s, c, m->msg_id, m->seq_no, code);
		return;
	}
	/*
	 * A packet that was captured before our start has a salt of the process before, whatever its time: it is not done again.
	 * A binding restarts the whole connection of Desktop if its salt is refused (mtproto.md 2.4); to bind the same pair once more changes nothing.
	 */
	if (m->salt != mt_key_salt(s->l, e, clock_unix()) &&
	    !mt_salt_ok(s->l->s->cfg.salt_secret, s->l->s->started, &e->k, m->salt, clock_unix()) &&
	    !is_bind(&e->k, m->body)) {
		bad_salt(s, c, m);
		return;
	}
	if (quick_ack)
		mt_conn_quick_ack(c, m->quick_ack);
	/* Who plays a captured packet again does not become the session's connection. */
	if (!s->n_conns || !mt_was_seen(s, m->msg_id))
		mt_session_attach(s, c);
	mt_messages(s, c, m->msg_id, m->seq_no, m->body);
	/* Acknowledgements alone, from a client that never says http_wait (Telethon): its next request waits behind this one. */
	if (c->post && !c->polled && c->n_sessions && !c->sessions[0]->n_running)
		mt_conn_poll(c, 0);
}

static void refuse(struct mt_conn *c)
{
	COUNT(c->l->s->cfg.counters, packets_refused_total);
	mt_conn_close(c); /* never -404 for a known key: clients would throw it away */
}

/* m: NULL if it is not whole and honest. */
static void opened(struct mt_conn *c, struct mt_key_entry *perm, struct mt_key_entry *e,
                   const struct mt_packet *m, bool quick_ack)
{
	struct mt_session *s;

	if (!m || m->session_id == 0) {
		refuse(c);
		return;
	}
	COUNT(c->l->s->cfg.counters, packets_total);
	s = mt_session_get(c->l, perm, perm == e ? NULL : e, m->session_id);
	accept_packet(s, c, m, quick_ack);
}

static void encrypted(struct mt_conn *c, uint8_t *p, size_t n, bool quick_ack, bool by_route)
{
	struct mt_key_entry *e, *perm;
	struct mt_packet m;
	struct mt_loop *to;
	int64_t id;
	bool ok;

	memcpy(&id, p, 8);
	e = mt_key_find(c->l, id);
	if (!e) {
		to = by_route ? mt_route(c->l, id) : NULL;
		if (to)
			mt_far_packet(c, to, p, n, quick_ack);
		else
			mt_key_wait(c->l, c, id, p, n, quick_ack);
		return;
	}
	perm = authority(c, e, p, n, quick_ack);
	if (!perm)
		return;
	if (n >= MT_OPEN_LARGE) {
		if (!mt_open_add(c, &e->k, p, n, quick_ack))
			refuse(c);
		return;
	}
	ok = mt_packet_open(e->k.key, true, p, n, &m) == 0;
	opened(c, perm, e, ok ? &m : NULL, quick_ack);
}

void mt_receive_opened(struct mt_conn *c, int64_t key_id, const struct mt_packet_opening *o, bool quick_ack)
{
	struct mt_key_entry *e = mt_key_find(c->l, key_id), *perm = e;
	struct mt_packet m;
	bool ok;

	if (e && e->k.kind != MT_KEY_PERM && e->k.perm_id)
		perm = mt_key_find(c->l, e->k.perm_id);
	if (!perm || (c->io ? io_conn_is_closing(c->io) : c->closing))
		return; /* a packet before this one ended it */
	ok = mt_packet_open_end(o, &m) == 0;
	c->l->whole_end = ok ? m.body.p + m.body.n : NULL;
	opened(c, perm, e, ok ? &m : NULL, quick_ack);
}

static void receive(struct mt_conn *c, uint8_t *p, size_t n, bool quick_ack, bool by_route)
{
	static const uint8_t no_key[8];

	if (n < 20) /* a transport's own word, or nothing of ours */
		return;
	if (c->n_opening && n < MT_OPEN_LARGE) {
		mt_open_flush(c->l); /* in their order */
		if (c->io ? io_conn_is_closing(c->io) : c->closing)
			return;
	}
	if (memcmp(p, no_key, 8) == 0)
		mt_handshake_packet(c, p, n);
	else
		encrypted(c, p, n, quick_ack, by_route);
}

void mt_receive(struct mt_conn *c, uint8_t *p, size_t n, bool quick_ack)
{
	receive(c, p, n, quick_ack, true);
}

void mt_receive_sent(struct mt_conn *c, uint8_t *p, size_t n, bool quick_ack)
{
	receive(c, p, n, quick_ack, false);
}
