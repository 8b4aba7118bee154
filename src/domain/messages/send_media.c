/*
 * send_media.c - messages.sendMedia, sendMultiMedia and uploadMedia: files are made on a blob thread, then the write lane
 * delivers what came of them as any message, an album in one transaction.
 */
#include "base/err.h"
#include "crypto/rng.h"
#include "domain/bots/bot.h"
#include "domain/messages/later.h"
#include "domain/messages/message.h"
#include "domain/messages/reply.h"
#include "domain/messages/text.h"
#include "domain/polls/poll.h"
#include "domain/stickers/sticker.h"
#include "rpc_methods.h"
#include "store/rid.h"

/* Before work that takes long: is it a repeat (1: nothing to be made), may it be sent? */
static int look_first(struct rpc_call *c, const struct tl_obj *input_peer, int64_t random_id)
{
	int32_t pts;
	struct peer to;
	int r;

	if (!random_id)
		return rpc_fail(c, 400, "RANDOM_ID_EMPTY");
	if ((r = peer_resolve(c, input_peer, &to)) < 0)
		return r;
	r = store_rid_find(c->db, c->user_id, random_id, c->now, &pts);
	if (r != -ERR_NOTFOUND)
		return r < 0 ? r : 1;
	if ((r = message_may_send(c, &to)) < 0)
		return r;
	return rpc_snapshot_renew(c);
}

int messages_sendMedia_prepare(struct rpc_call *c, const struct tl_messages_sendMedia *q)
{
	struct media_made *made = NULL;
	int r = look_first(c, q->peer, q->random_id);

	if (r == 0)
		r = media_prepare(c, q->media, &made);
	c->prepared = made;
	return r < 0 ? r : 0;
}

int messages_sendMedia(struct rpc_call *c, const struct tl_messages_sendMedia *q)
{
	struct message_draft m = {.from = c->user_id,
	                          .random_id = q->random_id,
	                          .silent = q->silent,
	                          .noforwards = q->noforwards,
	                          .except_key = c->client->auth_key_id};
	struct tl_message *content = TL_NEW(&c->arena, message);
	struct media_ready media;
	struct peer to;
	int32_t id;
	int r;

	if ((r = peer_resolve(c, q->peer, &to)) < 0)
		return r;
	if ((r = message_are_repeats(c, &to, &q->random_id, 1)) != 0)
		return r < 0 ? r : 0;
	if (q->has_schedule_date &&
	    (r = later_begin(c, &to, q->schedule_date, q->schedule_repeat_period, 1, &m)) < 0)
		return r;
	if ((r = message_may_send(c, &to)) < 0 ||
	    (r = media_commit(c, q->media, c->prepared, -1, &media)) < 0 ||
	    (r = message_may_carry(c, &to, &media)) < 0 ||
	    (m.later && TL_IS(inputMediaPoll, q->media) &&
	     (r = poll_waits(c, TL_AS(inputMediaPoll, q->media), media.file)) < 0))
		return r;
	if ((r = text_prepare(c, q->message, &q->entities, media.media ? TEXT_CAPTION : TEXT_MESSAGE,
	                      &content->message, &content->entities)) < 0)
		return r;
	if ((r = bot_commands_mean(c, &to, &content->entities)) < 0 ||
	    (r = message_markup(c, &to, q->reply_markup, content)) < 0 ||
	    (r = reply_prepare(c, &to, q->reply_to, &m.reply_to, &content->reply_to)) < 0)
		return r;
	content->invert_media = q->invert_media;
	m.content = &content->o;
	m.media = media.media ? &media : NULL;
	if ((r = message_send_as(c, &to, q->send_as, &m, content)) < 0 ||
	    (r = message_send(c, &to, &m, &id)) < 0)
		return r;
	if (media.kind == STORE_MEDIA_STICKER && !c->is_bot && (r = sticker_was_sent(c, media.file)) < 0)
		return r;
	if (q->clear_draft && (r = draft_sent(c, &to, &m)) < 0)
		return r;
	return rpc_reply_after(c, message_reply_updates, NULL);
}

/* --- albums */

static const struct tl_inputSingleMedia *single(const struct tl_messages_sendMultiMedia *q, uint32_t i)
{
	return TL_AS(inputSingleMedia, q->multi_media.v[i]);
}

static int check_album(struct rpc_call *c, const struct tl_messages_sendMultiMedia *q)
{
	if (!q->multi_media.n)
		return rpc_fail(c, 400, "MEDIA_EMPTY");
	if (q->multi_media.n > LIMIT_ALBUM)
		return rpc_fail(c, 400, "MULTI_MEDIA_TOO_LONG");
	for (uint32_t i = 0; i < q->multi_media.n; i++) {
		if (!single(q, i)->random_id)
			return rpc_fail(c, 400, "RANDOM_ID_EMPTY");
		for (uint32_t k = 0; k < i; k++)
			if (single(q, i)->random_id == single(q, k)->random_id)
				return rpc_fail(c, 400, "RANDOM_ID_INVALID");
	}
	return 0;
}

int messages_sendMultiMedia_prepare(struct rpc_call *c, const struct tl_messages_sendMultiMedia *q)
{
	struct media_made **made;
	int r;

	if ((r = check_album(c, q)) < 0)
		return r;
	made = ARENA_ARRAY(&c->arena, struct media_made *, q->multi_media.n);
	c->prepared = made;
	r = look_first(c, q->peer, single(q, 0)->random_id);
	for (uint32_t i = 0; r == 0 && i < q->multi_media.n; i++)
		r = media_prepare(c, single(q, i)->media, &made[i]);
	return r < 0 ? r : 0;
}

/* Photos and videos go together; documents only with documents, music with music. 0: not in an album. */
static int album_of(const struct media_ready *m)
{
	if (m->ttl)
		return 0;
	switch (m->kind) {
	case STORE_MEDIA_PHOTO:
	case STORE_MEDIA_VIDEO:
		return 1;
	case STORE_MEDIA_DOCUMENT:
		return 2;
	case STORE_MEDIA_MUSIC:
		return 3;
	default:
		return 0;
	}
}

static int send_one(struct rpc_call *c, const struct tl_messages_sendMultiMedia *q, uint32_t i,
                    const struct peer *to, struct message_draft *m, const struct media_ready *media,
                    struct tl_obj *reply)
{
	const struct tl_inputSingleMedia *s = single(q, i);
	struct tl_message *content = TL_NEW(&c->arena, message);
	int32_t id;
	int r;

	r = text_prepare(c, s->message, &s->entities, TEXT_CAPTION, &content->message, &content->entities);
	if (r < 0)
		return r;
	content->reply_to = reply;
	content->invert_media = q->invert_media;
	m->random_id = s->random_id;
	m->content = &content->o;
	m->media = media;
	if ((r = message_send_as(c, to, q->send_as, m, content)) < 0)
		return r;
	return message_send(c, to, m, &id);
}

int messages_sendMultiMedia(struct rpc_call *c, const struct tl_messages_sendMultiMedia *q)
{
	struct message_draft m = {.from = c->user_id,
	                          .silent = q->silent,
	                          .noforwards = q->noforwards,
	                          .except_key = c->client->auth_key_id};
	struct media_ready media[LIMIT_ALBUM];
	int64_t random_ids[LIMIT_ALBUM];
	struct media_made **made = c->prepared;
	struct tl_obj *reply;
	struct peer to;
	int r;

	if ((r = check_album(c, q)) < 0 || (r = peer_resolve(c, q->peer, &to)) < 0)
		return r;
	for (uint32_t i = 0; i < q->multi_media.n; i++)
		random_ids[i] = single(q, i)->random_id;
	if ((r = message_are_repeats(c, &to, random_ids, q->multi_media.n)) != 0)
		return r < 0 ? r : 0;
	if (q->has_schedule_date && (r = later_begin(c, &to, q->schedule_date, 0, q->multi_media.n, &m)) < 0)
		return r;
	if ((r = message_may_send(c, &to)) < 0 ||
	    (r = reply_prepare(c, &to, q->reply_to, &m.reply_to, &reply)) < 0)
		return r;
	m.grouped_id = q->multi_media.n > 1 ? (int64_t)(rng_u64() >> 1) | 1 : 0;
	for (uint32_t i = 0; i < q->multi_media.n; i++) {
		if ((r = media_commit(c, single(q, i)->media, made[i], (int)i, &media[i])) < 0)
			return r;
		if (!album_of(&media[i]) || album_of(&media[i]) != album_of(&media[0]))
			return rpc_fail(c, 400, "MEDIA_INVALID");
		if ((r = message_may_carry(c, &to, &media[i])) < 0)
			return r;
	}
	for (uint32_t i = 0; i < q->multi_media.n; i++)
		if ((r = send_one(c, q, i, &to, &m, &media[i], reply)) < 0)
			return r;
	if (q->clear_draft && (r = draft_sent(c, &to, &m)) < 0)
		return r;
	return rpc_reply_after(c, message_reply_updates, NULL);
}

/* --- ahead of a send */

int messages_uploadMedia_prepare(struct rpc_call *c, const struct tl_messages_uploadMedia *q)
{
	struct media_made *made = NULL;
	int r = media_prepare(c, q->media, &made);

	c->prepared = made;
	return r;
}

int messages_uploadMedia(struct rpc_call *c, const struct tl_messages_uploadMedia *q)
{
	const struct media_origin from = {.kind = MEDIA_FROM_UPLOAD};
	struct media_ready media;
	struct peer to;
	struct view v;
	int r;

	if ((r = peer_resolve(c, q->peer, &to)) < 0 ||
	    (r = media_commit(c, q->media, c->prepared, -1, &media)) < 0)
		return r;
	if (!media.file || media.kind == STORE_MEDIA_POLL)
		return rpc_fail(c, 400, "MEDIA_INVALID");
	view_init(&v, c);
	r = media_view(&v, &from, media.media);
	return r < 0 ? r : rpc_reply(c, media.media);
}
