/* box.c - a hash of owner -> pts, bounded: when it is full it is emptied, for it can always be read again. */
#include "updates/box.h"

#include <assert.h>
#include <stdlib.h>
#include <uthash.h>

#include "base/err.h"
#include "base/mem.h"
#include "store/channel.h"
#include "store/upd.h"
#include "updates/peer.h"

#define BOXES_MAX 200000u

static_assert((int)UPD_NEW == STORE_UPD_NEW && (int)UPD_EPOCH == STORE_UPD_EPOCH, "store/upd.h");

struct box {
	int64_t owner;
	int32_t pts;
	int32_t last_id;  /* of a channel: the highest message id given; it counts apart from pts */
	uint32_t touched; /* equals upd_boxes.turn if assigned since the last settle */
	struct box *next_touched;
	UT_hash_handle hh;
};

struct upd_boxes {
	struct box *by_owner;
	struct box *touched;
	uint32_t turn;
};

struct upd_boxes *upd_boxes_new(void)
{
	struct upd_boxes *b = xcalloc(1, sizeof(*b));

	b->turn = 1;
	return b;
}

void upd_boxes_clear(struct upd_boxes *b)
{
	struct box *x, *t;

	HASH_ITER (hh, b->by_owner, x, t) {
		HASH_DEL(b->by_owner, x);
		free(x);
	}
	b->touched = NULL;
	b->turn++;
}

void upd_boxes_free(struct upd_boxes *b)
{
	if (!b)
		return;
	upd_boxes_clear(b);
	free(b);
}

static int box_get(struct upd_boxes *b, struct sql_db *db, int64_t owner, struct box **ret)
{
	int32_t pts, last_id = 0;
	struct box *x;
	int r;

	HASH_FIND(hh, b->by_owner, &owner, sizeof(owner), x);
	if (!x) {
		r = store_upd_max(db, owner, &pts);
		if (r >= 0 && peer_is_channel(owner))
			r = store_channel_last_id(db, peer_channel_id(owner), &last_id);
		if (r < 0)
			return r;
		x = xcalloc(1, sizeof(*x));
		x->owner = owner;
		x->last_id = last_id;
		x->pts = pts < 1 ? 1 : pts;
		HASH_ADD(hh, b->by_owner, owner, sizeof(x->owner), x);
	}
	*ret = x;
	return 0;
}

int upd_box_pts(struct upd_boxes *b, struct sql_db *db, int64_t owner, int32_t *ret_pts)
{
	struct box *x;
	int r;

	r = box_get(b, db, owner, &x);
	if (r < 0)
		return r;
	*ret_pts = x->pts;
	return 0;
}

int upd_box_append(struct upd_boxes *b, struct sql_db *db, struct upd_event *ev)
{
	struct store_upd row;
	struct box *x;
	int r;

	assert(ev->kind < UPD_STATE_FIRST && ev->pts_count >= 1);
	r = box_get(b, db, ev->owner, &x);
	if (r < 0)
		return r;
	if (x->pts > INT32_MAX - ev->pts_count)
		return -ERR_FULL;
	ev->pts = x->pts + ev->pts_count;
	if (ev->kind == UPD_NEW)
		ev->id = peer_is_channel(ev->owner) ? x->last_id + 1 : ev->pts;
	row = (struct store_upd){.owner = ev->owner,
	                         .pts = ev->pts,
	                         .count = ev->pts_count,
	                         .kind = (int)ev->kind,
	                         .peer = ev->peer,
	                         .id = ev->id,
	                         .date = ev->date,
	                         .random_id = ev->random_id,
	                         .payload = ev->payload};
	r = store_upd_append(db, &row);
	if (r < 0)
		return r;
	x->pts = ev->pts;
	if (ev->kind == UPD_NEW)
		x->last_id = ev->id;
	if (x->touched != b->turn) {
		x->touched = b->turn;
		x->next_touched = b->touched;
		b->touched = x;
	}
	return 0;
}

void upd_boxes_rollback(struct upd_boxes *b)
{
	struct box *x = b->touched, *next;

	for (; x; x = next) {
		next = x->next_touched;
		HASH_DEL(b->by_owner, x);
		free(x);
	}
	b->touched = NULL;
	b->turn++;
}

void upd_boxes_settle(struct upd_boxes *b)
{
	b->touched = NULL;
	b->turn++;
	/* Only between calls, when nobody holds a box. */
	if (HASH_COUNT(b->by_owner) > BOXES_MAX)
		upd_boxes_clear(b);
}
