/* bind.c - auth.bindTempAuthKey, the client's side (mtproto.md 2.4): a message under the permanent key inside the call. */
#include <stdio.h>
#include <stdlib.h>

#include "base/err.h"
#include "client/private.h"
#include "crypto/aes.h"
#include "crypto/hash.h"
#include "crypto/kdf.h"
#include "crypto/rng.h"
#include "mtproto/ids.h"

enum { PLAIN = 72, CIPHER = 80, INNER = 40 };

/* perm_auth_key_id, msg_key, ciphertext of the inner message; sealed by MTProto 1's rules. */
static void seal_inner(struct client *c, int64_t msg_id, int64_t nonce, struct buf *out)
{
	struct buf b = {0};
	uint8_t hash[20], key[32], iv[32];

	buf_u64(&b, rng_u64());
	buf_u64(&b, rng_u64());
	buf_u64(&b, (uint64_t)msg_id);
	buf_u32(&b, 0);
	buf_u32(&b, INNER);
	buf_u32(&b, MT_bind_auth_key_inner);
	buf_u64(&b, (uint64_t)nonce);
	buf_u64(&b, (uint64_t)c->temp.id);
	buf_u64(&b, (uint64_t)c->perm.id);
	buf_u64(&b, (uint64_t)c->session_id);
	buf_u32(&b, (uint32_t)c->temp.expires);
	sha1(b.p, PLAIN, hash);
	buf_u64(&b, rng_u64());
	mt_kdf_v1(c->perm.body, hash + 4, 0, key, iv);
	aes_ige_encrypt(key, iv, b.p, b.p, CIPHER);
	buf_u64(out, (uint64_t)c->perm.id);
	buf_put(out, hash + 4, 16);
	buf_put(out, b.p, CIPHER);
	buf_fini(&b);
}

void client_bind_query(struct client *c, int64_t msg_id, struct buf *b)
{
	struct tl_auth_bindTempAuthKey m = {.o.name = TL_auth_bindTempAuthKey};
	struct buf sealed = {0};

	m.perm_auth_key_id = c->perm.id;
	m.nonce = (int64_t)rng_u64();
	m.expires_at = (int32_t)c->temp.expires;
	seal_inner(c, msg_id, m.nonce, &sealed);
	m.encrypted_message = buf_slice(&sealed);
	if (tl_encode_call(b, &m.o, TL_LAYER_MAX) < 0)
		abort();
	buf_fini(&sealed);
}

static void bound(void *arg, struct client *c, const struct client_answer *a)
{
	char why[96];
	struct rd r = rd_of(a->body.p, a->body.n);

	if (a->r == -ERR_CLOSED)
		return;
	if (a->r == 0 && rd_u32(&r) == (uint32_t)MT_boolTrue) {
		c->bound = true;
		client_now_ready(c);
		return;
	}
	snprintf(why, sizeof(why), "the temporary key was not bound: %d %.*s", (int)a->code,
	         (int)(a->text.n > 48 ? 48 : a->text.n), a->text.n ? (const char *)a->text.p : "");
	client_fail(c, -ERR_RPC, a->code, why);
}

void client_bind_send(struct client *c)
{
	struct client_pending *p = client_pending_new(c, TL_auth_bindTempAuthKey, bound, NULL);

	c->stage = STAGE_BIND;
	p->is_bind = true;
	client_transmit(c, p);
}
