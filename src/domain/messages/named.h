/* named.h - whom a message means by name: who is mentioned in its text. For groups of all kinds. Lanes. */
#ifndef DOMAIN_MESSAGES_NAMED_H
#define DOMAIN_MESSAGES_NAMED_H

#include "rpc/call.h"

enum { NAMED_MAX = 50 }; /* of one message; who else is named in it is not told apart */

/* Users, each once, but for `writer`; `answered` (0: nobody) is one of them. ret has room for NAMED_MAX. */
int named_in(struct rpc_call *c, const struct tl_obj *content, int64_t writer, int64_t answered, int64_t *ret,
             size_t *ret_n);

#endif
