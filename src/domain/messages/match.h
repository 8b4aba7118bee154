/* match.h - the messages of a box that answer a search, newest or oldest first, from the index and the tail behind it. */
#ifndef DOMAIN_MESSAGES_MATCH_H
#define DOMAIN_MESSAGES_MATCH_H

#include "rpc/call.h"
#include "store/msg.h"

struct match {
	int64_t peer;               /* 0: all chats */
	int64_t from_id;            /* 0: anybody's */
	int32_t min_date, max_date; /* 0: no bound; both excluded */
	int folder;                 /* -1: any */
	bool link;                  /* with a link only */
	struct slice query;         /* folded; may be empty if `link` */
	/* set by match_open */
	struct slice expression;
	int32_t *tail; /* ids not in the index, ascending */
	size_t n_tail;
};

/* Thread: read lanes. The match lives as long as the call. */
int match_open(struct rpc_call *c, struct match *m);
/* As store_msg_walk. Gives up after MATCH_LOOKS rows that only seemed to match. */
int match_walk(struct rpc_call *c, const struct match *m, int32_t from, bool up, uint32_t n,
               struct store_msg **ret, size_t *ret_n);
/* How many there are; exact unless from_id, dates or folder narrow the search further (then it may be too many). */
int match_count(struct rpc_call *c, const struct match *m, uint32_t *ret);

#endif
