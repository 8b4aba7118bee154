/* birthday.h - when people were born, as far as they say it. Threads: lanes. */
#ifndef DOMAIN_USERS_BIRTHDAY_H
#define DOMAIN_USERS_BIRTHDAY_H

#include "rpc/call.h"

/* Birthday of `owner` as c->user_id may see it; NULL: none, or not for him. */
int birthday_view(struct rpc_call *c, int64_t owner, struct tl_obj **ret);

#endif
