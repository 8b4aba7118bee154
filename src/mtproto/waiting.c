/* waiting.c - calls that are to run after others (invokeAfterMsg, invokeAfterMsgs), kept until those are answered. */
#include <stdlib.h>

#include "base/mem.h"
#include "mtproto/call_private.h"
#include "mtproto/conn_private.h"
#include "mtproto/out_private.h"
#include "mtproto/session_private.h"
#include "mtproto/wrapper.h"

#define WAIT_USEC    15000000
#define UNHEARD_USEC 2000000 /* for a message that has not come yet: another connection may bring it */

bool mt_waiting_needed(const struct mt_session *s, struct mt_wrap *w)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < w->n_after; i++) {
		if (mt_answer_failed(s, w->after[i]))
			return false;
		if (mt_is_running(s, w->after[i]) || !mt_was_seen(s, w->after[i]))
			w->after[n++] = w->after[i];
	}
	w->n_after = n;
	return true;
}

void mt_waiting_add(struct mt_session *s, struct mt_wrap *w, int64_t msg_id, struct slice body)
{
	struct mt_waiting *x, **tail = &s->waiting;
	uint32_t size = body.n + w->n_after * 8;

	if (s->n_waiting >= MT_WAITING_MAX || s->waiting_bytes + size > MT_WAITING_BYTES) {
		mt_answer_error(s, msg_id, 400, "MSG_WAIT_FAILED");
		return;
	}
	x = xmalloc(sizeof(*x) + body.n);
	*x = (struct mt_waiting){.after = w->after,
	                         .n_after = w->n_after,
	                         .msg_id = msg_id,
	                         .since = clock_usec(),
	                         .without_updates = w->without_updates,
	                         .takeout_id = w->takeout_id,
	                         .layer = w->layer,
	                         .n = body.n};
	w->after = NULL;
	memcpy(x->body, body.p, body.n);
	while (*tail)
		tail = &(*tail)->next;
	*tail = x;
	s->n_waiting++;
	s->waiting_bytes += size;
	mt_session_busy(s);
}

static struct mt_waiting *take_waiting(struct mt_session *s, struct mt_waiting **p)
{
	struct mt_waiting *w = *p;

	*p = w->next;
	s->n_waiting--;
	s->waiting_bytes -= (uint32_t)(w->n + w->n_after * 8);
	return w;
}

static void waiting_free(struct mt_waiting *w)
{
	free(w->after);
	free(w);
}

/* Does it wait for this one? Then no more. */
static bool waits_no_more(struct mt_session *s, struct mt_waiting *w, int64_t id)
{
	bool did = false;

	for (uint32_t i = 0; i < w->n_after; i++)
		if (w->after[i] == id) {
			w->after[i--] = w->after[--w->n_after];
			s->waiting_bytes -= 8;
			did = true;
		}
	return did;
}

void mt_waiting_release(struct mt_session *s, int64_t finished, bool failed)
{
	struct mt_waiting **p = &s->waiting, *w;

	while ((w = *p) != NULL) {
		if (!waits_no_more(s, w, finished) || (w->n_after && !failed)) {
			p = &w->next;
			continue;
		}
		take_waiting(s, p);
		if (failed)
			mt_answer_error(s, w->msg_id, 400, "MSG_WAIT_FAILED");
		else
			mt_call_run(s, s->n_conns ? mt_conn_ip(s->conns[s->n_conns - 1]) : "", w->msg_id,
			            slice_of(w->body, w->n), w->layer, w->without_updates, w->takeout_id);
		waiting_free(w);
		p = &s->waiting; /* answers above may have changed the list */
	}
}

static bool waits_for_the_unheard(const struct mt_session *s, const struct mt_waiting *w)
{
	for (uint32_t i = 0; i < w->n_after; i++)
		if (!mt_was_seen(s, w->after[i]))
			return true;
	return false;
}

void mt_waiting_sweep(struct mt_session *s, usec_t now)
{
	struct mt_waiting **p = &s->waiting, *w;
	bool unheard;

	while ((w = *p) != NULL) {
		unheard = now - w->since >= UNHEARD_USEC && waits_for_the_unheard(s, w);
		if (now - w->since < WAIT_USEC && !unheard) {
			p = &w->next;
			continue;
		}
		take_waiting(s, p);
		if (unheard)
			mt_answer_error(s, w->msg_id, 400, "MSG_WAIT_FAILED");
		else
			mt_answer_error(s, w->msg_id, 500, "MSG_WAIT_TIMEOUT");
		waiting_free(w);
		p = &s->waiting;
	}
}

void mt_waiting_free(struct mt_session *s)
{
	while (s->waiting)
		waiting_free(take_waiting(s, &s->waiting));
}
