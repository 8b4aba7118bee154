/* channel.c - see channel.h. Members: channel_member.c. */
#include "store/channel.h"

#include "base/err.h"
#include "store/list.h"
#include "store/meta.h"
#include "store/upd.h"

#define COLUMNS                                                                                              \
	"creator, title, about, username, date, flags, banned, photo, linked, migrated_chat, migrated_max, " \
	"slowmode, ttl, members, admins, kicked, restricted, requests, reactions, extra"

static void bind(struct sql_stmt *s, const struct store_channel *c)
{
	SQL_BIND_INTS(s, c->id, c->creator);
	sql_bind_text(s, 3, c->title);
	sql_bind_text(s, 4, c->about);
	sql_bind_text(s, 5, c->username);
	sql_bind_int(s, 6, c->date);
	sql_bind_int(s, 7, c->flags);
	sql_bind_int(s, 8, c->banned);
	sql_bind_int(s, 9, c->photo);
	sql_bind_int(s, 10, c->linked);
	sql_bind_int(s, 11, c->migrated_chat);
	sql_bind_int(s, 12, c->migrated_max);
	sql_bind_int(s, 13, c->slowmode);
	sql_bind_int(s, 14, c->ttl);
	sql_bind_int(s, 15, c->members);
	sql_bind_int(s, 16, c->admins);
	sql_bind_int(s, 17, c->kicked);
	sql_bind_int(s, 18, c->restricted);
	sql_bind_int(s, 19, c->requests);
	sql_bind_bytes(s, 20, c->reactions);
	sql_bind_bytes(s, 21, c->extra);
}

static int is_chat(struct sql_db *db, int64_t id)
{
	struct sql_stmt *s = sql_prepare(db, "SELECT 1 FROM chat WHERE id = $1");
	int r;

	sql_bind_int(s, 1, id);
	r = sql_step(s);
	sql_done(s);
	return r;
}

int store_group_id(struct sql_db *db, int64_t *ret)
{
	int r;

	do {
		if ((r = store_meta_next(db, "next_channel", 1, ret)) >= 0)
			r = is_chat(db, *ret);
	} while (r > 0);
	return r;
}

int store_channel_insert(struct sql_db *db, struct store_channel *c)
{
	struct sql_stmt *s;
	int r;

	r = store_group_id(db, &c->id);
	if (r < 0)
		return r;
	s = sql_prepare(db, "INSERT INTO chan (id, " COLUMNS
	                    ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11,"
	                    " $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)");
	bind(s, c);
	return sql_run(s);
}

int store_channel_get(struct sql_db *db, int64_t id, struct arena *a, struct store_channel *ret)
{
	struct sql_stmt *s = sql_prepare(db, "SELECT " COLUMNS " FROM chan WHERE id = $1");
	int r;

	sql_bind_int(s, 1, id);
	r = sql_step(s);
	if (r == 1)
		*ret = (struct store_channel){.id = id,
		                              .creator = sql_int(s, 0),
		                              .title = sql_copy(s, 1, a),
		                              .about = sql_copy(s, 2, a),
		                              .username = sql_copy(s, 3, a),
		                              .date = sql_int(s, 4),
		                              .flags = (int)sql_int(s, 5),
		                              .banned = sql_int(s, 6),
		                              .photo = sql_int(s, 7),
		                              .linked = sql_int(s, 8),
		                              .migrated_chat = sql_int(s, 9),
		                              .migrated_max = (int32_t)sql_int(s, 10),
		                              .slowmode = (int32_t)sql_int(s, 11),
		                              .ttl = (int32_t)sql_int(s, 12),
		                              .members = (int32_t)sql_int(s, 13),
		                              .admins = (int32_t)sql_int(s, 14),
		                              .kicked = (int32_t)sql_int(s, 15),
		                              .restricted = (int32_t)sql_int(s, 16),
		                              .requests = (int32_t)sql_int(s, 17),
		                              .reactions = sql_copy(s, 18, a),
		                              .extra = sql_copy(s, 19, a)};
	sql_done(s);
	return sql_found(r);
}

int store_channel_put(struct sql_db *db, const struct store_channel *c)
{
	struct sql_stmt *s = sql_prepare(
		db,
		"UPDATE chan SET creator = $2, title = $3, about = $4, username = $5, date = $6, flags = $7,"
		" banned = $8, photo = $9, linked = $10, migrated_chat = $11, migrated_max = $12, slowmode = "
		"$13,"
		" ttl = $14, members = $15, admins = $16, kicked = $17, restricted = $18, requests = $19,"
		" reactions = $20, extra = $21 WHERE id = $1");

	bind(s, c);
	return sql_run(s);
}

static int gap_grow(struct sql_db *db, int64_t channel, int32_t block, int32_t count)
{
	struct sql_stmt *s = sql_prepare(
		db, "INSERT INTO chan_gap (channel, block, count) VALUES ($1, $2, $3)"
		    " ON CONFLICT (channel, block) DO UPDATE SET count = chan_gap.count + $3");

	SQL_BIND_INTS(s, channel, block, count);
	return sql_run(s);
}

int store_channel_gap_add(struct sql_db *db, int64_t channel, int32_t id)
{
	return gap_grow(db, channel, id / STORE_CHANNEL_BLOCK, 1);
}

int store_channel_gap_of(struct sql_db *db, int64_t channel, int32_t after, int32_t upto)
{
	/* Both ends in their own blocks; of those between, which are asked for together or not at all, one stands for all. */
	int32_t first = (after + 1) / STORE_CHANNEL_BLOCK, last = upto / STORE_CHANNEL_BLOCK,
		at_first = (first + 1) * STORE_CHANNEL_BLOCK - 1 - after,
		at_last = upto - last * STORE_CHANNEL_BLOCK + 1;
	int r;

	if (last < first + 2)
		return -ERR_INVALID;
	if ((r = gap_grow(db, channel, first, at_first)) < 0 ||
	    (r = gap_grow(db, channel, last, at_last)) < 0)
		return r;
	return gap_grow(db, channel, first + 1, upto - after - at_first - at_last);
}

static int one_int(struct sql_stmt *s, int64_t *ret)
{
	int r = sql_value(s, ret);

	return r < 0 ? r : 0;
}

/* Ids in (after, upto], a block at the most, whose rows are gone. */
static int look(struct sql_db *db, int64_t channel, int32_t after, int32_t upto, int64_t *gone)
{
	struct sql_stmt *s;
	int64_t there = 0;
	int r;

	if (upto <= after)
		return 0;
	s = sql_prepare(db,
	                "SELECT count(*) FROM msg WHERE owner = $1 AND peer = $1 AND id > $2 AND id <= $3");
	SQL_BIND_INTS(s, STORE_CHANNEL_KEY(channel), after, upto);
	r = one_int(s, &there);
	*gone += upto - after - there;
	return r;
}

int store_channel_gaps(struct sql_db *db, int64_t channel, int32_t after, int32_t upto, int32_t *ret)
{
	/* Block b holds the ids [b * 1024, b * 1024 + 1023]. */
	int64_t first = after / STORE_CHANNEL_BLOCK + 1, last = ((int64_t)upto + 1) / STORE_CHANNEL_BLOCK,
		gone = 0, whole = 0;
	struct sql_stmt *s;
	int r;

	if (first >= last) {
		r = look(db, channel, after, upto, &gone);
		*ret = (int32_t)gone;
		return r;
	}
	r = look(db, channel, after, (int32_t)(first * STORE_CHANNEL_BLOCK - 1), &gone);
	if (r >= 0)
		r = look(db, channel, (int32_t)(last * STORE_CHANNEL_BLOCK - 1), upto, &gone);
	if (r < 0)
		return r;
	s = sql_prepare(db,
	                "SELECT sum(count) FROM chan_gap WHERE channel = $1 AND block >= $2 AND block < $3");
	SQL_BIND_INTS(s, channel, first, last);
	r = one_int(s, &whole);
	*ret = (int32_t)(gone + whole);
	return r;
}

int store_channel_last_id(struct sql_db *db, int64_t channel, int32_t *ret)
{
	struct sql_stmt *s = sql_prepare(
		db,
		"SELECT id FROM upd WHERE owner = $1 AND (kind = $2 OR kind = $3) ORDER BY pts DESC LIMIT 1");
	int64_t id = 0;
	int r;

	SQL_BIND_INTS(s, STORE_CHANNEL_KEY(channel), STORE_UPD_NEW, STORE_UPD_EPOCH);
	r = one_int(s, &id);
	*ret = (int32_t)id;
	return r;
}

int store_channel_top(struct sql_db *db, int64_t channel, struct store_channel_head *ret)
{
	struct sql_stmt *s = sql_prepare(
		db, "SELECT id, date FROM msg WHERE owner = $1 AND peer = $1 ORDER BY id DESC LIMIT 1");
	int r;

	ret->top_id = 0;
	ret->top_date = 0;
	sql_bind_int(s, 1, STORE_CHANNEL_KEY(channel));
	if ((r = sql_step(s)) == 1) {
		ret->top_id = (int32_t)sql_int(s, 0);
		ret->top_date = sql_int(s, 1);
	}
	sql_done(s);
	return r < 0 ? r : 0;
}

int store_channel_head(struct sql_db *db, int64_t channel, struct store_channel_head *ret)
{
	int64_t key = STORE_CHANNEL_KEY(channel), created = 0, state = 0;
	struct sql_stmt *s;
	int r;

	*ret = (struct store_channel_head){.pts = 1};
	s = sql_prepare(db, "SELECT date FROM chan WHERE id = $1");
	sql_bind_int(s, 1, channel);
	r = one_int(s, &created);
	if (r < 0)
		return r;
	if (!created)
		return -ERR_NOTFOUND;
	ret->changed = created;
	s = sql_prepare(db, "SELECT pts, date FROM upd WHERE owner = $1 ORDER BY pts DESC LIMIT 1");
	sql_bind_int(s, 1, key);
	if ((r = sql_step(s)) == 1) {
		ret->pts = (int32_t)sql_int(s, 0);
		if (sql_int(s, 1) > ret->changed)
			ret->changed = sql_int(s, 1);
	}
	sql_done(s);
	if (r < 0)
		return r;
	if ((r = store_channel_top(db, channel, ret)) < 0)
		return r;
	s = sql_prepare(db, "SELECT time FROM state WHERE owner = $1 ORDER BY time DESC LIMIT 1");
	sql_bind_int(s, 1, key);
	r = one_int(s, &state);
	if (state > ret->changed)
		ret->changed = state;
	return r;
}

int store_channel_rows_forget(struct sql_db *db, int64_t channel, uint32_t limit)
{
	static const char *const texts[] = {
		"DELETE FROM chan_day WHERE channel = $1 AND (day, kind) IN (SELECT day, kind FROM chan_day "
		"WHERE channel = $1 LIMIT $3)",
		"DELETE FROM post_day WHERE channel = $1 AND (id, day) IN (SELECT id, day FROM post_day "
		"WHERE "
		"channel = $1 LIMIT $3)",
		"DELETE FROM post_forward WHERE channel = $1 AND (id, date, peer, msg) IN (SELECT id, date, "
		"peer, msg FROM post_forward WHERE channel = $1 LIMIT $3)",
		"DELETE FROM upd WHERE owner = $1 AND pts IN (SELECT pts FROM upd WHERE owner = $1 ORDER BY "
		"pts LIMIT $3)",
		"DELETE FROM state WHERE owner = $1 AND (kind, k) IN (SELECT kind, k FROM state WHERE owner "
		"= $1 LIMIT $3)",
		"DELETE FROM chan_reader WHERE channel = $2 AND (user_id, id) IN (SELECT user_id, id FROM "
		"chan_reader WHERE channel = $2 LIMIT $3)",
		"DELETE FROM chan_gap WHERE channel = $2 AND block IN (SELECT block FROM chan_gap WHERE "
		"channel = $2 LIMIT $3)",
		"DELETE FROM chan_log WHERE channel = $2 AND id IN (SELECT id FROM chan_log WHERE channel = "
		"$2 LIMIT $3)",
	};
	bool more = false;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct sql_stmt *s = sql_prepare(db, texts[i]);
		int r;

		sql_bind_int(s, i < 5 ? 1 : 2, i < 5 ? STORE_CHANNEL_KEY(channel) : channel);
		sql_bind_int(s, 3, limit);
		if ((r = sql_run(s)) < 0)
			return r;
		more |= sql_changes(db) >= limit;
	}
	return more;
}

int store_channel_ids(struct sql_db *db, int64_t after, uint32_t limit, int64_t *ret, size_t *ret_n)
{
	struct sql_stmt *s = sql_prepare(db, "SELECT id FROM chan WHERE id > $1 ORDER BY id LIMIT $2");
	int r;

	*ret_n = 0;
	SQL_BIND_INTS(s, after, limit);
	while ((r = sql_step(s)) == 1 && *ret_n < limit)
		ret[(*ret_n)++] = sql_int(s, 0);
	sql_done(s);
	return r < 0 ? r : 0;
}
