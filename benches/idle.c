/*
 * idle.c - what a session costs that does nothing: connected, signed in, one update received, then left alone. A few others,
 * which are there before memory is first read, send those updates.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "benches/bench.h"
#include "crypto/rng.h"

enum { SENDERS = 150, A_CALL = 50, SEND_AT_ONCE = 16 };
#define WITHIN       60000000
#define TURN_AT_MOST 100000

struct idle {
	struct bench *b;
	struct bench_crowd senders, sleepers;
	unsigned n; /* sleepers that are wanted */
	bool *updated;
	unsigned n_updated, open, errors;
};

static void update(struct bench_person *p, const struct client_message *m)
{
	struct idle *x = p->crowd->arg;
	size_t i = (size_t)(p - x->sleepers.v);

	/* Any update may be the first: the service account's greeting, too. Only new messages of ours name the text. */
	if (x->updated[i] || !memmem(m->body.p, m->body.n, "good night", 10))
		return;
	x->updated[i] = true;
	x->n_updated++;
}

static void answered(void *arg, struct client *c, const struct client_answer *a)
{
	struct idle *x = arg;

	x->open--;
	if (a->r < 0 && !x->errors++)
		bench_say("messages.sendMessage: %d %.*s", a->code, (int)a->text.n,
		          a->text.n ? (const char *)a->text.p : "");
}

static void send_night(struct idle *x, struct bench_person *from, const struct bench_friend *to)
{
	struct tl_inputPeerUser peer = {
		.o.name = TL_inputPeerUser, .user_id = to->id, .access_hash = to->access_hash};
	struct tl_messages_sendMessage call = {.o.name = TL_messages_sendMessage,
	                                       .peer = &peer.o,
	                                       .random_id = (int64_t)rng_u64(),
	                                       .message = SLICE_LIT("good night")};

	x->open++;
	client_call(from->c, &call.o, answered, x);
}

/* Sleepers i, i + senders, i + 2 senders ... are one sender's. */
static bool send_all(struct idle *x)
{
	unsigned numbers[A_CALL], n, step = x->senders.n;

	for (unsigned i = 0; i < step; i++) {
		struct bench_person *p = &x->senders.v[i];

		for (unsigned at = i; at < x->sleepers.n;) {
			for (n = 0; n < A_CALL && at < x->sleepers.n; at += step)
				numbers[n++] = x->sleepers.v[at].number;
			p->n_friends = 0;
			if (!bench_person_import(p, numbers, n))
				return false;
			for (unsigned k = 0; k < p->n_friends; k++) {
				send_night(x, p, &p->friends[k]);
				while (x->open >= SEND_AT_ONCE && !x->senders.failed && !x->sleepers.failed)
					bench_crowd_turn(&x->sleepers, TURN_AT_MOST);
			}
		}
	}
	return true;
}

static bool wait_for_updates(struct idle *x)
{
	usec_t until = clock_usec() + WITHIN;

	while (x->n_updated < x->sleepers.n && !x->sleepers.failed && clock_usec() < until)
		bench_crowd_turn(&x->sleepers, TURN_AT_MOST);
	if (x->n_updated < x->sleepers.n)
		bench_say("%u of %u sessions had their update", x->n_updated, x->sleepers.n);
	return x->n_updated == x->sleepers.n;
}

static bool measure(struct idle *x)
{
	struct bench_server before, after;
	usec_t until;

	if (!bench_server_read(x->b, &before) ||
	    !bench_crowd_come(&x->sleepers, x->b, x->b->o.first + x->senders.n, x->n) || !send_all(x) ||
	    !wait_for_updates(x))
		return false;
	for (until = clock_usec() + (usec_t)x->b->o.settle * 1000000; clock_usec() < until;)
		bench_crowd_turn(&x->sleepers, TURN_AT_MOST);
	if (!bench_server_read(x->b, &after))
		return false;
	bench_tell("idle_sessions", x->sleepers.n, "sessions");
	if (!x->b->o.metrics)
		return true;
	bench_tell("server_sessions", after.sessions, "sessions");
	bench_tell("memory_before", before.resident_bytes / 1048576, "MiB");
	bench_tell("memory_after", after.resident_bytes / 1048576, "MiB");
	bench_tell("memory_a_session", (after.resident_bytes - before.resident_bytes) / x->sleepers.n,
	           "bytes");
	return true;
}

int bench_idle(struct bench *b)
{
	struct idle x = {.b = b, .n = b->o.clients ? b->o.clients : 15000};
	bool ok;

	x.updated = xcalloc(x.n, sizeof(*x.updated));
	x.sleepers.arg = &x;
	x.sleepers.update = update;
	ok = bench_crowd_come(&x.senders, b, b->o.first, x.n < SENDERS ? x.n : SENDERS) && measure(&x);
	ok = !bench_crowd_violations(&x.sleepers) && !x.errors && ok;
	if (x.senders.failed || x.sleepers.failed)
		bench_say("%s", x.senders.failed ? x.senders.error : x.sleepers.error);
	bench_crowd_go(&x.senders);
	bench_crowd_go(&x.sleepers);
	free(x.updated);
	return ok && !x.senders.failed && !x.sleepers.failed ? BENCH_OK : BENCH_FAILED;
}
