/* thread_view.c - what a thread looks like: how many answers, by whom, how far they were read. */
#include "base/err.h"
#include "domain/channels/channel.h"
#include "domain/messages/discussion.h"
#include "domain/messages/thread.h"
#include "store/dialog.h"
#include "updates/peer.h"

enum { UNREAD_MAX = 10000, REPLIERS = 3, REPLIERS_LOOKS = 30, UNSEEN_MAX = 100, UNSEEN_LOOKS = 1000 };

int thread_read_in(struct rpc_call *c, const struct channel *ch, int32_t top, int32_t *ret)
{
	int64_t key = peer_channel(ch->row.id);
	struct store_thread_mark m;
	struct store_dialog d;
	int r = store_thread_mark_get(c->db, c->user_id, key, top, &c->arena, &m);

	*ret = m.read_in;
	if (r < 0 || !channel_is_in(ch))
		return r;
	if ((r = store_dialog_get(c->db, c->user_id, key, &c->arena, &d)) < 0)
		return r;
	if (d.read_in > *ret)
		*ret = d.read_in;
	return 0;
}

int32_t thread_read_of_others(const struct store_thread *t, int64_t user)
{
	return t->read_by == user ? t->read_second : t->read_top;
}

int thread_unread(struct rpc_call *c, const struct store_thread *t, int32_t read_in, int32_t *ret)
{
	uint32_t n = 0;
	int r = 0;

	if (t->max_id > read_in)
		r = store_thread_unread(c->db, t->channel, t->top, read_in, c->user_id, UNREAD_MAX, &n);
	*ret = (int32_t)n;
	return r;
}

int thread_unseen_ids(struct rpc_call *c, int64_t peer, int32_t top, enum store_unseen_kind kind,
                      uint32_t limit, int32_t **ret, size_t *ret_n)
{
	uint32_t looks = top ? UNSEEN_LOOKS : limit;
	int32_t *ids;
	size_t n, k = 0;
	int r = store_unseen_walk(c->db, c->user_id, peer, kind, INT32_MAX, false, 0, looks, &c->arena, &ids,
	                          &n);

	for (size_t i = 0; r >= 0 && i < n && k < limit; i++)
		if (!top || (r = store_thread_has(c->db, peer, top, ids[i])) > 0)
			ids[k++] = ids[i];
	*ret = ids;
	*ret_n = k;
	return r < 0 ? r : 0;
}

int thread_unseen(struct rpc_call *c, int64_t channel, int32_t top, enum store_unseen_kind kind, int32_t *ret)
{
	int32_t *ids;
	size_t n;
	int r = thread_unseen_ids(c, channel, top, kind, UNSEEN_MAX, &ids, &n);

	*ret = (int32_t)n;
	return r;
}

static int set_read(struct view *v, const struct store_thread *t, struct tl_messageReplies *o)
{
	struct store_thread_mark m;
	int r;

	if (!v->viewer)
		return 0;
	r = store_thread_mark_get(v->c->db, v->viewer, t->channel, t->top, &v->c->arena, &m);
	o->has_read_max_id = m.read_in > 0;
	o->read_max_id = m.read_in;
	return r;
}

static int set_repliers(struct view *v, const struct store_thread *t, struct tl_messageReplies *o)
{
	int64_t *who;
	size_t n;
	int r = store_thread_repliers(v->c->db, t->channel, t->top, REPLIERS_LOOKS, REPLIERS, &v->c->arena,
	                              &who, &n);

	if (r < 0)
		return r;
	o->recent_repliers = tl_vec_new(&v->c->arena, (uint32_t)n);
	for (size_t i = 0; i < n; i++) {
		o->recent_repliers.v[i] = peer_to_tl(&v->c->arena, who[i]);
		view_peer(v, who[i]);
	}
	return 0;
}

static int replies_of(struct view *v, const struct store_thread *t, struct tl_messageReplies *o)
{
	o->replies = t->count;
	o->replies_pts = t->pts > 0 ? t->pts : 1;
	o->has_max_id = t->max_id > 0;
	o->max_id = t->max_id;
	return set_read(v, t, o);
}

int thread_replies_view(struct view *v, const struct store_msg *row, struct tl_obj **ret)
{
	struct tl_messageReplies *o = TL_NEW(&v->c->arena, messageReplies);
	struct store_channel ch;
	struct store_thread t;
	struct store_msg copy;
	int r = store_channel_get(v->c->db, peer_channel_id(row->owner), &v->c->arena, &ch);

	*ret = NULL;
	if (r < 0)
		return r == -ERR_NOTFOUND ? 0 : r;
	if (ch.flags & STORE_CHANNEL_FORUM)
		return 0;
	if (!(ch.flags & STORE_CHANNEL_BROADCAST)) {
		r = store_thread_get(v->c->db, row->owner, row->id, &t);
		/* The copy of a post says that it can be commented before anybody has: without that TDLib opens no thread. */
		if (r < 0 || (!t.count && row->origin_owner >= 0))
			return r;
		*ret = &o->o;
		return replies_of(v, &t, o);
	}
	r = discussion_copy(v->c, &ch, row->id, &copy);
	if (r < 0)
		return r == -ERR_NOTFOUND ? 0 : r;
	if ((r = store_thread_get(v->c->db, copy.owner, copy.id, &t)) < 0 || (r = replies_of(v, &t, o)) < 0 ||
	    (r = set_repliers(v, &t, o)) < 0)
		return r;
	o->comments = true;
	o->has_channel_id = true;
	o->channel_id = ch.linked;
	view_peer(v, copy.owner);
	*ret = &o->o;
	return 0;
}
