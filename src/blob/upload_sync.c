/* upload_sync.c - one sync for all who wait: the first of them does it, for whatever was written until then. */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/err.h"
#include "blob/upload_private.h"

/*
 * Bytes, then the records that speak of them, then (once) the names. The records are on their way before the bytes are waited for: the
 * journal's one commit then has both files, and little is left to wait for.
 */
static int sync_all(int data_fd, int log_fd, int dir)
{
	if (data_fd >= 0) /* of no matter if it fails: fdatasync says what is wrong */
		sync_file_range(log_fd, 0, 0, SYNC_FILE_RANGE_WRITE);
	if ((data_fd >= 0 && fdatasync(data_fd) != 0) || fdatasync(log_fd) != 0 ||
	    (dir >= 0 && fsync(dir) != 0))
		return err_from_errno(errno);
	return 0;
}

int upload_sync(struct blob_store *s, struct upload *u, uint64_t mine)
{
	int data_fd, log_fd, r;
	uint64_t to;
	bool names;

	for (;;) {
		if (u->failed >= mine)
			return u->failed_r;
		if (u->synced >= mine)
			return 0;
		if (!u->syncing)
			break;
		pthread_cond_wait(&u->changed, &u->lock);
	}
	u->syncing = true;
	to = u->written;
	data_fd = u->data_fd;
	log_fd = u->log.fd;
	names = u->new_names;
	u->new_names = false;
	pthread_mutex_unlock(&u->lock);
	r = sync_all(data_fd, log_fd, names ? s->uploads->dir : -1);
	pthread_mutex_lock(&u->lock);
	u->syncing = false;
	if (r == 0) {
		u->synced = to;
	} else {
		u->new_names |= names;
		/* The system may have forgotten what it could not write: nothing is taken for good until it is read. */
		u->failed = to;
		u->failed_r = r;
		for (uint32_t i = 0; i < u->n_parts; i++)
			u->parts[i].untested = true;
	}
	pthread_cond_broadcast(&u->changed);
	return r;
}
