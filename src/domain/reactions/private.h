/* private.h - what the files of the area share. */
#ifndef DOMAIN_REACTIONS_PRIVATE_H
#define DOMAIN_REACTIONS_PRIVATE_H

#include "domain/messages/place.h"
#include "domain/reactions/react.h"
#include "store/msg.h"
#include "store/msg_reaction.h"

/* Under what a message's reactions are kept: the channel and its id there, else the sender and the id in his box. */
struct subject {
	int64_t owner;
	int32_t id;
};
struct subject subject_of(const struct store_msg *row);
/* A post of a broadcast channel: nobody is told of reactions to it, and nobody sees whose they are. */
int is_post(struct rpc_call *c, const struct store_msg *row, bool *ret);

/* A message in the caller's place that can be reacted to: 400 MESSAGE_ID_INVALID and those of the peer. */
int reacted_message(struct rpc_call *c, const struct tl_obj *input_peer, int32_t id, struct peer *ret_peer,
                    struct place *ret_place, struct store_msg *ret);

/* MessagePeerReactions of these, with which of them are news to the viewer. */
int reactions_listed(struct view *v, const struct store_msg *row, const struct store_msg_reaction *x,
                     size_t n, struct tl_vec *ret);

/* Reaction to its text (store/msg_reaction.h), and back. 400 REACTION_EMPTY, REACTION_INVALID. */
int reaction_text(struct rpc_call *c, const struct tl_obj *reaction, struct slice *ret);
struct tl_obj *reaction_view(struct arena *a, struct slice text);
bool reaction_is_custom(struct slice text);
/* May it be chosen there, by the chat's set? `stored`: the setting. 1 or 0. */
int reaction_allowed(struct rpc_call *c, struct slice stored, bool custom_too, struct slice text);
/* Is it a custom emoji's document? 1 or 0. */
int reaction_is_document(struct rpc_call *c, struct slice text);
/* Of those that are offered, the one that this emoji is, as it is spelled there: 1, or 0: it is none. */
int reaction_known(struct rpc_call *c, struct slice emoji, struct slice *ret);
/*
 * The hash of a list as TDLib counts it, and complains of another: of an emoji 0 and the first four bytes of its MD5 without variation
 * selectors, high byte first, with their sign; of a custom one the two halves of its document's number.
 */
int64_t reactions_hash(struct arena *a, const struct slice *v, size_t n);

/* Newest first in the caller's list of those that he used lately. */
int reaction_note_used(struct rpc_call *c, const struct slice *what, size_t n);

/* --- bots.c. Write lane: bots hear what the caller (shown as `as`, or himself: 0) chose for this message, instead of what he had. */
struct reaction_change {
	int64_t as;
	const struct slice *had, *what;
	size_t n_had, n;
};
int reactions_tell_bots(struct rpc_call *c, const struct store_msg *row, const struct reaction_change *x);

#endif
