/*
 * clear.c - messages of channels are deleted: by ids, all of one member, or a whole history. One row of the log for each slice, told to
 * the audience; ids are never given again.
 */
#include "domain/messages/clear.h"

#include "base/err.h"
#include "domain/channels/channel.h"
#include "domain/channels/log.h"
#include "domain/messages/message.h"
#include "domain/messages/place.h"
#include "domain/messages/read_channel.h"
#include "domain/messages/twin.h"
#include "rpc_methods.h"
#include "store/dialog.h"
#include "store/msg.h"
#include "store/topic.h"
#include "updates/event.h"
#include "updates/heads.h"
#include "updates/peer.h"

enum { FIRST_ID = 2, SLICE = 100 };

/* One slice below `from`; *ret_from: where the next begins, 0: that was all. */
static int clear_slice(struct rpc_call *c, int64_t key, int32_t from, int64_t except_key, int32_t *ret_from)
{
	struct store_msg *rows;
	int32_t pts;
	size_t n, k;
	int r = store_msg_walk(c->db, key, key, from, false, 0, SLICE, &c->arena, &rows, &n);

	if (r < 0)
		return r;
	*ret_from = n == SLICE ? rows[n - 1].id : 0;
	for (k = 0; k < n && rows[k].id >= FIRST_ID; k++)
		;
	return k ? messages_remove(c, key, rows, (uint32_t)k, except_key, &pts) : 0;
}

/*
 * Messages of this channel at or below max_id go for everybody: the newest at once, the others by the job. The channel's first message
 * stays.
 */
static int clear_channel(struct rpc_call *c, int64_t channel, int32_t max_id, int64_t except_key)
{
	int32_t from = max_id > 0 && max_id < INT32_MAX ? max_id + 1 : INT32_MAX;
	int r = clear_slice(c, peer_channel(channel), from, except_key, &from);

	if (r < 0 || from <= FIRST_ID)
		return r;
	return jobs_add(c, CLEAR_JOB, channel, 0, slice_of(&from, sizeof(from)));
}

int clear_job(struct rpc_call *c, const struct store_job *j, struct jobs_next *next)
{
	int32_t from;
	int r;

	if (j->payload.n != sizeof(from))
		return 0;
	memcpy(&from, j->payload.p, sizeof(from));
	r = clear_slice(c, peer_channel(j->owner), from, 0, &from);
	next->again = r >= 0 && from > FIRST_ID;
	next->payload = arena_slice(&c->arena, slice_of(&from, sizeof(from)));
	return r;
}

/* One's own, or others' by the right. */
static int may_delete(struct rpc_call *c, const struct channel *ch, const struct store_msg *row)
{
	struct store_topic t;

	/* A topic goes as a whole. */
	if ((row->flags & STORE_MSG_SERVICE) && (ch->row.flags & STORE_CHANNEL_FORUM) &&
	    store_topic_get(c->db, row->owner, row->id, &c->arena, &t) == 0)
		return rpc_fail(c, 403, "MESSAGE_DELETE_FORBIDDEN");
	if (row->origin_owner == c->user_id && channel_is_in(ch) && !(row->flags & STORE_MSG_SERVICE))
		return 0;
	return channel_may(c, ch, CHANNEL_DELETE_OTHERS) < 0 ? rpc_fail(c, 403, "MESSAGE_DELETE_FORBIDDEN")
	                                                     : 0;
}

/* What was another's, or the channel's: its admins can see it for a while. */
static int log_deleted(struct rpc_call *c, const struct channel *ch, const struct store_msg *rows, uint32_t n)
{
	bool posts = (ch->row.flags & STORE_CHANNEL_BROADCAST) != 0;
	int r = 0;

	for (uint32_t i = 0; r >= 0 && i < n; i++)
		if (posts || rows[i].origin_owner != c->user_id)
			r = channel_log_message(c, ch->row.id, CHANNEL_LOG_DELETE, &rows[i], NULL);
	return r;
}

int channels_deleteMessages(struct rpc_call *c, const struct tl_channels_deleteMessages *q)
{
	struct store_msg *rows;
	struct channel ch;
	struct place place;
	int32_t pts = 0;
	uint32_t n = 0;
	int r;

	if ((r = place_resolve_channel(c, q->channel, &ch, &place)) < 0)
		return r;
	if (q->id.n > LIMIT_MESSAGES_PER_CALL)
		return rpc_fail(c, 400, "MSG_ID_INVALID");
	rows = ARENA_ARRAY(&c->arena, struct store_msg, q->id.n + 1u);
	for (uint32_t i = 0; i < q->id.n; i++) {
		r = message_ids_repeat(&q->id, i) ? -ERR_NOTFOUND
		                                  : place_message(c, &place, q->id.v[i], &rows[n]);
		if (r == -ERR_NOTFOUND)
			continue;
		if (r < 0 || (r = may_delete(c, &ch, &rows[n])) < 0)
			return r;
		n++;
	}
	if (n && ((r = log_deleted(c, &ch, rows, n)) < 0 ||
	          (r = messages_remove(c, place.owner, rows, n, c->client->auth_key_id, &pts)) < 0))
		return r;
	return message_reply_affected(c, place.owner, pts, n);
}

int channels_deleteParticipantHistory(struct rpc_call *c,
                                      const struct tl_channels_deleteParticipantHistory *q)
{
	struct tl_messages_affectedHistory *a = TL_NEW(&c->arena, messages_affectedHistory);
	struct store_msg *rows;
	struct channel ch;
	struct peer whose;
	size_t n;
	int r;

	if ((r = channel_resolve(c, q->channel, &ch)) < 0 ||
	    (r = peer_resolve(c, q->participant, &whose)) < 0 ||
	    (r = channel_may(c, &ch, CHANNEL_DELETE_OTHERS)) < 0)
		return r;
	if (!(ch.row.flags & STORE_CHANNEL_MEGAGROUP) || !peer_is_user(whose.key))
		return rpc_fail(c, 400, "PARTICIPANT_ID_INVALID");
	r = store_msg_walk_by(c->db, peer_channel(ch.row.id), whose.key, INT32_MAX, SLICE, &c->arena, &rows,
	                      &n);
	if (r < 0)
		return r;
	a->offset = n == SLICE; /* "call again" */
	while (n && rows[n - 1].id < FIRST_ID)
		n--;
	a->pts_count = (int32_t)n;
	if (n)
		r = messages_remove(c, peer_channel(ch.row.id), rows, (uint32_t)n, c->client->auth_key_id,
		                    &a->pts);
	else
		r = rpc_box_pts(c, peer_channel(ch.row.id), &a->pts);
	return r < 0 ? r : rpc_reply(c, &a->o);
}

/* For oneself alone: what is shown begins later from now on. */
static int hide(struct rpc_call *c, struct channel *ch, int32_t max_id)
{
	int64_t key = peer_channel(ch->row.id);
	struct store_dialog d;
	struct upd_head head;
	int r;

	if (!channel_is_in(ch))
		return rpc_fail(c, 400, "USER_NOT_PARTICIPANT");
	if (ch->row.username.n || (ch->row.flags & STORE_CHANNEL_BROADCAST))
		return rpc_fail(c, 400, "CHANNEL_TOO_BIG"); /* what everybody can read is nobody's to clear */
	if ((r = rpc_head(c, key, &head)) < 0)
		return r;
	if (max_id <= 0 || max_id > head.top_id)
		max_id = head.top_id;
	if (max_id < ch->me.first_id)
		return 0;
	ch->me.first_id = max_id + 1;
	if ((r = store_channel_member_put(c->db, &ch->row, &ch->me)) < 0 ||
	    (r = store_dialog_get(c->db, c->user_id, key, &c->arena, &d)) < 0)
		return r;
	if (max_id > d.read_in)
		r = channel_read_upto(c, ch, &d, max_id);
	return r < 0 ? r : rpc_log_own(c, UPD_CHANNEL_AVAILABLE, key, 0);
}

int channels_deleteHistory(struct rpc_call *c, const struct tl_channels_deleteHistory *q)
{
	struct channel ch;
	int r;

	if ((r = channel_resolve(c, q->channel, &ch)) < 0)
		return r;
	if (!q->for_everyone)
		r = hide(c, &ch, q->max_id);
	else if ((r = channel_may(c, &ch, CHANNEL_CLOSE)) >= 0)
		r = clear_channel(c, ch.row.id, q->max_id, c->client->auth_key_id);
	return r < 0 ? r : rpc_reply_after(c, message_reply_updates, NULL);
}
