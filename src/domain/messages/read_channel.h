/* read_channel.h - how far the caller has read in a channel. Inside messages/. Write lane. */
#ifndef DOMAIN_MESSAGES_READ_CHANNEL_H
#define DOMAIN_MESSAGES_READ_CHANNEL_H

#include "rpc/call.h"

struct channel;
struct store_dialog;

/* Up to max_id, above what d says so far: his row, a word to his devices and to the writers. */
int channel_read_upto(struct rpc_call *c, const struct channel *ch, struct store_dialog *d, int32_t max_id);

#endif
