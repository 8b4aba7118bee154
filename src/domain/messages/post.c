/*
 * post.c - a message is born in a channel's box: one row, one pts, whatever the number of members. What a subscriber has not read is
 * derived from ids; only the writer's own row counts that it is his (dialogs/channel.c).
 */
#include "base/err.h"
#include "crypto/rng.h"
#include "domain/channels/channel.h"
#include "domain/channels/rights.h"
#include "domain/media/cdn.h"
#include "domain/messages/discussion.h"
#include "domain/messages/mention.h"
#include "domain/messages/message.h"
#include "domain/messages/post.h"
#include "domain/messages/thread.h"
#include "domain/messages/ttl.h"
#include "domain/messages/twin.h"
#include "domain/search/index.h"
#include "store/dialog.h"
#include "store/msg.h"
#include "store/rid.h"
#include "updates/event.h"
#include "updates/peer.h"

struct slice post_payload(struct arena *a, const struct post_note *n)
{
	int64_t *p = ARENA_ARRAY(a, int64_t, 2);

	p[0] = n->key;
	p[1] = n->author;
	return slice_of(p, 2 * sizeof(*p));
}

struct post_note post_note_of(struct slice payload)
{
	int64_t v[2] = {0};

	if (payload.n == sizeof(v))
		memcpy(v, payload.p, sizeof(v));
	return (struct post_note){v[0], v[1]};
}

static void set_common(const struct channel *ch, const struct message_draft *m)
{
	struct tl_messageService *service = TL_AS(messageService, m->content);
	struct tl_message *text = TL_AS(message, m->content);
	bool post = (ch->row.flags & STORE_CHANNEL_BROADCAST) != 0;

	if (service) {
		service->post = post;
		service->has_ttl_period = ch->row.ttl > 0;
		service->ttl_period = ch->row.ttl;
	}
	if (text) {
		text->post = post;
		text->has_ttl_period = ch->row.ttl > 0;
		text->ttl_period = ch->row.ttl;
		text->media = m->media ? m->media->media : NULL;
		text->has_grouped_id = m->grouped_id != 0;
		text->grouped_id = m->grouped_id;
	}
}

/* What he wrote himself is not unread for him. */
static int note_own(struct rpc_call *c, const struct channel *ch)
{
	struct store_dialog d;
	int r;

	if (!c->user_id || !channel_is_in(ch))
		return 0;
	r = store_dialog_get(c->db, c->user_id, peer_channel(ch->row.id), &c->arena, &d);
	if (r < 0)
		return r;
	d.unread++;
	return store_dialog_put(c->db, &d);
}

static int note_time(struct rpc_call *c, struct channel *ch, const struct message_draft *m)
{
	if (!ch->row.slowmode || channel_is_admin(ch) || !channel_is_in(ch) || !TL_IS(message, m->content))
		return 0;
	ch->me.last_sent = c->now;
	return store_channel_member_put(c->db, &ch->row, &ch->me);
}

static int insert(struct rpc_call *c, const struct channel *ch, const struct message_draft *m,
                  struct store_msg *row)
{
	int r;

	row->flags |= (m->silent ? STORE_MSG_SILENT : 0) | (m->noforwards ? STORE_MSG_NOFORWARDS : 0) |
	              (TL_IS(messageService, m->content) ? STORE_MSG_SERVICE : 0);
	if (m->media) {
		row->flags |= m->media->kind ? STORE_MSG_MEDIA : 0;
		row->flags |= m->media->unread && (ch->row.flags & STORE_CHANNEL_MEGAGROUP)
		                      ? STORE_MSG_MEDIA_UNREAD
		                      : 0;
	}
	if ((r = store_msg_insert(c->db, row)) < 0 || (r = message_note_media(c, row, m->media)) < 0 ||
	    (r = cdn_publish(c, m->media ? m->media->file : 0, ch->row.members)) < 0)
		return r;
	if (ch->row.ttl && (r = ttl_begin(c, row, ch->row.ttl)) < 0)
		return r;
	return search_note(c, row->owner);
}

/* TDLib takes the answer to a channel's making only with an updateMessageID in it. */
static int64_t drawn(void)
{
	int64_t id;

	rng_bytes(&id, sizeof(id));
	return id | 1;
}

int message_post(struct rpc_call *c, struct channel *ch, const struct message_draft *m, int32_t *ret_id)
{
	int64_t key = peer_channel(ch->row.id);
	struct post_note note = {.key = m->except_key, .author = c->user_id};
	struct upd_event ev = {.owner = key,
	                       .kind = UPD_NEW,
	                       .pts_count = 1,
	                       .peer = key,
	                       .random_id = m->random_id ? m->random_id : drawn(),
	                       .except_key = m->except_key};
	struct store_msg row = {.owner = key,
	                        .peer = key,
	                        .from_id = m->from,
	                        .date = c->now,
	                        .origin_owner = c->user_id,
	                        .reply_to = m->reply_to,
	                        .grouped_id = m->grouped_id};
	int64_t meant[MENTIONS_MAX];
	struct store_msg first;
	bool discussed = discussion_wants(&ch->row, m->content);
	size_t n_meant;
	int r;

	set_common(ch, m);
	if ((r = mention_find(c, ch, m->content, &row, meant, &n_meant)) < 0)
		return r;
	row.body = message_body(c, m->content);
	if (!row.body.p)
		return -ERR_INVALID;
	ev.payload = post_payload(&c->arena, &note);
	if ((r = rpc_log_event(c, &ev)) < 0)
		return r;
	row.id = row.origin_id = ev.id;
	if (m->origin_owner) {
		row.origin_owner = m->origin_owner;
		row.origin_id = m->origin_id;
	}
	first = row;
	if ((r = discussion_first(c, &first)) < 0)
		return r;
	row.flags = (n_meant ? STORE_MSG_MENTIONED : 0) | (m->pinned ? STORE_MSG_PINNED : 0) |
	            ((discussed || m->origin_owner) && first.id == row.id ? STORE_MSG_THREAD : 0);
	if ((r = insert(c, ch, m, &row)) < 0 || (r = mention_note(c, &row, meant, n_meant)) < 0 ||
	    (r = note_own(c, ch)) < 0 || (r = note_time(c, ch, m)) < 0 ||
	    (r = thread_note(c, ch, &row, ev.pts)) < 0 ||
	    (discussed && (r = discussion_copy_post(c, ch, &row)) < 0))
		return r;
	if (m->random_id && (r = store_rid_put(c->db, c->user_id, m->random_id, c->now, ev.pts)) < 0)
		return r;
	*ret_id = ev.id;
	return 0;
}

int64_t message_service_from(struct rpc_call *c, const struct channel *ch)
{
	bool hidden = channel_is_admin(ch) && (ch->me.rights & ADMIN_ANONYMOUS);

	return !c->user_id || hidden || (ch->row.flags & STORE_CHANNEL_BROADCAST) ? peer_channel(ch->row.id)
	                                                                          : c->user_id;
}

int message_post_service(struct rpc_call *c, struct channel *ch, struct tl_obj *action, int32_t *ret_id)
{
	struct tl_messageService *content = TL_NEW(&c->arena, messageService);
	struct message_draft m = {.from = message_service_from(c, ch),
	                          .content = &content->o,
	                          .except_key = c->client ? c->client->auth_key_id : 0};

	content->action = action;
	return message_post(c, ch, &m, ret_id);
}
