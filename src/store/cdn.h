/*
 * cdn.h - CDN nodes, and the log of their lives (docs/design/cdn.md). A node's DC id and address are never given to another: its row
 * stays for good. What the log's hashes are made of is cdnlink/log.c's business; here a row is a row.
 * Write lane, but for what says otherwise.
 */
#ifndef STORE_CDN_H
#define STORE_CDN_H

#include "base/clock.h"
#include "sql/sql.h"

enum {
	STORE_CDN_FIRST = 200,
	STORE_CDN_LAST = 999,
	STORE_CDN_SECRET = 32,
	STORE_CDN_HASH = 32,
	STORE_CDN_LEASE_KEY = 32
};

enum store_cdn_state {
	STORE_CDN_PLANNED,
	STORE_CDN_LICENSED,
	STORE_CDN_ACTIVE,
	STORE_CDN_SUSPECT, /* something was wrong with it: as draining, until somebody has looked */
	STORE_CDN_DRAINING,
	STORE_CDN_REVOKED,
	STORE_CDN_WIPED,
	STORE_CDN_STATES
};

struct store_cdn_node {
	int32_t dc;
	enum store_cdn_state state;
	struct slice name;
	struct slice ip; /* where clients find it; numeric */
	int port;
	struct slice link;      /* HOST:PORT where the core dials it */
	struct slice secret;    /* of the link, STORE_CDN_SECRET bytes */
	struct slice epoch;     /* the secret of this epoch, as long; absent: never was active */
	struct slice countries; /* of whom it serves, "IR,TM"; empty: everybody */
	struct slice
		homes; /* of contents that it may have, likewise; empty: all, and those of no known home */
	struct slice licence; /* its text */
	unixtime_t licence_until;
	struct slice pem[2];                /* RSA keys that it has shown, the newest first; absent: none */
	uint32_t lease;                     /* seconds */
	uint64_t min_size;                  /* smaller files are not sent to it */
	unixtime_t since[STORE_CDN_STATES]; /* when it last came into each state; 0: never */
};

/* Draws its dc. -ERR_FULL: no id is left; -ERR_EXISTS: another has, or had, this address. */
int store_cdn_insert(struct sql_db *db, struct store_cdn_node *n);
int store_cdn_put(struct sql_db *db, const struct store_cdn_node *n);
/* -ERR_NOTFOUND. Any lane. */
int store_cdn_get(struct sql_db *db, int32_t dc, struct arena *a, struct store_cdn_node *ret);
/* All of them by dc: few. Any lane. */
int store_cdn_list(struct sql_db *db, struct arena *a, struct store_cdn_node **ret, size_t *ret_n);

/* Lease keys, while no server runs (cdnlink/lease.h): kept at its end, taken at the next start. STORE_CDN_LEASE_KEY bytes each. */
struct store_cdn_lease {
	int32_t dc;
	uint8_t key[STORE_CDN_LEASE_KEY];
};
int store_cdn_keep_lease(struct sql_db *db, const struct store_cdn_lease *l);
/* All that are kept; they are gone from the store. */
int store_cdn_take_leases(struct sql_db *db, struct arena *a, struct store_cdn_lease **ret, size_t *ret_n);

struct store_cdn_log {
	int64_t seq; /* from 1, without gaps */
	unixtime_t date;
	int32_t dc; /* 0: of all */
	struct slice event, details;
	struct slice hash; /* STORE_CDN_HASH bytes */
};

/* -ERR_NOTFOUND: it is empty. Any lane. */
int store_cdn_log_last(struct sql_db *db, struct arena *a, struct store_cdn_log *ret);
int store_cdn_log_append(struct sql_db *db, const struct store_cdn_log *row);
/* Rows above `after`, in order. Any lane. */
int store_cdn_log_list(struct sql_db *db, int64_t after, uint32_t limit, struct arena *a,
                       struct store_cdn_log **ret, size_t *ret_n);

#endif
