/*
 * link.h - invite links of basic groups, supergroups and channels, who came by them, and who waits to be let in. Owner of the rows:
 * the group's peer key (updates/peer.h); `dir_link` finds it by the link's hash. Write lane, but for what only reads.
 */
#ifndef STORE_LINK_H
#define STORE_LINK_H

#include "base/clock.h"
#include "sql/sql.h"

enum store_link_flag {
	STORE_LINK_PERMANENT = 1, /* an admin's first one: he always has one that is not revoked */
	STORE_LINK_REVOKED = 2,
	STORE_LINK_REQUEST = 4, /* who follows it must be let in by an admin */
};

struct store_link {
	int64_t peer;
	struct slice hash; /* what follows the '+' */
	int64_t admin;     /* whose it is */
	int flags;
	unixtime_t date, start, expires; /* made, last changed (0: never), ends (0: never) */
	int32_t most, used, waiting;     /* uses allowed (0: any number), uses, requests that wait */
	struct slice title;              /* empty: none */
};

/* -ERR_EXISTS: the hash is taken. */
int store_link_insert(struct sql_db *db, const struct store_link *l);
int store_link_put(struct sql_db *db, const struct store_link *l);
/* -ERR_NOTFOUND. */
int store_link_get(struct sql_db *db, int64_t peer, struct slice hash, struct arena *a,
                   struct store_link *ret);
/* The peer whose link it is. -ERR_NOTFOUND. */
int store_link_find(struct sql_db *db, struct slice hash, int64_t *ret_peer);
/* It goes, with the list of who came by it. */
int store_link_delete(struct sql_db *db, int64_t peer, struct slice hash);
/* Links of one admin, revoked or not, newest first, made before (date, hash); date 0: from the newest. */
int store_links_of(struct sql_db *db, int64_t peer, int64_t admin, bool revoked, unixtime_t date,
                   struct slice hash, uint32_t limit, struct arena *a, struct store_link **ret,
                   size_t *ret_n);
/* His permanent one that is not revoked. -ERR_NOTFOUND. */
int store_link_permanent(struct sql_db *db, int64_t peer, int64_t admin, struct arena *a,
                         struct store_link *ret);
struct store_link_count {
	int64_t admin;
	uint32_t valid, revoked;
};
/* By admin, up to `limit` of them. */
int store_links_count(struct sql_db *db, int64_t peer, uint32_t limit, struct arena *a,
                      struct store_link_count **ret, size_t *ret_n);

struct store_link_user {
	int64_t user;
	unixtime_t date;
	int64_t approved_by; /* 0: nobody had to */
	struct slice hash;   /* of a request: the link, or empty: he asked without one */
};

/* He came by this link. */
int store_link_came(struct sql_db *db, int64_t peer, struct slice hash, const struct store_link_user *u);
/* Who came, newest first, before (date, user); date 0: from the newest. */
int store_link_users(struct sql_db *db, int64_t peer, struct slice hash, unixtime_t date, int64_t user,
                     uint32_t limit, struct arena *a, struct store_link_user **ret, size_t *ret_n);

/* A request to join; the link's count of those that wait follows. 1: new, 0: he asked before. */
int store_request_put(struct sql_db *db, int64_t peer, const struct store_link_user *u);
/* -ERR_NOTFOUND. */
int store_request_get(struct sql_db *db, int64_t peer, int64_t user, struct arena *a,
                      struct store_link_user *ret);
/* It is settled. 1: it was there, 0: not. */
int store_request_delete(struct sql_db *db, int64_t peer, int64_t user);
/* Requests newest first, before (date, user); hash absent: by whatever link. */
int store_requests(struct sql_db *db, int64_t peer, struct slice hash, unixtime_t date, int64_t user,
                   uint32_t limit, struct arena *a, struct store_link_user **ret, size_t *ret_n);

/* How many wait; costs as many index rows. */
int store_requests_count(struct sql_db *db, int64_t peer, uint32_t *ret);
/* All that belongs to one peer belongs to another from now on. */
int store_links_move(struct sql_db *db, int64_t from, int64_t to);
/* Up to `limit` rows of a peer that is gone, links, users or requests: 1 if there may be more. */
int store_links_forget(struct sql_db *db, int64_t peer, uint32_t limit);

#endif
