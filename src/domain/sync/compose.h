/*
 * compose.h - what a viewer sees of events in his own box. The same function serves pushes, the answers of calls and
 * getDifference, so they cannot disagree.
 */
#ifndef DOMAIN_SYNC_COMPOSE_H
#define DOMAIN_SYNC_COMPOSE_H

#include "domain/users/view.h"
#include "updates/event.h"

/*
 * Events of c->user_id's box, in order, as Updates. A message that is gone by now is skipped (its pts is told by the
 * deletion that follows). *ret_updates is a tl_updates, a tl_updateShort for passing events, or NULL if nothing is to be
 * said. For answers, an own send (random_id) is preceded by its updateMessageID. Thread: read lanes.
 */
int sync_compose(struct rpc_call *c, const struct upd_event *ev, size_t n, struct tl_obj **ret_updates);

/* Composed as the answer of a call; Updates with nothing in them where there is nothing to be said. */
int sync_reply(struct rpc_call *c, const struct upd_event *ev, size_t n);

/* The same with a view that the caller made: its peers are those mentioned. */
int sync_compose_in(struct view *v, const struct upd_event *ev, size_t n, struct tl_obj **ret_updates);

struct rpc_crowd;
/* Events of a channel's box for all who are strangers to everybody in them (rpc/crowd.h); c->user_id is 0. */
int sync_compose_crowd(struct rpc_call *c, const struct upd_event *ev, size_t n, struct rpc_crowd *ret);

/*
 * Does the viewer hear the random_id of a birth? Of a user's own box all his devices may; of a channel's only the authorisation
 * that sent it. And the updateMessageID.
 */
bool sync_names_random_id(const struct view *v, const struct upd_event *ev);
struct tl_obj *sync_message_id(struct arena *a, const struct upd_event *ev);

struct store_upd;
/* The event that a row of the log keeps. Its payload is the row's. */
struct upd_event sync_event_of(const struct store_upd *row);

/* One event as one Update (not UPD_NEW with its updateMessageID); NULL: nothing to show. Peers go into v. */
int sync_compose_one(struct view *v, const struct upd_event *ev, struct tl_obj **ret_update);

#endif
