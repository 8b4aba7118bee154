/* wrap.c - see wrap.h. */
#include "cdn/wrap.h"

#include <assert.h>
#include <string.h>

#include "base/err.h"
#include "crypto/gcm.h"
#include "crypto/hash.h"
#include "crypto/kdf.h"

enum { NUMBER = 8, WITH = CDN_OBJECT_SIZE + 8 };
static_assert(NUMBER + CDN_BLOCKS * GCM_TAG <= CDN_SLOT_HEAD && CDN_CHUNK % CDN_BLOCK == 0, "slots");

void cdn_wrap_key(const uint8_t own[32], const uint8_t lease[32], uint8_t out[32])
{
	uint8_t root[32];

	hkdf_extract(slice_of(own, 32), slice_of(lease, 32), root);
	hkdf_expand(root, "chapar cdn wrap", (struct slice){0}, out);
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
	uint8_t nonce[GCM_NONCE], with[WITH];
	struct gcm g;

	memset(slot, 0, CDN_SLOT_HEAD);
	put32(nonce, (uint32_t)number);
	put32(nonce + 4, (uint32_t)(number >> 32));
	memcpy(slot, nonce, NUMBER);
	with_of(w, with);
	gcm_init_seal(&g, key);
	for (uint32_t i = 0; i * CDN_BLOCK < w->size; i++) {
		put32(nonce + NUMBER, i);
		gcm_seal_next(&g, nonce, slice_of(with, WITH), bytes + i * CDN_BLOCK, block_size(w->size, i),
		              slot + CDN_SLOT_HEAD + i * CDN_BLOCK, slot + NUMBER + i * GCM_TAG);
	}
	gcm_fini(&g);
}

void cdn_wrap_span(uint32_t size, uint32_t from, uint32_t n, uint32_t *ret_at, uint32_t *ret_n)
{
	uint32_t end = (from + n + CDN_BLOCK - 1) / CDN_BLOCK * CDN_BLOCK;

	*ret_at = from / CDN_BLOCK * CDN_BLOCK;
	*ret_n = (end < size ? end : size) - *ret_at;
}

struct opening {
	struct gcm g;
	const uint8_t *head;
	uint8_t with[WITH];
};

static int open_block(struct opening *o, uint32_t i, const uint8_t *in, uint32_t size, uint8_t *out)
{
	uint8_t nonce[GCM_NONCE];

	memcpy(nonce, o->head, NUMBER);
	put32(nonce + NUMBER, i);
	return gcm_open_next(&o->g, nonce, slice_of(o->with, WITH), in, size, o->head + NUMBER + i * GCM_TAG,
	                     out);
}

int cdn_wrap_open(const uint8_t key[32], const struct cdn_wrapped *w, const uint8_t *head,
                  const uint8_t *span, uint32_t from, uint32_t n, uint8_t *out)
{
	struct opening o = {.head = head};
	uint8_t part[CDN_BLOCK]; /* a block of which not all is asked for */
	uint32_t first = from / CDN_BLOCK;
	int r = 0;

	with_of(w, o.with);
	gcm_init_open(&o.g, key);
	for (uint32_t i = first; r == 0 && i * CDN_BLOCK < from + n; i++, span += CDN_BLOCK) {
		uint32_t at = i * CDN_BLOCK, size = block_size(w->size, i);
		uint32_t low = at < from ? from - at : 0;
		uint32_t high = at + size > from + n ? from + n - at : size;

		if (high - low == size) {
			r = open_block(&o, i, span, size, out);
		} else {
			r = open_block(&o, i, span, size, part);
			memcpy(out, part + low, high - low);
		}
		out += high - low;
	}
	gcm_fini(&o.g);
	return r;
}
