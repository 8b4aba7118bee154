/*
 * log.h - the admin log: what was done in a channel, for its admins, for two days (api.md 6.3). Written with the act, in the
 * channel's rows. Write lane, but for what only reads.
 */
#ifndef DOMAIN_CHANNELS_LOG_H
#define DOMAIN_CHANNELS_LOG_H

#include "domain/channels/channel.h"
#include "store/msg.h"

/* The bits of channelAdminLogEventsFilter; stored: numbers stay. */
enum channel_log_kind {
	CHANNEL_LOG_JOIN = 0,
	CHANNEL_LOG_LEAVE = 1,
	CHANNEL_LOG_INVITE = 2,
	CHANNEL_LOG_BAN = 3,
	CHANNEL_LOG_UNBAN = 4,
	CHANNEL_LOG_KICK = 5,
	CHANNEL_LOG_UNKICK = 6,
	CHANNEL_LOG_PROMOTE = 7,
	CHANNEL_LOG_DEMOTE = 8,
	CHANNEL_LOG_INFO = 9,
	CHANNEL_LOG_SETTINGS = 10,
	CHANNEL_LOG_PINNED = 11,
	CHANNEL_LOG_EDIT = 12,
	CHANNEL_LOG_DELETE = 13,
	CHANNEL_LOG_INVITES = 15,
	CHANNEL_LOG_SEND = 16,
	CHANNEL_LOG_FORUMS = 17,
	CHANNEL_LOG_RANK = 19,
};

/* The caller did this: a ChannelAdminLogEventAction without anything per viewer. */
int channel_log(struct rpc_call *c, int64_t channel, enum channel_log_kind kind, const struct tl_obj *action);
/* The same of what somebody else did. */
int channel_log_of(struct rpc_call *c, int64_t channel, int64_t user, enum channel_log_kind kind,
                   const struct tl_obj *action);
/*
 * The caller did this with a message: PINNED, EDIT (before, after), DELETE, SEND. `before` is the row as it was, `after` as it is;
 * NULL where there is none.
 */
int channel_log_message(struct rpc_call *c, int64_t channel, enum channel_log_kind kind,
                        const struct store_msg *before, const struct store_msg *after);

#endif
