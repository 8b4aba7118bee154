/*
 * peer.h - a peer as one int64, the same in the store, the log and everywhere above:
 * user id > 0; basic group -id; channel -(10^12 + id). Limits: protocol facts, api.md rule 11.
 */
#ifndef UPDATES_PEER_H
#define UPDATES_PEER_H

#include <stdbool.h>
#include <stdint.h>

#define PEER_CHANNEL_BASE 1000000000000LL
#define PEER_BOT_BASE     7000000000LL /* ids above it are of bots: an id says what it is */

static inline int64_t peer_user(int64_t user_id)
{
	return user_id;
}

static inline int64_t peer_chat(int64_t chat_id)
{
	return -chat_id;
}

static inline int64_t peer_channel(int64_t channel_id)
{
	return -PEER_CHANNEL_BASE - channel_id;
}

static inline int64_t peer_chat_id(int64_t peer)
{
	return -peer;
}

static inline int64_t peer_channel_id(int64_t peer)
{
	return -PEER_CHANNEL_BASE - peer;
}

static inline bool peer_is_user(int64_t peer)
{
	return peer > 0;
}

static inline bool peer_is_bot(int64_t peer)
{
	return peer > PEER_BOT_BASE;
}

static inline bool peer_is_channel(int64_t peer)
{
	return peer < -PEER_CHANNEL_BASE;
}

static inline bool peer_is_chat(int64_t peer)
{
	return peer < 0 && peer >= -PEER_CHANNEL_BASE;
}

#endif
