/*
 * qts.h - queues that are numbered by qts, each under a key: what an authorisation has not received yet of its secret chats (bodies
 * are ciphertext, never looked at; it counts for as long as the authorisation lives), and what a bot's account is told in this way
 * (bodies are Updates). A bot's id, 40 bits of a number, is nobody's auth_key_id, 64 bits of a hash.
 * Write lane, but for what says otherwise.
 */
#ifndef STORE_QTS_H
#define STORE_QTS_H

#include "base/clock.h"
#include "sql/sql.h"

enum { STORE_QTS_FIRST = 1 }; /* of a queue in which there never was anything (api.md rule 1) */

struct store_queued {
	int64_t key; /* authorisation or bot that is to get it */
	int32_t qts;
	int32_t chat; /* with random_id, is_service and file: of a secret chat's message */
	int64_t random_id;
	unixtime_t date;
	bool is_service;
	int64_t file; /* 0: none */
	struct slice body;
};

/* The last qts of a queue. Any lane. */
int store_qts_last(struct sql_db *db, int64_t key, int32_t *ret_qts);
/* At the end of m->key's queue: m->qts is set. */
int store_qts_push(struct sql_db *db, struct store_queued *m);
/* -ERR_NOTFOUND: received already. body in the arena. Any lane. */
int store_qts_get(struct sql_db *db, int64_t key, int32_t qts, struct arena *a, struct store_queued *ret);
/*
 * Up to `limit` after that qts, ascending, as long as their bodies stay below `bytes` (one comes always). *ret_more: there are more.
 * Any lane.
 */
int store_qts_after(struct sql_db *db, int64_t key, int32_t qts, uint32_t limit, size_t bytes,
                    struct arena *a, struct store_queued **ret, size_t *ret_n, bool *ret_more);
/* Received up to this qts, of what is older than `before`: 1 if there is anything of the kind still. Any lane. */
int store_qts_has(struct sql_db *db, int64_t key, int32_t qts, unixtime_t before);
/* Those go; their random_ids in the arena, if ret is not NULL. */
int store_qts_received(struct sql_db *db, int64_t key, int32_t qts, unixtime_t before, struct arena *a,
                       int64_t **ret, size_t *ret_n);
/* How many wait, from the first to the last (received ones between them count). Any lane. */
int store_qts_waiting(struct sql_db *db, int64_t key, int64_t *ret);
/* The authorisation ended: its queue and count go. */
int store_qts_drop(struct sql_db *db, int64_t key);

#endif
