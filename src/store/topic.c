/* topic.c - see topic.h. */
#include "store/topic.h"

#include "store/list.h"

#define COLUMNS "t.channel, t.id, t.creator, t.from_id, t.date, t.title, t.color, t.icon, t.flags, t.pin"

static struct store_topic row_of(struct sql_stmt *s, struct arena *a)
{
	return (struct store_topic){.channel = sql_int(s, 0),
	                            .id = (int32_t)sql_int(s, 1),
	                            .creator = sql_int(s, 2),
	                            .from_id = sql_int(s, 3),
	                            .date = sql_int(s, 4),
	                            .title = sql_copy(s, 5, a),
	                            .color = (int32_t)sql_int(s, 6),
	                            .icon = sql_int(s, 7),
	                            .flags = (int)sql_int(s, 8),
	                            .pin = (int32_t)sql_int(s, 9)};
}

int store_topic_get(struct sql_db *db, int64_t channel, int32_t id, struct arena *a, struct store_topic *ret)
{
	struct sql_stmt *s = sql_prepare(db, "SELECT " COLUMNS
	                                     " FROM topic AS t WHERE t.channel = $1 AND t.id = $2");
	int r;

	SQL_BIND_INTS(s, channel, id);
	r = sql_step(s);
	if (r == 1)
		*ret = row_of(s, a);
	sql_done(s);
	return sql_found(r);
}

int store_topic_put(struct sql_db *db, const struct store_topic *t)
{
	struct sql_stmt *s = sql_prepare(
		db,
		"INSERT INTO topic (channel, id, creator, from_id, date, title, color, icon, flags, pin)"
		" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (channel, id) DO UPDATE SET"
		" title = excluded.title, color = excluded.color, icon = excluded.icon,"
		" flags = excluded.flags, pin = excluded.pin");

	SQL_BIND_INTS(s, t->channel, t->id, t->creator, t->from_id, t->date);
	sql_bind_text(s, 6, t->title);
	sql_bind_int(s, 7, t->color);
	sql_bind_int(s, 8, t->icon);
	sql_bind_int(s, 9, t->flags);
	sql_bind_int(s, 10, t->pin);
	return sql_run(s);
}

int store_topic_drop(struct sql_db *db, int64_t channel, int32_t id)
{
	struct sql_stmt *s = sql_prepare(db, "DELETE FROM topic WHERE channel = $1 AND id = $2");

	SQL_BIND_INTS(s, channel, id);
	return sql_run(s);
}

int store_topic_count(struct sql_db *db, int64_t channel, uint32_t *ret)
{
	struct sql_stmt *s = sql_prepare(db, "SELECT count(*) FROM topic WHERE channel = $1");

	sql_bind_int(s, 1, channel);
	return store_count_of(s, ret);
}

static int many(struct sql_stmt *s, struct arena *a, struct store_topic **ret, size_t *ret_n)
{
	struct store_topic *v = NULL, *more;
	size_t n = 0, cap = 0;
	int r;

	while ((r = sql_step(s)) == 1) {
		if (n == cap) {
			more = ARENA_ARRAY(a, struct store_topic, cap = cap ? cap * 2 : 16);
			if (n)
				memcpy(more, v, n * sizeof(*v));
			v = more;
		}
		v[n++] = row_of(s, a);
	}
	sql_done(s);
	*ret = v;
	*ret_n = n;
	return r;
}

int store_topic_pinned(struct sql_db *db, int64_t channel, struct arena *a, struct store_topic **ret,
                       size_t *ret_n)
{
	struct sql_stmt *s = sql_prepare(
		db,
		"SELECT " COLUMNS " FROM topic AS t WHERE t.channel = $1 AND t.pin > 0 ORDER BY t.pin DESC");

	sql_bind_int(s, 1, channel);
	return many(s, a, ret, ret_n);
}

int store_topic_walk(struct sql_db *db, int64_t channel, int32_t from, uint32_t limit, struct arena *a,
                     struct store_topic **ret, size_t *ret_n)
{
	struct sql_stmt *s = sql_prepare(
		db, "SELECT " COLUMNS
		    " FROM thread AS h JOIN topic AS t ON t.channel = h.channel AND t.id = h.top"
		    " WHERE h.channel = $1 AND h.max_id < $2 AND t.pin = 0 ORDER BY h.max_id DESC LIMIT $3");

	SQL_BIND_INTS(s, channel, from, limit);
	return many(s, a, ret, ret_n);
}
