/* seal.c - see seal.h. */
#include "blob/seal.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "crypto/hash.h"
#include "crypto/kdf.h"

#define MAGIC       "chaparS1"
#define NONCE_START UINT64_MAX /* of the head; no content has so many chunks */

enum { SEALED_AT = 8 + SEAL_SALT }; /* in the head */

struct seal {
	uint8_t root[32];
};

struct seal *seal_new(struct slice key_file)
{
	struct seal *s = xcalloc(1, sizeof(*s));

	hkdf_extract(SLICE_LIT("chapar contents 1"), key_file, s->root);
	return s;
}

void seal_free(struct seal *s)
{
	if (!s)
		return;
	wipe(s, sizeof(*s));
	free(s);
}

void seal_check(const struct seal *s, uint8_t out[16])
{
	uint8_t all[32];

	hkdf_expand(s->root, "check", (struct slice){0}, all);
	memcpy(out, all, 16);
}

void seal_name(const struct seal *s, const uint8_t id[32], uint8_t out[32])
{
	hkdf_expand(s->root, "name ", slice_of(id, 32), out);
}

void seal_file_key(const struct seal *s, const uint8_t salt[SEAL_SALT], uint8_t key[32])
{
	hkdf_expand(s->root, "file ", slice_of(salt, SEAL_SALT), key);
}

void seal_chunk_nonce(uint64_t number, uint8_t nonce[GCM_NONCE])
{
	number = htole64(number);
	memset(nonce, 0, GCM_NONCE);
	memcpy(nonce, &number, sizeof(number));
}

void seal_head_put(const struct seal *s, const uint8_t salt[SEAL_SALT], const uint8_t id[32], uint64_t size,
                   uint8_t out[SEAL_HEAD])
{
	uint8_t key[32], nonce[GCM_NONCE], plain[40];

	size = htole64(size);
	memcpy(plain, id, 32);
	memcpy(plain + 32, &size, 8);
	memcpy(out, MAGIC, 8);
	memcpy(out + 8, salt, SEAL_SALT);
	seal_file_key(s, salt, key);
	seal_chunk_nonce(NONCE_START, nonce);
	gcm_seal(key, nonce, slice_of(out, SEALED_AT), plain, sizeof(plain), out + SEALED_AT,
	         out + SEALED_AT + sizeof(plain));
	wipe(key, sizeof(key));
}

int seal_head_open(const struct seal *s, const uint8_t in[SEAL_HEAD], uint8_t ret_id[32], uint64_t *ret_size,
                   uint8_t ret_key[32])
{
	uint8_t key[32], nonce[GCM_NONCE], plain[40];
	uint64_t size;

	if (memcmp(in, MAGIC, 8) != 0)
		return -ERR_CORRUPT;
	seal_file_key(s, in + 8, key);
	seal_chunk_nonce(NONCE_START, nonce);
	if (gcm_open(key, nonce, slice_of(in, SEALED_AT), in + SEALED_AT, sizeof(plain),
	             in + SEALED_AT + sizeof(plain), plain) < 0)
		return -ERR_CORRUPT;
	memcpy(ret_id, plain, 32);
	memcpy(&size, plain + 32, 8);
	*ret_size = le64toh(size);
	memcpy(ret_key, key, 32);
	wipe(key, sizeof(key));
	return 0;
}

uint64_t seal_chunk_at(uint64_t number)
{
	return SEAL_HEAD + number * (SEAL_CHUNK + GCM_TAG);
}

uint64_t seal_disk_size(uint64_t plain)
{
	return SEAL_HEAD + plain + (plain + SEAL_CHUNK - 1) / SEAL_CHUNK * GCM_TAG;
}
