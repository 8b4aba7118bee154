/*
 * open.c - large packets on their way in (parts of files): gathered until the end of the loop's turn, or a moment longer while the last ones are at work, and decrypted side by side, as
 * seal.c does with those on their way out. What comes behind one on the same connection waits for it or has it opened first,
 * so their order stays.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "mtproto/conn_private.h"
#include "mtproto/in_private.h"
#include "mtproto/out_private.h"

enum { BATCH_MAX = 16, BATCH_BYTES = 2176 * 1024 }; /* as in seal.c */
enum { WORTH_IT = 8, HOLD_USEC = 2000 };            /* so many are not kept waiting, and nobody for longer */

struct mt_open {
	unsigned n;
	size_t bytes;
	usec_t since; /* the first of them came */
	struct mt_packet_opening opening[BATCH_MAX];
	struct {
		uint64_t conn;
		int64_t key_id;
		bool quick_ack;
		struct buf b;
	} packet[BATCH_MAX];
};

struct mt_open *mt_open_new(void)
{
	return xcalloc(1, sizeof(struct mt_open));
}

void mt_open_free(struct mt_open *q)
{
	for (unsigned i = 0; q && i < q->n; i++)
		buf_fini(&q->packet[i].b);
	free(q);
}

void mt_open_flush(struct mt_loop *l)
{
	struct mt_open *q = l->open;
	struct mt_conn *c;
	unsigned n = q->n;

	if (!n)
		return;
	mt_packet_open_all(q->opening, n);
	q->n = 0;
	q->bytes = 0;
	l->calls_follow = true;
	for (unsigned i = 0; i < n; i++) {
		l->whole = &q->packet[i].b;
		c = mt_conn_find(l, q->packet[i].conn);
		if (c) {
			c->n_opening--;
			mt_receive_opened(c, q->packet[i].key_id, &q->opening[i], q->packet[i].quick_ack);
		}
		buf_fini(&q->packet[i].b);
	}
	l->whole = NULL;
	l->calls_follow = false;
	if (l->s->ops.calls_made)
		l->s->ops.calls_made(l->s->ops.ctx);
}

void mt_open_some(struct mt_loop *l)
{
	const struct mt_server_ops *ops = &l->s->ops;
	const struct mt_open *q = l->open;

	if (q->n && q->n < WORTH_IT && ops->is_busy && ops->is_busy(ops->ctx) &&
	    clock_usec() < q->since + HOLD_USEC) {
		io_turn_within(l->io, HOLD_USEC / 1000);
		io_at_turn_end(l->io, mt_flush, l);
	} else {
		mt_open_flush(l);
	}
}

bool mt_open_add(struct mt_conn *c, const struct mt_key *k, uint8_t *p, size_t n, bool quick_ack)
{
	struct mt_open *q = c->l->open;
	struct buf *b = &q->packet[q->n].b;

	if (c->whole) {
		*b = *c->whole;
		*c->whole = (struct buf){0};
	} else {
		memcpy(buf_reserve_exact(b, n), p, n);
		b->n = n;
		p = b->p;
	}
	if (mt_packet_open_begin(k->key, true, p, n, &q->opening[q->n]) < 0) {
		buf_fini(b);
		return false;
	}
	if (!q->n)
		q->since = clock_usec();
	q->packet[q->n].conn = c->serial;
	q->packet[q->n].key_id = k->id;
	q->packet[q->n].quick_ack = quick_ack;
	q->n++;
	q->bytes += n;
	c->n_opening++;
	if (q->n == BATCH_MAX || q->bytes > BATCH_BYTES)
		mt_open_flush(c->l);
	else
		io_at_turn_end(c->l->io, mt_flush, c->l);
	return true;
}
