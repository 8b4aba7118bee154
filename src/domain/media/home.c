/* home.c - see home.h. */
#include "domain/media/home.h"

#include <stdio.h>

#include "base/err.h"
#include "base/settings.h"
#include "domain/help/country.h"
#include "rpc/app.h"
#include "store/bot.h"
#include "store/user.h"
#include "updates/peer.h"

int home_of_user(struct rpc_call *c, int64_t user, char ret[3])
{
	struct store_user u = {0};
	int r = user ? store_user_load(c->db, user, &c->arena, &u) : 0;

	if (r < 0 && r != -ERR_NOTFOUND)
		return r;
	snprintf(ret, 3, "%.2s", country_of_phone(u.phone));
	return 0;
}

int home_of_upload(struct rpc_call *c, int64_t who, char ret[3])
{
	struct store_bot b = {.owner = who};
	int r = peer_is_bot(who) ? store_bot_get(c->db, who, &c->arena, &b) : 0;

	if ((r < 0 && r != -ERR_NOTFOUND) || (r = home_of_user(c, b.owner, ret)) < 0)
		return r;
	if (ret[0] || !c->app->settings)
		return 0;
	snprintf(ret, 3, "%.2s", c->app->settings->country);
	for (char *p = ret; *p; p++)
		*p = *p >= 'a' && *p <= 'z' ? (char)(*p - 32) : *p;
	return 0;
}
