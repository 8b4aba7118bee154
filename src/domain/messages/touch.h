/*
 * touch.h - what changes of a message without pts: its reactions, the results of its poll. Whoever is online in its place hears what is
 * true now; of a private chat, and where it is the writer's, getDifference says it to who was away. Others find it in the
 * message when they look at it again (clients ask for what they show).
 */
#ifndef DOMAIN_MESSAGES_TOUCH_H
#define DOMAIN_MESSAGES_TOUCH_H

#include "domain/users/view.h"

struct store_msg;
struct upd_event;

enum message_part { MESSAGE_REACTIONS, MESSAGE_POLL };

/* Write lane: the caller changed this part of a message that lies in his place. His answer carries it (message_reply_updates). */
int message_touched(struct rpc_call *c, const struct store_msg *row, enum message_part part);
/* The caller's own devices alone hear it: he has seen it. */
int message_looked_at(struct rpc_call *c, const struct store_msg *row, enum message_part part);

/* The message of such an event, in the box of the event's owner. -ERR_NOTFOUND: it is not, or no more. */
int message_touched_row(struct rpc_call *c, const struct upd_event *ev, struct store_msg *ret);
/* Who made such a change in a channel; 0: nobody in particular. */
int64_t message_touched_by(const struct upd_event *ev);

#endif
