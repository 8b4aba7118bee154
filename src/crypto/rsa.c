/* rsa.c - see rsa.h. */
#include "crypto/rsa.h"

#include <fcntl.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/decoder.h>
#include <openssl/encoder.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/err.h"
#include "base/mem.h"
#include "crypto/hash.h"

struct rsa_key {
	EVP_PKEY *pkey;
	int64_t fingerprint;
};

static int64_t fingerprint_of(EVP_PKEY *pkey)
{
	BIGNUM *n = NULL, *e = NULL;
	struct buf b = {0};
	uint8_t tmp[256], h[20];
	int64_t out;
	int len;

	if (!EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_RSA_N, &n) ||
	    !EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_RSA_E, &e))
		abort();
	len = BN_bn2bin(n, tmp);
	buf_tl_bytes(&b, tmp, (size_t)len);
	len = BN_bn2bin(e, tmp);
	buf_tl_bytes(&b, tmp, (size_t)len);
	sha1(b.p, b.n, h);
	memcpy(&out, h + 12, 8);
	buf_fini(&b);
	BN_free(n);
	BN_free(e);
	return out;
}

static int wrap(EVP_PKEY *pkey, struct rsa_key **ret)
{
	struct rsa_key *k;

	if (!EVP_PKEY_is_a(pkey, "RSA") || EVP_PKEY_get_bits(pkey) != 2048) {
		EVP_PKEY_free(pkey);
		return -ERR_INVALID;
	}
	k = xcalloc(1, sizeof(*k));
	k->pkey = pkey;
	k->fingerprint = fingerprint_of(pkey);
	*ret = k;
	return 0;
}

struct rsa_key *rsa_key_generate(void)
{
	struct rsa_key *k;

	for (;;) {
		if (wrap(EVP_RSA_gen(2048), &k) < 0)
			abort();
		if ((uint64_t)k->fingerprint >> 60)
			return k;
		rsa_key_free(k);
	}
}

int rsa_key_load(const char *path, struct rsa_key **ret_key)
{
	FILE *f = fopen(path, "r");
	EVP_PKEY *pkey;

	if (!f)
		return err_from_errno(errno);
	pkey = PEM_read_PrivateKey(f, NULL, NULL, NULL);
	fclose(f);
	return pkey ? wrap(pkey, ret_key) : -ERR_INVALID;
}

int rsa_key_from_public_pem(const char *pem, size_t n, struct rsa_key **ret_key)
{
	EVP_PKEY *pkey = NULL;
	OSSL_DECODER_CTX *d = OSSL_DECODER_CTX_new_for_pkey(&pkey, "PEM", NULL, "RSA", EVP_PKEY_PUBLIC_KEY,
	                                                    NULL, NULL);
	const unsigned char *p = (const unsigned char *)pem;
	int ok = d && OSSL_DECODER_from_data(d, &p, &n);

	OSSL_DECODER_CTX_free(d);
	return ok && pkey ? wrap(pkey, ret_key) : -ERR_INVALID;
}

int rsa_key_load_public(const char *path, struct rsa_key **ret_key)
{
	FILE *f = fopen(path, "r");
	char pem[8192];
	size_t n;

	if (!f)
		return err_from_errno(errno);
	n = fread(pem, 1, sizeof(pem), f);
	fclose(f);
	return rsa_key_from_public_pem(pem, n, ret_key);
}

int rsa_key_save(const struct rsa_key *k, const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600), ok;
	FILE *f;

	if (fd < 0)
		return err_from_errno(errno);
	f = fdopen(fd, "w");
	if (!f) {
		close(fd);
		return -ERR_IO;
	}
	ok = PEM_write_PrivateKey(f, k->pkey, NULL, NULL, 0, NULL, NULL) && fflush(f) == 0 && fsync(fd) == 0;
	if (fclose(f) != 0 || !ok) {
		unlink(path);
		return -ERR_IO;
	}
	return 0;
}

struct rsa_key *rsa_key_share(const struct rsa_key *k)
{
	struct rsa_key *copy = xmalloc(sizeof(*copy));

	EVP_PKEY_up_ref(k->pkey);
	*copy = *k;
	return copy;
}

void rsa_key_free(struct rsa_key *k)
{
	if (!k)
		return;
	EVP_PKEY_free(k->pkey);
	free(k);
}

void rsa_public_pem(const struct rsa_key *k, struct buf *out)
{
	OSSL_ENCODER_CTX *e = OSSL_ENCODER_CTX_new_for_pkey(k->pkey, EVP_PKEY_PUBLIC_KEY, "PEM",
	                                                    "type-specific", NULL);
	unsigned char *p = NULL;
	size_t n = 0;

	if (!e || !OSSL_ENCODER_to_data(e, &p, &n))
		abort();
	buf_put(out, p, n);
	OPENSSL_free(p);
	OSSL_ENCODER_CTX_free(e);
}

int64_t rsa_fingerprint(const struct rsa_key *k)
{
	return k->fingerprint;
}

int rsa_private(const struct rsa_key *k, const uint8_t in[256], uint8_t out[256])
{
	EVP_PKEY_CTX *c = EVP_PKEY_CTX_new(k->pkey, NULL);
	size_t n = 256;
	int ok;

	if (!c)
		abort();
	ok = EVP_PKEY_decrypt_init(c) > 0 && EVP_PKEY_CTX_set_rsa_padding(c, RSA_NO_PADDING) > 0 &&
	     EVP_PKEY_decrypt(c, out, &n, in, 256) > 0 && n == 256;
	EVP_PKEY_CTX_free(c);
	return ok ? 0 : -ERR_INVALID;
}

int rsa_public(const struct rsa_key *k, const uint8_t in[256], uint8_t out[256])
{
	EVP_PKEY_CTX *c = EVP_PKEY_CTX_new(k->pkey, NULL);
	size_t n = 256;
	int ok;

	if (!c)
		abort();
	ok = EVP_PKEY_encrypt_init(c) > 0 && EVP_PKEY_CTX_set_rsa_padding(c, RSA_NO_PADDING) > 0 &&
	     EVP_PKEY_encrypt(c, out, &n, in, 256) > 0 && n == 256;
	EVP_PKEY_CTX_free(c);
	return ok ? 0 : -ERR_INVALID;
}
