/*
 * rsa.h - the server's RSA-2048 key: made, kept in a PEM file, named by its fingerprint; raw operations only.
 * Threads: making and loading at start; the operations from any thread (blinding has OpenSSL's own lock).
 */
#ifndef CRYPTO_RSA_H
#define CRYPTO_RSA_H

#include "base/buf.h"

struct rsa_key;

/* New 2048-bit key, e = 65537, whose fingerprint has no leading zero hex digit (mtcute compares it as text). */
struct rsa_key *rsa_key_generate(void);
/* Private key from PEM: -ERR_NOTFOUND, -ERR_INVALID (not a 2048-bit RSA key in PEM). */
int rsa_key_load(const char *path, struct rsa_key **ret_key);
/* Public key from PKCS#1 ("RSA PUBLIC KEY") PEM text. */
int rsa_key_from_public_pem(const char *pem, size_t n, struct rsa_key **ret_key);
/* The same from a file: what a server gives out. -ERR_NOTFOUND and others of the system: it cannot be read. */
int rsa_key_load_public(const char *path, struct rsa_key **ret_key);
/* Writes the private key, mode 0600, replacing nothing: -ERR_EXISTS. Synced to disk. */
int rsa_key_save(const struct rsa_key *k, const char *path);
/* Another owner of the same key; free it as well. */
struct rsa_key *rsa_key_share(const struct rsa_key *k);
void rsa_key_free(struct rsa_key *k);
/* PKCS#1 PEM text of the public part. */
void rsa_public_pem(const struct rsa_key *k, struct buf *out);
/* Last 8 bytes of SHA1(n, e as TL strings), as a little-endian number. */
int64_t rsa_fingerprint(const struct rsa_key *k);
/* in^d mod n, with blinding; in: 256 bytes below n. -ERR_INVALID otherwise. */
int rsa_private(const struct rsa_key *k, const uint8_t in[256], uint8_t out[256]);
/* in^e mod n. -ERR_INVALID if in >= n. */
int rsa_public(const struct rsa_key *k, const uint8_t in[256], uint8_t out[256]);

#endif
