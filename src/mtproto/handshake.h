/*
 * handshake.h - one handshake between its steps, and what is calculated in them (handshake_data.c): what stands in the encrypted parts,
 * RSA and Diffie-Hellman. No connection and no clock of the loop there. For handshake.c.
 */
#ifndef MTPROTO_HANDSHAKE_H
#define MTPROTO_HANDSHAKE_H

#include "mtproto/private.h"

enum mt_handshake_step { WAIT_DH, RSA_AT_WORK, WAIT_CLIENT_DH, DH_AT_WORK, SAVING, DONE };

struct mt_handshake_secrets { /* while the key is being made */
	uint8_t new_nonce[32], tmp_key[32], tmp_iv[32], a[256], g_b[256];
	uint8_t in[256]; /* encrypted_data of req_DH_params */
	struct mt_key key;
};

struct mt_handshake {
	uint8_t nonces[32]; /* nonce, server_nonce: the hash key */
	enum mt_handshake_step step;
	bool busy; /* a worker or the store holds it: freed later */
	bool dead;
	uint32_t p, q;
	usec_t born;
	bool inner_ok, dh_ok;
	struct mt_handshake_secrets
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

/* A big-endian number of at most 8 bytes, leading zeros or not; else 0. Thread: any. */
uint64_t mt_handshake_number(struct slice s);
/* The RSA key of this fingerprint, or NULL. Thread: any. */
const struct rsa_key *mt_handshake_rsa(const struct mt_server *s, int64_t fingerprint);
/*
 * h->x->in, sealed for the RSA key that h->x->key.first_salt names, is opened: h->inner_ok, and the answer to it, server_DH_params_ok, in
 * h->answer; the same work whether it was right or not. Thread: work pool.
 */
void mt_handshake_open_inner(struct mt_handshake *h);
/* encrypted_data of set_client_DH_params: g_b of it. False: it is not right. Thread: the loop. */
bool mt_handshake_open_client_dh(struct mt_handshake *h, struct slice data);
/* g_b: the key, its id and first salt. h->dh_ok. Thread: work pool. */
void mt_handshake_agree(struct mt_handshake *h);
/* h->answer: dh_gen_ok (number 1) or dh_gen_retry (2). */
void mt_handshake_put_gen(struct mt_handshake *h, uint32_t id, int number);

#endif
