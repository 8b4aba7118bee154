/* draft.c - drafts: one a chat, stored as a draftMessage without its date, which is the row's. */
#include "base/err.h"
#include "base/utf8.h"
#include "domain/channels/channel.h"
#include "domain/dialogs/dialog.h"
#include "domain/messages/message.h"
#include "domain/messages/reply.h"
#include "domain/messages/text.h"
#include "domain/sync/compose.h"
#include "domain/topics/topic.h"
#include "rpc_methods.h"
#include "store/dialog.h"
#include "updates/event.h"

static int store_draft(struct rpc_call *c, int64_t peer, struct slice draft)
{
	struct store_dialog d;
	int r;

	r = store_dialog_get(c->db, c->user_id, peer, &c->arena, &d);
	if (r < 0)
		return r;
	d.draft = draft;
	d.draft_date = c->now;
	r = store_dialog_put(c->db, &d);
	return r < 0 ? r : rpc_log_own(c, UPD_DRAFT, peer, 0);
}

/* The reply as it is stored: the id alone, with the quote; peers would carry hashes. */
static int stored_reply(struct rpc_call *c, const struct tl_obj *reply_to, struct tl_obj **ret)
{
	const struct tl_inputReplyToMessage *in = TL_AS(inputReplyToMessage, reply_to);
	struct tl_inputReplyToMessage *out;

	*ret = NULL;
	if (!in || in->reply_to_peer_id)
		return 0;
	out = TL_NEW(&c->arena, inputReplyToMessage);
	out->reply_to_msg_id = in->reply_to_msg_id;
	out->has_top_msg_id = in->has_top_msg_id;
	out->top_msg_id = in->top_msg_id;
	*ret = &out->o;
	if (!in->quote_text.n)
		return 0;
	out->has_quote_offset = in->has_quote_offset;
	out->quote_offset = in->quote_offset;
	return text_prepare(c, in->quote_text, &in->quote_entities, TEXT_DRAFT, &out->quote_text,
	                    &out->quote_entities);
}

/* Of a topic of a forum. */
static int32_t topic_of(const struct peer *peer, const struct tl_obj *reply_to)
{
	const struct tl_inputReplyToMessage *in = TL_AS(inputReplyToMessage, reply_to);

	return peer->channel && (peer->channel->row.flags & STORE_CHANNEL_FORUM) && in && in->has_top_msg_id
	               ? in->top_msg_id
	               : 0;
}

/* It answers nothing: it only says in which topic it stands. */
static bool is_empty(const struct tl_draftMessage *d, int32_t topic)
{
	const struct tl_inputReplyToMessage *in = TL_AS(inputReplyToMessage, d->reply_to);

	return !utf8_trim(d->message).n &&
	       (!in || (topic && (!in->reply_to_msg_id || in->reply_to_msg_id == topic)));
}

int messages_saveDraft(struct rpc_call *c, const struct tl_messages_saveDraft *q)
{
	struct tl_draftMessage *d = TL_NEW(&c->arena, draftMessage);
	struct buf b = {0};
	struct slice body;
	struct peer peer;
	int32_t topic;
	int r;

	if ((r = peer_resolve(c, q->peer, &peer)) < 0)
		return r;
	d->no_webpage = q->no_webpage;
	d->invert_media = q->invert_media;
	if ((r = stored_reply(c, q->reply_to, &d->reply_to)) < 0 ||
	    (r = text_prepare(c, q->message, &q->entities, TEXT_DRAFT, &d->message, &d->entities)) < 0)
		return r;
	topic = topic_of(&peer, q->reply_to);
	if (is_empty(d, topic)) {
		r = topic ? topic_draft_put(c, peer.key, topic, (struct slice){0}) : draft_clear(c, peer.key);
		return r < 0 ? r : rpc_reply_bool(c, true);
	}
	if ((r = tl_encode(&b, &d->o, TL_LAYER_MAX)) < 0)
		return r;
	body = arena_slice(&c->arena, buf_slice(&b));
	buf_fini(&b);
	r = topic ? topic_draft_put(c, peer.key, topic, body) : store_draft(c, peer.key, body);
	return r < 0 ? r : rpc_reply_bool(c, true);
}

int messages_getAllDrafts(struct rpc_call *c, const struct tl_messages_getAllDrafts *q)
{
	struct store_dialog *rows;
	struct upd_event *ev;
	size_t n;
	int r;

	r = store_dialog_drafts(c->db, c->user_id, LIMIT_DRAFTS, &c->arena, &rows, &n);
	if (r < 0)
		return r;
	ev = ARENA_ARRAY(&c->arena, struct upd_event, n + 1);
	for (size_t i = 0; i < n; i++)
		ev[i] = (struct upd_event){.owner = c->user_id, .kind = UPD_DRAFT, .peer = rows[i].peer};
	return sync_reply(c, ev, n);
}

int messages_clearAllDrafts(struct rpc_call *c, const struct tl_messages_clearAllDrafts *q)
{
	struct store_dialog *rows;
	size_t n;
	int r;

	r = store_dialog_drafts(c->db, c->user_id, LIMIT_DRAFTS, &c->arena, &rows, &n);
	for (size_t i = 0; r >= 0 && i < n; i++)
		r = draft_clear(c, rows[i].peer);
	return r < 0 ? r : rpc_reply_bool(c, true);
}
