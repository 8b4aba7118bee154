/* private.h - what the files of dialogs/ share. */
#ifndef DOMAIN_DIALOGS_PRIVATE_H
#define DOMAIN_DIALOGS_PRIVATE_H

#include "domain/dialogs/dialog.h"
#include "store/dialog.h"

#define NOTIFY_PEER_PREFIX "notify."

#define NOTIFY_TOPIC_PREFIX "notify_topic."

/* Key of the setting of a topic. */
const char *notify_topic_key(struct arena *a, int64_t forum, int32_t topic);
/* Key of the setting that holds a peerNotifySettings. */
const char *notify_key(struct arena *a, int64_t peer, enum notify_scope scope);
/* InputPeer of a key with the viewer's access hash; viewer 0: as it is stored, without one. */
struct tl_obj *input_peer_view(const struct app *app, struct arena *a, int64_t viewer, int64_t key);
/* A stored folder for v->viewer. */
int filter_of(struct view *v, struct slice body, struct tl_obj **ret);

/* What a channel's head adds to the viewer's marks: top, date, unread. Other rows stay as they are; top_id 0: nothing to show. */
int dialog_fill(struct rpc_call *c, struct store_dialog *d);
int dialog_channel_pts(struct rpc_call *c, int64_t peer, int32_t *ret_pts);
/*
 * The caller's channels into a page of other dialogs, newest first, those older than (date, id, peer) only (date 0: all), cut at
 * `limit`. *total grows by the channels of the folder (-1: of all).
 */
int dialog_merge_channels(struct rpc_call *c, int folder, unixtime_t date, int32_t id, int64_t peer,
                          uint32_t limit, struct store_dialog **rows, size_t *n, uint32_t *total);

#endif
