/*
 * search.h - the index of words. A document is a message: its rowid is (owner, id), its words carry the owner inside, so that
 * what is read grows with one owner's messages and never with the others'. FTS5 without contents: whoever takes a document
 * out must name the very words that went in. Another engine has a table of its own behind the same verbs.
 */
#ifndef STORE_SEARCH_H
#define STORE_SEARCH_H

#include "sql/sql.h"

/* Up to which id (= pts) a box is indexed; 0: not begun. */
int store_search_done(struct sql_db *db, int64_t owner, int32_t *ret_pts);
int store_search_set_done(struct sql_db *db, int64_t owner, int32_t pts);

/* Words: ASCII letters, digits, '_' and whatever lies above ASCII, parted by blanks. Write lane. */
/* Where a message stands in the index: rows that are added in this order make one segment, any other order one each time. */
int64_t store_search_row(int64_t owner, int32_t id);
int store_search_add(struct sql_db *db, int64_t owner, int32_t id, struct slice words);
int store_search_remove(struct sql_db *db, int64_t owner, int32_t id, struct slice words);

/*
 * Each commit that added documents makes a segment of the index; a search looks into all of them. Merges some of the
 * smallest, about so many pages. 1: there may be more to merge; 0: there was nothing. Write lane.
 */
int store_search_merge(struct sql_db *db, int pages);

/* An indexed message whose old words were taken out and whose new ones are not in yet. */
int store_search_set_stale(struct sql_db *db, int64_t owner, int32_t id, bool stale);
/* 0 or -ERR_NOTFOUND. */
int store_search_is_stale(struct sql_db *db, int64_t owner, int32_t id);

/*
 * ids of the owner's documents that match an FTS5 expression: below `from` downwards, newest first, or at it and above upwards,
 * oldest first. At most `limit`.
 */
int store_search_match(struct sql_db *db, int64_t owner, struct slice expression, int32_t from, bool up,
                       uint32_t limit, struct arena *a, int32_t **ret, size_t *ret_n);
int store_search_count(struct sql_db *db, int64_t owner, struct slice expression, uint32_t *ret);

#endif
