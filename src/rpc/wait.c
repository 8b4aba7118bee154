/* wait.c - work on a lane for a thread that waits for it. */
#include <semaphore.h>

#include "base/err.h"
#include "rpc/server.h"

struct waiting {
	int (*run)(struct rpc_call *c, void *arg);
	void *arg;
	int r;
	sem_t done;
};

static int on_lane(struct rpc_call *c, void *arg)
{
	struct waiting *w = arg;

	return w->run(c, w->arg);
}

static void lane_done(struct app *app, void *arg, int r)
{
	struct waiting *w = arg;

	w->r = r;
	sem_post(&w->done);
}

static int wait_for(struct waiting *w, int r)
{
	if (r == 0)
		while (sem_wait(&w->done) != 0)
			;
	sem_destroy(&w->done);
	return r < 0 ? r : w->r;
}

int rpc_write_wait(struct rpc_server *s, int (*run)(struct rpc_call *c, void *arg), void *arg)
{
	struct waiting w = {.run = run, .arg = arg};

	sem_init(&w.done, 0, 0);
	return wait_for(&w, rpc_write(s, on_lane, lane_done, &w));
}

int rpc_read_wait(struct rpc_server *s, int64_t owner, int (*run)(struct rpc_call *c, void *arg), void *arg)
{
	struct waiting w = {.run = run, .arg = arg};

	sem_init(&w.done, 0, 0);
	return wait_for(&w, rpc_read(s, owner, on_lane, lane_done, &w));
}
