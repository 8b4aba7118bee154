/* thread_view.h - what happens in threads and topics beside their messages, as updates. Inside sync/. */
#ifndef DOMAIN_SYNC_THREAD_VIEW_H
#define DOMAIN_SYNC_THREAD_VIEW_H

#include "domain/users/view.h"
#include "updates/event.h"

/* NULL: it is none of them, or there is nothing to say. */
int sync_thread_view(struct view *v, const struct upd_event *ev, struct tl_obj **ret_update);

#endif
