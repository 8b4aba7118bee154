/* test_settings.c - what a setting takes: choices and ranges are those that its row names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/err.h"
#include "base/settings.h"

static void values(void **state)
{
	static const struct {
		const char *section, *key, *value;
		bool ok;
	} cases[] = {
		{"server", "log", "debug", true},
		{"server", "log", "loud", false},
		{"server", "log", "", false},
		{"server", "log", "err", false},
		{"server", "log", "error, warning", false},
		{"signup", "mode", "invite", true},
		{"signup", "mode", "", true},
		{"signup", "mode", "Open", false},
		{"server", "loops", "0", true},
		{"server", "loops", "16", true},
		{"server", "loops", "17", false},
		{"server", "loops", "-1", false},
		{"server", "loops", "2x", false},
		{"server", "loops", "", false},
		{"server", "loops", "99999999999999999999", false},
		{"account", "ttl_days", "0", true},
		{"account", "ttl_days", "-5", false},
		{"media", "max_file_mib", "0", false},
		{"media", "max_file_mib", "4000", true},
		{"media", "max_file_mib", "4001", false},
		{"media", "upload_ttl_hours", "5", false},
		{"media", "upload_ttl_hours", "6", true},
		{"media", "threads", "0", true},
		{"media", "threads", "65", false},
		{"server", "test_numbers", "yes", false},
		{"server", "test_numbers", "true", true},
	};
	struct settings s;

	settings_init(&s);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int r = settings_set(&s, cases[i].section, cases[i].key, cases[i].value);

		if (r != (cases[i].ok ? 0 : -ERR_INVALID))
			print_error("[%s] %s = %s\n", cases[i].section, cases[i].key, cases[i].value);
		assert_int_equal(r, cases[i].ok ? 0 : -ERR_INVALID);
	}
	assert_int_equal(settings_set(&s, "server", "nothing", "1"), -ERR_NOTFOUND);
	assert_int_equal(s.loops, 16);
	settings_fini(&s);
}

/* Every default is something that may be written. */
static void defaults(void **state)
{
	struct settings s;

	settings_init(&s);
#define SETTING(kind, name, section, key, def, range, when, text)                                            \
	assert_int_equal(settings_set(&s, section, key, def), 0);
#include "schema/settings.def"
#undef SETTING
	settings_fini(&s);
}

static void wrong_file(const char *text, const char *says)
{
	char path[] = "/tmp/chapar-settings-XXXXXX", err[512];
	int fd = mkstemp(path);
	struct settings s;

	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	settings_init(&s);
	assert_int_equal(settings_read(&s, path, err, sizeof(err)), -ERR_INVALID);
	if (!strstr(err, says))
		print_error("%s\n", err);
	assert_non_null(strstr(err, says));
	settings_fini(&s);
	unlink(path);
}

static void files(void **state)
{
	struct settings s;
	char err[512];

	wrong_file("[server]\nlog = loud\n", ":2: [server] log takes error, warning");
	wrong_file("[server]\nloops = 99\n", ":2: [server] loops takes 0 to 16, not \"99\"");
	wrong_file("[server]\n\nnonsense = 1\n", ":3: no setting [server] nonsense");
	wrong_file("[nowhere]\nlog = info\n", "no setting [nowhere] log");
	wrong_file("[server\n", ":1: ");
	wrong_file("what is this\n", ":1: ");
	settings_init(&s);
	assert_int_equal(settings_read(&s, "/nowhere", err, sizeof(err)), -ERR_NOTFOUND);
	settings_fini(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(values), cmocka_unit_test(defaults),
	                                   cmocka_unit_test(files)};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
