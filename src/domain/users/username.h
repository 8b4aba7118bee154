/*
 * username.h - public names: 5..32 of [A-Za-z0-9_], a letter first, no underscore last or twice in a row, one namespace for
 * users, bots and channels, case only for show (api.md 3.2).
 */
#ifndef DOMAIN_USERS_USERNAME_H
#define DOMAIN_USERS_USERNAME_H

#include "rpc/call.h"

bool username_is_valid(struct slice name);
/* Lower case, in the arena, for the directory. A leading '@' is dropped. */
struct slice username_fold(struct arena *a, struct slice name);

#endif
