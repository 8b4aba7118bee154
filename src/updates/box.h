/*
 * box.h - the pts counter of each box, as the write lane keeps it: a private cache in front of the log.
 * pts begins at 1; the first event of a box has pts 2 (api.md, rule 1). It grows by exactly pts_count, and the row
 * that assigns it commits together with the event.
 * Thread: the write lane only. No other thread reads it: readers see committed rows.
 */
#ifndef UPDATES_BOX_H
#define UPDATES_BOX_H

#include <stdint.h>

#include "updates/event.h"

struct sql_db;
struct upd_boxes;

struct upd_boxes *upd_boxes_new(void);
void upd_boxes_free(struct upd_boxes *b);

/* pts of a box as this transaction sees it. */
int upd_box_pts(struct upd_boxes *b, struct sql_db *db, int64_t owner, int32_t *ret_pts);
/* Give ev its pts (ev->pts_count must be >= 1) and append its log row. An event of kind UPD_NEW gets id = pts,
 * in a channel's box the next of the channel's ids. */
int upd_box_append(struct upd_boxes *b, struct sql_db *db, struct upd_event *ev);

/* What was assigned since the last upd_boxes_settle is forgotten (its savepoint or transaction was rolled back). */
void upd_boxes_rollback(struct upd_boxes *b);
/* A savepoint was released: what it assigned stays, unless the whole batch fails (upd_boxes_clear). */
void upd_boxes_settle(struct upd_boxes *b);
/* Forget everything: the batch's commit failed, or the log was changed behind the cache (restore). */
void upd_boxes_clear(struct upd_boxes *b);

#endif
