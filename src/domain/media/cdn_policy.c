/*
 * cdn_policy.c - who is sent to a node: clients that can (cdn_supported), for contents that many ask for or that are of a large channel, in
 * the country of a node that may have contents of this home, once for each offset.
 */
#include "domain/media/cdn_policy.h"

#include <maxminddb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/settings.h"
#include "cdnlink/cdnlink.h"
#include "cdnlink/watchdog.h"
#include "domain/media/cdn_once.h"
#include "domain/media/cdn_popular.h"
#include "domain/media/home.h"
#include "domain/media/reference.h"
#include "store/blob.h"
#include "store/channel.h"
#include "updates/peer.h"

enum {
	LEAST = 65536, /* no node is given smaller files, whatever its min_size */
	FIRST_HASHES = 10,
	NO_NODE_SECONDS = 60, /* whom no node serves is not looked at again for so long */
};

struct cdn_policy {
	struct cdn_once *once;
	struct cdn_popular *popular;
	MMDB_s geoip;
	bool has_geoip;
};

int cdn_policy_new(const struct settings *s, char *why, size_t n, struct cdn_policy **ret)
{
	struct cdn_policy *p = xcalloc(1, sizeof(*p));
	int status;

	if (s->cdn_geoip[0] &&
	    (status = MMDB_open(s->cdn_geoip, MMDB_MODE_MMAP, &p->geoip)) != MMDB_SUCCESS) {
		snprintf(why, n, "[cdn] geoip: %s: %s", s->cdn_geoip, MMDB_strerror(status));
		free(p);
		return -ERR_INVALID;
	}
	p->has_geoip = s->cdn_geoip[0] != 0;
	p->once = cdn_once_new();
	p->popular = cdn_popular_new();
	*ret = p;
	return 0;
}

void cdn_policy_free(struct cdn_policy *p)
{
	if (!p)
		return;
	if (p->has_geoip)
		MMDB_close(&p->geoip);
	cdn_once_free(p->once);
	cdn_popular_free(p->popular);
	free(p);
}

/* --- where the caller is */

static bool by_address(struct cdn_policy *p, const char *ip, char ret[3])
{
	MMDB_lookup_result_s found;
	MMDB_entry_data_s v;
	int gai, status;

	if (!p->has_geoip || !ip || !*ip)
		return false;
	found = MMDB_lookup_string(&p->geoip, ip, &gai, &status);
	if (gai != 0 || status != MMDB_SUCCESS || !found.found_entry ||
	    MMDB_get_value(&found.entry, &v, "country", "iso_code", NULL) != MMDB_SUCCESS || !v.has_data ||
	    v.type != MMDB_DATA_TYPE_UTF8_STRING || v.data_size != 2)
		return false;
	memcpy(ret, v.utf8_string, 2);
	ret[2] = 0;
	return true;
}

static int country_of(struct rpc_call *c, char ret[3])
{
	return by_address(c->app->cdn_policy, c->client->ip, ret) ? 0 : home_of_user(c, c->user_id, ret);
}

/* A content as nodes know it. -ERR_NOTFOUND: nobody needs it any more. */
static int content_of(struct rpc_call *c, const struct blob_id *blob, uint64_t size,
                      struct cdnlink_content *ret)
{
	memcpy(ret->id, blob->b, sizeof(ret->id));
	ret->size = size;
	return store_blob_home(c->db, blob->b, ret->home);
}

/* --- whether many want it */

/* The channel where the caller saw it, as the reference says that he sends; 0: none. */
static int64_t channel_of(const struct tl_obj *location)
{
	const struct tl_inputDocumentFileLocation *d = TL_AS(inputDocumentFileLocation, location);
	const struct tl_inputPhotoFileLocation *p = TL_AS(inputPhotoFileLocation, location);
	struct media_origin from;

	if (!(d || p) || !reference_origin(d ? d->file_reference : p->file_reference, &from) ||
	    from.kind != MEDIA_FROM_MESSAGE || !peer_is_channel(from.peer))
		return 0;
	return peer_channel_id(from.peer);
}

/* 1, 0, or -ERR_AGAIN. */
static int of_large_channel(struct rpc_call *c, const struct tl_obj *location, const struct media_content *m)
{
	int64_t many = c->app->settings->cdn_channel_members, channel = many ? channel_of(location) : 0;
	struct cdn_popular *p = c->app->cdn_policy->popular;
	enum cdn_crowd crowd = cdn_popular_crowd(p, &m->blob, c->now);
	struct store_channel ch;
	int r;

	if (crowd == CDN_CROWD_MANY)
		return 1;
	if (!channel || crowd == CDN_CROWD_FEW)
		return 0;
	if (!c->db)
		return -ERR_AGAIN;
	r = store_channel_get(c->db, channel, &c->arena, &ch);
	if (r < 0 && r != -ERR_NOTFOUND)
		return r;
	crowd = r == 0 && ch.members >= many ? CDN_CROWD_MANY : CDN_CROWD_FEW;
	cdn_popular_set_crowd(p, &m->blob, crowd, c->now);
	return crowd == CDN_CROWD_MANY;
}

/* 1, 0, or -ERR_AGAIN. */
static int is_wanted(struct rpc_call *c, const struct tl_obj *location, const struct media_content *m)
{
	int64_t least = c->app->settings->cdn_popular;

	if (!least || cdn_popular_count(c->app->cdn_policy->popular, &m->blob, c->user_id, c->now) >= least)
		return 1;
	return of_large_channel(c, location, m);
}

/* --- the redirect */

static int reply(struct rpc_call *c, const struct cdn_epoch *e, const struct media_content *m)
{
	struct tl_upload_fileCdnRedirect *f = TL_NEW(&c->arena, upload_fileCdnRedirect);
	uint8_t *token = arena_alloc(&c->arena, CDN_TOKEN_SIZE);
	struct cdn_object *o = ARENA_NEW(&c->arena, struct cdn_object);
	int r = media_windows(c, &m->blob, m->size, 0, FIRST_HASHES, true, &f->file_hashes);

	if (r < 0)
		return r;
	cdn_object_of(e, m->blob.b, o);
	cdn_token_make(e, m->blob.b, m->size, c->now, token);
	f->dc_id = e->dc;
	f->file_token = slice_of(token, CDN_TOKEN_SIZE);
	f->encryption_key = slice_of(o->key, sizeof(o->key));
	f->encryption_iv = slice_of(o->iv, sizeof(o->iv));
	return rpc_reply(c, &f->o);
}

int cdn_redirect(struct rpc_call *c, const struct tl_upload_getFile *q, const struct media_content *m)
{
	struct cdn_policy *p = c->app->cdn_policy;
	struct cdnlink_content content;
	struct cdn_epoch e;
	char country[3];
	int r;

	if (!q->cdn_supported || !p || m->size < LEAST || (uint64_t)q->offset >= m->size ||
	    m->kind == STORE_FILE_ENCRYPTED || /* of two people */
	    !cdnlink_any(c->app->cdn) || cdn_once_is_direct(p->once, c->user_id, &m->blob, c->now))
		return 0;
	if ((r = is_wanted(c, q->location, m)) <= 0)
		return r;
	if (!c->db)
		return -ERR_AGAIN;
	if ((r = country_of(c, country)) < 0)
		return r;
	if ((r = content_of(c, &m->blob, m->size, &content)) < 0)
		return r == -ERR_NOTFOUND ? 0 : r;
	r = cdnlink_choose(c->app->cdn, &content, country, &e);
	if (r < 0) {
		cdn_once_direct(p->once, c->user_id, &m->blob, c->now, NO_NODE_SECONDS);
		return 0;
	}
	if (!cdn_once_take(p->once, c->user_id, &m->blob, (uint64_t)q->offset, c->now)) {
		cdn_watchdog_came_back(c->app->cdn_watchdog, e.dc, c->user_id, c->client->ip);
		return 0;
	}
	r = reply(c, &e, m);
	if (r == 0)
		cdnlink_redirected(c->app->cdn, e.dc, &content);
	return r == -ERR_NOTFOUND ? 0 : r < 0 ? r : 1; /* without a table of its windows it stays here */
}

void cdn_fell_back(struct rpc_call *c, const struct blob_id *content)
{
	if (c->app->cdn_policy)
		cdn_once_direct(c->app->cdn_policy->once, c->user_id, content, c->now, CDN_ONCE_SECONDS);
}

/* --- before anybody asks */

static void prefetch(struct app *app, void *arg)
{
	const struct cdnlink_content *x = arg;
	struct blob_id blob;

	memcpy(blob.b, x->id, sizeof(blob.b));
	cdn_popular_set_crowd(app->cdn_policy->popular, &blob, CDN_CROWD_MANY, clock_unix());
	cdnlink_prefetch(app->cdn, x);
}

int cdn_publish(struct rpc_call *c, int64_t file, int32_t members)
{
	int64_t many = c->app->settings ? c->app->settings->cdn_prefetch_members : 0;
	struct store_file_part part;
	struct cdnlink_content *x;
	struct blob_id blob;
	int r;

	if (!file || !many || members < many || !c->app->cdn_policy || !cdnlink_any(c->app->cdn))
		return 0;
	r = store_file_part_get(c->db, file, '\0', &part);
	if (r < 0)
		return r == -ERR_NOTFOUND ? 0 : r; /* a photo: small */
	if (part.size < LEAST)
		return 0;
	memcpy(blob.b, part.blob, sizeof(blob.b));
	x = ARENA_NEW(&c->arena, struct cdnlink_content);
	if ((r = content_of(c, &blob, (uint64_t)part.size, x)) < 0)
		return r;
	rpc_after_commit(c, prefetch, x);
	return 0;
}

static void drop(struct app *app, void *arg)
{
	cdnlink_drop(app->cdn, ((struct blob_id *)arg)->b);
}

void cdn_take_down(struct rpc_call *c, const struct blob_id *content)
{
	struct blob_id *id = ARENA_NEW(&c->arena, struct blob_id);

	*id = *content;
	rpc_after_commit(c, drop, id);
}
