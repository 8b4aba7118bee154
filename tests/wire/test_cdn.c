/*
 * test_cdn.c - a node as a process: what it says to clients of every kind and to its core, and to strangers; what is left of it when it is
 * killed, when its lease ends and when its disk is full. Argument: the node's program.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/err.h"
#include "base/mem.h"
#include "cdnwire/call.h"
#include "client/wait.h"
#include "crypto/hash.h"
#include "crypto/rng.h"
#include "tests/wire/cdn_core.h"

#define WITHIN 10000000

enum {
	DC = 203,
	SIZE = 3 * CDN_CHUNK + 5000,
	LEASE = 60,
};

static struct {
	const char *program;
	char dir[64], listen[64], link[64], metrics[64];
	char *more;       /* lines of the configuration */
	rlim_t file_most; /* of the node's files; 0: no limit */
	pid_t pid;
	uint8_t secret[CDN_SECRET_SIZE];
	struct cdn_core core;
	struct client_loop *loop;
	struct cdn_object object;
	uint8_t content[32], token[CDN_TOKEN_SIZE], bytes[SIZE]; /* as the node gets them */
} t;

/* ---- the process ---- */

static const char *in_dir(const char *name)
{
	static char path[160];

	snprintf(path, sizeof(path), "%s/%s", t.dir, name);
	return path;
}

static void write_config(void)
{
	FILE *f = fopen(in_dir("cdn.ini"), "w");

	fprintf(f, "[cdn]\ndc = %d\nlisten = 127.0.0.1:0\nlink = 127.0.0.1:0\nram_mib = 2\nloops = 2\n%s", DC,
	        t.more ? t.more : "");
	fprintf(f, "secret = ");
	for (int i = 0; i < CDN_SECRET_SIZE; i++)
		fprintf(f, "%02x", t.secret[i]);
	fprintf(f, "\n");
	fclose(f);
}

static void node_main(int out)
{
	struct rlimit l;

	if (t.file_most) {
		getrlimit(RLIMIT_FSIZE, &l);
		l.rlim_cur = t.file_most;
		setrlimit(RLIMIT_FSIZE, &l);
	}
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	dup2(out, STDOUT_FILENO);
	execl(t.program, t.program, "--config", in_dir("cdn.ini"), (char *)NULL);
	_exit(127);
}

static void node_start(void)
{
	char line[300] = "", key[20];
	int p[2], dc;
	FILE *f;

	write_config();
	assert_int_equal(pipe(p), 0);
	t.pid = fork();
	if (t.pid == 0)
		node_main(p[1]);
	close(p[1]);
	f = fdopen(p[0], "r");
	assert_non_null(fgets(line, sizeof(line), f));
	fclose(f);
	assert_int_equal(
		sscanf(line, "ready listen=%63s link=%63s dc=%d key=%19s", t.listen, t.link, &dc, key), 4);
	assert_int_equal(dc, DC);
	t.metrics[0] = 0;
	if (strstr(line, " metrics="))
		sscanf(strstr(line, " metrics="), " metrics=%63s", t.metrics);
}

static void node_end(int sig)
{
	usec_t at = clock_usec();
	int status;

	if (!t.pid)
		return;
	kill(t.pid, sig);
	assert_int_equal(waitpid(t.pid, &status, 0), t.pid);
	t.pid = 0;
	if (sig == SIGTERM)
		assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0 && clock_usec() - at < 5000000);
}

/* ---- the core ---- */

/* While strangers fill the link's places, a core dials again. */
static void greet(uint32_t lease)
{
	usec_t until = clock_usec() + WITHIN;
	int r;

	while ((r = cdn_core_greet(&t.core, t.link, t.secret, CDN_ACTIVE, lease)) < 0 && clock_usec() < until)
		usleep(50000);
	assert_int_equal(r, 0);
}

static void fill(uint32_t chunk)
{
	assert_int_equal(cdn_core_fill(&t.core, t.object.id, chunk, SIZE, t.bytes + chunk * CDN_CHUNK), 0);
}

static void fill_all(void)
{
	for (uint32_t i = 0; i * CDN_CHUNK < SIZE; i++)
		fill(i);
}

static void make_content(void)
{
	rng_bytes(t.content, sizeof(t.content));
	rng_bytes(t.bytes, sizeof(t.bytes));
	cdn_object_of(&t.core.epoch, t.content, &t.object);
	cdn_token_make(&t.core.epoch, t.content, SIZE, clock_unix(), t.token);
}

/* ---- a client ---- */

static struct client_config config(enum client_transport tr, enum client_inner inner)
{
	return (struct client_config){
		.loop = t.loop,
		.transport = tr,
		.header_dc = DC,
		.auth = {.rsa = t.core.rsa, .inner = inner, .dc = DC, .expires_in = 86400},
		.no_bind = true,
		.init = CLIENT_INIT_ONCE,
		.layer = 228};
}

static struct client *connect_as(struct client_config cfg)
{
	struct client *c;
	int r;

	assert_int_equal(client_address_of(t.listen, &cfg.to), 0);
	c = client_new(&cfg);
	r = client_connect_wait(c, WITHIN, NULL);
	if (r < 0)
		print_error("%s: %s: %s\n", client_transport_name(cfg.transport), err_name(r),
		            client_error(c));
	assert_int_equal(r, 0);
	return c;
}

static struct client *connect_one(void)
{
	return connect_as(config(CLIENT_OBFUSCATED_PADDED, CLIENT_INNER_TEMP_DC));
}

/* The error's text, or "bytes", right and exactly these, or "reupload" of the chunk in *ret_chunk. */
static const char *ask(struct client *c, struct slice token, int64_t offset, int32_t limit,
                       uint32_t *ret_chunk)
{
	static char error[64];
	struct client_result x;
	struct buf q = {0};
	struct rd r;
	struct slice s;
	uint32_t id;

	cdn_put_get_file(&q, token, offset, limit);
	if (client_bytes_wait(c, buf_slice(&q), WITHIN, &x) < 0 && x.a.r != -ERR_RPC) {
		print_error("no answer: %s\n", err_name(x.a.r));
		snprintf(error, sizeof(error), "-");
	} else if (x.a.r == -ERR_RPC) {
		assert_int_equal(x.a.code, 400);
		snprintf(error, sizeof(error), "%.*s", (int)x.a.text.n, x.a.text.p);
	} else {
		r = rd_of(x.a.body.p, x.a.body.n);
		id = rd_u32(&r);
		s = rd_tl_bytes(&r);
		assert_true(!r.bad && rd_left(&r) == 0);
		if (id == CDN_REUPLOAD_NEEDED) {
			assert_int_equal(
				cdn_request_open(&t.core.epoch.node, token, s, clock_unix(), ret_chunk), 0);
			snprintf(error, sizeof(error), "reupload");
		} else {
			int64_t want = offset >= SIZE ? 0 : SIZE - offset < limit ? SIZE - offset : limit;

			assert_int_equal(id, CDN_FILE);
			assert_int_equal(s.n, want);
			assert_memory_equal(s.p, t.bytes + (want ? offset : 0), want);
			snprintf(error, sizeof(error), "bytes");
		}
	}
	client_result_fini(&x);
	buf_fini(&q);
	return error;
}

static const char *ask_one(struct client *c, int64_t offset, int32_t limit)
{
	uint32_t chunk;

	return ask(c, slice_of(t.token, sizeof(t.token)), offset, limit, &chunk);
}

static void expect_bytes(struct client *c)
{
	assert_string_equal(ask_one(c, 0, CDN_CHUNK), "bytes");
}

static void expect_no_violation(struct client *c)
{
	const char *first;
	unsigned n = client_violations(c, &first);

	if (n)
		print_error("%u violations, the first: %s\n", n, first);
	assert_int_equal(n, 0);
}

/* ---- tests; each on a node of its own ---- */

static void every_client(void **state)
{
	static const enum client_inner inner[] = {CLIENT_INNER_PLAIN, CLIENT_INNER_DC, CLIENT_INNER_TEMP,
	                                          CLIENT_INNER_TEMP_DC};
	static const enum client_init init[] = {CLIENT_INIT_NEVER, CLIENT_INIT_ONCE, CLIENT_INIT_ALWAYS};

	greet(LEASE);
	fill_all();
	for (int i = 1; i < CLIENT_TRANSPORTS; i++) {
		struct client_config cfg = config((enum client_transport)i, inner[i % 4]);
		struct client *c;

		cfg.init = init[i % 3];
		cfg.auth.old_rsa = i & 1;
		cfg.auth.old_req_pq = i & 2;
		c = connect_as(cfg);
		expect_bytes(c);
		assert_string_equal(ask_one(c, CDN_CHUNK, CDN_CHUNK), "bytes");
		expect_no_violation(c);
		client_free(c);
	}
}

/* Bare calls under an unbound temporary key, and a bound one. */
static void bare_and_bound(void **state)
{
	struct client_config cfg;
	struct client *c;

	greet(LEASE);
	fill_all();
	cfg = config(CLIENT_ABRIDGED, CLIENT_INNER_TEMP_DC);
	cfg.init = CLIENT_INIT_NEVER;
	c = connect_as(cfg);
	expect_bytes(c);
	client_free(c);
	cfg.no_bind = false;
	c = connect_as(cfg);
	expect_bytes(c);
	client_free(c);
}

static void ranges(void **state)
{
	static const struct {
		int64_t offset;
		int32_t limit;
		const char *want;
	} cases[] = {{0, 4096, "bytes"},
	             {4096, 4096, "bytes"},
	             {CDN_CHUNK - 4096, 4096, "bytes"},
	             {0, 1 << 20, "bytes"},
	             {3 * CDN_CHUNK, CDN_CHUNK, "bytes"},
	             {3 * CDN_CHUNK + 4096, 4096, "bytes"},
	             {1 << 20, 1 << 20, "bytes"}, /* beyond the end */
	             {(int64_t)1 << 40, 4096, "bytes"},
	             {0, 32768, "bytes"},
	             {98304, 65536, "bytes"},
	             {0, 0, "LIMIT_INVALID"},
	             {0, -4096, "LIMIT_INVALID"},
	             {0, 4095, "LIMIT_INVALID"},
	             {0, 12288, "LIMIT_INVALID"},
	             {0, 1 << 21, "LIMIT_INVALID"},
	             {1, 4096, "OFFSET_INVALID"},
	             {-4096, 4096, "OFFSET_INVALID"},
	             {INT64_MAX - 4095, 4096, "OFFSET_INVALID"},
	             {4096, 1 << 20, "OFFSET_INVALID"}};
	struct client *c;

	greet(LEASE);
	fill_all();
	c = connect_one();
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(ask_one(c, cases[i].offset, cases[i].limit), cases[i].want);
	expect_no_violation(c);
	client_free(c);
}

static void tokens(void **state)
{
	struct slice good = slice_of(t.token, sizeof(t.token));
	uint8_t other[CDN_TOKEN_SIZE + 1];
	struct cdn_core stranger;
	struct client *c;
	uint32_t chunk;

	greet(LEASE);
	fill_all();
	c = connect_one();
	for (uint32_t i = 0; i < CDN_TOKEN_SIZE;
	     i += i < 48 ? 1 : 5) { /* also of the part that only the core opens */
		memcpy(other, t.token, CDN_TOKEN_SIZE);
		other[i] ^= 0x10;
		assert_string_equal(ask(c, slice_of(other, CDN_TOKEN_SIZE), 0, CDN_CHUNK, &chunk),
		                    "FILE_TOKEN_INVALID");
	}
	assert_string_equal(ask(c, slice_of(t.token, CDN_TOKEN_SIZE - 1), 0, CDN_CHUNK, &chunk),
	                    "FILE_TOKEN_INVALID");
	assert_string_equal(ask(c, slice_of("", 0), 0, CDN_CHUNK, &chunk), "FILE_TOKEN_INVALID");
	memcpy(other, t.token, CDN_TOKEN_SIZE);
	other[CDN_TOKEN_SIZE] = 0;
	assert_string_equal(ask(c, slice_of(other, sizeof(other)), 0, CDN_CHUNK, &chunk),
	                    "FILE_TOKEN_INVALID");
	cdn_token_make(&t.core.epoch, t.content, SIZE, clock_unix() - 3 * 3600,
	               other); /* of three hours ago */
	assert_string_equal(ask(c, slice_of(other, CDN_TOKEN_SIZE), 0, CDN_CHUNK, &chunk),
	                    "FILE_TOKEN_INVALID");
	cdn_core_init(&stranger, DC); /* another epoch, and another node */
	cdn_token_make(&stranger.epoch, t.content, SIZE, clock_unix(), other);
	assert_string_equal(ask(c, slice_of(other, CDN_TOKEN_SIZE), 0, CDN_CHUNK, &chunk),
	                    "FILE_TOKEN_INVALID");
	assert_string_equal(ask(c, good, 0, CDN_CHUNK, &chunk), "bytes");
	client_free(c);
}

static void other_methods(void **state)
{
	static const uint32_t ids[] = {0xc4f9186b /* help.getConfig */, 0xbe5335be /* upload.getFile */,
	                               0x9b2754a8, 0x91dc3f31, 0x12345678};
	struct client *c;

	greet(LEASE);
	c = connect_one();
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		struct client_result x;
		struct buf q = {0};

		buf_u32(&q, ids[i]);
		client_bytes_wait(c, buf_slice(&q), WITHIN, &x);
		assert_true(x.a.r == -ERR_RPC && x.a.code == 400);
		assert_int_equal(x.a.text.n, strlen("CDN_METHOD_INVALID"));
		assert_memory_equal(x.a.text.p, "CDN_METHOD_INVALID", x.a.text.n);
		client_result_fini(&x);
		buf_fini(&q);
	}
	expect_no_violation(c);
	client_free(c);
}

/* Missing chunks are named one by one; a fill is answered once it can be served. */
static void fills_and_drops(void **state)
{
	struct slice good = slice_of(t.token, sizeof(t.token));
	struct cdn_report report;
	struct client *c;
	uint32_t chunk;

	greet(LEASE);
	c = connect_one();
	for (uint32_t i = 0; i < 4; i++) {
		assert_string_equal(ask(c, good, 0, 1 << 20, &chunk), "reupload");
		assert_int_equal(chunk, i);
		fill(i);
		assert_string_equal(ask_one(c, i * CDN_CHUNK, CDN_CHUNK), "bytes");
	}
	assert_string_equal(ask(c, good, 0, 1 << 20, &chunk), "bytes");
	assert_int_equal(cdn_core_lease(&t.core, CDN_DRAINING, LEASE, &report), 0);
	assert_true(report.hits == 5 && report.misses == 4 && report.bytes == 2 * SIZE && report.fills == 4 &&
	            report.chunks == 4 && report.ram == SIZE && report.refused == 0 && report.damaged == 0 &&
	            report.connections >= 1 && report.handshakes >= 1);
	expect_bytes(c);
	assert_int_equal(cdn_core_drop(&t.core, t.object.id), 0);
	assert_int_equal(cdn_core_lease(&t.core, CDN_ACTIVE, LEASE, &report), 0); /* after it */
	assert_true(report.chunks == 0 && report.ram == 0);
	assert_string_equal(ask(c, good, 0, CDN_CHUNK, &chunk), "reupload");
	fill(0);
	expect_bytes(c);
	client_free(c);
}

static void revoke_and_wipe(void **state)
{
	struct cdn_report report;
	struct client *c;
	uint32_t chunk;

	greet(LEASE);
	fill_all();
	c = connect_one();
	expect_bytes(c);
	assert_int_equal(cdn_core_lease(&t.core, CDN_REVOKED, LEASE, &report), 0);
	assert_true(report.chunks == 0);
	assert_string_equal(ask_one(c, 0, CDN_CHUNK), "FILE_TOKEN_INVALID");
	assert_int_equal(cdn_core_fill(&t.core, t.object.id, 0, SIZE, t.bytes), -ERR_DENIED);
	assert_int_equal(cdn_core_lease(&t.core, CDN_ACTIVE, LEASE, &report), 0); /* is too late */
	assert_string_equal(ask_one(c, 0, CDN_CHUNK), "FILE_TOKEN_INVALID");
	greet(LEASE);
	assert_string_equal(ask(c, slice_of(t.token, sizeof(t.token)), 0, CDN_CHUNK, &chunk),
	                    "reupload"); /* empty */
	fill_all();
	expect_bytes(c);
	assert_int_equal(cdn_core_wipe(&t.core), 0);
	assert_string_equal(ask_one(c, 0, CDN_CHUNK), "FILE_TOKEN_INVALID");
	client_free(c);
}

/* The link breaks: the node goes on, and a greeting with the same keys finds everything; with others, nothing. */
static void link_comes_back(void **state)
{
	struct client *c;
	uint32_t chunk;

	greet(LEASE);
	fill_all();
	cdn_core_hang_up(&t.core);
	c = connect_one();
	expect_bytes(c);
	greet(LEASE);
	expect_bytes(c);
	rng_bytes(t.core.lease_key, sizeof(t.core.lease_key));
	greet(LEASE);
	assert_string_equal(ask(c, slice_of(t.token, sizeof(t.token)), 0, CDN_CHUNK, &chunk), "reupload");
	client_free(c);
}

static int say_frame(const uint8_t *p, size_t n)
{
	struct cdn_report report;

	greet(LEASE);
	assert_int_equal(cdn_core_say(&t.core, p, n), 0);
	return cdn_core_lease(&t.core, CDN_ACTIVE, LEASE, &report);
}

static int dial_raw(const char *where)
{
	struct client_address to;
	int fd;

	assert_int_equal(client_address_of(where, &to), 0);
	fd = socket(to.a.ss_family, SOCK_STREAM, 0);
	assert_int_equal(connect(fd, (const struct sockaddr *)&to.a, to.n), 0);
	return fd;
}

/* Who has not the secret, says nothing, or says what a core does not: he is closed, and the core goes on. */
static void strangers(void **state)
{
	static const uint8_t too_long[] = {0xff, 0xff, 0xff, 0x7f, 1}, no_type[] = {1, 0, 0, 0, 99},
			     node_says[] = {1, 0, 0, 0, CDN_WIPED},
			     short_fill[] = {3, 0, 0, 0, CDN_FILL, 1, 2};
	uint8_t wrong[CDN_SECRET_SIZE];
	struct cdn_report report;
	struct cdn_core stranger;
	struct client *c;
	int fd[30];

	greet(LEASE);
	fill_all();
	memcpy(wrong, t.secret, sizeof(wrong));
	wrong[31] ^= 1;
	cdn_core_init(&stranger, DC);
	assert_true(cdn_core_greet(&stranger, t.link, wrong, CDN_ACTIVE, LEASE) < 0);
	for (int i = 0; i < 30; i++) {
		fd[i] = dial_raw(t.link);
		if (i & 1)
			assert_true(write(fd[i], "GET / HTTP/1.0\r\n\r\n", 18) == 18);
		else
			assert_true(write(fd[i], "\x16", 1) == 1);
	}
	assert_int_equal(cdn_core_lease(&t.core, CDN_ACTIVE, LEASE, &report), 0);
	assert_int_equal(report.chunks, 4);
	for (int i = 0; i < 30; i++)
		close(fd[i]);
	assert_true(say_frame(too_long, sizeof(too_long)) < 0);
	assert_true(say_frame(no_type, sizeof(no_type)) < 0);
	assert_true(say_frame(node_says, sizeof(node_says)) < 0);
	assert_true(say_frame(short_fill, sizeof(short_fill)) < 0);
	cdn_core_init(&stranger, DC + 1); /* the secret is right, the node another */
	assert_true(cdn_core_greet(&stranger, t.link, t.secret, CDN_ACTIVE, LEASE) < 0);
	cdn_core_fini(&stranger);
	greet(LEASE);
	c = connect_one();
	expect_bytes(c);
	client_free(c);
}

/* A newer link replaces the older one. */
static void newer_link(void **state)
{
	struct cdn_core older = t.core;
	struct cdn_report report;

	assert_int_equal(cdn_core_greet(&older, t.link, t.secret, CDN_ACTIVE, LEASE), 0);
	greet(LEASE);
	assert_true(cdn_core_lease(&older, CDN_ACTIVE, LEASE, &report) < 0);
	assert_int_equal(cdn_core_lease(&t.core, CDN_ACTIVE, LEASE, &report), 0);
	cdn_core_fini(&older);
}

/* Killed and started again: it is another, without keys and without a cache. */
static void killed(void **state)
{
	struct client_key key;
	struct client_config cfg;
	struct client *c;
	uint8_t boot[16];
	uint32_t chunk;
	int32_t code = 0;
	int r;

	t.more = "key_file = node.key\ndisk_file = disk\ndisk_mib = 4\n";
	node_end(SIGTERM);
	assert_int_equal(chdir(t.dir), 0);
	node_start();
	greet(LEASE);
	fill_all();
	memcpy(boot, t.core.boot, sizeof(boot));
	c = connect_as(config(CLIENT_INTERMEDIATE, CLIENT_INNER_DC));
	expect_bytes(c);
	key = *client_key(c);
	client_free(c);
	node_end(SIGKILL);
	node_start();
	cfg = config(CLIENT_INTERMEDIATE, CLIENT_INNER_DC);
	assert_int_equal(client_address_of(t.listen, &cfg.to), 0);
	c = client_new(&cfg);
	client_set_key(c, &key);
	r = client_connect_wait(c, WITHIN, &code);
	if (r == 0)
		assert_string_equal(ask_one(c, 0, CDN_CHUNK), "-");
	client_free(c);
	c = connect_one();                                                   /* the RSA key is the same */
	assert_string_equal(ask_one(c, 0, CDN_CHUNK), "FILE_TOKEN_INVALID"); /* nobody has greeted it */
	greet(LEASE);
	assert_memory_not_equal(boot, t.core.boot, sizeof(boot));
	assert_string_equal(ask(c, slice_of(t.token, sizeof(t.token)), 0, CDN_CHUNK, &chunk), "reupload");
	client_free(c);
}

static off_t disk_size(void)
{
	struct stat st;

	return stat(in_dir("disk"), &st) == 0 ? st.st_size : -1;
}

/* No renewal: at the lease's end nothing is answered, and nothing is left. */
static void lease_runs_out(void **state)
{
	uint8_t more[CDN_CHUNK], object[CDN_OBJECT_SIZE];
	struct client *c;
	usec_t at;

	t.more = "disk_file = disk\ndisk_mib = 8\n";
	node_end(SIGTERM);
	assert_int_equal(chdir(t.dir), 0);
	node_start();
	greet(CDN_LEASE_MIN);
	at = clock_usec();
	fill_all();
	for (int i = 0; i < 40; i++) { /* more than RAM holds: the first are on disk then */
		rng_bytes(more, sizeof(more));
		rng_bytes(object, sizeof(object));
		assert_int_equal(cdn_core_fill(&t.core, object, 0, CDN_CHUNK, more), 0);
	}
	assert_true(disk_size() > 0);
	c = connect_one();
	assert_string_equal(ask_one(c, 0, 1 << 20), "bytes"); /* from the disk */
	while (strcmp(ask_one(c, 0, CDN_CHUNK), "bytes") == 0 && clock_usec() - at < WITHIN)
		usleep(50000);
	assert_string_equal(ask_one(c, 0, CDN_CHUNK), "FILE_TOKEN_INVALID");
	assert_true(clock_usec() - at >= CDN_LEASE_MIN * 1000000LL - 1000 &&
	            clock_usec() - at < CDN_LEASE_MIN * 1000000LL + 1000000);
	for (int i = 0; i < 40 && disk_size() > 0; i++)
		usleep(50000);
	assert_int_equal(disk_size(), 0);
	client_free(c);
}

/* Whether any of the process's memory that it can write holds these bytes. */
static bool memory_holds(const uint8_t *what, size_t n)
{
	char path[64], line[300], mode[8];
	unsigned long low, high;
	bool found = false;
	FILE *maps;
	int mem;

	snprintf(path, sizeof(path), "/proc/%d/maps", (int)t.pid);
	maps = fopen(path, "r");
	snprintf(path, sizeof(path), "/proc/%d/mem", (int)t.pid);
	mem = open(path, O_RDONLY);
	assert_true(maps && mem >= 0);
	while (fgets(line, sizeof(line), maps)) {
		if (sscanf(line, "%lx-%lx %7s", &low, &high, mode) != 3 || mode[1] != 'w')
			continue;
		for (uint8_t *p = xmalloc(1 << 20); p; free(p), p = NULL)
			for (unsigned long at = low; at < high; at += (1 << 20) - 64) {
				unsigned long k = high - at < 1 << 20 ? high - at : 1 << 20;
				ssize_t got = pread(mem, p, k, (off_t)at);

				found = found || (got > 0 && memmem(p, (size_t)got, what, n));
			}
	}
	fclose(maps);
	close(mem);
	return found;
}

static int inspect(const char *path)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		execl(t.program, t.program, "inspect", path, (char *)NULL);
		_exit(127);
	}
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/*
 * What a node that was seized tells. While it runs its memory has the keys of its lease, and never a file's; after that not these, either; its
 * disk is noise all the time.
 */
static void seized(void **state)
{
	uint8_t more[CDN_CHUNK], object[CDN_OBJECT_SIZE];
	struct client *c;

	t.more = "disk_file = disk\ndisk_mib = 8\n";
	node_end(SIGTERM);
	assert_int_equal(chdir(t.dir), 0);
	node_start();
	greet(LEASE);
	fill_all();
	for (int i = 0; i < 40; i++) {
		rng_bytes(more, sizeof(more));
		rng_bytes(object, sizeof(object));
		assert_int_equal(cdn_core_fill(&t.core, object, 0, CDN_CHUNK, more), 0);
	}
	c = connect_one();
	assert_string_equal(ask_one(c, 0, 1 << 20), "bytes");
	assert_int_equal(inspect("disk"), 0);
	assert_true(memory_holds(t.core.epoch.node.token, 32)); /* so the search finds what is there */
	assert_false(memory_holds(t.object.key, 16) || memory_holds(t.content, 16) ||
	             memory_holds(t.core.epoch.core, 16));
	assert_int_equal(cdn_core_wipe(&t.core), 0);
	assert_string_equal(ask_one(c, 0, 4096), "FILE_TOKEN_INVALID");
	assert_false(memory_holds(t.core.epoch.node.token, 16) ||
	             memory_holds(t.core.epoch.node.request, 16));
	assert_false(memory_holds(t.core.lease_key, 16));
	greet(LEASE);
	for (int i = 0; i < 40; i++) {
		rng_bytes(object, sizeof(object));
		assert_int_equal(cdn_core_fill(&t.core, object, 0, CDN_CHUNK, more), 0);
	}
	node_end(SIGKILL);
	assert_true(disk_size() > 0);
	assert_int_equal(inspect("disk"), 0);
	client_free(c);
}

/* A limit on the size of files is a disk that is full: what does not fit is missing, nothing else. */
static void disk_full(void **state)
{
	struct cdn_report report;
	uint8_t more[CDN_CHUNK], object[CDN_OBJECT_SIZE];
	struct client *c;

	t.more = "disk_file = disk\ndisk_mib = 8\n";
	t.file_most = 300000;
	node_end(SIGTERM);
	assert_int_equal(chdir(t.dir), 0);
	node_start();
	greet(LEASE);
	for (int i = 0; i < 40; i++) {
		rng_bytes(more, sizeof(more));
		rng_bytes(object, sizeof(object));
		assert_int_equal(cdn_core_fill(&t.core, object, 0, CDN_CHUNK, more), 0);
	}
	fill_all();
	c = connect_one();
	assert_string_equal(ask_one(c, 0, 1 << 20), "bytes");
	assert_int_equal(cdn_core_lease(&t.core, CDN_ACTIVE, LEASE, &report), 0);
	assert_true(report.chunks >= 16 && report.chunks <= 18 && report.damaged == 0);
	client_free(c);
}

/* A file of the cache that somebody altered while the node runs: reupload, never wrong bytes. */
static void disk_altered(void **state)
{
	struct cdn_report report;
	uint8_t more[CDN_CHUNK], object[CDN_OBJECT_SIZE];
	struct client *c;
	uint32_t chunk;
	int fd;

	t.more = "disk_file = disk\ndisk_mib = 8\n";
	node_end(SIGTERM);
	assert_int_equal(chdir(t.dir), 0);
	node_start();
	greet(LEASE);
	fill_all();
	for (int i = 0; i < 40; i++) {
		rng_bytes(more, sizeof(more));
		rng_bytes(object, sizeof(object));
		assert_int_equal(cdn_core_fill(&t.core, object, 0, CDN_CHUNK, more), 0);
	}
	fd = open(in_dir("disk"), O_WRONLY);
	for (off_t at = 1000; at < disk_size(); at += 20000)
		assert_int_equal(pwrite(fd, "altered", 7, at), 7);
	close(fd);
	c = connect_one();
	assert_string_equal(ask(c, slice_of(t.token, sizeof(t.token)), 0, 1 << 20, &chunk), "reupload");
	assert_int_equal(chunk, 0);
	fill(0);
	expect_bytes(c);
	assert_int_equal(cdn_core_lease(&t.core, CDN_ACTIVE, LEASE, &report), 0);
	assert_true(report.damaged >= 1);
	client_free(c);
}

/* A connection without a call for ten seconds is closed. */
static void idle(void **state)
{
	struct client *c;
	usec_t at;

	greet(LEASE);
	fill_all();
	c = connect_one();
	expect_bytes(c);
	at = clock_usec();
	while (client_is_connected(c) && clock_usec() - at < 2 * WITHIN)
		client_loop_turn(t.loop, 100000);
	assert_true(clock_usec() - at > 9000000 && clock_usec() - at < 12000000);
	client_free(c);
}

/* All that comes for a request by HTTP. */
static const char *http(const char *request)
{
	static char all[16384];
	int fd = dial_raw(t.metrics);
	size_t n = 0;
	ssize_t k;

	assert_int_equal(write(fd, request, strlen(request)), strlen(request));
	while (n < sizeof(all) - 1 && (k = read(fd, all + n, sizeof(all) - 1 - n)) > 0)
		n += (size_t)k;
	close(fd);
	all[n] = 0;
	return all;
}

/* What a node counts is to be had by HTTP, if its operator says where; nothing else is. */
static void metrics(void **state)
{
	static const char get[] = "GET /metrics HTTP/1.0\r\n\r\n", health[] = "GET /healthz HTTP/1.0\r\n\r\n";
	struct client *c;

	assert_int_equal(t.metrics[0], 0);
	t.more = "metrics = 127.0.0.1:0\n";
	node_end(SIGTERM);
	node_start();
	assert_true(t.metrics[0] != 0);
	assert_non_null(strstr(http(health), " 503 "));
	assert_non_null(strstr(http(get), "\nchapar_lease_seconds 0\n"));
	greet(LEASE);
	assert_non_null(strstr(http(health), " 200 "));
	fill_all();
	c = connect_one();
	expect_bytes(c);
	assert_non_null(strstr(http(get), "\nchapar_hits_total 1\n"));
	assert_non_null(strstr(http(get), "\nchapar_fills_total 4\n"));
	assert_non_null(strstr(http(get), "\nchapar_connections "));
	assert_non_null(strstr(http("GET / HTTP/1.0\r\n\r\n"), " 404 "));
	client_free(c);
}

static int setup(void **state)
{
	snprintf(t.dir, sizeof(t.dir), "/tmp/chapar-cdn-XXXXXX");
	if (!mkdtemp(t.dir))
		return 1;
	t.more = NULL;
	t.file_most = 0;
	t.loop = client_loop_new();
	rng_bytes(t.secret, sizeof(t.secret));
	cdn_core_init(&t.core, DC);
	make_content();
	node_start();
	return 0;
}

static int teardown(void **state)
{
	static const char *const files[] = {"cdn.ini", "disk", "node.key"};

	cdn_core_fini(&t.core);
	node_end(SIGTERM);
	client_loop_free(t.loop);
	for (int i = 0; i < 3; i++)
		unlink(in_dir(files[i]));
	return chdir("/") != 0 || rmdir(t.dir) != 0;
}

#define ON_A_NODE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		ON_A_NODE(every_client),    ON_A_NODE(bare_and_bound),  ON_A_NODE(ranges),
		ON_A_NODE(tokens),          ON_A_NODE(other_methods),   ON_A_NODE(fills_and_drops),
		ON_A_NODE(revoke_and_wipe), ON_A_NODE(link_comes_back), ON_A_NODE(strangers),
		ON_A_NODE(newer_link),      ON_A_NODE(killed),          ON_A_NODE(lease_runs_out),
		ON_A_NODE(disk_full),       ON_A_NODE(disk_altered),    ON_A_NODE(idle),
		ON_A_NODE(seized),          ON_A_NODE(metrics),
	};

	if (argc < 2) {
		fprintf(stderr, "usage: test_cdn PROGRAM (of the node) [TEST]\n");
		return 2;
	}
	if (argc > 2)
		cmocka_set_test_filter(argv[2]);
	t.program = argv[1];
	signal(SIGPIPE, SIG_IGN);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
