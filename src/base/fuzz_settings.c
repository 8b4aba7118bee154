/*
 * fuzz_settings.c - the operator's INI file: whatever is in it, either every value fits its row, or one line says which does not
 * and where.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/settings.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static void must(bool what)
{
	if (!what)
		abort();
}

static void see_text(const char *section, const char *key, const char *value)
{
	struct settings s;

	must(value != NULL);
	settings_init(&s);
	must(settings_set(&s, section, key, value) == 0); /* what was taken is taken again */
	settings_fini(&s);
}

static void see_number(const char *section, const char *key, int64_t value)
{
	char text[32];

	must(value >= 0);
	snprintf(text, sizeof(text), "%lld", (long long)value);
	see_text(section, key, text);
}

#define SEE_STR(s, k, v)    see_text(s, k, v)
#define SEE_CHOICE(s, k, v) see_text(s, k, v)
#define SEE_INT(s, k, v)    see_number(s, k, v)
#define SEE_BOOL(s, k, v)   see_text(s, k, (v) ? "true" : "false")

static void see_all(const struct settings *s)
{
#define SETTING(kind, name, section, key, def, range, when, text) SEE_##kind(section, key, s->name);
#include "schema/settings.def"
#undef SETTING
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	int fd = memfd_create("settings", 0), r;
	char path[40], err[400] = "";
	struct settings s;

	must(fd >= 0 && write(fd, p, n) == (ssize_t)n);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	settings_init(&s);
	r = settings_read(&s, path, err, sizeof(err));
	must((r < 0) == (err[0] != '\0') && !strpbrk(err, "\n"));
	must(r == 0 || strncmp(err, path, strlen(path)) == 0);
	see_all(&s); /* as far as it was read */
	settings_fini(&s);
	close(fd);
	return 0;
}
