/* admin_print.c - see admin_print.h. */
#include "roles/admin_print.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"

enum { WIDTH_MAX = 60, COLUMNS_MAX = 16 };

/* A value as text, malloced; control characters of other people's names do not reach the terminal. */
static char *text_of(const json_t *v)
{
	char *s, number[32];

	if (json_is_string(v))
		s = xstrdup(json_string_value(v));
	else if (json_is_integer(v)) {
		snprintf(number, sizeof(number), "%lld", (long long)json_integer_value(v));
		s = xstrdup(number);
	} else if (json_is_boolean(v))
		s = xstrdup(json_is_true(v) ? "yes" : "no");
	else
		s = xstrdup("-");
	for (unsigned char *p = (unsigned char *)s; *p; p++)
		if (*p < ' ' || *p == 0x7f)
			*p = ' ';
		else if (p[0] == 0xc2 && p[1] >= 0x80 &&
		         p[1] < 0xa0) /* U+0080 to U+009F: terminals obey them too */
			p[0] = p[1] = ' ';
	return s;
}

/* Code points, which is near enough to columns. */
static int width_of(const char *s)
{
	int n = 0;

	for (; *s; s++)
		n += ((unsigned char)*s & 0xc0) != 0x80;
	return n;
}

static void put_cell(const char *s, int width, int last)
{
	printf("%s%*s", s, last ? 0 : width - width_of(s) + 2, "");
}

static void print_rows(const json_t *rows)
{
	const char *names[COLUMNS_MAX];
	int widths[COLUMNS_MAX], n = 0;
	const char *key;
	json_t *row, *v;
	size_t i;

	json_object_foreach(json_array_get(rows, 0), key, v) if (n < COLUMNS_MAX)
	{
		names[n] = key;
		widths[n++] = width_of(key);
	}
	json_array_foreach(rows, i, row) for (int k = 0; k < n; k++)
	{
		char *s = text_of(json_object_get(row, names[k]));
		int w = width_of(s);

		if (w > widths[k])
			widths[k] = w > WIDTH_MAX ? WIDTH_MAX : w;
		free(s);
	}
	for (int k = 0; k < n; k++)
		put_cell(names[k], widths[k], k == n - 1);
	printf("\n");
	json_array_foreach(rows, i, row)
	{
		for (int k = 0; k < n; k++) {
			char *s = text_of(json_object_get(row, names[k]));

			put_cell(s, widths[k] > width_of(s) ? widths[k] : width_of(s), k == n - 1);
			free(s);
		}
		printf("\n");
	}
}

void admin_print(const json_t *answer)
{
	const json_t *rows = json_object_get(answer, "rows");
	const char *key;
	json_t *v;

	if (json_array_size(rows))
		print_rows(rows);
	else if (rows)
		printf("none\n");
	json_object_foreach((json_t *)(uintptr_t)answer, key, v) if (v != rows)
	{
		char *s = text_of(v);

		printf("%s: %s\n", key, s);
		free(s);
	}
}
