/*
 * poll.h - polls and the votes in them; owner of the rows: the poll. Messages carry a poll by its id (store/media.h counts them), so
 * what was forwarded is the same poll everywhere. A vote is a row for each option chosen, beside counters: it costs the same in a poll
 * of a million votes as in one of ten. Write lane, but for what only reads.
 */
#ifndef STORE_POLL_H
#define STORE_POLL_H

#include "base/clock.h"
#include "sql/sql.h"

enum { STORE_POLL_OPTIONS = 32 }; /* more than any poll has; the limit is in limits.def */

struct store_poll {
	int64_t id, creator;
	bool closed;
	unixtime_t close_date; /* 0: nobody set one */
	int32_t voters;
	int64_t home_owner, home_peer; /* the row of the message that carried it first, which may be gone */
	int32_t home_id;
	struct slice body; /* TL messageMediaPoll: the question, and in its results what is right and why */
};

/* One person's choice of one option. */
struct store_poll_vote {
	int64_t user;
	int64_t as; /* the channel or group that is shown instead of him; 0: himself */
	int32_t option;
	unixtime_t date;
};

int store_poll_insert(struct sql_db *db, const struct store_poll *p, unixtime_t now);
/* -ERR_NOTFOUND. Any lane. */
int store_poll_get(struct sql_db *db, int64_t id, struct arena *a, struct store_poll *ret);
/* Its close_date and body from now on. */
int store_poll_set_end(struct sql_db *db, const struct store_poll *p);
int store_poll_close(struct sql_db *db, int64_t id);
/* A message that carries it came: the first is its home; or went. One that nobody carries is forgotten an hour later by store_poll_sweep(). */
int store_poll_carried(struct sql_db *db, int64_t id, int64_t owner, int64_t peer, int32_t msg_id);
int store_poll_dropped(struct sql_db *db, int64_t id, unixtime_t now);
/* Up to `limit` rows of polls that nobody carries since `before`: 1 if there may be more. */
int store_poll_sweep(struct sql_db *db, unixtime_t before, uint32_t limit);

/* How often each of `n` options was chosen, in their order. Any lane. */
int store_poll_counts(struct sql_db *db, int64_t id, int32_t *ret, size_t n);
/* What a user chose, as bits; 0: nothing. Any lane. */
int store_poll_choice(struct sql_db *db, int64_t id, int64_t user, uint32_t *ret);
/* Puts these options in the place of what he chose, shown as `as`; 0: takes his vote back. */
int store_poll_vote(struct sql_db *db, int64_t id, int64_t user, int64_t as, uint32_t options,
                    unixtime_t now);
/* Votes, newest first, behind *after (NULL: from the newest), of one option (< 0: all, one row an option). Any lane. */
int store_poll_walk(struct sql_db *db, int64_t id, int32_t option, const struct store_poll_vote *after,
                    uint32_t limit, struct arena *a, struct store_poll_vote **ret, size_t *ret_n);

#endif
