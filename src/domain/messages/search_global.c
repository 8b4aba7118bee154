/*
 * search_global.c - messages.searchGlobal. The caller's own box holds his private chats and basic groups; each of his channels is a
 * box with ids of its own. What they have is put in one order, by date, box and id, newest first; an offset is a place in it.
 */
#include <stdlib.h>

#include "base/err.h"
#include "domain/channels/channel.h"
#include "domain/messages/match.h"
#include "domain/messages/message.h"
#include "domain/messages/page.h"
#include "domain/messages/search_kind.h"
#include "domain/search/fold.h"
#include "rpc_methods.h"
#include "store/dialog.h"
#include "updates/heads.h"
#include "updates/peer.h"

struct hunt {
	const struct tl_messages_searchGlobal *q;
	struct match wanted; /* of each box */
	unixtime_t date;     /* the offset; 0: from the top */
	int64_t box;
	int32_t id;
	struct store_msg *rows; /* the newest so far; room for twice as many */
	size_t n, max;
	uint32_t total;
	bool exact;
};

static int newest_first(const void *a, const void *b)
{
	const struct store_msg *x = a, *y = b;

	if (x->date != y->date)
		return x->date > y->date ? -1 : 1;
	if (x->owner != y->owner)
		return x->owner > y->owner ? -1 : 1;
	return x->id > y->id ? -1 : x->id < y->id;
}

/* Behind the offset: by id in its own box, by date in the others. */
static int32_t set_offset(const struct hunt *h, struct match *m)
{
	int32_t max = (int32_t)h->date + (m->place.owner < h->box);

	if (m->place.owner == h->box && h->id > 0)
		return h->id;
	if (h->date && (!m->max_date || max < m->max_date))
		m->max_date = max;
	return INT32_MAX;
}

/* newest: when the box changed last, as far as that is known. */
static int look(struct rpc_call *c, struct hunt *h, struct match m, unixtime_t newest)
{
	struct store_msg *found;
	uint32_t total;
	int32_t from;
	bool exact;
	size_t n;
	int r;

	if ((r = match_open(c, &m)) < 0 || (r = match_count(c, &m, &total, &exact)) < 0 || !total)
		return r;
	h->total += total;
	h->exact &= exact;
	if (h->n == h->max && newest < h->rows[h->max - 1].date)
		return 0;
	from = set_offset(h, &m);
	if ((r = match_walk(c, &m, from, false, 0, (uint32_t)h->max, &found, &n)) < 0)
		return r;
	memcpy(h->rows + h->n, found, n * sizeof(*found));
	h->n += n;
	qsort(h->rows, h->n, sizeof(*h->rows), newest_first);
	if (h->n > h->max)
		h->n = h->max;
	return 0;
}

/* 1: he wants to look there, 0: not. */
static int is_wanted(struct rpc_call *c, const struct hunt *h, const struct channel *ch)
{
	struct store_dialog d;
	int r;

	if ((h->q->broadcasts_only && !(ch->row.flags & STORE_CHANNEL_BROADCAST)) ||
	    (h->q->groups_only && !(ch->row.flags & STORE_CHANNEL_MEGAGROUP)))
		return 0;
	if (h->wanted.folder < 0)
		return 1;
	r = store_dialog_get(c->db, c->user_id, peer_channel(ch->row.id), &c->arena, &d);
	return r < 0 ? r : d.folder == h->wanted.folder;
}

static int look_in_channel(struct rpc_call *c, struct hunt *h, int64_t id)
{
	struct match m = h->wanted;
	struct upd_head head;
	struct channel ch;
	int r = channel_load(c, id, &ch);

	if (r < 0 || (r = is_wanted(c, h, &ch)) <= 0 || (r = rpc_head(c, peer_channel(id), &head)) < 0)
		return r == -ERR_NOTFOUND ? 0 : r;
	m.place = (struct place){.owner = head.channel, .peer = head.channel, .first_id = ch.me.first_id};
	m.folder = -1;
	return look(c, h, m, head.top_date);
}

static int look_everywhere(struct rpc_call *c, struct hunt *h)
{
	int64_t *ids;
	size_t n = 0;
	int r = 0;

	h->rows = ARENA_ARRAY(&c->arena, struct store_msg, 2 * h->max);
	h->exact = true;
	h->wanted.place.owner = c->user_id;
	if (!h->q->broadcasts_only)
		r = look(c, h, h->wanted, INT32_MAX);
	if (r < 0 || h->q->users_only)
		return r;
	h->wanted.whose = MATCH_ANYBODY;
	r = store_channels_of(c->db, c->user_id, &c->arena, &ids, &n);
	for (size_t i = 0; r >= 0 && i < n; i++)
		r = look_in_channel(c, h, ids[i]);
	return r;
}

/* Some clients give an id alone. */
static int find_offset(struct rpc_call *c, struct hunt *h)
{
	const struct tl_inputPeerChannel *in = TL_AS(inputPeerChannel, h->q->offset_peer);
	struct store_msg row;
	int r;

	h->date = h->q->offset_rate > 0 && h->q->offset_rate < INT32_MAX
	                  ? h->q->offset_rate
	                  : 0; /* TDLib begins at the end of time */
	h->id = h->q->offset_id;
	h->box = in ? peer_channel(in->channel_id) : c->user_id;
	if (h->date || h->id <= 0 || in)
		return 0;
	r = store_msg_find(c->db, c->user_id, h->id, &c->arena, &row);
	if (r == 0)
		h->date = row.date;
	return r == -ERR_NOTFOUND ? 0 : r;
}

static int reply_slice(struct rpc_call *c, const struct hunt *h)
{
	struct tl_messages_messagesSlice *s = TL_NEW(&c->arena, messages_messagesSlice);
	struct view v;
	int r;

	view_init(&v, c);
	if (h->n < h->max && !h->date && h->id <= 0)
		return page_reply(c, &v, NULL, h->rows, h->n, (uint32_t)h->n, true); /* all of them */
	s->inexact = !h->exact;
	s->count = (int32_t)h->total;
	s->has_next_rate = h->n == h->max;
	s->next_rate = h->n ? (int32_t)h->rows[h->n - 1].date : 0;
	s->messages = tl_vec_new(&c->arena, (uint32_t)h->n);
	for (size_t i = 0; i < h->n; i++)
		if ((r = message_view(&v, &h->rows[i], &s->messages.v[i])) < 0)
			return r;
	s->topics = tl_vec_new(&c->arena, 0);
	if ((r = view_mentioned(&v, &s->users, &s->chats)) < 0)
		return r;
	return rpc_reply(c, &s->o);
}

int messages_searchGlobal(struct rpc_call *c, const struct tl_messages_searchGlobal *q)
{
	enum search_kind kind = search_kind_of(q->filter);
	struct hunt h = {.q = q, .max = q->limit < 1 ? 1 : q->limit > LIMIT_PAGE ? LIMIT_PAGE : q->limit};
	struct view v;
	int r;

	if (!q->q.n && kind == SEARCH_ALL)
		return rpc_fail(c, 400, "SEARCH_QUERY_EMPTY");
	h.wanted = (struct match){.min_date = q->min_date,
	                          .max_date = q->max_date,
	                          .folder = q->has_folder_id ? q->folder_id : -1,
	                          .whose = q->users_only    ? MATCH_USERS
	                                   : q->groups_only ? MATCH_GROUPS
	                                                    : MATCH_ANYBODY,
	                          .link = kind == SEARCH_LINK,
	                          .kinds = search_media_of(q->filter),
	                          .query = search_fold(&c->arena, q->q)};
	if (kind == SEARCH_NOTHING || kind == SEARCH_PINNED || (q->q.n && !h.wanted.query.n)) {
		view_init(&v, c);
		return page_reply(c, &v, NULL, NULL, 0, 0, true);
	}
	if ((r = find_offset(c, &h)) < 0 || (r = look_everywhere(c, &h)) < 0)
		return r;
	return reply_slice(c, &h);
}
