/*
 * reaction.h - the emoji by which messages can be answered, in the order in which they are offered, and their animations. Each row
 * counts one reference to each of its files.
 */
#ifndef STORE_REACTION_H
#define STORE_REACTION_H

#include "base/clock.h"
#include "sql/sql.h"

enum { STORE_REACTION_FILES = 7, STORE_REACTIONS_MAX = 100 };

struct store_reaction {
	struct slice emoji, title;
	int64_t file[STORE_REACTION_FILES]; /* icon, appear, select, activate, effect, around, center */
};

/* All of them, in the arena. Any lane. */
int store_reaction_list(struct sql_db *db, struct arena *a, struct store_reaction **ret, size_t *ret_n);
/* These instead of what there is. Write lane. */
int store_reaction_replace(struct sql_db *db, const struct store_reaction *v, size_t n, unixtime_t now);

#endif
