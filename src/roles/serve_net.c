/* serve_net.c - how one gets to the server: loops, MTProto on them, listeners, the address that clients are told. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "crypto/rng.h"
#include "crypto/rsa.h"
#include "io/conn.h"
#include "io/listener.h"
#include "roles/keystore.h"
#include "roles/public.h"
#include "roles/serve.h"
#include "roles/web.h"
#include "transport/transport.h"

enum {
	LOOPS_BY_ITSELF = 4,
	PUBLIC_SECONDS = 600, /* between two looks at the public name */
	/* Where we stand in a CDN node's place (api.md 7.8); when resPQ comes is in glue.c. */
	STAND_IN_LINGER_MS = 300,
	/* TDLib gives a silent connection up after 7 s and a spare one after 10, which it had 1.2 s before ours (struct mt_cdn_manners). */
	STAND_IN_SPARE_FROM_MS = 5500,
	STAND_IN_SPARE_UNTIL_MS = 9500,
};

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

int serve_start_mtproto(struct serve *s)
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
	cfg.cdn = (struct mt_cdn_manners){.spare_from = STAND_IN_SPARE_FROM_MS,
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

int serve_listen_all(struct serve *s)
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

int serve_find_public(struct serve *s)
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

void serve_say_ready(struct serve *s)
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

void serve_watch_public(struct serve *s)
{
	s->public_watch = public_watch_start(s->settings.public, PUBLIC_SECONDS, public_found, s);
}
