/* fills.c - see fills.h. */
#include "cdnlink/fills.h"

#include <stdlib.h>
#include <string.h>

#include <uthash.h>

#include "base/err.h"
#include "base/mem.h"

enum { MIB = FILLS_WINDOW_CHUNKS * CDN_CHUNK, ROOM_FIRST = 4, ROOM_LEAST = 2 };
#define FAST       1000000LL        /* answered within it: more may be under way */
#define SLOW       2000000LL        /* answered after it: less */
#define FILE_AGAIN (60 * 1000000LL) /* a file that was sent as a whole is not looked through again before */

struct window_key {
	uint8_t object[CDN_OBJECT_SIZE];
	uint32_t mib;
};

struct window {
	struct window_key key;
	struct fills_object object;
	uint8_t todo, open; /* a bit a chunk */
	bool queued;
	int64_t *waiters;
	unsigned n, cap;
	struct window *next; /* in the queue */
	UT_hash_handle hh;
};

struct file {
	struct fills_object object;
	uint32_t next_chunk; /* all below were sent */
	bool whole;
	usec_t since;                /* when that was */
	struct file *before, *after; /* by age */
	UT_hash_handle hh;
};

struct in_flight {
	struct fills_chunk c;
	bool behind;
};

struct fills {
	struct window *windows, *first, *last; /* the hash, and the queue of those with something to do */
	unsigned n_windows, n_waiters;
	struct file *files, *oldest, *newest;
	unsigned n_files;
	struct in_flight open[CDN_FILLS_OPEN]; /* in the order of their answers */
	unsigned head, n_open, n_behind;
	unsigned room;             /* how many may be under way: what the link takes in a second or two */
	usec_t narrowed;           /* when it was found too much: what is older tells nothing new */
	usec_t answered;           /* the last */
	struct fills_chunk *known; /* at 0: free */
};

struct fills *fills_new(void)
{
	struct fills *f = xcalloc(1, sizeof(*f));

	f->known = xcalloc(FILLS_KNOWN, sizeof(*f->known));
	f->room = ROOM_FIRST;
	return f;
}

static void tell(struct fills_told *t, int64_t key)
{
	if (t->n == t->cap) {
		t->cap = t->cap ? t->cap * 2 : 16;
		t->v = xrealloc(t->v, t->cap * sizeof(*t->v));
	}
	t->v[t->n++] = key;
}

/* --- what was sent */

static struct fills_chunk *known_slot(const struct fills *f, const uint8_t *object, uint32_t chunk)
{
	uint64_t h;

	memcpy(&h, object, sizeof(h)); /* a MAC already */
	return &f->known[((h ^ chunk) * 0x9e3779b97f4a7c15u >> 32) % FILLS_KNOWN];
}

/* It was sent, and lies there for all that is known; who had taken so many fills and did not find it has lost it since. */
static bool is_there(const struct fills *f, const uint8_t *object, uint32_t chunk, bool missed,
                     uint32_t fills)
{
	const struct fills_chunk *c = known_slot(f, object, chunk);

	if (!c->at || c->chunk != chunk || memcmp(c->object.id, object, CDN_OBJECT_SIZE) != 0)
		return false;
	return !missed || (int32_t)(fills - c->fills) < 0;
}

static bool is_open(const struct fills *f, const uint8_t *object, uint32_t chunk)
{
	for (unsigned i = 0; i < f->n_open; i++) {
		const struct fills_chunk *c = &f->open[(f->head + i) % CDN_FILLS_OPEN].c;

		if (c->chunk == chunk && memcmp(c->object.id, object, CDN_OBJECT_SIZE) == 0)
			return true;
	}
	return false;
}

/* --- windows */

static struct window *window_find(struct fills *f, const uint8_t *object, uint32_t mib)
{
	struct window_key k = {.mib = mib};
	struct window *w;

	memcpy(k.object, object, CDN_OBJECT_SIZE);
	HASH_FIND(hh, f->windows, &k, sizeof(k), w);
	return w;
}

static struct window *window_add(struct fills *f, const struct fills_object *o, uint32_t mib)
{
	struct window *w = xcalloc(1, sizeof(*w));

	memcpy(w->key.object, o->id, CDN_OBJECT_SIZE);
	w->key.mib = mib;
	w->object = *o;
	HASH_ADD(hh, f->windows, key, sizeof(w->key), w);
	f->n_windows++;
	return w;
}

static void queue(struct fills *f, struct window *w)
{
	if (w->queued)
		return;
	w->queued = true;
	w->next = NULL;
	*(f->last ? &f->last->next : &f->first) = w;
	f->last = w;
}

static void unqueue(struct fills *f, struct window *w)
{
	struct window **at = &f->first, *before = NULL;

	if (!w->queued)
		return;
	for (; *at != w; at = &(*at)->next)
		before = *at;
	*at = w->next;
	if (f->last == w)
		f->last = before;
	w->queued = false;
}

static void window_end(struct fills *f, struct window *w, struct fills_told *told)
{
	for (unsigned i = 0; i < w->n; i++)
		tell(told, w->waiters[i]);
	f->n_waiters -= w->n;
	unqueue(f, w);
	HASH_DEL(f->windows, w);
	f->n_windows--;
	free(w->waiters);
	free(w);
}

static void wait_for(struct fills *f, struct window *w, int64_t key)
{
	if (w->n == w->cap) {
		w->cap = w->cap ? w->cap * 2 : 4;
		w->waiters = xrealloc(w->waiters, w->cap * sizeof(*w->waiters));
	}
	w->waiters[w->n++] = key;
	f->n_waiters++;
}

int fills_ask(struct fills *f, const struct fills_object *o, uint32_t mib, int64_t key, uint32_t fills)
{
	struct window *w = window_find(f, o->id, mib);
	uint8_t todo = 0, open = 0;

	if ((uint64_t)mib * MIB >= o->size)
		return -ERR_INVALID;
	for (uint32_t i = 0; i < FILLS_WINDOW_CHUNKS; i++) {
		uint32_t chunk = mib * FILLS_WINDOW_CHUNKS + i;

		if (!cdn_chunk_size(o->size, chunk) || (w && (w->todo >> i & 1)))
			continue;
		if (is_open(f, o->id, chunk))
			open |= (uint8_t)(1 << i);
		else if (!is_there(f, o->id, chunk, key != 0, fills))
			todo |= (uint8_t)(1 << i);
	}
	if (!w && !(todo | open))
		return 1;
	if ((!w && f->n_windows == FILLS_WINDOWS) || (key && f->n_waiters == FILLS_WAITERS))
		return -ERR_FULL;
	if (!w)
		w = window_add(f, o, mib);
	w->todo |= todo;
	w->open |= open;
	if (w->todo)
		queue(f, w);
	if (key)
		wait_for(f, w, key);
	return 0;
}

/* --- whole files */

static void file_unlink(struct fills *f, struct file *x)
{
	*(x->before ? &x->before->after : &f->oldest) = x->after;
	*(x->after ? &x->after->before : &f->newest) = x->before;
}

static void file_append(struct fills *f, struct file *x)
{
	x->before = f->newest;
	x->after = NULL;
	*(f->newest ? &f->newest->after : &f->oldest) = x;
	f->newest = x;
}

static void file_end(struct fills *f, struct file *x)
{
	file_unlink(f, x);
	HASH_DEL(f->files, x);
	f->n_files--;
	free(x);
}

int fills_follow(struct fills *f, const struct fills_object *o, usec_t now)
{
	struct file *x;

	HASH_FIND(hh, f->files, o->id, CDN_OBJECT_SIZE, x);
	if (x && x->whole && now - x->since > FILE_AGAIN) {
		x->whole = false;
		x->next_chunk = 0;
		file_unlink(f, x);
		file_append(f, x);
	}
	if (x)
		return 0;
	if (f->n_files == FILLS_FILES && f->oldest->whole)
		file_end(f, f->oldest);
	if (f->n_files == FILLS_FILES)
		return -ERR_FULL;
	x = xcalloc(1, sizeof(*x));
	x->object = *o;
	HASH_ADD(hh, f->files, object.id, CDN_OBJECT_SIZE, x);
	f->n_files++;
	file_append(f, x);
	return 0;
}

/* --- sending */

static void put_open(struct fills *f, const struct fills_object *o, uint32_t chunk, bool behind, usec_t now,
                     struct fills_chunk *ret)
{
	struct in_flight *x = &f->open[(f->head + f->n_open++) % CDN_FILLS_OPEN];

	*x = (struct in_flight){.c = {.object = *o, .chunk = chunk, .at = now}, .behind = behind};
	f->n_behind += behind;
	*ret = x->c;
}

static bool next_window(struct fills *f, usec_t now, struct fills_chunk *ret)
{
	struct window *w;
	int i;

	while ((w = f->first) != NULL && !w->todo)
		unqueue(f, w);
	if (!w)
		return false;
	i = __builtin_ctz(w->todo);
	w->todo &= (uint8_t) ~(1 << i);
	w->open |= (uint8_t)(1 << i);
	put_open(f, &w->object, w->key.mib * FILLS_WINDOW_CHUNKS + (uint32_t)i, false, now, ret);
	return true;
}

static bool next_of_file(struct fills *f, struct file *x, usec_t now, struct fills_chunk *ret)
{
	const uint8_t *id = x->object.id;

	while (cdn_chunk_size(x->object.size, x->next_chunk)) {
		uint32_t chunk = x->next_chunk++;

		if (is_there(f, id, chunk, false, 0) || is_open(f, id, chunk))
			continue;
		put_open(f, &x->object, chunk, true, now, ret);
		return true;
	}
	x->whole = true;
	x->since = now;
	return false;
}

bool fills_next(struct fills *f, usec_t now, struct fills_chunk *ret)
{
	struct file *x;

	if (f->n_open >= f->room)
		return false;
	if (next_window(f, now, ret))
		return true;
	if (f->n_behind >= FILLS_BEHIND || f->n_behind >= f->room / 2)
		return false;
	for (x = f->oldest; x; x = x->after)
		if (!x->whole && next_of_file(f, x, now, ret))
			return true;
	return false;
}

void fills_unread(struct fills *f, struct fills_told *no)
{
	struct in_flight *x = &f->open[(f->head + f->n_open - 1) % CDN_FILLS_OPEN];
	uint8_t id[CDN_OBJECT_SIZE];

	f->n_open--;
	f->n_behind -= x->behind;
	memcpy(id, x->c.object.id, sizeof(id));
	fills_forget(f, id, no);
}

/* How long an answer took says how much the link carries. */
static void fit(struct fills *f, usec_t sent, usec_t now)
{
	f->answered = now;
	if (now - sent <= FAST && f->room < CDN_FILLS_OPEN) {
		f->room++;
	} else if (now - sent > SLOW && sent >= f->narrowed) {
		f->room = f->room / 2 > ROOM_LEAST ? f->room / 2 : ROOM_LEAST;
		f->narrowed = now;
	}
}

int fills_answered(struct fills *f, const struct cdn_fill_answer *a, usec_t now, struct fills_told *yes,
                   struct fills_told *no)
{
	struct in_flight *x = &f->open[f->head];
	struct window *w;
	uint8_t bit = (uint8_t)(1 << a->chunk % FILLS_WINDOW_CHUNKS);

	if (!f->n_open || x->c.chunk != a->chunk || memcmp(x->c.object.id, a->object, CDN_OBJECT_SIZE) != 0)
		return -ERR_INVALID;
	f->head = (f->head + 1) % CDN_FILLS_OPEN;
	f->n_open--;
	f->n_behind -= x->behind;
	fit(f, x->c.at, now);
	if (a->how == CDN_FILLED_OK) {
		x->c.at = now;
		x->c.fills = a->fills;
		*known_slot(f, a->object, a->chunk) = x->c;
	}
	w = window_find(f, a->object, a->chunk / FILLS_WINDOW_CHUNKS);
	if (!w)
		return 0;
	w->open &= (uint8_t)~bit;
	if (a->how != CDN_FILLED_OK)
		window_end(f, w, no);
	else if (!(w->todo | w->open))
		window_end(f, w, yes);
	return 0;
}

usec_t fills_silent(const struct fills *f)
{
	usec_t sent = f->n_open ? f->open[f->head].c.at : 0;

	return sent && sent < f->answered ? f->answered : sent;
}

usec_t fills_answered_at(const struct fills *f)
{
	return f->answered;
}

unsigned fills_in_flight(const struct fills *f)
{
	return f->n_open;
}

/* --- ends */

void fills_end(struct fills *f, struct fills_told *no)
{
	struct window *w, *next;

	HASH_ITER (hh, f->windows, w, next)
		window_end(f, w, no);
	while (f->oldest)
		file_end(f, f->oldest);
	f->n_open = f->n_behind = f->head = 0;
	f->room = ROOM_FIRST;
}

void fills_forget_all(struct fills *f)
{
	memset(f->known, 0, FILLS_KNOWN * sizeof(*f->known));
}

void fills_forget(struct fills *f, const uint8_t object[CDN_OBJECT_SIZE], struct fills_told *no)
{
	struct window *w, *next;
	struct file *x;

	HASH_ITER (hh, f->windows, w, next)
		if (memcmp(w->key.object, object, CDN_OBJECT_SIZE) == 0)
			window_end(f, w, no);
	HASH_FIND(hh, f->files, object, CDN_OBJECT_SIZE, x);
	if (x)
		file_end(f, x);
	for (size_t i = 0; i < FILLS_KNOWN; i++)
		if (f->known[i].at && memcmp(f->known[i].object.id, object, CDN_OBJECT_SIZE) == 0)
			f->known[i].at = 0;
}

size_t fills_known(const struct fills *f, struct fills_chunk *ret, size_t max)
{
	size_t n = 0;

	for (size_t i = 0; i < FILLS_KNOWN && n < max; i++)
		if (f->known[i].at)
			ret[n++] = f->known[i];
	return n;
}

void fills_count(const struct fills *f, size_t *ret_windows, size_t *ret_files)
{
	*ret_windows = f->n_windows;
	*ret_files = 0;
	for (const struct file *x = f->oldest; x; x = x->after)
		*ret_files += !x->whole;
}

void fills_free(struct fills *f)
{
	struct fills_told none = {0};

	if (!f)
		return;
	fills_end(f, &none);
	free(none.v);
	free(f->known);
	free(f);
}
