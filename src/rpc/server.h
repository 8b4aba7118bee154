/*
 * server.h - from a request's bytes to a handler and back: decode, authority, limits, lanes, encode.
 *
 *   loop thread          rpc_dispatch: decode -> who may -> limits -> lane
 *   none                 handler runs there and then
 *   read                 read thread hash(user): snapshot, handler, encode, reply
 *   write                write thread: savepoint, handler; one commit for the batch; then replies and events
 *   cpu>write, cpu       cpu threads: x_prepare() (or the handler) without a transaction, then the lane named second
 *   none>blob            x_prepare() there and then; if it is not at hand (-ERR_AGAIN), the handler on a thread for files
 *   blob, blob>write     the same on threads that may wait for files, with a snapshot; each kind has its own
 *   upload               thread hash(upload): x_prepare() of all that wait, then the handlers, which wait until bytes are on disk
 *
 * Events written by a batch go, after its commit, to the read thread of hash(owner), which composes them for the
 * owner's online authorisations; the caller's own answer (rpc_reply_after) goes through the same queue, so an owner
 * sees his box in order.
 */
#ifndef RPC_SERVER_H
#define RPC_SERVER_H

#include "rpc/app.h"
#include "rpc/call.h"

struct rpc_crowd;
struct rpc_body;
struct rpc_listener;
struct sql_checkpointer;
struct sql_db;
struct upd_event;

/* Where an answer goes: opaque to rpc, the role's business. */
struct rpc_origin {
	uint16_t loop;
	uint32_t slot, gen;
	int64_t msg_id;
};

struct rpc_request { /* borrowed during rpc_dispatch */
	struct rpc_origin origin;
	struct rpc_client client;
	int64_t user_id;
	int32_t layer; /* as named by the client; 0: never */
	bool without_updates;
	struct slice body;
	struct buf *
		whole; /* where body lies, and little else: may be taken over (then it is empty); NULL: it is borrowed */
	bool more; /* more follow at once, then rpc_dispatched */
};

struct rpc_ops {
	void *ctx;
	/* Exactly once a request. `body` is taken over. bulk: bytes of a file, after small ones, never compressed. Thread: any. */
	void (*reply)(void *ctx, const struct rpc_origin *o, struct buf *body, bool bulk);
	/* The same (never bulk), but it may wait for `replied`, which follows soon. Both NULL: none of that. Thread: any. */
	void (*reply_later)(void *ctx, const struct rpc_origin *o, struct buf *body);
	void (*replied)(void *ctx);
	/* A boxed Updates object to these authorisations. `body` is taken over. Thread: any. */
	void (*push)(void *ctx, const int64_t *keys, size_t n, struct buf *body);
	/*
	 * One of these objects to each of many, in this order, with his own numbers at its places. The bytes of the bodies are taken
	 * over. Thread: any.
	 */
	void (*push_crowd)(void *ctx, struct rpc_body *bodies, size_t n_bodies,
	                   const struct rpc_listener *who, size_t n);
	/* rpc_is_full would say no again. Thread: any. */
	void (*has_room)(void *ctx);
	/* The session of this request takes the updates of its key from now on. Thread: any. */
	void (*wants_updates)(void *ctx, const struct rpc_origin *o);
};

struct rpc_server_config {
	struct app *app;
	struct rpc_ops ops;
	const char *db_path;
	struct sql_checkpointer *
		checkpointer; /* moves the log, so that the writer begins it anew at little cost; NULL: none */
	unsigned n_read, n_cpu,
		n_blob; /* threads; n_blob: of each kind for files, 0: twice the cores, at most 8 */
	/*
	 * What c->user_id sees of these events of his own box, in order: a tl_updates object, or NULL for nothing.
	 * Runs on a read thread with a snapshot.
	 */
	int (*compose)(struct rpc_call *c, const struct upd_event *ev, size_t n, struct tl_obj **ret_updates);
	/* What a stranger (c->user_id = 0) sees of these events of a channel's box, and who sees something else. */
	int (*compose_crowd)(struct rpc_call *c, const struct upd_event *ev, size_t n, struct rpc_crowd *ret);
	/* Peer keys of the channels that a user is in. */
	int (*channels_of)(struct rpc_call *c, int64_t user, int64_t **ret, size_t *ret_n);
};

/* Opens the database (already migrated) for its lanes and starts their threads. */
int rpc_server_new(const struct rpc_server_config *cfg, struct rpc_server **ret_s);
/* Finishes what the lanes hold, then stops them. */
void rpc_server_stop(struct rpc_server *s);
void rpc_server_free(struct rpc_server *s);

/* A key came (again, with another user or layer) or went: who is online, and who hears of channels, follows. Thread: any. */
void rpc_key_online(struct rpc_server *s, int64_t key, int64_t user, int32_t layer, bool online);

/*
 * What waits for threads for files, parts of files above all, holds so many bytes that no more should come until ops.has_room: it
 * would soon be refused with FLOOD_WAIT. Quick. Thread: any.
 */
bool rpc_is_full(struct rpc_server *s);
/* Parts of files wait or are being written. Quick. Thread: any. */
bool rpc_is_busy(struct rpc_server *s);

/* Thread: a loop. Copies what it keeps, unless it can take it. */
void rpc_dispatch(struct rpc_server *s, const struct rpc_request *q);
/* Behind requests with `more`: whoever works on parts of files is woken for all of them at once. Thread: a loop. */
void rpc_dispatched(struct rpc_server *s);

/*
 * Work that is not a request. `run` on the write lane inside the batch's transaction under its own savepoint
 * (c->user_id = 0, c->client NULL; rpc_log_event and rpc_after_commit work); `done`, if not NULL, on the write thread
 * after the commit, r as run returned it or the commit's error. arg belongs to the caller.
 * -ERR_FULL if the lane's queue is full (then neither runs).
 */
int rpc_write(struct rpc_server *s, int (*run)(struct rpc_call *c, void *arg),
              void (*done)(struct app *app, void *arg, int r), void *arg);
/* The same on the read thread of `owner`, with a snapshot. */
int rpc_read(struct rpc_server *s, int64_t owner, int (*run)(struct rpc_call *c, void *arg),
             void (*done)(struct app *app, void *arg, int r), void *arg);

/*
 * The same for threads that may block (jobs' outside, the operator's): return what `run` returned, once it is committed and done.
 * Never on a lane's own thread, nor on a loop.
 */
int rpc_write_wait(struct rpc_server *s, int (*run)(struct rpc_call *c, void *arg), void *arg);
int rpc_read_wait(struct rpc_server *s, int64_t owner, int (*run)(struct rpc_call *c, void *arg), void *arg);

/* False while the last commit failed: reads go on, /healthz says so. */
bool rpc_server_can_write(const struct rpc_server *s);
/* Calls waiting in the write lane now, for metrics. */
unsigned rpc_server_write_depth(const struct rpc_server *s);
/* Write lane, in what it runs: does anything wait behind it? */
bool rpc_server_write_waits(const struct rpc_server *s);
/* For metrics: f for each method that was called, and for each class of error that was answered. Thread: any. */
void rpc_server_each_call(struct rpc_server *s, void (*f)(void *arg, const char *method, uint64_t n),
                          void *arg);
void rpc_server_each_error(struct rpc_server *s, void (*f)(void *arg, int code, uint64_t n), void *arg);
/* f for each size that a commit can have, from 1 up: n commits held so many calls. Thread: any. */
void rpc_server_each_batch(struct rpc_server *s, void (*f)(void *arg, unsigned calls, uint64_t n), void *arg);

#endif
