/* admin_print.h - answers of the server for people: rows as a table, else a line a value. */
#ifndef ROLES_ADMIN_PRINT_H
#define ROLES_ADMIN_PRINT_H

#include <jansson.h>

void admin_print(const json_t *answer);

#endif
