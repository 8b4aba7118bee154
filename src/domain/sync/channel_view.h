/* channel_view.h - what happens in a channel beside its messages, as updates. Inside sync/. */
#ifndef DOMAIN_SYNC_CHANNEL_VIEW_H
#define DOMAIN_SYNC_CHANNEL_VIEW_H

#include "domain/users/view.h"
#include "updates/event.h"

/* NULL: it is none of them, or there is nothing to say. */
int sync_channel_view(struct view *v, const struct upd_event *ev, struct tl_obj **ret_update);

#endif
