/* state_view.h - updates without pts, made from what is true now: the event says only what changed and for whom. */
#ifndef DOMAIN_SYNC_STATE_VIEW_H
#define DOMAIN_SYNC_STATE_VIEW_H

#include "domain/users/view.h"
#include "updates/event.h"

/* State kinds and passing kinds (updates/event.h) as one Update; NULL: nothing to show. Thread: read lanes. */
int state_view(struct view *v, const struct upd_event *ev, struct tl_obj **ret_update);

#endif
