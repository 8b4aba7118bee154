/* restored.c - see restored.h. */
#include "domain/sync/restored.h"

#include "domain/sync/payload.h"
#include "domain/users/peer.h"
#include "store/dialog.h"
#include "updates/peer.h"

/*
 * Which messages are gone nobody knows any more, but an id is the pts at birth, so all of them lie between the backup's pts and the
 * client's. Ids among these that were no message harm nobody.
 */
static struct tl_obj *lost(struct arena *a, const struct upd_event *epoch, int32_t from)
{
	struct tl_updateDeleteMessages *u = TL_NEW(a, updateDeleteMessages);
	int32_t kept = epoch->pts - epoch->pts_count;

	if (from - kept > LOST_MAX)
		kept = from - LOST_MAX;
	u->messages = ids_between(a, kept, from);
	u->pts = epoch->pts;
	u->pts_count = epoch->pts_count;
	return &u->o;
}

static struct tl_obj *read_in(struct arena *a, const struct upd_event *epoch, const struct store_dialog *d)
{
	struct tl_updateReadHistoryInbox *u = TL_NEW(a, updateReadHistoryInbox);

	u->peer = peer_to_tl(a, d->peer);
	u->max_id = d->read_in;
	u->still_unread_count = d->unread;
	u->pts = epoch->pts;
	return &u->o;
}

static struct tl_obj *read_out(struct arena *a, const struct upd_event *epoch, const struct store_dialog *d)
{
	struct tl_updateReadHistoryOutbox *u = TL_NEW(a, updateReadHistoryOutbox);

	u->peer = peer_to_tl(a, d->peer);
	u->max_id = d->read_out;
	u->pts = epoch->pts;
	return &u->o;
}

/* After the marks: who reads on takes this one off. */
static struct tl_obj *marked(struct arena *a, const struct store_dialog *d)
{
	struct tl_updateDialogUnreadMark *u = TL_NEW(a, updateDialogUnreadMark);

	u->peer = dialog_peer_to_tl(a, d->peer);
	u->unread = true;
	return &u->o;
}

/* Into ret->v from ret->n on, which has room for three a row. */
static void add_marks(struct view *v, const struct upd_event *epoch, const struct store_dialog *d,
                      struct tl_vec *ret)
{
	struct arena *a = &v->c->arena;

	if (peer_is_channel(d->peer) || !d->top_id)
		return;
	view_peer(v, d->peer);
	if (d->read_in >= epoch->pts)
		ret->v[ret->n++] = read_in(a, epoch, d);
	if (d->read_out >= epoch->pts)
		ret->v[ret->n++] = read_out(a, epoch, d);
	if (d->unread_mark)
		ret->v[ret->n++] = marked(a, d);
}

int sync_restored(struct view *v, const struct upd_event *epoch, int32_t from, struct tl_vec *ret)
{
	struct arena *a = &v->c->arena;
	struct store_dialog *rows;
	size_t n = 0;
	int r = v->c->is_bot
	                ? 0
	                : store_dialog_all(v->c->db, epoch->owner, a, &rows, &n); /* bots have no marks */

	if (r < 0)
		return r;
	*ret = tl_vec_new(a, (uint32_t)(3 * n + 1));
	ret->n = 0;
	if (from > epoch->pts - epoch->pts_count)
		ret->v[ret->n++] = lost(a, epoch, from);
	for (size_t i = 0; i < n; i++)
		add_marks(v, epoch, &rows[i], ret);
	return 0;
}

/* Each post that is gone took one pts at least, so their ids are at most as many as the pts that he has seen beyond the backup. */
struct tl_obj *sync_restored_channel(struct view *v, const struct store_upd *epoch, int32_t from)
{
	int32_t n = from - (epoch->pts - epoch->count), kept = epoch->id - epoch->count;
	struct tl_updateDeleteChannelMessages *u;

	if (n <= 0 || !epoch->id) /* of a restore by a version that did not lift ids */
		return NULL;
	u = TL_NEW(&v->c->arena, updateDeleteChannelMessages);
	u->channel_id = peer_channel_id(epoch->owner);
	u->messages = ids_between(&v->c->arena, kept, kept + (n < LOST_MAX ? n : LOST_MAX));
	u->pts = epoch->pts;
	u->pts_count = epoch->count;
	return &u->o;
}
