/* chat.c - see chat.h. */
#include "store/chat.h"

#include "base/err.h"
#include "store/channel.h"
#include "store/list.h"

#define COLUMNS                                                                                              \
	"creator, title, about, date, flags, version, members, banned, photo, migrated_to, ttl, reactions"

static void bind(struct sql_stmt *s, const struct store_chat *c)
{
	SQL_BIND_INTS(s, c->id, c->creator);
	sql_bind_text(s, 3, c->title);
	sql_bind_text(s, 4, c->about);
	sql_bind_int(s, 5, c->date);
	sql_bind_int(s, 6, c->flags);
	sql_bind_int(s, 7, c->version);
	sql_bind_int(s, 8, c->members);
	sql_bind_int(s, 9, c->banned);
	sql_bind_int(s, 10, c->photo);
	sql_bind_int(s, 11, c->migrated_to);
	sql_bind_int(s, 12, c->ttl);
	sql_bind_bytes(s, 13, c->reactions);
}

int store_chat_insert(struct sql_db *db, struct store_chat *c)
{
	struct sql_stmt *s;
	int r;

	r = store_group_id(db, &c->id);
	if (r < 0)
		return r;
	s = sql_prepare(db, "INSERT INTO chat (id, " COLUMNS
	                    ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)");
	bind(s, c);
	return sql_run(s);
}

int store_chat_get(struct sql_db *db, int64_t id, struct arena *a, struct store_chat *ret)
{
	struct sql_stmt *s = sql_prepare(db, "SELECT " COLUMNS " FROM chat WHERE id = $1");
	int r;

	sql_bind_int(s, 1, id);
	r = sql_step(s);
	if (r == 1)
		*ret = (struct store_chat){.id = id,
		                           .creator = sql_int(s, 0),
		                           .title = sql_copy(s, 1, a),
		                           .about = sql_copy(s, 2, a),
		                           .date = sql_int(s, 3),
		                           .flags = (int)sql_int(s, 4),
		                           .version = (int32_t)sql_int(s, 5),
		                           .members = (int32_t)sql_int(s, 6),
		                           .banned = sql_int(s, 7),
		                           .photo = sql_int(s, 8),
		                           .migrated_to = sql_int(s, 9),
		                           .ttl = (int32_t)sql_int(s, 10),
		                           .reactions = sql_copy(s, 11, a)};
	sql_done(s);
	return sql_found(r);
}

int store_chat_put(struct sql_db *db, const struct store_chat *c)
{
	struct sql_stmt *s = sql_prepare(
		db,
		"UPDATE chat SET creator = $2, title = $3, about = $4, date = $5, flags = $6, version = $7,"
		" members = $8, banned = $9, photo = $10, migrated_to = $11, ttl = $12, reactions = $13"
		" WHERE id = $1");

	bind(s, c);
	return sql_run(s);
}

static void set_rank(struct store_chat_member *m, struct slice rank)
{
	m->rank_n = rank.n < STORE_RANK_BYTES ? (uint8_t)rank.n : STORE_RANK_BYTES;
	if (m->rank_n)
		memcpy(m->rank, rank.p, m->rank_n);
}

int store_chat_member_put(struct sql_db *db, const struct store_chat_member *m)
{
	struct sql_stmt *s = sql_prepare(
		db,
		"INSERT INTO chat_member (chat, user_id, inviter, date, role, rank, got)"
		" VALUES ($1, $2, $3, $4, $5, $6, COALESCE((SELECT seq FROM chat WHERE id = $1), 0))"
		" ON CONFLICT (chat, user_id) DO UPDATE SET inviter = excluded.inviter, date = excluded.date,"
		" role = excluded.role, rank = excluded.rank");
	int r;

	SQL_BIND_INTS(s, m->chat, m->user, m->inviter, m->date, m->role);
	sql_bind_text(s, 6, slice_of(m->rank, m->rank_n));
	r = sql_run(s);
	if (r < 0)
		return r;
	s = sql_prepare(db, "INSERT INTO chat_of (user_id, chat) VALUES ($1, $2) ON CONFLICT DO NOTHING");
	SQL_BIND_INTS(s, m->user, m->chat);
	return sql_run(s);
}

int store_chat_member_delete(struct sql_db *db, int64_t chat, int64_t user)
{
	struct sql_stmt *s = sql_prepare(db, "DELETE FROM chat_member WHERE chat = $1 AND user_id = $2");
	int r;

	SQL_BIND_INTS(s, chat, user);
	r = sql_run(s);
	if (r < 0)
		return r;
	if (!sql_changes(db))
		return -ERR_NOTFOUND;
	s = sql_prepare(db, "DELETE FROM chat_of WHERE user_id = $1 AND chat = $2");
	SQL_BIND_INTS(s, user, chat);
	return sql_run(s);
}

int store_chat_member_get(struct sql_db *db, int64_t chat, int64_t user, struct store_chat_member *ret)
{
	struct sql_stmt *s = sql_prepare(
		db, "SELECT inviter, date, role, rank FROM chat_member WHERE chat = $1 AND user_id = $2");
	int r;

	SQL_BIND_INTS(s, chat, user);
	r = sql_step(s);
	if (r == 1) {
		*ret = (struct store_chat_member){.chat = chat,
		                                  .user = user,
		                                  .inviter = sql_int(s, 0),
		                                  .date = sql_int(s, 1),
		                                  .role = (enum store_chat_role)sql_int(s, 2)};
		set_rank(ret, sql_bytes(s, 3));
	}
	sql_done(s);
	return sql_found(r);
}

int store_chat_members(struct sql_db *db, int64_t chat, struct arena *a, struct store_chat_member **ret,
                       size_t *ret_n)
{
	struct sql_stmt *s = sql_prepare(db, "SELECT user_id, inviter, date, role, rank FROM chat_member"
	                                     " WHERE chat = $1 ORDER BY date, user_id LIMIT $2");
	struct store_chat_member *v = ARENA_ARRAY(a, struct store_chat_member, STORE_CHAT_MEMBERS_MAX);
	size_t n = 0;
	int r;

	SQL_BIND_INTS(s, chat, STORE_CHAT_MEMBERS_MAX);
	while ((r = sql_step(s)) == 1) {
		v[n] = (struct store_chat_member){.chat = chat,
		                                  .user = sql_int(s, 0),
		                                  .inviter = sql_int(s, 1),
		                                  .date = sql_int(s, 2),
		                                  .role = (enum store_chat_role)sql_int(s, 3)};
		set_rank(&v[n++], sql_bytes(s, 4));
	}
	sql_done(s);
	*ret = v;
	*ret_n = n;
	return r;
}

int store_chats_of(struct sql_db *db, int64_t user, struct arena *a, int64_t **ret, size_t *ret_n)
{
	return store_list_of(sql_prepare(db, "SELECT chat FROM chat_of WHERE user_id = $1"), user, a, ret,
	                     ret_n);
}
