/*
 * difference.c - updates.getState and updates.getDifference: the log read again, by the same composition as pushes.
 * Never differenceTooLong (api.md rule 6): slices, for as long as it takes.
 */
#include "base/err.h"
#include "base/rd.h"
#include "domain/bots/bot.h"
#include "domain/messages/message.h"
#include "domain/secret/secret.h"
#include "domain/sync/compose.h"
#include "domain/sync/restored.h"
#include "domain/sync/state.h"
#include "rpc_methods.h"
#include "store/channel.h"
#include "store/dialog.h"
#include "store/msg.h"
#include "store/state.h"
#include "store/upd.h"
#include "updates/event.h"
#include "updates/heads.h"
#include "updates/online.h"
#include "updates/peer.h"

enum { SLICE_EVENTS = 500 }; /* Telegram slices at 2500; smaller answers come sooner on bad lines */

struct gather {
	struct view v;
	struct tl_obj **new_messages, **other;
	uint32_t n_new, n_other, other_room;
	int32_t last_pts;
	struct secret_difference
		secret; /* of this authorisation's queue; of a bot's, its Updates are among the others */
	uint64_t seen;  /* the commit of the snapshot with which it began: what is left out was no newer */
	unixtime_t
		states_until; /* not all changes without pts fitted: those up to this time are there; 0: all */
};

/* So many more others fit. */
static void room_for(struct gather *g, size_t n)
{
	struct tl_obj **more;

	if (g->n_other + n <= g->other_room)
		return;
	g->other_room = (uint32_t)(2 * g->n_other + n);
	more = ARENA_ARRAY(&g->v.c->arena, struct tl_obj *, g->other_room);
	if (g->n_other)
		memcpy(more, g->other, g->n_other * sizeof(*more));
	g->other = more;
}

static struct tl_obj *state_of(struct rpc_call *c, int32_t pts, int32_t qts, int64_t unread)
{
	struct tl_updates_state *s = TL_NEW(&c->arena, updates_state);

	s->pts = pts;
	s->qts = qts;
	s->date = (int32_t)c->now;
	s->seq = 0;
	s->unread_count = (int32_t)unread;
	return &s->o;
}

/* He is about to get a state of now that shows whatever the commit `seen` does. */
static void note_told(struct rpc_call *c, uint64_t seen)
{
	upd_online_told(c->app->online, c->client->auth_key_id, c->client->session_id, (int32_t)c->now, seen);
}

/* The last of the caller's queue: a device's for its secret chats, a bot's for what it is told by qts. */
static int last_qts(struct rpc_call *c, int32_t *ret_qts)
{
	return c->is_bot ? bot_qts(c, ret_qts) : secret_qts(c, ret_qts);
}

/*
 * From here on this session hears of what happens, and the snapshot is of a moment behind that: what it does not show is pushed here.
 * A session that still listened for this key may be gone, with what was pushed to it. *ret_seen: as rpc_seen().
 */
static int begin_to_hear(struct rpc_call *c, uint64_t *ret_seen)
{
	int r;

	rpc_wants_updates(c);
	if ((r = rpc_snapshot_renew(c)) < 0)
		return r;
	*ret_seen = rpc_seen(c);
	return 0;
}

int sync_state(struct rpc_call *c, struct tl_obj **ret)
{
	int64_t unread;
	int32_t pts, qts;
	int r;

	r = store_upd_max(c->db, c->user_id, &pts);
	if (r < 0 || (r = store_dialog_unread(c->db, c->user_id, &unread)) < 0 || (r = last_qts(c, &qts)) < 0)
		return r;
	*ret = state_of(c, pts < 1 ? 1 : pts, qts, unread);
	return 0;
}

int updates_getState(struct rpc_call *c, const struct tl_updates_getState *q)
{
	struct tl_obj *state;
	uint64_t seen;
	int r;

	if ((r = begin_to_hear(c, &seen)) < 0 || (r = sync_state(c, &state)) < 0)
		return r;
	note_told(c, seen);
	return rpc_reply(c, state);
}

/* Was this own message sent by the authorisation that asks? Only its client has the random_id waiting. */
static bool sent_by_caller(const struct rpc_call *c, const struct upd_event *ev)
{
	struct rd r = rd_of(ev->payload.p, ev->payload.n);

	return ev->random_id && ev->payload.n == 8 && (int64_t)rd_u64(&r) == c->client->auth_key_id;
}

static int add_new(struct gather *g, const struct upd_event *ev)
{
	struct rpc_call *c = g->v.c;
	struct tl_updateMessageID *u;
	struct store_msg row;
	struct tl_obj *m;
	int r;

	r = store_msg_get(c->db, ev->owner, ev->peer, ev->id, &c->arena, &row);
	if (r == -ERR_NOTFOUND)
		return 0;
	if (r < 0 || (r = message_view(&g->v, &row, &m)) < 0)
		return r;
	if (sent_by_caller(c, ev)) {
		u = TL_NEW(&c->arena, updateMessageID);
		u->id = ev->id;
		u->random_id = ev->random_id;
		g->other[g->n_other++] = &u->o;
	}
	g->new_messages[g->n_new++] = m;
	return 0;
}

/* These go with the other updates. */
static void add_all(struct gather *g, const struct tl_vec *told)
{
	if (!told->n)
		return;
	room_for(g, told->n);
	memcpy(g->other + g->n_other, told->v, told->n * sizeof(*told->v));
	g->n_other += told->n;
}

/* A backup was restored, of which each client is told what it may know otherwise. */
static int add_restored(struct gather *g, const struct upd_event *ev, int32_t from_pts)
{
	struct tl_vec told;
	int r = sync_restored(&g->v, ev, from_pts, &told);

	if (r >= 0)
		add_all(g, &told);
	return r < 0 ? r : 0;
}

static int add_event(struct gather *g, const struct upd_event *ev, int32_t from_pts)
{
	struct tl_obj *u;
	int r;

	room_for(g, 1); /* one an event */
	if (ev->kind == UPD_NEW)
		return add_new(g, ev);
	if (ev->kind == UPD_EPOCH)
		return add_restored(g, ev, from_pts);
	/* Born after from_pts means that it is in new_messages already, in its present form. */
	if (ev->kind == UPD_EDIT && ev->id > from_pts)
		return 0;
	r = sync_compose_one(&g->v, ev, &u);
	if (r < 0 || !u)
		return r;
	if (TL_IS(updateFolderPeers, u)) /* in a difference, TDLib says, it counts for nothing */
		TL_AS(updateFolderPeers, u)->pts_count = 0;
	g->other[g->n_other++] = u;
	return 0;
}

/*
 * Chats that were pinned meanwhile: one order of a list instead of one update each. A client puts each on top as it comes, and
 * rows of one second have no order. 1: it is said already.
 */
static int as_order(struct gather *g, struct upd_event *ev, bool said[2])
{
	struct store_dialog row;
	int r;

	r = store_dialog_get(g->v.c->db, ev->owner, ev->peer, &g->v.c->arena, &row);
	if (r < 0)
		return r;
	ev->kind = UPD_PINNED_DIALOGS;
	ev->peer = 0;
	ev->id = row.folder != 0;
	if (said[ev->id])
		return 1;
	said[ev->id] = true;
	return 0;
}

/*
 * How far he had read in a channel that he is out of by now. It comes with the channel's pts, which his client takes for a gap and asks
 * about in vain.
 */
static int is_of_lost_channel(struct rpc_call *c, const struct upd_event *ev)
{
	struct store_channel_member m;
	int r;

	if (ev->kind != UPD_READ_CHANNEL_IN && ev->kind != UPD_READ_CHANNEL_OUT)
		return 0;
	r = store_channel_member_get(c->db, peer_channel_id(ev->peer), ev->owner, &c->arena, &m);
	if (r < 0)
		return r == -ERR_NOTFOUND ? 1 : r;
	return m.role == STORE_CHANNEL_LEFT || m.role == STORE_CHANNEL_KICKED;
}

static int add_states(struct gather *g, int32_t date)
{
	bool said[2] = {false};
	struct rpc_call *c = g->v.c;
	struct store_state *rows;
	struct tl_obj *u;
	size_t n;
	int r;

	r = store_state_since(c->db, c->user_id, (unixtime_t)date - 1, &c->arena, &rows, &n);
	if (r < 0 || !n)
		return r;
	g->states_until = r == 1 ? rows[n - 1].time : 0;
	room_for(g, n);
	for (size_t i = 0; i < n; i++) {
		struct upd_event ev = {.owner = c->user_id,
		                       .kind = (enum upd_kind)rows[i].kind,
		                       .peer = rows[i].key,
		                       .id = (int32_t)rows[i].key,
		                       .date = rows[i].time,
		                       .payload = rows[i].payload};

		r = is_of_lost_channel(c, &ev);
		if (r == 0 && ev.kind == UPD_DIALOG_PINNED)
			r = as_order(g, &ev, said);
		if (r > 0)
			continue;
		r = r < 0 ? r : sync_compose_one(&g->v, &ev, &u);
		if (r < 0)
			return r;
		if (u)
			g->other[g->n_other++] = u;
	}
	return 0;
}

/*
 * Did it change since the state of this date? By the date, which is of whole seconds, and where it is known, by the commit which that
 * state showed: what somebody was told a moment ago is not news.
 */
static bool is_news(const struct upd_head *head, int32_t date, uint64_t told)
{
	return head->changed >= (unixtime_t)date - 1 && (!told || head->commit > told);
}

static int add_one(struct gather *g, const struct upd_event *ev)
{
	int r = sync_compose_one(&g->v, ev, &g->other[g->n_other]);

	if (r >= 0)
		g->n_other += g->other[g->n_other] != NULL;
	return r;
}

/* Of each of his channels in which something happened since: what it has come to, and how far he had read. */
static int add_channels(struct gather *g, int32_t date)
{
	static const enum upd_kind reads[] = {UPD_READ_CHANNEL_IN, UPD_READ_CHANNEL_OUT};
	struct rpc_call *c = g->v.c;
	uint64_t told = upd_online_told_at(c->app->online, c->client->auth_key_id, c->client->session_id,
	                                   date);
	int64_t *ids;
	size_t n;
	int r;

	r = store_channels_of(c->db, c->user_id, &c->arena, &ids, &n);
	if (r < 0 || !n)
		return r;
	room_for(g, 3 * n);
	for (size_t i = 0; i < n; i++) {
		int64_t peer = peer_channel(ids[i]);
		struct tl_updateChannelTooLong *t;
		struct upd_head head;

		r = rpc_head(c, peer, &head);
		if (r == -ERR_NOTFOUND || (r >= 0 && !is_news(&head, date, told)))
			continue;
		if (r < 0)
			return r;
		t = TL_NEW(&c->arena, updateChannelTooLong);
		t->channel_id = ids[i];
		t->has_pts = true;
		t->pts = head.pts;
		view_peer(&g->v, peer);
		g->other[g->n_other++] = &t->o;
		for (size_t k = 0; k < 2; k++)
			if ((r = add_one(g, &(struct upd_event){.owner = c->user_id,
			                                        .kind = reads[k],
			                                        .peer = peer})) < 0)
				return r;
	}
	return 0;
}

static int answer(struct gather *g, const struct tl_updates_getDifference *q, bool whole)
{
	struct rpc_call *c = g->v.c;
	struct tl_updates_difference *d;
	struct tl_updates_differenceSlice *s;
	struct tl_updates_differenceEmpty *e;
	struct tl_vec users, chats;
	int64_t unread;
	int r;

	whole = whole && !g->states_until && !g->secret.more;
	if (whole && !g->n_new && !g->n_other && !g->secret.messages.n && g->last_pts == q->pts) {
		e = TL_NEW(&c->arena, updates_differenceEmpty);
		e->date = (int32_t)c->now;
		note_told(c, g->seen);
		return rpc_reply(c, &e->o);
	}
	if ((r = view_mentioned(&g->v, &users, &chats)) < 0)
		return r;
	if (whole) {
		d = TL_NEW(&c->arena, updates_difference);
		d->new_messages = (struct tl_vec){g->new_messages, g->n_new};
		d->new_encrypted_messages = g->secret.messages;
		d->other_updates = (struct tl_vec){g->other, g->n_other};
		d->users = users;
		d->chats = chats;
		if ((r = store_dialog_unread(c->db, c->user_id, &unread)) < 0)
			return r;
		d->state = state_of(c, g->last_pts, g->secret.qts, unread);
		note_told(c, g->seen);
		return rpc_reply(c, &d->o);
	}
	s = TL_NEW(&c->arena, updates_differenceSlice);
	s->new_messages = (struct tl_vec){g->new_messages, g->n_new};
	s->new_encrypted_messages = g->secret.messages;
	s->other_updates = (struct tl_vec){g->other, g->n_other};
	s->users = users;
	s->chats = chats;
	s->intermediate_state = state_of(c, g->last_pts, g->secret.qts, 0);
	/* The date of an unfinished difference must not pass what is still to come (api.md 5.3). */
	if (g->states_until)
		TL_AS(updates_state, s->intermediate_state)->date = (int32_t)g->states_until;
	else if (q->date < c->now && !g->secret.more)
		TL_AS(updates_state, s->intermediate_state)->date = q->date;
	return rpc_reply(c, &s->o);
}

/* What a bot was told by qts goes with the other updates. */
static int add_told(struct gather *g, int32_t qts, int32_t limit)
{
	struct tl_vec told;
	int r = bot_difference(&g->v, qts, limit, &told, &g->secret.qts, &g->secret.more);

	if (r >= 0)
		add_all(g, &told);
	return r < 0 ? r : 0;
}

/*
 * Messages of secret chats come with the end of the rest, after what was said of the chats themselves: TDLib drops what belongs to a
 * chat that it has not yet. Until then the client's own qts is told back to it.
 */
static int add_queue(struct gather *g, const struct tl_updates_getDifference *q, bool whole)
{
	struct rpc_call *c = g->v.c;
	int32_t limit = q->has_qts_limit ? q->qts_limit : INT32_MAX, had = q->qts > 0 ? q->qts : 0;
	int r = c->is_bot ? 0 : secret_acknowledge(c, had);

	if (r < 0)
		return r;
	g->secret.messages = tl_vec_new(&c->arena, 0);
	g->secret.qts = had ? had : 1;
	if (!whole || g->states_until || limit <= 0)
		return 0;
	return c->is_bot ? add_told(g, had, limit) : secret_difference(c, had, limit, &g->secret);
}

int updates_getDifference(struct rpc_call *c, const struct tl_updates_getDifference *q)
{
	struct gather g = {.last_pts = q->pts};
	struct store_upd *rows;
	uint32_t limit = SLICE_EVENTS;
	int32_t now_pts;
	bool whole;
	size_t n;
	int r;

	if (q->pts <= 0)
		return rpc_fail(c, 400, "PERSISTENT_TIMESTAMP_EMPTY");
	if ((r = begin_to_hear(c, &g.seen)) < 0)
		return r;
	r = store_upd_max(c->db, c->user_id, &now_pts);
	if (r < 0)
		return r;
	if (now_pts < 1)
		now_pts = 1;
	if (q->pts > now_pts)
		return rpc_fail(c, 400, "PERSISTENT_TIMESTAMP_INVALID");
	if (q->has_pts_limit && q->pts_limit > 0 && (uint32_t)q->pts_limit < limit)
		limit = (uint32_t)q->pts_limit;
	r = store_upd_range(c->db, c->user_id, q->pts, limit, &c->arena, &rows, &n);
	if (r < 0)
		return r;
	view_init(&g.v, c);
	g.new_messages = ARENA_ARRAY(&c->arena, struct tl_obj *, n + 1);
	room_for(&g, n);
	for (size_t i = 0; i < n; i++) {
		struct upd_event ev = sync_event_of(&rows[i]);

		r = add_event(&g, &ev, q->pts);
		if (r < 0)
			return r;
		g.last_pts = ev.pts;
	}
	whole = n < limit || g.last_pts >= now_pts;
	if (whole)
		g.last_pts = now_pts;
	if (whole && q->date != INT32_MAX &&
	    ((r = add_states(&g, q->date)) < 0 || (r = add_channels(&g, q->date)) < 0))
		return r;
	if ((r = add_queue(&g, q, whole && q->date != INT32_MAX)) < 0)
		return r;
	return answer(&g, q, whole);
}
