/*
 * channel_difference.c - updates.getChannelDifference (api.md 5.4): the log of a channel read again, by the same composition as
 * pushes. Slices for as long as it takes; TooLong only where the gap is above a limit, since clients throw away what they know.
 */
#include "base/err.h"
#include "base/settings.h"
#include "domain/bots/bot.h"
#include "domain/channels/channel.h"
#include "domain/dialogs/dialog.h"
#include "domain/messages/message.h"
#include "domain/sync/channel_event.h"
#include "domain/sync/compose.h"
#include "domain/sync/restored.h"
#include "rpc_methods.h"
#include "store/msg.h"
#include "store/upd.h"
#include "updates/audience.h"
#include "updates/event.h"
#include "updates/heads.h"
#include "updates/online.h"
#include "updates/peer.h"

enum {
	POLL_S = 30,  /* the period of an open chat, and how long somebody outside is told of it */
	FIRST_PTS = 1 /* of a channel in which nothing has happened */
};

struct gather {
	struct view v;
	const struct channel *ch;
	const struct tl_channelMessagesFilter *filter; /* NULL: everything */
	struct tl_obj **messages, **other;
	uint32_t n_messages, n_other;
	int32_t pts;
};

static bool passes(const struct gather *g, int32_t id)
{
	if (id < g->ch->me.first_id)
		return false;
	if (!g->filter)
		return true;
	for (uint32_t i = 0; i < g->filter->ranges.n; i++) {
		const struct tl_messageRange *r = TL_AS(messageRange, g->filter->ranges.v[i]);

		if (r && id >= r->min_id && id <= r->max_id)
			return true;
	}
	return false;
}

/* A message that is gone by now, or that he may not see, is passed over; its pts counts all the same. */
static int add_message(struct gather *g, const struct upd_event *ev)
{
	struct store_msg row;
	int r;

	if (!passes(g, ev->id))
		return 0;
	r = store_msg_get(g->v.c->db, ev->owner, ev->owner, ev->id, &g->v.c->arena, &row);
	if (r == 0 && peer_is_bot(g->v.viewer) && (r = bot_hears_row(g->v.c, g->v.viewer, &row)) >= 0)
		r = r > 0 ? 0 : -ERR_NOTFOUND;
	if (r == 0)
		r = message_view(&g->v, &row, &g->messages[g->n_messages]);
	if (r == 0) {
		g->n_messages++;
		if (sync_names_random_id(&g->v, ev))
			g->other[g->n_other++] = sync_message_id(&g->v.c->arena, ev);
	}
	return r == -ERR_NOTFOUND ? 0 : r;
}

static bool born_here(const struct store_upd *rows, size_t n, int32_t id)
{
	for (size_t i = 0; i < n; i++)
		if (rows[i].kind == UPD_NEW && rows[i].id == id)
			return true;
	return false;
}

static int add_event(struct gather *g, const struct store_upd *rows, size_t at)
{
	const struct store_upd *row = &rows[at];
	struct upd_event ev = sync_event_of(row);
	struct tl_obj *u;
	int r;

	if (row->kind == UPD_NEW)
		return add_message(g, &ev);
	if (row->kind == UPD_EPOCH) {
		if ((u = sync_restored_channel(&g->v, row, g->pts)) != NULL)
			g->other[g->n_other++] = u;
		return 0;
	}
	/* An edit of what is new here is in it already. */
	if (row->kind == UPD_EDIT && (row->id < g->ch->me.first_id || born_here(rows, at, row->id)))
		return 0;
	r = sync_channel_event(&g->v, &ev, &u);
	if (r >= 0 && u)
		g->other[g->n_other++] = u;
	return r;
}

static int reply_empty(struct rpc_call *c, int32_t pts)
{
	struct tl_updates_channelDifferenceEmpty *e = TL_NEW(&c->arena, updates_channelDifferenceEmpty);

	e->final = e->has_timeout = true;
	e->timeout = POLL_S;
	e->pts = pts;
	return rpc_reply(c, &e->o);
}

static int reply_slice(struct gather *g, bool final)
{
	struct rpc_call *c = g->v.c;
	struct tl_updates_channelDifference *d = TL_NEW(&c->arena, updates_channelDifference);
	int r;

	d->final = d->has_timeout = final; /* TDLib logs a timeout without final, and final without one */
	d->timeout = POLL_S;
	d->pts = g->pts;
	d->new_messages = (struct tl_vec){g->messages, g->n_messages};
	d->other_updates = (struct tl_vec){g->other, g->n_other};
	if ((r = view_mentioned(&g->v, &d->users, &d->chats)) < 0)
		return r;
	return rpc_reply(c, &d->o);
}

/* The gap is too large: the newest page and the chat as it is. */
static int reply_too_long(struct gather *g, int64_t key)
{
	struct rpc_call *c = g->v.c;
	struct tl_updates_channelDifferenceTooLong *d = TL_NEW(&c->arena, updates_channelDifferenceTooLong);
	struct store_msg *rows;
	size_t n;
	int r;

	d->final = d->has_timeout = true;
	d->timeout = POLL_S;
	if ((r = dialog_view_of(&g->v, key, &d->dialog)) < 0 ||
	    (r = store_msg_walk(c->db, key, key, INT32_MAX, false, 0, LIMIT_PAGE, &c->arena, &rows, &n)) < 0)
		return r;
	d->messages = tl_vec_new(&c->arena, (uint32_t)n);
	d->messages.n = 0;
	for (size_t i = 0; i < n; i++)
		if (rows[i].id >= g->ch->me.first_id &&
		    (r = message_view(&g->v, &rows[i], &d->messages.v[d->messages.n++])) < 0)
			return r;
	if ((r = view_mentioned(&g->v, &d->users, &d->chats)) < 0)
		return r;
	return rpc_reply(c, &d->o);
}

/* Who looks at a public channel from outside is told of it for a while. */
static void watch(struct rpc_call *c, const struct channel *ch)
{
	struct upd_listener l = {.key = c->client->auth_key_id, .user = c->user_id};

	if (channel_is_in(ch) || (l.layer = upd_online_key_layer(c->app->online, l.key)) == 0)
		return;
	upd_audience_watch(c->app->audience, peer_channel(ch->row.id), &l,
	                   clock_usec() + (POLL_S + 5) * 1000000LL);
}

static uint32_t limit_of(const struct rpc_call *c, int32_t asked)
{
	uint32_t most = c->is_bot ? LIMIT_DIFFERENCE_BOT : LIMIT_DIFFERENCE_CHANNEL;

	return asked < 1 || (uint32_t)asked > most ? most : (uint32_t)asked;
}

/*
 * Who begins at the beginning has nothing yet, and no idea how far the account has read: TDLib, which hears of a channel that it was
 * brought into, asks for one event so, and means the chat as it is. It would count what was read long ago as unread.
 */
static bool begins(const struct gather *g, const struct upd_head *head, int32_t limit)
{
	return g->pts == FIRST_PTS && limit > 0 && limit < head->pts - g->pts;
}

/*
 * Rows are counted, not pts: a restore is one event. What fits into one answer is never too long: TDLib takes it for an error. limit:
 * as it was asked for.
 */
static int is_too_long(const struct gather *g, const struct upd_head *head, int32_t limit)
{
	const struct settings *s = g->v.c->app->settings;
	int32_t gap = s ? (int32_t)s->updates_channel_gap : LIMIT_CHANNEL_GAP;

	if (g->filter)
		return 0;
	if (begins(g, head, limit))
		return 1;
	if (head->pts - g->pts <= (gap > limit ? gap : limit))
		return 0;
	return store_upd_more_than(g->v.c->db, head->channel, g->pts, (uint32_t)gap);
}

int updates_getChannelDifference(struct rpc_call *c, const struct tl_updates_getChannelDifference *q)
{
	struct store_upd *rows;
	struct upd_head head;
	struct channel ch;
	struct gather g = {.ch = &ch, .filter = TL_AS(channelMessagesFilter, q->filter), .pts = q->pts};
	uint32_t limit = limit_of(c, q->limit);
	int64_t key;
	size_t n;
	int r;

	if ((r = channel_resolve(c, q->channel, &ch)) < 0)
		return r;
	key = peer_channel(ch.row.id);
	if (q->pts <= 0)
		return rpc_fail(c, 400, "PERSISTENT_TIMESTAMP_EMPTY");
	if ((r = rpc_head(c, key, &head)) < 0)
		return r;
	watch(c, &ch);
	if (q->pts > head.pts)
		return rpc_fail(c, 400, "PERSISTENT_TIMESTAMP_INVALID");
	if ((r = store_upd_range(c->db, key, q->pts, limit, &c->arena, &rows, &n)) < 0)
		return r;
	if (!n)
		return reply_empty(c, q->pts);
	view_init(&g.v, c);
	view_peer(&g.v, key);
	if ((r = is_too_long(&g, &head, q->limit)) < 0 || r)
		return r < 0 ? r : reply_too_long(&g, key);
	g.messages = ARENA_ARRAY(&c->arena, struct tl_obj *, n + 1);
	g.other = ARENA_ARRAY(&c->arena, struct tl_obj *, n + 1); /* one an event */
	for (size_t i = 0; i < n; i++) {
		if ((r = add_event(&g, rows, i)) < 0)
			return r;
		g.pts = rows[i].pts;
	}
	return reply_slice(&g, n < limit);
}
