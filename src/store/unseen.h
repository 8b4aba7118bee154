/*
 * unseen.h - whom messages of channels mean: who is mentioned or answered there, and what of it he has not looked at yet. Rows for the
 * few who are meant, never for all members; owner of the rows: who is meant; `channel` is its peer key (reactions: of any dialog, with ids of his box there). Write lane, but for what only reads.
 */
#ifndef STORE_UNSEEN_H
#define STORE_UNSEEN_H

#include "sql/sql.h"

enum store_unseen_kind { STORE_UNSEEN_MENTION = 1, STORE_UNSEEN_REACTION = 2 };

/* He is meant by this message, and has not seen it. Once more is no harm. */
int store_mention_put(struct sql_db *db, int64_t owner, int64_t channel, int32_t id);
/* 1: he is meant by it, 0: not. */
int store_mention_is(struct sql_db *db, int64_t owner, int64_t channel, int32_t id);
/* Whom it means. */
int store_mention_of(struct sql_db *db, int64_t channel, int32_t id, struct arena *a, int64_t **ret,
                     size_t *ret_n);
/* The message is gone: for all whom it meant. */
int store_mention_drop(struct sql_db *db, int64_t channel, int32_t id);

int store_unseen_put(struct sql_db *db, int64_t owner, int64_t channel, enum store_unseen_kind kind,
                     int32_t id);
/* 1: it was there, 0: not. */
int store_unseen_delete(struct sql_db *db, int64_t owner, int64_t channel, enum store_unseen_kind kind,
                        int32_t id);
/* 1 or 0. */
int store_unseen_is(struct sql_db *db, int64_t owner, int64_t channel, enum store_unseen_kind kind,
                    int32_t id);
int store_unseen_count(struct sql_db *db, int64_t owner, int64_t channel, enum store_unseen_kind kind,
                       uint32_t *ret);
/* Ids below `from` downwards, or at it and above upwards; the first `skip` are passed over. */
int store_unseen_walk(struct sql_db *db, int64_t owner, int64_t channel, enum store_unseen_kind kind,
                      int32_t from, bool up, uint32_t skip, uint32_t limit, struct arena *a, int32_t **ret,
                      size_t *ret_n);

#endif
