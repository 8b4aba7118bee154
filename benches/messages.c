/*
 * messages.c - people write to each other at random; each message carries its number, by which the receiver's client knows
 * it again. With a rate, messages are due at random moments (a Poisson process) and times count from when one was due, so
 * that whatever waits in a queue counts, too. Without one, as many are open as the window allows.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "benches/bench.h"
#include "crypto/rng.h"

#define MARK         "bench~"
#define AFTER        10000000 /* the last answers and updates may take so long */
#define TEXT_MIN     40
#define TEXT_MAX     160
#define MOST_BEHIND  100000 /* messages due and not answered: the server is far below the rate */
#define TURN_AT_MOST 100000

struct sent {
	usec_t due;
	bool counts, answered, seen;
};

struct messages {
	struct bench *b;
	struct bench_crowd crowd;
	struct sent *v;
	uint32_t n, cap;
	uint32_t open, unseen; /* not answered; not seen by their receivers */
	uint32_t errors, twice, answered, seen;
	uint32_t said; /* the run's own number: an update of an earlier run is no business of ours */
	char error[80];
	bool measuring, over;
	struct bench_times answer, update;
};

static void send_one(struct messages *m, usec_t due);

struct question { /* who waits for an answer, and as what */
	struct messages *m;
	uint32_t number;
};

static void answered(void *arg, struct client *c, const struct client_answer *a)
{
	struct question *q = arg;
	struct messages *m = q->m;
	struct sent *s = &m->v[q->number];

	free(q);
	m->open--;
	if (a->r < 0) {
		if (!m->errors++)
			snprintf(m->error, sizeof(m->error), "%d %.*s", a->code, (int)a->text.n,
			         a->text.n ? (const char *)a->text.p : "");
		if (!s->seen)
			m->unseen--; /* it will not come */
		s->seen = true;
	} else {
		s->answered = true;
		m->answered += m->measuring;
		if (s->counts)
			bench_time(&m->answer, clock_usec() - s->due);
	}
	if (!m->b->o.rate && !m->over)
		send_one(m, clock_usec());
}

static void update(struct bench_person *p, const struct client_message *msg)
{
	struct messages *m = p->crowd->arg;
	const uint8_t *at = msg->body.p, *end = at + msg->body.n;
	unsigned run, number;
	char digits[18];

	while ((at = memmem(at, (size_t)(end - at), MARK, strlen(MARK))) != NULL) {
		at += strlen(MARK);
		if (end - at < 17)
			return;
		memcpy(digits, at, 17);
		digits[17] = '\0';
		if (sscanf(digits, "%8x~%8x", &run, &number) != 2 || run != m->said || number >= m->n)
			continue;
		if (m->v[number].seen) {
			m->twice++;
			continue;
		}
		m->v[number].seen = true;
		m->unseen--;
		m->seen += m->measuring;
		if (m->v[number].counts)
			bench_time(&m->update, clock_usec() - m->v[number].due);
	}
}

static struct question *number_of_next(struct messages *m, usec_t due)
{
	struct question *q = xmalloc(sizeof(*q));

	if (m->n == m->cap) {
		m->cap = m->cap ? m->cap * 2 : 65536;
		m->v = xrealloc(m->v, m->cap * sizeof(*m->v));
	}
	*q = (struct question){m, m->n};
	m->v[m->n++] = (struct sent){.due = due, .counts = m->measuring};
	m->open++;
	m->unseen++;
	return q;
}

static void send_one(struct messages *m, usec_t due)
{
	static const char filler[TEXT_MAX + 1] =
		"the quick brown fox jumps over the lazy dog and the slow dog looks on and thinks that foxes "
		"should be faster than they are in the shade of an old walnut tree...";
	struct bench_person *p = &m->crowd.v[bench_random(m->crowd.n)];
	const struct bench_friend *to = &p->friends[bench_random(p->n_friends)];
	struct question *q = number_of_next(m, due);
	struct tl_inputPeerUser peer = {
		.o.name = TL_inputPeerUser, .user_id = to->id, .access_hash = to->access_hash};
	struct tl_messages_sendMessage call = {
		.o.name = TL_messages_sendMessage, .peer = &peer.o, .random_id = (int64_t)rng_u64()};
	char text[TEXT_MAX + 1];
	int head = snprintf(text, sizeof(text), MARK "%08x~%08x ", m->said, q->number);
	int size = TEXT_MIN + (int)bench_random(TEXT_MAX - TEXT_MIN + 1);

	memcpy(text + head, filler, (size_t)(size - head));
	call.message = slice_of(text, (size_t)size);
	client_call(p->c, &call.o, answered, q);
}

/* Seconds until the next of a Poisson process. */
static double wait_of(unsigned rate)
{
	return -log((bench_random(1u << 30) + 1.0) / (double)(1u << 30)) / rate;
}

static void send_due(struct messages *m, usec_t now, double *next)
{
	while (*next <= (double)now) {
		send_one(m, (usec_t)*next);
		*next += wait_of(m->b->o.rate) * 1e6;
	}
}

static void load_for(struct messages *m, unsigned seconds, double *next)
{
	usec_t now, until = clock_usec() + (usec_t)seconds * 1000000, wait;

	while ((now = clock_usec()) < until && !m->crowd.failed && m->open < MOST_BEHIND) {
		wait = until - now;
		if (m->b->o.rate) {
			send_due(m, now, next);
			wait = (usec_t)*next - now;
		} else {
			while (m->open < m->b->o.window)
				send_one(m, now);
		}
		client_loop_turn(m->b->loop, wait < TURN_AT_MOST ? wait : TURN_AT_MOST);
	}
}

static void settle(struct messages *m)
{
	usec_t until = clock_usec() + AFTER;

	m->over = true;
	while ((m->open || m->unseen) && clock_usec() < until && !m->crowd.failed)
		client_loop_turn(m->b->loop, TURN_AT_MOST);
}

static double own_cpu(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void tell_batches(const struct bench_server *before, const struct bench_server *after)
{
	double commits = after->commits - before->commits;
	char name[32];

	bench_tell("commits", commits, "commits");
	if (commits > 0)
		bench_tell("calls_a_commit", (after->calls - before->calls) / commits, "calls");
	for (int i = 0; i < BENCH_SIZES; i++) {
		double n = after->batch[i] - before->batch[i];

		snprintf(name, sizeof(name), "commits_up_to_%d", i + 1);
		if (n > 0)
			bench_tell(name, n, "commits");
	}
}

static void tell(struct messages *m, usec_t took, const struct bench_server *before,
                 const struct bench_server *after, double cpu)
{
	double n = m->answered ? m->answered : 1;

	bench_tell("messages_answered", m->answered * 1e6 / (double)took, "/s");
	bench_tell("messages_seen", m->seen * 1e6 / (double)took, "/s");
	bench_tell_times("answer", &m->answer);
	bench_tell_times("update", &m->update);
	bench_tell("client_cpu_a_message", cpu * 1e6 / n, "us");
	if (!m->b->o.metrics)
		return;
	bench_tell("server_cpu_a_message", (after->cpu_seconds - before->cpu_seconds) * 1e6 / n, "us");
	tell_batches(before, after);
}

static bool measure(struct messages *m)
{
	struct bench_server before, after;
	double next = (double)clock_usec(), cpu;
	usec_t took;
	bool ok;

	load_for(m, m->b->o.warm, &next);
	ok = bench_server_read(m->b, &before);
	cpu = own_cpu();
	took = clock_usec();
	next = (double)took; /* what reading the figures took is nobody's delay */
	m->measuring = true;
	load_for(m, m->b->o.seconds, &next);
	m->measuring = false;
	took = clock_usec() - took;
	cpu = own_cpu() - cpu;
	ok = bench_server_read(m->b, &after) && ok;
	settle(m);
	if (m->b->o.seconds)
		tell(m, took, &before, &after, cpu);
	return ok;
}

/* Whatever must not have happened. */
static bool is_good(struct messages *m)
{
	unsigned wrong = bench_crowd_violations(&m->crowd);

	if (m->errors)
		bench_say("%u messages were refused, the first with %s", m->errors, m->error);
	if (m->open)
		bench_say("%u messages were not answered", m->open);
	if (m->unseen)
		bench_say("%u messages were not seen by their receivers", m->unseen);
	if (m->twice)
		bench_say("%u messages were seen twice", m->twice);
	if (m->crowd.failed)
		bench_say("%s", m->crowd.error);
	return !wrong && !m->errors && !m->open && !m->unseen && !m->twice && !m->crowd.failed;
}

int bench_messages(struct bench *b)
{
	struct messages m = {.b = b};
	bool ok;

	if (!b->o.window)
		b->o.window = 256;
	m.said = (uint32_t)rng_u64();
	m.crowd.update = update;
	m.crowd.arg = &m;
	ok = bench_crowd_come(&m.crowd, b, b->o.first, b->o.clients ? b->o.clients : 1000) &&
	     bench_crowd_befriend(&m.crowd, b->o.friends) && measure(&m);
	ok = is_good(&m) && ok;
	bench_crowd_go(&m.crowd);
	free(m.v);
	bench_times_fini(&m.answer);
	bench_times_fini(&m.update);
	return ok ? BENCH_OK : BENCH_FAILED;
}
