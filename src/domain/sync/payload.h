/* payload.h - what is packed into an event's payload (updates/event.h). Threads: any. */
#ifndef DOMAIN_SYNC_PAYLOAD_H
#define DOMAIN_SYNC_PAYLOAD_H

#include "tl/tl.h"

enum { LOST_MAX = 1 << 16 }; /* ids of lost messages in one answer; 256 KB */

/* The int32s after `skip` bytes. */
struct tl_vec_int payload_ids(struct arena *a, struct slice payload, size_t skip);
/* The first of them; 0 if there is none. */
int32_t payload_int(struct slice payload);
/* All ids above `after` up to `upto`, which is not below it. */
struct tl_vec_int ids_between(struct arena *a, int32_t after, int32_t upto);

#endif
