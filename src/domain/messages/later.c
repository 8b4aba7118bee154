/* later.c - what waits for its time: how it comes there, how it changes and goes. How it looks: later_list.c; how it is sent: later_send.c. */
#include "domain/messages/later.h"

#include "base/err.h"
#include "domain/channels/channel.h"
#include "domain/channels/rights.h"
#include "domain/messages/message.h"
#include "domain/messages/twin.h"
#include "rpc_methods.h"
#include "store/file.h"
#include "store/poll.h"
#include "store/rid.h"
#include "updates/event.h"
#include "updates/peer.h"

/* The posts of a channel are its own. */
static int64_t owner_of(const struct rpc_call *c, const struct peer *to)
{
	return to->channel && (to->channel->row.flags & STORE_CHANNEL_BROADCAST) ? to->key : c->user_id;
}

static bool may_see(const struct peer *to)
{
	const struct channel *ch = to->channel;

	return !ch || !(ch->row.flags & STORE_CHANNEL_BROADCAST) || ch->me.role == STORE_CHANNEL_CREATOR ||
	       (ch->me.role == STORE_CHANNEL_ADMIN && (ch->me.rights & ADMIN_POST));
}

/* Only of who shows the caller when he is online can one wait for that. */
static int check_online(struct rpc_call *c, const struct peer *to)
{
	struct tl_obj *status;
	bool exact = false;
	int r;

	if (to->self || !peer_is_user(to->key))
		return rpc_fail(c, 400, "SCHEDULE_DATE_INVALID");
	if ((r = user_status_view(c, c->user_id, to->key, &status, &exact)) < 0)
		return r;
	return exact ? 0 : rpc_fail(c, 400, "SCHEDULE_STATUS_PRIVATE");
}

static int check_date(struct rpc_call *c, const struct peer *to, int32_t date)
{
	if (date == STORE_LATER_ONLINE)
		return check_online(c, to);
	if (date <= 0)
		return rpc_fail(c, 400, "SCHEDULE_DATE_INVALID");
	return date - c->now > LIMIT_SCHEDULE_SECONDS ? rpc_fail(c, 400, "SCHEDULE_DATE_TOO_LATE") : 0;
}

/* What clients offer: a day to a year; and for tests a minute and five (TDLib). */
static bool is_period(int32_t s)
{
	static const int32_t days[] = {1, 7, 14, 30, 91, 182, 365};

	for (size_t i = 0; i < sizeof(days) / sizeof(days[0]); i++)
		if (s == days[i] * 86400)
			return true;
	return s == 60 || s == 300;
}

int later_begin(struct rpc_call *c, const struct peer *to, int32_t date, int32_t repeat, uint32_t n,
                struct message_draft *m)
{
	uint32_t wait;
	int r;

	if (c->is_bot)
		return rpc_fail(c, 400, "SCHEDULE_BOT_NOT_ALLOWED");
	if (repeat && (!is_period(repeat) || date == STORE_LATER_ONLINE))
		return rpc_fail(c, 400, "SCHEDULE_DATE_INVALID");
	if ((r = check_date(c, to, date)) < 0)
		return r;
	m->later = date > c->now ? date : 0;
	m->repeat = repeat;
	if ((r = store_later_count(c->db, owner_of(c, to), to->key, &wait)) < 0)
		return r;
	return wait + n > LIMIT_SCHEDULED ? rpc_fail(c, 400, "SCHEDULE_TOO_MUCH") : 0;
}

/* What it carries is needed as long as it waits. */
static int hold(struct rpc_call *c, const struct media_ready *m)
{
	if (!m || !m->file)
		return 0;
	return m->kind == STORE_MEDIA_POLL ? store_poll_carried(c->db, m->file, 0, 0, 0)
	                                   : store_file_ref(c->db, m->file, 1, c->now);
}

static int carried(struct rpc_call *c, const struct store_later *row, struct media_ready *ret)
{
	struct rd in = rd_of(row->body.p, row->body.n);
	struct tl_obj *o;

	if (tl_decode(&in, &c->arena, &o) < 0 || !TL_IS(message, o))
		return -ERR_CORRUPT;
	media_ready_of(TL_AS(message, o)->media, ret);
	return 0;
}

/* This instead of what it carried. */
static int carry(struct rpc_call *c, struct store_later *row, struct tl_obj *media)
{
	struct rd in = rd_of(row->body.p, row->body.n);
	struct buf b = {0};
	struct tl_obj *o;
	int r;

	if (tl_decode(&in, &c->arena, &o) < 0 || !TL_IS(message, o))
		return -ERR_CORRUPT;
	TL_AS(message, o)->media = media;
	r = tl_encode(&b, o, TL_LAYER_MAX);
	row->body = arena_slice(&c->arena, buf_slice(&b));
	buf_fini(&b);
	return r;
}

static int let_go(struct rpc_call *c, const struct store_later *row)
{
	struct media_ready m;
	int r = carried(c, row, &m);

	if (r < 0 || !m.file)
		return r;
	return m.kind == STORE_MEDIA_POLL ? store_poll_dropped(c->db, m.file, c->now)
	                                  : store_file_ref(c->db, m.file, -1, c->now);
}

/* To who may see it: its author, or the admins of its channel who post there. answered: to the caller by his answer. */
static int tell(struct rpc_call *c, const struct store_later *row, struct upd_event *ev, bool answered)
{
	struct store_channel_member *admins;
	int64_t key = answered && c->client ? c->client->auth_key_id : 0, random_id = ev->random_id;
	size_t n;
	int r;

	ev->peer = row->peer;
	ev->owner = row->owner;
	ev->except_key = row->owner == c->user_id ? key : 0;
	if (!peer_is_channel(row->owner))
		return rpc_log_event(c, ev);
	r = store_channel_members(c->db, peer_channel_id(row->owner), STORE_CHANNEL_ADMINS, 0,
	                          LIMIT_CHANNEL_ADMINS + 1, &c->arena, &admins, &n);
	for (size_t i = 0; r >= 0 && i < n; i++) {
		if (admins[i].role != STORE_CHANNEL_CREATOR && !(admins[i].rights & ADMIN_POST))
			continue;
		ev->owner = admins[i].user;
		ev->except_key = ev->owner == c->user_id ? key : 0;
		ev->random_id = ev->owner == row->author ? random_id : 0;
		r = rpc_log_event(c, ev);
	}
	return r;
}

/* When the job has to look. */
static int wake(struct rpc_call *c, const struct store_later *row)
{
	struct tl_obj *status;
	unixtime_t due = row->date;
	int64_t *peer;
	int r;

	if (row->date == STORE_LATER_ONLINE) {
		if ((r = user_status_view(c, row->author, row->peer, &status, NULL)) < 0)
			return r;
		if (!TL_IS(userStatusOnline, status))
			return 0; /* later_came_online() */
		due = 0;
	}
	peer = ARENA_NEW(&c->arena, int64_t);
	*peer = row->peer;
	return jobs_add(c, LATER_JOB, row->owner, due, slice_of(peer, sizeof(*peer)));
}

void later_set_period(struct tl_message *m, int32_t period)
{
	m->has_schedule_repeat_period = period != 0;
	m->schedule_repeat_period = period;
}

int later_put(struct rpc_call *c, const struct peer *to, const struct message_draft *m, int32_t *ret_id)
{
	struct store_later row = {.owner = owner_of(c, to),
	                          .peer = to->key,
	                          .date = m->later,
	                          .author = c->user_id,
	                          .from_id = m->from,
	                          .flags = (m->silent ? STORE_MSG_SILENT : 0) |
	                                   (m->noforwards ? STORE_MSG_NOFORWARDS : 0),
	                          .reply_to = m->reply_to,
	                          .grouped_id = m->grouped_id,
	                          .random_id = m->random_id,
	                          .source = m->source,
	                          .source_id = m->source_id};
	struct upd_event ev = {.kind = UPD_LATER, .random_id = m->random_id};
	int r;

	TL_AS(message, m->content)->post = owner_of(c, to) == to->key && to->channel;
	later_set_period(TL_AS(message, m->content), m->repeat);
	row.body = message_draft_body(c, m);
	if (!row.body.p)
		return -ERR_INVALID;
	if ((r = store_later_insert(c->db, &row)) < 0 || (r = hold(c, m->media)) < 0 ||
	    (r = store_rid_put(c->db, c->user_id, m->random_id, c->now, -row.id)) < 0 ||
	    (r = wake(c, &row)) < 0)
		return r;
	*ret_id = ev.id = row.id;
	return tell(c, &row, &ev, true);
}

int later_again(struct rpc_call *c, const struct peer *to, int32_t id, int64_t random_id,
                struct upd_event *ret)
{
	struct store_later row;
	int r = store_later_get(c->db, owner_of(c, to), to->key, id, &c->arena, &row);

	if (r < 0)
		return r;
	if (row.random_id != random_id || row.author != c->user_id)
		return -ERR_NOTFOUND;
	*ret = (struct upd_event){.owner = c->user_id,
	                          .kind = UPD_LATER,
	                          .peer = to->key,
	                          .id = id,
	                          .random_id = random_id,
	                          .date = c->now};
	return 0;
}

int later_any(struct rpc_call *c, const struct peer *to)
{
	return may_see(to) ? store_later_any(c->db, owner_of(c, to), to->key) : 0;
}

struct store_msg later_message(const struct store_later *row)
{
	int64_t owner = peer_is_channel(row->peer) ? row->peer : row->owner;

	return (struct store_msg){.owner = owner,
	                          .peer = row->peer,
	                          .id = row->id,
	                          .date = row->date,
	                          .from_id = row->from_id,
	                          .flags = row->flags | STORE_MSG_LATER |
	                                   STORE_MSG_OUT, /* reminders, too: TDLib */
	                          .edit_date = row->edit_date,
	                          .origin_owner = row->author,
	                          .origin_id = row->id,
	                          .reply_to = row->reply_to,
	                          .grouped_id = row->grouped_id,
	                          .body = row->body};
}

int later_find(struct rpc_call *c, const struct peer *to, int32_t id, struct store_later *ret,
               struct store_msg *ret_msg)
{
	int r;

	if (!may_see(to))
		return rpc_fail(c, 400, "CHAT_ADMIN_REQUIRED");
	r = store_later_get(c->db, owner_of(c, to), to->key, id, &c->arena, ret);
	if (r == -ERR_NOTFOUND)
		return rpc_fail(c, 400, "MESSAGE_ID_INVALID");
	*ret_msg = later_message(ret);
	return r;
}

int later_edit(struct rpc_call *c, struct store_later *row, unixtime_t date, struct tl_obj *content,
               const struct media_ready *media)
{
	struct upd_event ev = {.kind = UPD_LATER, .id = row->id};
	bool moved = date && date != row->date;
	int r;

	if (!moved && !content)
		return rpc_fail(c, 400, "MESSAGE_NOT_MODIFIED");
	/* Held before it is let go: it may be the same. */
	if (media && ((r = hold(c, media)) < 0 || (r = let_go(c, row)) < 0))
		return r;
	if (content) {
		row->edit_date = c->now;
		row->body = message_body(c, content);
		if (!row->body.p)
			return -ERR_INVALID;
	}
	row->date = moved ? date : row->date;
	if ((r = store_later_set(c->db, row)) < 0 || (moved && (r = wake(c, row)) < 0))
		return r;
	return tell(c, row, &ev, true);
}

int later_repeat(struct rpc_call *c, const struct store_later *row, int32_t period, struct tl_obj *poll)
{
	struct upd_event ev = {.kind = UPD_LATER};
	struct store_later next = *row;
	struct media_ready m;
	int r;

	next.random_id = 0;
	do
		next.date += period;
	while (next.date <= c->now);
	if ((poll && (r = carry(c, &next, poll)) < 0) || (r = carried(c, &next, &m)) < 0 ||
	    (r = store_later_insert(c->db, &next)) < 0 || (r = hold(c, &m)) < 0 || (r = wake(c, &next)) < 0)
		return r;
	ev.id = next.id;
	/* TDLib does not take it in one answer with the message that was sent. */
	return tell(c, &next, &ev, false);
}

int later_drop(struct rpc_call *c, const struct store_later *row)
{
	int r = let_go(c, row);

	return r < 0 ? r : store_later_delete(c->db, row->owner, row->peer, row->id);
}

int later_tell_gone(struct rpc_call *c, const struct store_later *first, const int32_t *ids,
                    const int32_t *sent, uint32_t n)
{
	struct upd_event ev = {.kind = UPD_LATER_GONE, .id = (int32_t)n};
	int32_t *all = ARENA_ARRAY(&c->arena, int32_t, 2 * n + 1u);

	memcpy(all, ids, n * sizeof(*ids));
	if (sent)
		memcpy(all + n, sent, n * sizeof(*sent));
	ev.payload = slice_of(all, (sent ? 2 * n : n) * sizeof(*all));
	return tell(c, first, &ev, true);
}

static int named(struct rpc_call *c, const struct store_later *all, size_t n_all,
                 const struct tl_vec_int *ids, struct store_later **ret, size_t *ret_n)
{
	struct store_later *v = ARENA_ARRAY(&c->arena, struct store_later, ids->n + 1);
	size_t n = 0;

	for (size_t i = 0; i < n_all; i++)
		for (uint32_t k = 0; k < ids->n; k++)
			if (ids->v[k] == all[i].id) {
				v[n++] = all[i];
				break;
			}
	*ret = v;
	*ret_n = n;
	return 0;
}

int later_rows(struct rpc_call *c, const struct tl_obj *input_peer, const struct tl_vec_int *ids,
               struct peer *ret_peer, struct store_later **ret, size_t *ret_n)
{
	int r;

	if (ids && ids->n > LIMIT_MESSAGES_PER_CALL)
		return rpc_fail(c, 400, "MESSAGE_ID_INVALID");
	if ((r = peer_resolve(c, input_peer, ret_peer)) < 0)
		return r;
	if (!may_see(ret_peer))
		return rpc_fail(c, 400, "CHAT_ADMIN_REQUIRED");
	if ((r = store_later_list(c->db, owner_of(c, ret_peer), ret_peer->key, &c->arena, ret, ret_n)) < 0)
		return r;
	return ids ? named(c, *ret, *ret_n, ids, ret, ret_n) : 0;
}
