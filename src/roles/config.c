/* config.c - `chapar config`: the settings, explained as a file that may be edited. */
#include <stdio.h>
#include <string.h>

#include "base/settings.h"
#include "roles/role.h"

int role_config(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "--explain") == 0) {
		settings_explain();
		return EXIT_OK;
	}
	if (argc == 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
		printf("usage: chapar config --explain\nPrints every setting with its meaning and default, "
		       "as an INI file.\n");
		return EXIT_OK;
	}
	fprintf(stderr, "usage: chapar config --explain\n");
	return EXIT_USAGE;
}
