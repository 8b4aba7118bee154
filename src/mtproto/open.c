/*
 * open.c - large packets on their way in (parts of files): gathered until the end of the loop's turn, and decrypted side by side, as
 * seal.c does with those on their way out. What comes behind one on the same connection waits for it or has it opened first,
 * so their order stays.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "mtproto/private.h"

enum { BATCH_MAX = 16, BATCH_BYTES = 2176 * 1024 }; /* as in seal.c */

struct mt_open {
	unsigned n;
	size_t bytes;
	struct mt_packet_opening opening[BATCH_MAX];
	struct {
		uint64_t conn;
		int64_t key_id;
		bool quick_ack;
	} packet[BATCH_MAX];
};

struct mt_open *mt_open_new(void)
{
	return xcalloc(1, sizeof(struct mt_open));
}

void mt_open_free(struct mt_open *q)
{
	for (unsigned i = 0; q && i < q->n; i++)
		free(q->opening[i].p);
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
	for (unsigned i = 0; i < n; i++) {
		c = mt_conn_find(l, q->packet[i].conn);
		if (c) {
			c->n_opening--;
			mt_receive_opened(c, q->packet[i].key_id, &q->opening[i], q->packet[i].quick_ack);
		}
		free(q->opening[i].p);
	}
}

bool mt_open_add(struct mt_conn *c, const struct mt_key *k, const uint8_t *p, size_t n, bool quick_ack)
{
	struct mt_open *q = c->l->open;
	uint8_t *own = xmalloc(n);

	memcpy(own, p, n);
	if (mt_packet_open_begin(k->key, true, own, n, &q->opening[q->n]) < 0) {
		free(own);
		return false;
	}
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
