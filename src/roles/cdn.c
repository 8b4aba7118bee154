/*
 * cdn.c - the role of a CDN node: opens cache, loops and listeners, says `ready`, waits for its end. Knows no store and no domain;
 * chapar-cdn is this file and what it needs.
 */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/counters.h"
#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "cdn/cache.h"
#include "cdn/counts.h"
#include "cdn/fill.h"
#include "cdn/inspect.h"
#include "cdn/node.h"
#include "cdn/term.h"
#include "cdnwire/token.h"
#include "crypto/hash.h"
#include "crypto/rsa.h"
#include "io/conn.h"
#include "io/listener.h"
#include "roles/cdn_config.h"
#include "roles/cdn_web.h"
#include "roles/files.h"
#include "roles/role.h"
#include "transport/transport.h"

enum {
	LOOPS_MAX = 16,
	LOOPS_BY_ITSELF = 4,
	LISTENERS_MAX = 16,
	STOP_SECONDS = 4 /* and the process ends, whatever is left */
};

static const char help[] = "usage: chapar cdn --config FILE    run a node\n"
			   "       chapar cdn --explain        list the settings of that file\n"
			   "       chapar cdn inspect PATH     what can be read out of a node's disk (a "
			   "file, a folder), or of an image of its memory;\n"
			   "                                   exit code 0: nothing\n"
			   "A node gives ciphertext to clients that a core sends here, for as long as that "
			   "core renews its lease.\n"
			   "When it serves, one line on standard output begins with `ready`. SIGTERM ends it "
			   "within 5 seconds.\n";

struct cdn {
	struct cdn_config config;
	struct rsa_key *rsa;
	uint8_t transport_secret[CDN_TRANSPORT_SECRET];
	struct buf pem;
	struct io_loop *loops[LOOPS_MAX];
	unsigned n_loops;
	struct io_listener *listeners[LISTENERS_MAX], *link;
	unsigned n_listeners;
	struct counters counters;
	struct cdn_counts counts;
	struct cdn_cache *cache;
	struct cdn_term *term;
	struct cdn_node *node;
	struct cdn_link_config link_config;
	struct cdn_fills *fills;
	struct cdn_web *web; /* NULL: none */
};

static int open_key(struct cdn *s)
{
	const char *path = s->config.key_file;
	int r = path[0] ? rsa_key_load(path, &s->rsa) : -ERR_NOTFOUND;

	if (r == -ERR_NOTFOUND) {
		s->rsa = rsa_key_generate();
		r = path[0] ? rsa_key_save(s->rsa, path) : 0;
	}
	if (r < 0)
		fprintf(stderr, "chapar cdn: key_file %s: %s\n", path,
		        r == -ERR_INVALID ? "not a 2048-bit RSA key in PEM; take it away and another is made"
		                          : err_name(r));
	else
		rsa_public_pem(s->rsa, &s->pem);
	return r;
}

static int open_cache(struct cdn *s)
{
	struct cdn_cache_config cfg = {.ram = (uint64_t)s->config.ram_mib << 20,
	                               .path = s->config.disk_file[0] ? s->config.disk_file : NULL,
	                               .disk = (uint64_t)s->config.disk_mib << 20};
	int r = cdn_cache_new(&cfg, &s->cache);

	if (r == -ERR_BUSY)
		fprintf(stderr, "chapar cdn: disk_file %s is in use by another node; give each its own\n",
		        cfg.path);
	else if (r == -ERR_INVALID && cfg.path)
		fprintf(stderr, "chapar cdn: disk_file %s is no plain file; name one, or a new one\n",
		        cfg.path);
	else if (r < 0)
		fprintf(stderr, "chapar cdn: disk_file %s: %s\n", cfg.path ? cfg.path : "", err_name(r));
	return r;
}

static int make_loops(struct cdn *s)
{
	long n = s->config.loops, cores = sysconf(_SC_NPROCESSORS_ONLN);
	int r = 0;

	if (n == 0)
		n = cores < 1 ? 1 : cores > LOOPS_BY_ITSELF ? LOOPS_BY_ITSELF : cores;
	for (; r == 0 && s->n_loops < (unsigned)n; s->n_loops += r == 0)
		r = io_loop_new(s->n_loops, &s->loops[s->n_loops]);
	return r;
}

static size_t look(void *ctx, const uint8_t *p, size_t n)
{
	size_t need;

	return tr_first_look(p, n, &need) == TR_FIRST_MORE ? need : 0;
}

static void take(void *ctx, struct io_loop *l, int fd, const char *ip, struct slice first)
{
	struct cdn *s = ctx;
	size_t need;

	if (tr_first_look(first.p, first.n, &need) == TR_FIRST_MTPROTO)
		cdn_node_adopt(s->node, io_conn_new(l, fd, ip, NULL));
	else
		close(fd);
}

static size_t look_link(void *ctx, const uint8_t *p, size_t n)
{
	return 0;
}

static void take_link(void *ctx, struct io_loop *l, int fd, const char *ip, struct slice first)
{
	cdn_fills_take(((struct cdn *)ctx)->fills, fd, ip);
}

static int listen_on(struct cdn *s, const char *setting, const char *address, unsigned loops,
                     const struct io_accept_ops *ops, struct io_listener **ret)
{
	int r = io_listener_open(s->loops, loops, address, ops, ret);

	if (r < 0)
		fprintf(stderr,
		        "chapar cdn: cannot listen on %s: %s; choose another %s in the configuration\n",
		        address, io_listener_error(r), setting);
	return r;
}

static int listen_all(struct cdn *s)
{
	struct io_accept_ops ops = {.ctx = s, .look = look, .take = take};
	struct io_accept_ops link = {.ctx = s, .look = look_link, .take = take_link};
	char *all = xstrdup(s->config.listen), *at = all, *word;
	int r = 0;

	while (r == 0 && (word = strsep(&at, " ,")) != NULL) {
		if (!*word)
			continue;
		r = s->n_listeners == LISTENERS_MAX
		            ? -ERR_FULL
		            : listen_on(s, "listen", word, s->n_loops, &ops, &s->listeners[s->n_listeners]);
		s->n_listeners += r == 0;
	}
	free(all);
	return r == 0 ? listen_on(s, "link", s->config.link, 1, &link, &s->link) : r;
}

/* Of REPORT, what the MTProto side counts. */
static void report(void *ctx, struct cdn_report *r)
{
	struct cdn *s = ctx;

	r->connections = (uint64_t)s->counters.connections;
	r->handshakes = (uint64_t)s->counters.handshakes_total;
}

static int start_web(struct cdn *s)
{
	struct cdn_web_config cfg = {
		.term = s->term, .cache = s->cache, .counts = &s->counts, .counters = &s->counters};

	return s->config.metrics[0] ? cdn_web_start(&cfg, s->loops, s->config.metrics, &s->web) : 0;
}

static int start(struct cdn *s)
{
	struct cdn_node_config node = {.dc = (int32_t)s->config.dc,
	                               .counts = &s->counts,
	                               .counters = &s->counters,
	                               .loops = s->loops};
	int r;

	if ((r = open_key(s)) < 0 || (r = open_cache(s)) < 0 || (r = make_loops(s)) < 0)
		return r;
	s->term = cdn_term_new(node.dc, s->cache);
	node.term = s->term;
	node.cache = s->cache;
	node.n_loops = s->n_loops;
	node.rsa = s->rsa;
	cdn_transport_secret(s->config.secret_bytes, s->transport_secret);
	node.secret = s->transport_secret;
	if ((r = cdn_node_new(&node, &s->node)) < 0)
		return r;
	s->link_config = (struct cdn_link_config){.term = s->term,
	                                          .cache = s->cache,
	                                          .counts = &s->counts,
	                                          .pem = buf_slice(&s->pem),
	                                          .report = report,
	                                          .ctx = s};
	s->fills = cdn_fills_new(&s->link_config, s->config.secret_bytes);
	if ((r = listen_all(s)) < 0 || (r = start_web(s)) < 0)
		return r;
	for (unsigned i = 0; i < s->n_loops; i++)
		io_loop_start(s->loops[i]);
	printf("ready listen=");
	for (unsigned i = 0; i < s->n_listeners; i++)
		printf("%s%s", i ? "," : "", io_listener_name(s->listeners[i]));
	printf(" link=%s dc=%d key=%016llx", io_listener_name(s->link), node.dc,
	       (unsigned long long)(uint64_t)rsa_fingerprint(s->rsa));
	printf("%s%s\n", s->web ? " metrics=" : "", s->web ? cdn_web_name(s->web) : "");
	fflush(stdout);
	return 0;
}

static void end_now(int sig)
{
	_exit(EXIT_OK);
}

/* Accept no more, forget the keys first: what then is left of the cache is noise. */
static void stop(struct cdn *s, bool running)
{
	if (running) {
		signal(SIGALRM, end_now);
		alarm(STOP_SECONDS);
	}
	for (unsigned i = 0; i < s->n_listeners; i++)
		io_listener_close(s->listeners[i], running);
	if (s->link)
		io_listener_close(s->link, running);
	cdn_web_stop(s->web, running);
	cdn_fills_free(s->fills);
	if (s->term)
		cdn_term_end(s->term);
	for (unsigned i = 0; running && i < s->n_loops; i++) {
		io_loop_stop(s->loops[i]);
		io_loop_join(s->loops[i]);
	}
	cdn_node_stop(s->node);
	for (unsigned i = 0; i < s->n_loops; i++)
		io_loop_drain(s->loops[i]);
	cdn_node_free(s->node);
	cdn_web_free(s->web);
	for (unsigned i = 0; i < s->n_loops; i++)
		io_loop_free(s->loops[i]);
	cdn_term_free(s->term);
	cdn_cache_free(s->cache);
	rsa_key_free(s->rsa);
	buf_fini(&s->pem);
	alarm(0);
}

static int run(struct cdn *s)
{
	struct rlimit none = {0};
	sigset_t set;
	int r, sig;

	/* Before any thread: they all inherit it, and this one waits for the end. */
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);      /* a file at its limit is a full disk */
	setrlimit(RLIMIT_CORE, &none); /* a core file would hold the keys */
	mem_keep_freed();
	umask(077);
	raise_files();
	r = start(s);
	if (r == 0)
		sigwait(&set, &sig);
	stop(s, r == 0);
	return r == 0 ? EXIT_OK : EXIT_FAILED;
}

static int set_log(const char *level)
{
	static const char *const levels[] = {"error", "warning", "notice", "info", "debug"};

	for (int i = 0; i < 5; i++)
		if (strcmp(level, levels[i]) == 0) {
			log_set_level((enum log_level)i);
			return 0;
		}
	fprintf(stderr, "chapar cdn: log takes error, warning, notice, info or debug, not \"%s\"\n", level);
	return -ERR_INVALID;
}

static int run_config(const char *path)
{
	struct cdn *s = xcalloc(1, sizeof(*s));
	char err[700];
	int code = EXIT_USAGE;

	if (cdn_config_read(&s->config, path, err, sizeof(err)) < 0)
		fprintf(stderr, "chapar cdn: %s\n", err);
	else if (set_log(s->config.log) == 0)
		code = run(s);
	cdn_config_fini(&s->config);
	wipe(s, sizeof(*s));
	free(s);
	return code;
}

static int inspect(int argc, char **argv)
{
	struct cdn_inspection i = {0};
	int r;

	if (argc != 2) {
		fputs(help, stderr);
		return EXIT_USAGE;
	}
	r = cdn_inspect(argv[1], stdout, &i);
	if (r < 0) {
		fprintf(stderr, "chapar cdn inspect: %s: %s\n", argv[1], err_name(r));
		return EXIT_USAGE;
	}
	return cdn_inspect_say(&i, stdout) ? EXIT_OK : EXIT_FAILED;
}

int role_cdn(int argc, char **argv)
{
	static const struct option longs[] = {
		{"config", required_argument, NULL, 'c'},
		{"explain", no_argument, NULL, 'e'},
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	const char *path = NULL;
	int o;

	if (argc > 1 && strcmp(argv[1], "inspect") == 0)
		return inspect(argc - 1, argv + 1);
	optind = 1;
	while ((o = getopt_long(argc, argv, "h", longs, NULL)) != -1) {
		switch (o) {
		case 'c':
			path = optarg;
			break;
		case 'e':
			cdn_config_explain();
			return EXIT_OK;
		case 'h':
			fputs(help, stdout);
			return EXIT_OK;
		default:
			fprintf(stderr, "`chapar cdn --help` lists the options\n");
			return EXIT_USAGE;
		}
	}
	if (!path || optind < argc) {
		fputs(help, stderr);
		return EXIT_USAGE;
	}
	return run_config(path);
}
