/*
 * transport.h - framing of one connection: bytes to MTProto packets and back, obfuscated or not. No I/O inside; holds no
 * buffer: the caller brings bytes and takes bytes. Facts: mtproto.md section 1. Fake-TLS comes later: it
 * will be a kind of its own in tr_accept.
 *
 *   received bytes --tr_decrypt--> in --tr_next--> packet      packet --tr_begin/tr_end--> out --> sent
 *
 * Threads: one holder at a time.
 */
#ifndef TRANSPORT_TRANSPORT_H
#define TRANSPORT_TRANSPORT_H

#include "base/buf.h"

struct aes_ctr;

enum tr_kind {
	TR_ABRIDGED = 1,
	TR_INTERMEDIATE,
	TR_PADDED, /* intermediate with random padding */
	TR_FULL,
	TR_RAW, /* one packet is the whole body: HTTP POST */
};

/* What the first bytes of a connection are. */
enum tr_first { TR_FIRST_MORE, TR_FIRST_MTPROTO, TR_FIRST_HTTP, TR_FIRST_TLS };

struct transport {
	enum tr_kind kind;
	bool client;  /* our side dialled */
	int16_t dc;   /* obfuscated header's DC as sent (often random: never trusted); 0 without one */
	bool ask_ack; /* our side dialled: the next frame asks for a quick ack, where framings can */
	uint32_t seq_in, seq_out; /* full */
	struct aes_ctr *ctr;      /* [0] incoming, [1] outgoing; NULL if not obfuscated */
};

enum { TR_SECRET = 16 };
#define TR_IN_MAX (1024u * 1024 + 1024) /* largest frame taken from a client; clients send up to 1,044,480 */

/* Whose connection is this? ret_need: how many bytes to wait for, when more are needed. Looks, takes nothing. */
enum tr_first tr_first_look(const uint8_t *p, size_t n, size_t *ret_need);

/*
 * Server side: take the transport's own beginning (tag or 64-byte header) off `in`, whose bytes are as received; what stays
 * in `in` is then decrypted. -ERR_AGAIN: more bytes are needed; -ERR_INVALID: not a transport of ours.
 * secret: TR_SECRET bytes that the keys of an obfuscated one may have been made with, as those of a dcOption with a secret; NULL: none.
 */
int tr_accept(struct transport *t, const uint8_t *secret, struct buf *in);
/* The same for streams that are always obfuscated (WebSocket). */
int tr_accept_obfuscated(struct transport *t, struct buf *in);
/* Client side: choose a framing and write its beginning to `out`. dc goes into the obfuscated header; secret: as above. */
void tr_dial(struct transport *t, enum tr_kind kind, bool obfuscated, const uint8_t *secret, int16_t dc,
             struct buf *out);
/* One packet is one body: HTTP. */
void tr_raw(struct transport *t);
void tr_fini(struct transport *t);

/* Newly received bytes, in place. */
void tr_decrypt(struct transport *t, uint8_t *p, size_t n);

struct tr_packet {
	struct slice body; /* points into `in`; padding of the transport cut off */
	size_t used; /* bytes of `in` that it took: buf_consume after use; on -ERR_AGAIN: that it will take, 0: not known */
	bool quick_ack; /* from a client: asked for; from a server: body is the 4-byte token */
};
/* The next whole packet in `in` (decrypted) behind `skip` bytes. -ERR_AGAIN: not whole yet; -ERR_INVALID: close. */
int tr_next(struct transport *t, const struct buf *in, size_t skip, struct tr_packet *ret);

/* Bytes in front of the payload of a frame with `n` of it, at most TR_HEAD_MAX; behind it there are at most TR_TAIL_MAX. */
enum { TR_HEAD_MAX = 8, TR_TAIL_MAX = 16 };
size_t tr_head_size(const struct transport *t, size_t n);
/*
 * A frame with `n` payload bytes (a multiple of 4), begun in `out`: returns where the payload goes. tr_end completes the
 * frame begun last (checksum, padding, obfuscation); between the two nothing else may touch `out`. Whoever has
 * put payload into `out` himself, with tr_head_size() bytes free in front of it at `at`, needs no tr_begin.
 */
uint8_t *tr_begin(struct transport *t, struct buf *out, size_t n, size_t *ret_at);
void tr_end(struct transport *t, struct buf *out, size_t at, size_t n);
void tr_prefetch(const struct transport *t); /* tr_end comes in a moment */
/* A whole packet at once. */
void tr_put(struct transport *t, struct buf *out, const void *p, size_t n);
/* Transport error such as -404: exactly four bytes, never padded. */
void tr_put_error(struct transport *t, struct buf *out, int32_t code);
/* Quick ack for a packet whose msg_key_large begins with `token` (little-endian): bit 31 is set here. */
void tr_put_quick_ack(struct transport *t, struct buf *out, uint32_t token);

#endif
