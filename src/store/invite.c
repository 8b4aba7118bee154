/* invite.c - see invite.h. */
#include "store/invite.h"

#include "base/err.h"

#define COLUMNS "code, note, created, expires, uses, used"

static struct store_invite row_of(struct sql_stmt *s, struct arena *a)
{
	return (struct store_invite){.code = sql_copy(s, 0, a),
	                             .note = sql_copy(s, 1, a),
	                             .created = sql_int(s, 2),
	                             .expires = sql_int(s, 3),
	                             .uses = (int)sql_int(s, 4),
	                             .used = (int)sql_int(s, 5)};
}

int store_invite_add(struct sql_db *db, const struct store_invite *v)
{
	struct sql_stmt *s = sql_prepare(db,
	                                 "INSERT INTO invite (" COLUMNS ") VALUES ($1, $2, $3, $4, $5, $6)");

	sql_bind_text(s, 1, v->code);
	sql_bind_text(s, 2, v->note);
	sql_bind_int(s, 3, v->created);
	sql_bind_int(s, 4, v->expires);
	sql_bind_int(s, 5, v->uses);
	sql_bind_int(s, 6, v->used);
	return sql_run(s);
}

int store_invite_get(struct sql_db *db, struct slice code, struct arena *a, struct store_invite *ret)
{
	struct sql_stmt *s = sql_prepare(db, "SELECT " COLUMNS " FROM invite WHERE code = $1");
	int r;

	sql_bind_text(s, 1, code);
	r = sql_step(s);
	if (r == 1)
		*ret = row_of(s, a);
	sql_done(s);
	return sql_found(r);
}

int store_invite_use(struct sql_db *db, struct slice code, unixtime_t now)
{
	struct store_invite v;
	struct sql_stmt *s;
	struct arena a;
	int r;

	arena_init(&a, 0);
	r = store_invite_get(db, code, &a, &v);
	arena_fini(&a);
	if (r < 0)
		return r;
	if (v.expires && v.expires <= now)
		return -ERR_TIMEOUT;
	if (v.uses && v.used >= v.uses)
		return -ERR_FULL;
	s = sql_prepare(db, "UPDATE invite SET used = used + 1 WHERE code = $1");
	sql_bind_text(s, 1, code);
	return sql_run(s);
}

int store_invite_delete(struct sql_db *db, struct slice code)
{
	struct sql_stmt *s = sql_prepare(db, "DELETE FROM invite WHERE code = $1");

	sql_bind_text(s, 1, code);
	return sql_run_found(s);
}

int store_invite_list(struct sql_db *db, uint32_t limit, struct arena *a, struct store_invite **ret,
                      size_t *ret_n)
{
	struct sql_stmt *s = sql_prepare(db, "SELECT " COLUMNS
	                                     " FROM invite ORDER BY created DESC, code LIMIT $1");
	struct store_invite *v = ARENA_ARRAY(a, struct store_invite, limit ? limit : 1);
	size_t n = 0;
	int r;

	sql_bind_int(s, 1, limit);
	while ((r = sql_step(s)) == 1)
		v[n++] = row_of(s, a);
	sql_done(s);
	*ret = v;
	*ret_n = n;
	return r;
}
