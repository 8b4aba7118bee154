/*
 * secret_queue.h - what authorisations have not received yet of their secret chats: a queue each, numbered by qts, which goes on
 * counting for as long as the authorisation lives. And which random_ids were sent of late. Bodies are ciphertext, never looked at.
 * Write lane, but for what says otherwise.
 */
#ifndef STORE_SECRET_QUEUE_H
#define STORE_SECRET_QUEUE_H

#include "base/clock.h"
#include "sql/sql.h"

enum { STORE_QTS_FIRST = 1 }; /* of a queue in which there never was anything (api.md rule 1) */

struct store_secret_message {
	int64_t key; /* authorisation that is to get it */
	int32_t qts;
	int32_t chat;
	int64_t random_id;
	unixtime_t date;
	bool is_service;
	int64_t file; /* 0: none */
	struct slice body;
};

/* The last qts of a queue. Any lane. */
int store_secret_qts(struct sql_db *db, int64_t key, int32_t *ret_qts);
/* At the end of m->key's queue: m->qts is set. */
int store_secret_push(struct sql_db *db, struct store_secret_message *m);
/* -ERR_NOTFOUND: received already. body in the arena. Any lane. */
int store_secret_get(struct sql_db *db, int64_t key, int32_t qts, struct arena *a,
                     struct store_secret_message *ret);
/*
 * Up to `limit` after that qts, ascending, as long as their bodies stay below `bytes` (one comes always). *ret_more: there are more.
 * Any lane.
 */
int store_secret_after(struct sql_db *db, int64_t key, int32_t qts, uint32_t limit, size_t bytes,
                       struct arena *a, struct store_secret_message **ret, size_t *ret_n, bool *ret_more);
/* Received up to this qts, of what is older than `before`: 1 if there is anything of the kind still. Any lane. */
int store_secret_has(struct sql_db *db, int64_t key, int32_t qts, unixtime_t before);
/* Those go; their random_ids in the arena, if ret is not NULL. */
int store_secret_received(struct sql_db *db, int64_t key, int32_t qts, unixtime_t before, struct arena *a,
                          int64_t **ret, size_t *ret_n);
/* How many wait, from the first to the last (received ones between them count). Any lane. */
int store_secret_waiting(struct sql_db *db, int64_t key, int64_t *ret);
/* The authorisation ended: its queue and count go. */
int store_secret_drop(struct sql_db *db, int64_t key);

struct store_secret_sent {
	unixtime_t date;
	int64_t file; /* 0: none */
};
/* What (owner, random_id) was answered today or yesterday. -ERR_NOTFOUND. Any lane. */
int store_secret_sent_find(struct sql_db *db, int64_t owner, int64_t random_id, unixtime_t now,
                           struct store_secret_sent *ret);
int store_secret_sent_put(struct sql_db *db, int64_t owner, int64_t random_id,
                          const struct store_secret_sent *t);
/* Up to `limit` rows of days before yesterday go; returns how many. */
int store_secret_sent_prune(struct sql_db *db, unixtime_t now, int limit);

#endif
