/* mention.h - whom a message of a supergroup means: who is mentioned in it by name, or answered. Inside messages/. Write lane. */
#ifndef DOMAIN_MESSAGES_MENTION_H
#define DOMAIN_MESSAGES_MENTION_H

#include "domain/messages/named.h"

struct channel;
struct message_draft;
struct store_msg;

enum { MENTIONS_MAX = NAMED_MAX };

/* Users meant by a message about to be born, each once, members who are not its writer; row has its reply_to. */
int mention_find(struct rpc_call *c, const struct channel *ch, const struct tl_obj *content,
                 const struct store_msg *row, int64_t *ret, size_t *ret_n);
/* Their rows. */
int mention_note(struct rpc_call *c, const struct store_msg *row, const int64_t *who, size_t n);

#endif
