/* checkpoint.c - see checkpoint.h. */
#include "sql/checkpoint.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

#include "base/err.h"
#include "base/mem.h"
#include "sql/sql.h"

#define EVERY_NSEC 200000000L
#define MIB        (1024 * 1024)
#define WORTH      (1 * MIB) /* a shorter log is left alone */
#define BIG        (64 * MIB)
#define TOO_BIG    (128 * MIB)
#define NEARLY     (2 * MIB) /* so much is left for the writer: some milliseconds */
#define ASK_AGAIN  (MIB / 4) /* growth until the thread is asked again, */
#define TRY_AGAIN  (4 * MIB) /* and until the writer tries again where a reader was in the way */

struct sql_checkpointer {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	bool stop, hurry;      /* guarded by lock; hurry: the writer wants to begin the log anew */
	_Atomic int64_t moved; /* bytes of the log that the database held after the last pass */
	int64_t not_before;    /* the writer's own: nothing is done below this size */
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
		if (!c->stop && !c->hurry)
			pthread_cond_timedwait(&c->wake, &c->lock, &until);
		stop = c->stop;
		c->hurry = false;
		pthread_mutex_unlock(&c->lock);
		if (sql_wal_bytes(c->db) > WORTH)
			atomic_store(&c->moved, sql_checkpoint(c->db));
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
	pthread_cond_init(&c->wake, &attr);
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
	pthread_cond_signal(&c->wake);
	pthread_mutex_unlock(&c->lock);
	pthread_join(c->thread, NULL);
	sql_close(c->db);
	pthread_mutex_destroy(&c->lock);
	pthread_cond_destroy(&c->wake);
	free(c);
}

static void hurry(struct sql_checkpointer *c)
{
	pthread_mutex_lock(&c->lock);
	c->hurry = true;
	pthread_cond_signal(&c->wake);
	pthread_mutex_unlock(&c->lock);
}

void sql_checkpointer_keep_small(struct sql_checkpointer *c, struct sql_db *writer)
{
	int64_t size = sql_wal_bytes(writer);

	if (size < BIG) {
		c->not_before = 0;
		return;
	}
	if (size < c->not_before)
		return;
	if (size < TOO_BIG && size - atomic_load(&c->moved) > NEARLY) {
		hurry(c);
		c->not_before = size + ASK_AGAIN;
	} else if (sql_wal_restart(writer) == 0) {
		atomic_store(&c->moved, 0);
	} else {
		c->not_before = size + TRY_AGAIN;
	}
}
