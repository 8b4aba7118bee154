/* notify.c - notification settings: stored and echoed, by chat and by kind of chat; clients decide with them. */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "domain/channels/channel.h"
#include "domain/dialogs/private.h"
#include "domain/topics/topic.h"
#include "domain/users/peer.h"
#include "domain/sync/compose.h"
#include "rpc_methods.h"
#include "store/day.h"
#include "store/setting.h"
#include "updates/event.h"
#include "updates/peer.h"

enum { EXCEPTIONS_MAX = 500 };

/* ret_peer: key 0 for a kind of chats; ret_topic: of this forum; 0: none. */
static int target(struct rpc_call *c, const struct tl_obj *in, struct peer *ret_peer, int32_t *ret_topic,
                  enum notify_scope *ret_scope)
{
	const struct tl_inputNotifyForumTopic *topic = TL_AS(inputNotifyForumTopic, in);
	int r;

	*ret_peer = (struct peer){0};
	*ret_topic = 0;
	*ret_scope = NOTIFY_PEER;
	if (topic) {
		if ((r = peer_resolve(c, topic->peer, ret_peer)) < 0)
			return r;
		if (!topic_is(c, ret_peer, topic->top_msg_id))
			return rpc_fail(c, 400, "TOPIC_ID_INVALID");
		*ret_topic = topic->top_msg_id;
		return 0;
	}
	if (TL_IS(inputNotifyUsers, in))
		*ret_scope = NOTIFY_USERS;
	else if (TL_IS(inputNotifyChats, in))
		*ret_scope = NOTIFY_CHATS;
	else if (TL_IS(inputNotifyBroadcasts, in))
		*ret_scope = NOTIFY_BROADCASTS;
	else if (!TL_IS(inputNotifyPeer, in))
		return rpc_fail(c, 400, "PEER_ID_INVALID");
	if (*ret_scope != NOTIFY_PEER)
		return 0;
	return peer_resolve(c, TL_AS(inputNotifyPeer, in)->peer, ret_peer);
}

int account_getNotifySettings(struct rpc_call *c, const struct tl_account_getNotifySettings *q)
{
	enum notify_scope scope;
	struct peer peer;
	struct tl_obj *s;
	int32_t topic;
	int r;

	if ((r = target(c, q->peer, &peer, &topic, &scope)) < 0 ||
	    (r = topic ? notify_topic_view(c, c->user_id, peer.key, topic, &s)
	               : notify_view(c, c->user_id, peer.key, scope, &s)) < 0)
		return r;
	return rpc_reply(c, s);
}

static struct tl_peerNotifySettings *settings_of(struct rpc_call *c,
                                                 const struct tl_inputPeerNotifySettings *in)
{
	struct tl_peerNotifySettings *s = TL_NEW(&c->arena, peerNotifySettings);

	s->has_show_previews = in->has_show_previews;
	s->show_previews = in->show_previews;
	s->has_silent = in->has_silent;
	s->silent = in->silent;
	s->has_mute_until = in->has_mute_until;
	s->mute_until = in->mute_until;
	s->ios_sound = s->android_sound = s->other_sound = in->sound;
	s->has_stories_muted = in->has_stories_muted;
	s->stories_muted = in->stories_muted;
	s->has_stories_hide_sender = in->has_stories_hide_sender;
	s->stories_hide_sender = in->stories_hide_sender;
	s->stories_ios_sound = s->stories_android_sound = s->stories_other_sound = in->stories_sound;
	return s;
}

/* A channel whose subscriber he is counts, by day, who wants to hear of its posts no more, or again. was: muted before, or < 0. */
static int count_muted(struct rpc_call *c, const struct channel *ch, int was)
{
	int64_t key = peer_channel(ch->row.id);
	int is = notify_is_muted(c, c->user_id, key, NOTIFY_BROADCASTS);

	if (was < 0 || is < 0 || was == is)
		return was < 0 ? was : is < 0 ? is : 0;
	return store_day_add(c->db, key, c->now, is ? STORE_DAY_MUTED : STORE_DAY_UNMUTED, 1);
}

static int put(struct rpc_call *c, const char *key, const struct tl_obj *settings)
{
	struct buf b = {0};
	int r = tl_encode(&b, settings, TL_LAYER_MAX);

	if (r == 0)
		r = store_setting_put(c->db, c->user_id, key, buf_slice(&b));
	buf_fini(&b);
	return r;
}

int account_updateNotifySettings(struct rpc_call *c, const struct tl_account_updateNotifySettings *q)
{
	struct upd_event ev = {.owner = c->user_id, .kind = UPD_NOTIFY, .except_key = c->client->auth_key_id};
	const struct tl_inputPeerNotifySettings *in = TL_AS(inputPeerNotifySettings, q->settings);
	enum notify_scope scope;
	struct peer peer;
	bool counts;
	int32_t topic;
	int was = 0, r;

	if (!in)
		return rpc_fail(c, 400, "SETTINGS_INVALID");
	if ((r = target(c, q->peer, &peer, &topic, &scope)) < 0)
		return r;
	counts = peer.channel && !topic && (peer.channel->row.flags & STORE_CHANNEL_BROADCAST) &&
	         channel_is_in(peer.channel);
	if (counts)
		was = notify_is_muted(c, c->user_id, peer.key, NOTIFY_BROADCASTS);
	if ((r = put(c,
	             topic ? notify_topic_key(&c->arena, peer.key, topic)
	                   : notify_key(&c->arena, peer.key, scope),
	             &settings_of(c, in)->o)) < 0 ||
	    (counts && (r = count_muted(c, peer.channel, was)) < 0))
		return r;
	ev.kind = topic ? UPD_NOTIFY_TOPIC : UPD_NOTIFY;
	ev.peer = peer.key;
	ev.id = topic ? topic : (int32_t)scope;
	r = rpc_log_event(c, &ev);
	return r < 0 ? r : rpc_reply_bool(c, true);
}

/* Whose settings a stored key is: of a topic, of a chat, or of a kind of chats. */
static void target_of(const char *key, struct upd_event *ev)
{
	char *end;

	if (strncmp(key, NOTIFY_TOPIC_PREFIX, sizeof(NOTIFY_TOPIC_PREFIX) - 1) == 0) {
		ev->kind = UPD_NOTIFY_TOPIC;
		ev->peer = strtoll(key + sizeof(NOTIFY_TOPIC_PREFIX) - 1, &end, 10);
		ev->id = *end ? atoi(end + 1) : 0;
	} else if (strncmp(key, NOTIFY_PEER_PREFIX, sizeof(NOTIFY_PEER_PREFIX) - 1) == 0)
		ev->peer = strtoll(key + sizeof(NOTIFY_PEER_PREFIX) - 1, NULL, 10);
	else
		ev->id = atoi(strchr(key, '.') + 1);
}

int account_resetNotifySettings(struct rpc_call *c, const struct tl_account_resetNotifySettings *q)
{
	struct slice *keys, *values;
	size_t n;
	int r;

	r = store_setting_list(c->db, c->user_id, "notify", EXCEPTIONS_MAX, &c->arena, &keys, &values, &n);
	for (size_t i = 0; r >= 0 && i < n; i++) {
		struct upd_event ev = {
			.owner = c->user_id, .kind = UPD_NOTIFY, .except_key = c->client->auth_key_id};

		target_of((const char *)keys[i].p, &ev);
		if ((r = store_setting_delete(c->db, c->user_id, (const char *)keys[i].p)) >= 0)
			r = rpc_log_event(c, &ev);
	}
	return r < 0 ? r : rpc_reply_bool(c, true);
}

int account_getNotifyExceptions(struct rpc_call *c, const struct tl_account_getNotifyExceptions *q)
{
	struct slice *keys, *values;
	struct upd_event *ev;
	size_t n;
	int r;

	r = store_setting_list(c->db, c->user_id, NOTIFY_PEER_PREFIX, EXCEPTIONS_MAX, &c->arena, &keys,
	                       &values, &n);
	if (r < 0)
		return r;
	ev = ARENA_ARRAY(&c->arena, struct upd_event, n + 1);
	for (size_t i = 0; i < n; i++) {
		ev[i] = (struct upd_event){.owner = c->user_id, .kind = UPD_NOTIFY};
		target_of((const char *)keys[i].p, &ev[i]);
	}
	return sync_reply(c, ev, n);
}
