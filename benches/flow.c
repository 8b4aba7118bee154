/* flow.c - see flow.h. */
#include "benches/flow.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/rd.h"
#include "crypto/aes.h"
#include "crypto/kdf.h"
#include "crypto/rng.h"
#include "mtproto/ids.h"

enum { BATCH = 16, ACKS_MAX = 32, LOOK = 384, INNER_HEAD = 32, X_SERVER = 8 };

struct question {
	int64_t msg_id; /* 0: this place is free */
	uint64_t tag;
	bool whole;
};

struct bench_flow {
	struct client_link *link;
	const struct client_key *key;
	int64_t session_id, salt, last_id;
	uint32_t content;
	struct question open[BENCH_FLOW_OPEN];
	unsigned n_open, n_whole;
	int64_t acks[ACKS_MAX];
	uint32_t n_acks;
	bool begun; /* it has a packet in the batch */
	const struct bench_flow_ops *ops;
	void *user;
};

static struct { /* packets that are made ready and leave together */
	struct bench_flow *f[BATCH];
	struct mt_packet_sealing sealing[BATCH];
	unsigned n;
} batch;

void bench_flows_flush(void)
{
	unsigned n = batch.n;

	mt_packet_seal_all(batch.sealing, n);
	batch.n = 0;
	for (unsigned i = 0; i < n; i++) {
		batch.f[i]->begun = false;
		client_link_end(batch.f[i]->link);
	}
}

unsigned bench_flows_waiting(void)
{
	return batch.n;
}

static int64_t next_id(struct bench_flow *f)
{
	int64_t usec = clock_unix_usec();
	int64_t id = (usec / 1000000) << 32 | ((usec % 1000000) << 32) / 1000000;

	id &= ~(int64_t)3;
	f->last_id = id > f->last_id ? id : f->last_id + 4;
	return f->last_id;
}

static void add_packet(struct bench_flow *f, int64_t msg_id, uint32_t seq_no, struct slice body)
{
	struct mt_packet m = {.salt = f->salt,
	                      .session_id = f->session_id,
	                      .msg_id = msg_id,
	                      .seq_no = seq_no,
	                      .body = body};
	size_t n = mt_packet_size(body.n);

	if (f->begun || batch.n == BATCH)
		bench_flows_flush();
	mt_packet_seal_begin(f->key->id, f->key->body, true, &m, client_link_begin(f->link, n, false), n,
	                     &batch.sealing[batch.n]);
	f->begun = true;
	batch.f[batch.n++] = f;
}

static void put_acks(struct bench_flow *f, struct buf *b)
{
	buf_u32(b, (uint32_t)MT_msgs_ack);
	buf_u32(b, (uint32_t)MT_vector);
	buf_u32(b, f->n_acks);
	for (uint32_t i = 0; i < f->n_acks; i++)
		buf_u64(b, (uint64_t)f->acks[i]);
	f->n_acks = 0;
}

static void send_acks(struct bench_flow *f)
{
	struct buf b = {0};

	put_acks(f, &b);
	add_packet(f, next_id(f), f->content * 2, buf_slice(&b));
	buf_fini(&b);
}

static void put_head(struct bench_flow *f, struct buf *b, bool content, size_t n, int64_t *ret_id)
{
	*ret_id = next_id(f);
	buf_u64(b, (uint64_t)*ret_id);
	buf_u32(b, content ? f->content++ * 2 + 1 : f->content * 2);
	buf_u32(b, (uint32_t)n);
}

void bench_flow_ask(struct bench_flow *f, struct slice question, uint64_t tag, bool whole)
{
	struct question *q = f->open;
	struct buf b = {0};
	int64_t id;

	while (q->msg_id)
		q++;
	if (f->n_acks) {
		buf_u32(&b, (uint32_t)MT_msg_container);
		buf_u32(&b, 2);
		put_head(f, &b, false, 12 + 8 * f->n_acks, &id);
		put_acks(f, &b);
		put_head(f, &b, true, question.n, &id);
		*q = (struct question){id, tag, whole};
		buf_put(&b, question.p, question.n);
		add_packet(f, next_id(f), f->content * 2, buf_slice(&b));
		buf_fini(&b);
	} else {
		*q = (struct question){next_id(f), tag, whole};
		add_packet(f, q->msg_id, f->content++ * 2 + 1, question);
	}
	f->n_open++;
	f->n_whole += whole;
}

unsigned bench_flow_questions(const struct bench_flow *f)
{
	return f->n_open;
}

static struct question *find(struct bench_flow *f, int64_t msg_id)
{
	for (unsigned i = 0; i < BENCH_FLOW_OPEN; i++)
		if (f->open[i].msg_id == msg_id)
			return &f->open[i];
	return NULL;
}

/* One message of the server's; r stands at its body, of which n bytes belong to it (perhaps not all of them here). */
static void message(struct bench_flow *f, int64_t msg_id, uint32_t seq_no, uint32_t n, struct rd r,
                    bool whole)
{
	struct bench_flow_answer a;
	struct question *q;
	uint32_t id = rd_u32(&r);

	if (seq_no & 1)
		f->acks[f->n_acks++] = msg_id;
	if (id == (uint32_t)MT_rpc_result && (q = find(f, (int64_t)rd_u64(&r))) != NULL) {
		a = (struct bench_flow_answer){
			.tag = q->tag, .whole = whole, .body = slice_of(r.p, rd_left(&r)), .n = n - 12};
		f->n_whole -= q->whole;
		f->n_open--;
		*q = (struct question){0};
		f->ops->answer(f->user, f, &a);
	} else if (id == (uint32_t)MT_bad_server_salt || id == (uint32_t)MT_bad_msg_notification) {
		f->ops->ended(f->user, f, "the server refused a message");
	}
	if (f->n_acks == ACKS_MAX)
		send_acks(f);
}

/* The messages of a packet: of the last one only the beginning may be here. False, and nothing done: it takes more to know. */
static bool take(struct bench_flow *f, const uint8_t *plain, size_t have, bool whole)
{
	struct rd r = rd_of(plain, have), peek;
	int64_t id;
	uint32_t seq_no, n, count;

	rd_bytes(&r, 16); /* salt, session */
	id = (int64_t)rd_u64(&r);
	seq_no = rd_u32(&r);
	n = rd_u32(&r);
	if (n < rd_left(&r))
		r = rd_of(r.p, n);
	peek = r;
	if (rd_u32(&peek) != (uint32_t)MT_msg_container) {
		message(f, id, seq_no, n, r, whole);
		return true;
	}
	count = rd_u32(&peek);
	r = peek;
	for (uint32_t i = 0; i < count && !whole; i++) {
		rd_bytes(&peek, 12);
		n = rd_u32(&peek);
		if (peek.bad || (i + 1 < count && n > rd_left(&peek)) || rd_left(&peek) < 12)
			return false;
		rd_bytes(&peek, i + 1 < count ? n : 0);
	}
	for (uint32_t i = 0; i < count; i++) {
		id = (int64_t)rd_u64(&r);
		seq_no = rd_u32(&r);
		n = rd_u32(&r);
		message(f, id, seq_no, n, rd_of(r.p, n < rd_left(&r) ? n : rd_left(&r)), whole);
		rd_bytes(&r, n);
	}
	return true;
}

static void packet(void *user, uint8_t *p, size_t n)
{
	size_t have = n - MT_PACKET_HEAD < LOOK ? n - MT_PACKET_HEAD : LOOK;
	uint8_t key[32], iv[32], plain[LOOK];
	struct bench_flow *f = user;
	struct mt_packet m;

	if (n < MT_PACKET_HEAD + INNER_HEAD + 16 || (n - MT_PACKET_HEAD) % 16) {
		f->ops->ended(f->user, f, "a packet that is none");
		return;
	}
	mt_kdf_v2(f->key->body, p + 8, X_SERVER, key, iv);
	if (!f->n_whole) {
		aes_ige_decrypt(key, iv, p + MT_PACKET_HEAD, plain, have);
		if (take(f, plain, have, false))
			return;
	}
	if (mt_packet_open(f->key->body, false, p, n, &m) < 0)
		f->ops->ended(f->user, f, "a packet that does not decrypt");
	else
		take(f, p + MT_PACKET_HEAD, n - MT_PACKET_HEAD, true);
}

static void opened(void *user)
{
	struct bench_flow *f = user;

	f->ops->opened(f->user, f);
}

static void quick_ack(void *user, uint32_t token)
{
}

static void ended(void *user, int r)
{
	struct bench_flow *f = user;

	f->ops->ended(f->user, f, err_name(r));
}

struct bench_flow *bench_flow_new(struct bench *b, const struct client *from,
                                  const struct bench_flow_ops *ops, void *user)
{
	static const struct client_link_ops link_ops = {opened, packet, quick_ack, ended};
	struct bench_flow *f = xcalloc(1, sizeof(*f));

	f->key = client_key_in_use(from);
	f->salt = client_salt(from);
	f->session_id = (int64_t)(rng_u64() | 1);
	f->ops = ops;
	f->user = user;
	f->link = client_link_open(b->loop, &b->to, b->o.transport, 2, &link_ops, f);
	return f;
}

void bench_flow_free(struct bench_flow *f)
{
	if (!f)
		return;
	bench_flows_flush();
	client_link_free(f->link);
	free(f);
}

void bench_flow_listen(struct bench_flow *f, bool on)
{
	client_link_listen(f->link, on);
}
