/* state.h - the account's place in its sequences, for answers that carry an updates.State. */
#ifndef DOMAIN_SYNC_STATE_H
#define DOMAIN_SYNC_STATE_H

#include "rpc/call.h"

/* updates.State of c->user_id now, true at this snapshot. Thread: read lanes. */
int sync_state(struct rpc_call *c, struct tl_obj **ret);

#endif
