/* gcm.c - see gcm.h. The cipher is looked up once: at each use that costs more than a small plaintext. */
#include "crypto/gcm.h"

#include <assert.h>
#include <pthread.h>

#include <openssl/evp.h>

#include "base/err.h"
#include "crypto/hash.h"

static EVP_CIPHER *cipher; /* made once, then only read */
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void look_up(void)
{
	cipher = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
	assert(cipher);
}

void gcm_init_seal(struct gcm *g, const uint8_t key[GCM_KEY])
{
	int ok;

	pthread_once(&once, look_up);
	g->ctx = EVP_CIPHER_CTX_new();
	ok = g->ctx && EVP_EncryptInit_ex2(g->ctx, cipher, key, NULL, NULL) == 1;
	assert(ok); /* no memory: as everywhere */
}

void gcm_init_open(struct gcm *g, const uint8_t key[GCM_KEY])
{
	int ok;

	pthread_once(&once, look_up);
	g->ctx = EVP_CIPHER_CTX_new();
	ok = g->ctx && EVP_DecryptInit_ex2(g->ctx, cipher, key, NULL, NULL) == 1;
	assert(ok);
}

void gcm_fini(struct gcm *g)
{
	EVP_CIPHER_CTX_free(g->ctx);
	g->ctx = NULL;
}

void gcm_seal_next(struct gcm *g, const uint8_t nonce[GCM_NONCE], struct slice aad, const uint8_t *in,
                   size_t n, uint8_t *out, uint8_t tag[GCM_TAG])
{
	int k, ok = EVP_EncryptInit_ex2(g->ctx, NULL, NULL, nonce, NULL) == 1;

	if (ok && aad.n)
		ok = EVP_EncryptUpdate(g->ctx, NULL, &k, aad.p, (int)aad.n) == 1;
	if (ok && n)
		ok = EVP_EncryptUpdate(g->ctx, out, &k, in, (int)n) == 1;
	ok = ok && EVP_EncryptFinal_ex(g->ctx, out + n, &k) == 1 &&
	     EVP_CIPHER_CTX_ctrl(g->ctx, EVP_CTRL_AEAD_GET_TAG, GCM_TAG, tag) == 1;
	assert(ok);
}

int gcm_open_next(struct gcm *g, const uint8_t nonce[GCM_NONCE], struct slice aad, const uint8_t *in,
                  size_t n, const uint8_t tag[GCM_TAG], uint8_t *out)
{
	int k, ok = EVP_DecryptInit_ex2(g->ctx, NULL, NULL, nonce, NULL) == 1;

	if (ok && aad.n)
		ok = EVP_DecryptUpdate(g->ctx, NULL, &k, aad.p, (int)aad.n) == 1;
	if (ok && n)
		ok = EVP_DecryptUpdate(g->ctx, out, &k, in, (int)n) == 1;
	ok = ok && EVP_CIPHER_CTX_ctrl(g->ctx, EVP_CTRL_AEAD_SET_TAG, GCM_TAG, (void *)tag) == 1 &&
	     EVP_DecryptFinal_ex(g->ctx, out + n, &k) == 1;
	if (!ok && n)
		wipe(out, n);
	return ok ? 0 : -ERR_CORRUPT;
}

void gcm_seal(const uint8_t key[GCM_KEY], const uint8_t nonce[GCM_NONCE], struct slice aad, const uint8_t *in,
              size_t n, uint8_t *out, uint8_t tag[GCM_TAG])
{
	struct gcm g;

	gcm_init_seal(&g, key);
	gcm_seal_next(&g, nonce, aad, in, n, out, tag);
	gcm_fini(&g);
}

int gcm_open(const uint8_t key[GCM_KEY], const uint8_t nonce[GCM_NONCE], struct slice aad, const uint8_t *in,
             size_t n, const uint8_t tag[GCM_TAG], uint8_t *out)
{
	struct gcm g;
	int r;

	gcm_init_open(&g, key);
	r = gcm_open_next(&g, nonce, aad, in, n, tag, out);
	gcm_fini(&g);
	return r;
}
