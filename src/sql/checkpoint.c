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
#define MIB        (1024 * 1024)
#define WORTH      (1 * MIB)  /* a shorter log is left alone */
#define HURRY      (48 * MIB) /* from here on the thread makes one pass after the other, */
#define BIG        (64 * MIB) /* and the writer may begin the log anew: */
#define TOO_BIG    (128 * MIB)
#define LEFT_LEAST (MIB / 4)  /* where so much is left, which costs a few milliseconds, */
#define LEFT_MOST  (16 * MIB) /* or more, the longer it had to wait; at TOO_BIG whatever is left */
#define TRY_AGAIN  (4 * MIB)  /* growth until the writer tries again where a reader was in the way */

struct sql_checkpointer {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	bool stop, hurry; /* guarded by lock; hurry: another pass at once */
	pthread_mutex_t
		passing; /* held during a pass, or by the writer that begins the log anew; then lock */
	int64_t moved;   /* bytes of the log that the database held after the last pass; guarded by passing */
	int64_t not_before; /* the writer's own: nothing is done below this size */
	struct sql_db *db;
};

/* gently: commits go on beside it as if there were no pass; it takes longer. */
static void pass(struct sql_checkpointer *c, bool gently)
{
	pthread_mutex_lock(&c->passing);
	if (sql_wal_bytes(c->db) > WORTH)
		c->moved = sql_checkpoint(c->db, gently);
	pthread_mutex_unlock(&c->passing);
}

static void *run(void *arg)
{
	struct sql_checkpointer *c = arg;
	struct timespec until;
	bool stop = false, hurry;

	while (!stop) {
		clock_gettime(CLOCK_MONOTONIC, &until);
		until.tv_nsec += EVERY_NSEC;
		until.tv_sec += until.tv_nsec / 1000000000L;
		until.tv_nsec %= 1000000000L;
		pthread_mutex_lock(&c->lock);
		if (!c->stop && !c->hurry)
			pthread_cond_timedwait(&c->wake, &c->lock, &until);
		stop = c->stop;
		hurry = c->hurry;
		c->hurry = false;
		pthread_mutex_unlock(&c->lock);
		pass(c, !hurry);
	}
	return NULL;
}

int sql_checkpointer_start(const char *path, struct sql_checkpointer **ret)
{
	struct sql_checkpointer *c = xcalloc(1, sizeof(*c));
	pthread_condattr_t attr;
	int r;

	pthread_mutex_init(&c->lock, NULL);
	pthread_mutex_init(&c->passing, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC); /* the wall clock may be set */
	pthread_cond_init(&c->wake, &attr);
	pthread_condattr_destroy(&attr);
	r = sql_open(path, SQL_MOVER, &c->db);
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
	pthread_mutex_destroy(&c->passing);
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

/* How much of a log of this size the writer moves itself. */
static int64_t left_for_writer(int64_t size)
{
	return LEFT_LEAST + (int64_t)(LEFT_MOST - LEFT_LEAST) * (size - BIG) / (TOO_BIG - BIG);
}

/* No pass is under way, and none begins until this is over. */
static void begin_anew(struct sql_checkpointer *c, struct sql_db *writer, int64_t size)
{
	if (size < TOO_BIG && size - c->moved > left_for_writer(size)) {
		hurry(c);
	} else if (sql_wal_restart(writer) == 0) {
		c->moved = 0;
	} else {
		c->not_before = size + TRY_AGAIN;
	}
}

void sql_checkpointer_keep_small(struct sql_checkpointer *c, struct sql_db *writer)
{
	int64_t size = sql_wal_bytes(writer);

	if (size < HURRY) {
		c->not_before = 0;
	} else if (size < BIG) {
		hurry(c);
	} else if (size >= c->not_before) {
		if (size >= TOO_BIG)
			pthread_mutex_lock(&c->passing);
		else if (pthread_mutex_trylock(&c->passing) != 0)
			return; /* when it is over, less is left */
		begin_anew(c, writer, size);
		pthread_mutex_unlock(&c->passing);
	}
}
