/* private.h - what the files of dialogs/ share. */
#ifndef DOMAIN_DIALOGS_PRIVATE_H
#define DOMAIN_DIALOGS_PRIVATE_H

#include "domain/dialogs/dialog.h"

#define NOTIFY_PEER_PREFIX "notify."

/* Key of the setting that holds a peerNotifySettings. */
const char *notify_key(struct arena *a, int64_t peer, enum notify_scope scope);
/* A stored folder for v->viewer. */
int filter_of(struct view *v, struct slice body, struct tl_obj **ret);

#endif
