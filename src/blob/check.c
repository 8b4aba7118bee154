/* check.c - for the operator: what there is, and whether it is what its name says. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "blob/blob_private.h"
#include "crypto/hash.h"

static int digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool from_hex(const char *text, uint8_t out[32])
{
	if (strlen(text) != 64)
		return false;
	for (int i = 0; i < 32; i++) {
		int hi = digit(text[2 * i]), lo = digit(text[2 * i + 1]);

		if (hi < 0 || lo < 0)
			return false;
		out[i] = (uint8_t)(hi << 4 | lo);
	}
	return true;
}

/* Which content is this file? false: none of ours. */
static bool id_of(struct blob_store *s, int at, const char *name, struct blob_id *ret)
{
	uint8_t head[SEAL_HEAD], key[32];
	uint64_t size;
	int fd, r;

	if (!from_hex(name, ret->b))
		return false;
	if (!s->seal)
		return true;
	fd = openat(at, name, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	r = blob_pread(fd, head, sizeof(head), 0);
	if (r == 0)
		r = seal_head_open(s->seal, head, ret->b, &size, key);
	close(fd);
	wipe(key, sizeof(key));
	return r == 0;
}

static int each_in(struct blob_store *s, DIR *d,
                   int (*f)(void *arg, const struct blob_id *id, uint64_t disk_bytes), void *arg)
{
	struct dirent *e;
	struct blob_id id;
	struct stat st;
	int r = 0;

	while (r >= 0 && (e = readdir(d)) != NULL)
		if (id_of(s, dirfd(d), e->d_name, &id) && fstatat(dirfd(d), e->d_name, &st, 0) == 0)
			r = f(arg, &id, (uint64_t)st.st_blocks * 512);
	return r;
}

int blob_each_of(struct blob_store *s, int folder,
                 int (*f)(void *arg, const struct blob_id *id, uint64_t disk_bytes), void *arg)
{
	static const char digits[] = "0123456789abcdef";
	char name[3] = {digits[folder >> 4 & 15], digits[folder & 15], 0};
	int fd = openat(s->fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC), r;
	DIR *d;

	if (fd < 0)
		return errno == ENOENT ? 0 : err_from_errno(errno);
	d = fdopendir(fd);
	if (!d) {
		r = err_from_errno(errno);
		close(fd);
		return r;
	}
	r = each_in(s, d, f, arg);
	closedir(d);
	return r < 0 ? r : 0;
}

int blob_each(struct blob_store *s, int (*f)(void *arg, const struct blob_id *id, uint64_t disk_bytes),
              void *arg)
{
	int r = 0;

	for (int i = 0; r >= 0 && i < BLOB_FOLDERS; i++)
		r = blob_each_of(s, i, f, arg);
	return r;
}

int blob_verify(struct blob_store *s, const struct blob_id *id)
{
	struct hash_stream h;
	struct blob_file *f;
	struct buf b = {0};
	uint8_t sum[32];
	int r = blob_file_get(s, id, &f);

	if (r < 0)
		return r;
	sha256_init(&h);
	for (uint64_t at = 0; r == 0 && at < f->size; at += b.n) {
		b.n = 0;
		r = blob_file_read(s, f, at, BLOB_WINDOW, &b);
		if (r == 0)
			sha256_update(&h, b.p, b.n);
	}
	blob_file_put(s, f);
	buf_fini(&b);
	sha256_final(&h, sum);
	return r < 0 ? r : memcmp(sum, id->b, sizeof(sum)) == 0 ? 0 : -ERR_CORRUPT;
}
