/* peer_ttl.h - for how long messages of a chat live: one row a chat and side. peer 0: of the chats that an owner begins. */
#ifndef STORE_PEER_TTL_H
#define STORE_PEER_TTL_H

#include "sql/sql.h"

/* Both at once: -1 where nothing was said, 0: they stay. */
int store_peer_ttl_get(struct sql_db *db, int64_t owner, int64_t peer, int32_t *ret_period,
                       int32_t *ret_default);
int store_peer_ttl_put(struct sql_db *db, int64_t owner, int64_t peer, int32_t period);

#endif
