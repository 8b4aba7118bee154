/* page.h - lists of messages as answers: the paging that all clients rely on, and the containers. */
#ifndef DOMAIN_MESSAGES_PAGE_H
#define DOMAIN_MESSAGES_PAGE_H

#include "domain/messages/place.h"
#include "domain/users/view.h"
#include "store/msg.h"
#include "store/unseen.h"

struct match;

struct page_query {
	struct place place;
	int32_t offset_id, offset_date, add_offset, limit, max_id, min_id;
	int64_t saved_peer;        /* of Saved Messages, which is the place, those from him; 0: all */
	int32_t thread;            /* of a channel, those of this thread (thread.h); 0: all */
	const struct match *match; /* of those that answer a search; place.peer may then be 0 */
};

/* The numbers of a method's query, for the beginning of a page_query: {PAGE_NUMBERS(q), .thread = ...}. */
#define PAGE_NUMBERS(q)                                                                                      \
	.offset_id = (q)->offset_id, .add_offset = (q)->add_offset, .limit = (q)->limit,                     \
	.max_id = (q)->max_id, .min_id = (q)->min_id

/*
 * The window of api.md 4.3, newest first: clipped at its newer end and never refilled. Reads what it returns and the
 * add_offset messages that it passes, whatever the chat's length. Thread: read lanes.
 */
int page_read(struct rpc_call *c, const struct page_query *q, struct store_msg **ret, size_t *ret_n);
/*
 * messages.messages if these are all there are (n == total), else messagesSlice with its count, which may be too high unless
 * is_exact; of one channel channelMessages, with its pts. place: whence they are; NULL: from several chats.
 */
int page_reply(struct rpc_call *c, struct view *v, const struct place *place, const struct store_msg *rows,
               size_t n, uint32_t total, bool is_exact);

/*
 * The answer to a question for what the caller has not looked at in a dialog, by the numbers of a page_query (its place and match do not
 * count).
 */
int page_unseen(struct rpc_call *c, const struct tl_obj *input_peer, enum store_unseen_kind kind,
                const struct page_query *q);

#endif
