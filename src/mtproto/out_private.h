/* out_private.h - what goes out: messages until they are acknowledged, packets, large answers. For the files of mtproto/ only. */
#ifndef MTPROTO_OUT_PRIVATE_H
#define MTPROTO_OUT_PRIVATE_H

#include "mtproto/private.h"

/* send.c */
struct mt_batch *mt_batch_ref(struct mt_batch *b);
enum mt_msg_kind { MT_MSG_SERVICE, MT_MSG_ANSWER, MT_MSG_UPDATE };
/* body is taken over. req: the call that it answers, kept until acknowledged (MT_MSG_ANSWER). */
struct mt_out *mt_send(struct mt_session *s, enum mt_msg_kind kind, int64_t req, struct buf *body);
void mt_send_update(struct mt_session *s, struct buf *body); /* taken, unless nobody will fetch it */
void mt_send_batch(struct mt_session *s, struct mt_batch *b);
void mt_send_ack(struct mt_session *s, int64_t msg_id);
/* Whether the answer to `req` goes out again, or for the first time. */
enum mt_resend { MT_NO_ANSWER, MT_SPENT, MT_RESENT }; /* spent: it was sent too often, or too long ago */
enum mt_resend mt_resend_answer(struct mt_session *s, int64_t req);
/* The answer to `req` is still here, and is an error. */
bool mt_answer_failed(const struct mt_session *s, int64_t req);
void mt_acked(struct mt_session *s, int64_t msg_id);
void mt_resend_all(struct mt_session *s);  /* a connection came back */
void mt_flush_later(struct mt_session *s); /* it has something to say: at the end of this turn */
void mt_out_free(struct mt_out *o);
void mt_out_give_ids(struct mt_session *s, struct mt_out *o, enum mt_msg_kind kind);
struct slice mt_out_body(const struct mt_out *o); /* its own, or that of the batch */

/* A large answer: body as MT_REPLY_BULK brings it; both are taken over. again may be NULL. */
void mt_send_bulk(struct mt_session *s, int64_t req, struct buf *body, struct mt_bulk *again);

/* What was made again has become an error. */
void mt_not_remade(struct mt_session *s, int64_t req);
void mt_out_drop(struct mt_session *s, struct mt_out *o);

/* flush.c: packets */
void mt_flush(struct io_loop *io, void *loop); /* all that waits; the loop calls it at the end of a turn */
/* What waits leaves now if there are as many large answers as are sealed side by side: more of them would only lie there. */
void mt_flush_large(struct mt_loop *l);
/* An update, sealed at once: the body is only read, and the caller flushes (mt_seal_flush). False: something waits in front of it. */
bool mt_send_update_now(struct mt_session *s, struct slice body);
/* A service message alone, on this connection, whichever the session speaks by. */
void mt_send_at_once(struct mt_session *s, struct mt_conn *c, struct buf *body);
void mt_send_empty(struct mt_session *s, struct mt_conn *c); /* a container without messages */

/* seal.c: encrypted packets, several at once. m is read here; c and k stay until the flush. */
struct mt_seal *mt_seal_new(void);
void mt_seal_free(struct mt_seal *q);
void mt_seal_add(struct mt_seal *q, struct mt_conn *c, const struct mt_key *k, const struct mt_packet *m);
/* m->body lies in `taken`, which is taken over, with MT_PACKET_BODY + TR_HEAD_MAX bytes in front of it that are free. */
void mt_seal_add_own(struct mt_seal *q, struct mt_conn *c, const struct mt_key *k, const struct mt_packet *m,
                     struct buf *taken);
void mt_seal_flush(struct mt_seal *q); /* all leave */

/* bulk.c */
/* Is it a call with a large answer? Then it runs, or is held until there is room. */
bool mt_bulk_call(struct mt_session *s, const struct mt_call *call);
/* The answer has come: the call, which is the caller's to free; NULL if it was none of these. */
struct mt_bulk *mt_bulk_answered(struct mt_session *s, int64_t msg_id);
/* Once more; b is taken over. False, and b is still the caller's: there is too much at work. */
bool mt_bulk_again(struct mt_session *s, struct mt_bulk *b);
/* There may be room now: what is held is looked at, at the end of the turn. */
void mt_bulk_resume(struct mt_session *s);
void mt_bulk_run_held(struct mt_loop *l);
void mt_bulk_free_all(struct mt_session *s);

#endif
