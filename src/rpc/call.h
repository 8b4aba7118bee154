/*
 * call.h - one request on its way through the lanes, as a handler sees it. Knows no socket, no key, no layer.
 *
 * A handler is `int area_method(struct rpc_call *c, const struct tl_area_method *q)`. It returns 0 after one of the
 * rpc_reply_* functions, or the value of rpc_fail() (the protocol's error), or another -ERR_* (answered as
 * 500 INTERNAL and logged once by the lane). On the write lane a failure rolls back everything it wrote.
 * It touches the world only through c->db and the rpc_after_* functions, so that it can run again.
 */
#ifndef RPC_CALL_H
#define RPC_CALL_H

#include "base/arena.h"
#include "base/clock.h"
#include "tl/tl.h"

struct sql_db;
struct app; /* the services of a running server; each area takes what it needs by the accessors in rpc/app.h */
struct upd_event;

struct rpc_client {          /* who calls, as far as known; strings are NUL-terminated */
	int64_t auth_key_id; /* permanent key */
	int64_t session_id;
	int32_t dc;
	int32_t api_id;
	bool takeout; /* it is part of an export: invokeWithTakeout */
	const char *device_model, *system_version, *app_version, *lang_code, *ip;
};

struct rpc_call {
	uint32_t magic;
	struct app *app;
	struct arena arena; /* query, everything built, the answer: freed after the reply is encoded */
	const struct rpc_client *client;
	int64_t user_id; /* 0: nobody is signed in on this key */
	bool is_bot;
	struct sql_db *
		db; /* the lane's connection, inside a transaction (write) or a snapshot (read, blob); NULL on none, cpu, upload */
	unixtime_t now;
	void *prepared;  /* what x_prepare() left for its handler */
	void **together; /* upload: a place of all that were taken together, empty at first */
};

/*
 * To the end of the scope somebody else acts in the caller's place (0: nobody does): what is written is his, and he has read it. Whose right
 * it is was checked before. RPC_ACT_AS(c, user);
 */
#define RPC_ACT_AS(c, user)                                                                                  \
	__attribute__((cleanup(rpc_act_end), unused)) struct rpc_acting rpc_acting_ = rpc_act_as(c, user)
struct rpc_acting {
	struct rpc_call *c;
	int64_t caller;
};
static inline struct rpc_acting rpc_act_as(struct rpc_call *c, int64_t user)
{
	struct rpc_acting a = {c, c->user_id};

	c->user_id = user;
	return a;
}
static inline void rpc_act_end(const struct rpc_acting *a)
{
	a->c->user_id = a->caller;
}

/* The answer: an object in c->arena or static. */
int rpc_reply(struct rpc_call *c, const struct tl_obj *result);
static inline int rpc_reply_bool(struct rpc_call *c, bool v)
{
	return rpc_reply(c, TL_BOOL(v));
}
/*
 * The answer as bytes that the handler has written itself, a boxed object in the shape of every layer that may ask: for
 * contents of files, which are read straight into it. `taken` is taken over (the struct is emptied); its first RPC_RAW_ROOM
 * bytes are free, as should be the same behind its end: what is below adds its own there and copies nothing.
 * It is never compressed.
 */
enum { RPC_RAW_ROOM = 320 };
struct buf;
int rpc_reply_raw(struct rpc_call *c, struct buf *taken);

/*
 * The protocol's error: rpc_fail(c, 400, "PEER_ID_INVALID"), rpc_fail(c, 420, "FLOOD_WAIT_%d", secs).
 * Text [A-Z0-9_]+, codes as api.md 11.1. Returns -ERR_RPC. The last one set counts.
 */
int rpc_fail(struct rpc_call *c, int code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* The same with a text that somebody else has chosen (blob/upload.h); it stands in errors.def, too. */
int rpc_fail_text(struct rpc_call *c, int code, const char *text);

/*
 * Write lane: the protocol's error as the answer, but what the handler wrote stays: a wrong code is counted although the
 * call fails. Returns 0.
 */
int rpc_reply_error(struct rpc_call *c, int code, const char *text);

/* A boxed Updates object to one connected authorisation, signed in or not, in its layer. Nothing if it is away. Thread: any. */
void rpc_push_key(struct app *app, int64_t auth_key_id, const struct tl_obj *updates);

/* For rate classes by phone: takes a token of (class, this text); 0 or the seconds to wait. Thread: any. */
int rpc_limit_text(struct rpc_call *c, int class_, struct slice text);

/*
 * Write lane: something happened in ev->owner's box. Kinds with pts get their pts (ev->pts, ev->pts_count are set) and
 * a log row; state kinds a row with their time; passing kinds nothing. After commit it goes to every online
 * authorisation of the owner but ev->except_key. Set ev->date or leave 0 for now. ev is copied into the arena.
 */
int rpc_log_event(struct rpc_call *c, struct upd_event *ev);
/* The same of the caller's own box, for a kind (enum upd_kind) without pts and payload: his other devices hear what is otherwise now. */
int rpc_log_own(struct rpc_call *c, int kind, int64_t peer, int32_t id);
/* For passing kinds from any lane or thread: no row, pushed if the owner is online. Copies what it keeps. */
void rpc_push_event(struct app *app, const struct upd_event *ev);
/* Write lane: the pts of an owner's box as this transaction sees it (1 for a box without events). */
int rpc_box_pts(struct rpc_call *c, int64_t owner, int32_t *ret_pts);
/*
 * The events that this call wrote to its caller's own box or to channels, and that its answer carries: those whose except_key is the
 * caller's, in order; for the function given to rpc_reply_after. The others come to him as to everybody.
 */
const struct upd_event *rpc_own_events(struct rpc_call *c, size_t *ret_n);
/*
 * The head of a channel's box (updates/heads.h). Read lanes: and a snapshot at least as new; it is renewed where it is older, so
 * that nobody is told a pts whose message he is not shown. Write lane: as the transaction has it. -ERR_NOTFOUND.
 */
struct upd_head;
int rpc_head(struct rpc_call *c, int64_t channel, struct upd_head *ret);
/* Read lanes: the commit (updates/heads.h) up to which this snapshot shows everything. */
uint64_t rpc_seen(struct rpc_call *c);
/* The session that made this call takes its authorisation's updates from now on. */
void rpc_wants_updates(struct rpc_call *c);
/*
 * Read lanes: this answer shows how much is unread. If it has to wait for pushes to its caller (told.c), it is made anew behind them: a
 * client that has counted what was pushed would take the lower number for the truth. The handler runs twice, then.
 */
void rpc_shows_counts(struct rpc_call *c);

/*
 * Write lane: the answer is built after commit, on a read thread that keeps the order of the caller's own box:
 * make(c, arg) runs with c->db a read snapshot that sees the commit, and calls rpc_reply.
 */
int rpc_reply_after(struct rpc_call *c, int (*make)(struct rpc_call *c, void *arg), void *arg);

/*
 * Read and blob lanes: what is read from now on is seen as it is then. Before a long wait (a video is looked at), so that
 * the log of the database need not be kept for us. What was read before stays in the arena.
 */
int rpc_snapshot_renew(struct rpc_call *c);

/* Write lane: run f(app, arg) on the lane's thread after the commit succeeded; arg lives in c->arena. For caches and
 * for telling mtproto about keys. Not run on rollback. */
void rpc_after_commit(struct rpc_call *c, void (*f)(struct app *app, void *arg), void *arg);

#endif
