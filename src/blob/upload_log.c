/* upload_log.c - see upload_log.h. */
#include "blob/upload_log.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/rd.h"
#include "blob/blob_private.h"
#include "crypto/hash.h"
#include "crypto/rng.h"

#define MAGIC "chaparU2"

enum { HEAD_CHECKED = UPLOAD_LOG_HEAD - 4, RECORD_CHECKED = UPLOAD_RECORD_HEAD - 8 };

#define CONTENT_MAX ((uint64_t)UPLOAD_PART_MAX * UPLOAD_PARTS_MAX)

static_assert((int)SEAL_SALT == (int)SUM_KEY, "the salt is the key of sums");

static void start_keys(struct upload_log *l, const uint8_t salt[SEAL_SALT])
{
	memcpy(l->sum_key, salt, sizeof(l->sum_key));
	if (l->seal)
		seal_file_key(l->seal, salt, l->key);
}

int upload_log_begin(struct upload_log *l, int64_t owner, int64_t file_id)
{
	uint8_t sum[32], salt[SEAL_SALT];
	struct buf b = {0};
	int r;

	rng_bytes(salt, sizeof(salt));
	buf_put(&b, MAGIC, 8);
	buf_put(&b, salt, sizeof(salt));
	buf_u64(&b, (uint64_t)owner);
	buf_u64(&b, (uint64_t)file_id);
	buf_u32(&b, l->seal != NULL);
	sha256(b.p, b.n, sum);
	buf_put(&b, sum, 4);
	r = blob_pwrite(l->fd, b.p, b.n, 0);
	if (r == 0) {
		start_keys(l, salt);
		l->end = b.n;
	}
	buf_fini(&b);
	return r;
}

int upload_log_open(struct upload_log *l, int64_t owner, int64_t file_id)
{
	uint8_t head[UPLOAD_LOG_HEAD], sum[32];
	struct slice magic, salt;
	struct rd in;
	int r = blob_pread(l->fd, head, sizeof(head), 0);

	if (r < 0)
		return r == -ERR_IO ? -ERR_CORRUPT : r;
	in = rd_of(head, sizeof(head));
	magic = rd_bytes(&in, 8);
	salt = rd_bytes(&in, SEAL_SALT);
	sha256(head, HEAD_CHECKED, sum);
	if (memcmp(magic.p, MAGIC, 8) != 0 || memcmp(head + HEAD_CHECKED, sum, 4) != 0 ||
	    (int64_t)rd_u64(&in) != owner || (int64_t)rd_u64(&in) != file_id ||
	    rd_u32(&in) != (l->seal != NULL))
		return -ERR_CORRUPT;
	start_keys(l, salt.p);
	l->end = UPLOAD_LOG_HEAD;
	return 0;
}

/* Bytes of a record's body before it is sealed; 0: no record has such a head. */
static uint32_t body_size(const struct upload_log *l, const struct upload_record *rec)
{
	uint32_t tag = l->seal ? GCM_TAG : 0, plain = rec->n - tag;

	if (rec->n < tag)
		return 0;
	if (rec->kind == UPLOAD_RECORD_DONE)
		return plain >= UPLOAD_DONE_HEAD &&
		                       plain <= UPLOAD_DONE_HEAD + 32 * upload_n_windows(CONTENT_MAX)
		               ? plain
		               : 0;
	if (rec->number >= UPLOAD_PARTS_MAX || rec->size < 1 || rec->size > UPLOAD_PART_MAX ||
	    rec->total < 0 || rec->total > UPLOAD_PARTS_MAX)
		return 0;
	if (rec->kind == UPLOAD_PART_IN_DATA)
		return plain == SUM_SIZE ? plain : 0;
	return rec->kind == UPLOAD_PART_HERE && plain == SUM_SIZE + rec->size ? plain : 0;
}

/* So many bytes of the body does the record's check cover. */
static uint32_t checked_size(const struct upload_log *l, const struct upload_record *rec)
{
	if (l->seal)
		return 0;
	return rec->kind == UPLOAD_PART_HERE ? rec->n - rec->size : rec->n;
}

static void check_of(const uint8_t *head, const uint8_t *body, uint32_t n, uint8_t out[32])
{
	sha256_2(head, RECORD_CHECKED, body, n, out);
}

int upload_log_record(const struct upload_log *l, uint64_t at, struct upload_record *ret)
{
	uint8_t sum[32], *body;
	struct upload_record rec = {.at = at};
	struct slice nonce, check;
	struct stat st;
	uint32_t n;
	struct rd in;
	ssize_t k = blob_pread_some(l->fd, rec.head, sizeof(rec.head), at);
	int r = 0;

	if (k <= 0)
		return (int)k;
	if ((size_t)k < sizeof(rec.head))
		return -ERR_CORRUPT;
	in = rd_of(rec.head, sizeof(rec.head));
	rec.kind = (enum upload_kind)rd_u32(&in);
	rec.number = rd_u32(&in);
	rec.size = rd_u32(&in);
	rec.total = (int32_t)rd_u32(&in);
	rec.n = rd_u32(&in);
	nonce = rd_bytes(&in, GCM_NONCE);
	memcpy(rec.nonce, nonce.p, GCM_NONCE);
	check = rd_bytes(&in, 8);
	if (!body_size(l, &rec))
		return -ERR_CORRUPT;
	if (fstat(l->fd, &st) != 0)
		return err_from_errno(errno);
	if (at + sizeof(rec.head) + rec.n > (uint64_t)st.st_size)
		return -ERR_CORRUPT;
	n = checked_size(l, &rec);
	body = xmalloc(n + 1);
	r = n ? blob_pread(l->fd, body, n, at + sizeof(rec.head)) : 0;
	check_of(rec.head, body, n, sum);
	free(body);
	if (r == 0 && memcmp(sum, check.p, 8) != 0)
		r = -ERR_CORRUPT;
	if (r < 0)
		return r;
	*ret = rec;
	return 1;
}

int upload_log_next(struct upload_log *l, struct upload_record *ret)
{
	int r = upload_log_record(l, l->end, ret);

	if (r == 1)
		l->end += UPLOAD_RECORD_HEAD + ret->n;
	return r;
}

/* One record whose body is `front`, then `bytes`. */
static int append(struct upload_log *l, enum upload_kind kind, uint32_t number, uint32_t size, int32_t total,
                  struct slice front, struct slice bytes, uint64_t *ret_at)
{
	uint32_t plain = front.n + bytes.n;
	struct upload_record rec = {.kind = kind, .size = size, .n = plain + (l->seal ? GCM_TAG : 0)};
	uint8_t nonce[GCM_NONCE] = {0}, sum[32];
	struct buf b = {0};
	int r;

	if (l->seal)
		rng_bytes(nonce, sizeof(nonce));
	buf_u32(&b, kind);
	buf_u32(&b, number);
	buf_u32(&b, size);
	buf_u32(&b, (uint32_t)total);
	buf_u32(&b, rec.n);
	buf_put(&b, nonce, sizeof(nonce));
	check_of(b.p, front.p, l->seal ? 0 : front.n, sum);
	buf_put(&b, sum, 8);
	buf_put(&b, front.p, front.n);
	if (l->seal) {
		buf_put(&b, bytes.p, bytes.n);
		buf_reserve(&b, GCM_TAG);
		gcm_seal(l->key, nonce, slice_of(b.p, RECORD_CHECKED), b.p + UPLOAD_RECORD_HEAD, plain,
		         b.p + UPLOAD_RECORD_HEAD, b.p + UPLOAD_RECORD_HEAD + plain);
		b.n += GCM_TAG;
	}
	r = blob_pwrite(l->fd, b.p, b.n, l->end);
	if (r == 0 && !l->seal && bytes.n)
		r = blob_pwrite(l->fd, bytes.p, bytes.n, l->end + b.n);
	buf_fini(&b);
	if (r < 0) {
		if (ftruncate(l->fd, (off_t)l->end) != 0)
			return -ERR_IO;
		return r;
	}
	*ret_at = l->end;
	l->end += UPLOAD_RECORD_HEAD + rec.n;
	return 0;
}

int upload_log_part(struct upload_log *l, uint32_t number, struct slice bytes, int32_t total, bool in_data,
                    uint64_t *ret_at)
{
	uint8_t sum[SUM_SIZE];

	sum_of(l->sum_key, bytes.p, bytes.n, sum);
	return append(l, in_data ? UPLOAD_PART_IN_DATA : UPLOAD_PART_HERE, number, bytes.n, total,
	              slice_of(sum, sizeof(sum)), in_data ? (struct slice){0} : bytes, ret_at);
}

/* The first n bytes of the body, opened; all of it if it is sealed. `to` has rec->n bytes. */
static int read_body(const struct upload_log *l, const struct upload_record *rec, uint8_t *to, uint32_t n)
{
	int r = blob_pread(l->fd, to, l->seal ? rec->n : n, rec->at + UPLOAD_RECORD_HEAD);

	if (r < 0)
		return r == -ERR_IO ? -ERR_CORRUPT : r;
	if (!l->seal)
		return 0;
	n = rec->n - GCM_TAG;
	return gcm_open(l->key, rec->nonce, slice_of(rec->head, RECORD_CHECKED), to, n, to + n, to);
}

static bool has_sum(const struct upload_log *l, const uint8_t sum[SUM_SIZE], struct slice bytes)
{
	uint8_t has[SUM_SIZE];

	sum_of(l->sum_key, bytes.p, bytes.n, has);
	return memcmp(has, sum, SUM_SIZE) == 0;
}

int upload_log_is_of(const struct upload_log *l, uint64_t at, struct slice bytes)
{
	struct upload_record rec;
	uint8_t *body;
	int r = upload_log_record(l, at, &rec);

	if (r != 1)
		return r < 0 ? r : -ERR_CORRUPT;
	if (rec.kind == UPLOAD_RECORD_DONE)
		return -ERR_CORRUPT;
	body = xmalloc(rec.n);
	r = read_body(l, &rec, body, SUM_SIZE);
	if (r == 0)
		r = rec.size == bytes.n && has_sum(l, body, bytes);
	free(body);
	return r;
}

int upload_log_bytes(const struct upload_log *l, const struct upload_record *rec, uint8_t *to)
{
	uint8_t *body = xmalloc(rec->n);
	int r = rec->kind == UPLOAD_PART_HERE ? read_body(l, rec, body, rec->n) : -ERR_CORRUPT;

	if (r == 0 && !has_sum(l, body, slice_of(body + SUM_SIZE, rec->size)))
		r = -ERR_CORRUPT;
	if (r == 0)
		memcpy(to, body + SUM_SIZE, rec->size);
	free(body);
	return r;
}

int upload_log_done(struct upload_log *l, const struct upload_finished *f, struct slice windows)
{
	struct buf b = {0};
	uint64_t at;
	int r;

	buf_put(&b, f->id.b, sizeof(f->id.b));
	buf_u64(&b, f->size);
	buf_put(&b, f->md5, sizeof(f->md5));
	buf_u32(&b, f->parts);
	buf_u32(&b, f->part_size);
	buf_put(&b, windows.p, windows.n);
	r = append(l, UPLOAD_RECORD_DONE, 0, 0, 0, buf_slice(&b), (struct slice){0}, &at);
	buf_fini(&b);
	return r;
}

int upload_log_read_done(const struct upload_log *l, const struct upload_record *rec,
                         struct upload_finished *ret, struct buf *windows)
{
	struct upload_finished f;
	uint8_t *body;
	struct slice s;
	struct rd in;
	int r;

	if (rec->kind != UPLOAD_RECORD_DONE)
		return -ERR_CORRUPT;
	body = xmalloc(rec->n);
	r = read_body(l, rec, body, rec->n);
	if (r == 0) {
		in = rd_of(body, rec->n - (l->seal ? GCM_TAG : 0));
		s = rd_bytes(&in, sizeof(f.id.b));
		memcpy(f.id.b, s.p, s.n);
		f.size = rd_u64(&in);
		s = rd_bytes(&in, sizeof(f.md5));
		memcpy(f.md5, s.p, s.n);
		f.parts = rd_u32(&in);
		f.part_size = rd_u32(&in);
		if (f.size > CONTENT_MAX || f.parts < 1 || f.parts > UPLOAD_PARTS_MAX ||
		    f.part_size > UPLOAD_PART_MAX || rd_left(&in) != 32 * (size_t)upload_n_windows(f.size))
			r = -ERR_CORRUPT;
	}
	if (r == 0) {
		*ret = f;
		if (windows)
			buf_put(windows, in.p, rd_left(&in));
	}
	free(body);
	return r;
}
