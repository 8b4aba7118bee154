/* test_send.h - a private send as domain/messages/deliver.c writes it, by the verbs of the store alone. */
#ifndef STORE_TEST_SEND_H
#define STORE_TEST_SEND_H

#include "store/dialog.h"
#include "store/msg.h"
#include "store/rid.h"
#include "store/upd.h"

static inline int send_into(struct sql_db *db, int64_t owner, int64_t peer, int64_t from, int32_t pts,
                            int64_t random_id, int64_t origin_owner, int32_t origin_id, unixtime_t now,
                            struct slice body)
{
	struct store_upd u = {.owner = owner,
	                      .pts = pts,
	                      .count = 1,
	                      .kind = STORE_UPD_NEW,
	                      .peer = peer,
	                      .id = pts,
	                      .date = now,
	                      .random_id = random_id};
	struct store_msg m = {.owner = owner,
	                      .peer = peer,
	                      .id = pts,
	                      .date = now,
	                      .from_id = from,
	                      .flags = owner == from ? STORE_MSG_OUT : 0,
	                      .origin_owner = origin_owner,
	                      .origin_id = origin_id,
	                      .body = body};
	int folder, r;

	if ((r = store_upd_append(db, &u)) < 0 || (r = store_msg_insert(db, &m)) < 0)
		return r;
	r = store_dialog_bump(db, owner, peer, pts, now, owner != from, &folder);
	return r < 0 ? r : 0;
}

/* The next pts of each box is the caller's to keep: *from_pts, *to_pts are those before, and after. -ERR_EXISTS: a repeat. */
static inline int send_private(struct sql_db *db, int64_t from, int64_t to, int32_t *from_pts,
                               int32_t *to_pts, int64_t random_id, unixtime_t now, struct slice body)
{
	int32_t had;
	int r;

	r = store_rid_find(db, from, random_id, now, &had);
	if (r != -ERR_NOTFOUND)
		return r < 0 ? r : -ERR_EXISTS;
	r = send_into(db, from, to, from, *from_pts + 1, random_id, from, *from_pts + 1, now, body);
	if (r == 0)
		r = send_into(db, to, from, from, *to_pts + 1, 0, from, *from_pts + 1, now, body);
	if (r == 0)
		r = store_rid_put(db, from, random_id, now, *from_pts + 1);
	if (r == 0) {
		++*from_pts;
		++*to_pts;
	}
	return r;
}

#endif
