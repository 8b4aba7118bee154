/* call_private.h - calls: run, refused, made to wait; and how a CDN node lets itself be called. For the files of mtproto/ only. */
#ifndef MTPROTO_CALL_PRIVATE_H
#define MTPROTO_CALL_PRIVATE_H

#include "mtproto/private.h"

/* call.c: a call, out of its wrappers, to ops.call (or an error) */
void mt_call_message(struct mt_session *s, struct mt_conn *c, int64_t msg_id, struct slice body);
bool mt_running_add(struct mt_session *s, int64_t msg_id, uint32_t n); /* n bytes of it; false: too many */
void mt_running_remove(struct mt_session *s, int64_t msg_id);
bool mt_is_running(const struct mt_session *s, int64_t msg_id); /* or waiting for another */
void mt_answer(struct mt_session *s, int64_t req_msg_id, struct buf *body, int flags);
void mt_answer_error(struct mt_session *s, int64_t req_msg_id, int32_t code, const char *text);
/* What was taken out of its wrappers, now: it runs, or it is refused. ip: where it came from. */
void mt_call_run(struct mt_session *s, const char *ip, int64_t msg_id, struct slice body, int32_t layer,
                 bool without_updates, int64_t takeout_id);

/* waiting.c: invokeAfterMsg */
/* What is answered leaves w->after: nothing waits for it. False: one of them failed, so this one does. */
bool mt_waiting_needed(const struct mt_session *s, struct mt_wrap *w);
/* It waits for those in w->after, which is taken over; or is refused: there are too many. */
void mt_waiting_add(struct mt_session *s, struct mt_wrap *w, int64_t msg_id, struct slice body);
void mt_waiting_release(struct mt_session *s, int64_t finished, bool failed);
void mt_waiting_sweep(struct mt_session *s, usec_t now);
void mt_waiting_free(struct mt_session *s);

/* bind.c: auth.bindTempAuthKey */
void mt_bind(struct mt_session *s, int64_t msg_id, struct slice body);

/* cdn.c: what struct mt_cdn_manners asks for */
bool mt_is_cdn(const struct mt_server *s, int32_t dc);
unsigned mt_cdn_pq_delay(const struct mt_server *s, int32_t dc);
/* How long a connection may bring no call, milliseconds; 0: as long as it likes. */
unsigned mt_cdn_idle(const struct mt_server *s);
void mt_cdn_called(struct mt_session *s, struct mt_conn *c);
void mt_cdn_answered(struct mt_session *s);
/* A packet came under a key that nobody knows: -404, at once or later. */
void mt_cdn_key_unknown(struct mt_conn *c);
/* Its time has come. */
void mt_cdn_tell_unknown(struct mt_conn *c);

#endif
