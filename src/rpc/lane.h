/*
 * lane.h - bounded queues with threads behind them. A lane may block on disk; it knows no socket.
 * Threads: lane_push from any thread; the worker function on the lane's own threads.
 */
#ifndef RPC_LANE_H
#define RPC_LANE_H

#include <stdbool.h>
#include <stddef.h>

struct lane;

struct lane_item { /* first member of whatever is queued */
	struct lane_item *next;
};

/*
 * One queue and its threads, one unless it is said otherwise. `work` gets what waits, the urgent first, then the oldest, at most
 * `batch` items, as a list it owns. `name` (<= 15 characters) is the threads'. `state` is a thread's own: made by `begin`, undone
 * by `end`, both on the thread; begin may be NULL, then it is the arg.
 */
struct lane_ops {
	void *(*begin)(void *arg);
	void (*work)(void *state, struct lane_item *list);
	void (*end)(void *state);
};

struct lane *lane_new(const char *name, const struct lane_ops *ops, void *arg, size_t max, size_t batch);
/* The same with `n` threads over the queue, which then run beside each other; args[i] is the i-th's. */
struct lane *lane_new_wide(const char *name, const struct lane_ops *ops, void *const *args, unsigned n,
                           size_t max, size_t batch);
/* Finishes what is queued, stops and joins the threads. Others may still push: they hear -ERR_CLOSED. */
void lane_stop(struct lane *l);
/* Stops it, unless that is done, and frees. Nobody pushes any more. NULL is allowed. */
void lane_free(struct lane *l);
/*
 * -ERR_FULL at `max` items; `always` ignores the limit and goes before all that was pushed without it: for what must not be lost
 * (answers and pushes after a commit), and must be said before somebody is shown the new state in an answer (TDLib takes a
 * message that it finds in a chat's row before it is told of it for an error). -ERR_CLOSED once lane_stop was called. On an
 * error the item is still the caller's.
 */
int lane_push(struct lane *l, struct lane_item *item, bool always);
/* The same, not `always`, and nobody is woken for it: lane_wake follows soon, behind the last of several. */
int lane_push_quietly(struct lane *l, struct lane_item *item);
void lane_wake(struct lane *l);
/* Items waiting now. */
size_t lane_depth(const struct lane *l);

#endif
