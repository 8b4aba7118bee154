/* gcm.c - see gcm.h. */
#include "cdnwire/gcm.h"

#include <assert.h>
#include <string.h>

#include <openssl/evp.h>

#include "base/err.h"
#include "crypto/hash.h"

void gcm_seal(const uint8_t key[32], const uint8_t nonce[GCM_NONCE], struct slice aad, struct slice in,
              uint8_t *out)
{
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	int n, ok;

	ok = c && EVP_EncryptInit_ex2(c, EVP_aes_256_gcm(), key, nonce, NULL) == 1 &&
	     EVP_EncryptUpdate(c, NULL, &n, aad.p, (int)aad.n) == 1 &&
	     EVP_EncryptUpdate(c, out, &n, in.p, (int)in.n) == 1 &&
	     EVP_EncryptFinal_ex(c, out + in.n, &n) == 1 &&
	     EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_GET_TAG, GCM_TAG, out + in.n) == 1;
	assert(ok); /* no memory: as everywhere */
	EVP_CIPHER_CTX_free(c);
}

int gcm_open(const uint8_t key[32], const uint8_t nonce[GCM_NONCE], struct slice aad, struct slice in,
             uint8_t *out)
{
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	size_t len = in.n < GCM_TAG ? 0 : in.n - GCM_TAG;
	uint8_t tag[GCM_TAG];
	int n, ok = c && len;

	if (ok)
		memcpy(tag, in.p + len, GCM_TAG);
	ok = ok && EVP_DecryptInit_ex2(c, EVP_aes_256_gcm(), key, nonce, NULL) == 1 &&
	     EVP_DecryptUpdate(c, NULL, &n, aad.p, (int)aad.n) == 1 &&
	     EVP_DecryptUpdate(c, out, &n, in.p, (int)len) == 1 &&
	     EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_TAG, GCM_TAG, tag) == 1 &&
	     EVP_DecryptFinal_ex(c, out + len, &n) == 1;
	EVP_CIPHER_CTX_free(c);
	if (!ok && len)
		wipe(out, len);
	return ok ? 0 : -ERR_INVALID;
}
