/*
 * app.h - the services of a running server, as handlers reach them through c->app. Filled by the role at start,
 * read-only afterwards except where a service has its own locks. No service here knows a handler.
 */
#ifndef RPC_APP_H
#define RPC_APP_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"

enum {
	HOME_DC = 2, /* where every account lives; keys of other DCs are told so */
	CDN_DC_MIN = 200,
	CDN_DC_MAX = 1000, /* TDLib takes no higher ids (mtproto.md 6) */
};

struct rpc_server;
struct settings;
struct upd_online;
struct upd_audience;
struct upd_heads;
struct jobs;
struct search_index;
struct views;
struct bot_answers;
struct blob_store;
struct media_cache;
struct worker_pool;
struct cdnlink;
struct cdn_policy;
struct cdn_watchdog;

enum app_signup { APP_SIGNUP_CLOSED, APP_SIGNUP_INVITE, APP_SIGNUP_OPEN }; /* who may make an account */

/* What we are in the place of a CDN node. */
enum app_cdn {
	APP_CDN_NONE,   /* there is no such DC */
	APP_CDN_BESIDE, /* the node is published, too */
	APP_CDN_LEFT,   /* no more, since a moment ago: somebody may be on his way there for the first time */
	APP_CDN_ALONE,  /* who comes knew the node */
};

struct app {
	const struct settings *settings;
	struct rpc_server *rpc;
	struct upd_online *online;     /* who is connected: updates/online.h */
	struct upd_audience *audience; /* who of them hears of which channel: updates/audience.h */
	struct upd_heads *heads;       /* what channels' boxes are now: updates/heads.h */
	struct jobs *jobs;             /* durable timed work: jobs/jobs.h */
	uint8_t access_secret[32];   /* access hashes are HMACs under this (meta row, made at first start) */
	struct search_index *search; /* what of the boxes waits to be indexed: domain/search/index.h */
	struct views *views;         /* of posts, as far as they are not in rows: domain/messages/views.h */
	struct bot_answers *answers; /* to inline queries, those of late: domain/bots/answers.h */
	struct blob_store *blobs;    /* contents of files: blob/blob.h */
	struct worker_pool *workers; /* look at images and video: worker/worker.h; NULL: nobody does */
	struct media_cache *files;   /* what locations came to lately: domain/media/cache.h */
	struct cdnlink *cdn;         /* links to CDN nodes: cdnlink/cdnlink.h; NULL: there are none */
	struct cdn_watchdog *cdn_watchdog; /* looks at CDN nodes from outside: cdnlink/watchdog.h */
	struct cdn_policy *cdn_policy;     /* who is sent to them: domain/media/cdn.h; NULL: nobody */
	unixtime_t started;
	bool test_numbers;
	enum app_signup signup;
	struct {
		pthread_mutex_t lock;
		char ip[46]; /* guarded by lock, as is port */
		int port;
	} public; /* the address that help.getConfig names: app_public, app_set_public */
	_Atomic uint8_t cdn_dcs[CDN_DC_MAX - CDN_DC_MIN + 1]; /* enum app_cdn: app_cdn, app_set_cdn */
	/* Asks mtproto to forget or re-tie a key; bound by the role. Thread: any. */
	void (*key_set_user)(void *mt, int64_t perm_key_id, int64_t user_id);
	void (*key_drop)(void *mt, int64_t perm_key_id);
	/* Temporary keys bound to this one were dropped, but for `except`. */
	void (*key_drop_temp)(void *mt, int64_t perm_key_id, const int64_t *except, uint32_t n);
	void *mt;
};

/* Thread: any. */
void app_public(struct app *app, char ret_ip[46], int *ret_port);
/* True if it is another one than before. */
bool app_set_public(struct app *app, const char *ip, int port);
/*
 * CDN DC ids in whose place we stand: clients that dial us for one hear FILE_TOKEN_INVALID and come back to getFile
 * (api.md 7.8). Thread: any; ids outside CDN_DC_MIN..CDN_DC_MAX are none.
 */
enum app_cdn app_cdn(const struct app *app, int32_t dc);
void app_set_cdn(struct app *app, int32_t dc, enum app_cdn is);
/* What help.getConfig says has changed: everybody who is connected is told to ask again. Thread: any that may take a while. */
void app_tell_config(struct app *app);

#endif
