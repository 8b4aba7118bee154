/* rpc_private.h - what the files of rpc/ share: a job, the server, its lanes. */
#ifndef RPC_RPC_PRIVATE_H
#define RPC_RPC_PRIVATE_H

#include <stdatomic.h>

#include "rpc/crowd.h"
#include "rpc/lane.h"
#include "rpc/method.h"
#include "rpc/park.h"
#include "rpc/server.h"
#include "tl/tl.h"
#include "updates/box.h"
#include "updates/heads.h"
#include "updates/online.h"

#define RPC_CALL_MAGIC     0x6c6c6163u /* "call" */
#define RPC_READ_MAX       8u          /* read threads at most */
#define RPC_READ_QUEUE     4096u
#define RPC_WRITE_QUEUE    8192u
#define RPC_CPU_QUEUE      256u
#define RPC_BLOB_MAX       64u /* threads at most of blob, of blob>write */
#define RPC_UPLOAD_THREADS 16u /* they wait for the disk */
#define RPC_UPLOAD_BATCH   16u /* parts of one that pay one sync; twice as many were slower by a twentieth */
#define RPC_BLOB_QUEUE     8192u
/*
 * Bytes of requests that wait for one of them, of upload also those at work: parts of files. From `full` on, connections that bring
 * parts are not read (rpc_is_full) until it is less; whoever cannot be kept waiting is refused above `most`.
 */
#define RPC_BLOB_FULL     (64u << 20)
#define RPC_BLOB_MOST     (96u << 20)
#define RPC_WRITE_BATCH   64u
#define RPC_WRITE_USEC    5000
#define RPC_SNAPSHOT_USEC 3000 /* a snapshot that others share is not begun longer ago */
#define RPC_READ_BATCH    32u
#define RPC_KEYS_A_USER   64u /* authorisations pushed to */
#define RPC_ARENA_FACTOR  20u /* arena bytes a wire byte may cost: SPIKES measured 17.5 as the worst */
#define RPC_ARENA_BASE    4096u
#define RPC_ERROR_CLASSES 9u

struct rpc_event { /* in the job's arena */
	struct rpc_event *next;
	struct upd_event ev;
	struct upd_head head; /* of a channel's box after it; channel 0: does not change one */
	bool taken;           /* fan_out has put it into its owner's group */
	bool counted;         /* told.c waits for it */
};

struct rpc_after {
	struct rpc_after *next;
	void (*f)(struct app *app, void *arg);
	void *arg;
};

enum rpc_job_kind {
	RPC_JOB_CALL,  /* a client's request */
	RPC_JOB_WORK,  /* rpc_write, rpc_read */
	RPC_JOB_EVENTS /* compose and push to one owner */
};

struct rpc_job {
	struct lane_item item; /* first */
	struct rpc_call call;
	struct rpc_server *server;
	enum rpc_job_kind kind;
	struct rpc_client client;
	struct rpc_origin origin;
	int32_t layer;
	const struct rpc_method *method;
	struct buf body; /* what query points into, if it is not in the arena */
	const struct tl_obj *query;
	const struct tl_obj *result;
	struct buf raw; /* instead of result; empty: none */
	int err_code;   /* of rpc_fail; 0: none */
	char err[64];
	int (*make)(struct rpc_call *c, void *arg); /* rpc_reply_after */
	void *make_arg;
	struct rpc_event *events, **events_tail;
	struct rpc_after *after, **after_tail;
	int (*run)(struct rpc_call *c, void *arg); /* RPC_JOB_WORK */
	void (*done)(struct app *app, void *arg, int r);
	void *arg;
	struct rpc_reader *reader;     /* on whose snapshot it runs; NULL: not on one */
	const struct rpc_crowd *crowd; /* while it is pushed */
	size_t queued;                 /* bytes that it holds of RPC_BLOB_MOST */
	unsigned n_counted;            /* RPC_JOB_EVENTS: of its events, those that told.c waits for */
	uint64_t told_until;           /* told.c: it is answered when so many have been */
	bool shows_counts, again;      /* told.c: it is made once more after it was held; it was */
	bool later;                    /* its answer may wait for ops.replied */
	bool tells; /* told.c: its answer, made after the commit, tells its caller of an event */
	int r;      /* of the handler or run */
	struct {
		int64_t key, by; /* key 0: it is not parked */
		usec_t until;
		int (*make)(struct rpc_call *c, struct slice said);
		int (*begin)(struct rpc_call *c); /* NULL: nothing to begin */
		struct slice said;
		struct rpc_job *chain, *next, *prev;
	} park; /* park.c */
};

struct rpc_told { /* events of some owners */
	_Atomic uint64_t begun, ended;
	_Atomic bool wanted; /* an answer is held until more of them have */
};

struct rpc_reader { /* one read or blob thread's own */
	struct rpc_server *server;
	struct sql_db *db;
	unixtime_t now; /* when its snapshot began, rpc_snapshot_time() */
	uint64_t seen;  /* its snapshot has at least so many commits */
	/* told.c, of read threads: answers that wait for pushes, and what they wait for */
	struct lane_item *held, **held_tail;
	struct rpc_told told[64];
};

struct rpc_server {
	struct rpc_server_config cfg;
	struct app *app;
	struct lane *write, *read[RPC_READ_MAX], *cpu, *blob, *prepare, *upload[RPC_UPLOAD_THREADS];
	struct sql_db *writer_db; /* the write thread's own, as is boxes */
	struct upd_boxes *boxes;
	struct rpc_reader readers[RPC_READ_MAX], blob_readers[RPC_BLOB_MAX], prepare_readers[RPC_BLOB_MAX];
	_Atomic size_t blob_bytes; /* of RPC_BLOB_MOST */
	_Atomic unsigned parts;    /* of files that came and are not answered */
	_Atomic uint32_t to_wake;  /* upload lanes that rpc_dispatched wakes, a bit each */
	struct rpc_limiter *limiter;
	struct rpc_park *park;    /* calls that wait for somebody */
	_Atomic uint64_t commits; /* that the write lane has made: heads are dated by it */
	_Atomic bool can_write;
	bool behind; /* the write thread's own: the batch of now goes on behind what runs */
	_Atomic unixtime_t writing_since; /* when the batch of now began, until its commit; 0: none */
	_Atomic uint64_t calls[TL_NAMES]; /* by enum tl_name, served or not */
	_Atomic uint64_t errors[RPC_ERROR_CLASSES]; /* by rpc_error_classes */
	_Atomic uint64_t batches[RPC_WRITE_BATCH];  /* commits by the calls in them, less one */
};

static inline struct rpc_job *rpc_job_of(struct rpc_call *c)
{
	return (struct rpc_job *)((char *)c - offsetof(struct rpc_job, call));
}

struct rpc_job *rpc_job_new(struct rpc_server *s, enum rpc_job_kind kind);
void rpc_job_free(struct rpc_job *j);
/* Forget what a handler left behind, before it runs again or its error is answered. */
void rpc_job_reset(struct rpc_job *j);
/* Encode and send the answer (result or error, by j->r) of a call. */
void rpc_job_answer(struct rpc_job *j);

/* count.c */
void rpc_count_call(struct rpc_server *s, uint16_t name);
void rpc_count_error(struct rpc_server *s, int code);
void rpc_count_batch(struct rpc_server *s, unsigned calls);

/*
 * For a snapshot that begins after this: what it does not see is written at this time or later. So a date that is told from it
 * hides no change without pts from the next difference, however long its commit takes. Thread: any.
 */
unixtime_t rpc_snapshot_time(struct rpc_server *s);

/* Of s->read and s->readers: whose is this owner's box? */
unsigned rpc_reader_index(const struct rpc_server *s, int64_t owner);
struct lane *rpc_read_lane(struct rpc_server *s, int64_t owner);
extern const struct lane_ops rpc_read_ops, rpc_write_ops, rpc_cpu_ops, rpc_blob_ops, rpc_upload_ops;

/* room.c */
/* To one of blob, prepare, upload. -ERR_FULL also if they hold too many bytes (RPC_BLOB_MOST). */
int rpc_push_blob(struct rpc_server *s, struct lane *l, struct rpc_job *j);
/* The same for a part of a file; more: rpc_dispatched follows. */
int rpc_push_part(struct rpc_server *s, struct rpc_job *j, bool more);
void rpc_part_done(struct rpc_server *s, struct rpc_job *j);
/* Its bytes no longer count. */
void rpc_blob_done(struct rpc_server *s, struct rpc_job *j);

/* Parts of one upload meet on one thread: which of s->upload. */
unsigned rpc_upload_index(const struct rpc_job *j);

/* rpc_read(), however much waits there, and before that: for what is as many as connections at most. */
int rpc_read_always(struct rpc_server *s, int64_t owner, int (*run)(struct rpc_call *c, void *arg),
                    void (*done)(struct app *app, void *arg, int r), void *arg);
/* A snapshot begins, or begins anew. */
int rpc_snapshot_begin(struct rpc_reader *rd);

/* After the commit: hand a job's events to the read threads of their owners. */
void rpc_fan_out(struct rpc_server *s, struct rpc_event *events);
/* On a read thread: compose one owner's events and push them. */
void rpc_push_composed(struct rpc_job *j);
/*
 * told.c. begin: the write thread, before the events of this job are committed; each of them is ended once, when it was pushed, there was
 * nobody to push it to, or the commit failed (drop: all that were begun). An answer that is made later counts as one of them. hold: the reader's thread; true: the answer to this call waits for what was
 * begun by now, and the job is no longer the caller's. look: after each job; answers what waits no more. fini: nobody hears those.
 */
void rpc_told_begin(struct rpc_server *s, struct rpc_job *j);
void rpc_told_pushed(struct rpc_reader *rd, int64_t owner, unsigned n); /* end, on the reader's own thread */
void rpc_told_end(struct rpc_server *s, int64_t owner, unsigned n);
void rpc_told_drop(struct rpc_server *s, struct rpc_job *j);
bool rpc_told_hold(struct rpc_reader *rd, struct rpc_job *j);
void rpc_told_look(struct rpc_reader *rd);
/* read.c: a held call's handler once more, on a snapshot of now; it is answered, or held again. */
void rpc_read_again(struct rpc_reader *rd, struct rpc_job *j);
void rpc_told_fini(struct rpc_reader *rd);

/* The same of a channel's box. */
void rpc_push_channel(struct rpc_job *j, const struct upd_event *ev, size_t n);

#endif
