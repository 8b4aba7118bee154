/*
 * dialog.h - the area's door: what a chat's row, its draft, its notification settings and the folders look like for their
 * owner. Each reads what is true now. Threads: lanes.
 */
#ifndef DOMAIN_DIALOGS_DIALOG_H
#define DOMAIN_DIALOGS_DIALOG_H

#include "domain/users/view.h"

struct store_dialog;

enum dialog_flag {                         /* store_dialog.flags */
	           DIALOG_PUT_AWAY = 1,    /* archived because a stranger began it */
	           DIALOG_KICKED = 2,      /* a basic group whose owner was thrown out */
	           DIALOG_AS_MESSAGES = 4, /* a forum that its owner looks at as one chat */
};

enum notify_scope { NOTIFY_PEER = 0, NOTIFY_USERS = 1, NOTIFY_CHATS = 2, NOTIFY_BROADCASTS = 3 };

/* A dialog as its owner (v->viewer) sees it; its peer goes into v. */
int dialog_view(struct view *v, const struct store_dialog *row, struct tl_obj **ret);
/* The same by peer, whether there is a row or not. */
int dialog_view_of(struct view *v, int64_t peer, struct tl_obj **ret);
/* DraftMessage of a row: draftMessage, or draftMessageEmpty with the time it was cleared. Never NULL. */
int dialog_draft_view(struct view *v, const struct store_dialog *row, struct tl_obj **ret);
/* PeerNotifySettings of a peer (scope NOTIFY_PEER) or of a scope (peer 0); without any, one with no field set. */
int notify_view(struct rpc_call *c, int64_t owner, int64_t peer, enum notify_scope scope,
                struct tl_obj **ret);
/* 1: the owner wants to hear nothing of this chat at once, by its own settings or else by those of its scope. */
int notify_is_muted(struct rpc_call *c, int64_t owner, int64_t peer, enum notify_scope scope);
/* The same of a topic of a forum. */
int notify_topic_view(struct rpc_call *c, int64_t owner, int64_t forum, int32_t topic, struct tl_obj **ret);
/* A folder as it was stored, peers inside with the viewer's access hashes; NULL if there is none of this id. */
int filter_view(struct view *v, int id, struct tl_obj **ret);
/* Write lane: `peer` began this chat. If its owner wants strangers out of his sight, it goes to the archive, muted. */
int dialog_put_away(struct rpc_call *c, int64_t owner, int64_t peer);
/* Write lane: a message came into a chat of the archive. Unless it is muted, or its owner wants it to stay, it leaves. */
int dialog_take_out(struct rpc_call *c, int64_t owner, int64_t peer);
/* Peers of Saved Messages' pinned chats in their order. */
int saved_pins(struct rpc_call *c, int64_t owner, struct tl_vec_long *ret);
/* Write lane: whoever reads a chat that he had marked takes the mark off, though there may be nothing new to read. */
int dialog_clear_mark(struct rpc_call *c, struct store_dialog *d);
/* Ids of all folders in their order. */
int filter_order(struct rpc_call *c, int64_t owner, struct tl_vec_int *ret);

#endif
