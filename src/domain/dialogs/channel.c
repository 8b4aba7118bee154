/*
 * channel.c - channels in the list of chats. Nothing is written into a subscriber's rows by a post, so what stands on top and what
 * is unread come from the channel's head; his own row has only his marks: read_in, pin, folder, draft, and in `unread` how many
 * of his own posts lie above read_in.
 */
#include <stdlib.h>

#include "base/err.h"
#include "domain/channels/channel.h"
#include "domain/dialogs/private.h"
#include "store/dialog.h"
#include "updates/heads.h"
#include "updates/peer.h"

int dialog_fill(struct rpc_call *c, struct store_dialog *d)
{
	struct upd_head head;
	int32_t unread;
	int r;

	if (!peer_is_channel(d->peer))
		return 0;
	r = rpc_head(c, d->peer, &head);
	if (r == -ERR_NOTFOUND) {
		d->top_id = 0;
		return 0;
	}
	if (r < 0 || (r = channel_unread(c, peer_channel_id(d->peer), d->read_in, d->unread, &unread)) < 0)
		return r;
	if ((r = store_channel_read_of_others(c->db, peer_channel_id(d->peer), d->owner, &d->read_out)) < 0)
		return r;
	d->top_id = head.top_id;
	d->top_date = head.top_date;
	d->unread = unread;
	return 0;
}

int dialog_channel_pts(struct rpc_call *c, int64_t peer, int32_t *ret_pts)
{
	struct upd_head head;
	int r = rpc_head(c, peer, &head);

	*ret_pts = r == 0 ? head.pts : 1;
	return r == -ERR_NOTFOUND ? 0 : r;
}

static int newer(const void *a, const void *b)
{
	const struct store_dialog *x = a, *y = b;

	if (x->top_date != y->top_date)
		return x->top_date > y->top_date ? -1 : 1;
	if (x->top_id != y->top_id)
		return x->top_id > y->top_id ? -1 : 1;
	return x->peer > y->peer ? -1 : x->peer < y->peer;
}

static bool is_older(const struct store_dialog *d, unixtime_t date, int32_t id, int64_t peer)
{
	struct store_dialog at = {.top_date = date, .top_id = id, .peer = peer};

	return !date || newer(&at, d) < 0;
}

/* His marks in every channel that he is in, fresh ones where he has made none. */
static int marks(struct rpc_call *c, struct store_dialog **ret, size_t *ret_n)
{
	struct store_dialog *had, *all;
	int64_t *ids;
	size_t n, n_had, k = 0;
	int r;

	if ((r = store_channels_of(c->db, c->user_id, &c->arena, &ids, &n)) < 0 ||
	    (n && (r = store_dialog_channels(c->db, c->user_id, &c->arena, &had, &n_had)) < 0))
		return r;
	all = ARENA_ARRAY(&c->arena, struct store_dialog, n + 1);
	for (size_t i = 0; i < n;
	     i++) { /* both by channel, ascending; rows of channels that he left are passed over */
		while (k < n_had && peer_channel_id(had[k].peer) < ids[i])
			k++;
		all[i] = k < n_had && peer_channel_id(had[k].peer) == ids[i]
		                 ? had[k]
		                 : (struct store_dialog){.owner = c->user_id, .peer = peer_channel(ids[i])};
	}
	*ret = all;
	*ret_n = n;
	return 0;
}

int dialog_merge_channels(struct rpc_call *c, int folder, unixtime_t date, int32_t id, int64_t peer,
                          uint32_t limit, struct store_dialog **rows, size_t *n, uint32_t *total)
{
	struct store_dialog *mine, *all;
	size_t n_mine, k = 0;
	int r;

	r = marks(c, &mine, &n_mine);
	if (r < 0 || !n_mine)
		return r;
	all = ARENA_ARRAY(&c->arena, struct store_dialog, *n + n_mine);
	for (size_t i = 0; i < n_mine; i++) {
		if (folder >= 0 && mine[i].folder != folder)
			continue;
		if ((r = dialog_fill(c, &mine[i])) < 0)
			return r;
		if (!mine[i].top_id)
			continue;
		++*total;
		if (is_older(&mine[i], date, id, peer))
			all[k++] = mine[i];
	}
	for (size_t i = 0; i < *n; i++)
		all[k++] = (*rows)[i];
	qsort(all, k, sizeof(*all), newer);
	*rows = all;
	*n = k < limit ? k : limit;
	return 0;
}
