/* cache.c - see cache.h. */
#include "cdn/cache.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/mem.h"
#include "cdn/cache_private.h"
#include "cdn/wrap.h"
#include "crypto/hash.h"

static int open_file(struct cdn_cache *c, const char *path)
{
	struct stat st;

	c->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
	if (c->fd < 0)
		return errno == ELOOP ? -ERR_INVALID : err_from_errno(errno);
	if (fstat(c->fd, &st) != 0 || !S_ISREG(st.st_mode))
		return -ERR_INVALID;
	if (flock(c->fd, LOCK_EX | LOCK_NB) != 0)
		return -ERR_BUSY;
	return ftruncate(c->fd, 0) == 0 && fchmod(c->fd, 0600) == 0 ? 0 : err_from_errno(errno);
}

int cdn_cache_new(const struct cdn_cache_config *cfg, struct cdn_cache **ret_c)
{
	struct cdn_cache *c = xcalloc(1, sizeof(*c));
	uint64_t n = cfg->ram / CDN_CHUNK, n_disk = cfg->path ? cfg->disk / CDN_CHUNK : 0;
	int r = 0;

	c->fd = -1;
	pthread_mutex_init(&c->write, NULL);
	if (cfg->ram < CDN_CACHE_RAM_MIN || n > 1u << 31 || n_disk > 1u << 31)
		r = -ERR_INVALID;
	if (r == 0 && n_disk)
		r = open_file(c, cfg->path);
	if (r < 0) {
		cdn_cache_free(c);
		return r;
	}
	c->slots_n = n * CDN_SLOT;
	c->slots = mmap(NULL, c->slots_n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
	                -1, 0);
	if (c->slots == MAP_FAILED)
		abort();
	mlock(c->key, sizeof(c->key)); /* never in a swap file, where that is allowed */
	c->ram = cdn_fifo_new((uint32_t)n);
	c->disk = n_disk ? cdn_fifo_new((uint32_t)n_disk) : NULL;
	c->disk_n = n_disk * CDN_SLOT;
	*ret_c = c;
	return 0;
}

static void nothing(void *arg)
{
}

/* Nobody holds a chunk of RAM. */
static void forget(void *arg)
{
	struct cdn_cache *c = arg;

	if (c->disk)
		cdn_fifo_clear(c->disk, nothing,
		               NULL); /* and from here on nobody one of the disk, with our key */
	c->open = false;
	wipe(c->key, sizeof(c->key));
	madvise(c->slots, c->slots_n, MADV_DONTNEED);
}

static void empty(struct cdn_cache *c)
{
	cdn_fifo_clear(c->ram, forget, c);
	if (c->disk && ftruncate(c->fd, 0) != 0)
		c->unwritten++; /* what lies there is sealed by a key that is gone */
}

static uint8_t *slot_at(const struct cdn_cache *c, uint32_t slot)
{
	return c->slots + (size_t)slot * CDN_SLOT;
}

static off_t disk_at(uint32_t slot)
{
	return (off_t)slot * CDN_SLOT;
}

void cdn_cache_free(struct cdn_cache *c)
{
	if (!c)
		return;
	if (c->ram) {
		empty(c);
		munmap(c->slots, c->slots_n);
		munlock(c->key, sizeof(c->key));
	}
	if (c->fd >= 0)
		close(c->fd);
	cdn_fifo_free(c->ram);
	cdn_fifo_free(c->disk);
	pthread_mutex_destroy(&c->write);
	free(c);
}

void cdn_cache_open(struct cdn_cache *c, const uint8_t key[32])
{
	WITH_LOCK(&c->write);

	empty(c);
	memcpy(c->key, key, sizeof(c->key));
	c->number = 0;
	if (c->disk && posix_fallocate(c->fd, 0, (off_t)c->disk_n) != 0 &&
	    (ftruncate(c->fd, 0) != 0 || ftruncate(c->fd, (off_t)c->disk_n) != 0))
		c->unwritten++;
	c->open = true;
}

void cdn_cache_wipe(struct cdn_cache *c)
{
	WITH_LOCK(&c->write);

	empty(c);
}

bool cdn_cache_is_open(const struct cdn_cache *c)
{
	return c->open;
}

/* ---- reading ---- */

static void damaged(struct cdn_cache *c, struct cdn_fifo *f, uint32_t slot)
{
	if (cdn_fifo_kill(f, slot))
		c->damaged++;
}

static int read_ram(struct cdn_cache *c, const struct cdn_wrapped *w, struct cdn_key k, uint32_t from,
                    uint32_t n, uint8_t *out)
{
	uint32_t size, at, span, slot = cdn_fifo_hold(c->ram, k, true, &size);
	int r;

	if (slot == CDN_NO_SLOT)
		return -ERR_NOTFOUND;
	cdn_wrap_span(w->size, from, n, &at, &span);
	r = size == w->size ? cdn_wrap_open(c->key, w, slot_at(c, slot),
	                                    slot_at(c, slot) + CDN_SLOT_HEAD + at, from, n, out)
	                    : -ERR_CORRUPT;
	if (r < 0)
		damaged(c, c->ram, slot);
	cdn_fifo_release(c->ram, k);
	return r < 0 ? -ERR_NOTFOUND : 0;
}

static bool read_all(int fd, struct iovec *v, int n, off_t at)
{
	while (n) {
		ssize_t k = preadv(fd, v, n, at);

		if (k <= 0 && !(k < 0 && errno == EINTR))
			return false;
		for (at += k > 0 ? k : 0; n && k >= (ssize_t)v->iov_len; v++, n--)
			k -= (ssize_t)v->iov_len;
		if (n && k > 0) {
			v->iov_base = (uint8_t *)v->iov_base + k;
			v->iov_len -= (size_t)k;
		}
	}
	return true;
}

/* Into place if whole blocks are asked for, else beside it. */
static int read_slot(struct cdn_cache *c, const uint8_t key[32], const struct cdn_wrapped *w, uint32_t slot,
                     uint32_t from, uint32_t n, uint8_t *out)
{
	uint8_t head[CDN_SLOT_HEAD], *beside = NULL;
	uint32_t at, span;
	struct iovec v = {.iov_base = head, .iov_len = sizeof(head)}, body;
	int r;

	cdn_wrap_span(w->size, from, n, &at, &span);
	if (span != n)
		beside = xmalloc(span);
	body = (struct iovec){.iov_base = beside ? beside : out, .iov_len = span};
	r = read_all(c->fd, &v, 1, disk_at(slot)) &&
	                    read_all(c->fd, &body, 1, disk_at(slot) + CDN_SLOT_HEAD + at)
	            ? cdn_wrap_open(key, w, head, beside ? beside : out, from, n, out)
	            : -ERR_IO;
	free(beside);
	return r;
}

/*
 * A slot is not held while the disk is read: whoever writes must not wait for that. So it may be another chunk's by then, which does not
 * open; it is looked for once more before it is called damaged.
 */
static int read_disk(struct cdn_cache *c, const struct cdn_wrapped *w, struct cdn_key k, bool now,
                     uint32_t from, uint32_t n, uint8_t *out)
{
	uint32_t slot = CDN_NO_SLOT, size;
	uint8_t key[32];
	int r = -ERR_AGAIN;

	for (int i = 0; i < 2 && r < 0; i++) {
		slot = cdn_fifo_hold(c->disk, k, i == 0 && !now, &size);
		if (slot == CDN_NO_SLOT)
			return -ERR_NOTFOUND;
		memcpy(key, c->key, sizeof(key));
		cdn_fifo_release(c->disk, k);
		if (now)
			return -ERR_AGAIN;
		r = size == w->size ? read_slot(c, key, w, slot, from, n, out) : -ERR_CORRUPT;
		wipe(key, sizeof(key));
	}
	if (r == 0)
		return 0;
	if (cdn_fifo_hold(c->disk, k, false, &size) == CDN_NO_SLOT)
		return -ERR_NOTFOUND;
	damaged(c, c->disk, slot);
	cdn_fifo_release(c->disk, k);
	return -ERR_NOTFOUND;
}

int cdn_cache_read(struct cdn_cache *c, const uint8_t object[CDN_OBJECT_SIZE], uint32_t chunk, uint32_t size,
                   uint32_t from, uint32_t n, bool now, uint8_t *out)
{
	struct cdn_wrapped w = {.chunk = chunk, .size = size};
	struct cdn_key k = cdn_key_of(object, chunk);
	int r;

	memcpy(w.object, object, sizeof(w.object));
	r = read_ram(c, &w, k, from, n, out);
	return r < 0 && c->disk ? read_disk(c, &w, k, now, from, n, out) : r;
}

/* ---- writing ---- */

static bool write_all(int fd, const uint8_t *p, size_t n, off_t at)
{
	while (n) {
		ssize_t k = pwrite(fd, p, n, at);

		if (k < 0 && errno == EINTR)
			continue;
		if (k <= 0)
			return false;
		p += k;
		n -= (size_t)k;
		at += k;
	}
	return true;
}

/* What falls out of RAM, as it is sealed. */
static void to_disk(struct cdn_cache *c, uint32_t from, struct cdn_key k, uint32_t size)
{
	struct cdn_key other;
	uint32_t slot, other_size;

	if (cdn_fifo_next(c->disk, &slot, &other, &other_size)) {
		cdn_fifo_drop(c->disk, slot);
		c->evicted++;
	}
	if (write_all(c->fd, slot_at(c, from), CDN_SLOT_HEAD + size, disk_at(slot))) {
		cdn_fifo_add(c->disk, slot, k, size);
		return;
	}
	c->unwritten++;
	cdn_fifo_give(c->disk, slot);
}

static uint32_t make_room(struct cdn_cache *c)
{
	struct cdn_key k;
	uint32_t slot, size;

	if (!cdn_fifo_next(c->ram, &slot, &k, &size))
		return slot;
	if (c->disk)
		to_disk(c, slot, k, size);
	else
		c->evicted++;
	cdn_fifo_drop(c->ram, slot);
	return slot;
}

static bool has(struct cdn_fifo *f, struct cdn_key k)
{
	uint32_t size;

	if (!f || cdn_fifo_hold(f, k, false, &size) == CDN_NO_SLOT)
		return false;
	cdn_fifo_release(f, k);
	return true;
}

int cdn_cache_put(struct cdn_cache *c, const uint8_t object[CDN_OBJECT_SIZE], uint32_t chunk,
                  struct slice bytes)
{
	struct cdn_wrapped w = {.chunk = chunk, .size = bytes.n};
	struct cdn_key k = cdn_key_of(object, chunk);
	uint32_t slot;
	WITH_LOCK(&c->write);

	if (!c->open)
		return -ERR_DENIED;
	if (has(c->ram, k) || has(c->disk, k))
		return 0;
	memcpy(w.object, object, sizeof(w.object));
	slot = make_room(c);
	cdn_wrap_seal(c->key, c->number++, &w, bytes.p, slot_at(c, slot));
	cdn_fifo_add(c->ram, slot, k, bytes.n);
	return 0;
}

static void spoil_ram(void *arg, uint32_t slot)
{
	memset(slot_at(arg, slot), 0, CDN_SLOT_HEAD);
}

static void spoil_disk(void *arg, uint32_t slot)
{
	static const uint8_t zeros[CDN_SLOT_HEAD];
	struct cdn_cache *c = arg;

	if (!write_all(c->fd, zeros, sizeof(zeros), disk_at(slot)))
		c->unwritten++;
}

void cdn_cache_drop(struct cdn_cache *c, const uint8_t object[CDN_OBJECT_SIZE])
{
	uint64_t id = cdn_key_of(object, 0).object;
	WITH_LOCK(&c->write);

	cdn_fifo_kill_object(c->ram, id, spoil_ram, c);
	if (c->disk)
		cdn_fifo_kill_object(c->disk, id, spoil_disk, c);
}

void cdn_cache_figures(const struct cdn_cache *c, struct cdn_cache_figures *ret)
{
	*ret = (struct cdn_cache_figures){.ram = cdn_fifo_size(c->ram),
	                                  .disk = c->disk ? cdn_fifo_size(c->disk) : 0,
	                                  .chunks = cdn_fifo_count(c->ram) +
	                                            (c->disk ? cdn_fifo_count(c->disk) : 0),
	                                  .evicted = c->evicted,
	                                  .damaged = c->damaged,
	                                  .unwritten = c->unwritten};
}
