/* group.c - stats.getMegagroupStats: who comes and goes, who writes, who keeps order, by what is stored. */
#include <stdlib.h>

#include "base/err.h"
#include "base/utf8.h"
#include "domain/channels/log.h"
#include "domain/messages/message.h"
#include "domain/stats/private.h"
#include "domain/users/view.h"
#include "rpc_methods.h"
#include "store/channel_log.h"
#include "store/dialog.h"
#include "store/msg.h"
#include "updates/peer.h"

enum {
	LOOKED_AT = 5000,
	PAGE = 250,
	SHOWN = 10
}; /* messages, members or acts, the newest; people in a list */

/* Somebody, and what was counted of him. */
struct tally {
	int64_t user, n[3];
};

struct tallies {
	struct tally *v;
	size_t n, cap;
};

static struct tally *of(struct arena *a, struct tallies *t, int64_t user)
{
	struct tally *more;

	for (size_t i = 0; i < t->n; i++)
		if (t->v[i].user == user)
			return &t->v[i];
	if (t->n == t->cap) {
		t->cap = t->cap ? 2 * t->cap : 32;
		more = ARENA_ARRAY(a, struct tally, t->cap);
		if (t->n)
			memcpy(more, t->v, t->n * sizeof(*more));
		t->v = more;
	}
	t->v[t->n] = (struct tally){.user = user};
	return &t->v[t->n++];
}

static int most_first(const void *a, const void *b)
{
	int64_t x = ((const struct tally *)a)->n[0], y = ((const struct tally *)b)->n[0];

	return x > y ? -1 : x < y;
}

/* How many wrote on each day, as far back as one looks: from day `first` on, and in v, as stats_days has them. */
struct writers {
	int32_t first;
	int64_t v[STATS_DAYS];
};

/*
 * What was written in the last days, but for what was said without a name; *ret_before: how many wrote in as many days before, which is
 * how far the days of ret_days go.
 */
static int posters(struct rpc_call *c, int64_t key, const struct stats_days *d, struct tallies *ret,
                   size_t *ret_before, struct writers *ret_days)
{
	unixtime_t since = c->now - STATS_PERIOD * STORE_DAY_SECONDS,
		   before = since - STATS_PERIOD * STORE_DAY_SECONDS;
	struct tallies old = {0}, last = {0}; /* last: the day counted last, from the newest down */
	int32_t from = INT32_MAX, day = 0;
	bool more = true;
	int r = 0;

	*ret_days = (struct writers){.first = (int32_t)(before / STORE_DAY_SECONDS) + 1};

	for (int looked = 0; r >= 0 && more && looked < LOOKED_AT; looked += PAGE) {
		struct store_msg *rows;
		struct arena a;
		size_t n;

		arena_init(&a, 0);
		r = store_msg_walk(c->db, key, key, from, false, 0, PAGE, &a, &rows, &n);
		more = r >= 0 && n == PAGE;
		for (size_t i = 0; r >= 0 && i < n; i++) {
			struct tally *t;

			from = rows[i].id;
			day = (int32_t)(rows[i].date / STORE_DAY_SECONDS);
			if (rows[i].date < before)
				more = false;
			if (rows[i].date < before || !peer_is_user(rows[i].from_id) ||
			    (rows[i].flags & STORE_MSG_SERVICE))
				continue;
			t = of(&c->arena, rows[i].date < since ? &old : ret, rows[i].from_id);
			t->n[0]++;
			if (rows[i].date >= since)
				t->n[1] += utf8_len(message_text(&a, &rows[i]));
			t = of(&c->arena, &last, rows[i].from_id);
			if (t->n[0] != day && day >= d->first && day < d->first + (int32_t)d->n)
				ret_days->v[day - d->first]++;
			t->n[0] = day;
		}
		arena_fini(&a);
	}
	if (more && day >= ret_days->first) /* of this day not all was looked at */
		ret_days->first = day + 1;
	if (ret_days->first < d->first)
		ret_days->first = d->first;
	*ret_before = old.n;
	return r < 0 ? r : 0;
}

static struct tl_vec top_posters(struct view *v, struct tallies *t)
{
	struct tl_vec list = tl_vec_new(&v->c->arena, SHOWN);

	list.n = 0;
	if (t->n)
		qsort(t->v, t->n, sizeof(*t->v), most_first);
	for (size_t i = 0; i < t->n && i < SHOWN; i++) {
		struct tl_statsGroupTopPoster *p = TL_NEW(&v->c->arena, statsGroupTopPoster);

		p->user_id = t->v[i].user;
		p->messages = (int32_t)t->v[i].n[0];
		p->avg_chars = (int32_t)(t->v[i].n[1] / t->v[i].n[0]);
		view_peer(v, p->user_id);
		list.v[list.n++] = &p->o;
	}
	return list;
}

/* As far back as the admin log goes. */
static int top_admins(struct view *v, const struct channel *ch, struct tl_vec *ret)
{
	int64_t kinds = 1 << CHANNEL_LOG_DELETE | 1 << CHANNEL_LOG_KICK | 1 << CHANNEL_LOG_BAN;
	struct store_channel_log *rows;
	struct tallies t = {0};
	size_t n;
	int r = store_channel_log_walk(v->c->db, ch->row.id, 0, 0, kinds, LOOKED_AT, &v->c->arena, &rows, &n);

	for (size_t i = 0; r >= 0 && i < n; i++) {
		struct tally *x = of(&v->c->arena, &t, rows[i].user);

		x->n[rows[i].kind == CHANNEL_LOG_DELETE ? 0 : rows[i].kind == CHANNEL_LOG_KICK ? 1 : 2]++;
	}
	*ret = tl_vec_new(&v->c->arena, SHOWN);
	ret->n = 0;
	for (size_t i = 0; i < t.n && i < SHOWN; i++) {
		struct tl_statsGroupTopAdmin *a = TL_NEW(&v->c->arena, statsGroupTopAdmin);

		a->user_id = t.v[i].user;
		a->deleted = (int32_t)t.v[i].n[0];
		a->kicked = (int32_t)t.v[i].n[1];
		a->banned = (int32_t)t.v[i].n[2];
		view_peer(v, a->user_id);
		ret->v[ret->n++] = &a->o;
	}
	return r < 0 ? r : 0;
}

static int top_inviters(struct view *v, const struct channel *ch, struct tl_vec *ret)
{
	unixtime_t since = v->c->now - STATS_PERIOD * STORE_DAY_SECONDS;
	struct store_channel_member *rows;
	struct tallies t = {0};
	size_t n;
	int r = store_channel_members(v->c->db, ch->row.id, STORE_CHANNEL_RECENT, 0, LOOKED_AT, &v->c->arena,
	                              &rows, &n);

	for (size_t i = 0; r >= 0 && i < n; i++)
		if (rows[i].date >= since && rows[i].by != rows[i].user && peer_is_user(rows[i].by))
			of(&v->c->arena, &t, rows[i].by)->n[0]++;
	*ret = tl_vec_new(&v->c->arena, SHOWN);
	ret->n = 0;
	if (t.n)
		qsort(t.v, t.n, sizeof(*t.v), most_first);
	for (size_t i = 0; i < t.n && i < SHOWN; i++) {
		struct tl_statsGroupTopInviter *o = TL_NEW(&v->c->arena, statsGroupTopInviter);

		o->user_id = t.v[i].user;
		o->invitations = (int32_t)t.v[i].n[0];
		view_peer(v, o->user_id);
		ret->v[ret->n++] = &o->o;
	}
	return r < 0 ? r : 0;
}

static int message_graphs(struct rpc_call *c, const struct channel *ch, const struct stats_days *d,
                          struct tl_stats_megagroupStats *o)
{
	struct stats_graph g = {.type = "bar",
	                        .first = (unixtime_t)d->first * STORE_DAY_SECONDS,
	                        .step = STORE_DAY_SECONDS,
	                        .n = d->n,
	                        .line = {{"Messages", "BLUE#4681bb", d->messages}},
	                        .n_lines = 1};
	unixtime_t today = (unixtime_t)(d->first + (int32_t)d->n - 1) * STORE_DAY_SECONDS;
	int64_t hours[STATS_HOURS] = {0}, weekdays[7] = {0}, n;
	int r;

	if ((r = stats_graph_view(c, &g, NULL, &o->messages_graph)) < 0)
		return r;
	for (uint32_t i = 0; i < d->n; i++) /* the first day of 1970 was a Thursday: Monday comes first */
		weekdays[((uint32_t)d->first + i + 3) % 7] += d->messages[i];
	g.n = 7;
	g.first = today - ((today / STORE_DAY_SECONDS + 3) % 7) * STORE_DAY_SECONDS;
	g.line[0].v = weekdays;
	if ((r = stats_graph_view(c, &g, NULL, &o->weekdays_graph)) < 0)
		return r;
	g.type = "line";
	g.first = today;
	g.step = STORE_DAY_SECONDS / STATS_HOURS;
	g.n = STATS_HOURS;
	g.line[0].v = hours;
	for (int day = 0; day < STATS_PERIOD && day < (int)d->n; day++) {
		if (!d->messages[d->n - 1 - (uint32_t)day])
			continue;
		for (int i = 0; i < STATS_HOURS; i++) {
			unixtime_t from = today - day * STORE_DAY_SECONDS + i * g.step;

			if ((r = stats_messages(c, ch, from, from + g.step, &n)) < 0)
				return r;
			hours[i] += n;
		}
	}
	return stats_graph_view(c, &g, NULL, &o->top_hours_graph);
}

/* Members who read something and members who wrote something, by day. */
static int actions_graph(struct rpc_call *c, const struct stats_days *d, const struct writers *w,
                         struct tl_obj **ret)
{
	uint32_t at = (uint32_t)(w->first - d->first);
	struct stats_graph g = {.type = "line",
	                        .first = (unixtime_t)w->first * STORE_DAY_SECONDS,
	                        .step = STORE_DAY_SECONDS,
	                        .n = at < d->n ? d->n - at : 0,
	                        .n_lines = 2};

	if (!g.n) {
		*ret = stats_graph_none(&c->arena);
		return 0;
	}
	g.line[0] = (struct stats_line){"Viewing members", "BLUE#4681bb", d->by[STORE_DAY_READERS] + at};
	g.line[1] = (struct stats_line){"Posting members", "GREEN#5ab34d", w->v + at};
	return stats_graph_view(c, &g, NULL, ret);
}

/* 1: he has read something with an id above `before`. Who comes is taken to have read all that was there: only what came later counts. */
static int has_read(struct rpc_call *c, const struct store_channel_member *m, int32_t before)
{
	int64_t key = peer_channel(m->channel);
	struct store_dialog d;
	unixtime_t date;
	int r = store_dialog_get(c->db, m->user, key, &c->arena, &d);

	if (r < 0 || d.read_in <= before)
		return r < 0 ? r : 0;
	if ((r = store_msg_date_upto(c->db, key, key, d.read_in, &date)) < 0)
		return r;
	return date >= m->date;
}

/* Of the newest members: who read something of these days, and of as many before. */
static int viewers(struct rpc_call *c, const struct channel *ch, struct tl_obj **ret)
{
	struct tl_statsAbsValueAndPrev *o = TL_NEW(&c->arena, statsAbsValueAndPrev);
	unixtime_t since = c->now - STATS_PERIOD * STORE_DAY_SECONDS;
	int64_t key = peer_channel(ch->row.id);
	struct store_channel_member *rows;
	int32_t middle, old;
	size_t n;
	int r;

	*ret = &o->o;
	if ((r = store_msg_before_date(c->db, key, key, since, &middle)) < 0 ||
	    (r = store_msg_before_date(c->db, key, key, since - STATS_PERIOD * STORE_DAY_SECONDS, &old)) < 0)
		return r;
	r = store_channel_members(c->db, ch->row.id, STORE_CHANNEL_RECENT, 0, LOOKED_AT, &c->arena, &rows,
	                          &n);
	for (size_t i = 0; r >= 0 && i < n; i++) {
		if ((r = has_read(c, &rows[i], middle)) > 0)
			o->current++;
		if (r >= 0 && middle > old && rows[i].date < since && (r = has_read(c, &rows[i], old)) > 0)
			o->previous++;
	}
	return r < 0 ? r : 0;
}

static int people(struct view *v, const struct channel *ch, const struct stats_days *d,
                  struct tl_stats_megagroupStats *o)
{
	struct tl_statsAbsValueAndPrev *n = TL_NEW(&v->c->arena, statsAbsValueAndPrev);
	struct tallies t = {0};
	struct writers w;
	size_t before;
	int r = posters(v->c, peer_channel(ch->row.id), d, &t, &before, &w);

	if (r < 0 || (r = actions_graph(v->c, d, &w, &o->actions_graph)) < 0 ||
	    (r = viewers(v->c, ch, &o->viewers)) < 0)
		return r;
	n->current = (double)t.n;
	n->previous = (double)before;
	o->posters = &n->o;
	o->top_posters = top_posters(v, &t);
	if ((r = top_admins(v, ch, &o->top_admins)) < 0 || (r = top_inviters(v, ch, &o->top_inviters)) < 0)
		return r;
	return view_users(v, &o->users);
}

int stats_getMegagroupStats(struct rpc_call *c, const struct tl_stats_getMegagroupStats *q)
{
	struct tl_stats_megagroupStats *o = TL_NEW(&c->arena, stats_megagroupStats);
	struct stats_days *d = ARENA_NEW(&c->arena, struct stats_days);
	struct channel ch;
	struct view v;
	int r;

	if ((r = stats_resolve(c, q->channel, &ch)) < 0)
		return r;
	if (!(ch.row.flags & STORE_CHANNEL_MEGAGROUP))
		return rpc_fail(c, 400, "MEGAGROUP_REQUIRED");
	if ((r = stats_days_load(c, &ch, d)) < 0)
		return r;
	view_init(&v, c);
	o->period = stats_period(c);
	o->members = stats_members(&c->arena, d);
	o->messages = stats_sums(&c->arena, d->messages, d->n);
	if ((r = stats_member_graphs(c, d, &o->growth_graph, &o->members_graph,
	                             &o->new_members_by_source_graph)) < 0 ||
	    (r = stats_languages(c, &ch, d, &o->languages_graph)) < 0 ||
	    (r = message_graphs(c, &ch, d, o)) < 0 || (r = people(&v, &ch, d, o)) < 0)
		return r;
	return rpc_reply(c, &o->o);
}
