/* upload_part.c - one part comes: does it fit, is it there already, where do its bytes go. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/mem.h"
#include "blob/upload_private.h"

struct arrival {
	const struct upload_limits *limits;
	uint32_t number, size;
	bool big; /* of saveBigFilePart */
	struct slice bytes;
	struct upload_hashes hashes;
	struct upload_shape shape;
	const char *why;
};

/* Files of an upload that has none yet. */
static int create(struct blob_store *s, struct upload *u, enum upload_file which)
{
	char name[UPLOAD_NAME_SIZE];
	int fd;

	upload_name(u->key, which, name);
	fd = openat(s->uploads->dir, name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_from_errno(errno);
	u->new_names = true;
	return fd;
}

static int open_log(struct blob_store *s, struct upload *u)
{
	int r;

	if (u->log.end)
		return 0;
	if (u->log.fd < 0) {
		r = create(s, u, UPLOAD_FILE_LOG);
		if (r < 0)
			return r;
		u->log.fd = r;
	}
	return upload_log_begin(&u->log, u->key.owner, u->key.file_id);
}

/* Is this the part that is there? 1; 0: it is another. */
static int is_same(struct upload *u, const struct arrival *a)
{
	const struct upload_part *p = &u->parts[a->number];
	struct upload_record rec;
	struct upload_hashes h;
	int r;

	if (p->size != a->size)
		return 0;
	r = upload_log_record(&u->log, p->at, &rec);
	if (r == 1)
		r = upload_log_hashes(&u->log, &rec, &h);
	return r < 0 ? r : memcmp(&h, &a->hashes, 32 * upload_n_windows(a->size)) == 0;
}

/*
 * Small files lie in the log: one file, one sync, one copy at the end. Of a large one each part lies where it belongs, if
 * that is known, and is not written over: what was acknowledged stays whole until the other is.
 */
static bool belongs_in_data(const struct blob_store *s, const struct arrival *a)
{
	return !s->seal && a->big && (a->shape.part_size || !a->number);
}

/*
 * The same part again after a start: are its bytes on the disk? 1: from now on it is known. Else 0, or negative. (Another sync
 * is due: nobody knows whether the last process came to that.)
 */
static int is_there(struct upload *u, const struct arrival *a, struct upload_part *p)
{
	uint8_t *bytes = xmalloc(a->size);
	struct upload_record rec;
	int r;

	if (p->in_data) {
		r = blob_pread(u->data_fd, bytes, a->size, (uint64_t)a->number * a->shape.part_size);
	} else {
		r = upload_log_record(&u->log, p->at, &rec);
		if (r == 1)
			r = upload_log_bytes(&u->log, &rec, bytes);
	}
	if (r == 0)
		r = memcmp(bytes, a->bytes.p, a->size) == 0;
	free(bytes);
	if (r == 1)
		p->untested = false;
	return r == -ERR_CORRUPT || r == -ERR_IO ? 0 : r;
}

static int write_part(struct blob_store *s, struct upload *u, const struct arrival *a, bool in_data)
{
	struct upload_record rec = {.kind = in_data ? UPLOAD_PART_IN_DATA : UPLOAD_PART_HERE,
	                            .number = a->number,
	                            .size = a->size,
	                            .total = a->shape.total};
	int r = open_log(s, u);

	if (r < 0)
		return r;
	if (in_data && u->data_fd < 0) {
		r = create(s, u, UPLOAD_FILE_DATA);
		if (r < 0)
			return r;
		u->data_fd = r;
		u->has_data = true;
	}
	if (in_data)
		r = blob_pwrite(u->data_fd, a->bytes.p, a->size, (uint64_t)a->number * a->shape.part_size);
	if (r >= 0)
		r = upload_log_part(&u->log, a->number, a->size, a->shape.total, &a->hashes,
		                    in_data ? (struct slice){0} : a->bytes, &rec.at);
	if (r >= 0)
		upload_note_part(u, &rec, false);
	return r < 0 ? r : 0;
}

/* Of an upload that is a content by now: 1 if the part says the same as that. */
static int is_in_content(struct blob_store *s, struct upload *u, const struct arrival *a)
{
	uint64_t off = (uint64_t)a->number * u->done.part_size;
	struct buf b = {0};
	int r;

	if (off + a->size > u->done.size)
		return 0;
	r = blob_read(s, &u->done.id, off, a->size, &b);
	if (r >= 0)
		r = b.n == a->size && memcmp(b.p, a->bytes.p, b.n) == 0;
	buf_fini(&b);
	return r == -ERR_NOTFOUND ? 0 : r;
}

static int put_part(struct blob_store *s, struct upload *u, struct arrival *a, int32_t total)
{
	struct upload_part *had;
	uint64_t mine;
	bool in_data;
	int r;

	a->why = upload_fits(u, a->limits->parts, (int32_t)a->number, a->size, total, &a->shape);
	if (!a->why && a->shape.size_max > s->max_size)
		a->why = "FILE_PARTS_INVALID";
	if (a->why)
		return -ERR_INVALID;
	in_data = belongs_in_data(s, a);
	had = a->number < u->n_parts && u->parts[a->number].at ? &u->parts[a->number] : NULL;
	if (had) {
		r = is_same(u, a);
		if (r < 0 && r != -ERR_CORRUPT)
			return r;
		u->total = a->shape.total;
		if (r == 1 && !had->untested)
			return upload_sync(s, u, u->written); /* whoever writes it may still wait */
		if (r == 1 && is_there(u, a, had) == 1)
			return upload_sync(s, u, ++u->written);
		in_data = r == 1 && had->in_data; /* again, over what may be lost */
	}
	if (upload_charge(s->uploads, u, a->size, a->limits->quota) < 0) {
		a->why = "STORAGE_QUOTA_EXCEEDED";
		return -ERR_FULL;
	}
	r = write_part(s, u, a, in_data);
	if (r < 0) {
		upload_charge(s->uploads, u, -(uint64_t)a->size, UINT64_MAX); /* back */
		return r;
	}
	u->total = a->shape.total;
	mine = ++u->written;
	return upload_sync(s, u, mine);
}

int upload_part(struct blob_store *s, const struct upload_limits *l, int64_t owner, int64_t file_id,
                int32_t part, int32_t total, struct slice bytes, unixtime_t now, const char **ret_why)
{
	struct arrival a = {
		.limits = l, .number = (uint32_t)part, .size = bytes.n, .big = total != 0, .bytes = bytes};
	struct upload_key key = {owner, file_id};
	struct upload *u;
	bool again;
	int r;

	*ret_why = NULL;
	if (part < 0 || part >= (int32_t)l->parts || part >= UPLOAD_PARTS_MAX)
		a.why = "FILE_PART_INVALID";
	else if (!bytes.n)
		a.why = "FILE_PART_EMPTY";
	else if (bytes.n > UPLOAD_PART_MAX)
		a.why = "FILE_PART_TOO_BIG";
	if (a.why) {
		*ret_why = a.why;
		return -ERR_INVALID;
	}
	upload_hash(bytes, &a.hashes);
	do {
		r = upload_get(s, key, true, now, &u);
		if (r < 0) {
			*ret_why = "STORAGE_QUOTA_EXCEEDED";
			return r;
		}
		r = upload_wake(s, u);
		if (r == 0)
			r = u->state == UPLOAD_DONE ? is_in_content(s, u, &a) : put_part(s, u, &a, total);
		/* Something else than what was finished, or its files are gone: from the beginning. */
		again = u->state == UPLOAD_DONE ? r == 0 : r == -ERR_NOTFOUND;
		if (again)
			upload_remove(s, u);
		upload_put(s, u);
	} while (again);
	*ret_why = a.why;
	return r < 0 ? r : 0;
}
