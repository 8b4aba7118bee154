/* block.c - whom the caller does not want to hear from. */
#include "base/err.h"
#include "domain/bots/bot.h"
#include "domain/users/peer.h"
#include "domain/users/view.h"
#include "rpc_methods.h"
#include "store/contact.h"
#include "updates/event.h"
#include "updates/peer.h"

enum { PAGE = 100 };

static int set(struct rpc_call *c, int64_t peer, bool blocked)
{
	int r;

	if (peer == c->user_id || peer == SERVICE_USER)
		return rpc_fail(c, 400, "CONTACT_ID_INVALID");
	r = store_blocked_set(c->db, c->user_id, peer, blocked, c->now);
	if (r > 0 && peer_is_bot(peer) && (r = bot_stopped(c, peer, blocked)) == 0)
		r = 1;
	return r <= 0 ? r : rpc_log_own(c, UPD_BLOCKED, peer, 0);
}

/* Nobody can post a story, so there is nothing to hide somebody's eyes from. */
static int no_stories(struct rpc_call *c)
{
	return rpc_fail(c, 400, "METHOD_NOT_IMPLEMENTED");
}

int contacts_block(struct rpc_call *c, const struct tl_contacts_block *q)
{
	struct peer peer;
	uint32_t count;
	int64_t *peers;
	int32_t *dates;
	size_t n;
	int r;

	if (q->my_stories_from)
		return no_stories(c);
	if ((r = peer_resolve(c, q->id, &peer)) < 0 ||
	    (r = store_blocked_list(c->db, c->user_id, 0, 1, &c->arena, &peers, &dates, &n, &count)) < 0)
		return r;
	if (count >= LIMIT_BLOCKED)
		return rpc_fail(c, 400, "LIMIT_INVALID");
	r = set(c, peer.key, true);
	return r < 0 ? r : rpc_reply_bool(c, true);
}

int contacts_unblock(struct rpc_call *c, const struct tl_contacts_unblock *q)
{
	struct peer peer;
	int r;

	if (q->my_stories_from)
		return no_stories(c);
	if ((r = peer_resolve(c, q->id, &peer)) < 0 || (r = set(c, peer.key, false)) < 0)
		return r;
	return rpc_reply_bool(c, true);
}

static bool among(const int64_t *v, size_t n, int64_t peer)
{
	for (size_t i = 0; i < n; i++)
		if (v[i] == peer)
			return true;
	return false;
}

/* The whole list at once: who is not in it is no longer blocked. */
int contacts_setBlocked(struct rpc_call *c, const struct tl_contacts_setBlocked *q)
{
	int64_t *wish = ARENA_ARRAY(&c->arena, int64_t, q->id.n + 1), *had;
	struct peer peer;
	uint32_t count;
	int32_t *dates;
	size_t n;
	int r;

	if (q->my_stories_from)
		return no_stories(c);
	if (q->id.n > LIMIT_PRIVACY_EXCEPTIONS)
		return rpc_fail(c, 400, "LIMIT_INVALID");
	for (uint32_t i = 0; i < q->id.n; i++) {
		if ((r = peer_resolve(c, q->id.v[i], &peer)) < 0)
			return r;
		wish[i] = peer.key;
	}
	r = store_blocked_list(c->db, c->user_id, 0, LIMIT_BLOCKED, &c->arena, &had, &dates, &n, &count);
	for (size_t i = 0; r >= 0 && i < n; i++)
		if (!among(wish, q->id.n, had[i]))
			r = set(c, had[i], false);
	for (uint32_t i = 0; r >= 0 && i < q->id.n; i++)
		r = set(c, wish[i], true);
	return r < 0 ? r : rpc_reply_bool(c, true);
}

static int reply_blocked(struct rpc_call *c, struct view *v, struct tl_vec list, uint32_t count)
{
	struct tl_contacts_blocked *all;
	struct tl_contacts_blockedSlice *slice;
	struct tl_vec users, chats;
	int r;

	if ((r = view_mentioned(v, &users, &chats)) < 0)
		return r;
	if (list.n == count) {
		all = TL_NEW(&c->arena, contacts_blocked);
		all->blocked = list;
		all->users = users;
		all->chats = chats;
		return rpc_reply(c, &all->o);
	}
	slice = TL_NEW(&c->arena, contacts_blockedSlice);
	slice->count = (int32_t)count;
	slice->blocked = list;
	slice->users = users;
	slice->chats = chats;
	return rpc_reply(c, &slice->o);
}

int contacts_getBlocked(struct rpc_call *c, const struct tl_contacts_getBlocked *q)
{
	uint32_t count = 0, limit = q->limit > 0 && q->limit < PAGE ? (uint32_t)q->limit : PAGE;
	struct tl_vec list;
	int64_t *peers;
	int32_t *dates;
	struct view v;
	size_t n = 0;
	int r;

	if (q->offset < 0)
		return rpc_fail(c, 400, "OFFSET_INVALID");
	view_init(&v, c);
	if (!q->my_stories_from) {
		r = store_blocked_list(c->db, c->user_id, (uint32_t)q->offset, limit, &c->arena, &peers,
		                       &dates, &n, &count);
		if (r < 0)
			return r;
	}
	list = tl_vec_new(&c->arena, (uint32_t)n);
	for (size_t i = 0; i < n; i++) {
		struct tl_peerBlocked *b = TL_NEW(&c->arena, peerBlocked);

		b->peer_id = peer_to_tl(&c->arena, peers[i]);
		b->date = dates[i];
		view_peer(&v, peers[i]);
		list.v[i] = &b->o;
	}
	return reply_blocked(c, &v, list, count);
}
