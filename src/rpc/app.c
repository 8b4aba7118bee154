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

static bool has_dc(const _Atomic uint64_t *set, int32_t dc)
{
	uint32_t i = (uint32_t)(dc - CDN_DC_MIN);

	return dc >= CDN_DC_MIN && dc <= CDN_DC_MAX && atomic_load(&set[i / 64]) >> i % 64 & 1;
}

static void put_dc(_Atomic uint64_t *set, int32_t dc, bool on)
{
	uint32_t i = (uint32_t)(dc - CDN_DC_MIN);

	if (on)
		atomic_fetch_or(&set[i / 64], 1ull << i % 64);
	else
		atomic_fetch_and(&set[i / 64], ~(1ull << i % 64));
}

bool app_is_cdn(const struct app *app, int32_t dc)
{
	return has_dc(app->cdn_dcs, dc);
}

bool app_stands_alone(const struct app *app, int32_t dc)
{
	return has_dc(app->cdn_alone, dc);
}

void app_set_cdn(struct app *app, int32_t dc, bool on, bool alone)
{
	if (dc < CDN_DC_MIN || dc > CDN_DC_MAX)
		return;
	put_dc(app->cdn_dcs, dc, on);
	put_dc(app->cdn_alone, dc, on && alone);
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
