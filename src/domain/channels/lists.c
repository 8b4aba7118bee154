/* lists.c - the caller's channels by one thing or another. Each reads his list, which is bounded, and nothing of others. */
#include <stdlib.h>

#include "base/err.h"
#include "domain/channels/private.h"
#include "rpc_methods.h"
#include "store/chat.h"
#include "store/dialog.h"
#include "updates/heads.h"
#include "updates/peer.h"

enum { LEFT_PAGE = 100 };

static int reply_chats(struct rpc_call *c, struct view *v)
{
	struct tl_messages_chats *o = TL_NEW(&c->arena, messages_chats);
	int r = view_chats(v, &o->chats);

	return r < 0 ? r : rpc_reply(c, &o->o);
}

/* Those of his channels of which `wanted` says yes. */
static int pick(struct rpc_call *c, bool (*wanted)(const struct channel *ch))
{
	struct view v;
	int64_t *ids;
	size_t n;
	int r = store_channels_of(c->db, c->user_id, &c->arena, &ids, &n);

	view_init(&v, c);
	for (size_t i = 0; r >= 0 && i < n; i++) {
		struct channel ch;

		r = channel_load(c, ids[i], &ch);
		if (r >= 0 && wanted(&ch))
			view_peer(&v, peer_channel(ids[i]));
	}
	return r < 0 ? r : reply_chats(c, &v);
}

static bool is_public_of_mine(const struct channel *ch)
{
	return ch->me.role == STORE_CHANNEL_CREATOR && ch->row.username.n;
}

int channels_getAdminedPublicChannels(struct rpc_call *c,
                                      const struct tl_channels_getAdminedPublicChannels *q)
{
	uint32_t n = 0;
	int64_t *ids;
	size_t n_ids;
	int r;

	if (q->by_location)
		return rpc_reply(c, &TL_NEW(&c->arena, messages_chats)->o);
	if (!q->check_limit)
		return pick(c, is_public_of_mine);
	if ((r = store_channels_of(c->db, c->user_id, &c->arena, &ids, &n_ids)) < 0)
		return r;
	for (size_t i = 0; i < n_ids; i++) {
		struct channel ch;

		if ((r = channel_load(c, ids[i], &ch)) < 0)
			return r;
		n += is_public_of_mine(&ch);
	}
	return n >= LIMIT_PUBLIC_CHANNELS ? rpc_fail(c, 400, "CHANNELS_ADMIN_PUBLIC_TOO_MUCH")
	                                  : pick(c, is_public_of_mine);
}

static bool may_discuss(const struct channel *ch)
{
	return (ch->row.flags & STORE_CHANNEL_MEGAGROUP) && !(ch->row.flags & STORE_CHANNEL_FORUM) &&
	       (ch->me.role == STORE_CHANNEL_CREATOR ||
	        (ch->me.role == STORE_CHANNEL_ADMIN && (ch->me.rights & ADMIN_CHANGE_INFO)));
}

int channels_getGroupsForDiscussion(struct rpc_call *c, const struct tl_channels_getGroupsForDiscussion *q)
{
	return pick(c, may_discuss);
}

/* Where he was once: his dialogs know it. A page of them; what he may not see is shown as channelForbidden. */
int channels_getLeftChannels(struct rpc_call *c, const struct tl_channels_getLeftChannels *q)
{
	struct tl_messages_chatsSlice *slice = TL_NEW(&c->arena, messages_chatsSlice);
	struct tl_messages_chats *all = TL_NEW(&c->arena, messages_chats);
	struct store_dialog *rows;
	struct view v;
	size_t n, left = 0, shown = 0;
	int r;

	if (!c->client->takeout)
		return rpc_fail(c, 403, "TAKEOUT_REQUIRED");
	if (q->offset < 0)
		return rpc_fail(c, 400, "OFFSET_INVALID");
	if ((r = store_dialog_channels(c->db, c->user_id, &c->arena, &rows, &n)) < 0)
		return r;
	view_init(&v, c);
	for (size_t i = 0; i < n; i++) {
		struct channel ch;

		r = channel_load(c, peer_channel_id(rows[i].peer), &ch);
		if (r < 0 && r != -ERR_NOTFOUND)
			return r;
		if (r < 0 || channel_is_in(&ch) || !ch.me.date)
			continue;
		if (left++ < (size_t)q->offset || shown == LEFT_PAGE)
			continue;
		view_peer(&v, rows[i].peer);
		shown++;
	}
	if ((r = view_chats(&v, &all->chats)) < 0)
		return r;
	if (!q->offset && shown == left)
		return rpc_reply(c, &all->o);
	slice->count = (int32_t)left;
	slice->chats = all->chats;
	return rpc_reply(c, &slice->o);
}

struct idle {
	int64_t peer;
	unixtime_t date;
};

static int longest_idle(const void *a, const void *b)
{
	const struct idle *x = a, *y = b;

	return x->date < y->date ? -1 : x->date > y->date;
}

/* view_chats() sorts by peer; here the order says something. */
static int reply_inactive(struct rpc_call *c, const struct idle *list, size_t n)
{
	struct tl_messages_inactiveChats *o = TL_NEW(&c->arena, messages_inactiveChats);
	int32_t *dates = ARENA_ARRAY(&c->arena, int32_t, n + 1);
	struct view v;
	int r;

	view_init(&v, c);
	o->dates = (struct tl_vec_int){dates, (uint32_t)n};
	o->chats = tl_vec_new(&c->arena, (uint32_t)n);
	for (size_t i = 0; i < n; i++) {
		dates[i] = (int32_t)list[i].date;
		if ((r = channel_view(&v, peer_channel_id(list[i].peer), false, &o->chats.v[i])) < 0)
			return r;
	}
	o->users = tl_vec_new(&c->arena, 0);
	return rpc_reply(c, &o->o);
}

int channels_getInactiveChannels(struct rpc_call *c, const struct tl_channels_getInactiveChannels *q)
{
	struct idle *list;
	int64_t *ids;
	size_t n;
	int r = store_channels_of(c->db, c->user_id, &c->arena, &ids, &n);

	if (r < 0)
		return r;
	list = ARENA_ARRAY(&c->arena, struct idle, n + 1);
	for (size_t i = 0; i < n; i++) {
		struct upd_head head;

		if ((r = rpc_head(c, peer_channel(ids[i]), &head)) < 0)
			return r;
		list[i] = (struct idle){peer_channel(ids[i]), head.top_date ? head.top_date : head.changed};
	}
	qsort(list, n, sizeof(*list), longest_idle);
	return reply_inactive(c, list, n < LIMIT_INACTIVE_CHANNELS ? n : LIMIT_INACTIVE_CHANNELS);
}

/* Ids in both lists, each ascending; as peers. */
static size_t both(const int64_t *a, size_t n_a, const int64_t *b, size_t n_b, bool channels, int64_t *ret)
{
	size_t i = 0, k = 0, n = 0;

	while (i < n_a && k < n_b) {
		if (a[i] == b[k])
			ret[n++] = channels ? peer_channel(a[i]) : peer_chat(a[i]);
		if (a[i] < b[k])
			i++;
		else
			k++;
	}
	return n;
}

static int common(struct rpc_call *c, int64_t with, int64_t **ret, size_t *ret_n)
{
	struct arena *a = &c->arena;
	int64_t *mine, *his, *chats, *his_chats;
	size_t n, m, n_chats, m_chats;
	int r;

	if ((r = store_channels_of(c->db, c->user_id, a, &mine, &n)) < 0 ||
	    (r = store_channels_of(c->db, with, a, &his, &m)) < 0 ||
	    (r = store_chats_of(c->db, c->user_id, a, &chats, &n_chats)) < 0 ||
	    (r = store_chats_of(c->db, with, a, &his_chats, &m_chats)) < 0)
		return r;
	*ret = ARENA_ARRAY(a, int64_t, n + n_chats + 1);
	*ret_n = both(mine, n, his, m, true, *ret);
	*ret_n += both(chats, n_chats, his_chats, m_chats, false, *ret + *ret_n);
	return 0;
}

/* Groups alone: who reads which channel is told to nobody. */
int messages_getCommonChats(struct rpc_call *c, const struct tl_messages_getCommonChats *q)
{
	uint32_t limit = q->limit > 0 && q->limit < LIMIT_PAGE ? (uint32_t)q->limit : LIMIT_PAGE;
	int64_t user, *peers;
	struct view v;
	size_t n;
	int r;

	if ((r = user_resolve(c, q->user_id, &user)) < 0)
		return r;
	if (user == c->user_id)
		return rpc_fail(c, 400, "USER_ID_INVALID");
	if ((r = common(c, user, &peers, &n)) < 0)
		return r;
	view_init(&v, c);
	for (size_t i = 0; i < n && limit; i++) {
		int64_t id = peer_is_channel(peers[i]) ? peer_channel_id(peers[i]) : peer_chat_id(peers[i]);
		struct store_channel row;

		if (q->max_id && id >= q->max_id)
			continue;
		if (peer_is_channel(peers[i])) {
			r = store_channel_get(c->db, id, &c->arena, &row);
			if (r < 0 && r != -ERR_NOTFOUND)
				return r;
			if (r == -ERR_NOTFOUND || !(row.flags & STORE_CHANNEL_MEGAGROUP))
				continue;
		}
		view_peer(&v, peers[i]);
		limit--;
	}
	return reply_chats(c, &v);
}
