/* app.c - what of the services of a running server changes while it runs. */
#include "rpc/app.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "rpc/call.h"
#include "updates/online.h"

void app_public(struct app *app, char ret_ip[46], int *ret_port)
{
	WITH_LOCK(&app->public.lock);

	memcpy(ret_ip, app->public.ip, sizeof(app->public.ip));
	*ret_port = app->public.port;
}

bool app_set_public(struct app *app, const char *ip, int port)
{
	WITH_LOCK(&app->public.lock);

	if (strcmp(app->public.ip, ip) == 0 && app->public.port == port)
		return false;
	snprintf(app->public.ip, sizeof(app->public.ip), "%s", ip);
	app->public.port = port;
	return true;
}

enum app_cdn app_cdn(const struct app *app, int32_t dc)
{
	return dc < CDN_DC_MIN || dc > CDN_DC_MAX
	               ? APP_CDN_NONE
	               : (enum app_cdn)atomic_load_explicit(&app->cdn_dcs[dc - CDN_DC_MIN],
	                                                    memory_order_relaxed);
}

void app_set_cdn(struct app *app, int32_t dc, enum app_cdn is)
{
	if (dc >= CDN_DC_MIN && dc <= CDN_DC_MAX)
		atomic_store_explicit(&app->cdn_dcs[dc - CDN_DC_MIN], (uint8_t)is, memory_order_relaxed);
}

static void tell(void *arg, const struct upd_online_key *k)
{
	struct tl_updateConfig config = {.o.name = TL_updateConfig};
	struct tl_updateShort u = {
		.o.name = TL_updateShort, .update = &config.o, .date = (int32_t)clock_unix()};

	rpc_push_key(arg, k->key, &u.o);
}

void app_tell_config(struct app *app)
{
	upd_online_each(app->online, tell, app);
}
