/* wrap.c - see wrap.h. */
#include "cdn/wrap.h"

#include <assert.h>
#include <string.h>

#include <openssl/evp.h>

#include "base/err.h"
#include "crypto/hash.h"

enum { NUMBER = 8, TAG = 16, NONCE = 12, WITH = CDN_OBJECT_SIZE + 8 };
static_assert(NUMBER + CDN_BLOCKS * TAG <= CDN_SLOT_HEAD && CDN_CHUNK % CDN_BLOCK == 0, "slots");

void cdn_wrap_key(const uint8_t own[32], const uint8_t lease[32], uint8_t out[32])
{
	static const uint8_t what[] = "chapar cdn wrap\1"; /* HKDF, RFC 5869: one block out */
	uint8_t root[32];

	hmac_sha256(own, 32, lease, 32, root);
	hmac_sha256(root, sizeof(root), what, sizeof(what) - 1, out);
	wipe(root, sizeof(root));
}

static void put32(uint8_t *p, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		p[i] = (uint8_t)(v >> 8 * i);
}

static void with_of(const struct cdn_wrapped *w, uint8_t out[WITH])
{
	memcpy(out, w->object, CDN_OBJECT_SIZE);
	put32(out + CDN_OBJECT_SIZE, w->chunk);
	put32(out + CDN_OBJECT_SIZE + 4, w->size);
}

static uint32_t block_size(uint32_t size, uint32_t i)
{
	uint32_t left = size - i * CDN_BLOCK;

	return left < CDN_BLOCK ? left : CDN_BLOCK;
}

void cdn_wrap_seal(const uint8_t key[32], uint64_t number, const struct cdn_wrapped *w, const uint8_t *bytes,
                   uint8_t *slot)
{
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	uint8_t nonce[NONCE], with[WITH];
	int n, ok = c && EVP_EncryptInit_ex2(c, EVP_aes_256_gcm(), key, NULL, NULL) == 1;

	memset(slot, 0, CDN_SLOT_HEAD);
	put32(nonce, (uint32_t)number);
	put32(nonce + 4, (uint32_t)(number >> 32));
	memcpy(slot, nonce, NUMBER);
	with_of(w, with);
	for (uint32_t i = 0; ok && i * CDN_BLOCK < w->size; i++) {
		uint8_t *out = slot + CDN_SLOT_HEAD + i * CDN_BLOCK;
		uint32_t size = block_size(w->size, i);

		put32(nonce + NUMBER, i);
		ok = EVP_EncryptInit_ex2(c, NULL, NULL, nonce, NULL) == 1 &&
		     EVP_EncryptUpdate(c, NULL, &n, with, WITH) == 1 &&
		     EVP_EncryptUpdate(c, out, &n, bytes + i * CDN_BLOCK, (int)size) == 1 &&
		     EVP_EncryptFinal_ex(c, out + size, &n) == 1 &&
		     EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_GET_TAG, TAG, slot + NUMBER + i * TAG) == 1;
	}
	assert(ok); /* no memory: as everywhere */
	EVP_CIPHER_CTX_free(c);
}

void cdn_wrap_span(uint32_t size, uint32_t from, uint32_t n, uint32_t *ret_at, uint32_t *ret_n)
{
	uint32_t end = (from + n + CDN_BLOCK - 1) / CDN_BLOCK * CDN_BLOCK;

	*ret_at = from / CDN_BLOCK * CDN_BLOCK;
	*ret_n = (end < size ? end : size) - *ret_at;
}

struct opening {
	EVP_CIPHER_CTX *c;
	const uint8_t *head;
	uint8_t with[WITH];
};

static bool open_block(struct opening *o, uint32_t i, const uint8_t *in, uint32_t size, uint8_t *out)
{
	uint8_t nonce[NONCE], tag[TAG];
	int n;

	memcpy(nonce, o->head, NUMBER);
	put32(nonce + NUMBER, i);
	memcpy(tag, o->head + NUMBER + i * TAG, TAG);
	return EVP_DecryptInit_ex2(o->c, NULL, NULL, nonce, NULL) == 1 &&
	       EVP_DecryptUpdate(o->c, NULL, &n, o->with, WITH) == 1 &&
	       EVP_DecryptUpdate(o->c, out, &n, in, (int)size) == 1 &&
	       EVP_CIPHER_CTX_ctrl(o->c, EVP_CTRL_AEAD_SET_TAG, TAG, tag) == 1 &&
	       EVP_DecryptFinal_ex(o->c, out + size, &n) == 1;
}

int cdn_wrap_open(const uint8_t key[32], const struct cdn_wrapped *w, const uint8_t *head,
                  const uint8_t *span, uint32_t from, uint32_t n, uint8_t *out)
{
	struct opening o = {.c = EVP_CIPHER_CTX_new(), .head = head};
	bool ok = o.c && EVP_DecryptInit_ex2(o.c, EVP_aes_256_gcm(), key, NULL, NULL) == 1;
	uint8_t part[CDN_BLOCK]; /* a block of which not all is asked for */
	uint32_t first = from / CDN_BLOCK;

	with_of(w, o.with);
	for (uint32_t i = first; ok && i * CDN_BLOCK < from + n; i++, span += CDN_BLOCK) {
		uint32_t at = i * CDN_BLOCK, size = block_size(w->size, i);
		uint32_t low = at < from ? from - at : 0;
		uint32_t high = at + size > from + n ? from + n - at : size;

		if (high - low == size) {
			ok = open_block(&o, i, span, size, out);
		} else {
			ok = open_block(&o, i, span, size, part);
			memcpy(out, part + low, high - low);
		}
		out += high - low;
	}
	EVP_CIPHER_CTX_free(o.c);
	return ok ? 0 : -ERR_CORRUPT;
}
