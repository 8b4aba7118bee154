/*
 * handshake.c - an authorisation key is made (mtproto.md 2). State is kept by (nonce, server_nonce), not by connection:
 * clients pipeline several, and probe. RSA and Diffie-Hellman (handshake_data.c) run on the work pool; everything fails in one way.
 */
#include "mtproto/handshake.h"

#include <stdlib.h>

#include "base/counters.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/rd.h"
#include "crypto/hash.h"
#include "crypto/pq.h"
#include "crypto/rng.h"
#include "crypto/rsa.h"
#include "mtproto/call_private.h"
#include "mtproto/conn_private.h"
#include "mtproto/in_private.h"
#include "mtproto/key_private.h"
#include "mtproto/session_private.h"

enum {
	HANDSHAKES_MAX = 20000,
	A_CONNECTION = 16, /* begun on one connection and not finished: Desktop probes and pipelines a few */
};

/* A worker or the store has it: its connection stays here until the answer. */
static void set_busy(struct mt_handshake *h)
{
	struct mt_conn *c = mt_conn_find(h->l, h->conn);

	h->busy = true;
	h->work_for = h->conn;
	if (c)
		c->n_at_work++;
}

static void set_idle(struct mt_handshake *h)
{
	struct mt_conn *c = mt_conn_find(h->l, h->work_for);

	h->busy = false;
	if (c && c->n_at_work)
		c->n_at_work--;
}

static void no_longer_counts(struct mt_handshake *h)
{
	struct mt_conn *c = mt_conn_find(h->l, h->begun_on);

	if (c && c->n_handshakes)
		c->n_handshakes--;
	h->begun_on = 0;
}

static void drop_secrets(struct mt_handshake *h)
{
	if (h->x)
		wipe(h->x, sizeof(*h->x));
	free(h->x);
	h->x = NULL;
}

static void hs_free(struct mt_handshake *h)
{
	if (h->busy) {
		h->dead = true;
		return;
	}
	no_longer_counts(h);
	io_timer_clear(&h->later);
	HASH_DEL(h->l->handshakes, h);
	buf_fini(&h->answer);
	drop_secrets(h);
	free(h);
}

static struct mt_handshake *hs_find(struct mt_loop *l, const uint8_t *nonces)
{
	struct mt_handshake *h;

	HASH_FIND(hh, l->handshakes, nonces, 32, h);
	return h && !h->dead ? h : NULL;
}

void mt_handshake_sweep(struct mt_loop *l, usec_t now)
{
	struct mt_handshake *h, *t;

	HASH_ITER (hh, l->handshakes, h, t)
		if (now - h->born > MT_HANDSHAKE_USEC)
			hs_free(h);
}

void mt_handshake_free_all(struct mt_loop *l)
{
	struct mt_handshake *h, *t;

	HASH_ITER (hh, l->handshakes, h, t) {
		h->busy = false;
		hs_free(h);
	}
}

/* Unencrypted: no key, an id that is 1 mod 4, the length. */
static void send_plain(struct mt_conn *c, struct slice body)
{
	struct buf b = {0};

	buf_u64(&b, 0);
	buf_u64(&b, (uint64_t)(mt_id_at(clock_unix_usec()) | 1));
	buf_u32(&b, body.n);
	buf_put(&b, body.p, body.n);
	mt_conn_send(c, b.p, b.n);
	buf_fini(&b);
}

static void send_answer(struct mt_handshake *h)
{
	struct mt_conn *c = mt_conn_find(h->l, h->conn);

	if (c)
		send_plain(c, buf_slice(&h->answer));
}

static void refuse(struct mt_handshake *h, int32_t code)
{
	struct mt_conn *c = mt_conn_find(h->l, h->conn);

	COUNT(h->l->s->cfg.counters, handshakes_refused_total);
	if (c)
		mt_conn_error(c, code);
	hs_free(h);
}

/* Among all handshakes: the oldest that went no further than its first step makes room. */
static bool has_room(struct mt_conn *c)
{
	struct mt_handshake *h, *t, *mine = NULL;

	if (c->n_handshakes >= A_CONNECTION) {
		HASH_ITER (hh, c->l->handshakes, h, t)
			if (h->begun_on == c->serial && h->step == WAIT_DH) {
				mine = h;
				break;
			}
		if (!mine)
			return false;
		hs_free(mine);
	}
	return HASH_COUNT(c->l->handshakes) < HANDSHAKES_MAX;
}

/* The loop on which a handshake is done: its server_nonce was chosen to say it. */
static struct mt_loop *loop_of(struct mt_server *s, const uint8_t *nonces)
{
	return s->loops[nonces[16] % s->n];
}

static void pq_later(struct io_loop *io, struct io_timer *t)
{
	struct mt_handshake *h = (struct mt_handshake *)((char *)t - offsetof(struct mt_handshake, later));

	send_answer(h);
	buf_fini(&h->answer);
}

static void req_pq(struct mt_conn *c, struct rd *r)
{
	struct slice nonce = rd_bytes(r, 16);
	const struct rsa_key *const *keys = c->l->s->cfg.rsa;
	unsigned delay = mt_cdn_pq_delay(c->l->s, c->t.dc);
	struct mt_handshake *h;
	struct buf b = {0};
	uint64_t pq;
	uint32_t n = 0;
	uint8_t be[8];

	if (!nonce.p)
		return;
	if ((c->l->s->rates && !mt_rates_take(c->l->s->rates, mt_conn_ip(c), clock_usec())) || !has_room(c)) {
		mt_conn_error(c, -429);
		return;
	}
	h = xcalloc(1, sizeof(*h));
	h->l = c->l;
	h->conn = h->begun_on = c->serial;
	c->n_handshakes++;
	h->born = clock_usec();
	memcpy(h->nonces, nonce.p, 16);
	do /* so that the next step, if it comes by another connection, finds it here */
		rng_bytes(h->nonces + 16, 16);
	while (loop_of(c->l->s, h->nonces) != c->l);
	pq_generate(&h->p, &h->q);
	HASH_ADD(hh, c->l->handshakes, nonces, sizeof(h->nonces), h);
	pq = __builtin_bswap64((uint64_t)h->p * h->q);
	memcpy(be, &pq, 8);
	while (keys[n])
		n++;
	buf_u32(&b, (uint32_t)MT_resPQ);
	buf_put(&b, h->nonces, 32);
	buf_tl_bytes(&b, be, 8);
	buf_u32(&b, (uint32_t)MT_vector);
	buf_u32(&b, n);
	for (uint32_t i = 0; i < n; i++)
		buf_u64(&b, (uint64_t)rsa_fingerprint(keys[i]));
	if (delay) {
		h->answer = b;
		c->pq_at = clock_usec() + delay * 1000LL;
		h->later.fire = pq_later;
		io_timer_set(c->l->io, &h->later, clock_usec() + delay * 1000LL);
		return;
	}
	send_plain(c, buf_slice(&b));
	buf_fini(&b);
}

static struct mt_handshake *of_work(struct io_work *w)
{
	return (struct mt_handshake *)((char *)w - offsetof(struct mt_handshake, work));
}

static void run_rsa(struct io_work *w)
{
	mt_handshake_open_inner(of_work(w));
}

static void rsa_done(struct io_loop *io, struct io_work *w)
{
	struct mt_handshake *h = of_work(w);

	set_idle(h);
	if (h->dead || !h->inner_ok) {
		refuse(h, -404);
		return;
	}
	h->step = WAIT_CLIENT_DH;
	send_answer(h);
}

static void push_work(struct mt_handshake *h, void (*run)(struct io_work *w),
                      void (*done)(struct io_loop *l, struct io_work *w))
{
	h->work.loop = h->l->io;
	h->work.run = run;
	h->work.done = done;
	set_busy(h);
	if (io_work_push(h->l->s->work, &h->work, MT_QUEUE_USEC) < 0) {
		set_idle(h);
		refuse(h, -429);
	}
}

static void req_DH_params(struct mt_conn *c, struct rd *r)
{
	struct slice nonces = rd_bytes(r, 32), p = rd_tl_bytes(r), q = rd_tl_bytes(r), data;
	int64_t fingerprint = (int64_t)rd_u64(r);
	struct mt_handshake *h;
	uint8_t seen[20];

	data = rd_tl_bytes(r);
	h = r->bad ? NULL : hs_find(c->l, nonces.p);
	if (!h || data.n > 256 || mt_handshake_number(p) != h->p || mt_handshake_number(q) != h->q ||
	    !mt_handshake_rsa(c->l->s, fingerprint)) {
		mt_conn_error(c, -404);
		return;
	}
	h->conn = c->serial;
	sha1(data.p, data.n, seen);
	if (h->step != WAIT_DH) {
		/* One RSA operation a server_nonce. A repeat of the same step hears the same answer. */
		if (h->step == WAIT_CLIENT_DH && memcmp(seen, h->seen, 20) == 0)
			send_answer(h);
		return;
	}
	memcpy(h->seen, seen, 20);
	h->step = RSA_AT_WORK;
	h->x = xcalloc(1, sizeof(*h->x));
	memcpy(h->x->in + 256 - data.n, data.p, data.n); /* mtcute's old scheme strips leading zeros */
	h->x->key.first_salt = fingerprint;              /* which key; the salt itself is set later */
	push_work(h, run_rsa, rsa_done);
}

static void run_dh(struct io_work *w)
{
	mt_handshake_agree(of_work(w));
}

static void send_gen(struct mt_handshake *h, uint32_t id, int number)
{
	mt_handshake_put_gen(h, id, number);
	send_answer(h);
}

static void saved(void *arg, int r)
{
	struct mt_handshake *h = arg;

	set_idle(h);
	if (h->dead) {
		hs_free(h);
		return;
	}
	if (r == -ERR_EXISTS) { /* the id is taken: the client draws another b */
		h->step = WAIT_CLIENT_DH;
		memset(h->seen, 0, sizeof(h->seen));
		send_gen(h, (uint32_t)MT_dh_gen_retry, 2);
		return;
	}
	if (r < 0) {
		struct mt_conn *c = mt_conn_find(h->l, h->conn);

		if (c)
			mt_conn_close(c);
		hs_free(h);
		return;
	}
	if (mt_home(h->l->s, h->x->key.id) == h->l)
		mt_key_put(h->l, &h->x->key);
	COUNT(h->l->s->cfg.counters, handshakes_total);
	h->step = DONE;
	no_longer_counts(h);
	send_gen(h, (uint32_t)MT_dh_gen_ok, 1);
	drop_secrets(h);
}

static void dh_done(struct io_loop *io, struct io_work *w)
{
	struct mt_handshake *h = of_work(w);
	struct mt_keystore *ks = &h->l->s->keys;

	set_idle(h);
	if (h->dead || !h->dh_ok) {
		refuse(h, -404);
		return;
	}
	h->step = SAVING;
	set_busy(h);
	if (h->x->key.id == 0) {
		saved(h, -ERR_EXISTS);
		return;
	}
	ks->insert(ks->ctx, h->l->io, &h->x->key, saved, h);
}

static void set_client_DH_params(struct mt_conn *c, struct rd *r)
{
	struct slice nonces = rd_bytes(r, 32), data = rd_tl_bytes(r);
	struct mt_handshake *h = r->bad ? NULL : hs_find(c->l, nonces.p);
	uint8_t seen[20];

	if (!h) {
		mt_conn_error(c, -404);
		return;
	}
	h->conn = c->serial;
	sha1(data.p, data.n, seen);
	if (h->step == DONE && memcmp(seen, h->seen, 20) == 0) { /* its answer was lost on the way */
		send_answer(h);
		return;
	}
	if (h->step != WAIT_CLIENT_DH)
		return;
	memcpy(h->seen, seen, 20);
	if (!mt_handshake_open_client_dh(h, data)) {
		refuse(h, -404);
		return;
	}
	h->step = DH_AT_WORK;
	push_work(h, run_dh, dh_done);
}

void mt_handshake_packet(struct mt_conn *c, const uint8_t *p, size_t n)
{
	struct rd r = rd_of(p + 16, n - 16);
	uint32_t len = rd_u32(&r), id;
	struct mt_loop *to;

	if (r.bad || len > rd_left(&r)) {
		mt_conn_error(c, -404);
		return;
	}
	r.end = r.p +
	        len; /* clients pad inside it with random bytes: what follows the object is not looked at */
	id = rd_u32(&r);
	if ((id == (uint32_t)MT_req_DH_params || id == (uint32_t)MT_set_client_DH_params) &&
	    rd_left(&r) >= 32 && (to = loop_of(c->l->s, r.p)) != c->l) {
		mt_far_packet(c, to, p, n, false);
		return;
	}
	switch (id) {
	case (uint32_t)MT_req_pq:
	case (uint32_t)MT_req_pq_multi:
		req_pq(c, &r);
		return;
	case (uint32_t)MT_req_DH_params:
		req_DH_params(c, &r);
		return;
	case (uint32_t)MT_set_client_DH_params:
		set_client_DH_params(c, &r);
		return;
	case (uint32_t)MT_msgs_ack: /* Android acknowledges here */
		return;
	default:
		mt_conn_error(c, -404);
	}
}
