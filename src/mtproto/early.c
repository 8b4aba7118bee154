/*
 * early.c - packets from the last second before our start. They are refused as all that are older, since they may have been played
 * to the process before us, but not at once: clients count the server's time in whole seconds (TDLib, mtcute), so that their
 * ids may lag by one, and what is refused goes out again right away. TDLib did so ten thousand times until its clock had passed
 * our start. So the refusal waits until it has.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "mtproto/private.h"

enum { HELD_MAX = 4096 }; /* refusals of a loop; what is beyond goes at once */
#define LAG_USEC 1100000

struct mt_held {
	struct mt_held *next;
	usec_t due;
	struct mt_ref session;
	uint64_t conn;
	int64_t msg_id;
	uint32_t seq_no;
};

static void fire(struct io_loop *io, struct io_timer *t)
{
	struct mt_loop *l = (struct mt_loop *)((char *)t - offsetof(struct mt_loop, early));
	struct mt_held **p = &l->held, *h;
	usec_t now = clock_usec();

	while ((h = *p) != NULL) {
		struct mt_session *s = mt_session_by_ref(l, h->session);
		struct mt_conn *c = mt_conn_find(l, h->conn);

		if (h->due > now) {
			p = &h->next;
			continue;
		}
		*p = h->next;
		l->n_held--;
		if (s && c)
			mt_bad_msg(s, c, h->msg_id, h->seq_no, 16);
		free(h);
	}
	if (l->held)
		io_timer_set(io, t, l->held->due);
}

bool mt_early_hold(struct mt_session *s, struct mt_conn *c, int64_t msg_id, uint32_t seq_no)
{
	struct mt_loop *l = s->l;
	uint64_t lag = (uint64_t)(l->s->start_id - msg_id); /* seconds above, their fraction below */
	struct mt_held *h;

	if (msg_id >= l->s->start_id || lag > ((uint64_t)LAG_USEC << 32) / 1000000 || l->n_held >= HELD_MAX)
		return false;
	h = xmalloc(sizeof(*h));
	*h = (struct mt_held){.next = l->held,
	                      .due = clock_usec() + (usec_t)(lag * 1000000 >> 32),
	                      .session = mt_session_ref(s),
	                      .conn = c->serial,
	                      .msg_id = msg_id,
	                      .seq_no = seq_no};
	l->held = h;
	l->n_held++;
	l->early.fire = fire;
	io_timer_set(l->io, &l->early, h->due);
	return true;
}

void mt_early_free(struct mt_loop *l)
{
	struct mt_held *h;

	io_timer_clear(&l->early);
	while ((h = l->held) != NULL) {
		l->held = h->next;
		free(h);
	}
}
