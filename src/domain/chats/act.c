/* act.c - one act of out.c as it reaches one member's box: by origin, and never by local id. */
#include "base/err.h"
#include "domain/bots/bot.h"
#include "domain/chats/birth.h"
#include "domain/chats/private.h"
#include "domain/messages/message.h"
#include "domain/messages/twin.h"
#include "store/content.h"
#include "store/msg.h"
#include "store/unseen.h"
#include "updates/peer.h"

/* --- births */

struct slice birth_payload(struct arena *a, const struct birth *b)
{
	int64_t *p = ARENA_ARRAY(a, int64_t, 9 + b->n_meant);

	p[0] = b->from;
	p[1] = b->flags;
	p[2] = b->reply_owner;
	p[3] = b->reply_id;
	p[4] = b->grouped_id;
	p[5] = b->period;
	p[6] = b->kind;
	p[7] = b->file;
	p[8] = b->media_unread;
	if (b->n_meant)
		memcpy(p + 9, b->meant, b->n_meant * sizeof(*p));
	return slice_of(p, (9 + b->n_meant) * sizeof(*p));
}

static int64_t *words(struct arena *a, struct slice s, size_t *ret_n)
{
	int64_t *p = ARENA_ARRAY(a, int64_t, s.n / 8 + 1);

	*ret_n = s.n / 8;
	if (*ret_n)
		memcpy(p, s.p, *ret_n * 8);
	return p;
}

static int birth_of(struct arena *a, const struct store_out *act, struct birth *ret)
{
	size_t n;
	int64_t *p = words(a, act->payload, &n);

	if (n < 9)
		return -ERR_CORRUPT;
	*ret = (struct birth){.from = p[0],
	                      .flags = (int)p[1],
	                      .reply_owner = p[2],
	                      .reply_id = (int32_t)p[3],
	                      .grouped_id = p[4],
	                      .period = (int32_t)p[5],
	                      .kind = (enum store_media_kind)p[6],
	                      .file = p[7],
	                      .media_unread = p[8] != 0,
	                      .meant = p + 9,
	                      .n_meant = n - 9};
	return 0;
}

static bool is_meant(const struct birth *b, int64_t user)
{
	for (size_t i = 0; i < b->n_meant; i++)
		if (b->meant[i] == user)
			return true;
	return false;
}

int birth_into(struct rpc_call *c, int64_t user, const struct store_out *act, const struct birth *b,
               unixtime_t edited)
{
	struct media_ready media = {.kind = b->kind, .file = b->file, .unread = b->media_unread};
	struct message_draft m = {.grouped_id = b->grouped_id,
	                          .ttl = b->period,
	                          .media = b->kind || b->media_unread ? &media : NULL};
	struct upd_event ev = {.owner = user, .kind = UPD_NEW, .pts_count = 1, .peer = peer_chat(act->chat)};
	struct store_msg answered, row = {.owner = user,
	                                  .peer = peer_chat(act->chat),
	                                  .from_id = b->from,
	                                  .date = act->date,
	                                  .flags = b->flags | STORE_MSG_SHARED,
	                                  .edit_date = edited,
	                                  .origin_owner = act->owner,
	                                  .origin_id = act->id};
	int r = -ERR_NOTFOUND;

	if (b->reply_id)
		r = store_msg_by_origin(c->db, user, b->reply_owner, b->reply_id, &c->arena, &answered);
	if (r == 0)
		row.reply_to = answered.id;
	else if (r != -ERR_NOTFOUND)
		return r;
	if (is_meant(b, user))
		row.flags |= STORE_MSG_MENTIONED | STORE_MSG_MEDIA_UNREAD;
	if ((r = message_into_box(c, &m, &row, &ev, true)) < 0)
		return r;
	return row.flags & STORE_MSG_MENTIONED
	               ? store_unseen_put(c->db, user, row.peer, STORE_UNSEEN_MENTION, row.id)
	               : 0;
}

/* 1: a bot gets this one; 0: privacy mode. */
static int is_heard(struct rpc_call *c, int64_t bot, const struct store_out *act, const struct birth *b)
{
	struct content_key k = {act->owner, act->id, 0};
	struct slice body;
	int r = store_content_get(c->db, &k, &c->arena, &body);

	if (r < 0)
		return r == -ERR_NOTFOUND ? 0 : r;
	return bot_hears(c, bot, peer_chat(act->chat), body, is_meant(b, bot));
}

static int born(struct rpc_call *c, int64_t user, const struct store_out *act)
{
	struct birth b;
	int r = birth_of(&c->arena, act, &b);

	if (r >= 0 && peer_is_bot(user) && (r = is_heard(c, user, act, &b)) <= 0)
		return r;
	return r < 0 ? r : birth_into(c, user, act, &b, 0);
}

/* --- what happens to them later */

static int edited(struct rpc_call *c, int64_t user, const struct store_out *act)
{
	struct media_ready media;
	struct store_msg row;
	size_t n;
	int64_t *p = words(&c->arena, act->payload, &n);
	int r;

	r = store_msg_by_origin(c->db, user, act->owner, act->id, &c->arena, &row);
	if (r < 0)
		return r == -ERR_NOTFOUND ? 0 : r;
	if (n >= 3)
		media = (struct media_ready){
			.kind = (enum store_media_kind)p[0], .file = p[1], .unread = p[2] != 0};
	return message_edit_row(c, &row, (struct slice){0}, act->date, n >= 3 ? &media : NULL, 0);
}

/* His rows of these pairs of owner and id, those that he still has. */
static int rows_of(struct rpc_call *c, int64_t user, const int64_t *pairs, size_t n, struct store_msg **ret,
                   uint32_t *ret_n)
{
	struct store_msg *rows = ARENA_ARRAY(&c->arena, struct store_msg, n + 1);
	uint32_t k = 0;
	int r;

	for (size_t i = 0; i < n; i++) {
		r = store_msg_by_origin(c->db, user, pairs[2 * i], (int32_t)pairs[2 * i + 1], &c->arena,
		                        &rows[k]);
		if (r == 0)
			k++;
		else if (r != -ERR_NOTFOUND)
			return r;
	}
	*ret = rows;
	*ret_n = k;
	return 0;
}

static int deleted(struct rpc_call *c, int64_t user, const struct store_out *act)
{
	struct store_msg *rows;
	uint32_t k;
	int32_t pts;
	size_t n;
	int64_t *p = words(&c->arena, act->payload, &n);
	int r = rows_of(c, user, p, n / 2, &rows, &k);

	return r < 0 || !k ? r : messages_remove(c, user, rows, k, 0, &pts);
}

static int pinned(struct rpc_call *c, int64_t user, const struct store_out *act)
{
	struct store_msg *rows;
	uint32_t k;
	int32_t pts;
	size_t n;
	int64_t *p = words(&c->arena, act->payload, &n);
	int r;

	if (!n)
		return -ERR_CORRUPT;
	r = rows_of(c, user, p + 1, (n - 1) / 2, &rows, &k);
	for (uint32_t i = 0; r >= 0 && i < k; i++)
		r = message_set_pinned(c, &rows[i], p[0] != 0, 0, &pts);
	return r;
}

static int told(struct rpc_call *c, int64_t user, const struct store_out *act)
{
	struct upd_event ev = {.owner = user,
	                       .kind = (enum upd_kind)act->id,
	                       .peer = peer_chat(act->chat),
	                       .payload = act->payload};

	return rpc_log_event(c, &ev);
}

int act_apply(struct rpc_call *c, int64_t user, const struct store_out *act)
{
	switch ((enum act_kind)act->kind) {
	case ACT_NEW:
		return born(c, user, act);
	case ACT_EDIT:
		return edited(c, user, act);
	case ACT_DELETE:
		return deleted(c, user, act);
	case ACT_PIN:
		return pinned(c, user, act);
	case ACT_EVENT:
		return told(c, user, act);
	}
	return -ERR_CORRUPT;
}
