/* message.c - stats.getMessageStats and getMessagePublicForwards: one post by day, and where everybody can see that it was passed on to. */
#include "base/err.h"
#include "domain/messages/message.h"
#include "domain/messages/offset.h"
#include "domain/messages/place.h"
#include "domain/reactions/react.h"
#include "domain/stats/private.h"
#include "domain/users/view.h"
#include "rpc_methods.h"
#include "store/msg.h"
#include "store/msg_reaction.h"
#include "updates/peer.h"

enum { REACTIONS_LOOKED_AT = 10000, REACTIONS_PAGE = 500, FORWARDS_LOOKED_AT = 1000, FORWARDS_PAGE = 100 };

/* A message of it that is there. */
static int message_of(struct rpc_call *c, const struct tl_obj *input_channel, int32_t id,
                      struct channel *ret_channel, struct store_msg *ret)
{
	struct peer peer = {.channel = ret_channel};
	struct place place;
	int r;

	if ((r = stats_resolve(c, input_channel, ret_channel)) < 0)
		return r;
	peer.key = peer_channel(ret_channel->row.id);
	if ((r = place_of(c, &peer, &place)) < 0)
		return r;
	r = place_message(c, &place, id, ret);
	return r == -ERR_NOTFOUND ? rpc_fail(c, 400, "MESSAGE_ID_INVALID") : r;
}

/* The days of a post's life, as far back as graphs go. */
struct span {
	int32_t first;
	uint32_t n;
};

static struct span span_of(const struct rpc_call *c, const struct store_msg *row)
{
	int32_t today = (int32_t)(c->now / STORE_DAY_SECONDS),
		first = (int32_t)(row->date / STORE_DAY_SECONDS);

	if (first > today - 1)
		first = today - 1;
	if (first < today - STATS_DAYS + 1)
		first = today - STATS_DAYS + 1;
	return (struct span){first, (uint32_t)(today - first + 1)};
}

static struct stats_graph graph_of(const struct span *s, const char *type)
{
	return (struct stats_graph){.type = type,
	                            .first = (unixtime_t)s->first * STORE_DAY_SECONDS,
	                            .step = STORE_DAY_SECONDS,
	                            .n = s->n};
}

static int views_graph(struct rpc_call *c, const struct store_msg *row, const struct span *s,
                       struct tl_obj **ret)
{
	struct stats_graph g = graph_of(s, "step");
	int64_t views[STATS_DAYS] = {0};
	struct store_day *rows;
	size_t n;
	int r = store_post_day_list(c->db, row->owner, row->id, s->first, &c->arena, &rows, &n);

	for (size_t i = 0; r >= 0 && i < n; i++)
		if ((uint32_t)(rows[i].day - s->first) < s->n)
			views[rows[i].day - s->first] = rows[i].count;
	if (r < 0)
		return r;
	g.line[0] = (struct stats_line){"Views", "BLUE#4681bb", views};
	g.n_lines = 1;
	return stats_graph_view(c, &g, NULL, ret);
}

/* Those that people chose most, by the days on which they did. */
static int reactions_graph(struct rpc_call *c, const struct store_msg *row, const struct span *s,
                           struct tl_obj **ret)
{
	static const char *const colors[STATS_LINES_MAX] = {"RED#d2504d",    "BLUE#4681bb",   "GREEN#5ab34d",
	                                                    "ORANGE#dd8b47", "PURPLE#9f79e8", "CYAN#58a8ed",
	                                                    "GOLD#e5ae18",   "INDIGO#7f79f3"};
	struct stats_graph g = graph_of(s, "bar");
	int64_t(*by)[STATS_DAYS] = arena_alloc(&c->arena, STATS_LINES_MAX * sizeof(*by));
	struct store_msg_reaction_count *kinds;
	size_t n_kinds;
	int r;

	*ret = stats_graph_none(&c->arena);
	if (!(row->flags & STORE_MSG_REACTIONS))
		return 0;
	r = store_msg_reaction_counts(c->db, row->owner, row->id, &c->arena, &kinds, &n_kinds);
	for (size_t k = 0; r >= 0 && k < n_kinds && k < STATS_LINES_MAX; k++) {
		struct store_msg_reaction *v, last;
		size_t n = REACTIONS_PAGE;

		memset(by[k], 0, sizeof(by[k]));
		for (int looked = 0; r >= 0 && n == REACTIONS_PAGE && looked < REACTIONS_LOOKED_AT;
		     looked += REACTIONS_PAGE) {
			r = store_msg_reaction_walk(c->db, row->owner, row->id, kinds[k].what,
			                            looked ? &last : NULL, REACTIONS_PAGE, &c->arena, &v, &n);
			for (size_t i = 0; r >= 0 && i < n; i++) {
				uint32_t day = (uint32_t)(v[i].date / STORE_DAY_SECONDS - s->first);

				by[k][day < s->n ? day : 0]++;
				last = v[i];
			}
		}
		g.line[g.n_lines++] = (struct stats_line){
			(const char *)arena_printf(&c->arena, "%.*s", (int)kinds[k].what.n,
		                                   (const char *)kinds[k].what.p)
				.p,
			colors[k], by[k]};
	}
	return r < 0 ? r : stats_graph_view(c, &g, NULL, ret);
}

int stats_getMessageStats(struct rpc_call *c, const struct tl_stats_getMessageStats *q)
{
	struct tl_stats_messageStats *o = TL_NEW(&c->arena, stats_messageStats);
	struct store_msg row;
	struct channel ch;
	struct span s;
	int r;

	if ((r = message_of(c, q->channel, q->msg_id, &ch, &row)) < 0)
		return r;
	s = span_of(c, &row);
	if ((r = views_graph(c, &row, &s, &o->views_graph)) < 0 ||
	    (r = reactions_graph(c, &row, &s, &o->reactions_by_emotion_graph)) < 0)
		return r;
	return rpc_reply(c, &o->o);
}

/* --- passed on */

/* The copy, if it is still there and everybody may see it. 1 or 0. */
static int is_public(struct rpc_call *c, const struct store_forward *f, struct store_msg *ret)
{
	struct channel ch;
	int r = channel_load(c, peer_channel_id(f->peer), &ch);

	if (r < 0 || !ch.row.username.n)
		return r == -ERR_NOTFOUND || r >= 0 ? 0 : r;
	r = store_msg_get(c->db, f->peer, f->peer, f->id, &c->arena, ret);
	return r == -ERR_NOTFOUND ? 0 : r < 0 ? r : 1;
}

/* Up to `limit` rows behind `after`; *ret_count: how many there are, as far as anybody looks. */
static int forwards(struct rpc_call *c, const struct store_msg *post, const struct offset *after,
                    uint32_t limit, struct store_msg *ret, struct offset *ret_at, uint32_t *ret_n,
                    int32_t *ret_count)
{
	struct store_forward *v, last;
	size_t n = FORWARDS_PAGE;
	int r = 0;

	*ret_n = 0;
	*ret_count = 0;
	for (int looked = 0; r >= 0 && n == FORWARDS_PAGE && looked < FORWARDS_LOOKED_AT;
	     looked += FORWARDS_PAGE) {
		r = store_forward_walk(c->db, post->owner, post->id, looked ? &last : NULL, FORWARDS_PAGE,
		                       &c->arena, &v, &n);
		for (size_t i = 0; r >= 0 && i < n; i++) {
			bool behind = !after || v[i].date < after->date ||
			              (v[i].date == after->date &&
			               (v[i].peer < after->whose ||
			                (v[i].peer == after->whose && v[i].id < after->n)));

			last = v[i];
			r = is_public(c, &v[i], &ret[*ret_n]);
			if (r <= 0)
				continue;
			++*ret_count;
			if (behind && *ret_n < limit)
				ret_at[(*ret_n)++] = (struct offset){v[i].date, v[i].peer, v[i].id};
		}
	}
	return r < 0 ? r : 0;
}

int stats_getMessagePublicForwards(struct rpc_call *c, const struct tl_stats_getMessagePublicForwards *q)
{
	struct tl_stats_publicForwards *o = TL_NEW(&c->arena, stats_publicForwards);
	uint32_t limit = q->limit < 1 ? 1 : q->limit > LIMIT_PAGE ? LIMIT_PAGE : (uint32_t)q->limit, n;
	struct store_msg post, *rows = ARENA_ARRAY(&c->arena, struct store_msg, limit + 1);
	struct offset *at = ARENA_ARRAY(&c->arena, struct offset, limit + 1), from = {0};
	struct channel ch;
	struct peer last;
	struct view v;
	int r;

	if ((r = message_of(c, q->channel, q->msg_id, &ch, &post)) < 0)
		return r;
	if (q->offset.n && !offset_of(q->offset, &from))
		return rpc_fail(c, 400, "OFFSET_INVALID");
	if (q->offset_id && q->offset_peer) { /* layers before 168 */
		if ((r = peer_resolve(c, q->offset_peer, &last)) < 0)
			return r;
		from = (struct offset){q->offset_rate, last.key, q->offset_id};
	}
	if ((r = forwards(c, &post, q->offset.n || q->offset_id ? &from : NULL, limit, rows, at, &n,
	                  &o->count)) < 0)
		return r;
	view_init(&v, c);
	o->forwards = tl_vec_new(&c->arena, n);
	for (uint32_t i = 0; i < n; i++) {
		struct tl_publicForwardMessage *f = TL_NEW(&c->arena, publicForwardMessage);

		if ((r = message_view(&v, &rows[i], &f->message)) < 0)
			return r;
		o->forwards.v[i] = &f->o;
	}
	if (n == limit)
		o->next_offset = offset_text(&c->arena, &at[n - 1]);
	if ((r = view_mentioned(&v, &o->users, &o->chats)) < 0)
		return r;
	return rpc_reply(c, &o->o);
}
