/*
 * cdn_downloads.c - many honest people who take the files of a channel, through CDN nodes where the server sends them there: they
 * follow redirects, ask for reuploads, come back when a node says that the token is no good or does not answer. Every byte is
 * compared. Each person takes each file once at most, so that each is redirected at most once for it.
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
	SOURCES = 64,
	FILES = 100,
	FILE_KIB = 300,
	PEOPLE = 50,
	AT_ONCE = 32,
	A_DC = 4
};
#define DEADLINE    90000000 /* of one download */
#define PAUSE       150000   /* before a question whose answer did not come is asked again */
#define TRACE_MS    100
#define UPLOAD_FILE 0x096a18d5u

struct run;

struct download {
	struct run *x;
	unsigned person, file;
	uint64_t off;
	struct cdn_redirect to;
	usec_t began, again; /* again: ask then; 0: an answer is under way */
	bool busy;
};

struct source {
	int32_t dc; /* 0: the core */
	uint64_t bytes, now;
};

struct run {
	struct bench *b;
	struct bench_crowd crowd;
	struct cdn_pool *pool;
	struct cdn_channel channel;
	unsigned wanted, begun, done, failed, wrong, back, reuploads;
	struct download *v;
	unsigned at_once;
	struct source sources[SOURCES];
	unsigned n_sources;
	struct bench_times times;
	usec_t start, traced;
	FILE *trace;
	uint8_t expected[PART];
	char error[200];
};

static void fail(struct run *x, const char *what, struct slice why)
{
	if (!x->error[0])
		snprintf(x->error, sizeof(x->error), "%s: %.*s", what, (int)(why.n > 120 ? 120 : why.n),
		         why.n ? (const char *)why.p : "");
}

/* --- one download */

static void took_from(struct run *x, int32_t dc, uint32_t n)
{
	unsigned i = 0;

	while (i < x->n_sources && x->sources[i].dc != dc)
		i++;
	if (i == SOURCES)
		return;
	if (i == x->n_sources)
		x->sources[x->n_sources++] = (struct source){.dc = dc};
	x->sources[i].bytes += n;
	x->sources[i].now += n;
}

static void begin_next(struct download *d);
static void ask(struct download *d);

static void give_up(struct download *d, const char *what, struct slice why)
{
	d->x->failed++;
	fail(d->x, what, why);
	begin_next(d);
}

static void ask_later(struct download *d)
{
	d->again = clock_usec() + PAUSE;
}

static void came(struct download *d, struct slice bytes, int32_t dc)
{
	struct run *x = d->x;
	const struct cdn_file *f = &x->channel.files[d->file];
	uint64_t left = f->size - d->off;
	uint32_t n = left < PART ? (uint32_t)left : PART;

	if (bytes.n != n) {
		give_up(d, dc ? "upload.getCdnFile" : "upload.getFile", SLICE_LIT("another length"));
		return;
	}
	bench_content(f->number, d->off, n, x->expected);
	if (memcmp(bytes.p, x->expected, n) != 0) {
		x->wrong++;
		give_up(d, dc ? "upload.getCdnFile" : "upload.getFile", SLICE_LIT("other bytes"));
		return;
	}
	took_from(x, dc, n);
	d->off += n;
	if (d->off < f->size) {
		ask(d);
		return;
	}
	x->done++;
	bench_time(&x->times, clock_usec() - d->began);
	begin_next(d);
}

/* Back to the core; parts that are here are kept. */
static void come_back(struct download *d)
{
	d->to.dc = 0;
	d->x->back++;
	ask(d);
}

static void on_reupload(void *arg, struct client *c, const struct client_answer *a)
{
	struct download *d = arg;

	d->busy = false;
	if (a->r == 0)
		ask(d);
	else if (a->r == -ERR_RPC && slice_eq(a->text, SLICE_LIT("FILE_TOKEN_INVALID")))
		come_back(d);
	else if (a->r == -ERR_CLOSED)
		ask_later(d);
	else
		give_up(d, "upload.reuploadCdnFile", a->text);
}

static void ask_reupload(struct download *d, struct slice request)
{
	struct buf b = {0};

	d->x->reuploads++;
	cdn_put_reupload(&b, &d->to, request);
	d->busy = true;
	client_call_bytes(d->x->crowd.v[d->person].c, buf_slice(&b), on_reupload, d);
	buf_fini(&b);
}

static void from_node(void *arg, const struct cdn_answer *a)
{
	static uint8_t plain[PART];
	struct download *d = arg;
	struct rd r = rd_of(a->body.p, a->body.n);
	struct slice said;
	uint32_t id;

	d->busy = false;
	if (a->r == -ERR_CLOSED) {
		ask_later(d);
		return;
	}
	if (a->r < 0) {
		if (slice_eq(a->text, SLICE_LIT("FILE_TOKEN_INVALID")))
			come_back(d);
		else
			give_up(d, "upload.getCdnFile", a->text);
		return;
	}
	id = rd_u32(&r);
	said = rd_tl_bytes(&r);
	if (r.bad || (id != CDN_FILE && id != CDN_REUPLOAD_NEEDED) || said.n > PART) {
		give_up(d, "upload.getCdnFile", SLICE_LIT("an answer that is none"));
	} else if (id == CDN_REUPLOAD_NEEDED) {
		ask_reupload(d, said);
	} else {
		cdn_redirect_open(&d->to, d->off, said, plain);
		came(d, slice_of(plain, said.n), d->to.dc);
	}
}

static void from_core(void *arg, struct client *c, const struct client_answer *a)
{
	struct download *d = arg;
	struct rd r = rd_of(a->body.p, a->body.n);
	uint32_t id;

	d->busy = false;
	if (a->r == -ERR_CLOSED) {
		ask_later(d);
		return;
	}
	if (a->r < 0) {
		give_up(d, "upload.getFile", a->text);
		return;
	}
	id = rd_u32(&r);
	if (id == UPLOAD_FILE) {
		rd_u64(&r); /* type, mtime */
		came(d, rd_tl_bytes(&r), 0);
	} else if (id == CDN_BENCH_REDIRECT && cdn_redirect_read(&r, &d->to)) {
		ask(d);
	} else {
		give_up(d, "upload.getFile", SLICE_LIT("an answer that is none"));
	}
}

static void ask(struct download *d)
{
	struct run *x = d->x;
	struct buf b = {0};

	d->again = 0;
	d->busy = true;
	if (d->to.dc) {
		cdn_pool_get(x->pool, d->to.dc, slice_of(d->to.token, d->to.token_n), d->off, PART, from_node,
		             d);
		return;
	}
	cdn_put_get(&b, &x->channel, d->person, d->file, d->off, x->b->o.layer);
	client_call_bytes(x->crowd.v[d->person].c, buf_slice(&b), from_core, d);
	buf_fini(&b);
}

/* Each takes every file, in an order of his own. */
static void begin_next(struct download *d)
{
	struct run *x = d->x;
	unsigned i = x->begun;

	*d = (struct download){.x = x};
	if (i >= x->wanted)
		return;
	x->begun++;
	d->person = i % x->crowd.n;
	d->file = (i / x->crowd.n + d->person * 7) % x->channel.n_files;
	d->began = clock_usec();
	d->again = d->began;
}

/* --- all of them */

static void trace(struct run *x, usec_t now)
{
	if (!x->trace || now < x->traced + TRACE_MS * 1000)
		return;
	x->traced = now;
	for (unsigned i = 0; i < x->n_sources; i++) {
		fprintf(x->trace, "%lld %d %llu\n", (long long)(now - x->start) / 1000, (int)x->sources[i].dc,
		        (unsigned long long)x->sources[i].now);
		x->sources[i].now = 0;
	}
	fflush(x->trace);
}

static void update(struct bench_person *p, const struct client_message *m)
{
	static const uint8_t config[4] = {0x06, 0xdd, 0x29, 0xa2}; /* updateConfig */
	struct run *x = p->crowd->arg;

	if (x->pool && memmem(m->body.p, m->body.n, config, sizeof(config)))
		cdn_pool_reload(x->pool);
}

static void take_all(struct run *x)
{
	usec_t now;

	x->v = xcalloc(x->at_once, sizeof(*x->v));
	x->start = clock_usec();
	for (unsigned i = 0; i < x->at_once; i++) {
		x->v[i].x = x;
		begin_next(&x->v[i]);
	}
	while (x->done + x->failed < x->wanted && !x->crowd.failed) {
		bench_crowd_turn(&x->crowd, 20000);
		cdn_pool_turn(x->pool);
		now = clock_usec();
		trace(x, now);
		for (unsigned i = 0; i < x->at_once; i++) {
			struct download *d = &x->v[i];

			if (d->again && !d->busy && now >= d->again) {
				if (now > d->began + DEADLINE)
					give_up(d, "a download", SLICE_LIT("not done in 90 s"));
				else
					ask(d);
			}
		}
	}
}

static bool prepare(struct run *x)
{
	unsigned people = x->b->o.clients ? x->b->o.clients : PEOPLE;

	x->crowd.arg = x;
	x->crowd.update = update;
	if (!bench_crowd_come(&x->crowd, x->b, x->b->o.first, people))
		return false;
	if (!cdn_channel_make(&x->channel, &x->crowd, x->b->o.files ? x->b->o.files : FILES,
	                      x->b->o.part ? x->b->o.part : FILE_KIB)) {
		fail(x, "the channel", slice_str(x->channel.error));
		return false;
	}
	x->pool = cdn_pool_new(x->b, x->crowd.v[0].c, A_DC);
	return true;
}

static void tell(struct run *x, usec_t took)
{
	char name[48];

	bench_tell("downloads", x->done, "");
	bench_tell("failed", x->failed, "");
	bench_tell("wrong", x->wrong, "");
	bench_tell("came_back", x->back, "");
	bench_tell("reuploads", x->reuploads, "");
	bench_tell("seconds", (double)took / 1e6, "s");
	for (unsigned i = 0; i < x->n_sources; i++) {
		if (x->sources[i].dc)
			snprintf(name, sizeof(name), "bytes_node_%d", (int)x->sources[i].dc);
		else
			snprintf(name, sizeof(name), "bytes_core");
		bench_tell(name, (double)x->sources[i].bytes, "bytes");
	}
	bench_tell_times("download", &x->times);
}

int bench_cdn_downloads(struct bench *b)
{
	struct run *x = xcalloc(1, sizeof(*x));
	int code;

	x->b = b;
	x->at_once = b->o.window ? b->o.window : AT_ONCE;
	x->trace = b->o.trace ? fopen(b->o.trace, "w") : NULL;
	if (prepare(x)) {
		x->wanted = b->o.downloads ? b->o.downloads : x->crowd.n * x->channel.n_files;
		if (x->wanted > x->crowd.n * x->channel.n_files)
			x->wanted = x->crowd.n * x->channel.n_files;
		printf("ready\n");
		fflush(stdout);
		take_all(x);
		tell(x, clock_usec() - x->start);
	}
	code = x->wanted && !x->failed && x->done == x->wanted ? BENCH_OK : BENCH_FAILED;
	if (x->error[0])
		bench_say("%s", x->error);
	if (x->crowd.failed)
		bench_say("%s", x->crowd.error);
	cdn_pool_free(x->pool);
	bench_crowd_go(&x->crowd);
	if (x->trace)
		fclose(x->trace);
	bench_times_fini(&x->times);
	free(x->v);
	cdn_channel_fini(&x->channel);
	free(x);
	return code;
}
