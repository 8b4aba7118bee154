/* admin.c - `chapar admin`: finds the command, asks the server through the socket in its data folder, prints the answer. */
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <jansson.h>

#include "base/mem.h"
#include "roles/admin_config.h"
#include "roles/admin_print.h"
#include "roles/restore.h"
#include "roles/role.h"

enum option_kind { OPT_TEXT, OPT_NUMBER };

struct command {
	const char *name;
	const char *arguments[2]; /* positional, by their names in the request */
	const char *options;      /* names, parted by blanks */
	const char *help;
};

static const struct command commands[] = {
	{"status", {NULL}, "", "is it well, who is online"},
	{"users list", {NULL}, "after limit", "accounts by id; --after ID goes on, --limit N (100)"},
	{"users show", {"user"}, "", "one account: an id, +PHONE or @username"},
	{"users add", {"phone"}, "name", "makes an account; --name \"First Last\""},
	{"users ban", {"user"}, "", "ends its sessions, refuses its number"},
	{"users unban", {"user"}, "", "lets it sign in again"},
	{"users delete", {"user"}, "", "ends the account for good; what others have of it stays"},
	{"sessions list", {"user"}, "", "where an account is signed in"},
	{"sessions end", {"user", "session"}, "", "one of them, or all"},
	{"codes", {NULL}, "", "login codes that wait; each reading is logged"},
	{"invites create",
         {NULL},
         "uses days note",
         "--uses N (1; 0: any number), --days N (0: never ends), --note TEXT"},
	{"invites list", {NULL}, "", "and how often each was used"},
	{"invites revoke", {"code"}, "", "who has signed up by it stays"},
	{"bots create",
         {"username"},
         "name owner hears-all groups inline",
         "an account for a program; prints its token once; --owner USER, --name NAME, --hears-all "
         "yes|no (no), --groups yes|no (yes), --inline TEXT"},
	{"bots list", {NULL}, "after limit", "bots by id; --after ID goes on, --limit N (100)"},
	{"bots set", {"user"}, "hears-all groups inline", "the same options for a bot that is there"},
	{"bots revoke", {"user"}, "", "another token; the old one and its sessions end"},
	{"jobs list", {NULL}, "limit", "what waits to be done, the soonest first; --limit N (100)"},
	{"reports list", {NULL}, "limit", "what people report of others, the oldest first; --limit N (100)"},
	{"reports close", {"report"}, "", "it is dealt with, and goes"},
	{"stats", {NULL}, "", "how much there is; reads whole indexes"},
	{"blobs stat", {NULL}, "", "contents of files: how many, how large, how much room is left"},
	{"blobs check",
         {NULL},
         "quick",
         "is all there and undamaged? reads every file; --quick: only sizes; exit code 1 if not"},
	{"blobs repair",
         {NULL},
         "quick",
         "the same, and mends: what is missing is noted as lost, what is damaged is set aside"},
	{"blobs gc", {NULL}, "", "drops now what nobody needs, which the server would do within a day"},
	{"media take-down",
         {"sha256"},
         "",
         "nobody gets this content any more, nor uploads it again: sha256sum of what was downloaded names "
         "it"},
	{"media allow", {"sha256"}, "", "it may be uploaded again; what was taken down stays so"},
	{"media refused",
         {NULL},
         "after limit",
         "what was taken down, by SHA-256; --after SHA256 goes on, --limit N (100)"},
	{"cdn", {NULL}, "watch", "CDN nodes: states, links, traffic; --watch: again each second"},
	{"cdn list", {NULL}, "watch", "the same"},
	{"cdn add",
         {"name"},
         "address link country homes lease min-size config-out",
         "plans a node; prints its configuration, with the secret of its link, once; --address IP:PORT for "
         "clients, --link HOST:PORT for us, --country IR,TM (all): whom it serves, --homes IR,TM (all): of "
         "whose files it "
         "may have, --lease SECONDS (120), --min-size KIB (256), --config-out FILE"},
	{"cdn license",
         {"dc"},
         "until text homes",
         "what allows it: --until 2027-03-31, --text TEXT, --homes IR,TM (or all): what is not given stays"},
	{"cdn activate",
         {"dc"},
         "why",
         "clients are sent to it, under new keys; --why TEXT, for the log, as below"},
	{"cdn drain", {"dc"}, "why", "nobody is sent to it any more; what was given out lasts two hours"},
	{"cdn revoke", {"dc"}, "why", "it is nothing to anybody any more, at once and for good"},
	{"cdn wipe",
         {"dc"},
         "lost",
         "a revoked node forgets all it had; --lost: it is gone, and its lease over"},
	{"cdn show", {"dc"}, "", "one node, with its counters and its key"},
	{"cdn audit",
         {"dc"},
         "",
         "asks it for something that it should have, as a client would; exit code 1 if other bytes, or none, "
         "come"},
	{"cdn log",
         {NULL},
         "after limit verify",
         "what befell nodes; --verify: is it as it was written? exit code 1 if not"},
	{"backup", {"file"}, "", "the database as it is now, while the server runs, into a new file"},
	{"restore",
         {"file"},
         "",
         "puts a backup in the place of the database; no server may run on the folder"},
};

#define N_COMMANDS (sizeof(commands) / sizeof(commands[0]))

static const struct option longs[] = {
	{"data", required_argument, NULL, 'd'},
	{"json", no_argument, NULL, 'j'},
	{"help", no_argument, NULL, 'h'},
	{"after", required_argument, NULL, 'A'},
	{"limit", required_argument, NULL, 'L'},
	{"uses", required_argument, NULL, 'U'},
	{"days", required_argument, NULL, 'D'},
	{"name", required_argument, NULL, 'N'},
	{"note", required_argument, NULL, 'O'},
	{"owner", required_argument, NULL, 'O'},
	{"hears-all", required_argument, NULL, 'O'},
	{"groups", required_argument, NULL, 'O'},
	{"inline", required_argument, NULL, 'O'},
	{"quick", no_argument, NULL, 'Q'},
	{"address", required_argument, NULL, 'O'},
	{"link", required_argument, NULL, 'O'},
	{"country", required_argument, NULL, 'O'},
	{"homes", required_argument, NULL, 'O'},
	{"lease", required_argument, NULL, 'L'},
	{"min-size", required_argument, NULL, 'L'},
	{"config-out", required_argument, NULL, 'O'},
	{"until", required_argument, NULL, 'O'},
	{"text", required_argument, NULL, 'O'},
	{"why", required_argument, NULL, 'O'},
	{"lost", no_argument, NULL, 'Q'},
	{"verify", no_argument, NULL, 'Q'},
	{"watch", no_argument, NULL, 'Q'},
	{NULL, 0, NULL, 0},
};

static void usage_of(FILE *f, const struct command *c)
{
	char line[120];
	int n = snprintf(line, sizeof(line), "%s", c->name);

	for (int i = 0; i < 2 && c->arguments[i]; i++)
		n += snprintf(line + n, sizeof(line) - (size_t)n, " %s", c->arguments[i]);
	for (char *p = line + strlen(c->name); *p; p++)
		*p = *p >= 'a' && *p <= 'z' ? (char)(*p - 32) : *p;
	fprintf(f, "  %-28s %s\n", line, c->help);
}

static void usage(FILE *f, const struct command *one)
{
	fprintf(f, "usage: chapar admin [--data DIR] [--json] COMMAND\n");
	for (size_t i = 0; i < N_COMMANDS; i++)
		if (!one || one == &commands[i])
			usage_of(f, &commands[i]);
	fprintf(f, "  --data DIR   the server's data folder (./chapar-data)\n"
	           "  --json       the answer as one JSON object\n"
	           "Exit code: 0 done, 1 failed, 2 wrong usage.\n");
}

/* The command that the first words name; *ret_n: how many they are. */
static const struct command *find(char **words, int n, int *ret_n)
{
	char two[64];

	for (int k = 2; k >= 1; k--) {
		if (n < k)
			continue;
		snprintf(two, sizeof(two), k == 2 ? "%s %s" : "%s", words[0], k == 2 ? words[1] : "");
		for (size_t i = 0; i < N_COMMANDS; i++)
			if (strcmp(commands[i].name, two) == 0) {
				*ret_n = k;
				return &commands[i];
			}
	}
	return NULL;
}

static bool takes(const struct command *c, const char *option)
{
	const char *at = strstr(c->options, option);
	size_t n = strlen(option);

	return at && (at[n] == ' ' || !at[n]);
}

/* --- the socket */

static int dial(const char *data)
{
	struct sockaddr_un u = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (snprintf(u.sun_path, sizeof(u.sun_path), "%s/admin.sock", data) >= (int)sizeof(u.sun_path)) {
		fprintf(stderr, "chapar admin: the path of the data folder is too long\n");
	} else if (fd >= 0 && connect(fd, (struct sockaddr *)&u, sizeof(u)) == 0) {
		return fd;
	} else if (errno == EACCES) {
		fprintf(stderr, "chapar admin: %s: you may not; run it as the server's user\n", u.sun_path);
	} else {
		fprintf(stderr,
		        "chapar admin: no server runs on %s; start it, or name its folder with --data\n",
		        data);
	}
	if (fd >= 0)
		close(fd);
	return -1;
}

static void show_progress(const char *name, const json_t *p)
{
	json_int_t done = json_integer_value(json_object_get(p, "done")),
		   all = json_integer_value(json_object_get(p, "all"));

	if (isatty(STDERR_FILENO) && all)
		fprintf(stderr, "\r%s: %lld %%%s", name, (long long)(done * 100 / all),
		        done == all ? "\n" : "");
}

static int show_answer(const json_t *v, bool as_json, const char *config_out)
{
	const char *error = json_string_value(json_object_get(v, "error"));
	json_t *ok = json_object_get(v, "ok");
	bool wrote = true, shown = error || admin_config_take(ok, config_out, as_json, &wrote);

	if (!shown) {
		; /* it was all */
	} else if (as_json) {
		json_dumpf(error ? v : ok, stdout, JSON_COMPACT);
		printf("\n");
	} else if (error) {
		fprintf(stderr, "chapar admin: %s\n", error);
	} else {
		admin_print(ok);
	}
	return error || !wrote || json_is_false(json_object_get(ok, "clean")) ? EXIT_FAILED : EXIT_OK;
}

static int converse(const char *data, const json_t *request, bool as_json)
{
	const char *name = json_string_value(json_object_get(request, "command")),
		   *config_out = json_string_value(json_object_get(request, "config-out"));
	char *text = json_dumps(request, JSON_COMPACT), *line = NULL;
	int fd = dial(data), code = -1;
	size_t size = 0;
	FILE *f;

	if (fd < 0) {
		free(text);
		return EXIT_FAILED;
	}
	f = fdopen(fd, "r+");
	fprintf(f, "%s\n", text);
	fflush(f);
	free(text);
	while (code < 0 && getline(&line, &size, f) > 0) {
		json_t *v = json_loads(line, 0, NULL);

		if (json_object_get(v, "progress"))
			show_progress(name, json_object_get(v, "progress"));
		else if (v)
			code = show_answer(v, as_json, config_out);
		json_decref(v);
	}
	if (code < 0)
		fprintf(stderr, "chapar admin: the server ended before it answered\n");
	free(line);
	fclose(f);
	return code < 0 ? EXIT_FAILED : code;
}

/* Until it fails, or somebody ends it. */
static int watch(const char *data, const json_t *request, bool as_json)
{
	int code;

	do {
		if (!as_json && isatty(STDOUT_FILENO))
			printf("\033[H\033[2J");
		code = converse(data, request, as_json);
		fflush(stdout);
	} while (code == EXIT_OK && sleep(1) == 0);
	return code;
}

/* --- the command line */

static int put_option(json_t *request, int o, const char *name, const char *value)
{
	char *end;
	long long n;

	if (o == 'Q')
		return json_object_set_new(request, name, json_true());
	if (o == 'N' || o == 'O')
		return json_object_set_new(request, name, json_string(value));
	n = strtoll(value, &end, 10);
	if (*end || !*value) {
		fprintf(stderr, "chapar admin: --%s takes a number, not %s\n", name, value);
		return -1;
	}
	return json_object_set_new(request, name, json_integer(n));
}

/* A file is named to the server by its whole path: it runs somewhere else. */
static char *whole_path(const char *file)
{
	char cwd[PATH_MAX], *out;

	if (*file == '/' || !getcwd(cwd, sizeof(cwd)))
		return xstrdup(file);
	out = xmalloc(strlen(cwd) + strlen(file) + 2);
	sprintf(out, "%s/%s", cwd, file);
	return out;
}

static int run(json_t *request, const char *data, bool as_json, char **words, int n)
{
	const struct command *c;
	const char *option;
	json_t *v;
	int used;

	c = n ? find(words, n, &used) : NULL;
	if (!c) {
		fprintf(stderr,
		        n ? "chapar admin: there is no command \"%s\"\n" : "chapar admin: which command?\n",
		        n ? words[0] : "");
		usage(stderr, NULL);
		return EXIT_USAGE;
	}
	json_object_foreach(request, option, v) if (!takes(c, option))
	{
		fprintf(stderr, "chapar admin: %s takes no --%s\n", c->name, option);
		return EXIT_USAGE;
	}
	for (int i = 0; i < 2 && c->arguments[i]; i++, used++) {
		char *value;

		if (used >= n) {
			fprintf(stderr, "chapar admin: %s: the %s is missing\n", c->name, c->arguments[i]);
			usage(stderr, c);
			return EXIT_USAGE;
		}
		value = strcmp(c->arguments[i], "file") == 0 ? whole_path(words[used]) : xstrdup(words[used]);
		json_object_set_new(request, c->arguments[i], json_string(value));
		free(value);
	}
	if (used < n) {
		fprintf(stderr, "chapar admin: %s: what is %s?\n", c->name, words[used]);
		usage(stderr, c);
		return EXIT_USAGE;
	}
	if (strcmp(c->name, "restore") == 0)
		return restore_run(data, json_string_value(json_object_get(request, "file")), as_json);
	json_object_set_new(request, "command", json_string(c->name));
	return json_object_get(request, "watch") ? watch(data, request, as_json)
	                                         : converse(data, request, as_json);
}

int role_admin(int argc, char **argv)
{
	json_t *request = json_object();
	const char *data = "./chapar-data";
	const struct command *one;
	bool as_json = false, help = false;
	int o, at, code;

	optind = 1;
	while ((o = getopt_long(argc, argv, "h", longs, &at)) != -1) {
		if (o == 'd')
			data = optarg;
		else if (o == 'j')
			as_json = true;
		else if (o == 'h')
			help = true;
		else if (o == '?' || put_option(request, o, longs[at].name, optarg) != 0) {
			fprintf(stderr, "`chapar admin --help` lists commands and options\n");
			json_decref(request);
			return EXIT_USAGE;
		}
	}
	if (help) {
		one = optind < argc ? find(argv + optind, argc - optind, &at) : NULL;
		usage(stdout, one);
		code = EXIT_OK;
	} else {
		code = run(request, data, as_json, argv + optind, argc - optind);
	}
	json_decref(request);
	return code;
}
