/* state.c - see state.h. */
#include "store/state.h"

int store_state_put(struct sql_db *db, int64_t owner, int kind, int64_t key, unixtime_t time,
                    struct slice payload)
{
	struct sql_stmt *s = sql_prepare(
		db, "INSERT INTO state (owner, kind, k, time, payload) VALUES ($1, $2, $3, $4, $5)"
		    " ON CONFLICT (owner, kind, k) DO UPDATE SET time = $4, payload = $5");

	SQL_BIND_INTS(s, owner, kind, key, time);
	sql_bind_bytes(s, 5, payload);
	return sql_run(s);
}

int store_state_since(struct sql_db *db, int64_t owner, unixtime_t time, struct arena *a,
                      struct store_state **ret, size_t *ret_n)
{
	struct sql_stmt *s = sql_prepare(
		db, "SELECT kind, k, time, payload FROM state WHERE owner = $1 AND time >= $2"
		    " ORDER BY time");
	size_t n = 0, cap = 16;
	struct store_state *v = ARENA_ARRAY(a, struct store_state, cap), *more;
	int r;

	SQL_BIND_INTS(s, owner, time);
	while ((r = sql_step(s)) == 1) {
		if (n >= STORE_STATE_MAX && v[n - 1].time > time + 1 && sql_int(s, 2) != v[n - 1].time)
			break;
		if (n == cap) {
			more = ARENA_ARRAY(a, struct store_state, cap * 2);
			memcpy(more, v, n * sizeof(*v));
			v = more;
			cap *= 2;
		}
		v[n++] = (struct store_state){(int)sql_int(s, 0), sql_int(s, 1), sql_int(s, 2),
		                              sql_copy(s, 3, a)};
	}
	sql_done(s);
	*ret = v;
	*ret_n = n;
	return r;
}
