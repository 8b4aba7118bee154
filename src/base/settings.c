/* settings.c - see settings.h. */
#include "base/settings.h"

#include <errno.h>
#include <ini.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"

enum kind { KIND_STR, KIND_CHOICE, KIND_INT, KIND_BOOL };

struct row {
	enum kind kind;
	const char *section, *key, *def, *range, *when, *text;
	size_t offset;
};

static const struct row rows[] = {
#define SETTING(kind, name, section, key, def, range, when, text)                                            \
	{KIND_##kind, section, key, def, range, when, text, offsetof(struct settings, name)},
#include "schema/settings.def"
#undef SETTING
};

#define N_ROWS (sizeof(rows) / sizeof(rows[0]))

static bool is_text(const struct row *r)
{
	return r->kind == KIND_STR || r->kind == KIND_CHOICE;
}

/* One of the words of "a, b, c". */
static bool is_choice(const char *words, const char *value)
{
	size_t n = strlen(value), k;

	for (; *words; words += k + strspn(words + k, ", ")) {
		k = strcspn(words, ", ");
		if (k == n && memcmp(words, value, n) == 0)
			return true;
	}
	return false;
}

/* What the words of a range say of a number: see settings.def. */
static bool is_in_range(const char *range, long long n)
{
	const char *to = strstr(range, " to "), *least = strstr(range, "at least "), *at;

	if (n < 0)
		return false;
	if (n == 0 && (strncmp(range, "0 for", 5) == 0 || strstr(range, " 0 for")))
		return true;
	if (least)
		return n >= strtoll(least + 9, NULL, 10);
	if (!to)
		return true;
	for (at = to; at > range && at[-1] >= '0' && at[-1] <= '9'; at--)
		;
	return n >= strtoll(at, NULL, 10) && n <= strtoll(to + 4, NULL, 10);
}

static int put(struct settings *s, const struct row *r, const char *value)
{
	void *at = (char *)s + r->offset;
	char *end;
	long long n;

	switch (r->kind) {
	case KIND_CHOICE:
		if (!is_choice(r->range, value) && strcmp(value, r->def) != 0)
			return -ERR_INVALID;
		/* fall through */
	case KIND_STR:
		free(*(char **)at);
		*(char **)at = xstrdup(value);
		return 0;
	case KIND_INT:
		errno = 0;
		n = strtoll(value, &end, 10);
		if (errno || end == value || *end || !is_in_range(r->range, n))
			return -ERR_INVALID;
		*(int64_t *)at = n;
		return 0;
	case KIND_BOOL:
		if (strcmp(value, "true") != 0 && strcmp(value, "false") != 0)
			return -ERR_INVALID;
		*(bool *)at = value[0] == 't';
		return 0;
	}
	return -ERR_INVALID;
}

void settings_init(struct settings *s)
{
	memset(s, 0, sizeof(*s));
	for (size_t i = 0; i < N_ROWS; i++)
		put(s, &rows[i], rows[i].def);
}

void settings_fini(struct settings *s)
{
	for (size_t i = 0; i < N_ROWS; i++)
		if (is_text(&rows[i]))
			free(*(char **)((char *)s + rows[i].offset));
	memset(s, 0, sizeof(*s));
}

static const struct row *find(const char *section, const char *key)
{
	for (size_t i = 0; i < N_ROWS; i++)
		if (strcmp(rows[i].section, section) == 0 && strcmp(rows[i].key, key) == 0)
			return &rows[i];
	return NULL;
}

int settings_set(struct settings *s, const char *section, const char *key, const char *value)
{
	const struct row *r = find(section, key);

	return r ? put(s, r, value) : -ERR_NOTFOUND;
}

struct reading {
	struct settings *s;
	char why[300]; /* of the first line that is refused; the parser says which line it was */
};

static int on_line(void *user, const char *section, const char *key, const char *value)
{
	struct reading *rd = user;
	const struct row *r = find(section, key);

	if (r && put(rd->s, r, value) == 0)
		return 1;
	if (rd->why[0])
		return 0;
	if (!r)
		snprintf(rd->why, sizeof(rd->why), "no setting [%s] %s; `chapar config --explain` lists them",
		         section, key);
	else
		snprintf(rd->why, sizeof(rd->why), "[%s] %s takes %s, not \"%s\"", section, key, r->range,
		         value);
	return 0;
}

int settings_read(struct settings *s, const char *path, char *err, size_t err_n)
{
	struct reading rd = {.s = s};
	FILE *f = fopen(path, "r");
	int line;

	if (!f) {
		snprintf(err, err_n, "%s: %s", path, strerror(errno));
		return err_from_errno(errno);
	}
	line = ini_parse_file(f, on_line, &rd);
	fclose(f);
	if (line)
		snprintf(err, err_n, "%s:%d: %s", path, line,
		         rd.why[0] ? rd.why : "not `[section]`, `key = value` or a comment");
	return line ? -ERR_INVALID : 0;
}

/* A paragraph as comments: a reader of INI files need not take lines of any length. */
static void print_comment(const char *text)
{
	enum { WIDTH = 120 };
	size_t n;

	while ((n = strlen(text)) > WIDTH) {
		for (n = WIDTH; n > 0 && text[n] != ' '; n--)
			;
		printf("# %.*s\n", (int)n, text);
		text += n + 1;
	}
	printf("# %s\n", text);
}

void settings_explain(void)
{
	const char *section = "";

	for (size_t i = 0; i < N_ROWS; i++) {
		if (strcmp(section, rows[i].section) != 0)
			printf("%s[%s]\n", i ? "\n" : "", rows[i].section);
		section = rows[i].section;
		print_comment(rows[i].text);
		printf("# Takes %s; in force from %s.\n", rows[i].range, rows[i].when);
		printf("%s%s = %s\n", rows[i].def[0] ? "" : "# ", rows[i].key, rows[i].def);
	}
}
