/* forward.c - messages.forwardMessages: copies that say whose they were, as far as his privacy lets them. */
#include "base/err.h"
#include "crypto/rng.h"
#include "domain/chats/chat.h"
#include "domain/channels/channel.h"
#include "domain/messages/later.h"
#include "domain/messages/message.h"
#include "domain/messages/place.h"
#include "domain/messages/reply.h"
#include "domain/users/privacy.h"
#include "rpc_methods.h"
#include "store/msg.h"
#include "store/user.h"
#include "updates/event.h"
#include "updates/peer.h"

static int full_name(struct rpc_call *c, int64_t user, struct slice *ret)
{
	struct store_user u;
	int r;

	r = store_user_load(c->db, user, &c->arena, &u);
	if (r == 0)
		*ret = user_shown_name(&c->arena, &u);
	return r;
}

/* A peer, or only a name, where he does not want to be found by what others pass on. Channels do not mind. */
static int writer(struct rpc_call *c, int64_t user, struct tl_obj **ret_peer, struct slice *ret_name)
{
	int r = peer_is_user(user) ? privacy_allows(c, user, PRIVACY_FORWARDS, c->user_id) : 1;

	if (r == 0)
		return full_name(c, user, ret_name);
	if (r > 0)
		*ret_peer = peer_to_tl(&c->arena, user);
	return r < 0 ? r : 0;
}

/* A post is the channel's, and can be found there; who signed it is named. An anonymous admin is his group. */
static void of_channel(struct arena *a, const struct store_msg *row, const struct tl_message *m,
                       struct tl_messageFwdHeader *f)
{
	f->from_id = peer_to_tl(a, m->post ? row->owner : row->from_id);
	f->post_author = m->post_author;
	if (m->post) {
		f->has_channel_post = true;
		f->channel_post = row->id;
	}
}

int forward_origin(struct rpc_call *c, const struct store_msg *row, const struct tl_message *m,
                   struct tl_messageFwdHeader **ret)
{
	struct tl_messageFwdHeader *f = TL_AS(messageFwdHeader, m->fwd_from);
	int r = 0;

	if (!f) {
		f = TL_NEW(&c->arena, messageFwdHeader);
		f->date = (int32_t)row->date;
		if (m->post || !peer_is_user(row->from_id))
			of_channel(&c->arena, row, m, f);
		else
			r = writer(c, row->from_id, &f->from_id, &f->from_name);
	}
	*ret = f;
	return r;
}

/*
 * Whose it was: kept from an earlier forward, else the writer, by name only if he hides it from the caller. A note of one's own is
 * nobody's word: it goes out as if it were written there (TDLib calls anything else an error).
 */
static int header(struct rpc_call *c, const struct store_msg *row, struct tl_message *m, bool to_self)
{
	struct tl_messageFwdHeader *f;
	bool again = m->fwd_from != NULL;
	int r;

	if (!again && row->peer == row->owner && peer_is_user(row->owner))
		return 0;
	if ((r = forward_origin(c, row, m, &f)) < 0)
		return r;
	f->saved_from_peer = f->saved_from_id = NULL;
	f->saved_from_name = (struct slice){0};
	f->has_saved_from_msg_id = f->has_saved_date = f->saved_out = false;
	if (to_self) {
		f->saved_from_peer = peer_to_tl(&c->arena, row->peer);
		f->has_saved_from_msg_id = true;
		f->saved_from_msg_id = row->id;
		m->saved_peer_id = peer_to_tl(&c->arena, row->peer);
	}
	if (to_self && again) { /* and who brought it, if not he who wrote it */
		f->saved_out = row->from_id == row->owner;
		f->has_saved_date = true;
		f->saved_date = (int32_t)row->date;
		if ((r = writer(c, row->from_id, &f->saved_from_id, &f->saved_from_name)) < 0)
			return r;
	}
	m->fwd_from = &f->o;
	return 0;
}

/* The same file, without a copy of it. */
static int take_media(struct rpc_call *c, const struct tl_messages_forwardMessages *q, struct tl_message *m,
                      struct media_ready *ret)
{
	const struct tl_messageMediaGeoLive *live = TL_AS(messageMediaGeoLive, m->media);
	struct tl_messageMediaGeo *geo;

	if (live) { /* its moves are the original's */
		geo = TL_NEW(&c->arena, messageMediaGeo);
		geo->geo = live->geo;
		m->media = &geo->o;
	}
	media_ready_of(m->media, ret);
	if (ret->ttl)
		return rpc_fail(c, 400, "CHAT_FORWARDS_RESTRICTED");
	if (m->media && q->drop_media_captions) {
		m->message = SLICE_LIT("");
		m->entities = (struct tl_vec){0};
	}
	return 0;
}

static int copy(struct rpc_call *c, const struct tl_messages_forwardMessages *q, const struct store_msg *row,
                const struct peer *to, struct tl_obj **ret, struct media_ready *ret_media)
{
	struct rd in = rd_of(row->body.p, row->body.n);
	struct tl_message *m;
	struct tl_obj *o;
	int r = 0;

	if (tl_decode(&in, &c->arena, &o) < 0)
		return -ERR_CORRUPT;
	m = TL_AS(message, o);
	if (!m)
		return rpc_fail(c, 400, "MESSAGE_ID_INVALID");
	if (row->flags & STORE_MSG_NOFORWARDS)
		return rpc_fail(c, 400, "CHAT_FORWARDS_RESTRICTED");
	if ((r = take_media(c, q, m, ret_media)) < 0)
		return r;
	m->reply_to = NULL;
	m->reply_markup = NULL;
	m->saved_peer_id = NULL;
	m->replies = m->reactions = NULL;
	if (q->drop_author)
		m->fwd_from = NULL;
	else
		r = header(c, row, m, to->self);
	m->from_scheduled = false;
	m->post = false; /* of where it comes to; so is who signs it there */
	m->post_author = (struct slice){0};
	*ret = &m->o;
	return r;
}

/* Parts of an album stay together, under another id; the last one seen is enough, for they come in a row. */
struct album {
	int64_t was, is;
};

static int64_t regroup(struct album *a, int64_t grouped_id)
{
	if (grouped_id && grouped_id != a->was) {
		a->was = grouped_id;
		a->is = (int64_t)(rng_u64() >> 1) | 1;
	}
	return grouped_id ? a->is : 0;
}

/* Where they go. */
struct target {
	const struct peer *to;
	int32_t reply_to;
	struct tl_obj *header;
	struct message_draft when; /* .later alone counts */
};

/* In answer to something, or into a topic. */
static int aim(struct rpc_call *c, const struct tl_messages_forwardMessages *q, struct target *at)
{
	struct tl_inputReplyToMessage *in;

	if (q->reply_to || !q->has_top_msg_id)
		return reply_prepare(c, at->to, q->reply_to, &at->reply_to, &at->header);
	in = TL_NEW(&c->arena, inputReplyToMessage);
	in->reply_to_msg_id = in->top_msg_id = q->top_msg_id;
	in->has_top_msg_id = true;
	return reply_prepare(c, at->to, &in->o, &at->reply_to, &at->header);
}

/* One: 1 if it was sent before under its random_id (ev is then its first result), 0 if now. */
static int one(struct rpc_call *c, const struct tl_messages_forwardMessages *q, uint32_t i,
               const struct place *from, const struct target *at, struct album *album)
{
	struct message_draft m = {.from = c->user_id,
	                          .random_id = q->random_id.v[i],
	                          .reply_to = at->reply_to,
	                          .silent = q->silent,
	                          .noforwards = q->noforwards,
	                          .later = at->when.later,
	                          .except_key = c->client->auth_key_id};
	struct media_ready media;
	struct store_msg row;
	int32_t id;
	int r;

	r = place_message(c, from, q->id.v[i], &row);
	if (r == -ERR_NOTFOUND)
		return rpc_fail(c, 400, "MESSAGE_ID_INVALID");
	if (r < 0 || (r = copy(c, q, &row, at->to, &m.content, &media)) < 0)
		return r;
	if ((r = message_may_carry(c, at->to, &media)) < 0)
		return r;
	m.media = media.media ? &media : NULL;
	if (peer_is_channel(row.owner)) {
		m.source = row.owner;
		m.source_id = row.id;
	}
	m.grouped_id = regroup(album, row.grouped_id);
	TL_AS(message, m.content)->reply_to = at->header;
	r = message_send_as(c, at->to, q->send_as, &m, TL_AS(message, m.content));
	return r < 0 ? r : message_send(c, at->to, &m, &id);
}

static bool are_distinct(const struct tl_vec_long *random_ids)
{
	for (uint32_t i = 0; i < random_ids->n; i++) {
		if (!random_ids->v[i])
			return false;
		for (uint32_t k = 0; k < i; k++)
			if (random_ids->v[k] == random_ids->v[i])
				return false;
	}
	return true;
}

int messages_forwardMessages(struct rpc_call *c, const struct tl_messages_forwardMessages *q)
{
	struct album album = {0};
	struct place place;
	struct peer from, to;
	struct target at = {.to = &to};
	int r;

	if ((r = place_resolve(c, q->from_peer, &from, &place)) < 0 ||
	    (r = peer_resolve(c, q->to_peer, &to)) < 0)
		return r;
	if (from.chat && (from.chat->row.flags & STORE_CHAT_NOFORWARDS))
		return rpc_fail(c, 400, "CHAT_FORWARDS_RESTRICTED");
	if (!q->id.n || q->id.n > LIMIT_MESSAGES_PER_CALL)
		return rpc_fail(c, 400, "MESSAGE_IDS_EMPTY");
	if (q->id.n != q->random_id.n || !are_distinct(&q->random_id))
		return rpc_fail(c, 400, "RANDOM_ID_INVALID");
	if (from.channel && (from.channel->row.flags & STORE_CHANNEL_NOFORWARDS))
		return rpc_fail(c, 400, "CHAT_FORWARDS_RESTRICTED");
	if ((r = message_may_send(c, &to)) < 0 || (r = aim(c, q, &at)) < 0)
		return r;
	if (q->id.n > 1 && to.channel && to.channel->row.slowmode && !channel_is_admin(to.channel))
		return rpc_fail(c, 400, "SLOWMODE_MULTI_MSGS_DISABLED");
	/* The whole call is one transaction: if the first was sent, all were. */
	if ((r = message_are_repeats(c, &to, q->random_id.v, q->random_id.n)) != 0)
		return r < 0 ? r : 0;
	if (q->has_schedule_date &&
	    (r = later_begin(c, &to, q->schedule_date, q->schedule_repeat_period, q->id.n, &at.when)) < 0)
		return r;
	for (uint32_t i = 0; i < q->id.n; i++)
		if ((r = one(c, q, i, &place, &at, &album)) < 0)
			return r;
	return rpc_reply_after(c, message_reply_updates, NULL);
}
