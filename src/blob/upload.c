/*
 * upload.c - the table of uploads: found, made, counted for their owners, forgotten; and read again at a start. What is in one:
 * upload_part.c, upload_finish.c.
 */
#include "blob/upload.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <utlist.h>

#include "base/err.h"
#include "base/mem.h"
#include "blob/upload_private.h"
#include "crypto/hash.h"

struct uploads *uploads_new(int dir_fd)
{
	struct uploads *t = xcalloc(1, sizeof(*t));

	t->dir = dir_fd;
	pthread_mutex_init(&t->lock, NULL);
	return t;
}

void upload_name(struct upload_key key, enum upload_file which, char out[UPLOAD_NAME_SIZE])
{
	static const char *const ends[] = {"log", "data", "done", "done.new"};

	snprintf(out, UPLOAD_NAME_SIZE, "%lld-%016llx.%s", (long long)key.owner,
	         (unsigned long long)key.file_id, ends[which]);
}

static void close_files(struct upload *u)
{
	if (u->log.fd >= 0)
		close(u->log.fd);
	if (u->data_fd >= 0)
		close(u->data_fd);
	u->log.fd = u->data_fd = -1;
}

static void free_upload(struct upload *u)
{
	close_files(u);
	wipe(u->log.key, sizeof(u->log.key));
	pthread_mutex_destroy(&u->lock);
	pthread_cond_destroy(&u->changed);
	free(u->parts);
	free(u);
}

void uploads_free(struct uploads *t)
{
	struct upload_owner *o, *o_next;
	struct upload *u, *next;

	if (!t)
		return;
	HASH_ITER (hh, t->all, u, next) {
		HASH_DEL(t->all, u);
		free_upload(u);
	}
	HASH_ITER (hh, t->owners, o, o_next) {
		HASH_DEL(t->owners, o);
		free(o);
	}
	if (t->dir >= 0)
		close(t->dir);
	pthread_mutex_destroy(&t->lock);
	free(t);
}

/* --- owners; with t->lock held */

static struct upload_owner *owner_of(struct uploads *t, int64_t id)
{
	struct upload_owner *o;

	HASH_FIND(hh, t->owners, &id, sizeof(id), o);
	if (!o) {
		o = xcalloc(1, sizeof(*o));
		o->owner = id;
		HASH_ADD(hh, t->owners, owner, sizeof(o->owner), o);
	}
	return o;
}

static void release(struct uploads *t, struct upload *u)
{
	struct upload_owner *o = owner_of(t, u->key.owner);

	o->bytes -= u->bytes;
	u->bytes = 0;
	if (--o->n == 0) {
		HASH_DEL(t->owners, o);
		free(o);
	}
}

int upload_charge(struct uploads *t, struct upload *u, uint64_t more, uint64_t quota)
{
	struct upload_owner *o;
	int r = 0;

	pthread_mutex_lock(&t->lock);
	o = owner_of(t, u->key.owner);
	if (o->bytes + more > quota) {
		r = -ERR_FULL;
	} else {
		o->bytes += more;
		u->bytes += more;
	}
	pthread_mutex_unlock(&t->lock);
	return r;
}

void upload_settle(struct uploads *t, struct upload *u)
{
	pthread_mutex_lock(&t->lock);
	release(t, u);
	pthread_mutex_unlock(&t->lock);
}

/* --- one upload */

static struct upload *new_upload(struct blob_store *s, struct upload_key key)
{
	struct upload *u = xcalloc(1, sizeof(*u));

	u->key = key;
	u->log.fd = u->data_fd = -1;
	u->log.seal = s->seal;
	pthread_mutex_init(&u->lock, NULL);
	pthread_cond_init(&u->changed, NULL);
	return u;
}

static int take(struct blob_store *s, struct upload_key key, bool make, unixtime_t now, struct upload **ret)
{
	struct uploads *t = s->uploads;
	struct upload_owner *o;
	struct upload *u;
	int r = 0;

	pthread_mutex_lock(&t->lock);
	HASH_FIND(hh, t->all, &key, sizeof(key), u);
	if (!u && !make) {
		r = -ERR_NOTFOUND;
	} else if (!u) {
		o = owner_of(t, key.owner);
		if (o->n >= UPLOAD_OWNER_MAX) {
			r = -ERR_FULL;
		} else {
			o->n++;
			u = new_upload(s, key);
			HASH_ADD(hh, t->all, key, sizeof(u->key), u);
		}
	}
	if (r == 0) {
		u->users++;
		if (now > u->touched)
			u->touched = now;
		if (u->idle) {
			DL_DELETE(t->idle, u);
			t->n_idle--;
			u->idle = false;
		}
		*ret = u;
	}
	pthread_mutex_unlock(&t->lock);
	return r;
}

/* Without its lock. */
static void give_back(struct blob_store *s, struct upload *u)
{
	struct uploads *t = s->uploads;
	struct upload *out = NULL;

	pthread_mutex_lock(&t->lock);
	if (--u->users == 0 && !u->gone && (u->log.fd >= 0 || u->data_fd >= 0)) {
		DL_APPEND(t->idle, u);
		u->idle = true;
		if (++t->n_idle > UPLOADS_OPEN_MAX) {
			out = t->idle;
			DL_DELETE(t->idle, out);
			t->n_idle--;
			out->idle = false;
			close_files(out); /* nobody has it, and nobody can take it now */
		}
	}
	out = u->users == 0 && u->gone ? u : NULL;
	pthread_mutex_unlock(&t->lock);
	if (out)
		free_upload(out);
}

int upload_get(struct blob_store *s, struct upload_key key, bool make, unixtime_t now, struct upload **ret)
{
	struct upload *u;
	int r;

	for (;;) {
		if ((r = take(s, key, make, now, &u)) < 0)
			return r;
		pthread_mutex_lock(&u->lock);
		while (u->state == UPLOAD_FINISHING)
			pthread_cond_wait(&u->changed, &u->lock);
		if (u->state != UPLOAD_GONE)
			break;
		pthread_mutex_unlock(&u->lock);
		give_back(s, u);
	}
	*ret = u;
	return 0;
}

void upload_put(struct blob_store *s, struct upload *u)
{
	if (u->state == UPLOAD_OPEN && !u->have)
		upload_remove(s, u);
	pthread_mutex_unlock(&u->lock);
	give_back(s, u);
}

static void remove_files(struct uploads *t, struct upload_key key)
{
	char name[UPLOAD_NAME_SIZE];

	for (int i = UPLOAD_FILE_LOG; i <= UPLOAD_FILE_DONE_NEW; i++) {
		upload_name(key, (enum upload_file)i, name);
		unlinkat(t->dir, name, 0);
	}
}

void upload_remove(struct blob_store *s, struct upload *u)
{
	struct uploads *t = s->uploads;

	if (u->state == UPLOAD_GONE)
		return;
	if (u->state == UPLOAD_DONE)
		blob_hold_end(s, &u->done.id);
	remove_files(t, u->key);
	pthread_mutex_lock(&t->lock);
	if (u->state != UPLOAD_DONE)
		release(t, u);
	HASH_DEL(t->all, u);
	u->gone = true;
	pthread_mutex_unlock(&t->lock);
	u->state = UPLOAD_GONE;
}

static int open_one(struct blob_store *s, struct upload *u, enum upload_file which)
{
	char name[UPLOAD_NAME_SIZE];
	int fd;

	upload_name(u->key, which, name);
	fd = openat(s->uploads->dir, name, O_RDWR | O_CLOEXEC);
	return fd < 0 ? err_from_errno(errno) : fd;
}

int upload_wake(struct blob_store *s, struct upload *u)
{
	if (u->log.fd < 0 && u->log.end) {
		int fd = open_one(s, u, u->state == UPLOAD_DONE ? UPLOAD_FILE_DONE : UPLOAD_FILE_LOG);

		if (fd < 0)
			return fd;
		u->log.fd = fd;
	}
	if (u->data_fd < 0 && u->has_data) {
		int fd = open_one(s, u, UPLOAD_FILE_DATA);

		if (fd < 0)
			return fd;
		u->data_fd = fd;
	}
	return 0;
}

void upload_note_part(struct upload *u, const struct upload_record *rec, bool untested)
{
	uint32_t n = u->n_parts ? u->n_parts : 16;
	struct upload_part *p;
	bool is_new;

	while (n <= rec->number)
		n *= 2;
	if (n > u->n_parts) {
		u->parts = xrealloc(u->parts, n * sizeof(*u->parts));
		memset(u->parts + u->n_parts, 0, (n - u->n_parts) * sizeof(*u->parts));
		u->n_parts = n;
	}
	p = &u->parts[rec->number];
	is_new = !p->at;
	u->have += is_new;
	*p = (struct upload_part){rec->at, rec->size, rec->kind == UPLOAD_PART_IN_DATA, untested};
	upload_sizes_note(u, rec->number, is_new);
	if (rec->total)
		u->total = rec->total;
}

/* --- at a start */

static bool parse_name(const char *name, struct upload_key *ret_key, const char **ret_end)
{
	long long owner;
	unsigned long long file;
	char again[UPLOAD_NAME_SIZE];
	int n = 0;

	if (sscanf(name, "%lld-%16llx.%n", &owner, &file, &n) != 2 || !n)
		return false;
	*ret_key = (struct upload_key){owner, (int64_t)file};
	*ret_end = name + n;
	for (int i = UPLOAD_FILE_LOG; i <= UPLOAD_FILE_DONE_NEW; i++) {
		upload_name(*ret_key, (enum upload_file)i, again);
		if (strcmp(again, name) == 0)
			return true;
	}
	return false;
}

/* 1: it was finished and its content is there; 0: it was not; negative: this disk cannot be read. */
static int load_done(struct blob_store *s, struct upload *u)
{
	struct upload_log l = {.seal = s->seal};
	struct upload_record rec;
	int r = open_one(s, u, UPLOAD_FILE_DONE);

	if (r < 0)
		return r == -ERR_NOTFOUND ? 0 : r;
	l.fd = r;
	r = upload_log_open(&l, u->key.owner, u->key.file_id);
	if (r == 0)
		r = upload_log_next(&l, &rec);
	if (r == 1)
		r = upload_log_read_done(&l, &rec, &u->done, NULL);
	if (r == 0 && blob_hold_again(s, &u->done.id, true)) {
		u->log = l;
		u->state = UPLOAD_DONE;
		return 1;
	}
	wipe(l.key, sizeof(l.key));
	close(l.fd);
	return r == -ERR_IO ? r : 0;
}

static int load_parts(struct blob_store *s, struct upload *u)
{
	struct upload_record rec;
	int r = open_one(s, u, UPLOAD_FILE_LOG);

	if (r < 0)
		return r == -ERR_NOTFOUND ? 0 : r;
	u->log.fd = r;
	r = upload_log_open(&u->log, u->key.owner, u->key.file_id);
	while (r >= 0 && (r = upload_log_next(&u->log, &rec)) == 1) {
		if (rec.kind == UPLOAD_RECORD_DONE || (rec.kind == UPLOAD_PART_IN_DATA && !u->has_data))
			continue;
		upload_note_part(u, &rec, true);
		u->bytes += rec.size;
	}
	if (r == -ERR_CORRUPT && u->have && ftruncate(u->log.fd, (off_t)u->log.end) != 0)
		r = err_from_errno(errno);
	return r == -ERR_CORRUPT ? 0 : r;
}

static int load_one(struct blob_store *s, struct upload_key key)
{
	struct uploads *t = s->uploads;
	struct upload *u;
	char name[UPLOAD_NAME_SIZE];
	struct upload_owner *o;
	struct stat st;
	int r;

	HASH_FIND(hh, t->all, &key, sizeof(key), u);
	if (u)
		return 0;
	u = new_upload(s, key);
	for (int i = UPLOAD_FILE_LOG; i <= UPLOAD_FILE_DONE; i++) {
		upload_name(key, (enum upload_file)i, name);
		if (fstatat(t->dir, name, &st, 0) != 0)
			continue;
		u->has_data |= i == UPLOAD_FILE_DATA;
		if (st.st_mtim.tv_sec > u->touched)
			u->touched = st.st_mtim.tv_sec;
	}
	r = load_done(s, u);
	if (r == 0)
		r = load_parts(s, u);
	if (r >= 0 && (u->state == UPLOAD_DONE || u->have)) {
		close_files(u);
		u->has_data = u->has_data && u->state == UPLOAD_OPEN;
		if (u->state == UPLOAD_OPEN) {
			o = owner_of(t, key.owner);
			o->n++;
			o->bytes += u->bytes;
		}
		HASH_ADD(hh, t->all, key, sizeof(u->key), u);
	} else {
		free_upload(u);
		u = NULL;
	}
	/* What a move from one state to the next has left. */
	for (int i = UPLOAD_FILE_LOG; r >= 0 && i <= UPLOAD_FILE_DONE_NEW; i++) {
		if (u && (i == UPLOAD_FILE_DONE) == (u->state == UPLOAD_DONE) && i != UPLOAD_FILE_DONE_NEW)
			continue;
		upload_name(key, (enum upload_file)i, name);
		unlinkat(t->dir, name, 0);
	}
	return r < 0 ? r : 0;
}

int uploads_load(struct blob_store *s)
{
	int fd = openat(s->uploads->dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd >= 0 ? fdopendir(fd) : NULL;
	struct upload_key key;
	struct dirent *e;
	const char *end;
	int r = 0;

	if (!d)
		return err_from_errno(errno);
	while (r >= 0 && (e = readdir(d)) != NULL)
		if (parse_name(e->d_name, &key, &end))
			r = load_one(s, key);
	closedir(d);
	return r;
}

bool uploads_empty(const struct uploads *t)
{
	int fd = openat(t->dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd >= 0 ? fdopendir(fd) : NULL;
	struct upload_key key;
	struct dirent *e;
	const char *end;
	bool empty = true;

	while (d && (e = readdir(d)) != NULL)
		if (parse_name(e->d_name, &key, &end))
			empty = false;
	if (d)
		closedir(d);
	return empty;
}

/* --- ends */

struct keys {
	struct upload_key *v;
	size_t n, room;
};

static void add_key(struct keys *k, struct upload_key key)
{
	if (k->n == k->room) {
		k->room = k->room ? 2 * k->room : 64;
		k->v = xrealloc(k->v, k->room * sizeof(*k->v));
	}
	k->v[k->n++] = key;
}

/* All of one owner (any: 0 with any_owner) that were not touched since `before`. */
static int end_all(struct blob_store *s, bool any_owner, int64_t owner, unixtime_t before)
{
	struct uploads *t = s->uploads;
	struct keys k = {0};
	struct upload *u, *next;
	bool over;
	int n = 0;

	pthread_mutex_lock(&t->lock);
	HASH_ITER (hh, t->all, u, next) {
		if ((any_owner || u->key.owner == owner) && u->touched < before && !(any_owner && u->users))
			add_key(&k, u->key);
	}
	pthread_mutex_unlock(&t->lock);
	for (size_t i = 0; i < k.n; i++) {
		if (upload_get(s, k.v[i], false, 0, &u) < 0)
			continue;
		pthread_mutex_lock(&t->lock);
		over = u->touched < before; /* nobody came in between */
		pthread_mutex_unlock(&t->lock);
		if (over)
			upload_remove(s, u);
		n += over;
		upload_put(s, u);
	}
	free(k.v);
	return n;
}

void upload_drop(struct blob_store *s, int64_t owner, int64_t file_id)
{
	struct upload *u;

	if (upload_get(s, (struct upload_key){owner, file_id}, false, 0, &u) < 0)
		return;
	upload_remove(s, u);
	upload_put(s, u);
}

void upload_drop_owner(struct blob_store *s, int64_t owner)
{
	end_all(s, false, owner, INT64_MAX);
}

int upload_expire(struct blob_store *s, unixtime_t before)
{
	return end_all(s, true, 0, before);
}

void upload_stats(struct blob_store *s, struct upload_stat *ret)
{
	struct upload *u, *next;

	*ret = (struct upload_stat){0};
	pthread_mutex_lock(&s->uploads->lock);
	HASH_ITER (hh, s->uploads->all, u, next) {
		ret->uploads++;
		ret->bytes += u->bytes;
	}
	pthread_mutex_unlock(&s->uploads->lock);
}
