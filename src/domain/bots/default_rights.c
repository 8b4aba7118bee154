/*
 * default_rights.c - bots.setBotGroupDefaultAdminRights, setBotBroadcastDefaultAdminRights: what a bot would like to be allowed
 * where somebody makes it an admin. Clients begin with it; nobody is given anything by it. Kept under the bot's settings.
 */
#include <stdlib.h>

#include "base/err.h"
#include "domain/bots/private.h"
#include "domain/channels/rights.h"
#include "rpc_methods.h"
#include "store/setting.h"
#include "updates/peer.h"

#define GROUP     "bot.rights.group"
#define BROADCAST "bot.rights.broadcast"

static int wished(struct rpc_call *c, int64_t bot, const char *key, int64_t *ret)
{
	struct slice value;
	int r = store_setting_get(c->db, bot, key, &c->arena, &value);

	*ret = 0;
	if (r < 0)
		return r == -ERR_NOTFOUND ? 0 : r;
	*ret = strtoll((const char *)arena_printf(&c->arena, "%.*s", (int)value.n, (const char *)value.p).p,
	               NULL, 10);
	return 0;
}

static int wish(struct rpc_call *c, const char *key, const struct tl_obj *rights)
{
	int64_t bits = admin_rights_bits(rights), had;
	struct store_bot b;
	int r;

	if ((r = wished(c, c->user_id, key, &had)) < 0)
		return r;
	if (bits == had)
		return rpc_fail(c, 400, "RIGHTS_NOT_MODIFIED");
	if ((r = store_bot_get(c->db, c->user_id, &c->arena, &b)) < 0 ||
	    (r = store_setting_put(c->db, c->user_id, key,
	                           arena_printf(&c->arena, "%lld", (long long)bits))) < 0 ||
	    (r = bot_changed(c, &b)) < 0)
		return r;
	return rpc_reply_bool(c, true);
}

int bots_setBotGroupDefaultAdminRights(struct rpc_call *c,
                                       const struct tl_bots_setBotGroupDefaultAdminRights *q)
{
	return wish(c, GROUP, q->admin_rights);
}

int bots_setBotBroadcastDefaultAdminRights(struct rpc_call *c,
                                           const struct tl_bots_setBotBroadcastDefaultAdminRights *q)
{
	return wish(c, BROADCAST, q->admin_rights);
}

int bot_full_view(struct rpc_call *c, int64_t bot, struct tl_userFull *f)
{
	int64_t group, broadcast;
	int r;

	if (!peer_is_bot(bot))
		return 0;
	if ((r = wished(c, bot, GROUP, &group)) < 0 || (r = wished(c, bot, BROADCAST, &broadcast)) < 0)
		return r;
	f->bot_group_admin_rights = group ? admin_rights_view(&c->arena, group) : NULL;
	f->bot_broadcast_admin_rights = broadcast ? admin_rights_view(&c->arena, broadcast) : NULL;
	return 0;
}
