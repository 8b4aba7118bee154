/*
 * fuzz_cdn_cache.c - the file of a cache in the hands of somebody else: bytes changed, slots exchanged or moved, the end cut off. What is read is right
 * or missing; and the cache goes on.
 *
 * Input: records of five bytes: what, slot, slot or place (2), value.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/err.h"
#include "cdn/cache.h"
#include "cdn/wrap.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

enum { RAM_SLOTS = 8, DISK_SLOTS = 12, CHUNKS = 18, SIZE = 3000, RECORDS_MAX = 64 };

static struct {
	struct cdn_cache *c;
	int fd;
	uint8_t key[32];
} w;

static void make_cache(void)
{
	char path[] = "/tmp/chapar-fuzz-cache-XXXXXX";
	struct cdn_cache_config cfg = {.ram = (uint64_t)RAM_SLOTS * CDN_CHUNK,
	                               .path = path,
	                               .disk = (uint64_t)DISK_SLOTS * CDN_CHUNK};

	w.fd = mkstemp(path);
	if (w.fd < 0 || cdn_cache_new(&cfg, &w.c) < 0)
		abort();
	unlink(path);
}

static void bytes_of(uint32_t chunk, uint8_t out[SIZE])
{
	for (uint32_t i = 0; i < SIZE; i++)
		out[i] = (uint8_t)((i + chunk) * 2654435761u >> 13);
}

static void put(uint32_t chunk)
{
	static const uint8_t object[CDN_OBJECT_SIZE] = "one object";
	uint8_t b[SIZE];

	bytes_of(chunk, b);
	if (cdn_cache_put(w.c, object, chunk, slice_of(b, SIZE)) < 0)
		abort();
}

static bool get(uint32_t chunk)
{
	static const uint8_t object[CDN_OBJECT_SIZE] = "one object";
	uint8_t b[SIZE], want[SIZE];

	bytes_of(chunk, want);
	if (cdn_cache_read(w.c, object, chunk, SIZE, 0, SIZE, false, b) < 0)
		return false;
	if (memcmp(b, want, SIZE) != 0)
		abort();
	return true;
}

static void alter(const uint8_t r[5])
{
	off_t slot = r[1] % DISK_SLOTS, other = r[2] % DISK_SLOTS;
	uint8_t s[CDN_SLOT_HEAD + SIZE];
	size_t place = (r[2] | (size_t)r[3] << 8) % sizeof(s);
	ssize_t k = pread(w.fd, s, sizeof(s), slot * CDN_SLOT);

	if (k != sizeof(s))
		return;
	switch (r[0] % 4) {
	case 0:
		s[place] ^= r[4];
		k = pwrite(w.fd, s, sizeof(s), slot * CDN_SLOT);
		break;
	case 1: /* another's place */
		k = pwrite(w.fd, s, sizeof(s), other * CDN_SLOT);
		break;
	case 2:
		k = ftruncate(w.fd, other * CDN_SLOT + r[4]);
		break;
	case 3: /* it is filled again meanwhile */
		put(r[4] % CHUNKS);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	if (!w.c)
		make_cache();
	w.key[0]++;
	cdn_cache_open(w.c, w.key);
	for (uint32_t i = 0; i < CHUNKS; i++)
		put(i);
	for (int i = 0; i < RECORDS_MAX && n >= 5; i++, p += 5, n -= 5)
		alter(p);
	for (uint32_t i = 0; i < CHUNKS; i++)
		get(i);
	for (uint32_t i = 0; i < CHUNKS; i++) {
		put(i);
		if (!get(i))
			abort();
	}
	return 0;
}
