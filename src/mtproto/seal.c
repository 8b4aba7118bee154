/*
 * seal.c - packets on their way out: made ready one by one, encrypted together (each is a serial chain, several side by side cost
 * little more than one), then framed and sent in the order in which they came. Nothing waits here: who adds flushes before he
 * returns to the loop, so connections and keys stay what they were.
 */
#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"
#include "mtproto/conn_private.h"
#include "mtproto/out_private.h"

enum { BATCH_MAX = 32, BATCH_BYTES = 2176 * 1024, FRAME_KEPT = 2048 }; /* sixteen ranges of 128 KiB */

struct mt_seal {
	unsigned n;
	size_t bytes;
	bool sending;
	struct mt_packet_sealing sealing[BATCH_MAX];
	struct {
		struct mt_conn *c;
		struct mt_frame f;
		struct buf b; /* kept from batch to batch unless it grew */
	} packet[BATCH_MAX];
};

struct mt_seal *mt_seal_new(void)
{
	return xcalloc(1, sizeof(struct mt_seal));
}

void mt_seal_free(struct mt_seal *q)
{
	if (!q)
		return;
	assert(q->n == 0);
	for (unsigned i = 0; i < BATCH_MAX; i++)
		buf_fini(&q->packet[i].b);
	free(q);
}

void mt_seal_flush(struct mt_seal *q)
{
	assert(!q->sending);
	q->sending = true;
	mt_packet_seal_all(q->sealing, q->n);
	for (unsigned i = 0; i < q->n; i++) {
		mt_conn_end(q->packet[i].c, &q->packet[i].f);
		if (q->packet[i].b.cap > FRAME_KEPT)
			buf_fini(&q->packet[i].b);
	}
	q->n = 0;
	q->bytes = 0;
	q->sending = false;
}

static void make_room(struct mt_seal *q, size_t size)
{
	if (q->n == BATCH_MAX || (q->n && q->bytes + size > BATCH_BYTES))
		mt_seal_flush(q);
}

/* The next packet, whose place is p. */
static void take(struct mt_seal *q, struct mt_conn *c, const struct mt_key *k, const struct mt_packet *m,
                 uint8_t *p, size_t size)
{
	q->packet[q->n].c = c;
	mt_packet_seal_begin(k->id, k->key, false, m, p, size, &q->sealing[q->n]);
	q->n++;
	q->bytes += size;
}

void mt_seal_add_own(struct mt_seal *q, struct mt_conn *c, const struct mt_key *k, const struct mt_packet *m,
                     struct buf *taken)
{
	size_t size = mt_packet_size(m->body.n), at = (size_t)(m->body.p - taken->p) - MT_PACKET_BODY;
	struct mt_packet moved = *m;
	uint8_t *p;

	make_room(q, size);
	taken->n = at;
	buf_reserve(taken, size + TR_TAIL_MAX);
	moved.body.p = taken->p + at + MT_PACKET_BODY;
	p = mt_conn_begin_own(c, size, taken, at, &q->packet[q->n].b, &q->packet[q->n].f);
	if (!p) {
		mt_seal_add(q, c, k, &moved);
		buf_fini(taken);
		return;
	}
	take(q, c, k, &moved, p, size);
}

void mt_seal_add(struct mt_seal *q, struct mt_conn *c, const struct mt_key *k, const struct mt_packet *m)
{
	size_t size = mt_packet_size(m->body.n);
	uint8_t *p;

	make_room(q, size);
	p = mt_conn_begin(c, size, &q->packet[q->n].b, &q->packet[q->n].f);
	take(q, c, k, m, p, size);
}
