/* handshake.c - one RSA-2048 private operation and two powers modulo the well-known prime: what a server cannot do without. */
#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <stdio.h>
#include <stdlib.h>

#include "benches/limits/limits.h"
#include "crypto/dh.h"

struct operations {
	EVP_PKEY_CTX *rsa;
	BIGNUM *prime, *generator, *exponent, *base, *out;
	BN_MONT_CTX *mont;
	BN_CTX *cx;
};

static void check(int ok)
{
	if (ok)
		return;
	fprintf(stderr, "bench-limits: OpenSSL refused an operation\n");
	exit(1);
}

static void prepare(struct operations *o)
{
	EVP_PKEY *key = EVP_RSA_gen(2048);
	uint8_t secret[256];

	check(key != NULL);
	o->rsa = EVP_PKEY_CTX_new(key, NULL);
	check(o->rsa && EVP_PKEY_decrypt_init(o->rsa) > 0 &&
	      EVP_PKEY_CTX_set_rsa_padding(o->rsa, RSA_NO_PADDING) > 0);
	o->cx = BN_CTX_new();
	o->mont = BN_MONT_CTX_new();
	o->prime = BN_bin2bn(dh_prime, sizeof(dh_prime), NULL);
	o->generator = BN_new();
	o->out = BN_new();
	check(o->cx && o->mont && o->prime && o->generator && o->out &&
	      BN_MONT_CTX_set(o->mont, o->prime, o->cx) && BN_set_word(o->generator, DH_G));
	check(RAND_bytes(secret, sizeof(secret)) == 1);
	o->exponent = BN_bin2bn(secret, sizeof(secret), NULL);
	check(RAND_bytes(secret, sizeof(secret)) == 1);
	secret[0] &= 0x7f;
	o->base = BN_bin2bn(secret, sizeof(secret), NULL);
	BN_set_flags(o->exponent, BN_FLG_CONSTTIME);
	EVP_PKEY_free(key);
}

static void once(struct operations *o)
{
	uint8_t in[256] = {1}, out[256];
	size_t n = sizeof(out);

	check(EVP_PKEY_decrypt(o->rsa, out, &n, in, sizeof(in)) > 0);
	check(BN_mod_exp_mont_consttime(o->out, o->generator, o->exponent, o->prime, o->cx, o->mont));
	check(BN_mod_exp_mont_consttime(o->out, o->base, o->exponent, o->prime, o->cx, o->mont));
}

int limit_handshake(int seconds)
{
	struct operations o;
	double until, cpu;
	int n = 0;

	prepare(&o);
	for (int i = 0; i < 20; i++)
		once(&o); /* blinding is made at the first */
	cpu = limit_cpu();
	for (until = limit_now() + seconds; limit_now() < until; n++)
		once(&o);
	limit_tell("bare_cpu_a_handshake", (limit_cpu() - cpu) * 1e3 / n, "ms");
	EVP_PKEY_CTX_free(o.rsa);
	BN_free(o.prime);
	BN_free(o.generator);
	BN_free(o.exponent);
	BN_free(o.base);
	BN_free(o.out);
	BN_MONT_CTX_free(o.mont);
	BN_CTX_free(o.cx);
	return 0;
}
