/*
 * home.h - the country that somebody is of, and that what he brings is of (docs/design/cdn.md, "Homes"). Inside media/.
 */
#ifndef DOMAIN_MEDIA_HOME_H
#define DOMAIN_MEDIA_HOME_H

#include "rpc/call.h"

/* By the number of his phone; "": none is known of it, or there is no such account. Any lane. */
int home_of_user(struct rpc_call *c, int64_t user, char ret[3]);
/*
 * Of what this account uploads: his country; a bot's is its owner's; of whom none is known, and of what the server brings itself
 * (0), it is [server] country. "": none. Any lane.
 */
int home_of_upload(struct rpc_call *c, int64_t who, char ret[3]);

#endif
