/* options.c - the command line of serve, over the settings of its file. */
#include "roles/options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "roles/role.h"

static const struct option longs[] = {
	{"data", required_argument, NULL, 'd'},
	{"listen", required_argument, NULL, 'l'},
	{"http", required_argument, NULL, 'w'},
	{"public", required_argument, NULL, 'p'},
	{"test-numbers", no_argument, NULL, 't'},
	{"config", required_argument, NULL, 'c'},
	{"log", required_argument, NULL, 'v'},
	{"help", no_argument, NULL, 'h'},
	{NULL, 0, NULL, 0},
};

static const char help[] =
	"usage: chapar serve [options]\n"
	"  --data DIR           everything is kept here (./chapar-data)\n"
	"  --listen HOST:PORT   where clients connect; may be repeated (127.0.0.1:4430)\n"
	"  --http HOST:PORT     health and metrics; none: off (127.0.0.1:8080)\n"
	"  --public HOST:PORT   the address that clients are told to use (the first --listen)\n"
	"  --test-numbers       numbers 99966XYYYY take the code XXXXX: for tests, never in public\n"
	"  --config FILE        settings from an INI file; `chapar config --explain` lists them\n"
	"  --log LEVEL          error, warning, notice, info or debug (notice)\n"
	"When it serves, one line on standard output begins with `ready`. SIGTERM ends it within 5 "
	"seconds.\n";

static void add_listen(struct settings *s, const char *value, bool first)
{
	char *joined;

	if (first) {
		settings_set(s, "server", "listen", value);
		return;
	}
	joined = xmalloc(strlen(s->listen) + strlen(value) + 2);
	sprintf(joined, "%s %s", s->listen, value);
	settings_set(s, "server", "listen", joined);
	free(joined);
}

/* The file first, wherever it stands: what the command line says goes before it. */
static int read_file(struct settings *s, int argc, char **argv)
{
	char err[512];
	int o;

	opterr = 0;
	optind = 1;
	while ((o = getopt_long(argc, argv, "h", longs, NULL)) != -1)
		if (o == 'c' && settings_read(s, optarg, err, sizeof(err)) < 0) {
			fprintf(stderr, "chapar serve: %s\n", err);
			return EXIT_USAGE;
		}
	return -1;
}

int serve_options(struct settings *s, int argc, char **argv)
{
	bool first_listen = true;
	int o, code = read_file(s, argc, argv);

	if (code >= 0)
		return code;
	opterr = 1;
	optind = 1;
	while ((o = getopt_long(argc, argv, "h", longs, NULL)) != -1) {
		switch (o) {
		case 'd':
			settings_set(s, "server", "data", optarg);
			break;
		case 'l':
			add_listen(s, optarg, first_listen);
			first_listen = false;
			break;
		case 'w':
			settings_set(s, "server", "http", optarg);
			break;
		case 'p':
			settings_set(s, "server", "public", optarg);
			break;
		case 't':
			s->test_numbers = true;
			break;
		case 'v':
			if (settings_set(s, "server", "log", optarg) < 0) {
				fprintf(stderr,
				        "chapar serve: --log takes error, warning, notice, info or debug, "
				        "not "
				        "\"%s\"\n",
				        optarg);
				return EXIT_USAGE;
			}
			break;
		case 'c':
			break;
		case 'h':
			fputs(help, stdout);
			return EXIT_OK;
		default:
			fprintf(stderr, "`chapar serve --help` lists the options\n");
			return EXIT_USAGE;
		}
	}
	if (optind < argc) {
		fprintf(stderr, "chapar serve: \"%s\" is no option; `chapar serve --help` lists them\n",
		        argv[optind]);
		return EXIT_USAGE;
	}
	return -1;
}
