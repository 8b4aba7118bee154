/* tell.c - what happens to a channel beside its messages, told to who is in it; see channel.h. */
#include "domain/channels/channel.h"
#include "updates/event.h"
#include "updates/peer.h"

static int64_t own_key(const struct rpc_call *c)
{
	return c->client ? c->client->auth_key_id : 0;
}

int channel_changed(struct rpc_call *c, int64_t channel)
{
	struct upd_event ev = {.owner = peer_channel(channel), .kind = UPD_CHANNEL, .except_key = own_key(c)};

	return rpc_log_event(c, &ev);
}

static int moved(struct rpc_call *c, int64_t channel, int64_t user, enum upd_kind kind)
{
	struct upd_event ev = {.owner = peer_channel(channel), .kind = kind, .peer = user};
	struct upd_event own = {.owner = user,
	                        .kind = UPD_CHANNEL,
	                        .peer = peer_channel(channel),
	                        .except_key = user == c->user_id ? own_key(c) : 0};
	int r = rpc_log_event(c, &ev);

	return r < 0 ? r : rpc_log_event(c, &own);
}

int channel_came(struct rpc_call *c, int64_t channel, int64_t user)
{
	return moved(c, channel, user, UPD_MEMBER_CAME);
}

int channel_left(struct rpc_call *c, int64_t channel, int64_t user)
{
	return moved(c, channel, user, UPD_MEMBER_LEFT);
}
