/*
 * epoch.h - after a backup was restored: clients may have seen more than it holds. Every box is lifted past whatever they
 * can have seen (docs/architecture.md, "Owners"), so that they ask for the difference and end with the server's state.
 */
#ifndef STORE_EPOCH_H
#define STORE_EPOCH_H

#include "base/clock.h"
#include "sql/sql.h"

enum { STORE_EPOCH_LIFT = 1 << 20 };

/*
 * One transaction of its own, while no server runs: each box (of an account, or with a log) gets an UPD_EPOCH row at its
 * pts + lift; that of a channel names the last of as many message ids that nobody gets, counted as gaps. Ids of users, groups and
 * channels begin as much higher; undated changes count as made `now`. Everything is read up
 * to the new pts or id, by everybody: a client's marks may be higher than the backup's, and TDLib takes none back. Private chats and
 * basic groups that had something unread are marked as unread. Done twice it lifts twice, which harms nobody.
 * -ERR_FULL: some box has no room left for another lift; nothing was changed.
 */
int store_epoch_lift(struct sql_db *db, int32_t lift, unixtime_t now, int64_t *ret_boxes);

#endif
