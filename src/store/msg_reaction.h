/*
 * msg_reaction.h - how messages were reacted to. Once for a message, in however many boxes it lies: under the channel and its id
 * there, else under the sender and the id in his box. What somebody reacted with is text: an emoji, or '#' and the number of a
 * document (custom emoji). Beside the rows stand counters, so that a message of a million reactions costs as much as one of ten.
 * Write lane, but for what only reads.
 */
#ifndef STORE_MSG_REACTION_H
#define STORE_MSG_REACTION_H

#include "base/clock.h"
#include "sql/sql.h"

enum {
	STORE_REACTIONS_OF_ONE = 16,
	STORE_REACTION_KINDS = 64
}; /* read at once; the limits are in limits.def */

struct store_msg_reaction {
	int64_t user;
	int64_t as;    /* the channel or group that is shown instead of him; 0: himself */
	int32_t place; /* in the order of his choice, from 0 */
	struct slice what;
	unixtime_t date;
	bool big;
};

struct store_msg_reaction_count {
	struct slice what;
	int32_t count;
};

/* What a user has chosen, in his order. Any lane. */
int store_msg_reactions_of(struct sql_db *db, int64_t owner, int32_t id, int64_t user, struct arena *a,
                           struct store_msg_reaction **ret, size_t *ret_n);
/* These instead of what he had; n 0: none. What stays keeps its date. */
int store_msg_reactions_set(struct sql_db *db, int64_t owner, int32_t id, int64_t user, int64_t as,
                            const struct slice *what, size_t n, bool big, unixtime_t now);
/* By their number, the earlier known first among equals. Any lane. */
int store_msg_reaction_counts(struct sql_db *db, int64_t owner, int32_t id, struct arena *a,
                              struct store_msg_reaction_count **ret, size_t *ret_n);
/*
 * Newest first, behind *after (NULL: from the newest; its date, user and place count), of one kind (absent: all). Reads what it
 * returns. Any lane.
 */
int store_msg_reaction_walk(struct sql_db *db, int64_t owner, int32_t id, struct slice what,
                            const struct store_msg_reaction *after, uint32_t limit, struct arena *a,
                            struct store_msg_reaction **ret, size_t *ret_n);

/* Since when its writer has not looked at new reactions; 0: he has seen all. */
int store_msg_reactions_since(struct sql_db *db, int64_t owner, int32_t id, unixtime_t *ret);
int store_msg_reactions_set_since(struct sql_db *db, int64_t owner, int32_t id, unixtime_t since);

/* The message is gone: its rows go by store_msg_reactions_sweep(). None is no error. */
int store_msg_reactions_forget(struct sql_db *db, int64_t owner, int32_t id);
/* Up to `limit` rows of what was forgotten: 1 if there may be more. */
int store_msg_reactions_sweep(struct sql_db *db, uint32_t limit);

#endif
