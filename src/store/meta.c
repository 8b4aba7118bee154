/* meta.c - see meta.h. */
#include "store/meta.h"

#include "base/err.h"

int store_meta_get(struct sql_db *db, const char *key, struct arena *a, struct slice *ret)
{
	struct sql_stmt *s = sql_prepare(db, "SELECT v FROM meta WHERE k = $1");
	int r;

	sql_bind_text(s, 1, slice_str(key));
	r = sql_step(s);
	if (r == 1)
		*ret = sql_copy(s, 0, a);
	sql_done(s);
	return sql_found(r);
}

int store_meta_put(struct sql_db *db, const char *key, struct slice value)
{
	struct sql_stmt *s = sql_prepare(
		db, "INSERT INTO meta (k, v) VALUES ($1, $2) ON CONFLICT (k) DO UPDATE SET v = $2");

	sql_bind_text(s, 1, slice_str(key));
	sql_bind_bytes(s, 2, value);
	return sql_run(s);
}

int store_meta_next(struct sql_db *db, const char *key, int64_t first, int64_t *ret)
{
	int64_t v = first - 1;
	struct slice old;
	struct arena a;
	int r;

	arena_init(&a, 0);
	r = store_meta_get(db, key, &a, &old);
	if (r == 0 && old.n == sizeof(v))
		memcpy(&v, old.p, sizeof(v));
	arena_fini(&a);
	if (r < 0 && r != -ERR_NOTFOUND)
		return r;
	v++;
	*ret = v;
	return store_meta_put(db, key, slice_of(&v, sizeof(v)));
}
