/*
 * thread.h - threads of supergroups: what answers what. A message's thread is named by its root: the message at the beginning of a row of
 * answers, the copy of a channel's post whose comments they are, or in a forum the topic. Rows: store/thread.h. Lanes.
 */
#ifndef DOMAIN_MESSAGES_THREAD_H
#define DOMAIN_MESSAGES_THREAD_H

#include "domain/messages/place.h"
#include "domain/users/view.h"
#include "store/msg.h"
#include "store/thread.h"
#include "store/unseen.h"

struct channel;

struct thread {
	struct channel *ch; /* the supergroup in which it is, in the call's arena */
	struct place place; /* that group's messages */
	int32_t top;
	bool is_topic;
	struct store_thread head;
	struct store_msg root; /* id 0: it is gone */
};

/*
 * The thread of a message of this peer: in a supergroup the one it belongs to or begins, in a forum the topic of this id, of a channel's post
 * its comments. 400 MSG_ID_INVALID, TOPIC_ID_INVALID and those of the peer.
 */
int thread_resolve(struct rpc_call *c, const struct tl_obj *input_peer, int32_t msg_id, struct thread *ret);

/*
 * Where an answer goes: header gets what the reply's id alone does not say. in: what the client asked for (NULL: it answers nothing),
 * answered: the message of the same chat that it found, or NULL. 400 TOPIC_DELETED, TOPIC_CLOSED.
 */
int thread_reply(struct rpc_call *c, const struct channel *ch, const struct tl_inputReplyToMessage *in,
                 const struct store_msg *answered, int32_t *id, struct tl_obj **header);

/* The same for a service message that follows what it is about, whoever may write there. */
int thread_follow(struct rpc_call *c, const struct channel *ch, const struct store_msg *answered, int32_t *id,
                  struct tl_obj **header);

/* Write lane: the forum has its topic General from now on. Once more is no harm. */
int thread_begin_general(struct rpc_call *c, const struct channel *ch);
/* Write lane: a message was born in the channel, or is about to go. */
int thread_note(struct rpc_call *c, const struct channel *ch, const struct store_msg *row, int32_t pts);
int thread_forget(struct rpc_call *c, const struct store_msg *row);

/* MessageReplies of a row with STORE_MSG_THREAD; NULL: there is nothing to say. */
int thread_replies_view(struct view *v, const struct store_msg *row, struct tl_obj **ret);

/* How far the viewer has read there: by his mark, or as a member in the group as a whole. */
int thread_read_in(struct rpc_call *c, const struct channel *ch, int32_t top, int32_t *ret);
int32_t thread_read_of_others(const struct store_thread *t, int64_t user);
int thread_unread(struct rpc_call *c, const struct store_thread *t, int32_t read_in, int32_t *ret);
/* What of this kind the caller has not seen there, the newest first, up to `limit`; top 0: in the whole chat (any peer). */
int thread_unseen_ids(struct rpc_call *c, int64_t peer, int32_t top, enum store_unseen_kind kind,
                      uint32_t limit, int32_t **ret, size_t *ret_n);
/* How many. */
int thread_unseen(struct rpc_call *c, int64_t channel, int32_t top, enum store_unseen_kind kind,
                  int32_t *ret);

/* --- between thread.c, thread_reply.c and thread_view.c */

/* Which thread a stored message belongs to; top 0: none. */
struct thread_spot {
	int32_t top;
	bool topic;
};
int thread_spot_of(struct rpc_call *c, const struct store_msg *row, struct thread_spot *ret);
bool thread_is_forum(const struct channel *ch);

#endif
