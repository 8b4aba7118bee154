/* node.c - see node.h. */
#include "tests/wire/node.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/err.h"
#include "cdnwire/call.h"
#include "crypto/rng.h"

struct node node;

const char *node_path(const char *name)
{
	static char path[160];

	snprintf(path, sizeof(path), "%s/%s", node.dir, name);
	return path;
}

static void write_config(void)
{
	FILE *f = fopen(node_path("cdn.ini"), "w");

	fprintf(f, "[cdn]\ndc = %d\nlisten = 127.0.0.1:0\nlink = 127.0.0.1:0\nram_mib = 2\nloops = 2\n%s", DC,
	        node.more ? node.more : "");
	fprintf(f, "secret = ");
	for (int i = 0; i < CDN_SECRET_SIZE; i++)
		fprintf(f, "%02x", node.secret[i]);
	fprintf(f, "\n");
	fclose(f);
}

static void node_main(int out)
{
	struct rlimit l;

	if (node.file_most) {
		getrlimit(RLIMIT_FSIZE, &l);
		l.rlim_cur = node.file_most;
		setrlimit(RLIMIT_FSIZE, &l);
	}
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	dup2(out, STDOUT_FILENO);
	execl(node.program, node.program, "--config", node_path("cdn.ini"), (char *)NULL);
	_exit(127);
}

void node_start(void)
{
	char line[300] = "", key[20];
	int p[2], dc;
	FILE *f;

	write_config();
	assert_int_equal(pipe(p), 0);
	node.pid = fork();
	if (node.pid == 0)
		node_main(p[1]);
	close(p[1]);
	f = fdopen(p[0], "r");
	assert_non_null(fgets(line, sizeof(line), f));
	fclose(f);
	assert_int_equal(
		sscanf(line, "ready listen=%63s link=%63s dc=%d key=%19s", node.listen, node.link, &dc, key),
		4);
	assert_int_equal(dc, DC);
	node.metrics[0] = 0;
	if (strstr(line, " metrics="))
		sscanf(strstr(line, " metrics="), " metrics=%63s", node.metrics);
}

void node_end(int sig)
{
	usec_t at = clock_usec();
	int status;

	if (!node.pid)
		return;
	kill(node.pid, sig);
	assert_int_equal(waitpid(node.pid, &status, 0), node.pid);
	node.pid = 0;
	if (sig == SIGTERM)
		assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0 && clock_usec() - at < 5000000);
}

void node_start_with_disk(void)
{
	node.more = "disk_file = disk\ndisk_mib = 8\n";
	node_end(SIGTERM);
	assert_int_equal(chdir(node.dir), 0);
	node_start();
}

void node_greet(uint32_t lease)
{
	usec_t until = clock_usec() + WITHIN;
	int r;

	while ((r = cdn_core_greet(&node.core, node.link, node.secret, CDN_ACTIVE, lease)) < 0 &&
	       clock_usec() < until)
		usleep(50000);
	assert_int_equal(r, 0);
}

void node_fill(uint32_t chunk)
{
	assert_int_equal(
		cdn_core_fill(&node.core, node.object.id, chunk, SIZE, node.bytes + chunk * CDN_CHUNK), 0);
}

void node_fill_all(void)
{
	for (uint32_t i = 0; i * CDN_CHUNK < SIZE; i++)
		node_fill(i);
}

void node_fill_others(void)
{
	uint8_t more[CDN_CHUNK], object[CDN_OBJECT_SIZE];

	for (int i = 0; i < 40; i++) {
		rng_bytes(more, sizeof(more));
		rng_bytes(object, sizeof(object));
		assert_int_equal(cdn_core_fill(&node.core, object, 0, CDN_CHUNK, more), 0);
	}
}

static void make_content(void)
{
	rng_bytes(node.content, sizeof(node.content));
	rng_bytes(node.bytes, sizeof(node.bytes));
	cdn_object_of(&node.core.epoch, node.content, &node.object);
	cdn_token_make(&node.core.epoch, node.content, SIZE, clock_unix(), node.token);
}

struct client_config node_client(enum client_transport tr, enum client_inner inner)
{
	return (struct client_config){
		.loop = node.loop,
		.transport = tr,
		.header_dc = DC,
		.auth = {.rsa = node.core.rsa, .inner = inner, .dc = DC, .expires_in = 86400},
		.no_bind = true,
		.init = CLIENT_INIT_ONCE,
		.layer = 228};
}

struct client *node_connect_as(struct client_config cfg)
{
	struct client *c;
	int r;

	assert_int_equal(client_address_of(node.listen, &cfg.to), 0);
	c = client_new(&cfg);
	r = client_connect_wait(c, WITHIN, NULL);
	if (r < 0)
		print_error("%s: %s: %s\n", client_transport_name(cfg.transport), err_name(r),
		            client_error(c));
	assert_int_equal(r, 0);
	return c;
}

struct client *node_connect(void)
{
	return node_connect_as(node_client(CLIENT_OBFUSCATED_PADDED, CLIENT_INNER_TEMP_DC));
}

const char *node_ask(struct client *c, struct slice token, int64_t offset, int32_t limit, uint32_t *ret_chunk)
{
	static char error[64];
	struct client_result x;
	struct buf q = {0};
	struct rd r;
	struct slice s;
	uint32_t id;
	struct cdn_request missing;

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
				cdn_request_open(&node.core.epoch.node, token, s, clock_unix(), &missing), 0);
			*ret_chunk = missing.chunk;
			snprintf(error, sizeof(error), "reupload");
		} else {
			int64_t want = offset >= SIZE ? 0 : SIZE - offset < limit ? SIZE - offset : limit;

			assert_int_equal(id, CDN_FILE);
			assert_int_equal(s.n, want);
			assert_memory_equal(s.p, node.bytes + (want ? offset : 0), want);
			snprintf(error, sizeof(error), "bytes");
		}
	}
	client_result_fini(&x);
	buf_fini(&q);
	return error;
}

const char *node_ask_one(struct client *c, int64_t offset, int32_t limit)
{
	uint32_t chunk;

	return node_ask(c, slice_of(node.token, sizeof(node.token)), offset, limit, &chunk);
}

void node_expect_bytes(struct client *c)
{
	assert_string_equal(node_ask_one(c, 0, CDN_CHUNK), "bytes");
}

int node_setup(void **state)
{
	snprintf(node.dir, sizeof(node.dir), "/tmp/chapar-cdn-XXXXXX");
	if (!mkdtemp(node.dir))
		return 1;
	node.more = NULL;
	node.file_most = 0;
	node.loop = client_loop_new();
	rng_bytes(node.secret, sizeof(node.secret));
	cdn_core_init(&node.core, DC);
	make_content();
	node_start();
	return 0;
}

int node_teardown(void **state)
{
	static const char *const files[] = {"cdn.ini", "disk", "node.key"};

	cdn_core_fini(&node.core);
	node_end(SIGTERM);
	client_loop_free(node.loop);
	for (int i = 0; i < 3; i++)
		unlink(node_path(files[i]));
	return chdir("/") != 0 || rmdir(node.dir) != 0;
}

bool node_arguments(int argc, char **argv)
{
	if (argc < 2) {
		fprintf(stderr, "usage: %s PROGRAM (of the node) [TEST]\n", argv[0]);
		return false;
	}
	if (argc > 2)
		cmocka_set_test_filter(argv[2]);
	node.program = argv[1];
	signal(SIGPIPE, SIG_IGN);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return true;
}
