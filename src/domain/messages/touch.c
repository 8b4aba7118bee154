/* touch.c - see touch.h. */
#include "domain/messages/touch.h"

#include "base/err.h"
#include "domain/messages/twin.h"
#include "store/chat.h"
#include "updates/event.h"
#include "updates/peer.h"

/* Which message, by its origin: (owner, id) in 12 bytes. */
static struct slice origin_payload(struct arena *a, int64_t owner, int32_t id)
{
	uint8_t *p = arena_alloc(a, 12);

	memcpy(p, &owner, 8);
	memcpy(p + 8, &id, 4);
	return slice_of(p, 12);
}

static int64_t own_key(const struct rpc_call *c, int64_t owner)
{
	return owner == c->user_id && c->client ? c->client->auth_key_id : 0;
}

static int kept(struct rpc_call *c, int64_t owner, int32_t id, enum message_part part)
{
	struct upd_event ev = {.owner = owner,
	                       .kind = part == MESSAGE_POLL ? UPD_POLL : UPD_REACTIONS,
	                       .id = id,
	                       .except_key = own_key(c, owner)};

	return rpc_log_event(c, &ev);
}

static int passing(struct rpc_call *c, int64_t owner, const struct store_msg *row, enum message_part part)
{
	bool channel = peer_is_channel(row->owner);
	struct upd_event ev = {.owner = owner,
	                       .kind = part == MESSAGE_POLL ? UPD_POLL_NOW : UPD_REACTIONS_NOW,
	                       .payload = origin_payload(&c->arena, channel ? row->owner : row->origin_owner,
	                                                 channel ? row->id : row->origin_id),
	                       .except_key = own_key(c, owner)};

	return rpc_log_event(c, &ev);
}

static int in_channel(struct rpc_call *c, const struct store_msg *row, enum message_part part)
{
	struct upd_event ev = {.owner = row->owner,
	                       .kind = part == MESSAGE_POLL ? UPD_POLL_NOW : UPD_REACTIONS_NOW,
	                       .peer = row->owner,
	                       .id = row->id,
	                       .payload = arena_slice(&c->arena, slice_of(&c->user_id, 8)),
	                       .except_key = c->client ? c->client->auth_key_id : 0};

	return rpc_log_event(c, &ev);
}

/* Members' boxes are not looked into here: composition finds the message there, if it came so far. */
static int in_group(struct rpc_call *c, const struct store_msg *row, enum message_part part)
{
	struct store_chat_member *members;
	size_t n;
	int r = store_chat_members(c->db, -row->peer, &c->arena, &members, &n);

	for (size_t i = 0; r >= 0 && i < n; i++)
		if (members[i].user != row->origin_owner)
			r = passing(c, members[i].user, row, part);
	return r < 0 ? r : kept(c, row->origin_owner, row->origin_id, part);
}

int message_touched(struct rpc_call *c, const struct store_msg *row, enum message_part part)
{
	struct store_msg twin;
	int r;

	if (peer_is_channel(row->owner))
		return in_channel(c, row, part);
	if (!peer_is_user(row->peer))
		return in_group(c, row, part);
	if ((r = kept(c, row->owner, row->id, part)) < 0)
		return r;
	r = message_twin(c, row, &twin);
	if (r == -ERR_NOTFOUND)
		return 0;
	return r < 0 ? r : kept(c, twin.owner, twin.id, part);
}

int message_looked_at(struct rpc_call *c, const struct store_msg *row, enum message_part part)
{
	return peer_is_channel(row->owner) ? passing(c, c->user_id, row, part)
	                                   : kept(c, row->owner, row->id, part);
}

int message_touched_row(struct rpc_call *c, const struct upd_event *ev, struct store_msg *ret)
{
	int64_t owner = ev->owner;
	int32_t id = ev->id;

	if (ev->kind == UPD_REACTIONS || ev->kind == UPD_POLL)
		return store_msg_find(c->db, owner, id, &c->arena, ret);
	if (peer_is_channel(ev->owner))
		return store_msg_get(c->db, owner, owner, id, &c->arena, ret);
	if (ev->payload.n != 12)
		return -ERR_NOTFOUND;
	memcpy(&owner, ev->payload.p, 8);
	memcpy(&id, ev->payload.p + 8, 4);
	if (peer_is_channel(owner))
		return store_msg_get(c->db, owner, owner, id, &c->arena, ret);
	return store_msg_by_origin(c->db, ev->owner, owner, id, &c->arena, ret);
}

int64_t message_touched_by(const struct upd_event *ev)
{
	int64_t user = 0;

	if (peer_is_channel(ev->owner) && ev->payload.n == 8)
		memcpy(&user, ev->payload.p, 8);
	return user;
}
