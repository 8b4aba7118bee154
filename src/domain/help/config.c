/* config.c - help.getConfig and its kin: what every client asks first (api.md 1.2). The numbers are the usual ones. */
#include <time.h>

#include "base/err.h"
#include "base/settings.h"
#include "cdnlink/cdnlink.h"
#include "domain/help/country.h"
#include "domain/media/media.h"
#include "domain/reactions/react.h"
#include "rpc/app.h"
#include "rpc/call.h"
#include "rpc_methods.h"
#include "store/user.h"

enum { UPLOAD_PARTS = 4000 };
enum { DCS = 5, LIFETIME = 3600 /* rule 19: Desktop behaves as if it were an hour */ };

static struct tl_dcOption *option_at(struct rpc_call *c, int id, const char *ip, int port)
{
	struct tl_dcOption *o = TL_NEW(&c->arena, dcOption);

	o->id = id;
	o->port = port;
	o->ip_address = arena_str(&c->arena, ip);
	o->ipv6 = strchr(ip, ':') != NULL;
	return o;
}

static struct tl_dcOption *dc_option(struct rpc_call *c, int id)
{
	char ip[46];
	int port;

	app_public(c->app, ip, &port);
	return option_at(c, id, ip, port);
}

struct cdn_list {
	struct rpc_call *c;
	struct tl_vec *v;
};

static void put(struct tl_vec *v, struct tl_obj *o)
{
	v->v[v->n++] = o;
}

/*
 * The node, which TDLib dials first because it is tcpo_only, and its stand-in at our own address, which has no other flag (api.md 7.8 b): who
 * does not reach the one goes to the other by himself.
 */
static void put_cdn(void *arg, const struct cdnlink_published *p)
{
	struct cdn_list *x = arg;
	struct tl_dcOption *o;

	if (p->ip) {
		o = option_at(x->c, p->dc, p->ip, p->port);
		o->cdn = o->tcpo_only = true;
		o->secret = arena_slice(&x->c->arena, slice_of(p->secret, sizeof(p->secret)));
		put(x->v, &o->o);
	}
	o = dc_option(x->c, p->dc);
	o->cdn = true;
	put(x->v, &o->o);
}

static void limits(struct tl_config *f)
{
	f->chat_size_max = 200;
	f->megagroup_size_max = 200000;
	f->forwarded_count_max = 100;
	f->edit_time_limit = LIMIT_EDIT_TIME;
	f->revoke_time_limit = f->revoke_pm_time_limit = INT32_MAX;
	f->rating_e_decay = 2419200;
	f->stickers_recent_limit = 200;
	f->channels_read_media_period = 604800;
	f->caption_length_max = LIMIT_CAPTION_LENGTH;
	f->message_length_max = LIMIT_MESSAGE_LENGTH;
	f->saved_gifs_limit = 200;
	f->stickers_faved_limit = 5;
	f->pinned_dialogs_count_max = LIMIT_PINNED_DIALOGS;
	f->pinned_infolder_count_max = LIMIT_PINNED_ARCHIVED;
}

static void times(struct tl_config *f)
{
	f->online_update_period_ms = 210000;
	f->offline_blur_timeout_ms = 5000;
	f->offline_idle_timeout_ms = 30000;
	f->online_cloud_timeout_ms = 300000;
	f->notify_cloud_delay_ms = 30000;
	f->notify_default_delay_ms = 1500;
	f->push_chat_period_ms = 60000;
	f->push_chat_limit = 2;
	f->call_receive_timeout_ms = 20000;
	f->call_ring_timeout_ms = 90000;
	f->call_connect_timeout_ms = 30000;
	f->call_packet_timeout_ms = 10000;
}

int help_getConfig(struct rpc_call *c, const struct tl_help_getConfig *q)
{
	struct tl_config *f = TL_NEW(&c->arena, config);
	struct cdn_list cdn = {c, &f->dc_options};
	size_t n = cdnlink_count(c->app->cdn);
	int r;

	f->revoke_pm_inbox = true;
	f->date = (int32_t)c->now;
	f->expires = f->date + LIFETIME;
	f->this_dc = c->client->dc; /* TDLib asks again for ever if this is not the one it dialled */
	f->dc_options = tl_vec_new(&c->arena, DCS + 2 * (uint32_t)n);
	f->dc_options.n = 0;
	for (int i = 0; i < DCS; i++)
		put(&f->dc_options, &dc_option(c, i + 1)->o);
	cdnlink_each_published(c->app->cdn, n, put_cdn, &cdn);
	f->dc_txt_domain_name = SLICE_LIT("");
	f->me_url_prefix = SLICE_LIT("https://t.me/");
	f->webfile_dc_id = HOME_DC;
	limits(f);
	times(f);
	if ((r = reactions_default(c, &f->reactions_default)) < 0)
		return r;
	return rpc_reply(c, &f->o);
}

int help_getNearestDc(struct rpc_call *c, const struct tl_help_getNearestDc *q)
{
	struct tl_nearestDc *n = TL_NEW(&c->arena, nearestDc);
	struct store_user u;
	int r;

	n->country = slice_str(c->app->settings->country);
	if (c->user_id) {
		if ((r = store_user_load(c->db, c->user_id, &c->arena, &u)) < 0)
			return r;
		if (*country_of_phone(u.phone))
			n->country = slice_str(country_of_phone(u.phone));
	}
	n->this_dc = c->client->dc;
	n->nearest_dc = HOME_DC;
	return rpc_reply(c, &n->o);
}

static void put_cdn_key(struct cdn_list *x, int32_t dc, struct slice pem)
{
	struct tl_cdnPublicKey *k = TL_NEW(&x->c->arena, cdnPublicKey);

	if (!pem.n)
		return;
	k->dc_id = dc;
	k->public_key = arena_slice(&x->c->arena, pem);
	put(x->v, &k->o);
}

/* Those of the node, and ours for its stand-in. */
static void put_cdn_keys(void *arg, const struct cdnlink_published *p)
{
	struct cdn_list *x = arg;

	put_cdn_key(x, p->dc, p->pem[0]);
	put_cdn_key(x, p->dc, p->pem[1]);
	put_cdn_key(x, p->dc, cdnlink_own_pem(x->c->app->cdn));
}

int help_getCdnConfig(struct rpc_call *c, const struct tl_help_getCdnConfig *q)
{
	struct tl_cdnConfig *f = TL_NEW(&c->arena, cdnConfig);
	struct cdn_list cdn = {c, &f->public_keys};
	size_t n = cdnlink_count(c->app->cdn);

	f->public_keys = tl_vec_new(&c->arena, 3 * (uint32_t)n);
	f->public_keys.n = 0;
	cdnlink_each_published(c->app->cdn, n, put_cdn_keys, &cdn);
	return rpc_reply(c, &f->o);
}

static struct tl_obj *json_number(struct arena *a, double v)
{
	struct tl_jsonNumber *n = TL_NEW(a, jsonNumber);

	n->value = v;
	return &n->o;
}

static struct tl_obj *json_bool(struct arena *a, bool v)
{
	struct tl_jsonBool *b = TL_NEW(a, jsonBool);

	b->value = v;
	return &b->o;
}

static struct tl_obj *json_string(struct arena *a, const char *v)
{
	struct tl_jsonString *s = TL_NEW(a, jsonString);

	s->value = slice_str(v);
	return &s->o;
}

static void json_add(struct arena *a, struct tl_jsonObject *o, const char *key, struct tl_obj *value)
{
	struct tl_jsonObjectValue *v = TL_NEW(a, jsonObjectValue);

	v->key = slice_str(key);
	v->value = value;
	o->value.v[o->value.n++] = &v->o;
}

/* Parts of 512 KiB: as many as the largest file has, where that is more than the usual 4000. */
static double file_parts_premium(const struct settings *s)
{
	int64_t parts = s ? s->media_max_file_mib * 2 : UPLOAD_PARTS;

	return (double)(parts > UPLOAD_PARTS ? parts : UPLOAD_PARTS);
}

static struct tl_obj *dice_emoji(struct arena *a)
{
	struct tl_jsonArray *list = TL_NEW(a, jsonArray);
	size_t n = media_dice_count();

	list->value = tl_vec_new(a, (uint32_t)n);
	for (size_t i = 0; i < n; i++)
		list->value.v[i] = json_string(a, media_dice_emoji(i));
	return &list->o;
}

static const struct {
	const char *name_default, *name_premium;
	int value;
} both[] = {
#define BOTH(name, value)                                                                                    \
	{                                                                                                    \
		name "_default", name "_premium", value                                                      \
	}
	BOTH("dialogs_pinned_limit", LIMIT_PINNED_DIALOGS),
	BOTH("dialogs_folder_pinned_limit", LIMIT_PINNED_ARCHIVED),
	BOTH("dialog_filters_limit", LIMIT_FOLDERS),
	BOTH("dialog_filters_chats_limit", LIMIT_FOLDER_PEERS),
	BOTH("caption_length_limit", LIMIT_CAPTION_LENGTH),
	BOTH("about_length_limit", LIMIT_ABOUT),
	BOTH("reactions_user_max", LIMIT_REACTIONS),
#undef BOTH
};

int help_getAppConfig(struct rpc_call *c, const struct tl_help_getAppConfig *q)
{
	enum { VERSION = 5, KEYS = 40 }; /* the number goes up with every change of what follows */
	struct tl_help_appConfig *f = TL_NEW(&c->arena, help_appConfig);
	struct tl_jsonObject *o = TL_NEW(&c->arena, jsonObject);
	struct arena *a = &c->arena;
	int32_t hash = VERSION * 100000 + (int32_t)file_parts_premium(c->app->settings);

	if (q->hash == hash)
		return rpc_reply(c, &TL_NEW(a, help_appConfigNotModified)->o);
	o->value = tl_vec_new(a, KEYS);
	o->value.n = 0;
	/* Only what the server holds to. */
	for (size_t i = 0; i < sizeof(both) / sizeof(both[0]);
	     i++) { /* premium is a word here, no other limits */
		json_add(a, o, both[i].name_default, json_number(a, both[i].value));
		json_add(a, o, both[i].name_premium, json_number(a, both[i].value));
	}
	json_add(a, o, "upload_max_fileparts_default", json_number(a, UPLOAD_PARTS));
	json_add(a, o, "upload_max_fileparts_premium", json_number(a, file_parts_premium(c->app->settings)));
	json_add(a, o, "emojies_send_dice", dice_emoji(a));
	json_add(a, o, "reactions_uniq_max", json_number(a, LIMIT_REACTION_KINDS));
	json_add(a, o, "poll_answers_max", json_number(a, LIMIT_POLL_ANSWERS));
	json_add(a, o, "dialog_filters_enabled", json_bool(a, true));
	json_add(a, o, "stories_posting", json_string(a, "disabled"));
	json_add(a, o, "premium_purchase_blocked", json_bool(a, true));
	json_add(a, o, "stargifts_blocked", json_bool(a, true));
	json_add(a, o, "stars_purchase_blocked", json_bool(a, true));
	json_add(a, o, "qr_login_code", json_string(a, "primary"));
	f->hash = hash;
	f->config = &o->o;
	return rpc_reply(c, &f->o);
}

int help_getCountriesList(struct rpc_call *c, const struct tl_help_getCountriesList *q)
{
	struct tl_help_countriesList *l = TL_NEW(&c->arena, help_countriesList);

	l->countries = country_list(&c->arena);
	return rpc_reply(c, &l->o);
}
