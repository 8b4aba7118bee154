/* channel_member.c - members of channels, and each user's list of channels; see channel.h. */
#include "base/err.h"
#include "store/bot.h"
#include "store/channel.h"
#include "store/list.h"

#define COLUMNS "user_id, role, by_id, date, rights, banned, until, first_id, invite, last_sent, rank, bot"

static void read_row(struct sql_stmt *s, int64_t channel, struct arena *a, struct store_channel_member *ret)
{
	*ret = (struct store_channel_member){.channel = channel,
	                                     .user = sql_int(s, 0),
	                                     .role = (enum store_channel_role)sql_int(s, 1),
	                                     .by = sql_int(s, 2),
	                                     .date = sql_int(s, 3),
	                                     .rights = sql_int(s, 4),
	                                     .banned = sql_int(s, 5),
	                                     .until = sql_int(s, 6),
	                                     .first_id = (int32_t)sql_int(s, 7),
	                                     .by_request = sql_int(s, 8) != 0,
	                                     .last_sent = sql_int(s, 9),
	                                     .rank = sql_copy(s, 10, a),
	                                     .is_bot = sql_int(s, 11) != 0};
}

int store_channel_member_get(struct sql_db *db, int64_t channel, int64_t user, struct arena *a,
                             struct store_channel_member *ret)
{
	struct sql_stmt *s = sql_prepare(db, "SELECT " COLUMNS
	                                     " FROM chan_member WHERE channel = $1 AND user_id = $2");
	int r;

	SQL_BIND_INTS(s, channel, user);
	r = sql_step(s);
	if (r == 1)
		read_row(s, channel, a, ret);
	sql_done(s);
	return sql_found(r);
}

static bool is_in(enum store_channel_role role)
{
	return role == STORE_CHANNEL_MEMBER || role == STORE_CHANNEL_ADMIN || role == STORE_CHANNEL_CREATOR;
}

/* What a row adds to the counters of its channel. */
static void count(struct store_channel *c, const struct store_channel_member *m, int by)
{
	c->members += is_in(m->role) ? by : 0;
	c->admins += m->role == STORE_CHANNEL_ADMIN || m->role == STORE_CHANNEL_CREATOR ? by : 0;
	c->kicked += m->role == STORE_CHANNEL_KICKED ? by : 0;
	c->restricted += m->banned && m->role != STORE_CHANNEL_KICKED ? by : 0;
}

static int write_row(struct sql_db *db, const struct store_channel_member *m)
{
	struct sql_stmt *s = sql_prepare(
		db, "INSERT INTO chan_member (channel, " COLUMNS
		    ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) ON CONFLICT (channel, "
		    "user_id) DO UPDATE"
		    " SET role = excluded.role, by_id = excluded.by_id, date = excluded.date, rights = "
		    "excluded.rights,"
		    " banned = excluded.banned, until = excluded.until, first_id = excluded.first_id,"
		    " invite = excluded.invite, last_sent = excluded.last_sent, rank = excluded.rank, bot = "
		    "excluded.bot");

	SQL_BIND_INTS(s, m->channel, m->user, m->role, m->by, m->date, m->rights, m->banned, m->until,
	              m->first_id, m->by_request, m->last_sent);
	sql_bind_text(s, 12, m->rank);
	sql_bind_int(s, 13, m->is_bot);
	return sql_run(s);
}

static int list_of_user(struct sql_db *db, const struct store_channel_member *m)
{
	struct sql_stmt *s;

	s = is_in(m->role) ? sql_prepare(db, "INSERT INTO chan_of (user_id, channel) VALUES ($1, $2)"
	                                     " ON CONFLICT DO NOTHING")
	                   : sql_prepare(db, "DELETE FROM chan_of WHERE user_id = $1 AND channel = $2");
	SQL_BIND_INTS(s, m->user, m->channel);
	return sql_run(s);
}

static int write_counts(struct sql_db *db, const struct store_channel *c)
{
	struct sql_stmt *s = sql_prepare(
		db, "UPDATE chan SET members = $2, admins = $3, kicked = $4, restricted = $5 WHERE id = $1");

	SQL_BIND_INTS(s, c->id, c->members, c->admins, c->kicked, c->restricted);
	return sql_run(s);
}

int store_channel_member_put(struct sql_db *db, struct store_channel *c, const struct store_channel_member *m)
{
	struct store_channel_member had;
	struct store_channel before = *c;
	struct arena a;
	int r;

	arena_init(&a, 0);
	r = store_channel_member_get(db, m->channel, m->user, &a, &had);
	if (r == 0)
		count(c, &had, -1);
	else if (r == -ERR_NOTFOUND)
		had.role = STORE_CHANNEL_LEFT;
	count(c, m, 1);
	if ((r == 0 || r == -ERR_NOTFOUND) && (r = write_row(db, m)) >= 0 &&
	    is_in(had.role) != is_in(m->role))
		r = list_of_user(db, m);
	arena_fini(&a);
	if (r >= 0 && (c->members != before.members || c->admins != before.admins ||
	               c->kicked != before.kicked || c->restricted != before.restricted))
		r = write_counts(db, c);
	return r;
}

static int page(struct sql_stmt *s, int64_t channel, uint32_t offset, uint32_t limit, struct arena *a,
                struct store_channel_member *v, size_t *n)
{
	int r;

	SQL_BIND_INTS(s, channel, limit, offset);
	while ((r = sql_step(s)) == 1)
		read_row(s, channel, a, &v[(*n)++]);
	sql_done(s);
	return r;
}

int store_channel_members(struct sql_db *db, int64_t channel, enum store_channel_list which, uint32_t offset,
                          uint32_t limit, struct arena *a, struct store_channel_member **ret, size_t *ret_n)
{
	struct store_channel_member *v = ARENA_ARRAY(a, struct store_channel_member, limit ? limit : 1);
	struct sql_stmt *s = NULL;
	size_t n = 0;
	int r;

	switch (which) {
	case STORE_CHANNEL_RECENT: /* the creator, admins, the others */
		s = sql_prepare(db, "SELECT " COLUMNS
		                    " FROM chan_member WHERE channel = $1 AND role >= 1 AND role <= 3"
		                    " ORDER BY role DESC, date DESC, user_id LIMIT $2 OFFSET $3");
		break;
	case STORE_CHANNEL_ADMINS:
		s = sql_prepare(db, "SELECT " COLUMNS
		                    " FROM chan_member WHERE channel = $1 AND role >= 2 AND role <= 3"
		                    " ORDER BY role DESC, date DESC, user_id LIMIT $2 OFFSET $3");
		break;
	case STORE_CHANNEL_KICKEDS:
		s = sql_prepare(db, "SELECT " COLUMNS " FROM chan_member WHERE channel = $1 AND role = 4"
		                    " ORDER BY date DESC, user_id LIMIT $2 OFFSET $3");
		break;
	case STORE_CHANNEL_BOTS: /* by their ids: each post asks for them, and the members of a channel are many */
		s = sql_prepare(db, "SELECT " COLUMNS
		                    " FROM chan_member WHERE channel = $1 AND user_id > $4 AND bot <> 0"
		                    " AND role >= 1 AND role <= 3 ORDER BY user_id LIMIT $2 OFFSET $3");
		sql_bind_int(s, 4, STORE_BOT_BASE);
		break;
	case STORE_CHANNEL_RESTRICTEDS: /* '+': SQLite would walk all members for the sake of the order */
		s = sql_prepare(db, "SELECT " COLUMNS
		                    " FROM chan_member WHERE channel = $1 AND banned > 0 AND role <> 4"
		                    " ORDER BY +user_id LIMIT $2 OFFSET $3");
		break;
	}
	r = page(s, channel, offset, limit, a, v, &n);
	*ret = v;
	*ret_n = n;
	return r;
}

int store_channels_of(struct sql_db *db, int64_t user, struct arena *a, int64_t **ret, size_t *ret_n)
{
	return store_list_of(
		sql_prepare(db, "SELECT channel FROM chan_of WHERE user_id = $1 ORDER BY channel"), user, a,
		ret, ret_n);
}

int store_channels_count(struct sql_db *db, int64_t user, uint32_t *ret)
{
	struct sql_stmt *s = sql_prepare(db, "SELECT count(*) FROM chan_of WHERE user_id = $1");

	sql_bind_int(s, 1, user);
	return store_count_of(s, ret);
}

int store_channel_rest(struct sql_db *db, int64_t channel, uint32_t limit, int64_t *ret_users, size_t *ret_n)
{
	struct sql_stmt *s = sql_prepare(
		db, "SELECT user_id FROM chan_member WHERE channel = $1 ORDER BY user_id LIMIT $2");
	int r;

	*ret_n = 0;
	SQL_BIND_INTS(s, channel, limit);
	while ((r = sql_step(s)) == 1)
		ret_users[(*ret_n)++] = sql_int(s, 0);
	sql_done(s);
	return r;
}

int store_channel_member_forget(struct sql_db *db, int64_t channel, int64_t user)
{
	struct sql_stmt *s = sql_prepare(db, "DELETE FROM chan_member WHERE channel = $1 AND user_id = $2");
	int r;

	SQL_BIND_INTS(s, channel, user);
	if ((r = sql_run(s)) < 0)
		return r;
	s = sql_prepare(db, "DELETE FROM chan_of WHERE user_id = $1 AND channel = $2");
	SQL_BIND_INTS(s, user, channel);
	return sql_run(s);
}
