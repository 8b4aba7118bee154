/* send.c - messages.sendMessage: check, resolve, deliver; the answer is composed from what was written. */
#include "base/err.h"
#include "domain/messages/message.h"
#include "domain/messages/reply.h"
#include "domain/messages/text.h"
#include "domain/sync/compose.h"
#include "rpc_methods.h"
#include "store/rid.h"
#include "updates/event.h"

int message_reply_updates(struct rpc_call *c, void *unused)
{
	size_t n;
	const struct upd_event *ev = rpc_own_events(c, &n);

	return sync_reply(c, ev, n);
}

struct repeat {
	uint32_t n;
	struct upd_event ev[];
};

/* The first result again: a client that lost the answer resends with the same random_id (api.md 4.2). */
static int reply_repeat(struct rpc_call *c, void *arg)
{
	const struct repeat *first = arg;
	struct tl_obj *u;
	int r;

	r = sync_compose(c, first->ev, first->n, &u);
	if (r < 0)
		return r;
	return u ? rpc_reply(c, u) : rpc_fail(c, 500, "RANDOM_ID_DUPLICATE"); /* deleted since */
}

int message_are_repeats(struct rpc_call *c, int64_t peer, const int64_t *random_ids, uint32_t n)
{
	struct repeat *first = arena_alloc(&c->arena, sizeof(*first) + n * sizeof(first->ev[0]));
	uint32_t known = 0;
	int32_t id;
	int r;

	first->n = n;
	for (uint32_t i = 0; i < n; i++) {
		r = store_rid_find(c->db, c->user_id, random_ids[i], c->now, &id);
		if (r == -ERR_NOTFOUND)
			continue;
		if (r < 0)
			return r;
		known++;
		first->ev[i] = (struct upd_event){.owner = c->user_id,
		                                  .kind = UPD_NEW,
		                                  .pts = id,
		                                  .pts_count = 1,
		                                  .peer = peer,
		                                  .id = id,
		                                  .random_id = random_ids[i],
		                                  .date = c->now};
	}
	if (!known)
		return 0;
	if (known < n) /* some of them sent something else */
		return rpc_fail(c, 500, "RANDOM_ID_DUPLICATE");
	rpc_reply_after(c, reply_repeat, first);
	return 1;
}

int messages_sendMessage(struct rpc_call *c, const struct tl_messages_sendMessage *q)
{
	struct message_draft m = {.from = c->user_id,
	                          .random_id = q->random_id,
	                          .silent = q->silent,
	                          .noforwards = q->noforwards,
	                          .except_key = c->client->auth_key_id};
	struct tl_message *content = TL_NEW(&c->arena, message);
	struct peer to;
	int32_t id;
	int r;

	if ((r = peer_resolve(c, q->peer, &to)) < 0)
		return r;
	if (!q->random_id)
		return rpc_fail(c, 400, "RANDOM_ID_EMPTY");
	if ((r = message_are_repeats(c, to.key, &q->random_id, 1)) != 0)
		return r < 0 ? r : 0;
	if (q->has_schedule_date)
		return rpc_fail(c, 400, "SCHEDULE_DATE_INVALID");
	if ((r = message_may_send(c, &to)) < 0)
		return r;
	if ((r = text_prepare(c, q->message, &q->entities, TEXT_MESSAGE, &content->message,
	                      &content->entities)) < 0)
		return r;
	if ((r = reply_prepare(c, &to, q->reply_to, &m.reply_to, &content->reply_to)) < 0)
		return r;
	content->invert_media = q->invert_media;
	m.peer = to.key;
	m.content = &content->o;
	if ((r = message_deliver(c, &m, &id)) < 0)
		return r;
	if ((r = store_rid_put(c->db, c->user_id, q->random_id, c->now, id)) < 0)
		return r;
	if (q->clear_draft && (r = draft_clear(c, to.key)) < 0)
		return r;
	return rpc_reply_after(c, message_reply_updates, NULL);
}
