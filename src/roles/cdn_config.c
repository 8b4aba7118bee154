/* cdn_config.c - see cdn_config.h. */
#include "roles/cdn_config.h"

#include <errno.h>
#include <fcntl.h>
#include <ini.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/mem.h"
#include "crypto/hash.h"

enum { HEX = 64 };

static const struct row {
	const char *key, *def;
	size_t offset;
	bool is_number;
	int64_t least, most;
	const char *text;
} rows[] = {
#define TEXT(key, def, text)                                                                                 \
	{                                                                                                    \
#key, def, offsetof(struct cdn_config, key), false, 0, 0, text                               \
	}
#define NUMBER(key, def, least, most, text)                                                                  \
	{                                                                                                    \
#key, def, offsetof(struct cdn_config, key), true, least, most, text                         \
	}
	NUMBER(dc, "", 200, 1000,
               "The DC id that `chapar admin cdn add` gave to this node: 200 to 1000. Never another node's."),
	TEXT(listen, "0.0.0.0:4430", "Where clients connect; may be repeated."),
	TEXT(link, "0.0.0.0:4431", "Where the core connects. Only the core needs to reach it."),
	TEXT(secret, "", "The link secret, 64 hex digits, as `chapar admin cdn add` said it."),
	TEXT(secret_file, "", "Or a file with it, that nobody else can read."),
	TEXT(key_file, "",
             "The node's RSA key, made if it is not there. Empty: a new one in RAM at each start, which the "
             "core learns by the link."),
	NUMBER(ram_mib, "512", 1, 1 << 20, "Memory for chunks, MiB."),
	TEXT(disk_file, "",
             "A file for what does not fit there; sealed by a key that is in RAM alone. Empty: none."),
	NUMBER(disk_mib, "0", 0, 1 << 26, "Its size, MiB."),
	NUMBER(loops, "0", 0, 16, "Threads that speak with clients. 0: one for each processor, at most 4."),
	TEXT(metrics, "",
             "HOST:PORT where Prometheus finds GET /metrics, and /healthz: for the operator alone. Empty: "
             "nowhere."),
	TEXT(log, "notice", "error, warning, notice, info or debug."),
};

#define N_ROWS (sizeof(rows) / sizeof(rows[0]))

struct reading {
	struct cdn_config *c;
	bool listens; /* the file says where */
	char why[300];
};

static int wrong(char *why, size_t n, int r, const char *fmt, ...) __attribute__((format(printf, 4, 5)));
static int wrong(char *why, size_t n, int r, const char *fmt, ...)
{
	va_list a;

	va_start(a, fmt);
	vsnprintf(why, n, fmt, a);
	va_end(a);
	return r;
}

static int put_number(const struct row *r, int64_t *at, const char *value)
{
	char *end;
	long long n;

	if (!*value)
		return 0;
	errno = 0;
	n = strtoll(value, &end, 10);
	if (errno || *end || n < r->least || n > r->most)
		return -ERR_INVALID;
	*at = n;
	return 0;
}

static int put(struct cdn_config *c, const struct row *r, const char *value)
{
	char **at = (char **)((char *)c + r->offset);

	if (r->is_number)
		return put_number(r, (int64_t *)at, value);
	free(*at);
	*at = xstrdup(value);
	return 0;
}

static void add_listen(struct reading *rd, const char *value)
{
	char *had = rd->listens ? rd->c->listen : xstrdup(""),
	     *both = xmalloc(strlen(had) + strlen(value) + 2);

	if (!rd->listens)
		free(rd->c->listen);
	sprintf(both, "%s%s%s", had, *had ? " " : "", value);
	free(had);
	rd->c->listen = both;
	rd->listens = true;
}

static int on_line(void *user, const char *section, const char *key, const char *value)
{
	struct reading *rd = user;

	for (size_t i = 0; i < N_ROWS; i++) {
		if (strcmp(rows[i].key, key) != 0 || (*section && strcmp(section, "cdn") != 0))
			continue;
		if (rows[i].offset == offsetof(struct cdn_config, listen)) {
			add_listen(rd, value);
			return 1;
		}
		if (put(rd->c, &rows[i], value) == 0)
			return 1;
		wrong(rd->why, sizeof(rd->why), 0, "%s takes a number from %lld to %lld, not \"%s\"", key,
		      (long long)rows[i].least, (long long)rows[i].most, value);
		return 0;
	}
	if (!rd->why[0])
		wrong(rd->why, sizeof(rd->why), 0, "no setting %s; `chapar cdn --explain` lists them", key);
	return 0;
}

static int digit(char c)
{
	static const char all[] = "0123456789abcdef";
	const char *at = c ? strchr(all, c >= 'A' && c <= 'F' ? c + 32 : c) : NULL;

	return at ? (int)(at - all) : -1;
}

static int from_hex(const char *s, uint8_t out[32])
{
	size_t n = strlen(s);

	while (n && strchr(" \t\r\n", s[n - 1]))
		n--;
	if (n != HEX)
		return -ERR_INVALID;
	for (size_t i = 0; i < 32; i++) {
		int high = digit(s[2 * i]), low = digit(s[2 * i + 1]);

		if (high < 0 || low < 0)
			return -ERR_INVALID;
		out[i] = (uint8_t)(high << 4 | low);
	}
	return 0;
}

static int read_secret_file(struct cdn_config *c, char *err, size_t err_n)
{
	CLEANUP_FD int fd = open(c->secret_file, O_RDONLY | O_CLOEXEC);
	char text[HEX + 16] = "";
	struct stat st;
	int r;

	if (fd < 0 || fstat(fd, &st) != 0)
		return wrong(err, err_n, -ERR_NOTFOUND, "secret_file %s: %s", c->secret_file,
		             strerror(errno));
	if (st.st_mode & 077)
		return wrong(err, err_n, -ERR_DENIED, "secret_file %s can be read by others; chmod 600 it",
		             c->secret_file);
	r = read(fd, text, sizeof(text) - 1) > 0 ? from_hex(text, c->secret_bytes) : -ERR_INVALID;
	wipe(text, sizeof(text));
	return r == 0 ? 0
	              : wrong(err, err_n, r, "secret_file %s does not hold 64 hex digits", c->secret_file);
}

/* What is wrong with all of it together. */
static int check(struct cdn_config *c, char *err, size_t err_n)
{
	if (!c->dc)
		return wrong(err, err_n, -ERR_INVALID,
		             "dc is not set; it is the id that `chapar admin cdn add` said, 200 to 1000");
	if (!c->secret[0] && !c->secret_file[0])
		return wrong(err, err_n, -ERR_INVALID,
		             "secret is not set; it is the 64 hex digits that `chapar admin cdn add` said "
		             "(or secret_file)");
	if (c->secret[0] && c->secret_file[0])
		return wrong(err, err_n, -ERR_INVALID, "secret and secret_file are both set; leave one");
	if (!c->disk_file[0] != !c->disk_mib)
		return wrong(err, err_n, -ERR_INVALID,
		             "disk_file and disk_mib go together; set both or none");
	if (c->secret_file[0])
		return read_secret_file(c, err, err_n);
	return from_hex(c->secret, c->secret_bytes) == 0
	               ? 0
	               : wrong(err, err_n, -ERR_INVALID, "secret is not 64 hex digits");
}

int cdn_config_read(struct cdn_config *c, const char *path, char *err, size_t err_n)
{
	struct reading rd = {.c = c};
	char why[400];
	FILE *f;
	int line, r;

	memset(c, 0, sizeof(*c));
	for (size_t i = 0; i < N_ROWS; i++)
		put(c, &rows[i], rows[i].def);
	f = fopen(path, "r");
	if (!f)
		return wrong(err, err_n, err_from_errno(errno), "%s: %s", path, strerror(errno));
	line = ini_parse_file(f, on_line, &rd);
	fclose(f);
	if (line)
		return wrong(err, err_n, -ERR_INVALID, "%s:%d: %s", path, line,
		             rd.why[0] ? rd.why : "not `key = value`, `[cdn]` or a comment");
	r = check(c, why, sizeof(why));
	return r == 0 ? 0 : wrong(err, err_n, r, "%s: %s", path, why);
}

void cdn_config_fini(struct cdn_config *c)
{
	if (c->secret)
		wipe(c->secret, strlen(c->secret));
	for (size_t i = 0; i < N_ROWS; i++)
		if (!rows[i].is_number)
			free(*(char **)((char *)c + rows[i].offset));
	wipe(c, sizeof(*c));
}

void cdn_config_explain(void)
{
	printf("[cdn]\n");
	for (size_t i = 0; i < N_ROWS; i++)
		printf("# %s\n%s%s = %s\n", rows[i].text, rows[i].def[0] ? "" : "# ", rows[i].key,
		       rows[i].def);
}
