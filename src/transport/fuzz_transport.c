/*
 * fuzz_transport.c - bytes of a stranger on a new connection. The first byte chooses: as they are, always obfuscated (WebSocket),
 * a right obfuscated header in front of them, or the client's side of each framing. The second one cuts them in pieces: the
 * packets must be the same as from all bytes at once. Each packet goes out again by the other side and comes back whole.
 */
#include <stdlib.h>

#include "base/err.h"
#include "crypto/aes.h"
#include "transport/transport.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

enum { HEADER = 64, PACKETS_MAX = 4096 };
enum mode { PLAIN, STREAM, HEADED, CLIENT, MODES };

struct seen {    /* what came of it */
	int end; /* the error that ended it; -ERR_AGAIN: more bytes are waited for */
	struct buf bodies;
	uint32_t n, quick_acks;
};

static struct transport new_client(enum tr_kind kind)
{
	return (struct transport){.kind = kind, .client = true};
}

static const uint8_t secret[TR_SECRET] = "0123456789abcde";

/* In pieces of `piece` bytes, as mtproto/conn.c reads. */
static struct seen run(const uint8_t *p, size_t n, enum mode mode, enum tr_kind kind, size_t piece)
{
	struct transport t = new_client(kind);
	struct seen s = {.end = -ERR_AGAIN};
	bool accepted = mode == CLIENT;
	struct buf in = {0};
	struct tr_packet k;

	while (n && s.end == -ERR_AGAIN) {
		size_t take = piece < n ? piece : n, used = 0;

		buf_put(&in, p, take);
		p += take;
		n -= take;
		if (accepted) {
			tr_decrypt(&t, in.p + in.n - take, take);
		} else {
			s.end = mode == PLAIN ? tr_accept(&t, secret, &in) : tr_accept_obfuscated(&t, &in);
			if (s.end < 0)
				continue;
			accepted = true;
		}
		while ((s.end = tr_next(&t, &in, used, &k)) == 0) {
			used += k.used;
			if (!k.used || used > in.n || k.body.p < in.p || k.body.p + k.body.n > in.p + used)
				abort();
			buf_u32(&s.bodies, k.body.n);
			buf_put(&s.bodies, k.body.p, k.body.n);
			s.n++;
			s.quick_acks += k.quick_ack;
		}
		buf_consume(&in, used);
	}
	if (accepted)
		tr_fini(&t);
	buf_fini(&in);
	return s;
}

/* The tag that an obfuscated header hides is put right, the rest is encrypted: `out` is what a client would send. */
static void put_header(const uint8_t *p, size_t n, struct buf *out)
{
	static const uint8_t tags[] = {0xef, 0xee, 0xdd, 0xab};
	uint8_t head[HEADER], wire[HEADER];
	struct aes_ctr c;

	memcpy(head, p, HEADER);
	aes_ctr_init(&c, head + 8, head + 40);
	memset(head + 56, tags[p[0] & 3], 4);
	memcpy(wire, head, HEADER);
	aes_ctr_apply(&c, wire, HEADER);
	memcpy(wire, head, 56);
	buf_put(out, wire, HEADER);
	buf_put(out, p + HEADER, n - HEADER);
	aes_ctr_apply(&c, out->p + HEADER, n - HEADER);
}

/* A packet sent by one side is what the other one reads. */
static void comes_back(struct slice body, enum tr_kind kind, bool from_client)
{
	struct transport from = {.kind = kind, .client = from_client},
			 to = {.kind = kind, .client = !from_client};
	struct buf wire = {0};
	struct tr_packet k;

	if (kind ==
	    TR_PADDED) { /* where a packet ends is told by its own form: 24 + 16k bytes behind a key's id */
		if (body.n < 24 || !body.p[0])
			return;
		body.n = 24 + ((body.n - 24) & ~15u);
	}
	tr_put(&from, &wire, body.p, body.n);
	if (tr_next(&to, &wire, 0, &k) != 0 || k.used != wire.n || k.quick_ack || !slice_eq(k.body, body))
		abort();
	for (size_t cut = wire.n - 1; cut > 0; cut /= 2) {
		wire.n = cut;
		to.seq_in = 0;
		if (tr_next(&to, &wire, 0, &k) != (kind == TR_RAW ? 0 : -ERR_AGAIN))
			abort();
	}
	buf_fini(&wire);
}

static void look(const uint8_t *p, size_t n)
{
	size_t need;

	for (size_t i = 0; i <= n && i < 8; i++)
		if (tr_first_look(p, i, &need) == TR_FIRST_MORE && need <= i)
			abort(); /* would wait for bytes that are there: a busy loop */
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	enum mode mode;
	enum tr_kind kind;
	struct seen all, cut;
	struct buf wire = {0};
	size_t piece;

	if (n < 3)
		return 0;
	mode = p[0] % MODES;
	kind = TR_ABRIDGED + p[0] / MODES % 4;
	piece = p[1] ? p[1] : 1;
	p += 2;
	n -= 2;
	look(p, n);
	if (mode == HEADED && n >= HEADER)
		put_header(p, n, &wire);
	else
		buf_put(&wire, p, n);
	all = run(wire.p, wire.n, mode, kind, wire.n);
	cut = run(wire.p, wire.n, mode, kind, piece);
	if (all.end != cut.end || all.n != cut.n || all.quick_acks != cut.quick_acks ||
	    !slice_eq(buf_slice(&all.bodies), buf_slice(&cut.bodies)))
		abort();
	if (n >= 4) {
		comes_back(slice_of(p, n & ~(size_t)3), kind, mode & 1);
		comes_back(slice_of(p, n & ~(size_t)3), TR_RAW, mode & 1);
	}
	buf_fini(&wire);
	buf_fini(&all.bodies);
	buf_fini(&cut.bodies);
	return 0;
}
