/* datadir.c - see datadir.h. */
#include "roles/datadir.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"

static int make_folder(const char *path)
{
	struct stat st;

	if (mkdir(path, 0700) == 0 || (errno == EEXIST && stat(path, &st) == 0 && S_ISDIR(st.st_mode)))
		return 0;
	fprintf(stderr, "chapar: cannot make the data folder %s: %s; choose another with --data\n", path,
	        strerror(errno));
	return -ERR_IO;
}

static int take_lock(struct datadir *d)
{
	char file[560], pid[32];
	ssize_t n;

	snprintf(file, sizeof(file), "%s/lock", d->path);
	d->lock_fd = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (d->lock_fd < 0) {
		fprintf(stderr, "chapar: %s: %s\n", file, strerror(errno));
		return -ERR_IO;
	}
	if (flock(d->lock_fd, LOCK_EX | LOCK_NB) != 0) {
		n = read(d->lock_fd, pid, sizeof(pid) - 1);
		pid[n > 0 ? n : 0] = '\0';
		fprintf(stderr,
		        "chapar: another server (process %s) uses %s; stop it, or choose another "
		        "folder with --data\n",
		        pid, d->path);
		close(d->lock_fd);
		d->lock_fd = -1;
		return -ERR_BUSY;
	}
	n = snprintf(pid, sizeof(pid), "%d", (int)getpid());
	if (ftruncate(d->lock_fd, 0) != 0 || write(d->lock_fd, pid, (size_t)n) != n)
		return -ERR_IO;
	return 0;
}

static int write_public(const struct datadir *d)
{
	struct buf b = {0};
	FILE *f = fopen(d->pub, "w");
	int ok;

	if (!f)
		return err_from_errno(errno);
	rsa_public_pem(d->rsa, &b);
	ok = fwrite(b.p, 1, b.n, f) == b.n;
	buf_fini(&b);
	return fclose(f) == 0 && ok ? 0 : -ERR_IO;
}

static int open_key(struct datadir *d)
{
	char file[560];
	int r;

	snprintf(file, sizeof(file), "%s/server.key.pem", d->path);
	r = rsa_key_load(file, &d->rsa);
	if (r == -ERR_NOTFOUND) {
		d->rsa = rsa_key_generate();
		r = rsa_key_save(d->rsa, file);
	}
	if (r == 0)
		r = write_public(d);
	if (r < 0)
		fprintf(stderr, "chapar: %s: %s; it must hold a 2048-bit RSA key in PEM\n", file,
		        err_name(r));
	return r;
}

int datadir_open(struct datadir *d, const char *path)
{
	int r;

	memset(d, 0, sizeof(*d));
	d->lock_fd = -1;
	if (strlen(path) >= sizeof(d->path)) {
		fprintf(stderr, "chapar: the path of the data folder is too long\n");
		return -ERR_TOO_BIG;
	}
	snprintf(d->path, sizeof(d->path), "%s", path);
	snprintf(d->db, sizeof(d->db), "%s/chapar.db", path);
	snprintf(d->pub, sizeof(d->pub), "%s/server.pub.pem", path);
	snprintf(d->socket, sizeof(d->socket), "%s/admin.sock", path);
	if ((r = make_folder(path)) < 0 || (r = take_lock(d)) < 0 || (r = open_key(d)) < 0) {
		datadir_close(d);
		return r;
	}
	return 0;
}

void datadir_close(struct datadir *d)
{
	rsa_key_free(d->rsa);
	d->rsa = NULL;
	if (d->lock_fd >= 0)
		close(d->lock_fd);
	d->lock_fd = -1;
}

enum { DAY = 86400 };

static int64_t changed_usec(const struct datadir *d, const char *name)
{
	char file[600];
	struct stat st;

	snprintf(file, sizeof(file), "%s/%s", d->path, name);
	return stat(file, &st) == 0 ? (int64_t)st.st_mtim.tv_sec * 1000000 + st.st_mtim.tv_nsec / 1000 : 0;
}

void datadir_wind_clock(const struct datadir *d)
{
	static const char *const names[] = {"chapar.db", "chapar.db-wal", "clock"};
	int64_t last = 0, t, now = clock_unix_usec();

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if ((t = changed_usec(d, names[i])) > last)
			last = t;
	if (last <= now)
		return;
	if (last < now + (int64_t)DAY * 1000000)
		clock_not_before(last);
	log_event(LOG_WARNING, "clock-behind", "seconds=%lld mend=\"check the system's clock\"",
	          (long long)((last - now) / 1000000));
}

void datadir_keep_clock(const struct datadir *d)
{
	int64_t now = clock_unix_usec();
	struct timespec at[2] = {{.tv_nsec = UTIME_OMIT},
	                         {.tv_sec = now / 1000000, .tv_nsec = now % 1000000 * 1000}};
	char file[600];
	int fd;

	if (clock_behind() == 0)
		return;
	snprintf(file, sizeof(file), "%s/clock", d->path);
	fd = open(file, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return;
	futimens(fd, at);
	close(fd);
}
