/* admin_config.h - configurations that the server answers, kept in a file of the operator's. */
#ifndef ROLES_ADMIN_CONFIG_H
#define ROLES_ADMIN_CONFIG_H

#include <stdbool.h>

#include <jansson.h>

/*
 * An answer with a "config": into `file` (new, mode 0600), and out of the answer; without a file, and unless it is printed `as_json`, it is all
 * that is printed. True: the answer is still to be shown; *ret_ok: false if the file could not be written, which was said.
 */
bool admin_config_take(json_t *answer, const char *file, bool as_json, bool *ret_ok);

#endif
