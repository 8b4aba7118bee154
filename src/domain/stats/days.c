/*
 * days.c - what is known of a channel by day. Members and what was seen are counted as it happens; messages are not: how many there were
 * follows from their ids, which are ordinals, and from what was deleted.
 */
#include <assert.h>
#include <stdlib.h>

#include "base/err.h"
#include "base/language.h"
#include "domain/stats/private.h"
#include "rpc_methods.h"
#include "store/msg.h"
#include "updates/heads.h"
#include "updates/peer.h"

int stats_resolve(struct rpc_call *c, const struct tl_obj *input_channel, struct channel *ret)
{
	int r = channel_resolve(c, input_channel, ret);

	if (r < 0)
		return r;
	return channel_is_admin(ret) ? 0 : rpc_fail(c, 400, "CHAT_ADMIN_REQUIRED");
}

int stats_messages(struct rpc_call *c, const struct channel *ch, unixtime_t from, unixtime_t to, int64_t *ret)
{
	int64_t key = peer_channel(ch->row.id);
	int32_t before, last, gone;
	int r;

	if ((r = store_msg_before_date(c->db, key, key, from, &before)) < 0 ||
	    (r = store_msg_before_date(c->db, key, key, to, &last)) < 0)
		return r;
	*ret = 0;
	if (last <= before)
		return 0;
	r = store_channel_gaps(c->db, ch->row.id, before, last, &gone);
	*ret = last - before - gone;
	return r;
}

static int64_t came_on(const struct stats_days *d, uint32_t day)
{
	return d->by[STORE_DAY_JOINED][day] + d->by[STORE_DAY_ADDED][day] + d->by[STORE_DAY_BY_LINK][day] +
	       d->by[STORE_DAY_LET_IN][day];
}

static void grow_backwards(struct stats_days *d, const struct store_channel *row)
{
	int32_t members = row->members, born = (int32_t)(row->date / STORE_DAY_SECONDS);

	for (uint32_t i = d->n; i-- > 0;) {
		d->members[i] = d->first + (int32_t)i < born ? 0 : members;
		members -= (int32_t)(came_on(d, i) - d->by[STORE_DAY_LEFT][i]);
		if (members < 0) /* whoever came before days were counted */
			members = 0;
	}
}

int stats_days_load(struct rpc_call *c, const struct channel *ch, struct stats_days *ret)
{
	int32_t today = (int32_t)(c->now / STORE_DAY_SECONDS), since = today - STATS_DAYS + 1;
	struct store_day *rows;
	size_t n;
	int r;

	*ret = (struct stats_days){.first = (int32_t)(ch->row.date / STORE_DAY_SECONDS) - 1};
	if (ret->first < since)
		ret->first = since;
	if (ret->first > today - 1)
		ret->first = today - 1;
	ret->n = (uint32_t)(today - ret->first + 1);
	r = store_day_list(c->db, peer_channel(ch->row.id), ret->first, false, &c->arena, &rows, &n);
	for (size_t i = 0; r >= 0 && i < n; i++) {
		uint32_t day = (uint32_t)(rows[i].day - ret->first);

		if (day >= ret->n)
			continue;
		if (rows[i].kind > 0 && rows[i].kind < STORE_DAY_KINDS)
			ret->by[rows[i].kind][day] = rows[i].count;
		else if (rows[i].kind >= STORE_DAY_HOUR && rows[i].kind < STORE_DAY_HOUR + STATS_HOURS &&
		         rows[i].day > today - STATS_PERIOD)
			ret->hours[rows[i].kind - STORE_DAY_HOUR] += rows[i].count;
	}
	for (uint32_t i = 0; r >= 0 && i < ret->n; i++) {
		unixtime_t from = (unixtime_t)(ret->first + (int32_t)i) * STORE_DAY_SECONDS;

		r = stats_messages(c, ch, from, from + STORE_DAY_SECONDS, &ret->messages[i]);
	}
	grow_backwards(ret, &ch->row);
	return r < 0 ? r : 0;
}

static double sum(const int64_t *v, uint32_t n, uint32_t ago)
{
	int64_t all = 0;

	for (uint32_t i = ago; i < ago + STATS_PERIOD && i < n; i++)
		all += v[n - 1 - i];
	return (double)all;
}

static struct tl_obj *pair(struct arena *a, double current, double previous)
{
	struct tl_statsAbsValueAndPrev *o = TL_NEW(a, statsAbsValueAndPrev);

	o->current = current;
	o->previous = previous;
	return &o->o;
}

struct tl_obj *stats_sums(struct arena *a, const int64_t *v, uint32_t n)
{
	return pair(a, sum(v, n, 0), sum(v, n, STATS_PERIOD));
}

struct tl_obj *stats_each(struct arena *a, const int64_t *v, const int64_t *of, uint32_t n)
{
	double now = sum(of, n, 0), before = sum(of, n, STATS_PERIOD);

	return pair(a, now > 0 ? sum(v, n, 0) / now : 0, before > 0 ? sum(v, n, STATS_PERIOD) / before : 0);
}

struct tl_obj *stats_members(struct arena *a, const struct stats_days *d)
{
	return pair(a, (double)d->members[d->n - 1],
	            d->n > STATS_PERIOD ? (double)d->members[d->n - 1 - STATS_PERIOD] : 0);
}

struct tl_obj *stats_period(struct rpc_call *c)
{
	struct tl_statsDateRangeDays *o = TL_NEW(&c->arena, statsDateRangeDays);

	o->min_date = (int32_t)(c->now - STATS_PERIOD * STORE_DAY_SECONDS);
	o->max_date = (int32_t)c->now;
	return &o->o;
}

int stats_member_graphs(struct rpc_call *c, const struct stats_days *d, struct tl_obj **ret_growth,
                        struct tl_obj **ret_moves, struct tl_obj **ret_sources)
{
	struct stats_graph g = {.type = "line",
	                        .first = (unixtime_t)d->first * STORE_DAY_SECONDS,
	                        .step = STORE_DAY_SECONDS,
	                        .n = d->n,
	                        .line = {{"Total", "BLUE#4681bb", d->members}},
	                        .n_lines = 1};
	int64_t came[STATS_DAYS];
	int r;

	if ((r = stats_graph_view(c, &g, NULL, ret_growth)) < 0)
		return r;
	for (uint32_t i = 0; i < d->n; i++)
		came[i] = came_on(d, i);
	g.line[0] = (struct stats_line){"Joined", "GREEN#5ab34d", came};
	g.line[1] = (struct stats_line){"Left", "RED#d2504d", d->by[STORE_DAY_LEFT]};
	g.n_lines = 2;
	if ((r = stats_graph_view(c, &g, NULL, ret_moves)) < 0)
		return r;
	g.type = "bar";
	g.line[0] = (struct stats_line){"By themselves", "GREEN#5ab34d", d->by[STORE_DAY_JOINED]};
	g.line[1] = (struct stats_line){"Added by others", "BLUE#4681bb", d->by[STORE_DAY_ADDED]};
	g.line[2] = (struct stats_line){"Invite links", "ORANGE#dd8b47", d->by[STORE_DAY_BY_LINK]};
	g.line[3] = (struct stats_line){"Join requests", "PURPLE#9f79e8", d->by[STORE_DAY_LET_IN]};
	g.n_lines = 4;
	return stats_graph_view(c, &g, NULL, ret_sources);
}

/* --- languages */

static const char *const colors[] = {"BLUE#4681bb",   "GREEN#5ab34d", "ORANGE#dd8b47", "RED#d2504d",
                                     "PURPLE#9f79e8", "CYAN#3bb6c4",  "GOLDEN#e3b727", "GRAY#8a9297"};
enum { NAMED = 7 };
static_assert(sizeof(colors) / sizeof(colors[0]) == NAMED + 1 && NAMED + 1 == STATS_LINES_MAX,
              "a color a line");

struct spoken {
	int language;
	int64_t all, by[STATS_DAYS];
};

static int most_first(const void *a, const void *b)
{
	int64_t x = ((const struct spoken *)a)->all, y = ((const struct spoken *)b)->all;

	return x > y ? -1 : x < y;
}

int stats_languages(struct rpc_call *c, const struct channel *ch, const struct stats_days *d,
                    struct tl_obj **ret)
{
	struct stats_graph g = {.type = "area",
	                        .first = (unixtime_t)d->first * STORE_DAY_SECONDS,
	                        .step = STORE_DAY_SECONDS,
	                        .n = d->n};
	struct store_day *rows;
	struct spoken *v;
	uint32_t n_spoken = 0;
	size_t n;
	int r = store_day_list(c->db, peer_channel(ch->row.id), d->first, true, &c->arena, &rows, &n);

	if (r < 0)
		return r;
	v = ARENA_ARRAY(&c->arena, struct spoken, n < LANGUAGE_NUMBERS ? n + 1 : LANGUAGE_NUMBERS);
	for (size_t i = 0; i < n; i++) {
		int language = rows[i].kind - STORE_DAY_LANGUAGE;
		uint32_t day = (uint32_t)(rows[i].day - d->first), k = 0;

		if (day >= d->n || !language_name(language))
			continue;
		while (k < n_spoken && v[k].language != language)
			k++;
		if (k == n_spoken)
			v[n_spoken++] = (struct spoken){.language = language};
		v[k].all += rows[i].count;
		v[k].by[day] += rows[i].count;
	}
	qsort(v, n_spoken, sizeof(*v), most_first);
	for (uint32_t k = 0; k < n_spoken && k < NAMED; k++)
		g.line[g.n_lines++] = (struct stats_line){language_name(v[k].language), colors[k], v[k].by};
	for (uint32_t k = NAMED + 1; k < n_spoken; k++) /* the rest is one line */
		for (uint32_t i = 0; i < d->n; i++)
			v[NAMED].by[i] += v[k].by[i];
	if (n_spoken > NAMED)
		g.line[g.n_lines++] = (struct stats_line){"Other", colors[NAMED], v[NAMED].by};
	return stats_graph_view(c, &g, NULL, ret);
}
