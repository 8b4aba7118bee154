/*
 * channel.c - posts in a channel with many subscribers, and in many small groups: until the last one who is connected has it, and
 * what that costs the server. On a store that bench-fill filled: nobody signs in.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "benches/fill.h"
#include "benches/pinger.h"
#include "benches/process.h"
#include "crypto/rng.h"

enum { POSTS_MAX = 1 << 20, QUESTIONS = 200, WARM = 10 };
#define WITHIN   10000000 /* until the last one has it */
#define ACKED    11000000 /* by then clients have acknowledged what they got */
#define THE_MARK "bench post "

struct room { /* a channel or group, and who posts there */
	struct channel_bench *of;
	struct bench_person *author;
	int64_t id, access_hash;
	unsigned wanted; /* others who are connected */
};

struct post {
	usec_t at, last; /* due; had by the last one so far */
	unsigned wanted, got;
};

struct channel_bench {
	struct bench *b;
	struct bench_crowd online, many;
	struct bench_pinger *pinger;
	struct room channel, *groups;
	unsigned n_groups, size;
	struct post *posts;
	unsigned n_posts, whole, asked, open, errors;
};

/* --- posts */

static void update(struct bench_person *p, const struct client_message *m)
{
	struct channel_bench *x = p->crowd->arg;
	const char *at = memmem(m->body.p, m->body.n, THE_MARK, strlen(THE_MARK));
	struct post *post;
	unsigned i;

	if (!at || (i = (unsigned)strtoul(at + strlen(THE_MARK), NULL, 10)) >= x->n_posts)
		return;
	post = &x->posts[i];
	post->last = clock_usec();
	if (++post->got == post->wanted)
		x->whole++;
}

static void failed(struct channel_bench *x, const char *what, const struct client_answer *a)
{
	if (!x->errors++)
		bench_say("%s: %d %.*s", what, a->code, (int)a->text.n,
		          a->text.n ? (const char *)a->text.p : "");
}

static void posted(void *arg, struct client *c, const struct client_answer *a)
{
	struct channel_bench *x = arg;

	x->open--;
	if (a->r < 0)
		failed(x, "messages.sendMessage", a);
}

static struct post *send_post(struct channel_bench *x, const struct room *r, usec_t due)
{
	char text[128];
	struct tl_inputPeerChannel peer = {
		.o.name = TL_inputPeerChannel, .channel_id = r->id, .access_hash = r->access_hash};
	struct tl_messages_sendMessage call = {
		.o.name = TL_messages_sendMessage, .peer = &peer.o, .random_id = (int64_t)rng_u64()};
	struct post *p = &x->posts[x->n_posts];
	int n = snprintf(text, sizeof(text), THE_MARK "%08u, which says about as much as people do in one",
	                 x->n_posts);

	call.message = slice_of(text, (size_t)n);
	*p = (struct post){.at = due, .wanted = r->wanted};
	x->n_posts++;
	x->open++;
	client_call(r->author->c, &call.o, posted, x);
	return p;
}

static bool has_failed(const struct channel_bench *x)
{
	return x->errors || x->online.failed || x->many.failed;
}

static bool wait_for(struct channel_bench *x, const struct post *p, usec_t within)
{
	usec_t until = clock_usec() + within;

	while (p->got < p->wanted && clock_usec() < until && !has_failed(x))
		client_loop_turn(x->b->loop, until - clock_usec());
	return p->got >= p->wanted;
}

static void turn_for(struct channel_bench *x, usec_t usec)
{
	usec_t until = clock_usec() + usec;

	while (clock_usec() < until && !has_failed(x))
		bench_crowd_turn(&x->online, until - clock_usec());
}

/* --- where they go */

/* Everybody's own hash of a channel comes with the difference since ever. */
static void found(void *arg, struct client *c, const struct client_answer *a)
{
	const struct tl_updates_difference *d;
	struct room *r = arg;
	struct arena arena;
	struct tl_obj *o;

	r->of->open--;
	arena_init(&arena, 1u << 26);
	if (a->r < 0)
		failed(r->of, "updates.getDifference", a);
	else if (client_answer_decode(a, &arena, &o) >= 0 && (d = TL_AS(updates_difference, o)) != NULL)
		for (uint32_t i = 0; i < d->chats.n; i++) {
			const struct tl_channel *ch = TL_AS(channel, d->chats.v[i]);

			if (ch && ch->id == r->id)
				r->access_hash = ch->access_hash;
		}
	r->of->asked += r->access_hash != 0;
	arena_fini(&arena);
}

static void ask_difference(struct client *c, client_answer_fn *fn, void *arg)
{
	struct tl_updates_getDifference call = {
		.o.name = TL_updates_getDifference, .pts = 1, .date = 1, .qts = 1};

	client_call(c, &call.o, fn, arg);
}

static void find_room(struct channel_bench *x, struct room *r, unsigned author, int64_t id, unsigned wanted)
{
	*r = (struct room){.of = x, .author = &x->online.v[author], .id = id, .wanted = wanted};
	x->open++;
	ask_difference(r->author->c, found, r);
	while (x->open >= 16 && !has_failed(x))
		client_loop_turn(x->b->loop, 100000);
}

static bool find_rooms(struct channel_bench *x)
{
	usec_t until;

	find_room(x, &x->channel, 0, 1, x->online.n - 1);
	for (unsigned i = 0; i < x->n_groups; i++)
		find_room(x, &x->groups[i], bench_fill_member(i, x->size, 0, x->online.n), i + 2,
		          x->size - 1);
	for (until = clock_usec() + WITHIN; x->open && clock_usec() < until && !has_failed(x);)
		client_loop_turn(x->b->loop, 100000);
	if (x->asked < x->n_groups + 1)
		bench_say("%u of %u channels were found: was the store filled by bench-fill, with these "
		          "numbers?",
		          x->asked, x->n_groups + 1);
	return x->asked == x->n_groups + 1;
}

/* --- the server's processor time */

static bool read_cpu(const struct channel_bench *x, struct bench_process *ret)
{
	*ret = (struct bench_process){0};
	return !x->b->o.pid || bench_process_read(x->b->o.pid, ret);
}

static void tell_cpu(const struct channel_bench *x, const char *name, const struct bench_process *from,
                     const struct bench_process *to, double times)
{
	char full[64];

	if (!x->b->o.pid)
		return;
	snprintf(full, sizeof(full), "%s_user", name);
	bench_tell(full, (to->user - from->user) / times, "us");
	snprintf(full, sizeof(full), "%s_cpu", name);
	bench_tell(full, (to->all - from->all) / times, "us");
}

static uint64_t received(const struct channel_bench *x)
{
	uint64_t n = 0;

	for (unsigned i = 0; i < x->online.n; i++)
		n += client_link_received(client_link_of(x->online.v[i].c));
	return n;
}

/* --- what is measured */

/* The first ones may come before everybody is known to be there. */
static bool warm_up(struct channel_bench *x)
{
	struct post *p = NULL;

	for (int i = 0; i < WARM && !has_failed(x); i++) {
		p = send_post(x, &x->channel, clock_usec());
		if (wait_for(x, p, WITHIN / 5))
			return true;
	}
	bench_say("a post reached %u of %u", p ? p->got : 0, x->channel.wanted);
	return false;
}

static bool post_all(struct channel_bench *x, unsigned n, struct bench_times *times)
{
	for (unsigned i = 0; i < n; i++) {
		struct post *p = send_post(x, &x->channel, clock_usec());

		if (!wait_for(x, p, WITHIN)) {
			bench_say("a post reached %u of %u in 10 s", p->got, p->wanted);
			return false;
		}
		bench_time(times, p->last - p->at);
	}
	return true;
}

/* One post after the other, with nothing beside them: no acknowledgements yet, no pings. */
static bool measure_cost(struct channel_bench *x)
{
	unsigned n = x->b->o.posts ? x->b->o.posts : 30;
	double each = (double)n * x->channel.wanted;
	struct bench_times times = {0};
	struct bench_process before, after;
	uint64_t bytes;
	usec_t took;
	bool ok;

	turn_for(x, ACKED);
	bytes = received(x);
	took = clock_usec();
	ok = read_cpu(x, &before) && post_all(x, n, &times) && read_cpu(x, &after);
	took = clock_usec() - took;
	if (ok) {
		tell_cpu(x, "a_subscriber", &before, &after, each);
		bench_tell("bytes_a_subscriber", (double)(received(x) - bytes) / each, "bytes");
		bench_tell("posts", n * 1e6 / (double)took, "/s");
		bench_tell("deliveries", each * 1e6 / (double)took, "/s");
		bench_tell_times("last", &times);
		turn_for(x, ACKED);
		before = after;
		ok = read_cpu(x, &after);
		tell_cpu(x, "acknowledged", &before, &after, each);
	}
	bench_times_fini(&times);
	return ok;
}

/* What others wait while posts go out. */
static bool measure_pings(struct channel_bench *x)
{
	struct bench_times times = {0}, alone = {0}, with = {0};
	unsigned n = x->b->o.posts ? x->b->o.posts : 30;
	bool ok;

	bench_pinger_go(x->pinger);
	turn_for(x, 2000000);
	ok = bench_pinger_stop(x->pinger, &alone);
	bench_pinger_go(x->pinger);
	ok = ok && post_all(x, n, &times) && bench_pinger_stop(x->pinger, &with);
	if (ok) {
		bench_tell_times("ping_alone", &alone);
		bench_tell_times("ping", &with);
	}
	bench_times_fini(&times);
	bench_times_fini(&alone);
	bench_times_fini(&with);
	return ok;
}

/* Posts are due at random moments, however long others take. */
static bool post_in_groups(struct channel_bench *x, double rate, usec_t *ret_took)
{
	usec_t began = clock_usec(), end = began + (usec_t)x->b->o.seconds * 1000000, until;
	double due = (double)began;
	unsigned first = x->whole, from = x->n_posts;

	while (due < (double)end && !has_failed(x)) {
		while (due <= (double)clock_usec() && x->n_posts < POSTS_MAX) {
			send_post(x, &x->groups[bench_random(x->n_groups)], (usec_t)due);
			due += 1e6 / rate * (bench_random(2000) + 1) / 1000.0;
		}
		client_loop_turn(x->b->loop, due > (double)clock_usec() ? (usec_t)due - clock_usec() : 0);
	}
	for (until = clock_usec() + WITHIN;
	     x->whole - first < x->n_posts - from && clock_usec() < until && !has_failed(x);)
		client_loop_turn(x->b->loop, 10000);
	*ret_took = clock_usec() - began;
	if (x->whole - first < x->n_posts - from)
		bench_say("%u of %u posts in groups reached everybody", x->whole - first, x->n_posts - from);
	return x->whole - first == x->n_posts - from && !has_failed(x);
}

static bool measure_groups(struct channel_bench *x)
{
	double rate = x->b->o.rate ? x->b->o.rate : 1000;
	unsigned from = x->n_posts;
	struct bench_times times = {0};
	struct bench_process before, after;
	usec_t took;
	bool ok = read_cpu(x, &before) && post_in_groups(x, rate, &took) && read_cpu(x, &after);

	for (unsigned i = from; ok && i < x->n_posts; i++)
		bench_time(&times, x->posts[i].last - x->posts[i].at);
	if (ok) {
		bench_tell("group_posts", (x->n_posts - from) * 1e6 / (double)took, "/s");
		bench_tell_times("group_last", &times);
		tell_cpu(x, "group_post", &before, &after, x->n_posts - from);
	}
	bench_times_fini(&times);
	return ok;
}

/* --- who is in many channels */

struct question {
	struct channel_bench *of;
	bool answered;
};

static void answered(void *arg, struct client *c, const struct client_answer *a)
{
	struct question *q = arg;

	q->answered = true;
	if (a->r < 0)
		failed(q->of, "a question about many channels", a);
}

static void ask_dialogs(struct client *c, client_answer_fn *fn, void *arg)
{
	struct tl_obj nobody = {.name = TL_inputPeerEmpty};
	struct tl_messages_getDialogs call = {
		.o.name = TL_messages_getDialogs, .offset_peer = &nobody, .limit = 100};

	client_call(c, &call.o, fn, arg);
}

static bool measure_question(struct channel_bench *x, const char *name,
                             void (*ask)(struct client *c, client_answer_fn *fn, void *arg))
{
	struct bench_times times = {0};

	for (unsigned i = 0; i < QUESTIONS && !has_failed(x); i++) {
		struct question q = {.of = x};
		usec_t at = clock_usec();

		ask(x->many.v[0].c, answered, &q);
		while (!q.answered && !has_failed(x))
			client_loop_turn(x->b->loop, 1000000);
		bench_time(&times, clock_usec() - at);
	}
	if (!has_failed(x))
		bench_tell_times(name, &times);
	bench_times_fini(&times);
	return !has_failed(x);
}

static bool measure_many(struct channel_bench *x)
{
	return bench_crowd_come_known(&x->many, x->b, x->online.n, 1, 1) &&
	       measure_question(x, "dialogs", ask_dialogs) &&
	       measure_question(x, "difference", ask_difference);
}

static bool measure(struct channel_bench *x)
{
	struct bench_server before, after;
	usec_t took = clock_usec();

	if (!bench_server_read(x->b, &before) ||
	    !bench_crowd_come_known(&x->online, x->b, 0, x->b->o.clients ? x->b->o.clients : 10000,
	                            x->b->o.layers))
		return false;
	took = clock_usec() - took;
	if (!find_rooms(x) || !warm_up(x) || !bench_server_read(x->b, &after))
		return false;
	bench_tell("online", x->online.n, "sessions");
	bench_tell("came", x->online.n * 1e6 / (double)took, "/s");
	if (x->b->o.metrics)
		bench_tell("memory_a_session", (after.resident_bytes - before.resident_bytes) / x->online.n,
		           "bytes");
	return measure_cost(x) && measure_pings(x) && (!x->n_groups || measure_groups(x)) && measure_many(x);
}

int bench_channel(struct bench *b)
{
	struct channel_bench x = {.b = b, .n_groups = b->o.groups, .size = b->o.members ? b->o.members : 10};
	bool ok;

	x.online.arg = x.many.arg = &x;
	x.online.update = update;
	x.posts = xcalloc(POSTS_MAX, sizeof(*x.posts));
	x.groups = xcalloc(x.n_groups + 1, sizeof(*x.groups));
	x.pinger = bench_pinger_new(b);
	/* It stands for as many machines as it has connections: it must not keep the server from its processors. */
	if (nice(5) == -1)
		bench_say("its priority stays as it is");
	ok = x.pinger && measure(&x);
	ok = !bench_crowd_violations(&x.online) && !x.errors && ok;
	if (x.online.failed || x.many.failed)
		bench_say("%s", x.online.failed ? x.online.error : x.many.error);
	ok = ok && !has_failed(&x);
	bench_pinger_free(x.pinger);
	bench_crowd_go(&x.online);
	bench_crowd_go(&x.many);
	free(x.groups);
	free(x.posts);
	return ok ? BENCH_OK : BENCH_FAILED;
}
