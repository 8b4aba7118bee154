/*
 * close.c - channels.deleteChannel: one write marks the channel as closed, and whoever is there is told. Its content goes by a job,
 * in slices; its name is kept from others for a while, so that nobody takes the place of what people remember.
 */
#include "base/err.h"
#include "domain/channels/jobs.h"
#include "domain/channels/private.h"
#include "domain/search/index.h"
#include "domain/users/username.h"
#include "jobs/jobs.h"
#include "rpc_methods.h"
#include "store/media.h"
#include "store/msg.h"
#include "store/profile_photo.h"
#include "store/user.h"
#include "store/thread.h"
#include "updates/event.h"
#include "updates/peer.h"

enum { MEMBERS_A_SLICE = 50, ROWS_A_SLICE = 100 };

int channels_deleteChannel(struct rpc_call *c, const struct tl_channels_deleteChannel *q)
{
	struct channel ch;
	int r;

	if ((r = channel_resolve(c, q->channel, &ch)) < 0 || (r = channel_may(c, &ch, CHANNEL_CLOSE)) < 0)
		return r;
	if ((r = channel_untie(c, &ch.row)) < 0)
		return r;
	ch.row.flags |= STORE_CHANNEL_CLOSED;
	ch.row.linked = 0;
	if ((r = store_channel_put(c->db, &ch.row)) < 0 || (r = channel_changed(c, ch.row.id)) < 0 ||
	    (r = jobs_add(c, CHANNEL_CLOSE_JOB, peer_channel(ch.row.id), 0,
	                  arena_printf(&c->arena, "%lld", (long long)c->now))) < 0)
		return r;
	return channel_reply(c);
}

/* Whoever was there: out of lists and audience, and he is told if he was away. 1: there may be more. */
static int members_go(struct rpc_call *c, const struct store_channel *row)
{
	int64_t users[MEMBERS_A_SLICE];
	size_t n;
	int r = store_channel_rest(c->db, row->id, MEMBERS_A_SLICE, users, &n);

	for (size_t i = 0; r >= 0 && i < n; i++)
		if ((r = store_channel_member_forget(c->db, row->id, users[i])) >= 0)
			r = channel_left(c, row->id, users[i]);
	return r < 0 ? r : n == MEMBERS_A_SLICE;
}

static int messages_go(struct rpc_call *c, int64_t key)
{
	struct store_msg *rows;
	size_t n;
	int r = store_msg_walk(c->db, key, key, INT32_MAX, false, 0, ROWS_A_SLICE, &c->arena, &rows, &n);

	for (size_t i = 0; r >= 0 && i < n; i++) {
		if ((r = search_forget(c, &rows[i], true)) < 0)
			return r;
		if (rows[i].flags & STORE_MSG_MEDIA)
			r = store_media_delete(c->db, key, key, rows[i].id, c->now);
		if (r >= 0)
			r = store_msg_delete(c->db, key, key, rows[i].id);
	}
	return r < 0 ? r : n == ROWS_A_SLICE;
}

/* What is left is the row that says to whoever asks that it is closed. */
static int name_goes(struct rpc_call *c, struct store_channel *row)
{
	int r = 0;

	if (row->username.n)
		r = store_username_free(c->db, username_fold(&c->arena, row->username),
		                        peer_channel(row->id));
	row->username = row->about = (struct slice){0};
	row->photo = 0;
	row->reactions = row->extra = (struct slice){0};
	return r < 0 ? r : store_channel_put(c->db, row);
}

int channel_close_job(struct rpc_call *c, const struct store_job *j, struct jobs_next *next)
{
	int64_t key = j->owner, closed = 0;
	struct store_channel row;
	int r;

	for (uint32_t i = 0; i < j->payload.n; i++)
		closed = closed * 10 + (j->payload.p[i] - '0');
	r = store_channel_get(c->db, peer_channel_id(key), &c->arena, &row);
	if (r < 0)
		return r == -ERR_NOTFOUND ? 0 : r;
	r = members_go(c, &row);
	if (r == 0)
		r = messages_go(c, key);
	if (r == 0)
		r = store_profile_photo_clear(c->db, key, ROWS_A_SLICE, &c->arena, c->now);
	if (r == 0)
		r = store_links_forget(c->db, key, ROWS_A_SLICE);
	if (r == 0)
		r = store_thread_forget(c->db, key, ROWS_A_SLICE);
	if (r == 0)
		r = store_channel_rows_forget(c->db, row.id, ROWS_A_SLICE);
	if (r < 0)
		return r;
	if (r == 0 && (!row.username.n || closed + LIMIT_CLOSED_NAME_SECONDS <= c->now))
		return name_goes(c, &row);
	next->again = true;
	next->due = r ? 0 : closed + LIMIT_CLOSED_NAME_SECONDS;
	return 0;
}
