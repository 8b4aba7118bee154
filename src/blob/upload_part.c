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
	struct upload_arrival *of;
	const struct upload_limits *limits;
	uint32_t number, size;
	bool big; /* of saveBigFilePart */
	struct slice bytes;
	struct upload_shape shape;
	struct upload *u; /* ours to give back, without its lock; NULL: nothing is written */
	uint64_t mine;    /* up to which record it has to be synced; 0: none */
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
		r = upload_log_part(&u->log, a->number, a->bytes, a->shape.total, in_data, &rec.at);
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

static int put_part(struct blob_store *s, struct upload *u, struct arrival *a)
{
	struct upload_arrival *of = a->of;
	struct upload_part *had;
	bool in_data;
	int r;

	of->why = upload_fits(u, a->limits->parts, of->part, a->size, of->total, &a->shape);
	if (!of->why && a->shape.size_max > s->max_size)
		of->why = "FILE_PARTS_INVALID";
	if (of->why)
		return -ERR_INVALID;
	in_data = belongs_in_data(s, a);
	had = a->number < u->n_parts && u->parts[a->number].at ? &u->parts[a->number] : NULL;
	if (had) {
		r = upload_log_is_of(&u->log, had->at, a->bytes);
		if (r < 0 && r != -ERR_CORRUPT)
			return r;
		u->total = a->shape.total;
		if (r == 1 && !had->untested) {
			a->mine = u->written; /* whoever writes it may still wait */
			return 0;
		}
		if (r == 1 && is_there(u, a, had) == 1) {
			a->mine = ++u->written;
			return 0;
		}
		in_data = r == 1 && had->in_data; /* again, over what may be lost */
	}
	if (upload_charge(s->uploads, u, a->size, a->limits->quota) < 0) {
		of->why = "STORAGE_QUOTA_EXCEEDED";
		return -ERR_FULL;
	}
	r = write_part(s, u, a, in_data);
	if (r < 0) {
		upload_charge(s->uploads, u, -(uint64_t)a->size, UINT64_MAX); /* back */
		return r;
	}
	u->total = a->shape.total;
	a->mine = ++u->written;
	return 0;
}

static const char *what_is_wrong(const struct upload_arrival *a, const struct upload_limits *l)
{
	if (a->part < 0 || a->part >= (int32_t)l->parts || a->part >= UPLOAD_PARTS_MAX)
		return "FILE_PART_INVALID";
	if (!a->bytes.n)
		return "FILE_PART_EMPTY";
	return a->bytes.n > UPLOAD_PART_MAX ? "FILE_PART_TOO_BIG" : NULL;
}

/* All but the sync. */
static int put(struct blob_store *s, struct arrival *a, unixtime_t now)
{
	struct upload_key key = {a->of->owner, a->of->file_id};
	struct upload *u;
	bool again;
	int r;

	do {
		r = upload_get(s, key, true, now, &u);
		if (r < 0) {
			a->of->why = "STORAGE_QUOTA_EXCEEDED";
			return r;
		}
		r = upload_wake(s, u);
		if (r == 0)
			r = u->state == UPLOAD_DONE ? is_in_content(s, u, a) : put_part(s, u, a);
		if (a->mine) {
			a->u = u;
			pthread_mutex_unlock(&u->lock);
			return 0;
		}
		/* Something else than what was finished, or its files are gone: from the beginning. */
		again = u->state == UPLOAD_DONE ? r == 0 : r == -ERR_NOTFOUND;
		if (again)
			upload_remove(s, u);
		upload_put(s, u);
	} while (again);
	return r < 0 ? r : 0;
}

static int end(struct blob_store *s, struct arrival *a)
{
	int r;

	pthread_mutex_lock(&a->u->lock);
	r = upload_sync(s, a->u, a->mine);
	upload_put(s, a->u);
	return r;
}

void upload_parts(struct blob_store *s, const struct upload_limits *l, struct upload_arrival *list,
                  unixtime_t now)
{
	struct arrival *a;
	size_t n = 0;

	for (struct upload_arrival *i = list; i; i = i->next)
		n++;
	a = xcalloc(n, sizeof(*a));
	n = 0;
	for (struct upload_arrival *i = list; i; i = i->next) {
		i->why = what_is_wrong(i, l);
		i->r = i->why ? -ERR_INVALID : 0;
		if (!i->why)
			a[n++] = (struct arrival){.of = i,
			                          .limits = l,
			                          .number = (uint32_t)i->part,
			                          .size = i->bytes.n,
			                          .big = i->total != 0,
			                          .bytes = i->bytes};
	}
	for (size_t i = 0; i < n; i++)
		a[i].of->r = put(s, &a[i], now);
	for (size_t i = 0; i < n; i++)
		if (a[i].u)
			a[i].of->r = end(s, &a[i]);
	free(a);
}
