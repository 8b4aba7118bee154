/*
 * later.h - messages that are to be sent at a time, or once the other is online; to oneself they are reminders. Until then they are in no
 * box (store/later.h) and have no pts: who may see them is told of them, or asks. Posts of a channel are shared by its admins.
 * Threads: lanes, with c->db.
 */
#ifndef DOMAIN_MESSAGES_LATER_H
#define DOMAIN_MESSAGES_LATER_H

#include "domain/users/peer.h"
#include "domain/users/view.h"
#include "jobs/jobs.h"
#include "store/later.h"
#include "store/msg.h"

struct media_ready;
struct message_draft;
struct upd_event;

#define LATER_JOB "later"

/*
 * schedule_date as the caller sent it, for n messages to this peer: m->later is set; to 0 if that is now. 400 SCHEDULE_DATE_INVALID,
 * SCHEDULE_DATE_TOO_LATE, SCHEDULE_TOO_MUCH, SCHEDULE_STATUS_PRIVATE, SCHEDULE_BOT_NOT_ALLOWED; repeat: the period in
 * seconds, of those that clients offer, or 0: else 400 SCHEDULE_DATE_INVALID.
 */
int later_begin(struct rpc_call *c, const struct peer *to, int32_t date, int32_t repeat, uint32_t n,
                struct message_draft *m);
/* Write lane: keeps it, until m->later. ret_id: among those that wait there. For message_send(). */
int later_put(struct rpc_call *c, const struct peer *to, const struct message_draft *m, int32_t *ret_id);
/* What a message that waits keeps of its period; 0: none. */
void later_set_period(struct tl_message *m, int32_t period);
/* What a random_id of the caller's led to, as an event for his answer. -ERR_NOTFOUND: it waits no more. */
int later_again(struct rpc_call *c, const struct peer *to, int32_t id, int64_t random_id,
                struct upd_event *ret);

/* What waits for the caller to be sent there, and may he see it? 1 or 0. peer.key, .channel count. */
int later_any(struct rpc_call *c, const struct peer *to);
/* One that waits, as a row (*ret) and as a message: 400 MESSAGE_ID_INVALID, CHAT_ADMIN_REQUIRED. */
int later_find(struct rpc_call *c, const struct peer *to, int32_t id, struct store_later *ret,
               struct store_msg *ret_msg);
/* Write lane: another time (0: the same) and, where `content` is not NULL, another content; media: what it carries now, NULL if that stays. */
int later_edit(struct rpc_call *c, struct store_later *row, unixtime_t date, struct tl_obj *content,
               const struct media_ready *media);

/* Write lane: he has come online. */
int later_came_online(struct rpc_call *c, int64_t user);
/* UPD_LATER, UPD_LATER_GONE as v->viewer gets them; NULL: nothing to say. */
int later_update_view(struct view *v, const struct upd_event *ev, struct tl_obj **ret);

/* Jobs: what is due in one chat (owner; payload: int64 peer) is sent, and taken off the list, in one transaction. */
int later_job(struct rpc_call *c, const struct store_job *j, struct jobs_next *next);

/* --- between later.c, later_list.c and later_send.c */

/* As message_view() wants it. */
struct store_msg later_message(const struct store_later *row);
/* They wait no more. sent: their ids as messages, NULL: they were deleted. Whoever saw them is told; the caller by his answer. */
int later_tell_gone(struct rpc_call *c, const struct store_later *first, const int32_t *ids,
                    const int32_t *sent, uint32_t n);
/*
 * It is being sent, and waits again under another id, for the first time of its period that is still to come. poll: the one that it
 * carries then (MessageMedia); NULL: what it carries is the same.
 */
int later_repeat(struct rpc_call *c, const struct store_later *row, int32_t period, struct tl_obj *poll);
/* The row goes, and what it carried is no more held for it. */
int later_drop(struct rpc_call *c, const struct store_later *row);
/* InputPeer, and what waits there, those of `ids` or all of them, latest first: 400 CHAT_ADMIN_REQUIRED, MESSAGE_ID_INVALID. */
int later_rows(struct rpc_call *c, const struct tl_obj *input_peer, const struct tl_vec_int *ids,
               struct peer *ret_peer, struct store_later **ret, size_t *ret_n);

#endif
