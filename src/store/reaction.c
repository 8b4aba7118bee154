/* reaction.c - see reaction.h. */
#include "store/reaction.h"

#include "base/err.h"
#include "store/file.h"

int store_reaction_list(struct sql_db *db, struct arena *a, struct store_reaction **ret, size_t *ret_n)
{
	struct sql_stmt *s = sql_prepare(
		db, "SELECT emoji, title, icon, appear, pick, activate, effect, around, center"
		    " FROM reaction ORDER BY place");
	struct store_reaction *v = ARENA_ARRAY(a, struct store_reaction, STORE_REACTIONS_MAX);
	size_t n = 0;
	int r;

	while ((r = sql_step(s)) == 1 && n < STORE_REACTIONS_MAX) {
		v[n].emoji = sql_copy(s, 0, a);
		v[n].title = sql_copy(s, 1, a);
		for (int i = 0; i < STORE_REACTION_FILES; i++)
			v[n].file[i] = sql_int(s, 2 + i);
		n++;
	}
	sql_done(s);
	*ret = v;
	*ret_n = n;
	return r < 0 ? r : 0;
}

static int refer(struct sql_db *db, const struct store_reaction *v, size_t n, int64_t delta, unixtime_t now)
{
	int r = 0;

	for (size_t i = 0; r >= 0 && i < n; i++)
		for (int k = 0; r >= 0 && k < STORE_REACTION_FILES; k++)
			r = store_file_ref(db, v[i].file[k], delta, now);
	return r;
}

static int insert(struct sql_db *db, const struct store_reaction *x, int64_t place)
{
	struct sql_stmt *s = sql_prepare(
		db, "INSERT INTO reaction (place, emoji, title, icon, appear, pick, activate, effect,"
		    " around, center) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)");

	sql_bind_int(s, 1, place);
	sql_bind_text(s, 2, x->emoji);
	sql_bind_text(s, 3, x->title);
	for (int i = 0; i < STORE_REACTION_FILES; i++)
		sql_bind_int(s, 4 + i, x->file[i]);
	return sql_run(s);
}

int store_reaction_replace(struct sql_db *db, const struct store_reaction *v, size_t n, unixtime_t now)
{
	struct store_reaction *old;
	struct arena a;
	size_t n_old;
	int r;

	arena_init(&a, 0);
	if ((r = refer(db, v, n, 1, now)) >= 0 && (r = store_reaction_list(db, &a, &old, &n_old)) >= 0 &&
	    (r = refer(db, old, n_old, -1, now)) >= 0)
		r = sql_run(sql_prepare(db, "DELETE FROM reaction"));
	for (size_t i = 0; r >= 0 && i < n; i++)
		r = insert(db, &v[i], (int64_t)i);
	arena_fini(&a);
	return r < 0 ? r : 0;
}
