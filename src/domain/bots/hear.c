/*
 * hear.c - privacy mode: what of a group a bot hears. Commands to it or to nobody in particular, mentions of it, answers to what it
 * said, what the group says of itself; everything if it is an admin there or its owner chose so.
 */
#include "base/err.h"
#include "base/utf8.h"
#include "domain/bots/private.h"
#include "domain/channels/channel.h"
#include "domain/chats/chat.h"
#include "domain/users/username.h"
#include "store/msg.h"
#include "store/unseen.h"
#include "store/user.h"
#include "updates/peer.h"

/* 1: this command is the bot's, or anybody's. */
static int is_for(struct rpc_call *c, int64_t bot, struct slice text,
                  const struct tl_messageEntityBotCommand *e)
{
	int64_t from, to, whose;
	const uint8_t *at;
	struct slice name;
	int r;

	if (e->offset < 0 || e->length < 1)
		return 0;
	from = utf8_byte_of(text, (uint32_t)e->offset);
	to = utf8_byte_of(text, (uint32_t)e->offset + (uint32_t)e->length);
	if (from < 0 || to <= from)
		return 0;
	at = memchr(text.p + from, '@', (size_t)(to - from));
	if (!at)
		return 1;
	name = slice_of(at, (size_t)(text.p + to - at));
	r = store_username_find(c->db, username_fold(&c->arena, name), &whose);
	return r == -ERR_NOTFOUND ? 0 : r < 0 ? r : whose == bot;
}

static int is_commanded(struct rpc_call *c, int64_t bot, const struct tl_message *m)
{
	int r = 0;

	for (uint32_t i = 0; r == 0 && i < m->entities.n; i++)
		if (TL_IS(messageEntityBotCommand, m->entities.v[i]))
			r = is_for(c, bot, m->message, TL_AS(messageEntityBotCommand, m->entities.v[i]));
	return r;
}

/* Admins of the group hear everything, and bots whose owner chose so. */
static int hears_all(struct rpc_call *c, int64_t bot, int64_t group)
{
	struct store_channel_member in;
	struct store_chat_member m;
	struct store_bot b;
	int r = store_bot_get(c->db, bot, &c->arena, &b);

	if (r < 0)
		return r == -ERR_NOTFOUND ? 0 : r;
	if (b.flags & STORE_BOT_HEARS_ALL)
		return 1;
	if (peer_is_channel(group)) {
		r = store_channel_member_get(c->db, peer_channel_id(group), bot, &c->arena, &in);
		return r == -ERR_NOTFOUND ? 0 : r < 0 ? r : in.role == STORE_CHANNEL_ADMIN;
	}
	r = store_chat_member_get(c->db, peer_chat_id(group), bot, &m);
	return r == -ERR_NOTFOUND ? 0 : r < 0 ? r : m.role != STORE_CHAT_MEMBER;
}

int bot_hears(struct rpc_call *c, int64_t bot, int64_t group, struct slice body, bool meant)
{
	struct rd in = rd_of(body.p, body.n);
	const struct tl_message *m;
	struct tl_obj *o;
	int r;

	if (meant)
		return 1;
	if (tl_decode(&in, &c->arena, &o) < 0)
		return -ERR_CORRUPT;
	m = TL_AS(message, o);
	if (!m || m->post || (m->has_via_bot_id && m->via_bot_id == bot))
		return 1;
	r = is_commanded(c, bot, m);
	return r != 0 ? r : hears_all(c, bot, group);
}

int bot_hears_row(struct rpc_call *c, int64_t bot, const struct store_msg *row)
{
	int r;

	if (row->origin_owner == bot)
		return 1;
	r = row->flags & STORE_MSG_MENTIONED ? store_mention_is(c->db, bot, row->owner, row->id) : 0;
	return r < 0 ? r : bot_hears(c, bot, row->peer, row->body, r > 0);
}

static int has_bots(struct rpc_call *c, const struct peer *to)
{
	struct store_channel_member *in;
	struct store_chat_member *m;
	size_t n;
	int r;

	if (c->is_bot || peer_is_bot(to->key))
		return 1;
	if (to->channel) {
		r = store_channel_members(c->db, to->channel->row.id, STORE_CHANNEL_BOTS, 0, 1, &c->arena,
		                          &in, &n);
		return r < 0 ? r : n > 0;
	}
	if (!to->chat)
		return 0;
	r = store_chat_members(c->db, to->chat->row.id, &c->arena, &m, &n);
	for (size_t i = 0; r >= 0 && i < n; i++)
		if (peer_is_bot(m[i].user))
			return 1;
	return r < 0 ? r : 0;
}

void bot_commands_drop(struct tl_vec *entities)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < entities->n; i++)
		if (!TL_IS(messageEntityBotCommand, entities->v[i]))
			entities->v[kept++] = entities->v[i];
	entities->n = kept;
	if (!kept)
		*entities = (struct tl_vec){0};
}

int bot_commands_mean(struct rpc_call *c, const struct peer *to, struct tl_vec *entities)
{
	int r = 1;

	for (uint32_t i = 0; i < entities->n; i++)
		if (TL_IS(messageEntityBotCommand, entities->v[i])) {
			r = has_bots(c, to);
			break;
		}
	if (r == 0)
		bot_commands_drop(entities);
	return r < 0 ? r : 0;
}

int bot_may_join(struct rpc_call *c, int64_t user)
{
	struct store_bot b;
	int r;

	if (!peer_is_bot(user))
		return 0;
	r = store_bot_get(c->db, user, &c->arena, &b);
	if (r == -ERR_NOTFOUND || (r == 0 && (b.flags & STORE_BOT_NO_GROUPS)))
		return rpc_fail(c, 400, "BOT_GROUPS_BLOCKED");
	return r;
}
