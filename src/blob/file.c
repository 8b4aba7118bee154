/* file.c - contents that are open: found by id, read by range, closed when they have been idle and others want their place. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <utlist.h>

#include "base/err.h"
#include "base/mem.h"
#include "blob/blob_private.h"
#include "crypto/hash.h"

static void close_file(struct blob_file *f)
{
	close(f->fd);
	wipe(f->key, sizeof(f->key));
	free(f);
}

static int open_file(struct blob_store *s, const struct blob_id *id, struct blob_file **ret)
{
	uint8_t head[SEAL_HEAD], found[32];
	char name[BLOB_NAME_SIZE];
	struct blob_file *f;
	struct stat st;
	int fd, r = 0;

	blob_name(s, id, name);
	fd = openat(s->fd, name, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return err_from_errno(errno);
	if (fstat(fd, &st) != 0) {
		r = err_from_errno(errno);
		close(fd);
		return r;
	}
	f = xcalloc(1, sizeof(*f));
	f->fd = fd;
	f->id = *id;
	f->size = (uint64_t)st.st_size;
	if (s->seal) {
		if (blob_pread(fd, head, sizeof(head), 0) < 0 ||
		    seal_head_open(s->seal, head, found, &f->size, f->key) < 0 ||
		    memcmp(found, id->b, sizeof(found)) != 0)
			r = -ERR_CORRUPT;
	}
	if (r < 0)
		close_file(f);
	else
		*ret = f;
	return r;
}

int blob_file_get(struct blob_store *s, const struct blob_id *id, struct blob_file **ret)
{
	struct blob_shard *h = blob_shard_of(s, id);
	struct blob_file *f;
	int r = 0;

	pthread_mutex_lock(&h->lock);
	HASH_FIND(hh, h->files, id, sizeof(*id), f);
	if (!f && (r = open_file(s, id, &f)) == 0) {
		HASH_ADD(hh, h->files, id, sizeof(f->id), f);
	} else if (f && !f->users) {
		DL_DELETE(h->idle, f);
		h->n_idle--;
	}
	if (r == 0) {
		f->users++;
		*ret = f;
	}
	pthread_mutex_unlock(&h->lock);
	return r;
}

/* If it is open, and nobody stands at the door. */
static struct blob_file *get_now(struct blob_store *s, const struct blob_id *id)
{
	struct blob_shard *h = blob_shard_of(s, id);
	struct blob_file *f;

	if (pthread_mutex_trylock(&h->lock) != 0)
		return NULL;
	HASH_FIND(hh, h->files, id, sizeof(*id), f);
	if (f && !f->users++) {
		DL_DELETE(h->idle, f);
		h->n_idle--;
	}
	pthread_mutex_unlock(&h->lock);
	return f;
}

void blob_file_put(struct blob_store *s, struct blob_file *f)
{
	struct blob_shard *h = blob_shard_of(s, &f->id);
	struct blob_file *out = NULL;

	pthread_mutex_lock(&h->lock);
	if (--f->users == 0) {
		if (f->gone) {
			out = f;
		} else {
			DL_APPEND(h->idle, f);
			if (++h->n_idle > BLOB_IDLE_FILES) {
				out = h->idle;
				DL_DELETE(h->idle, out);
				h->n_idle--;
				HASH_DEL(h->files, out);
			}
		}
	}
	pthread_mutex_unlock(&h->lock);
	if (out)
		close_file(out);
}

void blob_file_forget(struct blob_shard *h, const struct blob_id *id)
{
	struct blob_file *f;

	HASH_FIND(hh, h->files, id, sizeof(*id), f);
	if (!f)
		return;
	HASH_DEL(h->files, f);
	f->gone = true;
	if (f->users)
		return;
	DL_DELETE(h->idle, f);
	h->n_idle--;
	close_file(f);
}

void blob_files_free(struct blob_shard *h)
{
	struct blob_file *f, *next;

	HASH_ITER (hh, h->files, f, next) {
		HASH_DEL(h->files, f);
		close_file(f);
	}
	h->idle = NULL;
}

typedef int pread_fn(int fd, void *p, size_t n, uint64_t off);

/* What lies in memory, all of it or nothing. */
static int pread_now(int fd, void *p, size_t n, uint64_t off)
{
	struct iovec v = {p, n};

	return preadv2(fd, &v, 1, (off_t)off, RWF_NOWAIT) == (ssize_t)n ? 0 : -ERR_AGAIN;
}

/* One sealed chunk, opened. */
static int read_chunk(struct blob_store *s, struct blob_file *f, uint64_t number, uint8_t *scratch,
                      pread_fn *get)
{
	uint64_t from = number * SEAL_CHUNK;
	uint64_t n = f->size - from < SEAL_CHUNK ? f->size - from : SEAL_CHUNK;
	uint8_t nonce[GCM_NONCE];
	int r;

	r = get(f->fd, scratch, n + GCM_TAG, seal_chunk_at(number));
	if (r < 0)
		return r == -ERR_IO ? -ERR_CORRUPT : r;
	seal_chunk_nonce(number, nonce);
	return gcm_open(f->key, nonce, (struct slice){0}, scratch, n, scratch + n, scratch);
}

static int read_sealed(struct blob_store *s, struct blob_file *f, uint64_t off, uint32_t len, uint8_t *to,
                       pread_fn *get)
{
	uint8_t *scratch = xmalloc(SEAL_CHUNK + GCM_TAG);
	int r = 0;

	while (len && r == 0) {
		uint64_t number = off / SEAL_CHUNK;
		uint32_t skip = (uint32_t)(off % SEAL_CHUNK), n = SEAL_CHUNK - skip;

		if (n > len)
			n = len;
		r = read_chunk(s, f, number, scratch, get);
		if (r == 0)
			memcpy(to, scratch + skip, n);
		to += n;
		off += n;
		len -= n;
	}
	free(scratch);
	return r;
}

static int read_range(struct blob_store *s, struct blob_file *f, uint64_t off, uint32_t len, struct buf *out,
                      pread_fn *get)
{
	uint8_t *to;
	int r;

	if (off >= f->size)
		return 0;
	if (len > f->size - off)
		len = (uint32_t)(f->size - off);
	to = buf_reserve(out, len);
	r = s->seal ? read_sealed(s, f, off, len, to, get) : get(f->fd, to, len, off);
	if (r == 0)
		out->n += len;
	return r;
}

int blob_file_read(struct blob_store *s, struct blob_file *f, uint64_t off, uint32_t len, struct buf *out)
{
	return read_range(s, f, off, len, out, blob_pread);
}

int blob_read(struct blob_store *s, const struct blob_id *id, uint64_t off, uint32_t len, struct buf *out)
{
	struct blob_file *f;
	int r;

	if (len < 1 || len > BLOB_READ_MAX)
		return -ERR_INVALID;
	r = blob_file_get(s, id, &f);
	if (r < 0)
		return r;
	r = blob_file_read(s, f, off, len, out);
	blob_file_put(s, f);
	return r;
}

int blob_read_now(struct blob_store *s, const struct blob_id *id, uint64_t off, uint32_t len, struct buf *out)
{
	struct blob_file *f = get_now(s, id);
	int r;

	if (!f)
		return -ERR_AGAIN;
	r = read_range(s, f, off, len, out, pread_now);
	blob_file_put(s, f);
	return r < 0 ? -ERR_AGAIN : 0; /* what is wrong with it, blob_read says */
}

int blob_size(struct blob_store *s, const struct blob_id *id, uint64_t *ret_size)
{
	struct blob_file *f;
	int r = blob_file_get(s, id, &f);

	if (r < 0)
		return r;
	*ret_size = f->size;
	blob_file_put(s, f);
	return 0;
}

static int to_memory(struct blob_store *s, struct blob_file *f, int *ret_fd)
{
	struct buf b = {0};
	int fd, r = 0;

	if (f->size > BLOB_FD_SEALED_MAX)
		return -ERR_TOO_BIG;
	fd = memfd_create("content", MFD_CLOEXEC);
	if (fd < 0)
		return err_from_errno(errno);
	for (uint64_t at = 0; r == 0 && at < f->size; at += b.n) {
		b.n = 0;
		r = blob_file_read(s, f, at, BLOB_READ_MAX, &b);
		if (r == 0)
			r = blob_pwrite(fd, b.p, b.n, at);
	}
	buf_fini(&b);
	if (r < 0)
		close(fd);
	else
		*ret_fd = fd;
	return r;
}

int blob_fd(struct blob_store *s, const struct blob_id *id, int *ret_fd)
{
	char name[BLOB_NAME_SIZE];
	struct blob_file *f;
	int fd, r;

	if (!s->seal) { /* a descriptor with a place of its own in the file */
		blob_name(s, id, name);
		fd = openat(s->fd, name, O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			return err_from_errno(errno);
		*ret_fd = fd;
		return 0;
	}
	r = blob_file_get(s, id, &f);
	if (r < 0)
		return r;
	r = to_memory(s, f, ret_fd);
	blob_file_put(s, f);
	return r;
}
