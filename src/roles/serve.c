/*
 * serve.c - the server: opens everything in order, says `ready`, waits for its end, closes everything in the other order.
 * The process that the operator starts only watches a child (supervise.c), which is the server.
 */
#include <errno.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "admin/admin.h"
#include "base/beside.h"
#include "base/counters.h"
#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/settings.h"
#include "blob/blob.h"
#include "cdnlink/cdnlink.h"
#include "cdnlink/watchdog.h"
#include "crypto/rng.h"
#include "domain/area.h"
#include "domain/media/cache.h"
#include "domain/media/cdn.h"
#include "domain/reactions/reactions.h"
#include "domain/bots/answers.h"
#include "domain/messages/views.h"
#include "domain/search/index.h"
#include "io/conn.h"
#include "io/listener.h"
#include "roles/datadir.h"
#include "roles/files.h"
#include "roles/glue.h"
#include "roles/keystore.h"
#include "roles/options.h"
#include "roles/public.h"
#include "roles/role.h"
#include "roles/supervise.h"
#include "roles/web.h"
#include "sql/checkpoint.h"
#include "sql/sql.h"
#include "store/meta.h"
#include "store/schema.h"
#include "transport/transport.h"
#include "updates/audience.h"
#include "updates/heads.h"
#include "updates/online.h"
#include "worker/worker.h"

enum {
	LOOPS_MAX = 16,
	LOOPS_BY_ITSELF = 4,
	LISTENERS_MAX = 16,
	PUBLIC_SECONDS = 600, /* between two looks at the public name */
	/*
	 * Where we stand in a CDN node's place. Desktop takes who answers first: the node, which does after 300 ms (api.md 7.8). Alone we answer
	 * at once: TDLib asks twice, and who had the node has the keys.
	 */
	STAND_IN_PQ_MS = 1500,
	STAND_IN_LINGER_MS = 300,
	/* TDLib gives a silent connection up after 7 s and a spare one after 10, which it had 1.2 s before ours (struct mt_cdn_manners). */
	STAND_IN_SPARE_FROM_MS = 5500,
	STAND_IN_SPARE_UNTIL_MS = 9500,
};
#define STOP_USEC 4500000 /* and the process ends, whatever is left */

struct serve {
	struct settings settings;
	struct datadir data;
	struct app app;
	struct glue glue;
	struct mt_keystore keys;
	struct io_loop *loops[LOOPS_MAX];
	unsigned n_loops;
	struct io_listener *listeners[LISTENERS_MAX];
	unsigned n_listeners;
	struct sql_checkpointer *checkpointer;
	struct web *web;
	struct admin *admin;
	struct public_watch *public_watch;
	struct counters counters;
	const struct rsa_key *rsa[2];
};

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

static int open_database(struct serve *s)
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

static int open_contents(struct serve *s)
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

static int start_rpc(struct serve *s)
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

static int start_workers(struct serve *s)
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

/* Beside our program where it was built, else where it was installed. None at all: there are no reactions. */
static int ship_reactions(struct serve *s)
{
	static const char *const folders[] = {"assets/reactions", "../share/chapar/reactions"};
	char path[PATH_MAX];

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		if (path_beside(folders[i], path) == 0 && access(path, R_OK | X_OK) == 0)
			return reactions_ship(&s->app, path);
	log_event(LOG_NOTICE, "reactions", "error=\"their folder is not beside this program\"");
	return 0;
}

static int open_cdn_policy(struct serve *s)
{
	char why[400];
	int r = cdn_policy_new(&s->settings, why, sizeof(why), &s->app.cdn_policy);

	if (r < 0)
		fprintf(stderr, "chapar serve: %s\n", why);
	return r;
}

static int start_cdn(struct serve *s)
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

static int make_loops(struct serve *s)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN), n = (long)s->settings.loops;
	int r = 0;

	if (n == 0)
		n = cores < 1 ? 1 : cores > LOOPS_BY_ITSELF ? LOOPS_BY_ITSELF : cores;
	if (n < 0 || n > LOOPS_MAX) {
		fprintf(stderr, "chapar serve: [server] loops is 0 to %d\n", LOOPS_MAX);
		return -ERR_INVALID;
	}
	for (; r == 0 && s->n_loops < (unsigned)n; s->n_loops += r == 0)
		r = io_loop_new(s->n_loops, &s->loops[s->n_loops]);
	return r;
}

static int start_mtproto(struct serve *s)
{
	struct mt_server_config cfg = {.loops = s->loops, .keys = &s->keys, .rsa = s->rsa};
	struct mt_server_ops ops;
	int r;

	if ((r = make_loops(s)) < 0)
		return r;
	cfg.n_loops = s->n_loops;
	keystore_bind(s->glue.rpc, &s->keys);
	glue_mt_ops(&s->glue, &ops);
	cfg.ops = &ops;
	cfg.test_mode = s->settings.test_numbers;
	cfg.cdn = (struct mt_cdn_manners){.pq_delay = STAND_IN_PQ_MS,
	                                  .spare_from = STAND_IN_SPARE_FROM_MS,
	                                  .spare_until = STAND_IN_SPARE_UNTIL_MS,
	                                  .linger = STAND_IN_LINGER_MS};
	cfg.counters = &s->counters;
	rng_bytes(cfg.salt_secret, sizeof(cfg.salt_secret));
	s->rsa[0] = s->data.rsa;
	return mt_server_new(&cfg, &s->glue.mt);
}

static size_t look(void *ctx, const uint8_t *p, size_t n)
{
	size_t need;

	switch (tr_first_look(p, n, &need)) {
	case TR_FIRST_MORE:
		return need;
	case TR_FIRST_HTTP:
		return n < web_first_need() ? web_first_need() : 0;
	default:
		return 0;
	}
}

static void take(void *ctx, struct io_loop *l, int fd, const char *ip, struct slice first)
{
	struct serve *s = ctx;
	size_t need;

	switch (tr_first_look(first.p, first.n, &need)) {
	case TR_FIRST_MTPROTO:
		mt_server_adopt(s->glue.mt, io_conn_new(l, fd, ip, NULL));
		return;
	case TR_FIRST_HTTP:
		web_take(s->web, l, fd, first);
		return;
	default: /* TLS: no certificate of ours yet */
		close(fd);
	}
}

static int listen_all(struct serve *s)
{
	struct io_accept_ops ops = {.ctx = s, .look = look, .take = take};
	char *all = xstrdup(s->settings.listen), *at = all, *word;
	int r = 0;

	while (r == 0 && (word = strsep(&at, " ,")) != NULL) {
		if (!*word)
			continue;
		r = s->n_listeners == LISTENERS_MAX ? -ERR_FULL
		                                    : io_listener_open(s->loops, s->n_loops, word, &ops,
		                                                       &s->listeners[s->n_listeners]);
		if (r < 0)
			fprintf(stderr,
			        "chapar serve: cannot listen on %s: %s; choose another with --listen\n", word,
			        io_listener_error(r));
		else
			s->n_listeners++;
	}
	free(all);
	if (r == 0 && !s->n_listeners) {
		fprintf(stderr, "chapar serve: [server] listen is empty; name an address with --listen\n");
		return -ERR_INVALID;
	}
	return r;
}

static bool listens_here(const struct serve *s)
{
	bool here = true;

	for (unsigned i = 0; i < s->n_listeners; i++)
		here = here && public_is_loopback(io_listener_name(s->listeners[i]));
	return here;
}

/* Open only where nobody but this machine can connect, unless the operator says otherwise. */
static enum app_signup signup_mode(const struct serve *s, const char *public_ip)
{
	const char *mode = s->settings.signup_mode;

	if (!mode[0])
		return public_is_loopback(public_ip) && listens_here(s) ? APP_SIGNUP_OPEN : APP_SIGNUP_INVITE;
	return strcmp(mode, "open") == 0     ? APP_SIGNUP_OPEN
	       : strcmp(mode, "invite") == 0 ? APP_SIGNUP_INVITE
	                                     : APP_SIGNUP_CLOSED;
}

static void public_found(void *arg, const char *ip, int port)
{
	struct serve *s = arg;

	if (!app_set_public(&s->app, ip, port))
		return;
	log_event(LOG_NOTICE, "public-address", "now=%s", ip);
	app_tell_config(&s->app);
}

static int find_public(struct serve *s)
{
	const char *name = s->settings.public[0] ? s->settings.public : io_listener_name(s->listeners[0]);
	char ip[46] = "";
	int port = 0, r;

	r = public_resolve(name, ip, sizeof(ip), &port);
	if (r < 0)
		fprintf(stderr, "chapar serve: --public %s is no HOST:PORT that can be resolved\n", name);
	app_set_public(&s->app, ip, port);
	s->app.signup = signup_mode(s, ip);
	return r;
}

static void say_ready(struct serve *s)
{
	char ip[46];
	int port;

	app_public(&s->app, ip, &port);
	fprintf(stderr,
	        strchr(ip, ':') ? "chapar: clients are sent to [%s]:%d: %s\n"
	                        : "chapar: clients are sent to %s:%d: %s\n",
	        ip, port, public_reach(ip, listens_here(s)));
	if (s->settings.test_numbers)
		fprintf(stderr, "chapar: WARNING: --test-numbers: anybody can sign in as any number "
		                "99966XYYYY with the code XXXXX\n");
	printf("ready listen=");
	for (unsigned i = 0; i < s->n_listeners; i++)
		printf("%s%s", i ? "," : "", io_listener_name(s->listeners[i]));
	printf(" http=%s dc=2 key=%016llx public-key=%s\n", web_name(s->web),
	       (unsigned long long)(uint64_t)rsa_fingerprint(s->data.rsa), s->data.pub);
	fflush(stdout);
}

static int start(struct serve *s)
{
	const char *wrong;
	int r;

	if ((wrong = domain_settings_wrong(&s->settings)) != NULL) {
		fprintf(stderr, "chapar serve: %s\n", wrong);
		return -ERR_INVALID;
	}
	umask(077);
	raise_files();
	if ((r = datadir_open(&s->data, s->settings.data_dir)) < 0)
		return r;
	datadir_wind_clock(&s->data);
	if ((r = open_database(s)) < 0 || (r = open_contents(s)) < 0 || (r = open_cdn_policy(s)) < 0 ||
	    (r = start_workers(s)) < 0 || (r = start_rpc(s)) < 0 || (r = start_mtproto(s)) < 0)
		return r;
	if ((r = web_start(&s->glue, &s->counters, s->loops, s->n_loops, s->settings.http, &s->web)) < 0)
		return r;
	if ((r = listen_all(s)) < 0 || (r = find_public(s)) < 0)
		return r;
	if ((r = jobs_start(&s->app, s->glue.rpc, domain_jobs, &s->app.jobs)) < 0) {
		fprintf(stderr, "chapar serve: %s: %s\n", s->data.db, err_name(r));
		return r;
	}
	if ((r = ship_reactions(s)) < 0 || (r = start_cdn(s)) < 0)
		return r;
	if ((r = admin_start(&s->app, s->data.socket, s->data.db, &s->admin)) < 0) {
		fprintf(stderr, "chapar serve: %s: %s\n", s->data.socket,
		        r == -ERR_TOO_BIG ? "a socket's path has at most 107 letters; choose a shorter "
		                            "folder with --data"
		                          : err_name(r));
		return r;
	}
	for (unsigned i = 0; i < s->n_loops; i++)
		io_loop_start(s->loops[i]);
	s->public_watch = public_watch_start(s->settings.public, PUBLIC_SECONDS, public_found, s);
	say_ready(s);
	return 0;
}

/* What is committed is safe; whoever waits for more than that is not waited for. */
static void *cut_short(void *arg)
{
	usleep(STOP_USEC);
	log_event(LOG_WARNING, "stop-cut-short", "seconds=%.1f", STOP_USEC / 1e6);
	_exit(EXIT_OK);
}

static void end_in_time(void)
{
	pthread_t t;

	if (pthread_create(&t, NULL, cut_short, NULL) == 0)
		pthread_detach(t);
}

/* Accept no more, finish what was taken, let the answers leave, end. */
static void stop(struct serve *s, bool running)
{
	if (running)
		end_in_time();
	public_watch_stop(s->public_watch);
	for (unsigned i = 0; i < s->n_listeners; i++)
		io_listener_close(s->listeners[i], running);
	web_close(s->web, running);
	admin_stop(s->admin);
	worker_pool_close(s->app.workers);
	jobs_stop(s->app.jobs);
	cdn_watchdog_stop(s->app.cdn_watchdog);
	cdnlink_stop(s->app.cdn);
	if (s->glue.rpc)
		rpc_server_stop(s->glue.rpc);
	if (running)
		usleep(100000); /* the last answers are on their way through the loops */
	web_stop(s->web, running);
	for (unsigned i = 0; i < s->n_loops; i++) {
		io_loop_stop(s->loops[i]);
		io_loop_join(s->loops[i]);
	}
	mt_server_free(s->glue.mt);
	for (unsigned i = 0; i < s->n_loops; i++)
		io_loop_free(s->loops[i]);
	web_free(s->web);
	sql_checkpointer_stop(s->checkpointer);
	if (s->glue.rpc)
		rpc_server_free(s->glue.rpc);
	jobs_free(s->app.jobs);
	cdn_watchdog_free(s->app.cdn_watchdog);
	cdnlink_free(s->app.cdn);
	worker_pool_free(s->app.workers);
	blob_close(s->app.blobs);
	upd_online_free(s->app.online);
	upd_audience_free(s->app.audience);
	upd_heads_free(s->app.heads);
	search_index_free(s->app.search);
	views_free(s->app.views);
	bot_answers_free(s->app.answers);
	media_cache_free(s->app.files);
	cdn_policy_free(s->app.cdn_policy);
	datadir_close(&s->data);
}

static int serve_child(void *arg)
{
	struct serve *s = arg;
	sigset_t set;
	struct timespec now_and_then = {.tv_sec = 1};
	int r;

	/* Before any thread: they all inherit it, and this one waits for the end. */
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN); /* a file at its limit is a full disk: an error of the write, not the end */
	r = start(s);
	while (r == 0 && sigtimedwait(&set, NULL, &now_and_then) < 0)
		datadir_keep_clock(&s->data);
	stop(s, r == 0);
	settings_fini(&s->settings);
	return r == 0 ? EXIT_OK : EXIT_FAILED;
}

int role_serve(int argc, char **argv)
{
	static const char *const levels[] = {"error", "warning", "notice", "info", "debug"};
	struct serve *s = xcalloc(1, sizeof(*s));
	int code;

	settings_init(&s->settings);
	code = serve_options(&s->settings, argc, argv);
	if (code < 0) {
		for (int i = 0; i < 5; i++)
			if (strcmp(s->settings.log_level, levels[i]) == 0)
				log_set_level((enum log_level)i);
		code = supervise(serve_child, s);
	} else {
		settings_fini(&s->settings);
	}
	free(s);
	return code;
}
