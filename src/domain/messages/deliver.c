/*
 * deliver.c - a message is born: first in the sender's box, then in the receiver's. Each step is idempotent by itself
 * (random_id there, origin here), so that boxes may live in different stores one day; here one transaction holds both.
 */
#include "base/err.h"
#include "domain/channels/channel.h"
#include "domain/chats/chat.h"
#include "domain/dialogs/dialog.h"
#include "domain/messages/later.h"
#include "domain/messages/message.h"
#include "domain/messages/reply.h"
#include "domain/messages/views.h"
#include "domain/messages/twin.h"
#include "domain/messages/ttl.h"
#include "domain/search/index.h"
#include "store/day.h"
#include "store/dialog.h"
#include "store/msg.h"
#include "store/msg_count.h"
#include "store/rid.h"
#include "store/saved.h"
#include "tl/tl.h"
#include "updates/event.h"
#include "updates/peer.h"

/* The id under which `owner` knows what `from_owner` calls `id`; 0 if he does not have it. */
static int translate(struct rpc_call *c, int64_t from_owner, int64_t from_peer, int32_t id, int64_t owner,
                     int32_t *ret)
{
	struct store_msg row;
	int r;

	*ret = 0;
	if (!id)
		return 0;
	r = store_msg_get(c->db, from_owner, from_peer, id, &c->arena, &row);
	if (r == -ERR_NOTFOUND)
		return 0;
	if (r < 0)
		return r;
	if (row.origin_owner == owner) /* he may have deleted it, for himself alone */
		r = store_msg_get(c->db, owner, from_owner, row.origin_id, &c->arena, &row);
	else
		r = store_msg_by_origin(c->db, owner, row.origin_owner, row.origin_id, &c->arena, &row);
	if (r == 0)
		*ret = row.id;
	return r == -ERR_NOTFOUND ? 0 : r;
}

static struct slice key_payload(struct rpc_call *c, int64_t key)
{
	uint8_t *p;

	if (!key)
		return (struct slice){0};
	p = arena_alloc(&c->arena, 8);
	memcpy(p, &key, 8);
	return slice_of(p, 8);
}

int message_into_box(struct rpc_call *c, const struct message_draft *m, struct store_msg *row,
                     struct upd_event *ev, bool unread)
{
	int folder, r;

	row->grouped_id = m->grouped_id;
	if (m->media) {
		row->ttl = m->media->ttl;
		row->flags |= m->media->kind ? STORE_MSG_MEDIA : 0;
		row->flags |= m->media->unread && row->owner != row->peer ? STORE_MSG_MEDIA_UNREAD : 0;
	}
	r = rpc_log_event(c, ev);
	if (r < 0)
		return r;
	row->id = ev->id;
	if (!row->origin_owner) {
		row->origin_owner = row->owner;
		row->origin_id = row->id;
	}
	r = store_msg_insert(c->db, row);
	if (r >= 0)
		r = message_note_media(c, row, m->media);
	if (r < 0)
		return r;
	r = store_dialog_bump(c->db, row->owner, row->peer, row->id, row->date, unread, &folder);
	if (r > 0 && unread && peer_is_user(row->peer))
		r = dialog_put_away(c, row->owner, row->peer);
	else if (r == 0 && unread && folder)
		r = dialog_take_out(c, row->owner, row->peer);
	if (r >= 0 && m->ttl)
		r = ttl_begin(c, row, m->ttl);
	return r < 0 ? r : search_note(c, row->owner);
}

/* Whom a note of one's own came from. */
static int64_t saved_from(const struct message_draft *m)
{
	const struct tl_message *content = TL_AS(message, m->content);

	return content && content->saved_peer_id ? peer_key(content->saved_peer_id) : m->from;
}

int message_to_sender(struct rpc_call *c, const struct message_draft *m, struct slice body, int32_t *ret_id)
{
	struct upd_event ev = {.owner = m->from,
	                       .kind = UPD_NEW,
	                       .pts_count = 1,
	                       .peer = m->peer,
	                       .random_id = m->random_id,
	                       .except_key = m->except_key,
	                       .payload = m->random_id ? key_payload(c, m->except_key) : (struct slice){0}};
	struct store_msg row = {.owner = m->from,
	                        .peer = m->peer,
	                        .from_id = m->from,
	                        .date = c->now,
	                        .reply_to = m->reply_to,
	                        .body = body};
	int r;

	/* Saved Messages are not outgoing (api.md 4.1). */
	row.flags = (m->from == m->peer ? 0 : STORE_MSG_OUT) | (m->silent ? STORE_MSG_SILENT : 0) |
	            (m->noforwards ? STORE_MSG_NOFORWARDS : 0) |
	            (peer_is_chat(m->peer) ? STORE_MSG_SHARED : 0);
	r = message_into_box(c, m, &row, &ev, false);
	if (r >= 0 && m->peer == m->from)
		r = store_saved_put(c->db, m->from, saved_from(m), row.id);
	if (r >= 0 && m->random_id)
		r = store_rid_put(c->db, m->from, m->random_id, c->now, ev.pts);
	if (r >= 0)
		*ret_id = row.id;
	return r;
}

static int to_receiver(struct rpc_call *c, const struct message_draft *m, struct slice body,
                       int32_t origin_id, int32_t *ret_id)
{
	struct upd_event ev = {.owner = m->peer, .kind = UPD_NEW, .pts_count = 1, .peer = m->from};
	struct store_msg row = {.owner = m->peer,
	                        .peer = m->from,
	                        .from_id = m->from,
	                        .date = c->now,
	                        .body = body,
	                        .origin_owner = origin_id ? m->from : 0,
	                        .origin_id = origin_id};
	int r;

	row.flags = (m->silent ? STORE_MSG_SILENT : 0) | (m->noforwards ? STORE_MSG_NOFORWARDS : 0);
	r = translate(c, m->from, m->peer, m->reply_to, m->peer, &row.reply_to);
	if (r >= 0)
		r = message_into_box(c, m, &row, &ev, true);
	if (r >= 0)
		*ret_id = row.id;
	return r;
}

struct slice message_draft_body(struct rpc_call *c, const struct message_draft *m)
{
	struct tl_messageService *service = TL_AS(messageService, m->content);
	struct tl_message *text = TL_AS(message, m->content);

	if (service) {
		service->has_ttl_period = m->ttl > 0;
		service->ttl_period = m->ttl;
	}
	if (text) {
		text->has_ttl_period = m->ttl > 0;
		text->ttl_period = m->ttl;
		text->media = m->media ? m->media->media : NULL;
		text->has_grouped_id = m->grouped_id != 0;
		text->grouped_id = m->grouped_id;
	}
	return message_body(c, m->content);
}

int message_deliver(struct rpc_call *c, const struct message_draft *draft, int32_t *ret_id)
{
	struct message_draft born = *draft, *m = &born;
	int32_t sent = 0, received = 0;
	struct slice body, theirs;
	int r = 0;

	if (peer_is_chat(m->peer))
		return chat_deliver(c, m, ret_id);
	if (!m->only_receiver && (r = ttl_of_new(c, m->from, m->peer, &m->ttl)) < 0)
		return r;
	body = theirs = message_draft_body(c, m);
	if (m->theirs) {
		m->content = m->theirs;
		theirs = message_draft_body(c, m);
	}
	if (!body.p || !theirs.p)
		return -ERR_INVALID;
	if (!m->only_receiver)
		r = message_to_sender(c, m, body, &sent);
	if (r >= 0 && m->peer != m->from && !m->only_sender)
		r = to_receiver(c, m, theirs, sent, &received);
	if (r >= 0)
		*ret_id = sent ? sent : received;
	return r;
}

/* The channel whose post it was counts it. */
static int count_forward(struct rpc_call *c, const struct peer *to, const struct message_draft *m, int32_t id)
{
	struct store_forward f = {.date = c->now, .peer = to->key, .id = id};
	struct store_channel row;
	int r;

	if ((r = store_channel_get(c->db, peer_channel_id(m->source), &c->arena, &row)) < 0)
		return r == -ERR_NOTFOUND ? 0 : r;
	if (row.flags & STORE_CHANNEL_BROADCAST)
		views_passed_on(c->app->views, m->source, m->source_id);
	if ((r = store_msg_count_add(c->db, m->source, m->source_id, 0, 1)) < 0 ||
	    (r = store_day_add(c->db, m->source, c->now, STORE_DAY_FORWARDS, 1)) < 0 || !to->channel)
		return r;
	return store_forward_put(c->db, m->source, m->source_id, &f);
}

int message_send(struct rpc_call *c, const struct peer *to, struct message_draft *m, int32_t *ret_id)
{
	int r;

	if (m->later)
		return later_put(c, to, m, ret_id);
	m->peer = to->key;
	r = to->channel ? message_post(c, to->channel, m, ret_id) : message_deliver(c, m, ret_id);
	return r < 0 || !m->source ? r : count_forward(c, to, m, *ret_id);
}
