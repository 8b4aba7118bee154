/* pool.c - turns, one after another, in each of which the worker (process.h) has one task done. */
#include "worker/pool_private.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
#include <utlist.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/mem.h"
#include "worker/process.h"

enum {
	WORKERS_MAX = 256,
	QUEUE_MAX = 1024,    /* that wait for a turn */
	WAIT_SECONDS = 60,   /* for a turn */
	GRACE_SECONDS = 5,   /* after the task's wall time: the worker ends it by itself */
	PIPE_SIZE = 1 << 20, /* of an answer: a picture goes through in a few steps */
};

struct turn { /* somebody who waits; on his stack */
	struct turn *prev, *next;
	pthread_cond_t come;
	bool mine;
};

struct worker_pool {
	unsigned n, memory_mib;
	_Atomic uint64_t tasks, failed, deaths;
	pthread_mutex_t lock; /* guards what follows */
	pthread_cond_t quiet; /* busy fell to 0 */
	pthread_condattr_t mono;
	struct turn *queue;
	unsigned queued, busy;
	bool closing;
	struct worker_process process;
};

unsigned worker_pool_memory(const struct worker_pool *p)
{
	return p->memory_mib;
}

int worker_pool_judged(struct worker_pool *p, int r)
{
	if (r < 0)
		atomic_fetch_add_explicit(&p->failed, 1, memory_order_relaxed);
	return r;
}

static struct timespec in_seconds(int s)
{
	struct timespec at;

	clock_gettime(CLOCK_MONOTONIC, &at);
	at.tv_sec += s;
	return at;
}

/* First come, first served: whoever gives a turn back hands it to the one who waits longest. */
static int take_turn(struct worker_pool *p)
{
	struct turn t = {0};
	struct timespec until = in_seconds(WAIT_SECONDS);
	int r = 0;

	WITH_LOCK(&p->lock);
	if (p->closing)
		return -ERR_CLOSED;
	if (p->busy < p->n && !p->queue) {
		p->busy++;
		return 0;
	}
	if (p->queued == QUEUE_MAX)
		return -ERR_FULL;
	pthread_cond_init(&t.come, &p->mono);
	DL_APPEND(p->queue, &t);
	p->queued++;
	while (!t.mine && !p->closing && r == 0)
		r = pthread_cond_timedwait(&t.come, &p->lock, &until);
	if (!t.mine) {
		DL_DELETE(p->queue, &t);
		p->queued--;
		if (!p->queue)
			pthread_cond_broadcast(&p->quiet);
	}
	pthread_cond_destroy(&t.come);
	return t.mine ? 0 : p->closing ? -ERR_CLOSED : -ERR_FULL;
}

static void give_turn(struct worker_pool *p)
{
	struct turn *t;

	WITH_LOCK(&p->lock);
	t = p->queue;
	if (t && !p->closing) { /* busy stays: the turn changes hands */
		DL_DELETE(p->queue, t);
		p->queued--;
		t->mine = true;
		pthread_cond_signal(&t->come);
		return;
	}
	if (--p->busy == 0)
		pthread_cond_broadcast(&p->quiet);
}

/* The request to a running worker; which one it was is in *ret_generation. A worker found dead is replaced once. */
static int submit(struct worker_pool *p, const struct worker_request *q, const int *fds,
                  unsigned *ret_generation)
{
	struct buf b = {0};
	int r = 0;

	worker_request_put(&b, q);
	pthread_mutex_lock(&p->lock);
	for (int try = 0; try < 2; try++) {
		r = p->closing ? -ERR_CLOSED : p->process.pid ? 0 : worker_process_start(&p->process);
		if (r < 0)
			break;
		r = worker_process_send(&p->process, &b, fds, worker_request_fds(q->task));
		if (r == 0)
			break;
		worker_process_end(&p->process);
	}
	*ret_generation = p->process.generation;
	pthread_mutex_unlock(&p->lock);
	buf_fini(&b);
	return r;
}

/* `n` bytes before `deadline`. -ERR_CLOSED: the pipe ended; -ERR_TIMEOUT. */
static int read_all(int fd, void *to, size_t n, usec_t deadline)
{
	struct pollfd f = {.fd = fd, .events = POLLIN};
	uint8_t *at = to;
	usec_t left;
	ssize_t k;

	while (n) {
		left = deadline - clock_usec();
		if (left <= 0)
			return -ERR_TIMEOUT;
		if (poll(&f, 1, (int)(left / 1000 + 1)) <= 0)
			continue;
		k = read(fd, at, n);
		if (k == 0)
			return -ERR_CLOSED;
		if (k < 0 && errno != EINTR)
			return err_from_errno(errno);
		if (k > 0) {
			at += k;
			n -= (size_t)k;
		}
	}
	return 0;
}

static int read_answer(int fd, usec_t deadline, struct arena *a, struct slice *ret_body)
{
	uint8_t head[WORKER_ANSWER_HEAD], *body;
	uint32_t n;
	int r;

	if ((r = read_all(fd, head, sizeof(head), deadline)) < 0 || (r = worker_answer_head(head, &n)) < 0)
		return r;
	body = arena_alloc(a, n);
	r = read_all(fd, body, n, deadline);
	if (r == 0)
		*ret_body = slice_of(body, n);
	return r;
}

/* Did the first process end, rather than the task's? Then the task is innocent. */
static bool worker_is_gone(struct worker_pool *p, unsigned generation)
{
	WITH_LOCK(&p->lock);
	if (p->process.generation != generation || !p->process.pid)
		return true;
	if (!worker_process_has_ended(&p->process))
		return false;
	worker_process_end(&p->process);
	return true;
}

static int attempt(struct worker_pool *p, const struct worker_request *q, const int *fds, struct arena *a,
                   struct slice *ret_body, bool *ret_again)
{
	int all[WORKER_REQUEST_FDS], answer[2], r;
	unsigned generation;

	*ret_again = false;
	if (pipe2(answer, O_CLOEXEC) < 0)
		return err_from_errno(errno);
	fcntl(answer[0], F_SETPIPE_SZ,
	      PIPE_SIZE); /* refused where an unprivileged user has many: slower, no more */
	all[0] = fds[0];
	all[1] = answer[1];
	if (worker_request_fds(q->task) == 3)
		all[2] = fds[1];
	r = submit(p, q, all, &generation);
	close(answer[1]);
	if (r == 0) {
		r = read_answer(answer[0], clock_usec() + (usec_t)(q->wall_seconds + GRACE_SECONDS) * 1000000,
		                a, ret_body);
		if (r == -ERR_TIMEOUT) { /* nobody there ended it: all of them go */
			WITH_LOCK(&p->lock);
			if (p->process.generation == generation)
				worker_process_end(&p->process);
		} else if (r == -ERR_CLOSED) {
			*ret_again = worker_is_gone(p, generation);
		}
		if (r < 0 && !*ret_again) {
			atomic_fetch_add_explicit(&p->deaths, 1, memory_order_relaxed);
			r = -ERR_INVALID;
		}
	}
	close(answer[0]);
	return r;
}

int worker_pool_run(struct worker_pool *p, const struct worker_request *q, const int *fds, struct arena *a,
                    struct slice *ret_body)
{
	bool again, closing;
	int r = take_turn(p);

	if (r < 0)
		return r;
	atomic_fetch_add_explicit(&p->tasks, 1, memory_order_relaxed);
	r = attempt(p, q, fds, a, ret_body, &again);
	if (again)
		r = attempt(p, q, fds, a, ret_body, &again);
	pthread_mutex_lock(&p->lock);
	closing = p->closing;
	pthread_mutex_unlock(&p->lock);
	give_turn(p);
	if (r < 0 && closing)
		return -ERR_CLOSED;
	return again ? -ERR_FULL : r;
}

int worker_pool_new(const struct worker_config *cfg, struct worker_pool **ret)
{
	struct worker_pool *p = xcalloc(1, sizeof(*p));
	long cores = sysconf(_SC_NPROCESSORS_ONLN);

	if (cfg->n > WORKERS_MAX || (cfg->memory_mib && (cfg->memory_mib < WORKER_MEMORY_MIN ||
	                                                 cfg->memory_mib > WORKER_MEMORY_MAX))) {
		free(p);
		return -ERR_INVALID;
	}
	if (worker_process_init(&p->process, cfg->program) < 0) {
		free(p);
		return -ERR_NOTFOUND;
	}
	p->n = cfg->n ? cfg->n : cores > 0 ? (unsigned)cores : 1;
	p->memory_mib = cfg->memory_mib ? cfg->memory_mib : 1024;
	pthread_mutex_init(&p->lock, NULL);
	pthread_condattr_init(&p->mono);
	pthread_condattr_setclock(&p->mono, CLOCK_MONOTONIC);
	pthread_cond_init(&p->quiet, &p->mono);
	*ret = p;
	return 0;
}

void worker_pool_close(struct worker_pool *p)
{
	struct turn *t;

	if (!p)
		return;
	WITH_LOCK(&p->lock);
	p->closing = true;
	worker_process_end(&p->process);
	DL_FOREACH (p->queue, t)
		pthread_cond_signal(&t->come);
}

void worker_pool_free(struct worker_pool *p)
{
	if (!p)
		return;
	worker_pool_close(p);
	pthread_mutex_lock(&p->lock);
	while (p->busy || p->queue)
		pthread_cond_wait(&p->quiet, &p->lock);
	pthread_mutex_unlock(&p->lock);
	pthread_cond_destroy(&p->quiet);
	pthread_condattr_destroy(&p->mono);
	pthread_mutex_destroy(&p->lock);
	free(p);
}

void worker_stats(struct worker_pool *p, struct worker_stats *ret)
{
	ret->tasks = atomic_load_explicit(&p->tasks, memory_order_relaxed);
	ret->failed = atomic_load_explicit(&p->failed, memory_order_relaxed);
	ret->deaths = atomic_load_explicit(&p->deaths, memory_order_relaxed);
}
