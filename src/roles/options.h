/* options.h - see options.c. */
#ifndef ROLES_OPTIONS_H
#define ROLES_OPTIONS_H

#include "base/settings.h"

/* Fills `s` (initialised) from --config and the command line. -1: go on; else the exit code, everything having been said. */
int serve_options(struct settings *s, int argc, char **argv);

#endif
