/* bot.c - see bot.h. */
#include "store/bot.h"

#include "store/meta.h"

enum { FIRST_ID = 1 }; /* of the sequence; the id is STORE_BOT_BASE more */

static void bind(struct sql_stmt *s, const struct store_bot *b)
{
	SQL_BIND_INTS(s, b->id, b->owner);
	sql_bind_bytes(s, 3, b->secret);
	sql_bind_int(s, 4, b->flags);
	sql_bind_int(s, 5, b->version);
	sql_bind_int(s, 6, b->created);
	sql_bind_text(s, 7, b->placeholder);
	sql_bind_bytes(s, 8, b->menu);
}

int store_bot_insert(struct sql_db *db, struct store_bot *b)
{
	struct sql_stmt *s;
	int64_t n;
	int r = store_meta_next(db, "next_bot", FIRST_ID, &n);

	if (r < 0)
		return r;
	b->id = STORE_BOT_BASE + n;
	s = sql_prepare(db, "INSERT INTO bot (id, owner, secret, flags, version, created, placeholder, menu)"
	                    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)");
	bind(s, b);
	return sql_run(s);
}

int store_bot_get(struct sql_db *db, int64_t id, struct arena *a, struct store_bot *ret)
{
	struct sql_stmt *s = sql_prepare(
		db,
		"SELECT owner, secret, flags, version, created, placeholder, menu FROM bot WHERE id = $1");
	int r;

	sql_bind_int(s, 1, id);
	r = sql_step(s);
	if (r == 1)
		*ret = (struct store_bot){.id = id,
		                          .owner = sql_int(s, 0),
		                          .secret = sql_copy(s, 1, a),
		                          .flags = (int)sql_int(s, 2),
		                          .version = (int32_t)sql_int(s, 3),
		                          .created = sql_int(s, 4),
		                          .placeholder = sql_copy(s, 5, a),
		                          .menu = sql_copy(s, 6, a)};
	sql_done(s);
	return sql_found(r);
}

int store_bot_put(struct sql_db *db, const struct store_bot *b)
{
	struct sql_stmt *s = sql_prepare(
		db, "UPDATE bot SET owner = $2, secret = $3, flags = $4, version = $5, created = $6,"
		    " placeholder = $7, menu = $8 WHERE id = $1");

	bind(s, b);
	return sql_run(s);
}

static int run_of(struct sql_stmt *s, int64_t bot)
{
	sql_bind_int(s, 1, bot);
	return sql_run(s);
}

int store_bot_delete(struct sql_db *db, int64_t id)
{
	int r;

	if ((r = run_of(sql_prepare(db, "DELETE FROM bot_text WHERE bot = $1"), id)) < 0 ||
	    (r = run_of(sql_prepare(db, "DELETE FROM bot_commands WHERE bot = $1"), id)) < 0 ||
	    (r = run_of(sql_prepare(db, "DELETE FROM bot_menu WHERE bot = $1"), id)) < 0)
		return r;
	return run_of(sql_prepare(db, "DELETE FROM bot WHERE id = $1"), id);
}

int store_bot_ids(struct sql_db *db, int64_t owner, int64_t after, uint32_t limit, int64_t *ret,
                  size_t *ret_n)
{
	struct sql_stmt *s;
	size_t n = 0;
	int r;

	if (owner)
		s = sql_prepare(db, "SELECT id FROM bot WHERE id > $1 AND owner = $3 ORDER BY id LIMIT $2");
	else
		s = sql_prepare(db, "SELECT id FROM bot WHERE id > $1 ORDER BY id LIMIT $2");
	SQL_BIND_INTS(s, after, limit);
	if (owner)
		sql_bind_int(s, 3, owner);
	while ((r = sql_step(s)) == 1)
		ret[n++] = sql_int(s, 0);
	sql_done(s);
	*ret_n = n;
	return r;
}

/* --- texts */

int store_bot_text_get(struct sql_db *db, int64_t bot, struct slice lang, struct arena *a,
                       struct store_bot_text *ret)
{
	struct sql_stmt *s = sql_prepare(
		db, "SELECT name, about, description FROM bot_text WHERE bot = $1 AND lang = $2");
	int r;

	sql_bind_int(s, 1, bot);
	sql_bind_text(s, 2, lang);
	r = sql_step(s);
	if (r == 1)
		*ret = (struct store_bot_text){.name = sql_copy(s, 0, a),
		                               .about = sql_copy(s, 1, a),
		                               .description = sql_copy(s, 2, a)};
	sql_done(s);
	return sql_found(r);
}

int store_bot_text_put(struct sql_db *db, int64_t bot, struct slice lang, const struct store_bot_text *t)
{
	struct sql_stmt *s = sql_prepare(
		db, "INSERT INTO bot_text (bot, lang, name, about, description) VALUES ($1, $2, $3, $4, $5)"
		    " ON CONFLICT (bot, lang) DO UPDATE SET name = excluded.name, about = excluded.about,"
		    " description = excluded.description");

	sql_bind_int(s, 1, bot);
	sql_bind_text(s, 2, lang);
	sql_bind_text(s, 3, t->name);
	sql_bind_text(s, 4, t->about);
	sql_bind_text(s, 5, t->description);
	return sql_run(s);
}

/* --- commands */

static void bind_scope(struct sql_stmt *st, int64_t bot, const struct store_bot_scope *s)
{
	SQL_BIND_INTS(st, bot, s->kind, s->peer, s->user);
	sql_bind_text(st, 5, s->lang);
}

int store_bot_commands_put(struct sql_db *db, int64_t bot, const struct store_bot_scope *s, struct slice body)
{
	struct sql_stmt *st;

	if (!body.n) {
		st = sql_prepare(db, "DELETE FROM bot_commands WHERE bot = $1 AND scope = $2 AND peer = $3"
		                     " AND user_id = $4 AND lang = $5");
		bind_scope(st, bot, s);
		return sql_run(st);
	}
	st = sql_prepare(db, "INSERT INTO bot_commands (bot, scope, peer, user_id, lang, body)"
	                     " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (bot, scope, peer, user_id, lang)"
	                     " DO UPDATE SET body = excluded.body");
	bind_scope(st, bot, s);
	sql_bind_bytes(st, 6, body);
	return sql_run(st);
}

static int one(struct sql_stmt *s, struct arena *a, struct slice *ret)
{
	int r = sql_step(s);

	if (r == 1)
		*ret = sql_copy(s, 0, a);
	sql_done(s);
	return sql_found(r);
}

int store_bot_commands_get(struct sql_db *db, int64_t bot, const struct store_bot_scope *s, struct arena *a,
                           struct slice *ret)
{
	struct sql_stmt *st = sql_prepare(
		db, "SELECT body FROM bot_commands WHERE bot = $1 AND scope = $2 AND peer = $3"
		    " AND user_id = $4 AND lang = $5");

	bind_scope(st, bot, s);
	return one(st, a, ret);
}

int store_bot_speaks_languages(struct sql_db *db, int64_t bot)
{
	struct sql_stmt *s = sql_prepare(db,
	                                 "SELECT 1 FROM bot_commands WHERE bot = $1 AND lang <> '' LIMIT 1");
	int64_t one;

	sql_bind_int(s, 1, bot);
	return sql_value(s, &one);
}

int store_bot_scope_users(struct sql_db *db, int64_t bot, int kind, int64_t peer, uint32_t limit,
                          struct arena *a, int64_t **ret, size_t *ret_n)
{
	struct sql_stmt *s = sql_prepare(db, "SELECT DISTINCT user_id FROM bot_commands WHERE bot = $1"
	                                     " AND scope = $2 AND peer = $3 LIMIT $4");
	size_t n = 0;
	int r;

	*ret = ARENA_ARRAY(a, int64_t, limit + 1u);
	SQL_BIND_INTS(s, bot, kind, peer, limit);
	while ((r = sql_step(s)) == 1 && n < limit)
		(*ret)[n++] = sql_int(s, 0);
	sql_done(s);
	*ret_n = n;
	return r < 0 ? r : 0;
}

/* --- menu buttons */

int store_bot_menu_put(struct sql_db *db, int64_t bot, int64_t user, struct slice body)
{
	struct sql_stmt *s;

	if (body.n)
		s = sql_prepare(db, "INSERT INTO bot_menu (bot, user_id, body) VALUES ($1, $2, $3)"
		                    " ON CONFLICT (bot, user_id) DO UPDATE SET body = excluded.body");
	else
		s = sql_prepare(db, "DELETE FROM bot_menu WHERE bot = $1 AND user_id = $2");
	SQL_BIND_INTS(s, bot, user);
	if (body.n)
		sql_bind_bytes(s, 3, body);
	return sql_run(s);
}

int store_bot_menu_get(struct sql_db *db, int64_t bot, int64_t user, struct arena *a, struct slice *ret)
{
	struct sql_stmt *s = sql_prepare(db, "SELECT body FROM bot_menu WHERE bot = $1 AND user_id = $2");

	SQL_BIND_INTS(s, bot, user);
	return one(s, a, ret);
}
