/*
 * cdnlink.h - the core's side of CDN nodes (docs/design/cdn.md): who they are, a link to each, what they are sent, the steps of their
 * lives. Knows no handler, no user and no file id: contents by their SHA-256, calls by the key under which they wait (rpc/park.h).
 *
 * Threads: any, unless it says otherwise. What the loops ask for costs a lock of one node, held for a copy.
 */
#ifndef CDNLINK_CDNLINK_H
#define CDNLINK_CDNLINK_H

#include <stdbool.h>

#include "base/clock.h"
#include "base/slice.h"
#include "cdnwire/frame.h"
#include "store/cdn.h"

struct app;
struct cdnlink; /* one a process, app->cdn; NULL wherever it is given: there are no nodes */
struct rpc_call;

enum {
	CDNLINK_WINDOW = 8 * CDN_CHUNK, /* what is asked for and sent at once */
	CDNLINK_TOMB_DAYS = 30,         /* so long after its end clients are told of a node's stand-in */
	CDNLINK_ANSWER_USEC =
		10000000, /* something is answered within it, while anything waits to be, or the link ends */
};

/*
 * Reads the nodes and begins to dial. own_pem: the core's RSA key, public part, PKCS#1, under which the stand-ins are known; copied.
 * app->rpc and app->blobs run; sets app->cdn. Thread: main.
 */
int cdnlink_start(struct app *app, struct slice own_pem);
/* Instead of CDNLINK_ANSWER_USEC, for tests. */
void cdnlink_answer_within(struct cdnlink *l, usec_t usec);
/*
 * Ends the links, and every thread, and keeps what nodes need to go on with what they have. While app->rpc still runs, and nobody drops
 * contents any more. NULL is allowed. Thread: main.
 */
void cdnlink_stop(struct cdnlink *l);
void cdnlink_free(struct cdnlink *l); /* after app->rpc has ended */

/* A content, for nodes. */
struct cdnlink_content {
	uint8_t id[CDN_CONTENT_SIZE];
	uint64_t size;
	char home
		[3]; /* the country of who brought it; "": unknown, so it is only for nodes that may have everybody's */
};

/* --- redirects */

/* Is there a node to which somebody could be sent? A look at each node, without a lock. */
bool cdnlink_any(const struct cdnlink *l);
/*
 * The node for this content among those that are active, hold their lease, serve this country ("" or two letters) and may have contents
 * of its home: the same one for everybody, as long as they stay. -ERR_NOTFOUND: none.
 */
int cdnlink_choose(struct cdnlink *l, const struct cdnlink_content *content, const char *country,
                   struct cdn_epoch *ret);
/* The keys by which tokens of this node are opened. -ERR_NOTFOUND: there is no such node, or its tokens are void. */
int cdnlink_epoch(struct cdnlink *l, int32_t dc, struct cdn_epoch *ret);
/* Somebody was sent there for it: its first MiB goes at once, the rest after it; what is there already does not. */
void cdnlink_redirected(struct cdnlink *l, int32_t dc, const struct cdnlink_content *content);
/*
 * The node lacked this window of the content when it had taken so many fills. 1: it has it by now; 0: rpc_resume(key, 0) will be told '1' or '0', once the node has
 * it, or will not have it; the whole file follows. -ERR_NOTFOUND: no such node, or no link; -ERR_DENIED: it may not have contents of this
 * home; -ERR_FULL: too many wait; -ERR_INVALID: no such window.
 */
int cdnlink_ask(struct cdnlink *l, int32_t dc, const struct cdnlink_content *content, uint32_t window,
                uint32_t fills, int64_t key);
/* It is about to be wanted: whole, to each node that would be chosen for it. */
void cdnlink_prefetch(struct cdnlink *l, const struct cdnlink_content *content);
/* Nobody may have it any more, or nobody needs it: nodes drop it. */
void cdnlink_drop(struct cdnlink *l, const uint8_t content[CDN_CONTENT_SIZE]);

/* --- what clients are told */

struct cdnlink_published {
	int32_t dc;
	const char *ip; /* of the node; NULL: the stand-in alone */
	int port;
	uint8_t secret[CDN_TRANSPORT_SECRET]; /* of that address */
	struct slice pem[2];                  /* keys that the node has shown; absent: none */
};
/*
 * Of the first `n` nodes (cdnlink_count) those that clients may meet, by dc: active ones, those that end, and those that ended in the
 * last days. Borrowed during f.
 */
void cdnlink_each_published(struct cdnlink *l, size_t n,
                            void (*f)(void *arg, const struct cdnlink_published *p), void *arg);
/* The core's own key. */
struct slice cdnlink_own_pem(const struct cdnlink *l);
/* How many there are, whatever their state. */
size_t cdnlink_count(const struct cdnlink *l);

/* --- the steps of their lives: on the write lane, in its transaction; in force once it is committed */

/* name, ip, port, link, countries, homes, lease, min_size are the caller's, checked; dc and secret are set. Errors of store_cdn_insert. */
int cdnlink_add(struct rpc_call *c, struct store_cdn_node *n);
/* What allows a node; what is NULL, or 0, stays as it was. */
struct cdnlink_licence {
	unixtime_t until;
	const char *text;
	const char *
		homes; /* of contents that it may have, "IR,TM"; "": all. If they are others, its cache goes */
};
/* ret (may be NULL): the node as it is then. -ERR_NOTFOUND; -ERR_INVALID: not from its state; -ERR_DENIED: it has no
 * `until` yet. */
int cdnlink_license(struct rpc_call *c, int32_t dc, const struct cdnlink_licence *x,
                    struct store_cdn_node *ret);
/*
 * Another state; `why` is for the log. To active: a new epoch; -ERR_DENIED: its licence is over. -ERR_NOTFOUND; -ERR_INVALID: no such
 * move from its state (ret_from, may be NULL, says which that is).
 */
int cdnlink_step(struct rpc_call *c, int32_t dc, enum store_cdn_state to, const char *why,
                 enum store_cdn_state *ret_from);
const char *cdnlink_state_name(enum store_cdn_state s); /* static */

/* The same steps by whoever may block, in a transaction of its own: probes, audits, licences that end. Never on a lane or loop. */
int cdnlink_node_suspect(struct cdnlink *l, int32_t dc, const char *why);
int cdnlink_node_drain(struct cdnlink *l, int32_t dc, const char *why);
int cdnlink_node_revoke(struct cdnlink *l, int32_t dc, const char *why);
/* A line of the log, likewise: a short word, and why. */
int cdnlink_node_event(struct cdnlink *l, int32_t dc, const char *event, const char *why);
/*
 * A revoked node is told to wipe itself. 0: it said that it did; -ERR_TIMEOUT: it did not within `msec`; -ERR_NOTFOUND;
 * -ERR_INVALID: it is not revoked. Blocks.
 */
int cdnlink_wipe(struct cdnlink *l, int32_t dc, int msec);

/* --- the log */

/* Appends a line; details: an object of JSON, encoded. Write lane. */
int cdnlink_log(struct rpc_call *c, int32_t dc, const char *event, struct slice details);
struct cdnlink_verified {
	int64_t rows;
	int64_t wrong; /* the first row that is not what its hash says; 0: none */
	uint8_t last
		[32]; /* hash of the last row: noted elsewhere, it shows later that the end was not cut off */
};
/* Reads all of it. Any lane. */
int cdnlink_log_verify(struct rpc_call *c, struct cdnlink_verified *ret);

/* --- to be seen */

struct cdnlink_live {
	bool up;                  /* there is a link */
	bool held;                /* and a lease: it may be redirected to */
	bool lease_over;          /* it has no lease for certain: what it had is unreadable */
	uint8_t boot[16];         /* of the node; zero: never seen */
	usec_t link_since;        /* clock_usec() */
	struct cdn_report report; /* its last, zero before the first */
	uint64_t redirects, asked, filled, refused, drops; /* since our start; filled, refused: chunks */
	uint64_t
		withheld; /* contents that it was not sent, or nobody was sent to it for, because of their home */
	size_t windows, files, in_flight; /* that wait to be sent, and that are under way */
	char last_error[64];              /* why the last link ended; "" */
};
/* -ERR_NOTFOUND. */
int cdnlink_live(struct cdnlink *l, int32_t dc, struct cdnlink_live *ret);
/* As cdnlink_live, for each node that is active, ends, or has ended and is not wiped. */
void cdnlink_each_live(struct cdnlink *l,
                       void (*f)(void *arg, int32_t dc, enum store_cdn_state s, const struct cdnlink_live *v),
                       void *arg);

/* For audits: chunks that the node has taken lately and not been told to drop, in no order. */
struct cdnlink_pushed {
	uint8_t content[CDN_CONTENT_SIZE];
	uint64_t size; /* of the file */
	uint32_t chunk;
};
size_t cdnlink_pushed(struct cdnlink *l, int32_t dc, struct cdnlink_pushed *ret, size_t max);

#endif
