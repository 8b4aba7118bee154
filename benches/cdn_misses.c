/*
 * cdn_misses.c - a thousand who all miss one chunk of a node at once: each asks the node, hears that the chunk is not there, asks the core
 * to upload it, and asks the node again. How often the core read and sent it is for the server to say. The node must be so small that it
 * lacks the file's second MiB once it was sent all of it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "benches/cdn_pool.h"
#include "benches/cdn_redirect.h"
#include "benches/content.h"
#include "cdnwire/call.h"

enum {
	PART = CDN_BENCH_PART,
	MISSES = 1000,
	PEOPLE = 50,
	A_DC = 8,
	FILE_KIB = 24576,
	TURN = 20000,
	REQUEST_MAX = 64
};
#define AT       (uint64_t)(1 << 20) /* the chunk */
#define DEADLINE 60000000
#define ANSWER   10000000

struct run;

struct one {
	struct run *x;
	uint8_t request[REQUEST_MAX];
	uint32_t request_n;
	bool again; /* its connection ended */
};

struct run {
	struct bench *b;
	struct bench_crowd crowd;
	struct cdn_channel channel;
	struct cdn_pool *pool;
	struct cdn_redirect to;
	struct one *v;
	cdn_answer_fn *ask; /* what answers of the node are for now */
	unsigned n, missed, reuploaded, served, wrong;
	bool asked, came; /* the answer to one question alone */
	struct bench_times times;
	usec_t began;
	uint8_t expected[PART], plain[PART];
	char error[200];
};

static void fail(struct run *x, const char *what, struct slice why)
{
	x->wrong++;
	if (!x->error[0])
		snprintf(x->error, sizeof(x->error), "%s: %.*s", what, (int)(why.n > 120 ? 120 : why.n),
		         why.n ? (const char *)why.p : "");
}

static void get(struct one *o)
{
	struct run *x = o->x;

	o->again = false;
	cdn_pool_get(x->pool, x->to.dc, slice_of(x->to.token, x->to.token_n), AT, PART, x->ask, o);
}

static void get_again(struct run *x)
{
	for (unsigned i = 0; x->v && i < x->n; i++)
		if (x->v[i].again)
			get(&x->v[i]);
}

/* Until *n is `wanted`, or something went wrong, or too long. */
static bool turn_until(struct run *x, const unsigned *n, unsigned wanted)
{
	usec_t until = clock_usec() + DEADLINE;

	while (*n < wanted && !x->wrong && !x->crowd.failed && clock_usec() < until) {
		bench_crowd_turn(&x->crowd, TURN);
		cdn_pool_turn(x->pool);
		get_again(x);
	}
	if (*n < wanted && !x->wrong)
		fail(x, "the server", SLICE_LIT("no answer in time"));
	return *n == wanted && !x->wrong;
}

/* What the node says: its id, and its bytes in *ret. 0: it is wrong, and said. */
static uint32_t said_by(struct run *x, const struct cdn_answer *a, struct slice *ret)
{
	struct rd r = rd_of(a->body.p, a->body.n);
	uint32_t id = a->r < 0 ? 0 : rd_u32(&r);

	*ret = a->r < 0 ? (struct slice){0} : rd_tl_bytes(&r);
	if (a->r == 0 && !r.bad && (id == CDN_FILE || id == CDN_REUPLOAD_NEEDED))
		return id;
	fail(x, "upload.getCdnFile", a->text.n ? a->text : SLICE_LIT("no answer, or one that is none"));
	return 0;
}

/* --- before: a redirect, and all of the file sent */

static void on_redirect(void *arg, struct client *c, const struct client_answer *a)
{
	struct run *x = arg;
	struct rd r = rd_of(a->body.p, a->body.n);

	x->n = 1;
	if (a->r < 0 || rd_u32(&r) != CDN_BENCH_REDIRECT || !cdn_redirect_read(&r, &x->to))
		fail(x, "upload.getFile", a->text.n ? a->text : SLICE_LIT("no redirect"));
}

static void on_probe(void *arg, const struct cdn_answer *a)
{
	struct run *x = arg;
	struct rd r = rd_of(a->body.p, a->body.n);

	x->asked = false;
	x->came = a->r == 0 && rd_u32(&r) == CDN_FILE;
}

/* Whether the node has this; false also if it does not say. */
static bool has(struct run *x, uint64_t off)
{
	usec_t until = clock_usec() + ANSWER;

	x->asked = true;
	x->came = false;
	cdn_pool_get(x->pool, x->to.dc, slice_of(x->to.token, x->to.token_n), off, PART, on_probe, x);
	do {
		bench_crowd_turn(&x->crowd, TURN);
		cdn_pool_turn(x->pool);
	} while (x->asked && !x->crowd.failed && clock_usec() < until);
	return x->came;
}

static bool prepare(struct run *x)
{
	usec_t until;
	struct buf b = {0};

	if (!bench_crowd_come(&x->crowd, x->b, x->b->o.first, x->b->o.clients ? x->b->o.clients : PEOPLE))
		return false;
	if (!cdn_channel_make(&x->channel, &x->crowd, 1, FILE_KIB)) {
		fail(x, "the channel", slice_str(x->channel.error));
		return false;
	}
	x->pool = cdn_pool_new(x->b, x->crowd.v[0].c, A_DC);
	cdn_put_get(&b, &x->channel, 0, 0, 0, x->b->o.layer);
	client_call_bytes(x->crowd.v[0].c, buf_slice(&b), on_redirect, x);
	buf_fini(&b);
	if (!turn_until(x, &x->n, 1))
		return false;
	until = clock_usec() + DEADLINE;
	while (!has(x, x->channel.files[0].size / PART * PART) && !x->wrong)
		if (clock_usec() > until)
			fail(x, "the node", SLICE_LIT("it was not sent all of the file"));
	if (!x->wrong && has(x, AT))
		fail(x, "the node", SLICE_LIT("it is too large: it still has the second MiB"));
	return !x->wrong;
}

/* --- a thousand */

static void on_missed(void *arg, const struct cdn_answer *a)
{
	struct one *o = arg;
	struct slice request;

	if (a->r == -ERR_CLOSED) {
		o->again = true;
		return;
	}
	if (said_by(o->x, a, &request) != CDN_REUPLOAD_NEEDED || request.n > REQUEST_MAX) {
		fail(o->x, "the node", SLICE_LIT("it has what it had not"));
		return;
	}
	memcpy(o->request, request.p, request.n);
	o->request_n = request.n;
	o->x->missed++;
}

static void on_uploaded(void *arg, struct client *c, const struct client_answer *a)
{
	struct one *o = arg;

	if (a->r < 0)
		fail(o->x, "upload.reuploadCdnFile", a->text.n ? a->text : slice_str(err_name(a->r)));
	else
		bench_time(&o->x->times, clock_usec() - o->x->began);
	o->x->reuploaded++;
}

static void on_served(void *arg, const struct cdn_answer *a)
{
	struct one *o = arg;
	struct run *x = o->x;
	struct slice bytes;

	if (a->r == -ERR_CLOSED) {
		o->again = true;
		return;
	}
	if (said_by(x, a, &bytes) != CDN_FILE || bytes.n != PART) {
		fail(x, "the node", SLICE_LIT("it lacks what was uploaded"));
		return;
	}
	cdn_redirect_open(&x->to, AT, bytes, x->plain);
	if (memcmp(x->plain, x->expected, PART) != 0)
		fail(x, "the node", SLICE_LIT("other bytes"));
	x->served++;
}

static void get_all(struct run *x, cdn_answer_fn *fn)
{
	x->ask = fn;
	for (unsigned i = 0; i < x->n; i++)
		get(&x->v[i]);
}

static bool miss_all(struct run *x)
{
	struct buf b = {0};

	x->n = MISSES;
	x->v = xcalloc(x->n, sizeof(*x->v));
	for (unsigned i = 0; i < x->n; i++)
		x->v[i].x = x;
	bench_content(x->channel.files[0].number, AT, PART, x->expected);
	get_all(x, on_missed);
	if (!turn_until(x, &x->missed, x->n))
		return false;
	x->began = clock_usec();
	for (unsigned i = 0; i < x->n; i++) {
		b.n = 0;
		cdn_put_reupload(&b, &x->to, slice_of(x->v[i].request, x->v[i].request_n));
		client_call_bytes(x->crowd.v[i % x->crowd.n].c, buf_slice(&b), on_uploaded, &x->v[i]);
	}
	buf_fini(&b);
	if (!turn_until(x, &x->reuploaded, x->n))
		return false;
	get_all(x, on_served);
	return turn_until(x, &x->served, x->n);
}

int bench_cdn_misses(struct bench *b)
{
	struct run *x = xcalloc(1, sizeof(*x));
	bool ok;

	x->b = b;
	ok = prepare(x);
	if (ok) {
		printf("ready\n");
		fflush(stdout);
		ok = miss_all(x);
		bench_tell("chunks", (double)((x->channel.files[0].size + PART - 1) / PART), "");
		bench_tell("misses", x->missed, "");
		bench_tell("reuploads", x->reuploaded, "");
		bench_tell("served", x->served, "");
		bench_tell_times("reupload", &x->times);
	}
	if (x->error[0])
		bench_say("%s", x->error);
	if (x->crowd.failed)
		bench_say("%s", x->crowd.error);
	cdn_pool_free(x->pool);
	bench_crowd_go(&x->crowd);
	bench_times_fini(&x->times);
	cdn_channel_fini(&x->channel);
	free(x->v);
	free(x);
	return ok ? BENCH_OK : BENCH_FAILED;
}
