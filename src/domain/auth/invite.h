/*
 * invite.h - invitations: digits that stand in for the login code of a number without an account, so that they can be typed
 * where every client asks for the code. Counted when the account is made (store/invite.h).
 */
#ifndef DOMAIN_AUTH_INVITE_H
#define DOMAIN_AUTH_INVITE_H

#include "rpc/call.h"

/*
 * Many enough that nobody finds one by trying: with ten alive, a million tries find one in a thousand cases, and each
 * address has some seven tries a minute (limits.def).
 */
enum { INVITE_DIGITS = 10 };

/*
 * A new invitation. expires: 0 for never; uses: accounts that it may make, 0 for any number. The code in c->arena.
 * Write lane.
 */
int invite_new(struct rpc_call *c, struct slice note, unixtime_t expires, int uses, struct slice *ret_code);
/*
 * What somebody typed as his code: an invitation that is good now? Blanks and dashes are left out.
 * -ERR_NOTFOUND, -ERR_TIMEOUT (expired), -ERR_FULL (used up). Any lane.
 */
int invite_find(struct rpc_call *c, struct slice typed, struct slice *ret_code);

#endif
