/* username.c - public names of channels and supergroups, out of the directory that they share with people. */
#include "base/err.h"
#include "domain/channels/private.h"
#include "domain/users/username.h"
#include "rpc_methods.h"
#include "store/user.h"
#include "updates/peer.h"

/* How many public channels the caller owns. */
static int public_ones(struct rpc_call *c, uint32_t *ret)
{
	int64_t *ids;
	size_t n;
	int r = store_channels_of(c->db, c->user_id, &c->arena, &ids, &n);

	*ret = 0;
	for (size_t i = 0; r >= 0 && i < n; i++) {
		struct store_channel row;

		r = store_channel_get(c->db, ids[i], &c->arena, &row);
		if (r >= 0)
			*ret += row.creator == c->user_id && row.username.n;
		else if (r == -ERR_NOTFOUND)
			r = 0;
	}
	return r < 0 ? r : 0;
}

static int has_room(struct rpc_call *c)
{
	uint32_t n;
	int r = public_ones(c, &n);

	return r < 0 || n < LIMIT_PUBLIC_CHANNELS ? r : rpc_fail(c, 400, "CHANNELS_ADMIN_PUBLIC_TOO_MUCH");
}

int channels_checkUsername(struct rpc_call *c, const struct tl_channels_checkUsername *q)
{
	struct channel ch = {0};
	int64_t peer;
	int r;

	if (!TL_IS(inputChannelEmpty, q->channel)) {
		if ((r = channel_resolve(c, q->channel, &ch)) < 0 ||
		    (r = channel_may(c, &ch, CHANNEL_CLOSE)) < 0)
			return r;
	}
	if (!username_is_valid(q->username))
		return rpc_fail(c, 400, "USERNAME_INVALID");
	r = store_username_find(c->db, username_fold(&c->arena, q->username), &peer);
	if (r == 0)
		return rpc_reply_bool(c, ch.row.id && peer == peer_channel(ch.row.id));
	if (r != -ERR_NOTFOUND || (!ch.row.username.n && (r = has_room(c)) < 0))
		return r;
	return rpc_reply_bool(c, true);
}

static int claim(struct rpc_call *c, const struct channel *ch, struct slice name)
{
	int r;

	if (!ch->row.username.n && (r = has_room(c)) < 0)
		return r;
	r = store_username_claim(c->db, username_fold(&c->arena, name), peer_channel(ch->row.id));
	return r == -ERR_EXISTS ? rpc_fail(c, 400, "USERNAME_OCCUPIED") : r;
}

int channels_updateUsername(struct rpc_call *c, const struct tl_channels_updateUsername *q)
{
	struct tl_channelAdminLogEventActionChangeUsername *a = TL_NEW(
		&c->arena, channelAdminLogEventActionChangeUsername);
	struct channel ch;
	struct slice old;
	int r;

	if ((r = channel_resolve(c, q->channel, &ch)) < 0 || (r = channel_may(c, &ch, CHANNEL_CLOSE)) < 0)
		return r;
	if (q->username.n && !username_is_valid(q->username))
		return rpc_fail(c, 400, "USERNAME_INVALID");
	if (slice_eq(q->username, ch.row.username))
		return rpc_fail(c, 400, "USERNAME_NOT_MODIFIED");
	old = username_fold(&c->arena, ch.row.username);
	if (q->username.n && (r = claim(c, &ch, q->username)) < 0)
		return r;
	if (old.n && !slice_eq(old, username_fold(&c->arena, q->username)) &&
	    (r = store_username_free(c->db, old, peer_channel(ch.row.id))) < 0)
		return r;
	a->prev_value = ch.row.username.p ? ch.row.username : SLICE_LIT("");
	a->new_value = q->username.p ? q->username : SLICE_LIT("");
	ch.row.username = q->username;
	if (!q->username.n)
		ch.row.flags &= ~STORE_CHANNEL_JOIN_REQUEST;
	if ((r = store_channel_put(c->db, &ch.row)) < 0 ||
	    (r = channel_log(c, ch.row.id, CHANNEL_LOG_INFO, &a->o)) < 0 ||
	    (r = channel_changed(c, ch.row.id)) < 0)
		return r;
	return rpc_reply_bool(c, true);
}

/* Names that are bought do not exist here: there is the one that updateUsername gives and takes. */
int channels_toggleUsername(struct rpc_call *c, const struct tl_channels_toggleUsername *q)
{
	struct channel ch;
	int r;

	if ((r = channel_resolve(c, q->channel, &ch)) < 0 || (r = channel_may(c, &ch, CHANNEL_CLOSE)) < 0)
		return r;
	return rpc_fail(c, 400,
	                ch.row.username.n && slice_eq(username_fold(&c->arena, q->username),
	                                              username_fold(&c->arena, ch.row.username))
	                        ? "USERNAME_NOT_MODIFIED"
	                        : "USERNAME_INVALID");
}

int channels_reorderUsernames(struct rpc_call *c, const struct tl_channels_reorderUsernames *q)
{
	struct channel ch;
	int r;

	if ((r = channel_resolve(c, q->channel, &ch)) < 0 || (r = channel_may(c, &ch, CHANNEL_CLOSE)) < 0)
		return r;
	if (q->order.n != (ch.row.username.n ? 1 : 0) ||
	    (q->order.n &&
	     !slice_eq(username_fold(&c->arena, q->order.v[0]), username_fold(&c->arena, ch.row.username))))
		return rpc_fail(c, 400, "USERNAME_INVALID");
	return rpc_reply_bool(c, true);
}

int channels_deactivateAllUsernames(struct rpc_call *c, const struct tl_channels_deactivateAllUsernames *q)
{
	struct channel ch;
	int r;

	/* There is none beside the one that updateUsername sets. */
	if ((r = channel_resolve(c, q->channel, &ch)) < 0 || (r = channel_may(c, &ch, CHANNEL_CLOSE)) < 0)
		return r;
	return rpc_reply_bool(c, true);
}
