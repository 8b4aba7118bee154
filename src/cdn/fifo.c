/* fifo.c - see fifo.h. Entries are numbered as their slots; chains of the hash table and queues are numbers of entries. */
#include "cdn/fifo.h"

#include <assert.h>
#include <endian.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cdn/ghost.h"

enum {
	LOCKS = 16,
	SIZE_BITS = 18, /* of `bits`: the size, then how often it was asked for (0 to 3), then the flags */
	ASKED_ONE = 1 << SIZE_BITS,
	ASKED_MAX = 3,
	DEAD = 1 << (SIZE_BITS + 2),
};
#define SIZE_MASK ((1u << SIZE_BITS) - 1)
#define END       UINT32_MAX

struct entry {
	uint64_t object;
	uint32_t chunk;
	uint32_t chain; /* guarded by the bucket's lock */
	uint32_t next;  /* the writer's: towards the young end of its queue */
	_Atomic uint32_t bits;
};
static_assert(sizeof(struct entry) == 24, "what fifo.h promises");

struct queue {
	uint32_t old, young, n;
};

struct cdn_fifo {
	uint32_t slots, unused; /* slots from `unused` on never had a chunk */
	struct entry *entry;
	uint32_t *bucket; /* as many as slots */
	struct queue small, main;
	uint32_t spare; /* slots given back, by `next` */
	uint32_t small_most;
	struct cdn_ghost ghost;
	_Atomic uint32_t count;
	_Atomic uint64_t size;
	pthread_rwlock_t lock[LOCKS];
};

struct cdn_key cdn_key_of(const uint8_t object[16], uint32_t chunk)
{
	struct cdn_key k = {.chunk = chunk};

	memcpy(&k.object, object, sizeof(k.object));
	return k;
}

/* An object is an HMAC, so nobody chooses where it falls; its chunks must be spread, too. */
static uint64_t hash_of(struct cdn_key k)
{
	uint64_t h = k.object ^ ((uint64_t)k.chunk + 1) * 0x9e3779b97f4a7c15u;

	h = (h ^ h >> 32) * 0xd6e8feb86659fd93u;
	h = (h ^ h >> 32) * 0xd6e8feb86659fd93u;
	return h ^ h >> 32;
}

static uint32_t bucket_of(const struct cdn_fifo *f, struct cdn_key k)
{
	return (uint32_t)((hash_of(k) >> 32) * f->slots >> 32);
}

static pthread_rwlock_t *lock_of(struct cdn_fifo *f, uint32_t bucket)
{
	return &f->lock[bucket % LOCKS];
}

static void reset(struct cdn_fifo *f)
{
	memset(f->bucket, 0xff, (size_t)f->slots * sizeof(*f->bucket));
	f->small = f->main = (struct queue){.old = END, .young = END};
	f->spare = END;
	f->unused = 0;
	f->count = 0;
	f->size = 0;
	cdn_ghost_clear(&f->ghost);
}

struct cdn_fifo *cdn_fifo_new(uint32_t slots)
{
	struct cdn_fifo *f = xcalloc(1, sizeof(*f));
	pthread_rwlockattr_t a;

	assert(slots && slots <= 1u << 31);
	f->slots = slots;
	f->entry = xcalloc(slots, sizeof(*f->entry));
	f->bucket = xcalloc(slots, sizeof(*f->bucket));
	f->small_most = slots / 10 ? slots / 10 : 1;
	cdn_ghost_init(&f->ghost, slots - slots / 10);
	pthread_rwlockattr_init(&a);
	pthread_rwlockattr_setkind_np(&a, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
	for (int i = 0; i < LOCKS; i++)
		pthread_rwlock_init(&f->lock[i], &a);
	pthread_rwlockattr_destroy(&a);
	reset(f);
	return f;
}

void cdn_fifo_free(struct cdn_fifo *f)
{
	if (!f)
		return;
	for (int i = 0; i < LOCKS; i++)
		pthread_rwlock_destroy(&f->lock[i]);
	cdn_ghost_fini(&f->ghost);
	free(f->entry);
	free(f->bucket);
	free(f);
}

size_t cdn_fifo_bytes(const struct cdn_fifo *f)
{
	return sizeof(*f) + f->slots * (sizeof(*f->entry) + sizeof(*f->bucket)) + cdn_ghost_bytes(&f->ghost);
}

/* ---- readers ---- */

static uint32_t bits_of(const struct entry *e)
{
	return atomic_load_explicit(&e->bits, memory_order_relaxed);
}

static uint32_t asked(uint32_t bits)
{
	return bits >> SIZE_BITS & ASKED_MAX;
}

static uint32_t find(const struct cdn_fifo *f, uint32_t bucket, struct cdn_key k)
{
	uint32_t i = f->bucket[bucket];

	while (i != END && !(f->entry[i].object == k.object && f->entry[i].chunk == k.chunk &&
	                     !(bits_of(&f->entry[i]) & DEAD)))
		i = f->entry[i].chain;
	return i;
}

uint32_t cdn_fifo_hold(struct cdn_fifo *f, struct cdn_key key, bool touch, uint32_t *ret_size)
{
	uint32_t b = bucket_of(f, key), i, bits;

	pthread_rwlock_rdlock(lock_of(f, b));
	i = find(f, b, key);
	if (i == END) {
		pthread_rwlock_unlock(lock_of(f, b));
		return CDN_NO_SLOT;
	}
	bits = bits_of(&f->entry[i]);
	if (touch && asked(bits) < ASKED_MAX) /* should another be quicker, one of the two is not counted */
		atomic_compare_exchange_strong(&f->entry[i].bits, &bits, bits + ASKED_ONE);
	*ret_size = bits & SIZE_MASK;
	return i;
}

void cdn_fifo_release(struct cdn_fifo *f, struct cdn_key key)
{
	pthread_rwlock_unlock(lock_of(f, bucket_of(f, key)));
}

bool cdn_fifo_kill(struct cdn_fifo *f, uint32_t slot)
{
	uint32_t had = atomic_fetch_or(&f->entry[slot].bits, DEAD);

	if (had & DEAD)
		return false;
	f->count--;
	f->size -= had & SIZE_MASK;
	return true;
}

/* ---- the writer ---- */

static void queue_put(struct cdn_fifo *f, struct queue *q, uint32_t i)
{
	f->entry[i].next = END;
	if (q->young != END)
		f->entry[q->young].next = i;
	else
		q->old = i;
	q->young = i;
	q->n++;
}

static uint32_t queue_take(struct cdn_fifo *f, struct queue *q)
{
	uint32_t i = q->old;

	q->old = f->entry[i].next;
	if (q->old == END)
		q->young = END;
	q->n--;
	return i;
}

static struct cdn_key key_at(const struct cdn_fifo *f, uint32_t i)
{
	return (struct cdn_key){.object = f->entry[i].object, .chunk = f->entry[i].chunk};
}

/* The oldest that nobody asked for goes; whoever was asked for goes on, to the main queue or once more round. */
static uint32_t evict(struct cdn_fifo *f)
{
	for (;;) {
		bool small = f->small.n > f->small_most || !f->main.n;
		uint32_t i = queue_take(f, small ? &f->small : &f->main), bits = bits_of(&f->entry[i]);

		if (bits & DEAD)
			return i;
		if (!asked(bits)) {
			if (small)
				cdn_ghost_add(&f->ghost, hash_of(key_at(f, i)));
			return i;
		}
		if (small)
			atomic_fetch_and(&f->entry[i].bits, ~(uint32_t)(ASKED_MAX << SIZE_BITS));
		else
			atomic_fetch_sub(&f->entry[i].bits, ASKED_ONE);
		queue_put(f, &f->main, i);
	}
}

bool cdn_fifo_next(struct cdn_fifo *f, uint32_t *ret_slot, struct cdn_key *ret_key, uint32_t *ret_size)
{
	uint32_t i, bits;

	if (f->spare != END || f->unused < f->slots) {
		*ret_slot = f->spare != END ? f->spare : f->unused++;
		if (f->spare != END)
			f->spare = f->entry[f->spare].next;
		return false;
	}
	*ret_slot = i = evict(f);
	*ret_key = key_at(f, i);
	bits = bits_of(&f->entry[i]);
	*ret_size = bits & SIZE_MASK;
	if (!(bits & DEAD))
		return true;
	cdn_fifo_drop(f, i);
	return false;
}

void cdn_fifo_drop(struct cdn_fifo *f, uint32_t slot)
{
	uint32_t b = bucket_of(f, key_at(f, slot)), *p = &f->bucket[b];

	pthread_rwlock_wrlock(lock_of(f, b));
	while (*p != slot)
		p = &f->entry[*p].chain;
	*p = f->entry[slot].chain;
	pthread_rwlock_unlock(lock_of(f, b));
	cdn_fifo_kill(f, slot);
}

void cdn_fifo_give(struct cdn_fifo *f, uint32_t slot)
{
	f->entry[slot].next = f->spare;
	f->spare = slot;
}

void cdn_fifo_add(struct cdn_fifo *f, uint32_t slot, struct cdn_key key, uint32_t size)
{
	struct entry *e = &f->entry[slot];
	uint32_t b = bucket_of(f, key);

	assert(size && size <= SIZE_MASK);
	e->object = key.object;
	e->chunk = key.chunk;
	atomic_store_explicit(&e->bits, size, memory_order_relaxed);
	queue_put(f, cdn_ghost_take(&f->ghost, hash_of(key)) ? &f->main : &f->small, slot);
	f->count++;
	f->size += size;
	pthread_rwlock_wrlock(lock_of(f, b));
	e->chain = f->bucket[b];
	f->bucket[b] = slot;
	pthread_rwlock_unlock(lock_of(f, b));
}

static void kill_queue(struct cdn_fifo *f, const struct queue *q, uint64_t object,
                       void (*killed)(void *, uint32_t), void *arg)
{
	for (uint32_t i = q->old; i != END; i = f->entry[i].next) {
		pthread_rwlock_t *l = f->entry[i].object == object ? lock_of(f, bucket_of(f, key_at(f, i)))
		                                                   : NULL;

		if (!l)
			continue;
		pthread_rwlock_wrlock(l); /* whoever holds it reads on until then */
		if (cdn_fifo_kill(f, i))
			killed(arg, i);
		pthread_rwlock_unlock(l);
	}
}

void cdn_fifo_kill_object(struct cdn_fifo *f, uint64_t object, void (*killed)(void *arg, uint32_t slot),
                          void *arg)
{
	kill_queue(f, &f->small, object, killed, arg);
	kill_queue(f, &f->main, object, killed, arg);
}

void cdn_fifo_clear(struct cdn_fifo *f, void (*now_empty)(void *arg), void *arg)
{
	for (int i = 0; i < LOCKS; i++)
		pthread_rwlock_wrlock(&f->lock[i]);
	reset(f);
	now_empty(arg);
	for (int i = LOCKS; i-- > 0;)
		pthread_rwlock_unlock(&f->lock[i]);
}

uint32_t cdn_fifo_count(const struct cdn_fifo *f)
{
	return f->count;
}

uint64_t cdn_fifo_size(const struct cdn_fifo *f)
{
	return f->size;
}
