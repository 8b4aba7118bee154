/* serve_open.c - what the server stands on: database, contents, lanes, workers, reactions, CDN nodes. */
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/beside.h"
#include "base/err.h"
#include "base/log.h"
#include "blob/blob.h"
#include "cdnlink/cdnlink.h"
#include "cdnlink/watchdog.h"
#include "crypto/rng.h"
#include "crypto/rsa.h"
#include "domain/area.h"
#include "domain/bots/answers.h"
#include "domain/media/cache.h"
#include "domain/media/cdn.h"
#include "domain/messages/views.h"
#include "domain/reactions/reactions.h"
#include "domain/search/index.h"
#include "roles/serve.h"
#include "sql/checkpoint.h"
#include "sql/sql.h"
#include "store/meta.h"
#include "store/schema.h"
#include "updates/audience.h"
#include "updates/heads.h"
#include "updates/online.h"
#include "worker/worker.h"

/* A secret of the server: made once, the same after every start. */
static int secret(struct sql_db *db, const char *name, uint8_t out[32])
{
	struct slice had;
	struct arena a;
	int r;

	arena_init(&a, 0);
	r = store_meta_get(db, name, &a, &had);
	if (r == 0 && had.n == 32) {
		memcpy(out, had.p, 32);
	} else if (r == -ERR_NOTFOUND) {
		rng_bytes(out, 32);
		r = store_meta_put(db, name, slice_of(out, 32));
	}
	arena_fini(&a);
	return r;
}

int serve_open_database(struct serve *s)
{
	struct sql_db *db;
	int r;

	r = sql_open(s->data.db, SQL_WRITER, &db);
	if (r < 0) {
		fprintf(stderr, "chapar serve: %s: %s\n", s->data.db, err_name(r));
		return r;
	}
	r = store_migrate(db);
	if (r == 0)
		r = secret(db, "access_secret", s->app.access_secret);
	if (r == 0)
		r = domain_first_rows(db);
	sql_close(db);
	if (r == -ERR_UNSUPPORTED)
		fprintf(stderr, "chapar serve: %s was made by a newer chapar; use that version\n",
		        s->data.db);
	else if (r == -ERR_INVALID)
		fprintf(stderr,
		        "chapar serve: the tables of %s were made by another edition of chapar; use that "
		        "one\n",
		        s->data.db);
	else if (r < 0)
		fprintf(stderr, "chapar serve: %s: %s\n", s->data.db, err_name(r));
	return r;
}

int serve_open_contents(struct serve *s)
{
	struct blob_config cfg = {.dir = s->data.path,
	                          .key_file = s->settings.media_blob_key_file,
	                          .max_size = (uint64_t)s->settings.media_max_file_mib << 20};
	char why[400];
	int r = blob_open(&cfg, why, sizeof(why), &s->app.blobs);

	if (r < 0)
		fprintf(stderr, "chapar serve: %s\n", why);
	return r;
}

int serve_open_cdn_policy(struct serve *s)
{
	char why[400];
	int r = cdn_policy_new(&s->settings, why, sizeof(why), &s->app.cdn_policy);

	if (r < 0)
		fprintf(stderr, "chapar serve: %s\n", why);
	return r;
}

int serve_start_workers(struct serve *s)
{
	struct worker_config cfg = {.n = (unsigned)s->settings.media_workers,
	                            .memory_mib = (unsigned)s->settings.media_worker_memory_mib};
	int r = worker_pool_new(&cfg, &s->app.workers);

	if (r == -ERR_NOTFOUND)
		fprintf(stderr,
		        "chapar serve: chapar-worker is not beside this program; images cannot be looked at "
		        "without it\n");
	else if (r < 0)
		fprintf(stderr,
		        "chapar serve: media.workers is 0 to 256, media.worker_memory_mib 64 to 65536\n");
	return r;
}

int serve_start_rpc(struct serve *s)
{
	struct rpc_server_config cfg = {.app = &s->app,
	                                .db_path = s->data.db,
	                                .n_read = 2,
	                                .n_cpu = 1,
	                                .n_blob = (unsigned)s->settings.media_threads,
	                                .compose = domain_compose,
	                                .compose_crowd = domain_compose_crowd,
	                                .channels_of = domain_channels_of};
	struct rpc_server *rpc;
	int r;

	pthread_mutex_init(&s->app.public.lock, NULL);
	s->app.settings = &s->settings;
	s->app.online = upd_online_new();
	s->app.audience = upd_audience_new();
	s->app.heads = upd_heads_new();
	s->app.search = search_index_new();
	s->app.views = views_new();
	s->app.answers = bot_answers_new();
	s->app.files = media_cache_new();
	s->app.started = clock_unix();
	s->app.test_numbers = s->settings.test_numbers;
	glue_app(&s->glue, &s->app);
	glue_rpc_ops(&s->glue, &cfg.ops);
	r = sql_checkpointer_start(s->data.db, &s->checkpointer);
	cfg.checkpointer = s->checkpointer;
	if (r == 0)
		r = rpc_server_new(&cfg, &rpc);
	if (r < 0) {
		fprintf(stderr, "chapar serve: %s: %s\n", s->data.db, err_name(r));
		return r;
	}
	s->glue.rpc = rpc;
	return 0;
}

/* Beside our program where it was built, else where it was installed. None at all: there are no reactions. */
int serve_ship_reactions(struct serve *s)
{
	static const char *const folders[] = {"assets/reactions", "../share/chapar/reactions"};
	char path[PATH_MAX];

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		if (path_beside(folders[i], path) == 0 && access(path, R_OK | X_OK) == 0)
			return reactions_ship(&s->app, path);
	log_event(LOG_NOTICE, "reactions", "error=\"their folder is not beside this program\"");
	return 0;
}

int serve_start_cdn(struct serve *s)
{
	struct buf pem = {0};
	int r;

	rsa_public_pem(s->data.rsa, &pem);
	r = cdnlink_start(&s->app, buf_slice(&pem));
	if (r == 0)
		r = cdn_watchdog_start(&s->app);
	buf_fini(&pem);
	if (r < 0)
		fprintf(stderr, "chapar serve: %s: %s\n", s->data.db, err_name(r));
	return r;
}
