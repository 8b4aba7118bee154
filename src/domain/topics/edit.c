/* edit.c - what a topic is called, whether it is open or hidden: messages.editForumTopic; and its end: messages.deleteTopicHistory. */
#include "base/err.h"
#include "domain/channels/log.h"
#include "domain/channels/rights.h"
#include "domain/messages/message.h"
#include "domain/messages/twin.h"
#include "domain/topics/private.h"
#include "rpc_methods.h"
#include "store/thread.h"
#include "updates/peer.h"

enum { SLICE = 100, OWN_MAX = 11 };

int topic_may_manage(struct rpc_call *c, const struct channel *ch)
{
	if (ch->me.role == STORE_CHANNEL_CREATOR || (channel_is_admin(ch) && (ch->me.rights & ADMIN_TOPICS)))
		return 0;
	return rpc_fail(c, 400, "CHAT_ADMIN_REQUIRED");
}

int topic_may_edit(struct rpc_call *c, const struct channel *ch, const struct store_topic *t)
{
	if (t->creator == c->user_id && t->id != STORE_TOPIC_GENERAL)
		return channel_may(c, ch, CHANNEL_TOPICS);
	return topic_may_manage(c, ch);
}

static void set_flag(struct store_topic *t, int flag, bool on)
{
	t->flags = on ? t->flags | flag : t->flags & ~flag;
}

/* 1: something is another than before. */
static int apply(struct rpc_call *c, const struct tl_messages_editForumTopic *q, struct store_topic *t,
                 struct tl_messageActionTopicEdit *action)
{
	struct store_topic was = *t;
	int r;

	if (q->has_icon_emoji_id && t->id == STORE_TOPIC_GENERAL)
		return rpc_fail(c, 400, "GENERAL_MODIFY_ICON_FORBIDDEN");
	if (q->has_hidden && t->id != STORE_TOPIC_GENERAL)
		return rpc_fail(c, 400, "TOPIC_ID_INVALID");
	if (q->title.p && (r = topic_title(c, q->title, &t->title)) < 0)
		return r;
	if (q->has_icon_emoji_id)
		t->icon = q->icon_emoji_id;
	if (q->has_closed)
		set_flag(t, STORE_TOPIC_CLOSED, q->closed);
	if (q->has_hidden)
		set_flag(t, STORE_TOPIC_HIDDEN, q->hidden);
	if (q->has_hidden && q->hidden) /* what is hidden is closed */
		set_flag(t, STORE_TOPIC_CLOSED, true);
	action->title = slice_eq(t->title, was.title) ? (struct slice){0} : t->title;
	action->has_icon_emoji_id = t->icon != was.icon;
	action->icon_emoji_id = t->icon;
	action->has_closed = (t->flags ^ was.flags) & STORE_TOPIC_CLOSED;
	action->closed = (t->flags & STORE_TOPIC_CLOSED) != 0;
	action->has_hidden = (t->flags ^ was.flags) & STORE_TOPIC_HIDDEN;
	action->hidden = q->hidden;
	return action->title.n || t->icon != was.icon || t->flags != was.flags;
}

static int say(struct rpc_call *c, struct channel *ch, const struct store_topic *t, struct tl_obj *action)
{
	struct tl_messageReplyHeader *h = TL_NEW(&c->arena, messageReplyHeader);
	struct tl_messageService *content = TL_NEW(&c->arena, messageService);
	struct message_draft m = {.from = message_service_from(c, ch),
	                          .content = &content->o,
	                          .except_key = c->client->auth_key_id};
	int32_t id;

	content->action = action;
	if (t->id != STORE_TOPIC_GENERAL) {
		h->forum_topic = true;
		content->reply_to = &h->o;
		m.reply_to = t->id;
	}
	return message_post(c, ch, &m, &id);
}

int messages_editForumTopic(struct rpc_call *c, const struct tl_messages_editForumTopic *q)
{
	struct tl_channelAdminLogEventActionEditTopic *a = TL_NEW(&c->arena,
	                                                          channelAdminLogEventActionEditTopic);
	struct tl_messageActionTopicEdit *action = TL_NEW(&c->arena, messageActionTopicEdit);
	struct store_topic t;
	struct channel ch;
	int r;

	if ((r = topic_forum(c, q->peer, &ch)) < 0 || (r = topic_load(c, &ch, q->topic_id, &t)) < 0 ||
	    (r = topic_may_edit(c, &ch, &t)) < 0)
		return r;
	a->prev_topic = topic_plain(&c->arena, &t);
	if ((r = apply(c, q, &t, action)) < 0)
		return r;
	if (!r)
		return rpc_fail(c, 400, "TOPIC_NOT_MODIFIED");
	a->new_topic = topic_plain(&c->arena, &t);
	if ((r = store_topic_put(c->db, &t)) < 0 || (r = say(c, &ch, &t, &action->o)) < 0 ||
	    (r = channel_log(c, ch.row.id, CHANNEL_LOG_FORUMS, &a->o)) < 0)
		return r;
	return rpc_reply_after(c, message_reply_updates, NULL);
}

/* By the right to delete; and who made it takes back what nobody else has written in yet. */
static int may_drop(struct rpc_call *c, const struct channel *ch, const struct store_topic *t,
                    const struct store_msg *rows, size_t n)
{
	bool own = t->creator == c->user_id && channel_is_in(ch) && n <= OWN_MAX;

	for (size_t i = 0; own && i < n; i++)
		own = rows[i].origin_owner == c->user_id;
	return own ? 0 : channel_may(c, ch, CHANNEL_DELETE_OTHERS);
}

/* A slice of its messages, the newest first; with the last one the topic goes. */
int messages_deleteTopicHistory(struct rpc_call *c, const struct tl_messages_deleteTopicHistory *q)
{
	struct tl_channelAdminLogEventActionDeleteTopic *log = TL_NEW(&c->arena,
	                                                              channelAdminLogEventActionDeleteTopic);
	struct tl_messages_affectedHistory *a = TL_NEW(&c->arena, messages_affectedHistory);
	struct store_topic t;
	struct store_msg *rows;
	struct channel ch;
	bool has_root;
	size_t n;
	int r;

	if ((r = topic_forum(c, q->peer, &ch)) < 0)
		return r;
	if (q->top_msg_id == STORE_TOPIC_GENERAL)
		return rpc_fail(c, 400, "TOPIC_ID_INVALID");
	if ((r = topic_load(c, &ch, q->top_msg_id, &t)) < 0 ||
	    (r = store_thread_walk(c->db, t.channel, t.id, INT32_MAX, false, 0, SLICE, &c->arena, &rows,
	                           &n)) < 0 ||
	    (r = may_drop(c, &ch, &t, rows, n)) < 0)
		return r;
	a->offset = n == SLICE; /* "call again" */
	a->pts_count = (int32_t)n;
	if (n)
		r = messages_remove(c, t.channel, rows, (uint32_t)n, c->client->auth_key_id, &a->pts);
	else
		r = rpc_box_pts(c, t.channel, &a->pts);
	if (r < 0 || a->offset)
		return r < 0 ? r : rpc_reply(c, &a->o);
	log->topic = topic_plain(&c->arena, &t);
	has_root = n && rows[n - 1].id == t.id;
	/* Its beginning took it along, unless that was gone before. */
	if ((!has_root && (r = topic_drop(c, t.channel, t.id)) < 0) ||
	    (r = channel_log(c, ch.row.id, CHANNEL_LOG_FORUMS, &log->o)) < 0)
		return r;
	return rpc_reply(c, &a->o);
}
