/* dialog.h - a dialog of a box: its top message, read marks, counters, place in the list, draft. */
#ifndef STORE_DIALOG_H
#define STORE_DIALOG_H

#include "base/clock.h"
#include "sql/sql.h"

struct store_dialog {
	int64_t owner, peer;
	int32_t top_id; /* 0: no message (a draft or a mark alone) */
	unixtime_t top_date;
	int32_t read_in, read_out; /* highest read incoming id; highest own id that the other has read */
	int32_t unread;            /* of a channel: how many of the owner's own posts lie above read_in */
	bool unread_mark;
	int32_t count;     /* messages in it */
	int32_t pin_order; /* > 0: pinned, the highest first */
	int folder;        /* 0 main, 1 archive */
	int flags;         /* domain/dialogs */
	struct slice draft;
	unixtime_t draft_date;
};

/* A zeroed dialog of (owner, peer) with 1 = found, 0 = there is none yet. */
int store_dialog_get(struct sql_db *db, int64_t owner, int64_t peer, struct arena *a,
                     struct store_dialog *ret);
/* Writes the whole row. */
int store_dialog_put(struct sql_db *db, const struct store_dialog *d);
/* A message came on top: top, count + 1, unread + 1 if it is unread. 1: it is the only one now, 0: not. The dialog's folder. */
int store_dialog_bump(struct sql_db *db, int64_t owner, int64_t peer, int32_t top_id, unixtime_t top_date,
                      bool unread, int *ret_folder);
/*
 * Unpinned or pinned alike, with messages, by (top_date, top_id, peer) descending, strictly older than (date, id, peer);
 * date 0: from the newest. folder < 0: all folders. Up to `limit`.
 */
int store_dialog_page(struct sql_db *db, int64_t owner, int folder, unixtime_t date, int32_t id, int64_t peer,
                      uint32_t limit, struct arena *a, struct store_dialog **ret, size_t *ret_n);
/* Pinned ones of a folder in their order. */
int store_dialog_pinned(struct sql_db *db, int64_t owner, int folder, struct arena *a,
                        struct store_dialog **ret, size_t *ret_n);
/* Dialogs with a draft, or with an unread mark. */
int store_dialog_drafts(struct sql_db *db, int64_t owner, uint32_t limit, struct arena *a,
                        struct store_dialog **ret, size_t *ret_n);
int store_dialog_marked(struct sql_db *db, int64_t owner, uint32_t limit, struct arena *a,
                        struct store_dialog **ret, size_t *ret_n);
/* Each row, in no order. */
int store_dialog_all(struct sql_db *db, int64_t owner, struct arena *a, struct store_dialog **ret,
                     size_t *ret_n);
/* Rows whose peer is a channel, by channel id ascending. What stands on top of them is not in them (updates/heads.h). */
int store_dialog_channels(struct sql_db *db, int64_t owner, struct arena *a, struct store_dialog **ret,
                          size_t *ret_n);
/* Dialogs with messages in a folder; folder < 0: all. Channels are not counted. */
int store_dialog_count(struct sql_db *db, int64_t owner, int folder, uint32_t *ret);

/* Unread messages in all dialogs but channels, where that is not in the rows. */
int store_dialog_unread(struct sql_db *db, int64_t owner, int64_t *ret);

#endif
