/* in_private.h - what comes in: packets, handshakes, messages, and those that are MTProto's own. For the files of mtproto/ only. */
#ifndef MTPROTO_IN_PRIVATE_H
#define MTPROTO_IN_PRIVATE_H

#include "mtproto/private.h"

/* receive.c: one packet, decrypted in place */
void mt_receive(struct mt_conn *c, uint8_t *p, size_t n, bool quick_ack);
/* The same for one that another loop has sent here: routes are not believed, the store says where its key lives. */
void mt_receive_sent(struct mt_conn *c, uint8_t *p, size_t n, bool quick_ack);
/* One that open.c has decrypted. */
void mt_receive_opened(struct mt_conn *c, int64_t key_id, const struct mt_packet_opening *o, bool quick_ack);

/*
 * open.c: large packets, several at once. p is copied, unless c->whole can be taken. False: it is none. At the end of the turn at the
 * latest mt_flush opens them.
 */
struct mt_open *mt_open_new(void);
void mt_open_free(struct mt_open *q);
bool mt_open_add(struct mt_conn *c, const struct mt_key *k, uint8_t *p, size_t n, bool quick_ack);
void mt_open_flush(struct mt_loop *l);
/* The same, unless those that there are had better wait for more of them: then the loop turns again soon. */
void mt_open_some(struct mt_loop *l);

/* handshake.c: an unencrypted packet */
void mt_handshake_packet(struct mt_conn *c, const uint8_t *p, size_t n);
void mt_handshake_sweep(struct mt_loop *l, usec_t now);
void mt_handshake_free_all(struct mt_loop *l);

/* container.c: the messages of one accepted packet */
void mt_messages(struct mt_session *s, struct mt_conn *c, int64_t msg_id, uint32_t seq_no, struct slice body);

/* service.c: true if the message was one of MTProto's own */
bool mt_service(struct mt_session *s, struct mt_conn *c, int64_t msg_id, uint32_t id, struct slice body);
void mt_bad_msg(struct mt_session *s, struct mt_conn *c, int64_t msg_id, uint32_t seq_no, int code);

#endif
