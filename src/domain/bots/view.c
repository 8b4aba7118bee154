/* view.c - what a bot looks like: in User objects, in full, and whom it has met. */
#include "base/err.h"
#include "domain/bots/bot.h"
#include "domain/bots/private.h"
#include "store/channel.h"
#include "store/chat.h"
#include "updates/peer.h"

int bot_user_view(struct rpc_call *c, int64_t id, struct tl_user *o)
{
	struct store_bot b;
	int r = store_bot_get(c->db, id, &c->arena, &b);

	if (r < 0)
		return r == -ERR_NOTFOUND ? 0 : r;
	o->bot = o->has_bot_info_version = true;
	o->bot_info_version = b.version;
	o->bot_chat_history = (b.flags & STORE_BOT_HEARS_ALL) != 0;
	o->bot_nochats = (b.flags & STORE_BOT_NO_GROUPS) != 0;
	if (b.flags & STORE_BOT_INLINE) /* there, be it empty: it answers inline queries */
		o->bot_inline_placeholder = b.placeholder.n ? b.placeholder : SLICE_LIT("");
	return 0;
}

int bot_info_view(struct view *v, int64_t bot, int64_t peer, struct tl_obj **ret)
{
	struct slice lang = bot_lang(v->c->client ? v->c->client->lang_code : NULL);
	struct tl_botInfo *o = TL_NEW(&v->c->arena, botInfo);
	struct store_bot_text t = {0};
	struct store_bot b;
	int r;

	*ret = NULL;
	if (!peer_is_bot(bot))
		return 0;
	r = store_bot_get(v->c->db, bot, &v->c->arena, &b);
	if (r < 0)
		return r == -ERR_NOTFOUND ? 0 : r;
	r = store_bot_text_get(v->c->db, bot, lang, &v->c->arena, &t);
	if (lang.n && (r == -ERR_NOTFOUND || (r == 0 && !t.description.n)))
		r = store_bot_text_get(v->c->db, bot, SLICE_LIT(""), &v->c->arena, &t);
	if ((r < 0 && r != -ERR_NOTFOUND) || (r = bot_commands_for(v->c, bot, peer, &o->commands)) < 0 ||
	    (r = bot_menu_for(v->c, &b, v->c->user_id, &o->menu_button)) < 0)
		return r;
	if (t.description.n)
		o->description = t.description;
	if (!o->menu_button && o->commands.n)
		o->menu_button = &TL_NEW(&v->c->arena, botMenuButtonCommands)->o;
	o->has_user_id = true;
	o->user_id = bot;
	view_peer(v, bot);
	*ret = &o->o;
	return 0;
}

/* Both are in one of the bot's groups. */
static int meets_in_group(struct rpc_call *c, int64_t bot, int64_t user)
{
	struct store_channel_member in;
	struct store_chat_member m;
	int64_t *ids;
	size_t n;
	int r = store_channels_of(c->db, bot, &c->arena, &ids, &n);

	for (size_t i = 0; r >= 0 && i < n; i++) {
		r = store_channel_member_get(c->db, ids[i], user, &c->arena, &in);
		if (r != -ERR_NOTFOUND)
			return r < 0 ? r : 1;
		r = 0;
	}
	if (r >= 0)
		r = store_chats_of(c->db, bot, &c->arena, &ids, &n);
	for (size_t i = 0; r >= 0 && i < n; i++) {
		r = store_chat_member_get(c->db, ids[i], user, &m);
		if (r != -ERR_NOTFOUND)
			return r < 0 ? r : 1;
		r = 0;
	}
	return r < 0 ? r : 0;
}

int bot_has_met(struct rpc_call *c, int64_t bot, int64_t user)
{
	int r = bot_may_write(c, bot, user);

	return r != 0 ? r : meets_in_group(c, bot, user);
}
