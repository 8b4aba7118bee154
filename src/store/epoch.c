/* epoch.c - see epoch.h. */
#include "store/epoch.h"

#include "base/err.h"
#include "store/channel.h"
#include "store/dialog.h"
#include "store/meta.h"
#include "store/upd.h"

/* The next owner of a box above *owner. 1: there is one, 0: no more. Accounts come first, then whoever has but a log. */
static int next_owner(struct sql_db *db, int64_t *owner)
{
	struct sql_stmt *s = sql_prepare(
		db, "SELECT min(x.owner) FROM (SELECT min(id) AS owner FROM usr WHERE id > $1"
		    " UNION ALL SELECT min(owner) AS owner FROM upd WHERE owner > $1) AS x");
	int r;

	sql_bind_int(s, 1, *owner);
	r = sql_step(s);
	if (r == 1 && sql_is_null(s, 0))
		r = 0;
	if (r == 1)
		*owner = sql_int(s, 0);
	sql_done(s);
	return r;
}

/* Ids of a channel's messages count apart from its pts. *ret_id: the last that is passed over. */
static int lift_messages(struct sql_db *db, int64_t channel, int32_t lift, int32_t *ret_id)
{
	int32_t last;
	int r;

	if ((r = store_channel_last_id(db, channel, &last)) < 0)
		return r;
	if (__builtin_add_overflow(last, lift, ret_id))
		return -ERR_FULL;
	if ((r = store_channel_read_lift(db, channel, *ret_id)) < 0)
		return r;
	return store_channel_gap_of(db, channel, last, *ret_id);
}

/*
 * What was not read there is not told apart any more: TDLib learns how far it has read when it has the channel's difference, and takes a
 * mark off that it was told of before.
 */
static int lift_channel_marks(struct sql_db *db, struct store_dialog *d)
{
	int r = store_channel_last_id(db, STORE_CHANNEL_OF_KEY(d->peer), &d->read_in);

	d->unread = 0;
	return r < 0 ? r : store_dialog_put(db, d);
}

/* Of one account, whose box is lifted to `pts`; channels come before accounts. */
static int lift_marks(struct sql_db *db, int64_t owner, int32_t pts)
{
	struct store_dialog *rows;
	struct arena a;
	size_t n;
	int r;

	arena_init(&a, 0);
	r = store_dialog_all(db, owner, &a, &rows, &n);
	for (size_t i = 0; r >= 0 && i < n; i++) {
		struct store_dialog *d = &rows[i];

		if (d->peer < STORE_CHANNEL_KEY(0)) {
			r = lift_channel_marks(db, d);
		} else if (d->top_id) {
			d->unread_mark = d->unread_mark || d->unread > 0;
			d->read_in = d->read_out = pts;
			d->unread = 0;
			r = store_dialog_put(db, d);
		}
	}
	arena_fini(&a);
	return r;
}

static int lift_box(struct sql_db *db, int64_t owner, int32_t lift, unixtime_t now)
{
	struct store_upd row = {.owner = owner, .count = lift, .kind = STORE_UPD_EPOCH, .date = now};
	int32_t pts;
	int r;

	r = store_upd_max(db, owner, &pts);
	if (r < 0)
		return r;
	if (pts < 1)
		pts = 1; /* an empty box (updates/box.h) */
	if (__builtin_add_overflow(pts, lift, &row.pts))
		return -ERR_FULL;
	if (owner < STORE_CHANNEL_KEY(0) &&
	    (r = lift_messages(db, STORE_CHANNEL_OF_KEY(owner), lift, &row.id)) < 0)
		return r;
	if (owner > 0 && (r = lift_marks(db, owner, row.pts)) < 0)
		return r;
	return store_upd_append(db, &row);
}

static int lift_id(struct sql_db *db, const char *key, int32_t lift)
{
	struct slice had;
	struct arena a;
	int64_t id;
	int r;

	arena_init(&a, 0);
	r = store_meta_get(db, key, &a, &had);
	if (r == 0 && had.n == sizeof(id)) {
		memcpy(&id, had.p, sizeof(id));
		id += lift;
		r = store_meta_put(db, key, slice_of(&id, sizeof(id)));
	}
	arena_fini(&a);
	return r == -ERR_NOTFOUND ? 0 : r;
}

static int lift_ids(struct sql_db *db, int32_t lift)
{
	static const char *const keys[] = {"next_user", "next_chat", "next_channel", "next_channel_log"};
	int r = 0;

	for (size_t i = 0; r >= 0 && i < sizeof(keys) / sizeof(keys[0]); i++)
		r = lift_id(db, keys[i], lift);
	return r;
}

static int refresh_states(struct sql_db *db, unixtime_t now)
{
	struct sql_stmt *s = sql_prepare(db, "UPDATE state SET time = $1");

	sql_bind_int(s, 1, now);
	return sql_run(s);
}

/* So that what is sent from now on is new for who has received more than the backup knows. */
static int lift_queues(struct sql_db *db, int32_t lift)
{
	struct sql_stmt *s = sql_prepare(db, "UPDATE secret_box SET qts = qts + $1");

	sql_bind_int(s, 1, lift);
	return sql_run(s);
}

static int lift_all(struct sql_db *db, int32_t lift, unixtime_t now, int64_t *ret_boxes)
{
	int64_t owner = INT64_MIN, n = 0;
	int r;

	while ((r = next_owner(db, &owner)) == 1) {
		r = lift_box(db, owner, lift, now);
		if (r < 0)
			return r;
		n++;
	}
	if (r < 0 || (r = lift_ids(db, lift)) < 0 || (r = lift_queues(db, lift)) < 0 ||
	    (r = refresh_states(db, now)) < 0)
		return r;
	*ret_boxes = n;
	return 0;
}

int store_epoch_lift(struct sql_db *db, int32_t lift, unixtime_t now, int64_t *ret_boxes)
{
	int64_t boxes;
	int r;

	if (lift <= 0)
		return -ERR_INVALID;
	r = sql_begin(db);
	if (r < 0)
		return r;
	r = lift_all(db, lift, now, &boxes);
	if (r < 0) {
		sql_rollback(db);
		return r;
	}
	r = sql_commit(db);
	if (r == 0)
		*ret_boxes = boxes;
	return r;
}
