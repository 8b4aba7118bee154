/* qts.c - see qts.h. */
#include "store/qts.h"

#include "base/buf.h"
#define COLUMNS "key, qts, chat, random_id, date, service, file, body"

int store_qts_last(struct sql_db *db, int64_t key, int32_t *ret_qts)
{
	struct sql_stmt *s = sql_prepare(db, "SELECT qts FROM secret_box WHERE key = $1");
	int64_t qts = STORE_QTS_FIRST;
	int r;

	sql_bind_int(s, 1, key);
	r = sql_value(s, &qts);
	*ret_qts = (int32_t)qts;
	return r < 0 ? r : 0;
}

static int next_qts(struct sql_db *db, int64_t key, int32_t *ret)
{
	struct sql_stmt *s = sql_prepare(db, "INSERT INTO secret_box (key, qts) VALUES ($1, $2)"
	                                     " ON CONFLICT (key) DO UPDATE SET qts = secret_box.qts + 1");
	int r;

	SQL_BIND_INTS(s, key, STORE_QTS_FIRST + 1);
	r = sql_run(s);
	return r < 0 ? r : store_qts_last(db, key, ret);
}

int store_qts_push(struct sql_db *db, struct store_queued *m)
{
	struct sql_stmt *s;
	int r = next_qts(db, m->key, &m->qts);

	if (r < 0)
		return r;
	s = sql_prepare(db, "INSERT INTO secret_queue (" COLUMNS ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8)");
	SQL_BIND_INTS(s, m->key, m->qts, m->chat, m->random_id, m->date, m->is_service, m->file);
	sql_bind_bytes(s, 8, m->body);
	return sql_run(s);
}

static struct store_queued row_of(struct sql_stmt *s, struct arena *a)
{
	return (struct store_queued){.key = sql_int(s, 0),
	                             .qts = (int32_t)sql_int(s, 1),
	                             .chat = (int32_t)sql_int(s, 2),
	                             .random_id = sql_int(s, 3),
	                             .date = sql_int(s, 4),
	                             .is_service = sql_int(s, 5) != 0,
	                             .file = sql_int(s, 6),
	                             .body = sql_copy(s, 7, a)};
}

int store_qts_get(struct sql_db *db, int64_t key, int32_t qts, struct arena *a, struct store_queued *ret)
{
	struct sql_stmt *s = sql_prepare(db,
	                                 "SELECT " COLUMNS " FROM secret_queue WHERE key = $1 AND qts = $2");
	int r;

	SQL_BIND_INTS(s, key, qts);
	r = sql_step(s);
	if (r == 1)
		*ret = row_of(s, a);
	sql_done(s);
	return sql_found(r);
}

int store_qts_after(struct sql_db *db, int64_t key, int32_t qts, uint32_t limit, size_t bytes,
                    struct arena *a, struct store_queued **ret, size_t *ret_n, bool *ret_more)
{
	struct sql_stmt *s = sql_prepare(db,
	                                 "SELECT " COLUMNS " FROM secret_queue WHERE key = $1 AND qts > $2"
	                                 " ORDER BY qts LIMIT $3");
	struct store_queued *v = ARENA_ARRAY(a, struct store_queued, limit + 1);
	size_t n = 0, sum = 0;
	int r;

	SQL_BIND_INTS(s, key, qts, (int64_t)limit + 1);
	while ((r = sql_step(s)) == 1 && n < limit && (!n || sum + sql_bytes(s, 7).n <= bytes)) {
		v[n] = row_of(s, a);
		sum += v[n++].body.n;
	}
	sql_done(s);
	*ret = v;
	*ret_n = n;
	*ret_more = r == 1;
	return r < 0 ? r : 0;
}

int store_qts_has(struct sql_db *db, int64_t key, int32_t qts, unixtime_t before)
{
	/* Dates grow with qts: the first row tells. */
	struct sql_stmt *s = sql_prepare(
		db, "SELECT date FROM secret_queue WHERE key = $1 AND qts <= $2 ORDER BY qts LIMIT 1");
	int64_t date;
	int r;

	SQL_BIND_INTS(s, key, qts);
	r = sql_value(s, &date);
	return r == 1 ? date < before : r;
}

static int random_ids(struct sql_db *db, int64_t key, int32_t qts, unixtime_t before, struct arena *a,
                      int64_t **ret, size_t *ret_n)
{
	struct sql_stmt *s = sql_prepare(db, "SELECT random_id FROM secret_queue WHERE key = $1 AND qts <= $2"
	                                     " AND date < $3 ORDER BY qts");
	struct buf ids = {0};
	int r;

	SQL_BIND_INTS(s, key, qts, before);
	while ((r = sql_step(s)) == 1)
		buf_u64(&ids, (uint64_t)sql_int(s, 0));
	sql_done(s);
	*ret_n = ids.n / sizeof(int64_t);
	*ret = ARENA_ARRAY(a, int64_t, *ret_n + 1);
	if (ids.n)
		memcpy(*ret, buf_slice(&ids).p, ids.n);
	buf_fini(&ids);
	return r;
}

int store_qts_received(struct sql_db *db, int64_t key, int32_t qts, unixtime_t before, struct arena *a,
                       int64_t **ret, size_t *ret_n)
{
	struct sql_stmt *s;
	int r = ret ? random_ids(db, key, qts, before, a, ret, ret_n) : 0;

	if (r < 0)
		return r;
	s = sql_prepare(db, "DELETE FROM secret_queue WHERE key = $1 AND qts <= $2 AND date < $3");
	SQL_BIND_INTS(s, key, qts, before);
	return sql_run(s);
}

int store_qts_waiting(struct sql_db *db, int64_t key, int64_t *ret)
{
	struct sql_stmt *s = sql_prepare(db,
	                                 "SELECT qts FROM secret_queue WHERE key = $1 ORDER BY qts LIMIT 1");
	int64_t first;
	int32_t last;
	int r;

	*ret = 0;
	sql_bind_int(s, 1, key);
	r = sql_value(s, &first);
	if (r <= 0 || (r = store_qts_last(db, key, &last)) < 0)
		return r;
	*ret = last - first + 1;
	return 0;
}

int store_qts_drop(struct sql_db *db, int64_t key)
{
	struct sql_stmt *s = sql_prepare(db, "DELETE FROM secret_queue WHERE key = $1");
	int r;

	sql_bind_int(s, 1, key);
	r = sql_run(s);
	if (r < 0)
		return r;
	s = sql_prepare(db, "DELETE FROM secret_box WHERE key = $1");
	sql_bind_int(s, 1, key);
	return sql_run(s);
}
