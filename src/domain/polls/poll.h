/*
 * poll.h - the door of the area: polls and quizzes. A message carries a poll by its number alone; the question, what is right, who chose
 * what and whether it is over are the poll's own (store/poll.h), so every forward is the same poll. Threads: lanes, with c->db.
 */
#ifndef DOMAIN_POLLS_POLL_H
#define DOMAIN_POLLS_POLL_H

#include "domain/users/peer.h"
#include "domain/users/view.h"

struct store_msg;

/*
 * Write lane: a new poll, as MessageMedia for a message's content. 400 POLL_QUESTION_INVALID, POLL_ANSWERS_INVALID,
 * POLL_ANSWER_INVALID, POLL_OPTION_INVALID, POLL_OPTION_DUPLICATE, QUIZ_CORRECT_ANSWERS_EMPTY, QUIZ_CORRECT_ANSWERS_TOO_MUCH,
 * QUIZ_CORRECT_ANSWER_INVALID, QUIZ_MULTIPLE_INVALID, SCHEDULE_DATE_INVALID (of its end), MEDIA_INVALID.
 */
int poll_create(struct rpc_call *c, const struct tl_inputMediaPoll *in, struct tl_obj **ret_media);
/*
 * Write lane: it is to be published later. A close_period of `in` counts from then on: until poll_published(), which sets its end, the
 * poll has none.
 */
int poll_waits(struct rpc_call *c, const struct tl_inputMediaPoll *in, int64_t id);
int poll_published(struct rpc_call *c, int64_t id);
/*
 * Write lane: the same question once more, for a message that is published again: another poll (MessageMedia), open, without votes. It
 * lasts as long as the first: its close_period, or, of one that waits with a date, from `due`, when that was to be published, until then.
 */
int poll_again(struct rpc_call *c, int64_t id, unixtime_t due, struct tl_obj **ret_media);
/* Is it one whose voters are seen? For where that is forbidden. */
bool poll_is_public(const struct tl_obj *media);
/* Its number; 0: the MessageMedia is no poll. */
int64_t poll_of(const struct tl_obj *media);

/*
 * Question and results, as v->viewer may see them, laid over the MessageMedia of stored content, in place. -ERR_NOTFOUND: the poll is
 * gone.
 */
int poll_view(struct view *v, struct tl_obj *media);
/* updateMessagePoll of a message that carries one; NULL: it does not. */
int poll_update_view(struct view *v, const struct store_msg *row, struct tl_obj **ret);

/*
 * Write lane: the poll of this message, which is the caller's, is over, as messages.editMessage says it. 400 MEDIA_PREV_INVALID: it
 * carries none; MESSAGE_NOT_MODIFIED: it is over already, or nothing of it would end.
 */
int poll_end(struct rpc_call *c, const struct store_msg *row, const struct tl_inputMediaPoll *in);

/* Jobs: a poll's time is over (payload: its number); polls that no message carries any more are forgotten. */
#define POLL_CLOSE_JOB "poll-close"
struct store_job;
struct jobs_next;
int poll_close_job(struct rpc_call *c, const struct store_job *j, struct jobs_next *next);
int polls_job(struct rpc_call *c, const struct store_job *j, struct jobs_next *next);

#endif
