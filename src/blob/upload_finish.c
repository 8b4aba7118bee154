/*
 * upload_finish.c - parts become a content. Of a small file they are copied out of the log; of a large one the data file is the
 * content already but for parts that came twice, and only gets its name.
 *
 * Order on disk: the file <...>.done says which content it is to be (synced), then the content gets its name (synced), then log
 * and data go. Killed before the name: .done is taken back at the next start and the parts are all there. After it: it is done.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/mem.h"
#include "blob/upload_private.h"
#include "crypto/hash.h"
#include "crypto/sha256_windows.h"

struct making {
	struct blob_store *s;
	struct upload *u; /* FINISHING: ours alone, without its lock */
	struct upload_finished f;
	struct buf *windows;
	struct hash_stream md5;
	char *missing;
	const char *why;
};

static int lost(struct making *m, uint32_t number)
{
	m->u->parts[number] = (struct upload_part){0};
	m->u->have--;
	upload_sizes_note(m->u, number, false);
	m->why = m->missing;
	snprintf(m->missing, 40, "FILE_PART_%u_MISSING", number);
	return -ERR_NOTFOUND;
}

/* --- small: out of the log */

static int bytes_of(struct making *m, uint32_t number, uint8_t *to)
{
	struct upload_record rec;
	int r = upload_log_record(&m->u->log, m->u->parts[number].at, &rec);

	if (r == 1)
		r = upload_log_bytes(&m->u->log, &rec, to);
	return r == -ERR_CORRUPT || r == -ERR_IO ? lost(m, number) : r;
}

static int copy_out(struct making *m, struct blob_in *in, uint8_t *part)
{
	for (uint32_t i = 0; i < m->f.parts; i++) {
		uint32_t n = m->u->parts[i].size;
		int r = bytes_of(m, i, part);

		if (r < 0)
			return r;
		md5_update(&m->md5, part, n);
		if ((r = blob_in_put(in, slice_of(part, n))) < 0)
			return r;
	}
	md5_final(&m->md5, m->f.md5);
	return 0;
}

/* --- large: the data file */

/* Parts whose bytes are in the log go where they belong. Killed in between, the log still has them. */
static int move_in(struct making *m, uint8_t *part)
{
	int r;

	for (uint32_t i = 0; i < m->f.parts; i++) {
		if (m->u->parts[i].in_data)
			continue;
		r = bytes_of(m, i, part);
		if (r < 0)
			return r;
		r = blob_pwrite(m->u->data_fd, part, m->u->parts[i].size, (uint64_t)i * m->f.part_size);
		if (r < 0)
			return r;
	}
	if (ftruncate(m->u->data_fd, (off_t)m->f.size) != 0 || fdatasync(m->u->data_fd) != 0)
		return err_from_errno(errno);
	return 0;
}

/* A part of which the disk may have kept the record alone. */
static int test_part(struct making *m, uint32_t number, uint8_t *bytes)
{
	const struct upload_part *p = &m->u->parts[number];
	int r = blob_pread(m->u->data_fd, bytes, p->size, (uint64_t)number * m->f.part_size);

	if (r == 0)
		r = upload_log_is_of(&m->u->log, p->at, slice_of(bytes, p->size));
	if (r == 0 || r == -ERR_CORRUPT)
		return lost(m, number);
	return r < 0 ? r : 0;
}

static int hash_data(struct making *m, uint8_t *part, bool want_md5)
{
	struct sha256_windows h;
	int r = 0;

	for (uint32_t i = 0; r == 0 && i < m->f.parts; i++)
		if (m->u->parts[i].untested)
			r = test_part(m, i, part);
	sha256_windows_init(&h, BLOB_WINDOW);
	for (uint64_t at = 0, n; r == 0 && at < m->f.size; at += n) {
		n = m->f.size - at < BLOB_WINDOW ? m->f.size - at : BLOB_WINDOW;
		r = blob_pread(m->u->data_fd, part, n, at);
		sha256_windows_update(&h, part, n, m->windows);
		if (want_md5)
			md5_update(&m->md5, part, n);
	}
	sha256_windows_final(&h, m->f.id.b, m->windows);
	if (want_md5)
		md5_final(&m->md5, m->f.md5);
	return r;
}

/* --- the end */

static int check_md5(struct making *m, struct slice md5)
{
	static const char digits[] = "0123456789abcdef";
	char hex[33];

	if (!md5.n)
		return 0;
	for (int i = 0; i < 16; i++) {
		hex[2 * i] = digits[m->f.md5[i] >> 4];
		hex[2 * i + 1] = digits[m->f.md5[i] & 15];
	}
	for (uint32_t i = 0; i < md5.n; i++) {
		char c = (char)md5.p[i];

		if (md5.n != 32 || hex[i] != (c >= 'A' && c <= 'F' ? c + 32 : c)) {
			m->why = "MD5_CHECKSUM_INVALID";
			return -ERR_INVALID;
		}
	}
	return 0;
}

/* The file .done, synced, under its name; the log of what is done from now on. */
static int say_done(struct making *m, struct upload_log *ret)
{
	struct uploads *t = m->s->uploads;
	struct upload_log l = {.seal = m->s->seal};
	char made[UPLOAD_NAME_SIZE], name[UPLOAD_NAME_SIZE];
	int r;

	upload_name(m->u->key, UPLOAD_FILE_DONE_NEW, made);
	upload_name(m->u->key, UPLOAD_FILE_DONE, name);
	l.fd = openat(t->dir, made, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (l.fd < 0)
		return err_from_errno(errno);
	r = upload_log_begin(&l, m->u->key.owner, m->u->key.file_id);
	if (r == 0)
		r = upload_log_done(&l, &m->f, buf_slice(m->windows));
	if (r == 0 &&
	    (fdatasync(l.fd) != 0 || renameat(t->dir, made, t->dir, name) != 0 || fsync(t->dir) != 0))
		r = err_from_errno(errno);
	if (r < 0) {
		close(l.fd);
		unlinkat(t->dir, made, 0);
		unlinkat(t->dir, name, 0);
		return r;
	}
	*ret = l;
	return 0;
}

static void become_done(struct making *m, struct upload_log *done)
{
	struct upload *u = m->u;
	char name[UPLOAD_NAME_SIZE];

	for (int i = UPLOAD_FILE_LOG; i <= UPLOAD_FILE_DATA; i++) {
		upload_name(u->key, (enum upload_file)i, name);
		unlinkat(m->s->uploads->dir, name, 0);
	}
	close(u->log.fd);
	if (u->data_fd >= 0)
		close(u->data_fd);
	wipe(u->log.key, sizeof(u->log.key));
	u->log = *done;
	u->data_fd = -1;
	u->has_data = false;
	free(u->parts);
	u->parts = NULL;
	u->n_parts = u->have = 0;
	u->done = m->f;
	upload_settle(m->s->uploads, u);
}

static int from_log(struct making *m, uint8_t *part, struct slice md5, struct upload_log *done)
{
	struct blob_in *in;
	uint64_t size;
	int r = blob_in_new(m->s, &in);

	if (r < 0)
		return r;
	if ((r = copy_out(m, in, part)) == 0 && (r = check_md5(m, md5)) == 0 &&
	    (r = blob_in_seal(in, &m->f.id, &size, m->windows)) == 0 && (r = say_done(m, done)) == 0)
		blob_hold_again(m->s, &m->f.id, true);
	blob_in_free(in);
	return r;
}

static int from_data(struct making *m, uint8_t *part, struct slice md5, struct upload_log *done)
{
	char name[UPLOAD_NAME_SIZE];
	int r;

	upload_name(m->u->key, UPLOAD_FILE_DATA, name);
	if ((r = move_in(m, part)) < 0 || (r = hash_data(m, part, md5.n != 0)) < 0 ||
	    (r = check_md5(m, md5)) < 0 || (r = say_done(m, done)) < 0)
		return r;
	r = blob_adopt(m->s, m->s->uploads->dir, name, &m->f.id, m->f.size, true);
	if (r < 0) {
		upload_name(m->u->key, UPLOAD_FILE_DONE, name);
		unlinkat(m->s->uploads->dir, name, 0);
		wipe(done->key, sizeof(done->key));
		close(done->fd);
	}
	return r;
}

static int make(struct making *m, struct slice md5)
{
	struct upload *u = m->u;
	uint8_t *part = xmalloc(UPLOAD_PART_MAX);
	struct upload_log done;
	int r;

	md5_init(&m->md5);
	m->f.part_size = u->parts[0].size;
	r = u->has_data ? from_data(m, part, md5, &done) : from_log(m, part, md5, &done);
	free(part);
	if (r == 0)
		become_done(m, &done);
	return r;
}

static int first_time(struct making *m, struct slice md5)
{
	struct upload *u = m->u;
	int r;

	m->why = upload_whole(u, (int32_t)m->f.parts, m->missing, &m->f.size);
	if (m->why)
		return -ERR_INVALID;
	if (m->f.size > m->s->max_size) {
		m->why = "FILE_PARTS_INVALID";
		return -ERR_INVALID;
	}
	if ((r = upload_sync(m->s, u, u->written)) < 0)
		return r;
	while (u->syncing)
		pthread_cond_wait(&u->changed, &u->lock);
	u->state = UPLOAD_FINISHING;
	pthread_mutex_unlock(&u->lock);
	r = make(m, md5);
	pthread_mutex_lock(&u->lock);
	u->state = r == 0 ? UPLOAD_DONE : UPLOAD_OPEN;
	pthread_cond_broadcast(&u->changed);
	return r;
}

/* It is a content already. */
static int once_more(struct making *m, uint32_t parts, struct slice md5)
{
	struct upload_record rec;
	struct buf b = {0};
	int r = 0;

	m->f = m->u->done;
	if (m->f.parts != parts) {
		m->why = "FILE_PARTS_INVALID";
		return -ERR_INVALID;
	}
	md5_init(&m->md5);
	for (uint64_t at = 0; md5.n && r == 0 && at < m->f.size; at += b.n) {
		b.n = 0;
		r = blob_read(m->s, &m->f.id, at, BLOB_READ_MAX, &b);
		md5_update(&m->md5, b.p, b.n);
	}
	if (md5.n)
		md5_final(&m->md5, m->f.md5);
	buf_fini(&b);
	if (r < 0 || (r = check_md5(m, md5)) < 0)
		return r;
	r = upload_log_record(&m->u->log, UPLOAD_LOG_HEAD, &rec);
	if (r == 1)
		r = upload_log_read_done(&m->u->log, &rec, &m->f, m->windows);
	if (r == 0 && !blob_hold_again(m->s, &m->f.id, false))
		r = -ERR_NOTFOUND;
	return r;
}

int upload_finish(struct blob_store *s, int64_t owner, int64_t file_id, int32_t parts, struct slice md5,
                  char *missing, struct upload_done *ret, const char **ret_why)
{
	struct buf windows = {0};
	struct making m = {.s = s, .windows = &windows, .missing = missing, .f = {.parts = (uint32_t)parts}};
	int r;

	*ret_why = NULL;
	if (parts < 1 || parts > UPLOAD_PARTS_MAX) {
		*ret_why = "FILE_PARTS_INVALID";
		return -ERR_INVALID;
	}
	r = upload_get(s, (struct upload_key){owner, file_id}, false, clock_unix(), &m.u);
	if (r == 0) {
		r = upload_wake(s, m.u);
		if (r == 0)
			r = m.u->state == UPLOAD_DONE ? once_more(&m, (uint32_t)parts, md5)
			                              : first_time(&m, md5);
		if (r == -ERR_NOTFOUND && !m.why)
			upload_remove(s, m.u); /* by somebody's hand */
		upload_put(s, m.u);
	}
	if (r == -ERR_NOTFOUND && !m.why)
		m.why = "FILE_PART_0_MISSING";
	*ret_why = m.why;
	if (r < 0) {
		buf_fini(&windows);
		return r;
	}
	*ret = (struct upload_done){m.f.id, m.f.size, windows};
	return 0;
}
