/*
 * store.c - the folder of contents: opened, named, given and dropped. DIR/blobs/format says in one line whether it is sealed.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/err.h"
#include "base/mem.h"
#include "blob/blob_private.h"
#include "blob/upload_private.h"
#include "crypto/hash.h"
#include "crypto/rng.h"

enum { KEY_MIN = 32, KEY_MAX = 65536 };

#define FORMAT "chapar contents 1 "

struct opening { /* for words */
	const struct blob_config *cfg;
	char *why;
	size_t n;
};

static int refuse(const struct opening *o, int r, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
static int refuse(const struct opening *o, int r, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(o->why, o->n, fmt, ap);
	va_end(ap);
	return r;
}

static void to_hex(const uint8_t *p, size_t n, char *out)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < n; i++) {
		*out++ = digits[p[i] >> 4];
		*out++ = digits[p[i] & 15];
	}
	*out = '\0';
}

void blob_name(const struct blob_store *s, const struct blob_id *id, char out[BLOB_NAME_SIZE])
{
	uint8_t sealed[32];

	if (s->seal)
		seal_name(s->seal, id->b, sealed);
	to_hex(s->seal ? sealed : id->b, 32, out + 3);
	out[0] = out[3];
	out[1] = out[4];
	out[2] = '/';
}

int blob_temp(struct blob_store *s, char ret_name[BLOB_TEMP_SIZE])
{
	uint8_t chance[12];
	int fd;

	rng_bytes(chance, sizeof(chance));
	to_hex(chance, sizeof(chance), ret_name);
	fd = openat(s->in_fd, ret_name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	return fd < 0 ? err_from_errno(errno) : fd;
}

int blob_pwrite(int fd, const void *p, size_t n, uint64_t off)
{
	const uint8_t *at = p;
	ssize_t k;

	for (; n; at += k, off += (uint64_t)k, n -= (size_t)k) {
		k = pwrite(fd, at, n, (off_t)off);
		if (k < 0 && errno == EINTR)
			k = 0;
		else if (k <= 0)
			return k < 0 ? err_from_errno(errno) : -ERR_NOSPACE;
	}
	return 0;
}

ssize_t blob_pread_some(int fd, void *p, size_t n, uint64_t off)
{
	uint8_t *at = p;
	ssize_t k;

	for (; n; at += k, off += (uint64_t)k, n -= (size_t)k) {
		k = pread(fd, at, n, (off_t)off);
		if (k < 0 && errno == EINTR)
			k = 0;
		else if (k < 0)
			return err_from_errno(errno);
		else if (k == 0)
			break;
	}
	return at - (uint8_t *)p;
}

int blob_pread(int fd, void *p, size_t n, uint64_t off)
{
	ssize_t k = blob_pread_some(fd, p, n, off);

	return k < 0 ? (int)k : (size_t)k == n ? 0 : -ERR_IO;
}

/* The folder of a name, synced; made with `make`. */
static int sync_folder(struct blob_store *s, const char *name, bool make)
{
	char folder[3] = {name[0], name[1], 0};
	int fd, r = 0;

	if (make && mkdirat(s->fd, folder, 0700) == 0 && fsync(s->fd) != 0)
		return err_from_errno(errno);
	fd = openat(s->fd, folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return err_from_errno(errno);
	if (!make && fsync(fd) != 0)
		r = err_from_errno(errno);
	close(fd);
	return r;
}

int blob_adopt(struct blob_store *s, int from_dir, const char *from, const struct blob_id *id,
               uint64_t disk_size, bool keep)
{
	struct blob_shard *h = blob_shard_of(s, id);
	char name[BLOB_NAME_SIZE];
	struct stat st;
	int r;

	blob_name(s, id, name);
	if ((r = sync_folder(s, name, true)) < 0)
		return r;
	pthread_mutex_lock(&h->lock);
	/* One of another size was damaged by somebody: the new one is whole. */
	if (fstatat(s->fd, name, &st, 0) == 0 && (uint64_t)st.st_size == disk_size)
		r = unlinkat(from_dir, from, 0);
	else if ((r = renameat(from_dir, from, s->fd, name)) == 0)
		blob_file_forget(h, id);
	r = r != 0 ? err_from_errno(errno) : 0;
	if (r == 0)
		blob_hold(h, id, keep);
	pthread_mutex_unlock(&h->lock);
	return r < 0 ? r : sync_folder(s, name, false);
}

int blob_drop(struct blob_store *s, const struct blob_id *id, usec_t asked)
{
	struct blob_shard *h = blob_shard_of(s, id);
	char name[BLOB_NAME_SIZE];
	usec_t now;
	int r = 0;

	blob_name(s, id, name);
	pthread_mutex_lock(&h->lock);
	now = clock_usec();
	if (now - asked >= (usec_t)BLOB_HOLD_S * 1000000 || blob_hold_has(h, id, now))
		r = -ERR_BUSY;
	else if (unlinkat(s->fd, name, 0) != 0)
		r = err_from_errno(errno);
	else
		blob_file_forget(h, id);
	pthread_mutex_unlock(&h->lock);
	return r < 0 ? r : sync_folder(s, name, false);
}

int blob_set_aside(struct blob_store *s, const struct blob_id *id)
{
	struct blob_shard *h = blob_shard_of(s, id);
	char name[BLOB_NAME_SIZE], to[sizeof("damaged/") + BLOB_NAME_SIZE];
	int r = 0;

	blob_name(s, id, name);
	snprintf(to, sizeof(to), "damaged/%s", name + 3);
	if (mkdirat(s->fd, "damaged", 0700) != 0 && errno != EEXIST)
		return err_from_errno(errno);
	pthread_mutex_lock(&h->lock);
	if (renameat(s->fd, name, s->fd, to) != 0)
		r = err_from_errno(errno);
	else
		blob_file_forget(h, id);
	pthread_mutex_unlock(&h->lock);
	if (r == 0 && fsync(s->fd) != 0)
		r = err_from_errno(errno);
	return r < 0 ? r : sync_folder(s, name, false);
}

int blob_disk_free(struct blob_store *s, uint64_t *ret_bytes)
{
	struct statvfs v;

	if (fstatvfs(s->fd, &v) != 0)
		return err_from_errno(errno);
	*ret_bytes = (uint64_t)v.f_bavail * v.f_frsize;
	return 0;
}

/* --- opening */

static int folder(const struct opening *o, int at, const char *path, int *ret_fd)
{
	int fd;

	if (mkdirat(at, path, 0700) != 0 && errno != EEXIST)
		return refuse(o, err_from_errno(errno), "%s: %s", path, strerror(errno));
	fd = openat(at, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return refuse(o, err_from_errno(errno), "%s: %s", path, strerror(errno));
	*ret_fd = fd;
	return 0;
}

static bool is_inside(const char *file, const char *dir)
{
	char a[PATH_MAX], b[PATH_MAX];
	size_t n;

	if (!realpath(file, a) || !realpath(dir, b))
		return false;
	n = strlen(b);
	return strncmp(a, b, n) == 0 && (a[n] == '/' || b[n - 1] == '/');
}

static int read_key(const struct opening *o, struct seal **ret)
{
	const char *file = o->cfg->key_file;
	uint8_t *p;
	ssize_t n;
	struct stat st;
	int fd, r = 0;

	if (is_inside(file, o->cfg->dir))
		return refuse(
			o, -ERR_INVALID,
			"%s lies in the data folder: who gets that folder would have the key, too; move it",
			file);
	fd = open(file, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return refuse(o, -ERR_INVALID, "%s: %s", file, strerror(errno));
	p = xmalloc(KEY_MAX + 1);
	n = blob_pread_some(fd, p, KEY_MAX + 1, 0);
	if (n < 0 || fstat(fd, &st) != 0)
		r = refuse(o, -ERR_IO, "%s cannot be read", file);
	else if (n < KEY_MIN || n > KEY_MAX)
		r = refuse(o, -ERR_INVALID,
		           "%s must have %d to %d bytes of chance; head -c 32 /dev/urandom makes them", file,
		           KEY_MIN, KEY_MAX);
	else if (st.st_mode & 077)
		r = refuse(o, -ERR_INVALID, "%s can be read by others; chmod 600 it", file);
	else
		*ret = seal_new(slice_of(p, (size_t)n));
	wipe(p, KEY_MAX + 1);
	free(p);
	close(fd);
	return r;
}

/* No folder of contents in it. */
static bool is_empty(int at)
{
	int fd = openat(at, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd >= 0 ? fdopendir(fd) : NULL;
	struct dirent *e;
	bool empty = true;

	while (d && (e = readdir(d)) != NULL)
		if (strlen(e->d_name) == 2 && e->d_name[0] != '.' && strcmp(e->d_name, "in") != 0)
			empty = false;
	if (d)
		closedir(d);
	return empty;
}

static int write_format(struct blob_store *s, const char *line)
{
	int fd = openat(s->fd, "format.new", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600), r;

	if (fd < 0)
		return err_from_errno(errno);
	r = blob_pwrite(fd, line, strlen(line), 0);
	if (r == 0 && fsync(fd) != 0)
		r = err_from_errno(errno);
	close(fd);
	if (r == 0 && (renameat(s->fd, "format.new", s->fd, "format") != 0 || fsync(s->fd) != 0))
		r = err_from_errno(errno);
	return r;
}

/* Is this the folder that we were told to expect? A new one becomes so. */
static int agree(const struct opening *o, struct blob_store *s)
{
	char have[128] = "", want[128] = FORMAT "open\n";
	uint8_t check[16];
	int fd, r;

	if (s->seal) {
		seal_check(s->seal, check);
		memcpy(want, FORMAT "sealed ", strlen(FORMAT "sealed "));
		to_hex(check, sizeof(check), want + strlen(FORMAT "sealed "));
		strcat(want, "\n");
	}
	fd = openat(s->fd, "format", O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		ssize_t n = blob_pread_some(fd, have, sizeof(have) - 1, 0);

		close(fd);
		have[n > 0 ? n : 0] = '\0';
	}
	if (strcmp(have, want) == 0)
		return 0;
	if (is_empty(s->fd) && uploads_empty(s->uploads)) {
		r = write_format(s, want);
		return r < 0 ? refuse(o, r, "%s/format: %s", s->dir, err_name(r)) : 0;
	}
	if (strncmp(have, FORMAT "sealed ", strlen(FORMAT "sealed ")) == 0)
		return s->seal ? refuse(o, -ERR_INVALID, "%s was sealed with another key than %s", s->dir,
		                        o->cfg->key_file)
		               : refuse(o, -ERR_NOTFOUND,
		                        "%s is sealed; name its key file ([media] blob_key_file)", s->dir);
	if (strcmp(have, FORMAT "open\n") == 0)
		return refuse(
			o, -ERR_INVALID,
			"%s holds files that are not sealed; take blob_key_file out, or begin with an empty "
			"folder",
			s->dir);
	return refuse(o, -ERR_INVALID, "%s/format is damaged; it says in one line: %s", s->dir, want);
}

/* What was on its way in when the last process ended. */
static void clear_in(struct blob_store *s)
{
	int fd = openat(s->in_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd >= 0 ? fdopendir(fd) : NULL;
	struct dirent *e;

	while (d && (e = readdir(d)) != NULL)
		if (e->d_name[0] != '.')
			unlinkat(s->in_fd, e->d_name, 0);
	if (d)
		closedir(d);
}

static int open_all(const struct opening *o, struct blob_store *s)
{
	int at = open(o->cfg->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC), up = -1, r;

	if (at < 0)
		return refuse(o, err_from_errno(errno), "%s: %s", o->cfg->dir, strerror(errno));
	if ((r = folder(o, at, "blobs", &s->fd)) == 0 && (r = folder(o, s->fd, "in", &s->in_fd)) == 0)
		r = folder(o, s->fd, "uploads", &up);
	if (r == 0 && (fsync(s->fd) != 0 || fsync(at) != 0))
		r = refuse(o, -ERR_IO, "%s: %s", o->cfg->dir, strerror(errno));
	close(at);
	if (r < 0)
		return r;
	s->uploads = uploads_new(up);
	if (o->cfg->key_file && o->cfg->key_file[0] && (r = read_key(o, &s->seal)) < 0)
		return r;
	if ((r = agree(o, s)) < 0)
		return r;
	clear_in(s);
	return uploads_load(s);
}

int blob_open(const struct blob_config *cfg, char *why, size_t n, struct blob_store **ret)
{
	struct opening o = {cfg, why, n};
	struct blob_store *s = xcalloc(1, sizeof(*s));
	int r;

	s->dir = xmalloc(strlen(cfg->dir) + sizeof("/blobs"));
	sprintf(s->dir, "%s/blobs", cfg->dir);
	s->max_size = cfg->max_size;
	s->fd = s->in_fd = -1;
	for (int i = 0; i < BLOB_SHARDS; i++)
		pthread_mutex_init(&s->shards[i].lock, NULL);
	why[0] = '\0';
	r = open_all(&o, s);
	if (r < 0) {
		if (!why[0])
			refuse(&o, r, "%s: %s", s->dir, err_name(r));
		blob_close(s);
		return r;
	}
	*ret = s;
	return 0;
}

void blob_close(struct blob_store *s)
{
	if (!s)
		return;
	uploads_free(s->uploads);
	for (int i = 0; i < BLOB_SHARDS; i++) {
		blob_files_free(&s->shards[i]);
		blob_holds_free(&s->shards[i]);
		pthread_mutex_destroy(&s->shards[i].lock);
	}
	if (s->in_fd >= 0)
		close(s->in_fd);
	if (s->fd >= 0)
		close(s->fd);
	seal_free(s->seal);
	free(s->dir);
	free(s);
}

uint64_t blob_max_size(const struct blob_store *s)
{
	return s->max_size;
}

bool blob_is_sealed(const struct blob_store *s)
{
	return s->seal != NULL;
}
