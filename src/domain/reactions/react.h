/*
 * react.h - the door of the area: how people react to messages. A reaction belongs to a message, not to a box: all boxes that have it show
 * the same (store/msg_reaction.h). Threads: lanes, with c->db.
 */
#ifndef DOMAIN_REACTIONS_REACT_H
#define DOMAIN_REACTIONS_REACT_H

#include "domain/users/peer.h"
#include "domain/users/view.h"

struct store_msg;

/* MessageReactions as v->viewer sees them, min for a crowd; NULL: there are none. Costs nothing where none ever were. */
int reactions_view(struct view *v, const struct store_msg *row, struct tl_obj **ret);
/* updateMessageReactions of this message. */
int reactions_update_view(struct view *v, const struct store_msg *row, struct tl_obj **ret);
/* Messages of a dialog in which its owner has reactions that he has not seen. */
int reactions_unread(struct rpc_call *c, int64_t owner, int64_t peer, int32_t *ret);
/* Write lane: the caller has looked at the reactions to this message. */
int reactions_seen(struct rpc_call *c, const struct store_msg *row);
/* Write lane: this row was deleted. The rows of its reactions go with its last copy. */
int reactions_forget(struct rpc_call *c, const struct store_msg *row);

/* What a double tap of the caller's means, for help.getConfig; NULL: he has not said. */
int reactions_default(struct rpc_call *c, struct tl_obj **ret);
/* ChatReactions of a stored setting (absent: all emoji), for chatFull and channelFull. */
int reactions_available(struct rpc_call *c, struct slice stored, struct tl_obj **ret);

/* A job: reactions to messages that are gone. */
struct store_job;
struct jobs_next;
int reacted_job(struct rpc_call *c, const struct store_job *j, struct jobs_next *next);

#endif
