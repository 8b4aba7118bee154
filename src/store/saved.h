/* saved.h - Saved Messages by whom they came from: one row a note, beside its row in msg. Kept by who writes and deletes those. */
#ifndef STORE_SAVED_H
#define STORE_SAVED_H

#include "store/msg.h"

struct store_saved {
	int64_t peer; /* of the chat it was forwarded from; the owner himself for his own notes */
	int32_t top_id;
};

int store_saved_put(struct sql_db *db, int64_t owner, int64_t peer, int32_t id);
int store_saved_delete(struct sql_db *db, int64_t owner, int32_t id);
/* -ERR_NOTFOUND. */
int store_saved_peer_of(struct sql_db *db, int64_t owner, int32_t id, int64_t *ret_peer);
/* Everybody whom something is saved from, up to `limit`, by peer, with the newest of each. */
int store_saved_peers(struct sql_db *db, int64_t owner, uint32_t limit, struct arena *a,
                      struct store_saved **ret, size_t *ret_n);
int store_saved_count(struct sql_db *db, int64_t owner, int64_t peer, uint32_t *ret);
/* As store_msg_walk, over what is saved from this peer. */
int store_saved_walk(struct sql_db *db, int64_t owner, int64_t peer, int32_t from, bool up, uint32_t skip,
                     uint32_t limit, struct arena *a, struct store_msg **ret, size_t *ret_n);

#endif
