/* match.h - the messages of a box that answer a search, newest or oldest first: by words from the index and the tail behind it. */
#ifndef DOMAIN_MESSAGES_MATCH_H
#define DOMAIN_MESSAGES_MATCH_H

#include "domain/messages/place.h"
#include "rpc/call.h"
#include "store/msg.h"

enum match_source { MATCH_WORDS, MATCH_DIALOG, MATCH_PINNED, MATCH_SAVED, MATCH_MEDIA, MATCH_THREAD };

enum match_whose { MATCH_ANYBODY, MATCH_USERS, MATCH_GROUPS };

struct match {
	struct place place;         /* place.peer 0: all chats of the box, by words or kinds only */
	int64_t saved_peer;         /* of Saved Messages, those from him; 0: all */
	int32_t thread;             /* of a channel, those of this thread; 0: all */
	int64_t from_id;            /* 0: anybody's */
	int32_t min_date, max_date; /* 0: no bound; both excluded */
	int folder;                 /* -1: any */
	enum match_whose whose;     /* of all chats of the box: private ones, or basic groups */
	bool link;                  /* with a link only */
	bool pinned;                /* pinned ones of the chat only */
	uint32_t kinds;             /* that carry one of these (1 << enum store_media_kind); 0: all */
	struct slice query;         /* folded; may be empty if there is a peer or kinds */
	/* set by match_open */
	enum match_source source;
	struct slice expression;
	int32_t *tail; /* ids not in the index, ascending */
	size_t n_tail;
};

/* Thread: read lanes. The match lives as long as the call. */
int match_open(struct rpc_call *c, struct match *m);
/* As store_msg_walk. Gives up after so many rows that only seemed to match that it would hold up others. */
int match_walk(struct rpc_call *c, const struct match *m, int32_t from, bool up, uint32_t skip, uint32_t n,
               struct store_msg **ret, size_t *ret_n);
/* How many there are; *ret_exact unless something narrows the search that cannot be counted (then it may be too many). */
int match_count(struct rpc_call *c, const struct match *m, uint32_t *ret, bool *ret_exact);

#endif
