/*
 * media.c - a file that goes up in parts and comes down in ranges, over several connections of one account. What is in it follows
 * from the place in the file, so any range can be compared without keeping the file. upload leaves it in Saved Messages, download
 * takes what lies there last: either for so many seconds, over and over, or once by each connection.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/rd.h"
#include "benches/content.h"
#include "benches/flow.h"
#include "client/sign.h"
#include "client/wait.h"
#include "crypto/rng.h"

enum { A_KEY = 32, KEYS_MAX = 64 };
enum { KIB = 1024, MIB = 1048576, QUESTION_MAX = 512, SAMPLE = 32, FILE_HEAD = 16 };
#define WITHIN      60000000
#define ENDING      900000000 /* 3 GB are hashed once more at the end */
#define TURN        100000
#define GATHER      300
#define UPLOAD_FILE 0x096a18d5u
#define BOOL_TRUE   0x997275b5u

struct media;

struct carrier {
	struct media *m;
	struct bench_flow *f;
	uint64_t next, got; /* download, once by each: bytes asked for, bytes here */
	bool open;
};

struct media {
	struct bench *b;
	struct client *c[KEYS_MAX]; /* authorisations of the account: a key has only so many sessions */
	struct carrier *v;
	unsigned n, n_open, n_done, window;
	uint32_t part;
	uint64_t size;
	struct tl_document *doc;
	struct arena arena; /* of doc */
	int64_t file_id;
	uint64_t next, bytes, compared, asked; /* bytes: that came or went; asked: questions */
	uint8_t *expected;                     /* one part */
	struct buf question;
	struct bench_times times;
	usec_t stall_until;
	bool up, each, all, over;
	char error[160];
};

static void fail(struct media *m, const char *what, const char *why)
{
	if (!m->error[0])
		snprintf(m->error, sizeof(m->error), "%s: %.100s", what, why);
}

static uint32_t part_at(const struct media *m, uint64_t off)
{
	return m->size - off < m->part ? (uint32_t)(m->size - off) : m->part;
}

static bool ask(struct media *m, struct carrier *k, uint64_t off)
{
	struct tl_inputDocumentFileLocation at = {.o.name = TL_inputDocumentFileLocation};
	struct tl_upload_getFile get = {.o.name = TL_upload_getFile, .location = &at.o};
	struct tl_upload_saveBigFilePart put = {.o.name = TL_upload_saveBigFilePart};
	bool whole = m->all || m->asked % SAMPLE == 0;

	m->question.n = 0;
	if (m->up) {
		bench_content(0, off, part_at(m, off), m->expected);
		put.file_id = m->file_id;
		put.file_part = (int32_t)(off / m->part);
		put.file_total_parts = (int32_t)((m->size + m->part - 1) / m->part);
		put.bytes = slice_of(m->expected, part_at(m, off));
	} else {
		at.id = m->doc->id;
		at.access_hash = m->doc->access_hash;
		at.file_reference = m->doc->file_reference;
		get.offset = (int64_t)off;
		get.limit = (int32_t)m->part;
	}
	if (tl_encode_call(&m->question, m->up ? &put.o : &get.o, tl_layer_serve(m->b->o.layer)) < 0) {
		fail(m, "a question", "it cannot be said in this layer");
		return false;
	}
	m->asked++;
	bench_flow_ask(k->f, buf_slice(&m->question), off, !m->up && whole);
	return true;
}

/* As much as the window and the file leave room for. */
static void ask_on(struct carrier *k)
{
	struct media *m = k->m;
	uint64_t *next = m->each ? &k->next : &m->next;

	while (k->open && !m->over && !m->error[0] && bench_flow_questions(k->f) < m->window) {
		if (*next >= m->size) {
			if (m->up || m->each)
				return;
			*next = 0; /* over and over */
		}
		if (!ask(m, k, *next))
			return;
		*next += m->part;
	}
}

static bool is_error(struct media *m, struct slice body)
{
	struct rd r = rd_of(body.p, body.n);
	struct slice text;

	if (rd_u32(&r) != 0x2144ca19u) /* rpc_error */
		return false;
	rd_u32(&r);
	text = rd_tl_bytes(&r);
	fail(m, m->up ? "upload.saveBigFilePart" : "upload.getFile",
	     r.bad ? "an error" : (const char *)arena_slice(&m->arena, text).p);
	return true;
}

static void compare(struct media *m, const struct bench_flow_answer *a, uint32_t n)
{
	bench_content(0, a->tag, n, m->expected);
	if (memcmp(a->body.p + FILE_HEAD, m->expected, n) != 0)
		fail(m, "upload.getFile", "other bytes than those that went up");
	m->compared += n;
}

static void took(struct carrier *k, const struct bench_flow_answer *a)
{
	struct media *m = k->m;
	struct rd r = rd_of(a->body.p, a->body.n);
	uint32_t n = part_at(m, a->tag), id = rd_u32(&r);

	if (is_error(m, a->body))
		return;
	if (m->up) {
		if (id != BOOL_TRUE)
			fail(m, "upload.saveBigFilePart", "not true");
	} else if (id != UPLOAD_FILE || a->n != FILE_HEAD + (n + 3) / 4 * 4) {
		fail(m, "upload.getFile", "another length than was asked for");
	} else if (a->whole) {
		compare(m, a, n);
	}
	m->bytes += n;
	k->got += n;
	if (m->each && k->got == m->size)
		m->n_done++;
}

static void answer(void *user, struct bench_flow *f, const struct bench_flow_answer *a)
{
	struct carrier *k = user;

	took(k, a);
	ask_on(k);
}

static void opened(void *user, struct bench_flow *f)
{
	struct carrier *k = user;

	k->open = true;
	k->m->n_open++;
	if (k->m->stall_until)
		bench_flow_listen(f, false);
}

static void ended(void *user, struct bench_flow *f, const char *why)
{
	struct carrier *k = user;

	k->open = false;
	fail(k->m, "a connection ended", why);
}

/* Parts are encrypted together, so a few are waited for: one alone costs whoever sends it several times as much. */
static void turn(struct media *m)
{
	usec_t now, until;

	client_loop_turn(m->b->loop, TURN);
	until = clock_usec() + GATHER;
	while (m->up && bench_flows_waiting() < m->n / 2 && (now = clock_usec()) < until)
		client_loop_turn(m->b->loop, until - now);
	bench_flows_flush();
}

static bool sign_in_once(struct media *m, struct client **ret)
{
	struct client_config cfg = bench_client_config(m->b);
	struct client *c = *ret = client_new(&cfg);
	char error[128], phone[16];
	int64_t user;
	int r;

	snprintf(phone, sizeof(phone), "99966%u%04u", m->b->o.first / 10000 % 10, m->b->o.first % 10000);
	r = client_connect_wait(c, WITHIN, NULL);
	if (r == 0)
		r = client_sign_in_wait(c, phone, "Bench", WITHIN, &user, error);
	else
		snprintf(error, sizeof(error), "%.100s", client_error(c));
	if (r < 0)
		fail(m, "signing in", error);
	return r == 0;
}

static bool sign_in(struct media *m)
{
	unsigned n = (m->n + A_KEY - 1) / A_KEY;

	if (n > KEYS_MAX) {
		fail(m, "--clients", "too many for one account");
		return false;
	}
	for (unsigned i = 0; i < n; i++)
		if (!sign_in_once(m, &m->c[i]))
			return false;
	return true;
}

static bool connect_all(struct media *m)
{
	static const struct bench_flow_ops ops = {opened, answer, ended};
	usec_t until = clock_usec() + WITHIN;

	m->v = xcalloc(m->n, sizeof(*m->v));
	for (unsigned i = 0; i < m->n; i++) {
		m->v[i].m = m;
		m->v[i].f = bench_flow_new(m->b, m->c[i / A_KEY], &ops, &m->v[i]);
		while (m->n_open + 64 < i && !m->error[0] && clock_usec() < until)
			turn(m);
	}
	while (m->n_open < m->n && !m->error[0] && clock_usec() < until)
		turn(m);
	if (m->n_open < m->n)
		fail(m, "connections", "not all were made");
	return !m->error[0];
}

static void begin(struct media *m)
{
	for (unsigned i = 0; i < m->n; i++)
		ask_on(&m->v[i]);
	bench_flows_flush();
}

static bool are_all_answered(const struct media *m)
{
	for (unsigned i = 0; i < m->n; i++)
		if (bench_flow_questions(m->v[i].f))
			return false;
	return true;
}

static void tell(struct media *m, const char *what, uint64_t bytes, usec_t took,
                 const struct bench_server *before, const struct bench_server *after)
{
	char name[64];

	bench_tell(what, (double)bytes / (double)took, "MB/s");
	if (!m->b->o.metrics)
		return;
	snprintf(name, sizeof(name), "%s_cpu_a_mb", what);
	bench_tell(name, (after->cpu_seconds - before->cpu_seconds) * 1e9 / (double)bytes, "ms");
}

static const struct tl_document *document_of(const struct tl_obj *media)
{
	const struct tl_messageMediaDocument *d = media ? TL_AS(messageMediaDocument, media) : NULL;

	return d && d->document ? TL_AS(document, d->document) : NULL;
}

/* What lies in Saved Messages last. */
static bool find_document(struct media *m)
{
	struct tl_inputPeerSelf self = {.o.name = TL_inputPeerSelf};
	struct tl_messages_getHistory q = {.o.name = TL_messages_getHistory, .peer = &self.o, .limit = 1};
	struct client_result x = {0};
	const struct tl_vec *v = NULL;
	int r = client_call_wait(m->c[0], &q.o, WITHIN, &x);

	if (r == 0 && x.o && TL_IS(messages_messages, x.o))
		v = &TL_AS(messages_messages, x.o)->messages;
	else if (r == 0 && x.o && TL_IS(messages_messagesSlice, x.o))
		v = &TL_AS(messages_messagesSlice, x.o)->messages;
	if (v && v->n == 1 && TL_IS(message, v->v[0])) {
		const struct tl_document *d = document_of(TL_AS(message, v->v[0])->media);

		if (d) {
			m->doc = ARENA_NEW(&m->arena, struct tl_document);
			*m->doc = *d;
			m->doc->file_reference = arena_slice(&m->arena, d->file_reference);
			m->size = (uint64_t)d->size;
		}
	}
	client_result_fini(&x);
	if (!m->doc)
		fail(m, "Saved Messages", "the last one is no file; `chapar-bench upload` puts one there");
	return m->doc != NULL;
}

/* The parts become a file. */
static bool send_media(struct media *m)
{
	struct tl_inputPeerSelf self = {.o.name = TL_inputPeerSelf};
	struct tl_inputFileBig file = {.o.name = TL_inputFileBig,
	                               .id = m->file_id,
	                               .parts = (int32_t)((m->size + m->part - 1) / m->part),
	                               .name = SLICE_LIT("bench.bin")};
	struct tl_inputMediaUploadedDocument media = {.o.name = TL_inputMediaUploadedDocument,
	                                              .force_file = true,
	                                              .file = &file.o,
	                                              .mime_type = SLICE_LIT("application/octet-stream")};
	struct tl_messages_sendMedia q = {.o.name = TL_messages_sendMedia,
	                                  .peer = &self.o,
	                                  .media = &media.o,
	                                  .random_id = (int64_t)rng_u64()};
	struct client_result x = {0};
	int r = client_call_wait(m->c[0], &q.o, ENDING, &x);

	if (r < 0 || x.a.r < 0)
		fail(m, "messages.sendMedia",
		     x.a.text.n ? (const char *)x.a.text.p : err_name(r < 0 ? r : x.a.r));
	client_result_fini(&x);
	return !m->error[0];
}

static void start(struct media *m, struct bench *b)
{
	*m = (struct media){.b = b,
	                    .n = b->o.clients ? b->o.clients : 16,
	                    .window = b->o.window ? b->o.window : 2,
	                    .part = (b->o.part ? b->o.part : 128) * KIB};
	arena_init(&m->arena, MIB);
	m->expected = xmalloc(m->part);
	if (m->window > BENCH_FLOW_OPEN)
		m->window = BENCH_FLOW_OPEN;
}

static int finish(struct media *m)
{
	for (unsigned i = 0; m->v && i < m->n; i++)
		bench_flow_free(m->v[i].f);
	for (unsigned i = 0; i < KEYS_MAX; i++)
		client_free(m->c[i]);
	if (m->error[0])
		bench_say("%s", m->error);
	free(m->v);
	free(m->expected);
	buf_fini(&m->question);
	arena_fini(&m->arena);
	return m->error[0] ? BENCH_FAILED : BENCH_OK;
}

int bench_upload(struct bench *b)
{
	struct bench_server before = {0}, after = {0};
	struct media m;
	usec_t took, ended_at;

	start(&m, b);
	m.up = true;
	m.size = (uint64_t)(b->o.size ? b->o.size : 100) * MIB;
	m.file_id = (int64_t)rng_u64();
	if (sign_in(&m) && connect_all(&m) && bench_server_read(b, &before)) {
		took = clock_usec();
		begin(&m);
		while (m.bytes < m.size && !m.error[0])
			turn(&m);
		took = clock_usec() - took;
		if (!m.error[0] && bench_server_read(b, &after)) {
			tell(&m, "upload", m.bytes, took, &before, &after);
			ended_at = clock_usec();
			send_media(&m);
			bench_tell("finish", (double)(clock_usec() - ended_at) / 1000, "ms");
		}
	}
	return finish(&m);
}

/* All have asked and nobody listens: what the server holds for them then. */
static bool stall(struct media *m, const struct bench_server *before)
{
	struct bench_server after;

	while (clock_usec() < m->stall_until && !m->error[0])
		turn(m);
	if (m->error[0] || !bench_server_read(m->b, &after))
		return false;
	if (m->b->o.metrics)
		bench_tell("stalled_memory_a_flow", (after.resident_bytes - before->resident_bytes) / m->n,
		           "bytes");
	m->stall_until = 0;
	for (unsigned i = 0; i < m->n; i++)
		bench_flow_listen(m->v[i].f, true);
	return true;
}

/* Turns until it is enough; the most that the server's memory grew is told. */
static bool carry(struct media *m, const struct bench_server *idle, usec_t until)
{
	struct bench_server now;
	usec_t look = clock_usec();
	double most = 0;

	while (!m->error[0] && (m->each ? m->n_done < m->n : clock_usec() < until)) {
		turn(m);
		if (!m->each || !m->b->o.metrics || clock_usec() < look)
			continue;
		look = clock_usec() + 500000;
		if (!bench_server_read(m->b, &now))
			return false;
		if (now.resident_bytes > most)
			most = now.resident_bytes;
	}
	if (m->each && m->b->o.metrics)
		bench_tell("most_memory_a_flow", (most - idle->resident_bytes) / m->n, "bytes");
	return !m->error[0];
}

static void measure(struct media *m)
{
	struct bench_server idle = {0}, before = {0}, after = {0};
	const struct bench_options *o = &m->b->o;
	usec_t took;

	if (!bench_server_read(m->b, &idle))
		return;
	begin(m);
	if (m->stall_until) {
		m->stall_until = clock_usec() + (usec_t)o->stall * 1000000;
		if (!stall(m, &idle))
			return;
	}
	if (!m->each && !carry(m, &idle, clock_usec() + (usec_t)o->warm * 1000000))
		return;
	if (!bench_server_read(m->b, &before))
		return;
	if (!m->each)
		m->bytes = m->compared = 0;
	took = clock_usec();
	if (!carry(m, &idle, took + (usec_t)o->seconds * 1000000))
		return;
	took = clock_usec() - took;
	if (!bench_server_read(m->b, &after))
		return;
	tell(m, "download", m->bytes, took, &before, &after);
	bench_tell("compared", 100 * (double)m->compared / (double)m->bytes, "%");
	m->over = true;
	for (usec_t until = clock_usec() + WITHIN;
	     !m->error[0] && !are_all_answered(m) && clock_usec() < until;)
		turn(m);
}

int bench_download(struct bench *b)
{
	struct media m;

	start(&m, b);
	m.each = b->o.once;
	m.all = b->o.once && b->o.clients == 1;
	m.stall_until = b->o.stall;
	if (sign_in(&m) && find_document(&m) && connect_all(&m))
		measure(&m);
	return finish(&m);
}
