/*
 * test_cache.c - what was put comes back the same or not at all: from RAM, from the file, by parts, by several threads, after damage, on a
 * full disk, after a wipe; and nothing of it can be read where it lies.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "cdn/cache_private.h"
#include "cdn/wrap.h"
#include "crypto/rng.h"

enum { RAM_SLOTS = 16, DISK_SLOTS = 40, OBJECTS = 30, CHUNKS = 4, LAST = 70000, STEPS = 3000, READERS = 3 };

static char path[64];
static uint8_t key[32];

static void object_of(uint32_t o, uint8_t out[CDN_OBJECT_SIZE])
{
	memset(out, 0, CDN_OBJECT_SIZE);
	for (int i = 0; i < 8; i++)
		out[i] = out[8 + i] = (uint8_t)((o + 1) * 0x9e3779b97f4a7c15u >> 8 * i);
}

static uint32_t size_of(uint32_t chunk)
{
	return chunk == CHUNKS - 1 ? LAST : CDN_CHUNK;
}

static void bytes_of(uint32_t o, uint32_t chunk, uint8_t *out)
{
	uint64_t x = (uint64_t)(o * CHUNKS + chunk + 1) * 0x2545f4914f6cdd1du;

	for (uint32_t i = 0; i < size_of(chunk); i++) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		out[i] = (uint8_t)(x >> 24);
	}
}

static struct cdn_cache *cache(bool disk)
{
	struct cdn_cache_config cfg = {.ram = (uint64_t)RAM_SLOTS * CDN_CHUNK,
	                               .path = disk ? path : NULL,
	                               .disk = (uint64_t)DISK_SLOTS * CDN_CHUNK};
	struct cdn_cache *c;

	assert_int_equal(cdn_cache_new(&cfg, &c), 0);
	cdn_cache_open(c, key);
	return c;
}

static void put(struct cdn_cache *c, uint32_t o, uint32_t chunk)
{
	static uint8_t p[CDN_CHUNK];
	uint8_t object[CDN_OBJECT_SIZE];

	object_of(o, object);
	bytes_of(o, chunk, p);
	assert_int_equal(cdn_cache_put(c, object, chunk, slice_of(p, size_of(chunk))), 0);
}

/* Whether it is here; if so, it is right. */
static bool get_part(struct cdn_cache *c, uint32_t o, uint32_t chunk, uint32_t from, uint32_t n)
{
	uint8_t object[CDN_OBJECT_SIZE], *want = malloc(CDN_CHUNK), *got = malloc(n + 1);
	int r;

	object_of(o, object);
	bytes_of(o, chunk, want);
	got[n] = 0x5a;
	r = cdn_cache_read(c, object, chunk, size_of(chunk), from, n, false, got);
	if (r == 0 && (memcmp(want + from, got, n) != 0 || got[n] != 0x5a))
		abort(); /* also in threads */
	free(want);
	free(got);
	return r == 0;
}

static bool get(struct cdn_cache *c, uint32_t o, uint32_t chunk)
{
	return get_part(c, o, chunk, 0, size_of(chunk));
}

static void test_ram(void **state)
{
	struct cdn_cache *c = cache(false);
	struct cdn_cache_figures f;
	uint32_t here = 0;

	put(c, 1, 0);
	put(c, 1, 3);
	put(c, 1, 0); /* again: nothing */
	assert_true(get(c, 1, 0) && get(c, 1, 3));
	assert_false(get(c, 1, 1) || get(c, 2, 0));
	for (uint32_t i = 0; i < OBJECTS; i++)
		put(c, 10 + i, 2);
	for (uint32_t i = 0; i < OBJECTS; i++)
		here += get(c, 10 + i, 2);
	cdn_cache_figures(c, &f);
	assert_int_equal(f.chunks, RAM_SLOTS);
	assert_true(f.evicted == OBJECTS + 2 - RAM_SLOTS && here >= RAM_SLOTS - 2 && !f.damaged && !f.disk);
	cdn_cache_free(c);
}

static bool is_in_ram(struct cdn_cache *c, uint32_t o, uint32_t chunk)
{
	uint8_t object[CDN_OBJECT_SIZE], p[1];

	object_of(o, object);
	return cdn_cache_read(c, object, chunk, size_of(chunk), 0, 1, true, p) == 0;
}

/* Others that are asked for take its place. */
static void to_disk(struct cdn_cache *c, uint32_t o, uint32_t chunk)
{
	for (uint32_t i = 0; is_in_ram(c, o, chunk); i++)
		for (uint32_t k = 0; k < RAM_SLOTS; k++) {
			assert_true(i < 100);
			put(c, 100 + i * RAM_SLOTS + k, 0);
			get(c, 100 + i * RAM_SLOTS + k, 0);
		}
}

static void test_parts(void **state)
{
	static const uint32_t parts[][2] = {{0, 1},
	                                    {0, 4096},
	                                    {4096, 4096},
	                                    {CDN_BLOCK - 1, 2},
	                                    {CDN_BLOCK, CDN_BLOCK},
	                                    {65536, LAST - 65536},
	                                    {LAST - 1, 1},
	                                    {0, LAST},
	                                    {100, 69000},
	                                    {CDN_BLOCK, LAST - CDN_BLOCK},
	                                    {0, 2 * CDN_BLOCK}};
	struct cdn_cache *c = cache(true);

	put(c, 1, 3);
	for (int disk = 0; disk < 2; disk++) {
		for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
			assert_true(get_part(c, 1, 3, parts[i][0], parts[i][1]));
		assert_int_equal(is_in_ram(c, 1, 3), !disk);
		if (!disk)
			to_disk(c, 1, 3);
	}
	cdn_cache_free(c);
}

/* The model: right or missing; and what was put last is always here. */
static void test_model(void **state)
{
	struct cdn_cache *c = cache(true);
	struct cdn_cache_figures f;
	uint32_t hits = 0;

	for (int i = 0; i < STEPS; i++) {
		uint32_t o = (uint32_t)(rng_u64() % OBJECTS), chunk = (uint32_t)(rng_u64() % CHUNKS),
			 what = rng_u64() % 100;

		if (what < 60) {
			hits += get(c, o, chunk);
		} else if (what < 98) {
			put(c, o, chunk);
			assert_true(get(c, o, chunk));
		} else {
			uint8_t object[CDN_OBJECT_SIZE];

			object_of(o, object);
			cdn_cache_drop(c, object);
			for (chunk = 0; chunk < CHUNKS; chunk++)
				assert_false(get(c, o, chunk));
		}
	}
	cdn_cache_figures(c, &f);
	assert_true(hits > STEPS / 10 && f.chunks > RAM_SLOTS && f.chunks <= RAM_SLOTS + DISK_SLOTS &&
	            f.evicted);
	assert_true(f.damaged == 0 && f.unwritten == 0);
	cdn_cache_free(c);
}

static void test_damaged_ram(void **state)
{
	struct cdn_cache *c = cache(false);
	struct cdn_cache_figures f;

	put(c, 1, 0);
	c->slots[CDN_SLOT_HEAD + 100000] ^= 1; /* the first slot; in its last block */
	assert_true(get_part(c, 1, 0, 0, 4096));
	assert_false(get(c, 1, 0));
	assert_false(get_part(c, 1, 0, 0, 4096)); /* the chunk is gone */
	cdn_cache_figures(c, &f);
	assert_true(f.damaged == 1 && f.chunks == 0);
	put(c, 1, 0);
	assert_true(get(c, 1, 0));
	cdn_cache_free(c);
}

static uint32_t all(struct cdn_cache *c)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < OBJECTS; i++)
		n += get(c, i, 0);
	return n;
}

/* Slots of the file altered, exchanged, cut off. */
static void test_damaged_disk(void **state)
{
	struct cdn_cache *c = cache(true);
	struct cdn_cache_figures f;
	static uint8_t a[CDN_SLOT], b[CDN_SLOT];
	uint8_t bit = 0xff;
	int fd = open(path, O_RDWR);

	for (uint32_t i = 0; i < OBJECTS; i++)
		put(c, i, 0);
	assert_int_equal(all(c), OBJECTS);
	assert_int_equal(pread(fd, a, sizeof(a), 0), sizeof(a));
	assert_int_equal(pread(fd, b, sizeof(b), CDN_SLOT), sizeof(b));
	assert_int_equal(pwrite(fd, b, sizeof(b), 0), sizeof(b)); /* two in the place of the other */
	assert_int_equal(pwrite(fd, a, sizeof(a), CDN_SLOT), sizeof(a));
	assert_int_equal(pwrite(fd, &bit, 1, 2 * CDN_SLOT + 50000),
	                 1); /* a byte of the third, perhaps as it was */
	bit = 0;
	assert_int_equal(pwrite(fd, &bit, 1, 2 * CDN_SLOT + 50001), 1);
	assert_int_equal(all(c), OBJECTS - 3);
	cdn_cache_figures(c, &f);
	assert_int_equal(f.damaged, 3);
	assert_int_equal(ftruncate(fd, 5 * CDN_SLOT), 0);
	assert_int_equal(all(c), RAM_SLOTS + 2);
	for (uint32_t i = 0; i < OBJECTS; i++)
		put(c, i, 0);
	assert_int_equal(all(c), OBJECTS);
	close(fd);
	cdn_cache_free(c);
}

/* A limit on the size of files is a full disk: RAM goes on. */
static void test_full(void **state)
{
	struct cdn_cache *c = cache(true);
	struct cdn_cache_figures f;
	struct rlimit was, few;
	uint32_t n;

	getrlimit(RLIMIT_FSIZE, &was);
	few = was;
	few.rlim_cur = 3 * CDN_SLOT;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &few), 0);
	for (uint32_t i = 0; i < OBJECTS; i++)
		put(c, i, 0);
	setrlimit(RLIMIT_FSIZE, &was);
	n = all(c);
	cdn_cache_figures(c, &f);
	assert_true(n >= RAM_SLOTS && n <= RAM_SLOTS + 3 && f.unwritten >= OBJECTS - RAM_SLOTS - 3 &&
	            f.damaged == 0);
	cdn_cache_free(c);
}

static bool holds(const uint8_t *where, size_t n, const uint8_t *what, size_t k)
{
	return memmem(where, n, what, k) != NULL;
}

static void test_sealed_and_wiped(void **state)
{
	struct cdn_cache *c = cache(true);
	uint8_t *want = malloc(CDN_CHUNK), *disk = malloc(DISK_SLOTS * CDN_SLOT), object[CDN_OBJECT_SIZE],
		p[1];
	struct stat st;
	FILE *f;

	for (uint32_t i = 0; i < OBJECTS; i++)
		put(c, i, 0);
	f = fopen(path, "r");
	assert_int_equal(fread(disk, CDN_SLOT, DISK_SLOTS, f), DISK_SLOTS);
	for (uint32_t i = 0; i < OBJECTS; i++) {
		bytes_of(i, 0, want);
		for (int at = 0; at < CDN_CHUNK; at += 4096)
			assert_false(holds(disk, DISK_SLOTS * CDN_SLOT, want + at, 16) ||
			             holds(c->slots, c->slots_n, want + at, 16));
		object_of(i, object);
		assert_false(holds(disk, DISK_SLOTS * CDN_SLOT, object, 8));
	}
	assert_false(holds(disk, DISK_SLOTS * CDN_SLOT, key, 16));
	cdn_cache_wipe(c);
	assert_false(cdn_cache_is_open(c));
	assert_int_equal(all(c), 0);
	assert_int_equal(cdn_cache_put(c, object, 0, slice_of(want, CDN_CHUNK)), -ERR_DENIED);
	assert_true(stat(path, &st) == 0 && st.st_size == 0 && (st.st_mode & 0777) == 0600);
	for (size_t i = 0; i < c->slots_n; i++)
		assert_int_equal(c->slots[i], 0);
	assert_false(holds((uint8_t *)c, sizeof(*c), key, 16));
	cdn_cache_open(c, key);
	put(c, 1, 0);
	assert_true(get(c, 1, 0));
	assert_int_equal(cdn_cache_read(c, object, 0, CDN_CHUNK, 0, 1, true, p), -ERR_NOTFOUND);
	fclose(f);
	free(want);
	free(disk);
	cdn_cache_free(c);
}

struct readers {
	struct cdn_cache *c;
	_Atomic bool over;
	_Atomic uint64_t hits;
};

static void *read_on(void *arg)
{
	struct readers *r = arg;

	while (!r->over)
		r->hits += get(r->c, (uint32_t)(rng_u64() % OBJECTS), (uint32_t)(rng_u64() % CHUNKS));
	return NULL;
}

static void test_threads(void **state)
{
	struct readers r = {.c = cache(true)};
	pthread_t t[READERS];
	uint8_t object[CDN_OBJECT_SIZE];
	struct cdn_cache_figures f;

	for (int i = 0; i < READERS; i++)
		assert_int_equal(pthread_create(&t[i], NULL, read_on, &r), 0);
	for (int i = 0; i < STEPS; i++) {
		put(r.c, (uint32_t)(rng_u64() % OBJECTS), (uint32_t)(rng_u64() % CHUNKS));
		if (i % 100 == 0) {
			object_of((uint32_t)(rng_u64() % OBJECTS), object);
			cdn_cache_drop(r.c, object);
		}
		if (i % 1000 == 999) {
			cdn_cache_wipe(r.c);
			cdn_cache_open(r.c, key);
		}
	}
	r.over = true;
	for (int i = 0; i < READERS; i++)
		pthread_join(t[i], NULL);
	cdn_cache_figures(r.c, &f);
	assert_true(r.hits > 0);
	cdn_cache_free(r.c);
}

static void test_refused(void **state)
{
	struct cdn_cache_config cfg = {.ram = CDN_CACHE_RAM_MIN, .path = path, .disk = CDN_CHUNK};
	struct cdn_cache *c = cache(true), *other;

	assert_int_equal(cdn_cache_new(&cfg, &other), -ERR_BUSY);
	cfg.path = "/dev/null";
	assert_int_equal(cdn_cache_new(&cfg, &other), -ERR_INVALID);
	cfg.path = "/nowhere/at/all";
	assert_int_equal(cdn_cache_new(&cfg, &other), -ERR_NOTFOUND);
	cfg = (struct cdn_cache_config){.ram = 1};
	assert_int_equal(cdn_cache_new(&cfg, &other), -ERR_INVALID);
	cdn_cache_free(c);
}

static int setup(void **state)
{
	int fd;

	snprintf(path, sizeof(path), "%s", "test_cdn_cache_XXXXXX");
	fd = mkstemp(path);
	rng_bytes(key, sizeof(key));
	return fd < 0 || close(fd) != 0;
}

static int teardown(void **state)
{
	return unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ram),
		cmocka_unit_test(test_parts),
		cmocka_unit_test(test_model),
		cmocka_unit_test(test_damaged_ram),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_damaged_disk),
		cmocka_unit_test(test_threads),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_sealed_and_wiped),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, setup, teardown);
}
