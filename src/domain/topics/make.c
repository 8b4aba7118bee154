/* make.c - a supergroup becomes a forum: channels.toggleForum; a topic begins with its first message: messages.createForumTopic. */
#include "base/err.h"
#include "base/utf8.h"
#include "domain/channels/log.h"
#include "domain/messages/message.h"
#include "domain/messages/reply.h"
#include "domain/messages/thread.h"
#include "domain/topics/jobs.h"
#include "domain/topics/private.h"
#include "rpc_methods.h"
#include "store/thread.h"
#include "updates/peer.h"

static const int32_t colors[] = {0x6fb9f0, 0xffd67e, 0xcb86db, 0x8eee98, 0xff93b2, 0xfb6f5f};

enum { SLICE = 500 };

/* A slice of it below `from`; *ret_from: where the next begins, 0: that was all. */
static int fill(struct rpc_call *c, int64_t key, int32_t from, int32_t *ret_from)
{
	return store_thread_fill(c->db, key, STORE_TOPIC_GENERAL, from, SLICE, ret_from);
}

int forum_job(struct rpc_call *c, const struct store_job *j, struct jobs_next *next)
{
	int32_t from;
	int r;

	if (j->payload.n != sizeof(from))
		return 0;
	memcpy(&from, j->payload.p, sizeof(from));
	r = fill(c, j->owner, from, &from);
	next->again = r >= 0 && from > 0;
	next->payload = arena_slice(&c->arena, slice_of(&from, sizeof(from)));
	return r;
}

/* What was said before stands in General: the newest at once, the rest by the job. */
static int gather(struct rpc_call *c, const struct channel *ch)
{
	int64_t key = peer_channel(ch->row.id);
	int32_t from;
	int r;

	if ((r = thread_begin_general(c, ch)) < 0 || (r = fill(c, key, INT32_MAX, &from)) < 0 || !from)
		return r;
	return jobs_add(c, FORUM_JOB, key, 0, slice_of(&from, sizeof(from)));
}

int channels_toggleForum(struct rpc_call *c, const struct tl_channels_toggleForum *q)
{
	struct tl_channelAdminLogEventActionToggleForum *a = TL_NEW(&c->arena,
	                                                            channelAdminLogEventActionToggleForum);
	struct channel ch;
	int r;

	if ((r = channel_resolve(c, q->channel, &ch)) < 0)
		return r;
	if (!(ch.row.flags & STORE_CHANNEL_MEGAGROUP) || (ch.row.flags & STORE_CHANNEL_GIGAGROUP))
		return rpc_fail(c, 400, "CHANNEL_INVALID");
	if ((r = channel_may(c, &ch, CHANNEL_SETTINGS)) < 0)
		return r;
	if (q->enabled && ch.row.linked)
		return rpc_fail(c, 400, "CHAT_DISCUSSION_UNALLOWED");
	if (!(ch.row.flags & STORE_CHANNEL_FORUM) == !q->enabled)
		return rpc_fail(c, 400, "CHAT_NOT_MODIFIED");
	ch.row.flags ^= STORE_CHANNEL_FORUM;
	a->new_value = q->enabled;
	if ((r = store_channel_put(c->db, &ch.row)) < 0 || (q->enabled && (r = gather(c, &ch)) < 0) ||
	    (r = channel_log(c, ch.row.id, CHANNEL_LOG_FORUMS, &a->o)) < 0 ||
	    (r = channel_changed(c, ch.row.id)) < 0)
		return r;
	return rpc_reply_after(c, message_reply_updates, NULL);
}

int topic_title(struct rpc_call *c, struct slice asked, struct slice *ret)
{
	*ret = utf8_trim(asked);
	if (!ret->n)
		return rpc_fail(c, 400, "TOPIC_TITLE_EMPTY");
	if (utf8_len(*ret) > LIMIT_TOPIC_TITLE)
		return rpc_fail(c, 400, "TOPIC_TITLE_TOO_LONG");
	return 0;
}

static int32_t color_of(const struct tl_messages_createForumTopic *q)
{
	for (size_t i = 0; q->has_icon_color && i < sizeof(colors) / sizeof(colors[0]); i++)
		if (colors[i] == q->icon_color)
			return colors[i];
	return colors[0];
}

int messages_createForumTopic(struct rpc_call *c, const struct tl_messages_createForumTopic *q)
{
	struct tl_channelAdminLogEventActionCreateTopic *a = TL_NEW(&c->arena,
	                                                            channelAdminLogEventActionCreateTopic);
	struct tl_messageActionTopicCreate *action = TL_NEW(&c->arena, messageActionTopicCreate);
	struct tl_messageService *content = TL_NEW(&c->arena, messageService);
	struct message_draft m = {
		.random_id = q->random_id, .content = &content->o, .except_key = c->client->auth_key_id};
	struct store_topic t = {.creator = c->user_id, .date = c->now, .color = color_of(q)};
	struct channel ch;
	int r;

	if ((r = topic_forum(c, q->peer, &ch)) < 0)
		return r;
	if (!q->random_id)
		return rpc_fail(c, 400, "RANDOM_ID_EMPTY");
	t.channel = peer_channel(ch.row.id);
	r = message_are_repeats(c, &(struct peer){.key = t.channel, .channel = &ch}, &q->random_id, 1);
	if (r != 0)
		return r < 0 ? r : 0;
	if ((r = channel_may(c, &ch, CHANNEL_TOPICS)) < 0 || (r = topic_title(c, q->title, &t.title)) < 0)
		return r;
	t.icon = q->has_icon_emoji_id ? q->icon_emoji_id : 0;
	t.from_id = m.from = message_service_from(c, &ch);
	action->title = t.title;
	action->icon_color = t.color;
	action->has_icon_emoji_id = t.icon != 0;
	action->icon_emoji_id = t.icon;
	content->action = &action->o;
	if ((r = message_post(c, &ch, &m, &t.id)) < 0 || (r = store_topic_put(c->db, &t)) < 0)
		return r;
	a->topic = topic_plain(&c->arena, &t);
	r = channel_log(c, ch.row.id, CHANNEL_LOG_FORUMS, &a->o);
	return r < 0 ? r : rpc_reply_after(c, message_reply_updates, NULL);
}
