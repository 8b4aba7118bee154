/*
 * restored.h - what a client is told across the event of a restored backup (store/epoch.h). It may have seen more than the backup
 * holds: messages that are gone, and marks that no client takes back. Threads: read lanes.
 */
#ifndef DOMAIN_SYNC_RESTORED_H
#define DOMAIN_SYNC_RESTORED_H

#include "domain/users/view.h"
#include "store/upd.h"
#include "updates/event.h"

/*
 * Of an account's box, for who had pts `from`: the messages that are gone, if he can have seen any, then how far each private chat and
 * basic group is read, and which are marked as unread. *ret in the call's arena.
 */
int sync_restored(struct view *v, const struct upd_event *epoch, int32_t from, struct tl_vec *ret);

/* Of a channel's: the posts that are gone; NULL: none that he can have seen. How far it is read comes with his box's difference. */
struct tl_obj *sync_restored_channel(struct view *v, const struct store_upd *epoch, int32_t from);

#endif
