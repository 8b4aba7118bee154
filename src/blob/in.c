/* in.c - contents on their way in: hashed, sealed and written in one pass, see blob.h. */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/err.h"
#include "base/mem.h"
#include "blob/blob_private.h"
#include "crypto/hash.h"
#include "crypto/rng.h"
#include "crypto/sha256_windows.h"

struct blob_in {
	struct blob_store *s;
	char name[BLOB_TEMP_SIZE];
	int fd;
	uint64_t size;
	struct sha256_windows hash;
	struct buf windows;
	/* sealed: the chunk that is being filled */
	uint8_t salt[SEAL_SALT], key[32], *chunk;
	uint32_t in_chunk;
};

int blob_in_new(struct blob_store *s, struct blob_in **ret)
{
	struct blob_in *in = xcalloc(1, sizeof(*in));
	int fd = blob_temp(s, in->name);

	if (fd < 0) {
		free(in);
		return fd;
	}
	in->s = s;
	in->fd = fd;
	sha256_windows_init(&in->hash, BLOB_WINDOW);
	if (s->seal) {
		rng_bytes(in->salt, sizeof(in->salt));
		seal_file_key(s->seal, in->salt, in->key);
		in->chunk = xmalloc(SEAL_CHUNK + GCM_TAG);
	}
	*ret = in;
	return 0;
}

void blob_in_free(struct blob_in *in)
{
	if (!in)
		return;
	if (in->fd >= 0) {
		unlinkat(in->s->in_fd, in->name, 0);
		close(in->fd);
	}
	wipe(in->key, sizeof(in->key));
	buf_fini(&in->windows);
	free(in->chunk);
	free(in);
}

static int write_chunk(struct blob_in *in)
{
	uint64_t number = (in->size - in->in_chunk) / SEAL_CHUNK;
	uint8_t nonce[GCM_NONCE];
	uint32_t n = in->in_chunk;

	if (!n)
		return 0;
	seal_chunk_nonce(number, nonce);
	gcm_seal(in->key, nonce, (struct slice){0}, in->chunk, n, in->chunk, in->chunk + n);
	in->in_chunk = 0;
	return blob_pwrite(in->fd, in->chunk, n + GCM_TAG, seal_chunk_at(number));
}

static int put_sealed(struct blob_in *in, struct slice bytes)
{
	int r = 0;

	while (bytes.n && r == 0) {
		uint32_t n = SEAL_CHUNK - in->in_chunk;

		if (n > bytes.n)
			n = bytes.n;
		memcpy(in->chunk + in->in_chunk, bytes.p, n);
		in->in_chunk += n;
		in->size += n;
		bytes.p += n;
		bytes.n -= n;
		if (in->in_chunk == SEAL_CHUNK)
			r = write_chunk(in);
	}
	return r;
}

int blob_in_put(struct blob_in *in, struct slice bytes)
{
	int r;

	if (in->size + bytes.n > in->s->max_size)
		return -ERR_TOO_BIG;
	sha256_windows_update(&in->hash, bytes.p, bytes.n, &in->windows);
	if (in->s->seal)
		return put_sealed(in, bytes);
	r = blob_pwrite(in->fd, bytes.p, bytes.n, in->size);
	in->size += bytes.n;
	return r;
}

int blob_in_seal(struct blob_in *in, struct blob_id *ret_id, uint64_t *ret_size, struct buf *ret_windows)
{
	struct blob_store *s = in->s;
	uint8_t head[SEAL_HEAD];
	struct blob_id id;
	int r = 0;

	sha256_windows_final(&in->hash, id.b, &in->windows);
	if (s->seal && (r = write_chunk(in)) == 0) {
		seal_head_put(s->seal, in->salt, id.b, in->size, head);
		r = blob_pwrite(in->fd, head, sizeof(head), 0);
	}
	if (r == 0 && fdatasync(in->fd) != 0)
		r = err_from_errno(errno);
	if (r == 0)
		r = blob_adopt(s, s->in_fd, in->name, &id, s->seal ? seal_disk_size(in->size) : in->size,
		               false);
	if (r < 0)
		return r;
	close(in->fd);
	in->fd = -1;
	*ret_id = id;
	*ret_size = in->size;
	if (ret_windows)
		buf_put(ret_windows, in->windows.p, in->windows.n);
	return 0;
}

int blob_put(struct blob_store *s, struct slice bytes, struct blob_id *ret_id, struct buf *ret_windows)
{
	struct blob_in *in;
	uint64_t size;
	int r = blob_in_new(s, &in);

	if (r < 0)
		return r;
	if ((r = blob_in_put(in, bytes)) == 0)
		r = blob_in_seal(in, ret_id, &size, ret_windows);
	blob_in_free(in);
	return r;
}

int blob_put_fd(struct blob_store *s, int fd, struct blob_id *ret_id, uint64_t *ret_size,
                struct buf *ret_windows)
{
	struct blob_in *in;
	ssize_t n = 0;
	uint8_t *p;
	int r = blob_in_new(s, &in);

	if (r < 0)
		return r;
	p = xmalloc(BLOB_WINDOW);
	for (uint64_t at = 0; r == 0; at += (uint64_t)n) {
		n = blob_pread_some(fd, p, BLOB_WINDOW, at);
		if (n <= 0)
			break;
		r = blob_in_put(in, slice_of(p, (size_t)n));
	}
	free(p);
	if (r == 0)
		r = n < 0 ? (int)n : blob_in_seal(in, ret_id, ret_size, ret_windows);
	blob_in_free(in);
	return r;
}
