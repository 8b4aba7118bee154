/*
 * replies.c - threads and comments: messages.getReplies, getDiscussionMessage, readDiscussion. The same serve topics of forums, which are
 * threads, too.
 */
#include "base/err.h"
#include "domain/bots/bot.h"
#include "domain/channels/channel.h"
#include "domain/messages/message.h"
#include "domain/messages/page.h"
#include "domain/messages/read_channel.h"
#include "domain/messages/thread.h"
#include "rpc_methods.h"
#include "store/dialog.h"
#include "updates/event.h"
#include "updates/heads.h"
#include "updates/peer.h"

enum { DEFAULT_LIMIT = 20, WRITERS_MAX = 100, TOPICS_LOOKS = 100 };

int messages_getReplies(struct rpc_call *c, const struct tl_messages_getReplies *q)
{
	struct page_query p = {PAGE_NUMBERS(q), .offset_date = q->offset_date};
	struct store_msg *rows;
	uint32_t total;
	struct thread t;
	struct view v;
	size_t n;
	int r;

	if ((r = thread_resolve(c, q->peer, q->msg_id, &t)) < 0)
		return r;
	p.place = t.place;
	p.thread = t.top;
	p.limit = q->limit ? q->limit : DEFAULT_LIMIT;
	if ((r = page_read(c, &p, &rows, &n)) < 0)
		return r;
	total = (uint32_t)t.head.count + (t.is_topic && t.root.id); /* a topic's beginning stands in it */
	view_init(&v, c);
	view_peer(&v, t.place.peer);
	return page_reply(c, &v, &t.place, rows, n, total, true);
}

/* 1: the caller is shown it; 0: privacy mode keeps it from a bot. */
static int is_shown(struct rpc_call *c, const struct store_msg *row)
{
	return c->is_bot ? bot_hears_row(c, c->user_id, row) : 1;
}

/* The root, behind what else there is of its album: the newest first. */
static int roots(struct view *v, const struct thread *t, struct tl_vec *ret)
{
	struct rpc_call *c = v->c;
	struct store_msg *rows;
	size_t n = 0, k = 0;
	int r = 0;

	if (t->root.grouped_id)
		r = store_msg_walk(c->db, t->place.owner, t->place.peer, t->top + 1, true, 0, LIMIT_ALBUM - 1,
		                   &c->arena, &rows, &n);
	*ret = tl_vec_new(&c->arena, (uint32_t)n + 1);
	for (size_t i = n; r >= 0 && i-- > 0;)
		if (rows[i].grouped_id == t->root.grouped_id && (r = is_shown(c, &rows[i])) > 0)
			r = message_view(v, &rows[i], &ret->v[k++]);
	if (r >= 0)
		r = message_view(v, &t->root, &ret->v[k++]);
	ret->n = (uint32_t)k;
	return r;
}

int messages_getDiscussionMessage(struct rpc_call *c, const struct tl_messages_getDiscussionMessage *q)
{
	struct tl_messages_discussionMessage *d = TL_NEW(&c->arena, messages_discussionMessage);
	struct thread t;
	struct view v;
	int r;

	if ((r = thread_resolve(c, q->peer, q->msg_id, &t)) < 0)
		return r;
	if (!t.root.id || (r = is_shown(c, &t.root)) == 0)
		return rpc_fail(c, 400, "MSG_ID_INVALID");
	if (r < 0)
		return r;
	view_init(&v, c);
	view_peer(&v, t.place.peer);
	if ((r = roots(&v, &t, &d->messages)) < 0 ||
	    (r = thread_read_in(c, t.ch, t.top, &d->read_inbox_max_id)) < 0 ||
	    (r = thread_unread(c, &t.head, d->read_inbox_max_id, &d->unread_count)) < 0)
		return r;
	d->has_max_id = t.head.max_id > 0;
	d->max_id = t.head.max_id;
	d->has_read_inbox_max_id = d->read_inbox_max_id > 0;
	d->read_outbox_max_id = thread_read_of_others(&t.head, c->user_id);
	d->has_read_outbox_max_id = d->read_outbox_max_id > 0;
	if ((r = view_mentioned(&v, &d->users, &d->chats)) < 0)
		return r;
	return rpc_reply(c, &d->o);
}

/* --- reading */

/* What writers are told: of the thread, how far somebody else has read. */
static int tell_writers(struct rpc_call *c, const struct thread *t, int32_t after, int32_t upto)
{
	int64_t *who, read = upto;
	size_t n;
	int r = store_thread_authors(c->db, t->place.owner, t->top, after, upto, WRITERS_MAX, &c->arena, &who,
	                             &n);

	for (size_t i = 0; r >= 0 && i < n; i++) {
		struct upd_event ev = {.owner = who[i],
		                       .kind = UPD_DISCUSSION_OUT,
		                       .peer = t->place.owner,
		                       .id = t->top,
		                       .payload = slice_of(&read, sizeof(read))};

		if (who[i] > 0 && who[i] != c->user_id)
			r = rpc_log_event(c, &ev);
	}
	return r;
}

static int note_reader(struct rpc_call *c, struct thread *t, int32_t max_id)
{
	struct store_thread *h = &t->head;
	int32_t before = max_id > h->read_top && h->read_by == c->user_id ? h->read_top : h->read_second;
	int r;

	if (max_id > h->read_top) {
		if (h->read_by != c->user_id)
			h->read_second = h->read_top;
		h->read_top = max_id;
		h->read_by = c->user_id;
	} else if (h->read_by != c->user_id && max_id > h->read_second) {
		h->read_second = max_id;
	} else {
		return 0;
	}
	r = store_thread_put(c->db, h);
	return r < 0 ? r : tell_writers(c, t, before, max_id);
}

/* Of a forum: what is read in all its topics is read in the group. */
static int read_group(struct rpc_call *c, const struct thread *t)
{
	int32_t *tops, lowest = INT32_MAX, read;
	struct store_thread h;
	struct store_dialog d;
	struct store_msg *row;
	struct upd_head head;
	size_t n, k;
	int r;

	if (!t->is_topic || !channel_is_in(t->ch))
		return 0;
	if ((r = store_dialog_get(c->db, c->user_id, t->place.owner, &c->arena, &d)) < 0 ||
	    (r = store_thread_above(c->db, t->place.owner, d.read_in, TOPICS_LOOKS, &c->arena, &tops, &n)) <
	            0)
		return r;
	if (n == TOPICS_LOOKS)
		return 0;
	for (size_t i = 0; i < n; i++) {
		if ((r = thread_read_in(c, t->ch, tops[i], &read)) < 0 ||
		    (r = store_thread_get(c->db, t->place.owner, tops[i], &h)) < 0)
			return r;
		if (h.max_id <= read)
			continue;
		r = store_thread_walk(c->db, t->place.owner, tops[i], read + 1, true, 0, 1, &c->arena, &row,
		                      &k);
		if (r < 0)
			return r;
		if (k && row->id < lowest)
			lowest = row->id;
	}
	if ((r = rpc_head(c, t->place.owner, &head)) < 0)
		return r;
	read = lowest > head.top_id ? head.top_id : lowest - 1;
	return read > d.read_in ? channel_read_upto(c, t->ch, &d, read) : 0;
}

int messages_readDiscussion(struct rpc_call *c, const struct tl_messages_readDiscussion *q)
{
	struct upd_event ev = {
		.owner = c->user_id, .kind = UPD_DISCUSSION_IN, .except_key = c->client->auth_key_id};
	struct store_thread_mark m;
	int64_t said[3] = {0};
	int32_t max_id, had;
	struct thread t;
	int r;

	if ((r = thread_resolve(c, q->peer, q->msg_id, &t)) < 0 ||
	    (r = thread_read_in(c, t.ch, t.top, &had)) < 0 ||
	    (r = store_thread_mark_get(c->db, c->user_id, t.place.owner, t.top, &c->arena, &m)) < 0)
		return r;
	max_id = q->read_max_id <= 0 || q->read_max_id > t.head.max_id ? t.head.max_id : q->read_max_id;
	if (max_id <= had)
		return rpc_reply_bool(c, true);
	m.read_in = max_id;
	said[0] = max_id;
	if (peer_is_channel(t.root.origin_owner) && t.root.origin_owner != t.place.owner) {
		said[1] = peer_channel_id(t.root.origin_owner);
		said[2] = t.root.origin_id;
	}
	ev.peer = t.place.owner;
	ev.id = t.top;
	ev.payload = slice_of(said, sizeof(said));
	if ((r = store_thread_mark_put(c->db, &m)) < 0 || (r = rpc_log_event(c, &ev)) < 0 ||
	    (r = note_reader(c, &t, max_id)) < 0 || (r = read_group(c, &t)) < 0)
		return r;
	return rpc_reply_bool(c, true);
}
