/* counts.c - what is counted in channels: views and forwards of posts, and mentions that somebody has not looked at. */
#include "base/err.h"
#include "base/language.h"
#include "domain/channels/channel.h"
#include "domain/messages/message.h"
#include "domain/messages/page.h"
#include "domain/messages/thread.h"
#include "domain/messages/twin.h"
#include "domain/messages/views.h"
#include "rpc_methods.h"
#include "store/unseen.h"
#include "updates/event.h"
#include "updates/peer.h"

static enum view_place place_of_view(const struct peer *at, const struct view_post *post)
{
	if (at->key == post->channel)
		return channel_is_in(at->channel) ? VIEW_BY_SUBSCRIBER : VIEW_FROM_OUTSIDE;
	return peer_is_user(at->key) ? VIEW_IN_PRIVATE : VIEW_IN_GROUP;
}

static int views_at(struct view *v, const struct peer *at, const struct store_msg *row, bool increment,
                    struct tl_messageViews *o)
{
	struct rd in = rd_of(row->body.p, row->body.n);
	struct rpc_call *c = v->c;
	struct store_msg_count n;
	struct view_post post;
	struct tl_obj *m;
	int r;

	if (tl_decode(&in, &c->arena, &m) < 0)
		return -ERR_CORRUPT;
	if (!TL_IS(message, m) || !views_whose(row, TL_AS(message, m), &post))
		return 0;
	if (increment)
		views_see(c->app->views, post.channel, post.id, c->user_id, place_of_view(at, &post),
		          c->client ? language_of(c->client->lang_code) : 0);
	if ((r = views_of(c, post.channel, post.id, &n)) < 0)
		return r;
	o->has_views = o->has_forwards = true;
	o->views = n.views;
	o->forwards = n.forwards;
	return row->flags & STORE_MSG_THREAD ? thread_replies_view(v, row, &o->replies) : 0;
}

int messages_getMessagesViews(struct rpc_call *c, const struct tl_messages_getMessagesViews *q)
{
	struct tl_messages_messageViews *o = TL_NEW(&c->arena, messages_messageViews);
	struct store_msg row;
	struct place place;
	struct peer peer;
	struct view v;
	int r;

	if ((r = place_resolve(c, q->peer, &peer, &place)) < 0)
		return r;
	if (q->id.n > LIMIT_MESSAGES_PER_CALL)
		return rpc_fail(c, 400, "MSG_ID_INVALID");
	view_init(&v, c);
	o->views = tl_vec_new(&c->arena, q->id.n); /* in the order of the question */
	for (uint32_t i = 0; i < q->id.n; i++) {
		struct tl_messageViews *n = TL_NEW(&c->arena, messageViews);

		o->views.v[i] = &n->o;
		r = place_message(c, &place, q->id.v[i], &row);
		if (r == 0)
			r = views_at(&v, &peer, &row, q->increment, n);
		if (r < 0 && r != -ERR_NOTFOUND)
			return r;
	}
	if ((r = view_mentioned(&v, &o->users, &o->chats)) < 0)
		return r;
	return rpc_reply(c, &o->o);
}

/* --- mentions */

int messages_getUnreadMentions(struct rpc_call *c, const struct tl_messages_getUnreadMentions *q)
{
	const struct page_query page = {PAGE_NUMBERS(q), .thread = q->has_top_msg_id ? q->top_msg_id : 0};

	return page_unseen(c, q->peer, STORE_UNSEEN_MENTION, &page);
}

enum { READ_SLICE = 100 };

/* Some of them are seen; their number. */
static int see_some(struct rpc_call *c, int64_t key, int32_t top, size_t *ret_n)
{
	struct upd_event ev = {.owner = c->user_id,
	                       .kind = UPD_CHANNEL_CONTENTS,
	                       .peer = key,
	                       .except_key = c->client->auth_key_id};
	int32_t *ids;
	int r = thread_unseen_ids(c, key, top, STORE_UNSEEN_MENTION, READ_SLICE, &ids, ret_n);

	for (size_t i = 0; r >= 0 && i < *ret_n; i++)
		r = store_unseen_delete(c->db, c->user_id, key, STORE_UNSEEN_MENTION, ids[i]);
	if (r < 0 || !*ret_n)
		return r;
	ev.payload = ids_payload(&c->arena, -1, ids, (uint32_t)*ret_n);
	return rpc_log_event(c, &ev);
}

/* The same of a basic group, where the row says so, too, and each counts. */
static int see_in_chat(struct rpc_call *c, int64_t key, size_t *ret_n)
{
	struct upd_event ev = {
		.owner = c->user_id, .kind = UPD_READ_CONTENTS, .except_key = c->client->auth_key_id};
	struct store_msg row;
	int32_t *ids;
	int r = store_unseen_walk(c->db, c->user_id, key, STORE_UNSEEN_MENTION, INT32_MAX, false, 0,
	                          READ_SLICE, &c->arena, &ids, ret_n);

	for (size_t i = 0; r >= 0 && i < *ret_n; i++)
		if ((r = store_unseen_delete(c->db, c->user_id, key, STORE_UNSEEN_MENTION, ids[i])) >= 0 &&
		    (r = store_msg_get(c->db, c->user_id, key, ids[i], &c->arena, &row)) >= 0)
			r = store_msg_set_flags(c->db, row.owner, row.peer, row.id,
			                        row.flags & ~STORE_MSG_MEDIA_UNREAD);
	if (r < 0 || !*ret_n)
		return r;
	ev.pts_count = (int32_t)*ret_n;
	ev.payload = ids_payload(&c->arena, -1, ids, (uint32_t)*ret_n);
	return rpc_log_event(c, &ev);
}

int messages_readMentions(struct rpc_call *c, const struct tl_messages_readMentions *q)
{
	struct tl_messages_affectedHistory *a = TL_NEW(&c->arena, messages_affectedHistory);
	struct place place;
	struct peer peer;
	size_t n = 0;
	int r;

	if ((r = place_resolve(c, q->peer, &peer, &place)) < 0)
		return r;
	if (peer.chat) {
		if ((r = see_in_chat(c, peer.key, &n)) < 0)
			return r;
		a->pts_count = (int32_t)n;
	}
	if ((peer.channel && (r = see_some(c, peer.key, q->has_top_msg_id ? q->top_msg_id : 0, &n)) < 0) ||
	    (r = rpc_box_pts(c, place.owner, &a->pts)) < 0)
		return r;
	a->offset = n == READ_SLICE; /* "call again" */
	return rpc_reply(c, &a->o);
}
