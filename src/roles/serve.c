/*
 * serve.c - the server: opens everything in order (serve_open.c, serve_net.c), says `ready`, waits for its end, closes everything in the
 * other order. The process that the operator starts only watches a child (supervise.c), which is the server.
 */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "admin/admin.h"
#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "blob/blob.h"
#include "cdnlink/cdnlink.h"
#include "cdnlink/watchdog.h"
#include "domain/area.h"
#include "domain/bots/answers.h"
#include "domain/media/cache.h"
#include "domain/media/cdn.h"
#include "domain/messages/views.h"
#include "domain/search/index.h"
#include "io/listener.h"
#include "jobs/jobs.h"
#include "roles/files.h"
#include "roles/options.h"
#include "roles/public.h"
#include "roles/role.h"
#include "roles/serve.h"
#include "roles/supervise.h"
#include "roles/web.h"
#include "sql/checkpoint.h"
#include "updates/audience.h"
#include "updates/heads.h"
#include "updates/online.h"
#include "worker/worker.h"

#define STOP_USEC 4500000 /* and the process ends, whatever is left */

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
	if ((r = serve_open_database(s)) < 0 || (r = serve_open_contents(s)) < 0 ||
	    (r = serve_open_cdn_policy(s)) < 0 || (r = serve_start_workers(s)) < 0 ||
	    (r = serve_start_rpc(s)) < 0 || (r = serve_start_mtproto(s)) < 0)
		return r;
	if ((r = web_start(&s->glue, &s->counters, s->loops, s->n_loops, s->settings.http, &s->web)) < 0)
		return r;
	if ((r = serve_listen_all(s)) < 0 || (r = serve_find_public(s)) < 0)
		return r;
	if ((r = jobs_start(&s->app, s->glue.rpc, domain_jobs, &s->app.jobs)) < 0) {
		fprintf(stderr, "chapar serve: %s: %s\n", s->data.db, err_name(r));
		return r;
	}
	if ((r = serve_ship_reactions(s)) < 0 || (r = serve_start_cdn(s)) < 0)
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
	serve_watch_public(s);
	serve_say_ready(s);
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
	mem_keep_freed();
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
