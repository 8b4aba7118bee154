/* place.c - see place.h. */
#include "domain/messages/place.h"

#include "base/err.h"
#include "domain/channels/channel.h"
#include "store/dialog.h"
#include "store/msg.h"
#include "updates/heads.h"
#include "updates/peer.h"

int place_of(struct rpc_call *c, const struct peer *peer, struct place *ret)
{
	*ret = (struct place){.owner = c->user_id, .peer = peer->key};
	if (!peer->channel)
		return 0;
	ret->owner = peer->key;
	ret->first_id = peer->channel->me.first_id;
	return 0;
}

int place_resolve(struct rpc_call *c, const struct tl_obj *input_peer, struct peer *ret_peer,
                  struct place *ret)
{
	int r = peer_resolve(c, input_peer, ret_peer);

	return r < 0 ? r : place_of(c, ret_peer, ret);
}

int place_resolve_channel(struct rpc_call *c, const struct tl_obj *input_channel, struct channel *ret_channel,
                          struct place *ret)
{
	struct peer peer = {.channel = ret_channel};
	int r = channel_resolve(c, input_channel, ret_channel);

	if (r < 0)
		return r;
	peer.key = peer_channel(ret_channel->row.id);
	return place_of(c, &peer, ret);
}

static int count_channel(struct rpc_call *c, const struct place *p, uint32_t *ret)
{
	int32_t before = p->first_id > 0 ? p->first_id - 1 : 0, gone;
	struct upd_head head;
	int r;

	*ret = 0;
	r = rpc_head(c, p->owner, &head);
	if (r < 0 || head.top_id <= before)
		return r;
	r = store_channel_gaps(c->db, peer_channel_id(p->owner), before, head.top_id, &gone);
	*ret = (uint32_t)(head.top_id - before - gone);
	return r;
}

int place_count(struct rpc_call *c, const struct place *p, uint32_t *ret)
{
	struct store_dialog d;
	int r;

	if (peer_is_channel(p->owner))
		return count_channel(c, p, ret);
	r = store_dialog_get(c->db, p->owner, p->peer, &c->arena, &d);
	*ret = (uint32_t)d.count;
	return r < 0 ? r : 0;
}

int place_message(struct rpc_call *c, const struct place *p, int32_t id, struct store_msg *ret)
{
	if (id <= 0 || id < p->first_id)
		return -ERR_NOTFOUND;
	return store_msg_get(c->db, p->owner, p->peer, id, &c->arena, ret);
}
