/*
 * handshake.c - an authorisation key is made (mtproto.md 2). State is kept by (nonce, server_nonce), not by connection:
 * clients pipeline several, and probe. RSA and Diffie-Hellman run on the work pool; everything fails in one way.
 */
#include <stdlib.h>

#include "base/counters.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/rd.h"
#include "crypto/aes.h"
#include "crypto/dh.h"
#include "crypto/hash.h"
#include "crypto/kdf.h"
#include "crypto/pq.h"
#include "crypto/rng.h"
#include "crypto/rsa.h"
#include "crypto/rsa_pad.h"
#include "mtproto/private.h"

enum {
	HOME_DC = 2,
	TEMP_MIN = 60,
	TEMP_MAX = 7 * 86400,
	ANSWER_MAX = 652,
	HANDSHAKES_MAX = 20000,
	A_CONNECTION = 16, /* begun on one connection and not finished: Desktop probes and pipelines a few */
};

enum step { WAIT_DH, RSA_AT_WORK, WAIT_CLIENT_DH, DH_AT_WORK, SAVING, DONE };

struct secrets { /* while the key is being made */
	uint8_t new_nonce[32], tmp_key[32], tmp_iv[32], a[256], g_b[256];
	uint8_t in[256]; /* encrypted_data of req_DH_params */
	struct mt_key key;
};

struct mt_handshake {
	uint8_t nonces[32]; /* nonce, server_nonce: the hash key */
	enum step step;
	bool busy; /* a worker or the store holds it: freed later */
	bool dead;
	uint32_t p, q;
	usec_t born;
	bool inner_ok, dh_ok;
	struct secrets
		*x; /* from the second step until the key is made: finished ones are kept for a minute */
	uint8_t aux[8],
		seen[20]; /* SHA-1 of the client's last step, so that its repeat gets the same answer */
	struct buf answer;
	struct mt_loop *l;
	uint64_t conn, begun_on; /* where its last step came from, and its first */
	uint64_t work_for;       /* the connection that is not to leave before the answer */
	struct io_work work;
	struct io_timer later; /* resPQ waits in `answer` */
	UT_hash_handle hh;
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

/* A big-endian number of at most 8 bytes, leading zeros or not. */
static uint64_t be_number(struct slice s)
{
	uint64_t v = 0;

	if (s.n > 8)
		return 0;
	for (uint32_t i = 0; i < s.n; i++)
		v = v << 8 | s.p[i];
	return v;
}

static int32_t home_of(const struct mt_server *s, int32_t dc)
{
	int32_t n = dc < 0 ? -(dc % 10000) : dc % 10000;

	return (n >= 1 && n <= 5) || mt_is_cdn(s, n) ? n : HOME_DC;
}

/* The decrypted inner data against what the outer message says. */
static bool inner_matches(struct mt_handshake *h, const uint8_t *data, size_t n)
{
	struct rd r = rd_of(data, n);
	uint32_t id = rd_u32(&r);
	uint64_t pq = be_number(rd_tl_bytes(&r));
	uint64_t p = be_number(rd_tl_bytes(&r)), q = be_number(rd_tl_bytes(&r));
	struct slice nonces = rd_bytes(&r, 32), new_nonce = rd_bytes(&r, 32);
	bool dc = id == (uint32_t)MT_p_q_inner_data_dc || id == (uint32_t)MT_p_q_inner_data_temp_dc;
	bool temp = id == (uint32_t)MT_p_q_inner_data_temp || id == (uint32_t)MT_p_q_inner_data_temp_dc;
	int32_t expires = 0;

	h->x->key.dc = dc ? home_of(h->l->s, (int32_t)rd_u32(&r)) : HOME_DC;
	if (temp)
		expires = (int32_t)rd_u32(&r);
	if (r.bad || !(dc || temp || id == (uint32_t)MT_p_q_inner_data))
		return false;
	if (pq != (uint64_t)h->p * h->q || p != h->p || q != h->q ||
	    !equal_consttime(nonces.p, h->nonces, 32))
		return false;
	h->x->key.kind = temp ? MT_KEY_TEMP : MT_KEY_PERM;
	if (temp)
		h->x->key.expires = clock_unix() + (expires < TEMP_MIN   ? TEMP_MIN
		                                    : expires > TEMP_MAX ? TEMP_MAX
		                                                         : expires);
	memcpy(h->x->new_nonce, new_nonce.p, 32);
	return true;
}

static const struct rsa_key *key_named(const struct mt_server *s, int64_t fingerprint)
{
	for (const struct rsa_key *const *k = s->cfg.rsa; *k; k++)
		if (rsa_fingerprint(*k) == fingerprint)
			return *k;
	return NULL;
}

static void make_params(struct mt_handshake *h)
{
	uint8_t inner[ANSWER_MAX], g_a[256];
	struct buf b = {0};
	size_t n;

	/* The same work whether the inner data was right or not; what it was is said afterwards, in one way. */
	if (!h->inner_ok)
		rng_bytes(h->x->new_nonce, 32);
	dh_generate(h->x->a, g_a);
	mt_tmp_aes(h->x->new_nonce, h->nonces + 16, h->x->tmp_key, h->x->tmp_iv);
	buf_u32(&b, (uint32_t)MT_server_DH_inner_data);
	buf_put(&b, h->nonces, 32);
	buf_u32(&b, DH_G);
	buf_tl_bytes(&b, dh_prime, sizeof(dh_prime));
	buf_tl_bytes(&b, g_a, sizeof(g_a));
	buf_u32(&b, (uint32_t)clock_unix());
	rng_bytes(inner, sizeof(inner));
	sha1(b.p, b.n, inner);
	memcpy(inner + 20, b.p, b.n);
	n = (20 + b.n + 15) & ~(size_t)15;
	aes_ige_encrypt(h->x->tmp_key, h->x->tmp_iv, inner, inner, n);
	h->answer.n = 0;
	buf_u32(&h->answer, (uint32_t)MT_server_DH_params_ok);
	buf_put(&h->answer, h->nonces, 32);
	buf_tl_bytes(&h->answer, inner, n);
	buf_fini(&b);
}

static struct mt_handshake *of_work(struct io_work *w)
{
	return (struct mt_handshake *)((char *)w - offsetof(struct mt_handshake, work));
}

static void run_rsa(struct io_work *w)
{
	struct mt_handshake *h = of_work(w);
	uint8_t data[RSA_INNER_MAX];
	const struct rsa_key *k = key_named(h->l->s, h->x->key.first_salt);
	bool opened;
	size_t n;

	opened = rsa_inner_open(k, h->x->in, data, &n);
	h->inner_ok = inner_matches(h, data, n) & opened;
	wipe(data, sizeof(data));
	make_params(h);
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
	if (!h || data.n > 256 || be_number(p) != h->p || be_number(q) != h->q ||
	    !key_named(c->l->s, fingerprint)) {
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

static bool open_client_dh(struct mt_handshake *h, struct slice data)
{
	uint8_t plain[512], hash[20];
	struct slice nonces, g_b;
	size_t pad = 0;
	struct rd r;
	bool ok = false;

	if (data.n < 32 || data.n % 16 || data.n > sizeof(plain))
		return false;
	aes_ige_decrypt(h->x->tmp_key, h->x->tmp_iv, data.p, plain, data.n);
	r = rd_of(plain + 20, data.n - 20);
	if (rd_u32(&r) != (uint32_t)MT_client_DH_inner_data)
		return false;
	nonces = rd_bytes(&r, 32);
	rd_u64(&r); /* retry_id: Web K counts in it; it changes nothing */
	g_b = rd_tl_bytes(&r);
	if (r.bad || g_b.n > 256 || !equal_consttime(nonces.p, h->nonces, 32))
		return false;
	pad = rd_left(&r);
	sha1(plain + 20, data.n - 20 - pad, hash);
	ok = pad < 16 && equal_consttime(hash, plain, 20);
	memset(h->x->g_b, 0, 256);
	memcpy(h->x->g_b + 256 - g_b.n, g_b.p, g_b.n);
	wipe(plain, sizeof(plain));
	return ok;
}

static void run_dh(struct io_work *w)
{
	struct mt_handshake *h = of_work(w);

	h->dh_ok = dh_public_ok(h->x->g_b);
	if (!h->dh_ok)
		return;
	dh_shared(h->x->a, h->x->g_b, h->x->key.key);
	mt_key_ids(h->x->key.key, &h->x->key.id, h->aux);
	for (int i = 0; i < 8; i++)
		((uint8_t *)&h->x->key.first_salt)[i] = h->x->new_nonce[i] ^ h->nonces[16 + i];
	h->x->key.created = clock_unix();
}

static void gen_answer(struct mt_handshake *h, uint32_t id, int number)
{
	uint8_t hash[16];

	mt_new_nonce_hash(h->x->new_nonce, number, h->aux, hash);
	buf_fini(&h->answer); /* much shorter than the one before */
	buf_u32(&h->answer, id);
	buf_put(&h->answer, h->nonces, 32);
	buf_put(&h->answer, hash, 16);
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
		gen_answer(h, (uint32_t)MT_dh_gen_retry, 2);
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
	gen_answer(h, (uint32_t)MT_dh_gen_ok, 1);
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
	if (!open_client_dh(h, data)) {
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
