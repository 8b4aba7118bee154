/*
 * edit.c - messages.editMessage: text, caption or media change in both boxes, under each one's own id. A live location moves by
 * an edit, too.
 */
#include "base/err.h"
#include "domain/bots/bot.h"
#include "domain/bots/markup.h"
#include "domain/channels/channel.h"
#include "domain/channels/log.h"
#include "domain/chats/chat.h"
#include "domain/messages/discussion.h"
#include "domain/messages/later.h"
#include "domain/messages/message.h"
#include "domain/messages/place.h"
#include "domain/messages/text.h"
#include "domain/messages/twin.h"
#include "domain/polls/poll.h"
#include "domain/search/index.h"
#include "rpc_methods.h"
#include "store/msg.h"
#include "updates/event.h"

/* In a channel: its posts by who may post and wrote it, or may edit what others did; in a group one's own. */
static int may_edit_there(struct rpc_call *c, const struct channel *ch, const struct store_msg *row)
{
	int r;

	if (!(ch->row.flags & STORE_CHANNEL_BROADCAST))
		return row->origin_owner == c->user_id && channel_is_in(ch)
		               ? 0
		               : rpc_fail(c, 403, "MESSAGE_AUTHOR_REQUIRED");
	if (row->origin_owner == c->user_id && channel_may_send(c, ch, 0) >= 0)
		return 0;
	r = channel_may(c, ch, CHANNEL_EDIT_OTHERS);
	return r < 0 ? rpc_fail(c, 403, "MESSAGE_AUTHOR_REQUIRED") : 0;
}

/* The stored content, if it may be edited by the caller. */
static int content_of(struct rpc_call *c, const struct peer *peer, const struct store_msg *row,
                      struct tl_message **ret)
{
	struct rd in = rd_of(row->body.p, row->body.n);
	struct tl_obj *o;

	if (tl_decode(&in, &c->arena, &o) < 0)
		return -ERR_CORRUPT;
	if (!TL_IS(message, o))
		return rpc_fail(c, 400, "MESSAGE_ID_INVALID");
	*ret = TL_AS(message, o);
	if ((*ret)->fwd_from || (!peer->channel && row->from_id != c->user_id))
		return rpc_fail(c, 403, "MESSAGE_AUTHOR_REQUIRED");
	if (peer->chat && (!peer->chat->in || !chat_is_open(peer->chat)))
		return rpc_fail(c, 403, "CHAT_WRITE_FORBIDDEN");
	return peer->channel ? may_edit_there(c, peer->channel, row) : 0;
}

/* Notes of one's own and posts may be mended at any time. */
static bool is_too_late(struct rpc_call *c, const struct peer *peer, const struct store_msg *row)
{
	if (peer->channel && (peer->channel->row.flags & STORE_CHANNEL_BROADCAST))
		return false;
	return !c->is_bot && row->peer != c->user_id && c->now - row->date > LIMIT_EDIT_TIME;
}

/* Media that an edit may put in another's place, and be put into. */
static bool is_exchangeable(const struct media_ready *m)
{
	switch (m->kind) {
	case STORE_MEDIA_PHOTO:
	case STORE_MEDIA_VIDEO:
	case STORE_MEDIA_GIF:
	case STORE_MEDIA_DOCUMENT:
	case STORE_MEDIA_MUSIC:
		return !m->ttl;
	default:
		return false;
	}
}

static int new_media(struct rpc_call *c, const struct tl_messages_editMessage *q, const struct store_msg *row,
                     struct tl_message *m, struct media_ready *ret)
{
	const struct tl_inputMediaGeoLive *live = TL_AS(inputMediaGeoLive, q->media);
	struct media_ready old;
	int r;

	media_ready_of(m->media, &old);
	if (live) {
		if ((r = media_move_live(c, live, m->media, row->date, &m->media)) < 0)
			return r;
		media_ready_of(m->media, ret);
		return 0;
	}
	if (m->media && !is_exchangeable(&old))
		return rpc_fail(c, 400, "MEDIA_PREV_INVALID");
	if ((r = media_commit(c, q->media, c->prepared, -1, ret)) < 0)
		return r;
	if (!ret->media && !m->media) /* a web page as an addition: the text is what changes */
		return 0;
	if (!is_exchangeable(ret) || (row->grouped_id && (ret->kind == STORE_MEDIA_GIF || !m->media)))
		return rpc_fail(c, 400, "MEDIA_NEW_INVALID");
	m->media = ret->media;
	return 0;
}

/* A bot's keyboard goes unless the edit has one; an edit of nothing else is not shown as one. */
static int new_markup(struct rpc_call *c, const struct tl_messages_editMessage *q, struct tl_message *m)
{
	if (!c->is_bot)
		return 0;
	m->edit_hide = !q->message.p && !q->media;
	return markup_prepare(c, q->reply_markup, true, false, &m->reply_markup);
}

static int new_text(struct rpc_call *c, const struct peer *peer, const struct tl_messages_editMessage *q,
                    struct tl_message *m)
{
	int r;

	if (!q->message.p)
		return q->media || c->is_bot ? 0 : rpc_fail(c, 400, "MESSAGE_NOT_MODIFIED");
	m->invert_media = q->invert_media;
	r = text_prepare(c, q->message, &q->entities, m->media ? TEXT_CAPTION : TEXT_MESSAGE, &m->message,
	                 &m->entities);
	return r < 0 ? r : bot_commands_mean(c, peer, &m->entities);
}

int message_edit_row(struct rpc_call *c, const struct store_msg *row, struct slice body, unixtime_t edit_date,
                     const struct media_ready *media, int64_t except_key)
{
	struct upd_event ev = {.owner = row->owner,
	                       .kind = UPD_EDIT,
	                       .pts_count = 1,
	                       .peer = row->peer,
	                       .id = row->id,
	                       .except_key = except_key};
	int r;

	if ((r = search_forget(c, row, false)) < 0 || (r = search_note(c, row->owner)) < 0)
		return r;
	r = message_rewrite(c, row, body, edit_date, media);
	return r < 0 ? r : rpc_log_event(c, &ev);
}

int messages_editMessage_prepare(struct rpc_call *c, const struct tl_messages_editMessage *q)
{
	struct media_made *made = NULL;
	struct store_later waiting;
	struct tl_message *m;
	struct store_msg row;
	struct place place;
	struct peer peer;
	int r;

	if (!q->media)
		return 0;
	if ((r = place_resolve(c, q->peer, &peer, &place)) < 0)
		return r;
	if (q->has_schedule_date) {
		if ((r = later_find(c, &peer, q->id, &waiting, &row)) < 0)
			return r;
	} else {
		r = place_message(c, &place, q->id, &row);
		if (r == -ERR_NOTFOUND)
			return rpc_fail(c, 400, "MESSAGE_ID_INVALID");
		if (r < 0 || (r = content_of(c, &peer, &row, &m)) < 0)
			return r;
	}
	if ((r = rpc_snapshot_renew(c)) < 0 || (r = media_prepare(c, q->media, &made)) < 0)
		return r;
	c->prepared = made;
	return 0;
}

/* Its admins can see what it was. */
static int log_edit(struct rpc_call *c, const struct channel *ch, const struct store_msg *before,
                    struct slice body, unixtime_t at)
{
	struct store_msg after = *before;

	after.body = body;
	after.edit_date = at;
	return channel_log_message(c, ch->row.id, CHANNEL_LOG_EDIT, before, &after);
}

int message_edit(struct rpc_call *c, const struct peer *peer, struct store_msg *row, struct tl_message *m,
                 const struct media_ready *changed, int64_t except_key)
{
	struct slice body = message_body(c, &m->o);
	struct store_msg twin;
	unixtime_t at;
	int r;

	if (!body.p)
		return -ERR_INVALID;
	if (slice_eq(body, row->body))
		return rpc_fail(c, 400, "MESSAGE_NOT_MODIFIED");
	r = message_twin(c, row, &twin); /* by the row as it still is */
	if (r == 0)
		r = message_edit_row(c, &twin, body, c->now, changed, 0);
	if (r < 0 && r != -ERR_NOTFOUND)
		return r;
	/* A version of what is shared has a date of its own. */
	at = peer->chat && row->edit_date >= c->now ? row->edit_date + 1 : c->now;
	if ((r = message_edit_row(c, row, body, at, changed, except_key)) < 0)
		return r;
	if (peer->channel && ((r = log_edit(c, peer->channel, row, body, at)) < 0 ||
	                      (r = discussion_edited(c, peer->channel, row, m, changed)) < 0))
		return r;
	row->edit_date = at;
	return peer->chat ? chat_edited(c, peer->chat, row, changed) : 0;
}

/* One that waits to be sent: another time, other words, another file. Ids are those of what waits. */
static int edit_waiting(struct rpc_call *c, const struct tl_messages_editMessage *q, const struct peer *peer)
{
	struct message_draft when = {0};
	struct media_ready media, *changed = q->media ? &media : NULL;
	struct store_later waiting;
	struct store_msg row;
	struct tl_obj *o;
	struct rd in;
	bool again;
	int r;

	if ((r = later_find(c, peer, q->id, &waiting, &row)) < 0 ||
	    (r = later_begin(c, peer, q->schedule_date, q->schedule_repeat_period, 0, &when)) < 0)
		return r;
	if (!when.later)
		return rpc_fail(c, 400, "SCHEDULE_DATE_INVALID");
	in = rd_of(row.body.p, row.body.n);
	if (tl_decode(&in, &c->arena, &o) < 0 || !TL_IS(message, o))
		return -ERR_CORRUPT;
	again = TL_AS(message, o)->schedule_repeat_period != when.repeat;
	later_set_period(TL_AS(message, o), when.repeat);
	if (!q->media && !q->message.p) {
		r = later_edit(c, &waiting, when.later, again ? o : NULL, NULL);
		return r < 0 ? r : rpc_reply_after(c, message_reply_updates, NULL);
	}
	if (TL_AS(message, o)->fwd_from)
		return rpc_fail(c, 403, "MESSAGE_AUTHOR_REQUIRED");
	if ((changed && (r = new_media(c, q, &row, TL_AS(message, o), &media)) < 0) ||
	    (r = new_text(c, peer, q, TL_AS(message, o))) < 0 ||
	    (r = later_edit(c, &waiting, when.later, o, changed)) < 0)
		return r;
	return rpc_reply_after(c, message_reply_updates, NULL);
}

int messages_editMessage(struct rpc_call *c, const struct tl_messages_editMessage *q)
{
	struct media_ready media, *changed = q->media ? &media : NULL;
	struct store_msg row;
	struct tl_message *m;
	struct place place;
	struct peer peer;
	int r;

	if ((r = place_resolve(c, q->peer, &peer, &place)) < 0)
		return r;
	if (q->has_schedule_date)
		return edit_waiting(c, q, &peer);
	if (peer.chat && (r = chat_catch_up(c, peer.chat->row.id, c->user_id)) < 0)
		return r;
	r = place_message(c, &place, q->id, &row);
	if (r == -ERR_NOTFOUND)
		return rpc_fail(c, 400, "MESSAGE_ID_INVALID");
	if (r < 0 || (r = content_of(c, &peer, &row, &m)) < 0)
		return r;
	if (TL_IS(inputMediaPoll, q->media) && poll_of(m->media)) {
		r = poll_end(c, &row, TL_AS(inputMediaPoll, q->media));
		return r < 0 ? r : rpc_reply_after(c, message_reply_updates, NULL);
	}
	if (!TL_IS(inputMediaGeoLive, q->media) && is_too_late(c, &peer, &row))
		return rpc_fail(c, 400, "MESSAGE_EDIT_TIME_EXPIRED");
	if ((changed && (r = new_media(c, q, &row, m, &media)) < 0) || (r = new_text(c, &peer, q, m)) < 0 ||
	    (r = new_markup(c, q, m)) < 0)
		return r;
	r = message_edit(c, &peer, &row, m, changed, c->client->auth_key_id);
	return r < 0 ? r : rpc_reply_after(c, message_reply_updates, NULL);
}

int messages_getMessageEditData(struct rpc_call *c, const struct tl_messages_getMessageEditData *q)
{
	struct tl_messages_messageEditData *d = TL_NEW(&c->arena, messages_messageEditData);
	struct store_msg row;
	struct tl_message *m;
	struct place place;
	struct peer peer;
	int r;

	if ((r = place_resolve(c, q->peer, &peer, &place)) < 0)
		return r;
	r = place_message(c, &place, q->id, &row);
	if (r == -ERR_NOTFOUND)
		return rpc_fail(c, 400, "MESSAGE_ID_INVALID");
	if (r < 0 || (r = content_of(c, &peer, &row, &m)) < 0)
		return r;
	if (is_too_late(c, &peer, &row))
		return rpc_fail(c, 400, "MESSAGE_EDIT_TIME_EXPIRED");
	d->caption = m->media != NULL;
	return rpc_reply(c, &d->o);
}
