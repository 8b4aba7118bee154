/* channel.c - stats.getBroadcastStats: what became of a channel's posts and subscribers, by day; and of one day, by hour. */
#include "base/err.h"
#include "domain/dialogs/dialog.h"
#include "domain/messages/views.h"
#include "domain/stats/private.h"
#include "rpc_methods.h"
#include "store/msg.h"
#include "store/msg_reaction.h"
#include "updates/peer.h"

enum { RECENT_POSTS = 30, ASKED = 500 };

static int activity_graphs(struct rpc_call *c, const struct channel *ch, const struct stats_days *d,
                           struct tl_stats_broadcastStats *o)
{
	struct stats_graph g = {.type = "line",
	                        .first = (unixtime_t)(d->first + (int32_t)d->n - 1) * STORE_DAY_SECONDS,
	                        .step = STORE_DAY_SECONDS / STATS_HOURS,
	                        .n = STATS_HOURS,
	                        .line = {{"Views", "BLUE#4681bb", d->hours}},
	                        .n_lines = 1};
	const char *zoom = (const char *)arena_printf(&c->arena, "posts.%lld", (long long)ch->row.id).p;
	int r;

	if ((r = stats_graph_view(c, &g, NULL, &o->top_hours_graph)) < 0)
		return r;
	g.type = "step";
	g.first = (unixtime_t)d->first * STORE_DAY_SECONDS;
	g.step = STORE_DAY_SECONDS;
	g.n = d->n;
	g.line[0].v = d->by[STORE_DAY_VIEWS];
	g.line[1] = (struct stats_line){"Shares", "GREEN#5ab34d", d->by[STORE_DAY_FORWARDS]};
	g.line[2] = (struct stats_line){"Posts", "ORANGE#dd8b47", d->messages};
	g.n_lines = 3;
	if ((r = stats_graph_view(c, &g, zoom, &o->interactions_graph)) < 0)
		return r;
	g.type = "line";
	g.line[0] = (struct stats_line){"Muted", "RED#d2504d", d->by[STORE_DAY_MUTED]};
	g.line[1] = (struct stats_line){"Unmuted", "GREEN#5ab34d", d->by[STORE_DAY_UNMUTED]};
	g.n_lines = 2;
	if ((r = stats_graph_view(c, &g, NULL, &o->mute_graph)) < 0)
		return r;
	g.type = "bar";
	g.line[0] = (struct stats_line){"Subscribers", "BLUE#4681bb", d->by[STORE_DAY_SEEN_IN]};
	g.line[1] = (struct stats_line){"Others", "GRAY#8a9297", d->by[STORE_DAY_SEEN_FROM_OUTSIDE]};
	g.line[2] = (struct stats_line){"Groups", "GREEN#5ab34d", d->by[STORE_DAY_SEEN_IN_GROUPS]};
	g.line[3] = (struct stats_line){"PM", "ORANGE#dd8b47", d->by[STORE_DAY_SEEN_IN_PRIVATE]};
	g.n_lines = 4;
	if ((r = stats_graph_view(c, &g, NULL, &o->views_by_source_graph)) < 0)
		return r;
	g.line[0] = (struct stats_line){"Reactions", "RED#d2504d", d->by[STORE_DAY_REACTIONS]};
	g.n_lines = 1;
	if ((r = stats_graph_view(c, &g, NULL, &o->reactions_by_emotion_graph)) < 0)
		return r;
	return stats_languages(c, ch, d, &o->languages_graph);
}

static int reacted(struct rpc_call *c, const struct store_msg *row, int32_t *ret)
{
	struct store_msg_reaction_count *v;
	size_t n;
	int r;

	*ret = 0;
	if (!(row->flags & STORE_MSG_REACTIONS))
		return 0;
	r = store_msg_reaction_counts(c->db, row->owner, row->id, &c->arena, &v, &n);
	for (size_t i = 0; r >= 0 && i < n; i++)
		*ret += v[i].count;
	return r < 0 ? r : 0;
}

static int recent_posts(struct rpc_call *c, int64_t key, struct tl_stats_broadcastStats *o)
{
	struct store_msg *rows;
	size_t n;
	int r = store_msg_walk(c->db, key, key, INT32_MAX, false, 0, RECENT_POSTS, &c->arena, &rows, &n);

	o->recent_posts_interactions = tl_vec_new(&c->arena, (uint32_t)n);
	o->recent_message_interactions = tl_vec_new(&c->arena,
	                                            (uint32_t)n); /* as layers before 167 have it */
	o->recent_posts_interactions.n = o->recent_message_interactions.n = 0;
	for (size_t i = 0; r >= 0 && i < n; i++) {
		struct tl_postInteractionCountersMessage *p = TL_NEW(&c->arena,
		                                                     postInteractionCountersMessage);
		struct tl_messageInteractionCounters *m = TL_NEW(&c->arena, messageInteractionCounters);
		struct store_msg_count seen;

		if (rows[i].flags & STORE_MSG_SERVICE)
			continue;
		if ((r = views_of(c, key, rows[i].id, &seen)) < 0 ||
		    (r = reacted(c, &rows[i], &p->reactions)) < 0)
			return r;
		p->msg_id = m->msg_id = rows[i].id;
		p->views = m->views = seen.views;
		p->forwards = m->forwards = seen.forwards;
		o->recent_posts_interactions.v[o->recent_posts_interactions.n++] = &p->o;
		o->recent_message_interactions.v[o->recent_message_interactions.n++] = &m->o;
	}
	return r < 0 ? r : 0;
}

/* Of the newest subscribers: how many hear of posts at once. */
static int notified(struct rpc_call *c, const struct channel *ch, struct tl_obj **ret)
{
	struct tl_statsPercentValue *o = TL_NEW(&c->arena, statsPercentValue);
	struct store_channel_member *rows;
	size_t n;
	int r = store_channel_members(c->db, ch->row.id, STORE_CHANNEL_RECENT, 0, ASKED, &c->arena, &rows,
	                              &n);

	for (size_t i = 0; r >= 0 && i < n; i++)
		if ((r = notify_is_muted(c, rows[i].user, peer_channel(ch->row.id), NOTIFY_BROADCASTS)) == 0)
			o->part++;
	o->total = (double)n;
	*ret = &o->o;
	return r < 0 ? r : 0;
}

/* There are no stories here, and no pages for instant view. */
static void set_unknown(struct rpc_call *c, struct tl_stats_broadcastStats *o)
{
	struct tl_statsAbsValueAndPrev *zero = TL_NEW(&c->arena, statsAbsValueAndPrev);

	o->views_per_story = o->shares_per_story = o->reactions_per_story = &zero->o;
	o->iv_interactions_graph = o->story_interactions_graph = o->story_reactions_by_emotion_graph =
		stats_graph_none(&c->arena);
}

int stats_getBroadcastStats(struct rpc_call *c, const struct tl_stats_getBroadcastStats *q)
{
	struct tl_stats_broadcastStats *o = TL_NEW(&c->arena, stats_broadcastStats);
	struct stats_days *d = ARENA_NEW(&c->arena, struct stats_days);
	struct channel ch;
	int r;

	if ((r = stats_resolve(c, q->channel, &ch)) < 0)
		return r;
	if (!(ch.row.flags & STORE_CHANNEL_BROADCAST))
		return rpc_fail(c, 400, "BROADCAST_REQUIRED");
	if ((r = stats_days_load(c, &ch, d)) < 0)
		return r;
	set_unknown(c, o);
	o->period = stats_period(c);
	o->followers = stats_members(&c->arena, d);
	o->views_per_post = stats_each(&c->arena, d->by[STORE_DAY_VIEWS], d->messages, d->n);
	o->shares_per_post = stats_each(&c->arena, d->by[STORE_DAY_FORWARDS], d->messages, d->n);
	o->reactions_per_post = stats_each(&c->arena, d->by[STORE_DAY_REACTIONS], d->messages, d->n);
	if ((r = stats_member_graphs(c, d, &o->growth_graph, &o->followers_graph,
	                             &o->new_followers_by_source_graph)) < 0 ||
	    (r = notified(c, &ch, &o->enabled_notifications)) < 0 ||
	    (r = activity_graphs(c, &ch, d, o)) < 0 || (r = recent_posts(c, peer_channel(ch.row.id), o)) < 0)
		return r;
	return rpc_reply(c, &o->o);
}

/* "posts.<channel>": how many there were in each hour of the day of x, which is in milliseconds. */
int stats_loadAsyncGraph(struct rpc_call *c, const struct tl_stats_loadAsyncGraph *q)
{
	struct stats_graph g = {.type = "bar", .step = STORE_DAY_SECONDS / STATS_HOURS, .n = STATS_HOURS};
	int64_t id = 0, posts[STATS_HOURS];
	struct channel ch;
	struct tl_obj *o;
	int r;

	if (q->token.n < 7 || q->token.n > 24 || memcmp(q->token.p, "posts.", 6) != 0)
		return rpc_fail(c, 400, "GRAPH_INVALID_RELOAD");
	for (uint32_t i = 6; i < q->token.n; i++) {
		if (q->token.p[i] < '0' || q->token.p[i] > '9')
			return rpc_fail(c, 400, "GRAPH_INVALID_RELOAD");
		id = id * 10 + (q->token.p[i] - '0');
	}
	r = channel_load(c, id, &ch);
	if (r == -ERR_NOTFOUND || (r == 0 && !channel_is_admin(&ch)))
		return rpc_fail(c, 400, "GRAPH_INVALID_RELOAD");
	g.first = q->has_x ? q->x / 1000 / STORE_DAY_SECONDS * STORE_DAY_SECONDS : 0;
	if (r < 0 || g.first < 0 || g.first > c->now)
		return r < 0 ? r : rpc_fail(c, 400, "GRAPH_OUTDATED_RELOAD");
	for (int i = 0; r >= 0 && i < STATS_HOURS; i++)
		r = stats_messages(c, &ch, g.first + i * g.step, g.first + (i + 1) * g.step, &posts[i]);
	if (r < 0)
		return r;
	g.line[0] = (struct stats_line){"Posts", "ORANGE#dd8b47", posts};
	g.n_lines = 1;
	r = stats_graph_view(c, &g, NULL, &o);
	return r < 0 ? r : rpc_reply(c, o);
}
