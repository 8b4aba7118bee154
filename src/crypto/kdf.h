/*
 * kdf.h - keys made of others. Of encrypted messages (mtproto.md 3.2, 3.3; x: 0 client to server, 8 server to client), and our own, by HKDF.
 * Threads: any.
 */
#ifndef CRYPTO_KDF_H
#define CRYPTO_KDF_H

#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"

/* What of the auth key goes into msg_key, in front of the plaintext. */
enum { MT_MSG_KEY_PART = 32 };
static inline const uint8_t *mt_msg_key_part(const uint8_t auth_key[256], int x)
{
	return auth_key + 88 + x;
}
/* msg_key_large over the whole plaintext with padding; msg_key is bytes 8..24 of it. */
void mt_msg_key_large(const uint8_t auth_key[256], int x, const void *plain, size_t n, uint8_t out[32]);
void mt_kdf_v2(const uint8_t auth_key[256], const uint8_t msg_key[16], int x, uint8_t key[32],
               uint8_t iv[32]);
/* MTProto 1: only the inner message of auth.bindTempAuthKey. */
void mt_kdf_v1(const uint8_t auth_key[256], const uint8_t msg_key[16], int x, uint8_t key[32],
               uint8_t iv[32]);
/* Of the handshake (2.2). */
void mt_tmp_aes(const uint8_t new_nonce[32], const uint8_t server_nonce[16], uint8_t key[32], uint8_t iv[32]);
/* auth_key_id: last 8 bytes of SHA1(auth_key), as they are; aux: its first 8. */
void mt_key_ids(const uint8_t auth_key[256], int64_t *ret_id, uint8_t ret_aux[8]);
/* new_nonce_hash1..3. */
void mt_new_nonce_hash(const uint8_t new_nonce[32], int number, const uint8_t aux[8], uint8_t out[16]);

/* HKDF-SHA256 (RFC 5869): one root of what is secret, and of it a block for each purpose, told apart by `what` and `of`. */
void hkdf_extract(struct slice salt, struct slice secret, uint8_t ret_root[32]);
enum { HKDF_INFO_MAX = 127 }; /* of `what` and `of` together */
void hkdf_expand(const uint8_t root[32], const char *what, struct slice of, uint8_t out[32]);

#endif
