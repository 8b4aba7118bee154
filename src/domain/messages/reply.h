/* reply.h - what may be sent to whom, and in answer to what. */
#ifndef DOMAIN_MESSAGES_REPLY_H
#define DOMAIN_MESSAGES_REPLY_H

#include "domain/media/media.h"
#include "domain/users/peer.h"

struct channel;
struct store_msg;

/*
 * May the caller write to this peer: 400 INPUT_USER_DEACTIVATED, USER_IS_BLOCKED, YOU_BLOCKED_USER; in channels the errors of
 * channel_may_send().
 */
int message_may_send(struct rpc_call *c, const struct peer *to);
/*
 * And this (NULL: text alone): 400 VOICE_MESSAGES_FORBIDDEN by the other's privacy, TTL_MEDIA_INVALID to oneself and to many; 403
 * CHAT_SEND_*_FORBIDDEN by the permissions of members.
 */
int message_may_carry(struct rpc_call *c, const struct peer *to, const struct media_ready *m);
/*
 * InputReplyTo (or NULL) checked: the id in the caller's box (0: none) and a stored reply header for what the id alone
 * does not say (a quote; what was said in another chat, and by whom), or NULL. 400 REPLY_MESSAGE_ID_INVALID, QUOTE_TEXT_INVALID,
 * CHAT_FORWARDS_RESTRICTED.
 */
int reply_prepare(struct rpc_call *c, const struct peer *to, const struct tl_obj *reply_to, int32_t *ret_id,
                  struct tl_obj **ret_header);
/*
 * Whose a message was: kept from an earlier forward, else its writer, by name only if he hides it from the caller.
 */
int forward_origin(struct rpc_call *c, const struct store_msg *row, const struct tl_message *m,
                   struct tl_messageFwdHeader **ret);
/* 1 if these random_ids were sent before, in one call (the answer is then set), 0 if not. */
int message_are_repeats(struct rpc_call *c, const struct peer *to, const int64_t *random_ids, uint32_t n);
struct message_draft;
/*
 * Write lane: into the channel, or both boxes, or among those that are sent later (m->later); by message_may_send() and _may_carry().
 */
int message_send(struct rpc_call *c, const struct peer *to, struct message_draft *m, int32_t *ret_id);
/*
 * As whom the caller writes there: m->from and, in content, the signature. send_as: InputPeer or NULL, then what he has chosen for this
 * chat. 400 SEND_AS_PEER_INVALID.
 */
int message_send_as(struct rpc_call *c, const struct peer *to, const struct tl_obj *send_as,
                    struct message_draft *m, struct tl_message *content);
/*
 * As whom he writes in a supergroup while he says nothing else, as his clients are told, which let him choose only where they hear of
 * somebody: himself, if he may choose another; else 0.
 */
int message_shown_as(struct rpc_call *c, const struct channel *group, int64_t *ret);
/* As whom he reacts and votes there: in a supergroup as who he writes as, for he cannot name anybody. 0: himself. */
int message_speaks_as(struct rpc_call *c, const struct peer *peer, int64_t *ret);
/* What was in the caller's draft where this goes (a topic has one of its own) has been sent. */
int draft_sent(struct rpc_call *c, const struct peer *to, const struct message_draft *m);
/* The keyboard of a bot's message into its content: markup_prepare()'s errors. */
int message_markup(struct rpc_call *c, const struct peer *to, const struct tl_obj *reply_markup,
                   struct tl_message *content);
/* Clears the caller's draft in this dialog, with its event, if there is one. */
int draft_clear(struct rpc_call *c, int64_t peer);

#endif
