/* chat_out.c - see chat_out.h. */
#include "store/chat_out.h"

static int next_seq(struct sql_db *db, int64_t chat, int64_t *ret)
{
	struct sql_stmt *s = sql_prepare(db, "UPDATE chat SET seq = seq + 1 WHERE id = $1 RETURNING seq");
	int r;

	sql_bind_int(s, 1, chat);
	r = sql_step(s);
	if (r == 1)
		*ret = sql_int(s, 0);
	sql_done(s);
	return sql_found(r);
}

int store_out_append(struct sql_db *db, const struct store_out *o, int64_t *ret_seq)
{
	struct sql_stmt *s;
	int r = next_seq(db, o->chat, ret_seq);

	if (r < 0)
		return r;
	s = sql_prepare(db, "INSERT INTO chat_out (chat, seq, kind, owner, id, date, payload)"
	                    " VALUES ($1, $2, $3, $4, $5, $6, $7)");
	SQL_BIND_INTS(s, o->chat, *ret_seq, o->kind, o->owner, o->id, o->date);
	sql_bind_bytes(s, 7, o->payload);
	return sql_run(s);
}

int store_out_waits(struct sql_db *db, int64_t chat)
{
	struct sql_stmt *s = sql_prepare(db, "SELECT 1 FROM chat_out WHERE chat = $1 LIMIT 1");
	int r;

	sql_bind_int(s, 1, chat);
	r = sql_step(s);
	sql_done(s);
	return r;
}

static struct store_out row_of(struct sql_stmt *s, struct arena *a)
{
	return (struct store_out){.chat = sql_int(s, 0),
	                          .seq = sql_int(s, 1),
	                          .kind = (int)sql_int(s, 2),
	                          .owner = sql_int(s, 3),
	                          .id = (int32_t)sql_int(s, 4),
	                          .date = sql_int(s, 5),
	                          .payload = sql_copy(s, 6, a)};
}

int store_out_after(struct sql_db *db, int64_t chat, int64_t seq, uint32_t limit, struct arena *a,
                    struct store_out **ret, size_t *ret_n)
{
	struct sql_stmt *s = sql_prepare(db, "SELECT chat, seq, kind, owner, id, date, payload FROM chat_out"
	                                     " WHERE chat = $1 AND seq > $2 ORDER BY seq LIMIT $3");
	struct store_out *v = ARENA_ARRAY(a, struct store_out, limit + 1u);
	size_t n = 0;
	int r;

	SQL_BIND_INTS(s, chat, seq, limit);
	while ((r = sql_step(s)) == 1 && n < limit)
		v[n++] = row_of(s, a);
	sql_done(s);
	*ret = v;
	*ret_n = n;
	return r < 0 ? r : 0;
}

int store_out_got(struct sql_db *db, int64_t chat, int64_t user, int64_t *ret_seq)
{
	struct sql_stmt *s = sql_prepare(db, "SELECT got FROM chat_member WHERE chat = $1 AND user_id = $2");
	int r;

	SQL_BIND_INTS(s, chat, user);
	r = sql_step(s);
	if (r == 1)
		*ret_seq = sql_int(s, 0);
	sql_done(s);
	return sql_found(r);
}

int store_out_set_got(struct sql_db *db, int64_t chat, int64_t user, int64_t seq)
{
	struct sql_stmt *s = sql_prepare(db,
	                                 "UPDATE chat_member SET got = $3 WHERE chat = $1 AND user_id = $2");

	SQL_BIND_INTS(s, chat, user, seq);
	return sql_run(s);
}

int store_out_behind(struct sql_db *db, int64_t chat, int64_t *ret_user, int64_t *ret_seq)
{
	struct sql_stmt *s = sql_prepare(db, "SELECT user_id, got FROM chat_member WHERE chat = $1 AND got <"
	                                     " (SELECT max(seq) FROM chat_out WHERE chat = $1)"
	                                     " ORDER BY got, date, user_id LIMIT 1");
	int r;

	sql_bind_int(s, 1, chat);
	r = sql_step(s);
	if (r == 1) {
		*ret_user = sql_int(s, 0);
		*ret_seq = sql_int(s, 1);
	}
	sql_done(s);
	return sql_found(r);
}

int store_out_over(struct sql_db *db, int64_t chat, struct arena *a, struct store_out *ret)
{
	struct sql_stmt *s = sql_prepare(
		db, "SELECT chat, seq, kind, owner, id, date, payload FROM chat_out WHERE chat = $1"
		    " AND seq <= COALESCE((SELECT min(got) FROM chat_member WHERE chat = $1), seq)"
		    " ORDER BY seq LIMIT 1");
	int r;

	sql_bind_int(s, 1, chat);
	r = sql_step(s);
	if (r == 1)
		*ret = row_of(s, a);
	sql_done(s);
	return sql_found(r);
}

int store_out_drop(struct sql_db *db, int64_t chat, int64_t seq)
{
	struct sql_stmt *s = sql_prepare(db, "DELETE FROM chat_out WHERE chat = $1 AND seq = $2");

	SQL_BIND_INTS(s, chat, seq);
	return sql_run(s);
}
