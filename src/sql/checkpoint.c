/* checkpoint.c - see checkpoint.h. */
#include "sql/checkpoint.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

#include "base/err.h"
#include "base/mem.h"
#include "sql/sql.h"

#define EVERY_NSEC 200000000L
#define WORTH      (1024 * 1024) /* a shorter log is left alone */

struct sql_checkpointer {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t stop_cond;
	bool stop; /* guarded by lock */
	struct sql_db *db;
};

static void *run(void *arg)
{
	struct sql_checkpointer *c = arg;
	struct timespec until;
	bool stop = false;

	while (!stop) {
		clock_gettime(CLOCK_MONOTONIC, &until);
		until.tv_nsec += EVERY_NSEC;
		until.tv_sec += until.tv_nsec / 1000000000L;
		until.tv_nsec %= 1000000000L;
		pthread_mutex_lock(&c->lock);
		if (!c->stop)
			pthread_cond_timedwait(&c->stop_cond, &c->lock, &until);
		stop = c->stop;
		pthread_mutex_unlock(&c->lock);
		if (sql_wal_bytes(c->db) > WORTH)
			sql_checkpoint(c->db);
	}
	return NULL;
}

int sql_checkpointer_start(const char *path, struct sql_checkpointer **ret)
{
	struct sql_checkpointer *c = xcalloc(1, sizeof(*c));
	pthread_condattr_t attr;
	int r;

	pthread_mutex_init(&c->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC); /* the wall clock may be set */
	pthread_cond_init(&c->stop_cond, &attr);
	pthread_condattr_destroy(&attr);
	r = sql_open(path, SQL_WRITER, &c->db);
	if (r == 0 && pthread_create(&c->thread, NULL, run, c) != 0)
		r = -ERR_FULL;
	if (r < 0) {
		sql_close(c->db);
		free(c);
		return r;
	}
	pthread_setname_np(c->thread, "checkpoint");
	*ret = c;
	return 0;
}

void sql_checkpointer_stop(struct sql_checkpointer *c)
{
	if (!c)
		return;
	pthread_mutex_lock(&c->lock);
	c->stop = true;
	pthread_cond_signal(&c->stop_cond);
	pthread_mutex_unlock(&c->lock);
	pthread_join(c->thread, NULL);
	sql_close(c->db);
	pthread_mutex_destroy(&c->lock);
	pthread_cond_destroy(&c->stop_cond);
	free(c);
}
