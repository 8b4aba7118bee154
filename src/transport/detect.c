/* detect.c - which transport a connection speaks, from its first bytes (mtproto.md 1.1, 1.5). A new one gets its row here. */
#include <stdlib.h>

#include "base/err.h"
#include "base/mem.h"
#include "crypto/aes.h"
#include "crypto/hash.h"
#include "crypto/rng.h"
#include "transport/transport.h"

enum { HEADER = 64, TAG_AT = 56, DC_AT = 60 };

static const uint8_t http_words[][4] = {"POST", "GET ", "HEAD", "OPTI"};

static bool is_tag(const uint8_t *p, uint8_t byte)
{
	return p[0] == byte && p[1] == byte && p[2] == byte && p[3] == byte;
}

static bool is_http(const uint8_t *p)
{
	for (size_t i = 0; i < sizeof(http_words) / sizeof(http_words[0]); i++)
		if (memcmp(p, http_words[i], 4) == 0)
			return true;
	return false;
}

static bool is_tls(const uint8_t *p)
{
	/* Byte 3 is not looked at: hellos with post-quantum shares are longer than 512 bytes. */
	return p[0] == 0x16 && p[1] == 3 && (p[2] == 1 || p[2] == 3);
}

static bool is_zero(const uint8_t *p)
{
	return !(p[0] | p[1] | p[2] | p[3]);
}

enum tr_first tr_first_look(const uint8_t *p, size_t n, size_t *ret_need)
{
	*ret_need = 1;
	if (n < 1)
		return TR_FIRST_MORE;
	if (p[0] == 0xef)
		return TR_FIRST_MTPROTO;
	*ret_need = 4;
	if (n < 4)
		return TR_FIRST_MORE;
	if (is_http(p))
		return TR_FIRST_HTTP;
	if (is_tls(p))
		return TR_FIRST_TLS;
	return TR_FIRST_MTPROTO;
}

static enum tr_kind kind_of_tag(const uint8_t *tag)
{
	if (is_tag(tag, 0xef))
		return TR_ABRIDGED;
	if (is_tag(tag, 0xee))
		return TR_INTERMEDIATE;
	if (is_tag(tag, 0xdd))
		return TR_PADDED;
	return 0;
}

/* With a secret the key is SHA-256(key, secret). */
static void set_key(struct aes_ctr *ctr, const uint8_t *key, const uint8_t *secret)
{
	uint8_t mixed[32];

	if (secret)
		sha256_2(key, 32, secret, TR_SECRET, mixed);
	aes_ctr_init(ctr, secret ? mixed : key, key + 32);
}

static void derive(struct transport *t, const uint8_t header[HEADER], const uint8_t *secret)
{
	uint8_t rev[48];

	t->ctr = xcalloc(2, sizeof(*t->ctr));
	for (int i = 0; i < 48; i++)
		rev[i] = header[55 - i];
	/* What the client sends is keyed by the header as it stands, what it receives by the reverse. */
	set_key(&t->ctr[t->client ? 1 : 0], header + 8, secret);
	set_key(&t->ctr[t->client ? 0 : 1], rev, secret);
}

static int accept_header(struct transport *t, const uint8_t *secret, struct buf *in)
{
	uint8_t plain[HEADER];

	if (in->n < HEADER)
		return -ERR_AGAIN;
	*t = (struct transport){0};
	memcpy(plain, in->p, HEADER);
	derive(t, plain, secret);
	aes_ctr_apply(&t->ctr[0], plain, HEADER);
	t->kind = kind_of_tag(plain + TAG_AT);
	if (!t->kind) {
		tr_fini(t);
		return -ERR_INVALID;
	}
	memcpy(&t->dc, plain + DC_AT, 2);
	buf_consume(in, HEADER);
	tr_decrypt(t, in->p, in->n);
	return 0;
}

int tr_accept_obfuscated(struct transport *t, struct buf *in)
{
	return accept_header(t, NULL, in);
}

int tr_accept(struct transport *t, const uint8_t *secret, struct buf *in)
{
	int r;

	*t = (struct transport){0};
	if (in->n < 1)
		return -ERR_AGAIN;
	if (in->p[0] == 0xef) {
		t->kind = TR_ABRIDGED;
		buf_consume(in, 1);
		return 0;
	}
	if (in->n < 4)
		return -ERR_AGAIN;
	if (is_http(in->p) || is_tls(in->p))
		return -ERR_INVALID;
	if (is_tag(in->p, 0xee) || is_tag(in->p, 0xdd)) {
		t->kind = in->p[0] == 0xee ? TR_INTERMEDIATE : TR_PADDED;
		buf_consume(in, 4);
		return 0;
	}
	if (in->n < 8)
		return -ERR_AGAIN;
	if (is_zero(in->p + 4)) { /* the sequence number of the first packet */
		t->kind = TR_FULL;
		return 0;
	}
	r = accept_header(t, NULL, in);
	return r == -ERR_INVALID && secret ? accept_header(t, secret, in) : r;
}

static bool header_ok(const uint8_t *h)
{
	return h[0] != 0xef && !is_tag(h, 0xee) && !is_tag(h, 0xdd) && !is_http(h) && !is_tls(h) &&
	       !is_zero(h + 4);
}

static void dial_obfuscated(struct transport *t, const uint8_t *secret, int16_t dc, struct buf *out)
{
	static const uint8_t tags[] = {[TR_ABRIDGED] = 0xef, [TR_INTERMEDIATE] = 0xee, [TR_PADDED] = 0xdd};
	uint8_t h[HEADER], wire[HEADER];

	do
		rng_bytes(h, sizeof(h));
	while (!header_ok(h));
	memset(h + TAG_AT, tags[t->kind], 4);
	memcpy(h + DC_AT, &dc, 2);
	derive(t, h, secret);
	memcpy(wire, h, HEADER);
	aes_ctr_apply(&t->ctr[1], wire, HEADER);
	memcpy(wire, h, TAG_AT);
	buf_put(out, wire, HEADER);
}

void tr_dial(struct transport *t, enum tr_kind kind, bool obfuscated, const uint8_t *secret, int16_t dc,
             struct buf *out)
{
	*t = (struct transport){.kind = kind, .client = true};
	if (obfuscated && kind != TR_FULL)
		dial_obfuscated(t, secret, dc, out);
	else if (kind == TR_ABRIDGED)
		buf_u8(out, 0xef);
	else if (kind == TR_INTERMEDIATE)
		buf_u32(out, 0xeeeeeeeeu);
	else if (kind == TR_PADDED)
		buf_u32(out, 0xddddddddu);
}
