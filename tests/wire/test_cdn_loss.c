/*
 * test_cdn_loss.c - what is left of a node: when it is killed, when its lease ends, when it is seized, when its disk is full or altered. Argument:
 * its program.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "tests/wire/node.h"

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

	node.more = "key_file = node.key\ndisk_file = disk\ndisk_mib = 4\n";
	node_end(SIGTERM);
	assert_int_equal(chdir(node.dir), 0);
	node_start();
	node_greet(LEASE);
	node_fill_all();
	memcpy(boot, node.core.boot, sizeof(boot));
	c = node_connect_as(node_client(CLIENT_INTERMEDIATE, CLIENT_INNER_DC));
	node_expect_bytes(c);
	key = *client_key(c);
	client_free(c);
	node_end(SIGKILL);
	node_start();
	cfg = node_client(CLIENT_INTERMEDIATE, CLIENT_INNER_DC);
	assert_int_equal(client_address_of(node.listen, &cfg.to), 0);
	c = client_new(&cfg);
	client_set_key(c, &key);
	r = client_connect_wait(c, WITHIN, &code);
	if (r == 0)
		assert_string_equal(node_ask_one(c, 0, CDN_CHUNK), "-");
	client_free(c);
	c = node_connect(); /* the RSA key is the same */
	assert_string_equal(node_ask_one(c, 0, CDN_CHUNK), "FILE_TOKEN_INVALID"); /* nobody has greeted it */
	node_greet(LEASE);
	assert_memory_not_equal(boot, node.core.boot, sizeof(boot));
	assert_string_equal(node_ask(c, slice_of(node.token, sizeof(node.token)), 0, CDN_CHUNK, &chunk),
	                    "reupload");
	client_free(c);
}

static off_t disk_size(void)
{
	struct stat st;

	return stat(node_path("disk"), &st) == 0 ? st.st_size : -1;
}

/* No renewal: at the lease's end nothing is answered, and nothing is left. */
static void lease_runs_out(void **state)
{
	struct client *c;
	usec_t at;

	node_start_with_disk();
	node_greet(CDN_LEASE_MIN);
	at = clock_usec();
	node_fill_all();
	node_fill_others(); /* more than RAM holds: the first are on disk then */
	assert_true(disk_size() > 0);
	c = node_connect();
	assert_string_equal(node_ask_one(c, 0, 1 << 20), "bytes"); /* from the disk */
	while (strcmp(node_ask_one(c, 0, CDN_CHUNK), "bytes") == 0 && clock_usec() - at < WITHIN)
		usleep(50000);
	assert_string_equal(node_ask_one(c, 0, CDN_CHUNK), "FILE_TOKEN_INVALID");
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

	snprintf(path, sizeof(path), "/proc/%d/maps", (int)node.pid);
	maps = fopen(path, "r");
	snprintf(path, sizeof(path), "/proc/%d/mem", (int)node.pid);
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
		execl(node.program, node.program, "inspect", path, (char *)NULL);
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
	struct client *c;

	node_start_with_disk();
	node_greet(LEASE);
	node_fill_all();
	node_fill_others();
	c = node_connect();
	assert_string_equal(node_ask_one(c, 0, 1 << 20), "bytes");
	assert_int_equal(inspect("disk"), 0);
	assert_true(memory_holds(node.core.epoch.node.token, 32)); /* so the search finds what is there */
	assert_false(memory_holds(node.object.key, 16) || memory_holds(node.content, 16) ||
	             memory_holds(node.core.epoch.core, 16));
	assert_int_equal(cdn_core_wipe(&node.core), 0);
	assert_string_equal(node_ask_one(c, 0, 4096), "FILE_TOKEN_INVALID");
	assert_false(memory_holds(node.core.epoch.node.token, 16) ||
	             memory_holds(node.core.epoch.node.request, 16));
	assert_false(memory_holds(node.core.lease_key, 16));
	node_greet(LEASE);
	node_fill_others();
	node_end(SIGKILL);
	assert_true(disk_size() > 0);
	assert_int_equal(inspect("disk"), 0);
	client_free(c);
}

/* A limit on the size of files is a disk that is full: what does not fit is missing, nothing else. */
static void disk_full(void **state)
{
	struct cdn_report report;
	struct client *c;

	node.file_most = 300000;
	node_start_with_disk();
	node_greet(LEASE);
	node_fill_others();
	node_fill_all();
	c = node_connect();
	assert_string_equal(node_ask_one(c, 0, 1 << 20), "bytes");
	assert_int_equal(cdn_core_lease(&node.core, CDN_ACTIVE, LEASE, &report), 0);
	assert_true(report.chunks >= 16 && report.chunks <= 18 && report.damaged == 0);
	client_free(c);
}

/* A file of the cache that somebody altered while the node runs: reupload, never wrong bytes. */
static void disk_altered(void **state)
{
	struct cdn_report report;
	struct client *c;
	uint32_t chunk;
	int fd;

	node_start_with_disk();
	node_greet(LEASE);
	node_fill_all();
	node_fill_others();
	fd = open(node_path("disk"), O_WRONLY);
	for (off_t at = 1000; at < disk_size(); at += 20000)
		assert_int_equal(pwrite(fd, "altered", 7, at), 7);
	close(fd);
	c = node_connect();
	assert_string_equal(node_ask(c, slice_of(node.token, sizeof(node.token)), 0, 1 << 20, &chunk),
	                    "reupload");
	assert_int_equal(chunk, 0);
	node_fill(0);
	node_expect_bytes(c);
	assert_int_equal(cdn_core_lease(&node.core, CDN_ACTIVE, LEASE, &report), 0);
	assert_true(report.damaged >= 1);
	client_free(c);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		ON_A_NODE(killed),       ON_A_NODE(lease_runs_out), ON_A_NODE(disk_full),
		ON_A_NODE(disk_altered), ON_A_NODE(seized),
	};

	return node_arguments(argc, argv) ? cmocka_run_group_tests(tests, NULL, NULL) : 2;
}
