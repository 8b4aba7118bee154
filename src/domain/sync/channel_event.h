/* channel_event.h - an event of a channel's box as one Update. */
#ifndef DOMAIN_SYNC_CHANNEL_EVENT_H
#define DOMAIN_SYNC_CHANNEL_EVENT_H

#include "domain/users/view.h"
#include "updates/event.h"

/* As sync_compose_one, of an event whose owner is a channel. */
int sync_channel_event(struct view *v, const struct upd_event *ev, struct tl_obj **ret_update);

#endif
