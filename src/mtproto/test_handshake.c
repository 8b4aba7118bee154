/* test_handshake.c - keys made by every form of handshake, and what a wrong step gets (mtproto.md 2, 5.3). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/err.h"
#include "base/rd.h"
#include "crypto/aes.h"
#include "crypto/dh.h"
#include "crypto/hash.h"
#include "crypto/kdf.h"
#include "crypto/pq.h"
#include "crypto/rng.h"
#include "crypto/rsa_pad.h"
#include "mtproto/ids.h"
#include "mtproto/test_peer.h"

struct hands { /* a client's side of one handshake */
	uint8_t nonce[16], server_nonce[16], new_nonce[32];
	uint64_t pq;
	uint32_t p, q;
	int64_t fingerprint;
	uint8_t tmp_key[32], tmp_iv[32], g_a[256], b[256], g_b[256];
	int32_t server_time;
};

static struct buf last_step; /* what give_dh sent, to be sent again */

/* Keys are made after the start: their first salts are good. */
static void later(void)
{
	static int64_t usec;

	clock_set_test(usec += 2000000);
}

static int setup(void **state)
{
	*state = world_new(0, 0);
	later();
	return 0;
}

static int teardown(void **state)
{
	world_free(*state);
	buf_fini(&last_step);
	return 0;
}

/* Handshakes work on other threads: wait for an answer. */
static bool answered(struct peer *p)
{
	p->plain.n = 0;
	p->error = 0;
	for (int i = 0; i < 5000 && !p->plain.n && !p->error && !p->closed; i++) {
		peer_next(p);
		if (!p->plain.n && !p->error)
			usleep(1000);
	}
	return p->plain.n != 0;
}

static uint64_t be64(struct slice s)
{
	uint64_t v = 0;

	for (uint32_t i = 0; i < s.n; i++)
		v = v << 8 | s.p[i];
	return v;
}

static void begin(struct peer *p, struct hands *h, bool multi, size_t garbage, int64_t msg_id)
{
	struct buf b = {0};

	rng_bytes(h->nonce, 16);
	buf_u32(&b, multi ? (uint32_t)MT_req_pq_multi : (uint32_t)MT_req_pq);
	buf_put(&b, h->nonce, 16);
	for (size_t i = 0; i < garbage; i++)
		buf_u8(&b, 0xa5);
	peer_send_plain(p, msg_id, buf_slice(&b));
	buf_fini(&b);
}

static void read_pq(struct peer *p, struct hands *h)
{
	struct rd r = rd_of(p->plain.p, p->plain.n);

	assert_int_equal(rd_u32(&r), (uint32_t)MT_resPQ);
	assert_memory_equal(rd_bytes(&r, 16).p, h->nonce, 16);
	memcpy(h->server_nonce, rd_bytes(&r, 16).p, 16);
	h->pq = be64(rd_tl_bytes(&r));
	assert_int_equal(rd_u32(&r), (uint32_t)MT_vector);
	assert_int_equal(rd_u32(&r), 1);
	h->fingerprint = (int64_t)rd_u64(&r);
	assert_false(r.bad);
	assert_true(h->pq < 1ull << 63 && h->pq >> 56);
	assert_int_equal(pq_factor(h->pq, &h->p, &h->q), 0);
	assert_true(h->p < h->q && h->p >= 1u << 30);
}

static void put_be32(struct buf *b, uint32_t v)
{
	uint8_t be[4] = {(uint8_t)(v >> 24), (uint8_t)(v >> 16), (uint8_t)(v >> 8), (uint8_t)v};

	buf_tl_bytes(b, be, 4);
}

struct form {
	uint32_t id;
	bool legacy;
	int32_t dc, expires;
};

static void ask_dh(struct peer *p, struct hands *h, const struct form *f, uint8_t spoil)
{
	struct buf in = {0}, b = {0};
	uint8_t pq[8], sealed[256];

	rng_bytes(h->new_nonce, 32);
	for (int i = 0; i < 8; i++)
		pq[i] = (uint8_t)(h->pq >> (56 - 8 * i));
	buf_u32(&in, f->id);
	buf_tl_bytes(&in, pq, 8);
	put_be32(&in, h->p);
	put_be32(&in, h->q);
	buf_put(&in, h->nonce, 16);
	buf_put(&in, h->server_nonce, 16);
	buf_put(&in, h->new_nonce, 32);
	if (f->id == (uint32_t)MT_p_q_inner_data_dc || f->id == (uint32_t)MT_p_q_inner_data_temp_dc)
		buf_u32(&in, (uint32_t)f->dc);
	if (f->id == (uint32_t)MT_p_q_inner_data_temp || f->id == (uint32_t)MT_p_q_inner_data_temp_dc)
		buf_u32(&in, (uint32_t)f->expires);
	assert_int_equal(rsa_inner_seal(p->w->rsa, f->legacy, in.p, in.n, sealed), 0);
	sealed[200] ^= spoil;
	buf_u32(&b, (uint32_t)MT_req_DH_params);
	buf_put(&b, h->nonce, 16);
	buf_put(&b, h->server_nonce, 16);
	put_be32(&b, h->p);
	put_be32(&b, h->q);
	buf_u64(&b, (uint64_t)h->fingerprint);
	buf_tl_bytes(&b, sealed, 256);
	peer_send_plain(p, 0, buf_slice(&b));
	buf_fini(&in);
	buf_fini(&b);
}

static void read_dh(struct peer *p, struct hands *h)
{
	struct rd r = rd_of(p->plain.p, p->plain.n);
	struct slice sealed, prime, g_a;
	uint8_t plain[1024], hash[20];

	assert_int_equal(rd_u32(&r), (uint32_t)MT_server_DH_params_ok);
	assert_memory_equal(rd_bytes(&r, 16).p, h->nonce, 16);
	assert_memory_equal(rd_bytes(&r, 16).p, h->server_nonce, 16);
	sealed = rd_tl_bytes(&r);
	assert_false(r.bad);
	assert_int_equal(sealed.n % 16, 0);
	mt_tmp_aes(h->new_nonce, h->server_nonce, h->tmp_key, h->tmp_iv);
	aes_ige_decrypt(h->tmp_key, h->tmp_iv, sealed.p, plain, sealed.n);
	r = rd_of(plain + 20, sealed.n - 20);
	assert_int_equal(rd_u32(&r), (uint32_t)MT_server_DH_inner_data);
	assert_memory_equal(rd_bytes(&r, 16).p, h->nonce, 16);
	assert_memory_equal(rd_bytes(&r, 16).p, h->server_nonce, 16);
	assert_int_equal(rd_u32(&r), 3);
	prime = rd_tl_bytes(&r);
	assert_int_equal(prime.n, 256);
	assert_memory_equal(prime.p, dh_prime, 256);
	g_a = rd_tl_bytes(&r);
	assert_int_equal(g_a.n, 256);
	memcpy(h->g_a, g_a.p, 256);
	h->server_time = (int32_t)rd_u32(&r);
	assert_false(r.bad);
	assert_true(rd_left(&r) < 16);
	sha1(plain + 20, sealed.n - 20 - rd_left(&r), hash);
	assert_memory_equal(hash, plain, 20);
	assert_in_range(h->server_time, clock_unix() - 5, clock_unix());
}

static void give_dh(struct peer *p, struct hands *h, const uint8_t *g_b, uint8_t spoil)
{
	struct buf in = {0}, b = {0};
	uint8_t plain[512];
	size_t n;

	buf_u32(&in, (uint32_t)MT_client_DH_inner_data);
	buf_put(&in, h->nonce, 16);
	buf_put(&in, h->server_nonce, 16);
	buf_u64(&in, 0);
	buf_tl_bytes(&in, g_b, 256);
	rng_bytes(plain, sizeof(plain));
	sha1(in.p, in.n, plain);
	plain[3] ^= spoil;
	memcpy(plain + 20, in.p, in.n);
	n = (20 + in.n + 15) & ~(size_t)15;
	aes_ige_encrypt(h->tmp_key, h->tmp_iv, plain, plain, n);
	buf_u32(&b, (uint32_t)MT_set_client_DH_params);
	buf_put(&b, h->nonce, 16);
	buf_put(&b, h->server_nonce, 16);
	buf_tl_bytes(&b, plain, n);
	peer_send_plain(p, 0, buf_slice(&b));
	buf_fini(&in);
	buf_fini(&last_step);
	last_step = b;
}

/* Checks the hash of dh_gen_ok (1) or dh_gen_retry (2); takes the key. */
static void read_end(struct peer *p, struct hands *h, uint32_t id, int number)
{
	struct rd r = rd_of(p->plain.p, p->plain.n);
	uint8_t hash[16], aux[8];

	assert_int_equal(rd_u32(&r), id);
	assert_memory_equal(rd_bytes(&r, 16).p, h->nonce, 16);
	assert_memory_equal(rd_bytes(&r, 16).p, h->server_nonce, 16);
	dh_shared(h->b, h->g_a, p->key);
	mt_key_ids(p->key, &p->key_id, aux);
	mt_new_nonce_hash(h->new_nonce, number, aux, hash);
	assert_memory_equal(rd_bytes(&r, 16).p, hash, 16);
	for (int i = 0; i < 8; i++)
		((uint8_t *)&p->salt)[i] = h->new_nonce[i] ^ h->server_nonce[i];
}

static void up_to_dh(struct peer *p, struct hands *h, const struct form *f)
{
	begin(p, h, true, 0, peer_next_id(p));
	assert_true(answered(p));
	read_pq(p, h);
	ask_dh(p, h, f, 0);
	assert_true(answered(p));
	read_dh(p, h);
	dh_generate(h->b, h->g_b);
}

/* The new key works, and its first salt is good. */
static void speaks(struct peer *p)
{
	struct buf b = {0};

	buf_u32(&b, (uint32_t)MT_ping);
	buf_u64(&b, 77);
	peer_send(p, peer_next_id(p), 0, &b);
	buf_fini(&b);
	assert_non_null(peer_find(p, (uint32_t)MT_pong));
}

static void every_form(void **state)
{
	static const struct {
		struct form f;
		int32_t dc;
	} forms[] = {
		{{(uint32_t)MT_p_q_inner_data, true, 0, 0}, 2},
		{{(uint32_t)MT_p_q_inner_data, false, 0, 0}, 2},
		{{(uint32_t)MT_p_q_inner_data_dc, true, 4, 0}, 4},
		{{(uint32_t)MT_p_q_inner_data_dc, false, -3, 0}, 3},
		{{(uint32_t)MT_p_q_inner_data_dc, false, 10001, 0}, 1},
		{{(uint32_t)MT_p_q_inner_data_dc, false, -10005, 0}, 5},
		{{(uint32_t)MT_p_q_inner_data_dc, false, 0, 0}, 2},
		{{(uint32_t)MT_p_q_inner_data_dc, false, INT32_MIN, 0}, 2},
		{{(uint32_t)MT_p_q_inner_data_temp, true, 0, 86400}, 2},
		{{(uint32_t)MT_p_q_inner_data_temp, false, 0, 86400}, 2},
		{{(uint32_t)MT_p_q_inner_data_temp_dc, true, 5, 86400}, 5},
		{{(uint32_t)MT_p_q_inner_data_temp_dc, false, 2, 1}, 2},
		{{(uint32_t)MT_p_q_inner_data_temp_dc, false, 203, 86400}, 2}, /* not a DC of ours */
	};
	struct world *w = *state;

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		struct peer p = {0};
		struct hands h;
		struct mt_key *k;
		bool temp;

		peer_open(&p, w, "127.0.0.1", TR_INTERMEDIATE, i & 1, 2);
		begin(&p, &h, i & 2, i * 12, i & 1 ? (int64_t)(i & 2) : peer_next_id(&p));
		assert_true(answered(&p));
		read_pq(&p, &h);
		assert_true(h.fingerprint == rsa_fingerprint(w->rsa));
		ask_dh(&p, &h, &forms[i].f, 0);
		assert_true(answered(&p));
		read_dh(&p, &h);
		dh_generate(h.b, h.g_b);
		give_dh(&p, &h, h.g_b, 0);
		assert_true(answered(&p));
		read_end(&p, &h, (uint32_t)MT_dh_gen_ok, 1);
		k = test_keys_find(&w->keys, p.key_id);
		assert_non_null(k);
		temp = forms[i].f.expires != 0;
		assert_int_equal(k->kind, temp ? MT_KEY_TEMP : MT_KEY_PERM);
		assert_int_equal(k->dc, forms[i].dc);
		assert_true(temp ? k->expires >= clock_unix() + 55 : k->expires == 0);
		speaks(&p);
		peer_fini(&p);
	}
}

static void pipelined(void **state)
{
	struct form f = {(uint32_t)MT_p_q_inner_data_dc, false, 2, 0};
	struct world *w = *state;
	struct hands h[4];
	struct peer p = {0};

	peer_open(&p, w, "127.0.0.1", TR_ABRIDGED, false, 0);
	for (int i = 0; i < 4; i++) {
		begin(&p, &h[i], true, 0, 0);
		assert_true(answered(&p));
		read_pq(&p, &h[i]);
	}
	for (int i = 3; i >= 0; i--) {
		ask_dh(&p, &h[i], &f, 0);
		assert_true(answered(&p));
		read_dh(&p, &h[i]);
	}
	for (int i = 0; i < 4; i++) {
		dh_generate(h[i].b, h[i].g_b);
		give_dh(&p, &h[i], h[i].g_b, 0);
		assert_true(answered(&p));
		read_end(&p, &h[i], (uint32_t)MT_dh_gen_ok, 1);
	}
	assert_int_equal(w->keys.n, 4);
	speaks(&p);
	peer_fini(&p);
}

/* By HTTP each step may come by a connection of its own, on whichever loop accepts it. */
static void steps_on_several_loops(void **state)
{
	struct form f = {(uint32_t)MT_p_q_inner_data_dc, false, 2, 0};
	struct world *w = world_new_loops(WORLD_LOOPS);

	later();
	for (unsigned i = 0; i < 8; i++) {
		struct peer p = {.way = PEER_POST, .loop = i % WORLD_LOOPS};
		struct hands h;

		peer_open(&p, w, "127.0.0.1", TR_RAW, false, 0);
		begin(&p, &h, true, 0, 0);
		assert_true(answered(&p));
		read_pq(&p, &h);
		p.loop = (i + 1) % WORLD_LOOPS;
		peer_close(&p);
		peer_reopen(&p);
		ask_dh(&p, &h, &f, 0);
		assert_true(answered(&p));
		read_dh(&p, &h);
		dh_generate(h.b, h.g_b);
		p.loop = (i + 2) % WORLD_LOOPS;
		peer_close(&p);
		peer_reopen(&p);
		give_dh(&p, &h, h.g_b, 0);
		assert_true(answered(&p));
		read_end(&p, &h, (uint32_t)MT_dh_gen_ok, 1);
		peer_close(&p);
		peer_reopen(&p);
		speaks(&p);
		peer_fini(&p);
	}
	world_free(w);
}

/* The client's last step again, over another connection: its answer was lost. */
static void repeats_hear_the_same(void **state)
{
	struct form f = {(uint32_t)MT_p_q_inner_data, false, 0, 0};
	struct world *w = *state;
	struct peer p = {0}, q = {0};
	struct buf first = {0};
	struct hands h;

	peer_open(&p, w, "127.0.0.1", TR_FULL, false, 0);
	up_to_dh(&p, &h, &f);
	give_dh(&p, &h, h.g_b, 0);
	assert_true(answered(&p));
	buf_put(&first, p.plain.p, p.plain.n);
	peer_open(&q, w, "127.0.0.1", TR_FULL, false, 0);
	peer_send_plain(&q, 0, buf_slice(&last_step));
	assert_true(answered(&q));
	assert_int_equal(q.plain.n, first.n);
	assert_memory_equal(q.plain.p, first.p, first.n);
	q.plain.n = 0;
	give_dh(&q, &h, h.g_b, 0); /* other padding: not the same step, no answer and no second key */
	world_turn(w);
	peer_next(&q);
	assert_int_equal(q.plain.n, 0);
	assert_int_equal(w->keys.n, 1);
	buf_fini(&first);
	peer_fini(&p);
	peer_fini(&q);
}

static void a_taken_id_asks_for_another(void **state)
{
	struct form f = {(uint32_t)MT_p_q_inner_data, false, 0, 0};
	struct world *w = *state;
	struct peer p = {0};
	struct hands h;

	w->keys.taken = 1;
	peer_open(&p, w, "127.0.0.1", TR_PADDED, true, 2);
	up_to_dh(&p, &h, &f);
	give_dh(&p, &h, h.g_b, 0);
	assert_true(answered(&p));
	read_end(&p, &h, (uint32_t)MT_dh_gen_retry, 2);
	assert_int_equal(w->keys.n, 0);
	dh_generate(h.b, h.g_b);
	give_dh(&p, &h, h.g_b, 0);
	assert_true(answered(&p));
	read_end(&p, &h, (uint32_t)MT_dh_gen_ok, 1);
	assert_int_equal(w->keys.n, 1);
	speaks(&p);
	peer_fini(&p);
}

static void refused(struct peer *p)
{
	assert_false(answered(p));
	assert_int_equal(p->error, -404);
	assert_int_equal(p->w->keys.n, 0);
}

static void wrong_steps(void **state)
{
	static const uint8_t one[256] = {[255] = 1};
	struct form f = {(uint32_t)MT_p_q_inner_data, false, 0, 0};
	struct world *w = *state;
	struct peer p = {0};
	struct hands h, other;

	peer_open(&p, w, "127.0.0.1", TR_INTERMEDIATE, false, 0);
	begin(&p, &h, true, 0, 0);
	assert_true(answered(&p));
	read_pq(&p, &h);
	other = h;
	other.p ^= 2;
	ask_dh(&p, &other, &f, 0);
	refused(&p);
	other = h;
	other.fingerprint++;
	ask_dh(&p, &other, &f, 0);
	refused(&p);
	other = h;
	other.server_nonce[3] ^= 1;
	ask_dh(&p, &other, &f, 0);
	refused(&p);
	ask_dh(&p, &h, &f, 1); /* what RSA opens is nothing */
	refused(&p);
	ask_dh(&p, &h, &f, 0); /* one RSA operation a server_nonce: it is spent */
	refused(&p);
	f.id ^= 1; /* no such inner data */
	begin(&p, &h, true, 0, 0);
	assert_true(answered(&p));
	read_pq(&p, &h);
	ask_dh(&p, &h, &f, 0);
	refused(&p);
	f.id ^= 1;
	up_to_dh(&p, &h, &f);
	give_dh(&p, &h, h.g_b, 1); /* hash wrong */
	refused(&p);
	up_to_dh(&p, &h, &f);
	give_dh(&p, &h, one, 0); /* g_b = 1 would make the key known */
	refused(&p);
	up_to_dh(&p, &h, &f);
	give_dh(&p, &h, dh_prime, 0);
	refused(&p);
	assert_false(p.closed); /* gotd begins anew on the same connection */
	up_to_dh(&p, &h, &f);
	give_dh(&p, &h, h.g_b, 0);
	assert_true(answered(&p));
	read_end(&p, &h, (uint32_t)MT_dh_gen_ok, 1);
	peer_fini(&p);
}

static void garbage(void **state)
{
	static const uint8_t noise[64] = {0x78, 0x97, 0x46, 0x60, 1, 2, 3};
	struct world *w = *state;
	struct peer p = {0};

	peer_open(&p, w, "127.0.0.1", TR_INTERMEDIATE, false, 0);
	peer_send_plain(&p, 0, slice_of(noise, 4)); /* req_pq cut short: nothing to answer */
	assert_null(peer_next(&p));
	peer_send_plain(&p, 0, slice_of(noise + 4, 8));
	peer_next(&p);
	assert_int_equal(p.error, -404);
	p.error = 0;
	peer_send_raw(&p, noise, 8); /* too short for anything */
	peer_next(&p);
	assert_int_equal(p.error, 0);
	peer_fini(&p);
}

static void limits_by_address(void **state)
{
	struct world *w = world_new(1, 3);
	struct peer p = {0}, q = {0}, home = {0};
	struct hands h;

	peer_open(&p, w, "203.0.113.5", TR_INTERMEDIATE, false, 0);
	for (int i = 0; i < 3; i++) {
		begin(&p, &h, true, 0, 0);
		assert_true(answered(&p));
	}
	begin(&p, &h, true, 0, 0);
	assert_false(answered(&p));
	assert_int_equal(p.error, -429);
	peer_open(&q, w, "2001:db8::5", TR_INTERMEDIATE, false, 0);
	begin(&q, &h, true, 0, 0);
	assert_true(answered(&q));
	peer_open(&home, w, "127.0.0.1", TR_INTERMEDIATE, false, 0);
	for (int i = 0; i < 40; i++) { /* also more than a connection may leave unfinished: the oldest go */
		begin(&home, &h, true, 0, 0);
		assert_true(answered(&home));
	}
	peer_fini(&p);
	peer_fini(&q);
	peer_fini(&home);
	world_free(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(every_form, setup, teardown),
		cmocka_unit_test_setup_teardown(pipelined, setup, teardown),
		cmocka_unit_test_setup_teardown(repeats_hear_the_same, setup, teardown),
		cmocka_unit_test_setup_teardown(a_taken_id_asks_for_another, setup, teardown),
		cmocka_unit_test_setup_teardown(wrong_steps, setup, teardown),
		cmocka_unit_test_setup_teardown(garbage, setup, teardown),
		cmocka_unit_test(steps_on_several_loops),
		cmocka_unit_test(limits_by_address),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
