/* peer_ttl.c - see peer_ttl.h. */
#include "store/peer_ttl.h"

int store_peer_ttl_get(struct sql_db *db, int64_t owner, int64_t peer, int32_t *ret_period,
                       int32_t *ret_default)
{
	struct sql_stmt *s = sql_prepare(
		db, "SELECT peer, period FROM peer_ttl WHERE owner = $1 AND peer IN (0, $2)");
	int r;

	*ret_period = *ret_default = -1;
	SQL_BIND_INTS(s, owner, peer);
	while ((r = sql_step(s)) == 1)
		*(sql_int(s, 0) ? ret_period : ret_default) = (int32_t)sql_int(s, 1);
	sql_done(s);
	return r;
}

int store_peer_ttl_put(struct sql_db *db, int64_t owner, int64_t peer, int32_t period)
{
	struct sql_stmt *s = sql_prepare(db, "INSERT INTO peer_ttl (owner, peer, period) VALUES ($1, $2, $3)"
	                                     " ON CONFLICT (owner, peer) DO UPDATE SET period = $3");

	SQL_BIND_INTS(s, owner, peer, period);
	return sql_run(s);
}
