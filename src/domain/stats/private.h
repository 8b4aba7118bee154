/* private.h - what the files of the area share: counts by day, and graphs of them. Read lanes. */
#ifndef DOMAIN_STATS_PRIVATE_H
#define DOMAIN_STATS_PRIVATE_H

#include "domain/channels/channel.h"
#include "store/day.h"

enum { STATS_DAYS = 30, STATS_PERIOD = 7, STATS_HOURS = 24 };

/* --- graph.c */

enum { STATS_LINES_MAX = 8 };

struct stats_line {
	const char *name, *color; /* static, or in the call's arena */
	const int64_t *v;         /* graph.n of them */
};

struct stats_graph {
	const char *type; /* "line", "bar", "step", "area": shares of a whole */
	unixtime_t first; /* of the first number of each line, and how far the others are apart */
	unixtime_t step;
	uint32_t n;
	struct stats_line line[STATS_LINES_MAX];
	uint32_t n_lines;
};

/* statsGraph, or statsGraphError where there is nothing to be seen. zoom: token for what loadAsyncGraph shows of one day; NULL: none. */
int stats_graph_view(struct rpc_call *c, const struct stats_graph *g, const char *zoom, struct tl_obj **ret);
/* What nobody counts here. */
struct tl_obj *stats_graph_none(struct arena *a);

/* --- days.c */

struct stats_days {
	int32_t first; /* day */
	uint32_t n;    /* 2 to STATS_DAYS; the last one is today */
	int64_t by[STORE_DAY_KINDS][STATS_DAYS];
	int64_t messages[STATS_DAYS]; /* those that are still there */
	int64_t members[STATS_DAYS];  /* at its end */
	int64_t hours[STATS_HOURS];   /* views by hour, of STATS_PERIOD days */
};

/* Of a channel whose statistics the caller may see, from its row and its rows of days. */
int stats_days_load(struct rpc_call *c, const struct channel *ch, struct stats_days *ret);
/* Messages with dates from `from` on, before `to`, without deleted ones. */
int stats_messages(struct rpc_call *c, const struct channel *ch, unixtime_t from, unixtime_t to,
                   int64_t *ret);
/* Sum of the newest STATS_PERIOD of n numbers, and of as many before them. */
struct tl_obj *stats_sums(struct arena *a, const int64_t *v, uint32_t n);
/* What the first is for each of the second, now and before. */
struct tl_obj *stats_each(struct arena *a, const int64_t *v, const int64_t *of, uint32_t n);
/* How many members there are, and were. */
struct tl_obj *stats_members(struct arena *a, const struct stats_days *d);
struct tl_obj *stats_period(struct rpc_call *c);
/* Graphs that channels and supergroups have: members; who came and left; how they came. */
int stats_member_graphs(struct rpc_call *c, const struct stats_days *d, struct tl_obj **ret_growth,
                        struct tl_obj **ret_moves, struct tl_obj **ret_sources);

/* Views of a channel's posts, or readers of a group, by language. */
int stats_languages(struct rpc_call *c, const struct channel *ch, const struct stats_days *d,
                    struct tl_obj **ret);

/* InputChannel: 400 CHAT_ADMIN_REQUIRED and those of channel_resolve(). */
int stats_resolve(struct rpc_call *c, const struct tl_obj *input_channel, struct channel *ret);

#endif
