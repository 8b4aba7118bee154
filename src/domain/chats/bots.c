/* bots.c - what bots hear of a group's members: those that are admins of all, each of itself (domain/bots/told.c). */
#include "base/err.h"
#include "domain/bots/bot.h"
#include "domain/channels/channel.h"
#include "domain/chats/private.h"
#include "updates/peer.h"

static int tell(struct rpc_call *c, int64_t chat, int64_t bot, const struct store_chat_member *had,
                const struct store_chat_member *m, const struct member_way *way)
{
	struct tl_updateChatParticipant *u = TL_NEW(&c->arena, updateChatParticipant);
	struct view v;

	view_init(&v, c);
	v.viewer = bot;
	u->chat_id = chat;
	u->date = (int32_t)c->now;
	u->actor_id = c->user_id;
	u->user_id = m ? m->user : had->user;
	u->prev_participant = had ? chat_participant_view(&v, had) : NULL;
	u->new_participant = m ? chat_participant_view(&v, m) : NULL;
	u->invite = way ? channel_way_view(&v, way) : NULL;
	view_peer(&v, peer_chat(chat));
	view_peer(&v, c->user_id);
	return bot_tell(&v, bot, &u->o);
}

int chat_tell_bots(struct rpc_call *c, int64_t chat, const struct store_chat_member *had,
                   const struct store_chat_member *m, const struct member_way *way)
{
	int64_t user = m ? m->user : had->user;
	struct store_chat_member *all;
	size_t n;
	int r;

	if (!c->client) /* jobs: nobody did it */
		return 0;
	r = store_chat_members(c->db, chat, &c->arena, &all, &n);
	for (size_t i = 0; r >= 0 && i < n; i++)
		if (peer_is_bot(all[i].user) && all[i].role != STORE_CHAT_MEMBER && all[i].user != user)
			r = tell(c, chat, all[i].user, had, m, way);
	if (r >= 0 && peer_is_bot(user))
		r = tell(c, chat, user, had, m, way);
	return r < 0 ? r : 0;
}

int chat_tell_bots_asked(struct rpc_call *c, int64_t chat, struct slice hash)
{
	struct store_chat_member *all;
	size_t n;
	int r = store_chat_members(c->db, chat, &c->arena, &all, &n);

	for (size_t i = 0; r >= 0 && i < n; i++)
		if (peer_is_bot(all[i].user) && all[i].role != STORE_CHAT_MEMBER)
			r = channel_tell_bot_asked(c, all[i].user, peer_chat(chat), hash);
	return r < 0 ? r : 0;
}
