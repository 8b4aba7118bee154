/* main.c - chooses the role by its name. */
#include <stdio.h>
#include <string.h>

#include "roles/role.h"

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *text;
} roles[] = {
	{"serve", role_serve, "run the server"},
	{"admin", role_admin, "look after a running server"},
	{"config", role_config, "explain the settings"},
	{"doctor", role_doctor, "ask a server as a client would, and say what is wrong"},
	{"cdn", role_cdn, "run a CDN node: ciphertext near to those who ask for it"},
	{"worker", role_worker, "look at images and video; serve starts it"},
};

#define N_ROLES (sizeof(roles) / sizeof(roles[0]))

static void usage(FILE *f)
{
	fprintf(f, "usage: chapar ROLE [options]\n\nroles:\n");
	for (size_t i = 0; i < N_ROLES; i++)
		fprintf(f, "  %-8s %s\n", roles[i].name, roles[i].text);
	fprintf(f, "\n`chapar ROLE --help` says more; `chapar --version` names the version.\n");
}

int main(int argc, char **argv)
{
	if (argc >= 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
		usage(stdout);
		return EXIT_OK;
	}
	if (argc >= 2 && strcmp(argv[1], "--version") == 0) {
		printf("chapar %s\n", CHAPAR_VERSION);
		return EXIT_OK;
	}
	for (size_t i = 0; argc >= 2 && i < N_ROLES; i++)
		if (strcmp(argv[1], roles[i].name) == 0)
			return roles[i].run(argc - 1, argv + 1);
	if (argc >= 2)
		fprintf(stderr, "chapar: no role \"%s\"\n", argv[1]);
	usage(stderr);
	return EXIT_USAGE;
}
