/* conn_private.h - connections: packets and bytes towards a client, faces of other loops, those that wait for room. For the files of mtproto/ only. */
#ifndef MTPROTO_CONN_PRIVATE_H
#define MTPROTO_CONN_PRIVATE_H

#include "mtproto/private.h"

/* conn.c */
struct mt_conn *mt_conn_new(struct mt_loop *l, struct io_conn *io, uint64_t serial); /* io NULL: a face */
void mt_conn_free(
	struct mt_conn *c); /* out of its loop; sessions let go; a real one's socket is not closed */
void mt_conn_touch(struct mt_conn *c);
const char *mt_conn_ip(const struct mt_conn *c);
/*
 * Room for a packet of n bytes towards the client, in `b` (emptied; untouched until the end), and its end, by which it leaves. What
 * was begun ends in the same order, and before the loop's turn does. From its beginning on a POST counts as answered.
 */
struct mt_frame {
	struct buf *b;
	size_t at, n;
	struct mt_far *far;
	bool own; /* b was made for this packet alone and goes along */
};
uint8_t *mt_conn_begin(struct mt_conn *c, size_t n, struct buf *b, struct mt_frame *ret);
/*
 * The same for a payload of n bytes that lies in `taken` already, at `at`, with TR_HEAD_MAX free bytes in front of it and some
 * behind. NULL: this connection cannot (it is a face).
 */
uint8_t *mt_conn_begin_own(struct mt_conn *c, size_t n, struct buf *taken, size_t at, struct buf *b,
                           struct mt_frame *ret);
void mt_conn_end(struct mt_conn *c, struct mt_frame *f);
void mt_conn_send(struct mt_conn *c, const void *p, size_t n); /* one packet, framed */
void mt_conn_quick_ack(struct mt_conn *c, uint32_t token);
void mt_conn_error(struct mt_conn *c, int32_t code); /* transport error; stays open a moment */
void mt_conn_close(struct mt_conn *c);
void mt_conn_delay(struct mt_conn *c, usec_t delay);
/* http_wait: answer after so long though there is nothing to say. */
void mt_conn_poll(struct mt_conn *c, usec_t max_wait);
struct mt_conn *mt_conn_find(struct mt_loop *l, uint64_t serial);
/* A packet will be sent by it in a moment. */
void mt_conn_prefetch(const struct mt_conn *c);

/*
 * far.c: between loops. A packet that is another loop's goes there: with its connection, if nothing holds that here, else by
 * itself, to the connection's face there (from a face: back to the real one, which is told where it belongs).
 */
void mt_far_packet(struct mt_conn *c, struct mt_loop *to, const uint8_t *p, size_t n, bool quick_ack);
/* After packets were looked at: if one of them has it leave, it leaves now, and c is gone. */
bool mt_far_depart(struct mt_conn *c);
/* Of a real one: its faces end. */
void mt_far_end(struct mt_conn *c);
/* Of a face: what it says to the real one. */
uint8_t *mt_far_begin(struct mt_conn *face, size_t n, struct mt_frame *ret);
void mt_far_send(struct mt_conn *face, struct mt_frame *f);
void mt_far_ack(struct mt_conn *face, uint32_t token);
void mt_far_error(struct mt_conn *face, int32_t code);
void mt_far_delay(struct mt_conn *face, usec_t delay);
void mt_far_close(struct mt_conn *face);

/* stall.c */
/* Has it to wait, with so many bytes of packets that were not looked at? Then its bytes are given once more when there is room. */
bool mt_stall(struct mt_conn *c, size_t unread);
void mt_stalled_go_on(struct mt_loop *l);
void mt_stall_end(struct mt_conn *c); /* it goes */

#endif
