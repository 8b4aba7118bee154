/* private.h - what the files of cdnlink/ share. */
#ifndef CDNLINK_PRIVATE_H
#define CDNLINK_PRIVATE_H

#include <pthread.h>
#include <stdatomic.h>

#include "cdnlink/cdnlink.h"
#include "cdnlink/drops.h"
#include "cdnlink/fills.h"
#include "cdnlink/lease.h"
#include "cdnwire/pipe.h"
#include "client/link.h"
#include "crypto/rsa.h"

enum {
	NODES = STORE_CDN_LAST - STORE_CDN_FIRST + 1,
	COUNTRIES_MAX = 200, /* letters */
};

/* A node, from when it is first known to the end of the process: its id is never another's. */
struct node {
	struct cdnlink *links;
	int32_t dc;
	/* Without the lock, for whoever only wants to know whether it is worth one. */
	_Atomic bool is_active;
	_Atomic usec_t held_until;

	pthread_mutex_t lock; /* guards all below; no other lock is taken under it */
	pthread_cond_t changed;
	/* its row, as far as it matters here */
	enum store_cdn_state state;
	char ip[46], link[300], countries[COUNTRIES_MAX], homes[COUNTRIES_MAX];
	int port;
	uint8_t secret[CDN_SECRET_SIZE];
	bool has_epoch;
	struct cdn_epoch epoch;
	char *pem[2];
	struct rsa_key *rsa[2]; /* of these; NULL: there is none */
	uint32_t lease_seconds;
	uint64_t min_size;
	unixtime_t licence_until, revoked;
	bool was_active; /* clients may have heard of it */
	/* its link */
	pthread_t thread;
	bool has_thread, stopping;
	bool again; /* another epoch: this link ends, the next one begins it */
	bool tell;  /* another state */
	bool wipe, wiped;
	struct cdn_pipe *pipe; /* NULL: no link */
	struct lease lease;
	struct fills *fills;
	struct drops drops;
	struct cdnlink_live live;
};

struct cdnlink {
	struct app *app;
	struct slice own_pem;
	_Atomic usec_t answer_usec;
	uint8_t choose_key[16];
	struct node *_Atomic nodes[NODES]; /* by dc; each once */
	pthread_t keeper;
	bool has_keeper;
	pthread_mutex_t lock; /* guards what follows */
	pthread_cond_t changed;
	bool stopping;
	bool tell_config; /* what help.getConfig says has changed */
	bool look;        /* threads may be wanted, or not any more */
};

static inline struct node *node_of(const struct cdnlink *l, int32_t dc)
{
	if (!l || dc < STORE_CDN_FIRST || dc > STORE_CDN_LAST)
		return NULL;
	return atomic_load_explicit(&((struct cdnlink *)l)->nodes[dc - STORE_CDN_FIRST],
	                            memory_order_acquire);
}

/* Is somebody sent to it? */
static inline bool node_is_open(const struct node *n, usec_t now)
{
	return n && atomic_load(&n->is_active) && atomic_load(&n->held_until) > now;
}

/* nodes.c: these are the rows now. Copies. Thread: any, one at a time (after a commit, or at start). */
void nodes_take(struct cdnlink *l, const struct store_cdn_node *rows, size_t n);
/* Clients that dial us for it are taken for its own while it is published, and for some days after its end. */
void node_stands_in(struct node *n);
/* keeper.c */
void keeper_wake(struct cdnlink *l, bool tell_config);
/* link.c: the node's thread; begins links until n->stopping. */
void *link_thread(void *node);
/* The address that is published. With the lock. -ERR_NOTFOUND: none. */
int node_address(const struct node *n, struct client_address *ret);
/* push.c: keys under which calls wait hear this; frees. Without any lock. */
void tell_waiters(struct app *app, struct fills_told *t, bool yes);
/* life.c, on a thread that may block: keys of a link's WELCOME, in the store and published. */
int node_welcomed(struct cdnlink *l, int32_t dc, struct slice pem);

#endif
