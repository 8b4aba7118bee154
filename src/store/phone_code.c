/* phone_code.c - see phone_code.h. */
#include "store/phone_code.h"

#define COLUMNS "hash, phone, code, created, expires, tries, sent, used, key_id"

static struct store_phone_code row_of(struct sql_stmt *s, struct arena *a)
{
	return (struct store_phone_code){.hash = sql_copy(s, 0, a),
	                                 .phone = sql_copy(s, 1, a),
	                                 .code = sql_copy(s, 2, a),
	                                 .created = sql_int(s, 3),
	                                 .expires = sql_int(s, 4),
	                                 .tries = (int)sql_int(s, 5),
	                                 .sent = (int)sql_int(s, 6),
	                                 .used = sql_int(s, 7) != 0,
	                                 .key_id = sql_int(s, 8)};
}

int store_phone_code_get(struct sql_db *db, struct slice hash, struct arena *a, struct store_phone_code *ret)
{
	struct sql_stmt *s = sql_prepare(db, "SELECT " COLUMNS " FROM phone_code WHERE hash = $1");
	int r;

	sql_bind_text(s, 1, hash);
	r = sql_step(s);
	if (r == 1)
		*ret = row_of(s, a);
	sql_done(s);
	return sql_found(r);
}

int store_phone_code_put(struct sql_db *db, const struct store_phone_code *c)
{
	struct sql_stmt *s = sql_prepare(db, "INSERT INTO phone_code (" COLUMNS
	                                     ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
	                                     " ON CONFLICT (hash) DO UPDATE SET code = $3, expires = $5, "
	                                     "tries = $6, sent = $7, used = $8");

	sql_bind_text(s, 1, c->hash);
	sql_bind_text(s, 2, c->phone);
	sql_bind_text(s, 3, c->code);
	sql_bind_int(s, 4, c->created);
	sql_bind_int(s, 5, c->expires);
	sql_bind_int(s, 6, c->tries);
	sql_bind_int(s, 7, c->sent);
	sql_bind_int(s, 8, c->used);
	sql_bind_int(s, 9, c->key_id);
	return sql_run(s);
}

int store_phone_code_delete(struct sql_db *db, struct slice hash)
{
	struct sql_stmt *s = sql_prepare(db, "DELETE FROM phone_code WHERE hash = $1");

	sql_bind_text(s, 1, hash);
	return sql_run(s);
}

int store_phone_code_delete_code(struct sql_db *db, struct slice phone, struct slice code)
{
	struct sql_stmt *s = sql_prepare(db, "DELETE FROM phone_code WHERE phone = $1 AND code = $2");

	sql_bind_text(s, 1, phone);
	sql_bind_text(s, 2, code);
	return sql_run(s);
}

int store_phone_code_list(struct sql_db *db, unixtime_t now, uint32_t limit, struct arena *a,
                          struct store_phone_code **ret, size_t *ret_n)
{
	struct sql_stmt *s = sql_prepare(db,
	                                 "SELECT " COLUMNS " FROM phone_code WHERE expires > $1 AND used = 0"
	                                 " ORDER BY created DESC LIMIT $2");
	struct store_phone_code *v = ARENA_ARRAY(a, struct store_phone_code, limit + 1);
	size_t n = 0;
	int r;

	SQL_BIND_INTS(s, now, limit);
	while ((r = sql_step(s)) == 1)
		v[n++] = row_of(s, a);
	sql_done(s);
	*ret = v;
	*ret_n = n;
	return r;
}

int store_phone_code_prune(struct sql_db *db, unixtime_t before)
{
	struct sql_stmt *s = sql_prepare(db, "DELETE FROM phone_code WHERE expires < $1");

	sql_bind_int(s, 1, before);
	return sql_run(s);
}
