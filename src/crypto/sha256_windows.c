/* sha256_windows.c - see sha256_windows.h. A window begins at a block of the message, so both have the same blocks. */
#include "crypto/sha256_windows.h"

#include <string.h>

#include "crypto/sha256_pair.h"

enum { BLOCK = 64, STEP = 32768 / BLOCK /* blocks; the second reading of them finds them in the cache */ };

void sha256_windows_init(struct sha256_windows *h, uint32_t size)
{
	h->size = size;
	h->n = 0;
	sha256_begin(h->whole);
	sha256_begin(h->window);
}

static void work(struct sha256_windows *h, const uint8_t *p, size_t blocks)
{
	if (sha256_pair_works()) {
		sha256_pair((uint32_t *const[]){h->whole, h->window}, (const uint8_t *const[]){p, p}, blocks);
		return;
	}
	for (size_t k; blocks; blocks -= k, p += k * BLOCK) {
		k = blocks < STEP ? blocks : STEP;
		sha256_single(h->whole, p, k);
		sha256_single(h->window, p, k);
	}
}

static void end_window(struct sha256_windows *h, uint64_t n, struct buf *windows)
{
	sha256_end(h->window, h->edge, n, buf_reserve(windows, 32));
	windows->n += 32;
	sha256_begin(h->window);
}

void sha256_windows_update(struct sha256_windows *h, const void *bytes, size_t n, struct buf *windows)
{
	const uint8_t *p = bytes;

	while (n) {
		uint32_t used = h->n % BLOCK, left = h->size - (uint32_t)(h->n % h->size);
		size_t k;

		if (used || n < BLOCK) {
			k = n < BLOCK - used ? n : BLOCK - used;
			memcpy(h->edge + used, p, k);
			if (used + k == BLOCK)
				work(h, h->edge, 1);
		} else {
			k = (n < left ? n : left) / BLOCK * BLOCK;
			work(h, p, k / BLOCK);
		}
		h->n += k;
		p += k;
		n -= k;
		if (h->n % h->size == 0)
			end_window(h, h->size, windows);
	}
}

void sha256_windows_final(struct sha256_windows *h, uint8_t out[32], struct buf *windows)
{
	if (h->n % h->size)
		end_window(h, h->n % h->size, windows);
	sha256_end(h->whole, h->edge, h->n, out);
}
