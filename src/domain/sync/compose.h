/*
 * compose.h - what a viewer sees of events in his own box. The same function serves pushes, the answers of calls and
 * getDifference, so they cannot disagree.
 */
#ifndef DOMAIN_SYNC_COMPOSE_H
#define DOMAIN_SYNC_COMPOSE_H

#include "domain/users/view.h"
#include "updates/event.h"

/*
 * Events of c->user_id's box, in order, as Updates. A message that is gone by now is skipped (its pts is told by the
 * deletion that follows). *ret_updates is a tl_updates, a tl_updateShort for passing events, or NULL if nothing is to be
 * said. For answers, an own send (random_id) is preceded by its updateMessageID. Thread: read lanes.
 */
int sync_compose(struct rpc_call *c, const struct upd_event *ev, size_t n, struct tl_obj **ret_updates);

/* One event as one Update (not UPD_NEW with its updateMessageID); NULL: nothing to show. Peers go into v. */
int sync_compose_one(struct view *v, const struct upd_event *ev, struct tl_obj **ret_update);

#endif
