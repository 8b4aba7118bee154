/*
 * told.c - what was committed in somebody's own box is pushed to him before an answer shows it. TDLib counts a message in a chat that it
 * did not know twice, if it finds it in the chat's row first, and complains of others. A reader cannot tell which commits its snapshot
 * shows, so each event is counted before its commit is visible, and once more when it was pushed; an answer that may show one in
 * between is held back on its read thread, which pushes that owner's events, too; one that shows counts is then made anew, since it may
 * not show what was pushed before it. Channels have a thread of their own, and pts in each
 * row and answer.
 */
#include "rpc/rpc_private.h"
#include "updates/peer.h"

static struct rpc_reader *reader_of(struct rpc_server *s, int64_t owner)
{
	return &s->readers[rpc_reader_index(s, owner)];
}

/* Owners share one; then the one waits for the other. */
static struct rpc_told *told_of(struct rpc_reader *rd, int64_t owner)
{
	return &rd->told[(uint64_t)owner * 0x9e3779b97f4a7c15u >> 58];
}

static void begin(struct rpc_server *s, int64_t owner)
{
	atomic_fetch_add(&told_of(reader_of(s, owner), owner)->begun, 1);
}

void rpc_told_begin(struct rpc_server *s, struct rpc_job *j)
{
	for (struct rpc_event *e = j->events; e; e = e->next)
		if (!peer_is_channel(e->ev.owner)) {
			e->counted = true;
			begin(s, e->ev.owner);
		}
	j->tells = j->make && j->events && j->call.user_id;
	if (j->tells)
		begin(s, j->call.user_id);
}

static int nothing(struct rpc_call *c, void *arg)
{
	return 0;
}

void rpc_told_pushed(struct rpc_reader *rd, int64_t owner, unsigned n)
{
	if (n)
		atomic_fetch_add(&told_of(rd, owner)->ended, n);
}

void rpc_told_end(struct rpc_server *s, int64_t owner, unsigned n)
{
	struct rpc_reader *rd = reader_of(s, owner);
	struct rpc_told *t;

	if (!n)
		return;
	rpc_told_pushed(rd, owner, n);
	/* Its thread looks after each job; it may have none. Who holds an answer says so first, and then looks once more. */
	t = told_of(rd, owner);
	if (atomic_load(&t->wanted) && atomic_exchange(&t->wanted, false))
		rpc_read_always(s, owner, nothing, NULL, NULL);
}

void rpc_told_drop(struct rpc_server *s, struct rpc_job *j)
{
	for (struct rpc_event *e = j->events; e; e = e->next)
		if (e->counted)
			rpc_told_end(s, e->ev.owner, 1);
	rpc_told_end(s, j->call.user_id, j->tells);
	j->tells = false;
}

bool rpc_told_hold(struct rpc_reader *rd, struct rpc_job *j)
{
	struct rpc_told *t = told_of(rd, j->call.user_id);
	uint64_t begun = atomic_load(&t->begun);

	if (atomic_load(&t->ended) >= begun)
		return false;
	j->told_until = begun;
	j->item.next = NULL;
	*(rd->held ? rd->held_tail : &rd->held) = &j->item;
	rd->held_tail = &j->item.next;
	return true;
}

/* Whoever ends what it waits for without a push wakes this thread. */
static bool waits(struct rpc_reader *rd, const struct rpc_job *j)
{
	struct rpc_told *t = told_of(rd, j->call.user_id);

	if (atomic_load(&t->ended) >= j->told_until)
		return false;
	atomic_store(&t->wanted, true);
	return atomic_load(&t->ended) < j->told_until;
}

/* Answers what waits no more. What has to be made anew is taken out instead. */
static struct lane_item *look(struct rpc_reader *rd)
{
	struct lane_item **at = &rd->held, *it, *again = NULL;

	while ((it = *at) != NULL) {
		struct rpc_job *j = (struct rpc_job *)it;

		if (waits(rd, j)) {
			at = &it->next;
			continue;
		}
		*at = it->next;
		if (j->shows_counts) {
			it->next = again;
			again = it;
			continue;
		}
		rpc_job_answer(j);
		rpc_job_free(j);
	}
	rd->held_tail = at;
	return again;
}

void rpc_told_look(struct rpc_reader *rd)
{
	struct lane_item *it, *again;

	while ((again = look(rd)) !=
	       NULL) /* it may be held once more, and must be looked at once more, then */
		while ((it = again) != NULL) {
			again = it->next;
			rpc_read_again(rd, (struct rpc_job *)it);
		}
}

void rpc_told_fini(struct rpc_reader *rd)
{
	struct lane_item *it;

	while ((it = rd->held) != NULL) {
		rd->held = it->next;
		rpc_job_free((struct rpc_job *)it);
	}
}
