/*
 * rng.c - see rng.h. A draw from OpenSSL's generator costs a microsecond whatever its size, and a packet draws several times a few
 * bytes: so each thread draws some thousand at a time and gives them out. What was given is wiped; a forked child draws anew.
 */
#include "crypto/rng.h"

#include <openssl/rand.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/hash.h"

enum { PAGE = 16384, SMALL = 512 };

struct page {
	unsigned born; /* in which process: 0: never filled */
	size_t left;   /* its last so many bytes were not given out */
	uint8_t b[PAGE];
};

static _Thread_local struct page page;
static _Atomic unsigned process = 1; /* another in each child */
static pthread_once_t watched = PTHREAD_ONCE_INIT;

static void draw(void *p, size_t n)
{
	if (RAND_bytes(p, (int)n) != 1) {
		fprintf(stderr, "no random bytes from the system\n");
		abort();
	}
}

static void in_child(void)
{
	atomic_fetch_add(&process, 1);
}

static void watch_forks(void)
{
	pthread_atfork(NULL, NULL, in_child);
}

static void fill(unsigned now)
{
	pthread_once(&watched, watch_forks);
	draw(page.b, sizeof(page.b));
	page.left = sizeof(page.b);
	page.born = now;
}

void rng_bytes(void *p, size_t n)
{
	unsigned now = atomic_load_explicit(&process, memory_order_relaxed);
	uint8_t *from;

	if (n > SMALL) {
		draw(p, n);
		return;
	}
	if (page.born != now || page.left < n)
		fill(now);
	from = page.b + sizeof(page.b) - page.left;
	memcpy(p, from, n);
	wipe(from, n);
	page.left -= n;
}

uint64_t rng_u64(void)
{
	uint64_t v;

	rng_bytes(&v, sizeof(v));
	return v;
}
