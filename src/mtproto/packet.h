/*
 * packet.h - encrypted messages, version 2: bytes to (salt, session, msg_id, seq_no, body) and back (mtproto.md 3).
 * Pure. Threads: any.
 */
#ifndef MTPROTO_PACKET_H
#define MTPROTO_PACKET_H

#include "base/buf.h"
#include "crypto/aes.h"
#include "crypto/kdf.h"

struct mt_packet {
	int64_t salt, session_id, msg_id;
	uint32_t seq_no;
	struct slice body;
	uint32_t quick_ack; /* token for a quick ack: first bytes of msg_key_large */
};

#define MT_PACKET_HEAD 24 /* auth_key_id, msg_key */
#define MT_PACKET_BODY 56 /* and salt, session, msg_id, seq_no, length */

/*
 * Decrypt `p` in place (n bytes, auth_key_id first) and check: the whole is hashed and compared before any length is looked
 * at. body points into p. -ERR_INVALID: close the connection without a word. from_client: x = 0.
 */
int mt_packet_open(const uint8_t auth_key[256], bool from_client, uint8_t *p, size_t n,
                   struct mt_packet *ret);

/*
 * The same in three steps, the middle one for several packets side by side. Nothing of the key is needed after the first. The second
 * wipes what it needed of it; the third says whether the packet is good.
 */
struct mt_packet_opening {
	uint8_t *p;
	size_t n;
	struct aes_ige_job ige;
	uint8_t part[MT_MSG_KEY_PART], large[32];
};
int mt_packet_open_begin(const uint8_t auth_key[256], bool from_client, uint8_t *p, size_t n,
                         struct mt_packet_opening *ret);
void mt_packet_open_all(struct mt_packet_opening *o, size_t n);
int mt_packet_open_end(const struct mt_packet_opening *o, struct mt_packet *ret);

/* Whole size of a sealed packet with this body; padding is 12..~240 bytes, drawn anew each time. */
size_t mt_packet_size(size_t body_n);
/* Seal into out[0..size): header fields from `m`, body from m->body. */
void mt_packet_seal(int64_t key_id, const uint8_t auth_key[256], bool from_client, const struct mt_packet *m,
                    uint8_t *out, size_t size);
/*
 * The same in two steps, the second for several packets side by side. Key and `out` stay where they are in between. A body that lies
 * at its place in `out` already, MT_PACKET_BODY bytes in, is not copied.
 */
struct mt_packet_sealing {
	const uint8_t *auth_key;
	bool from_client;
	uint8_t *p;
	size_t n;
};
void mt_packet_seal_begin(int64_t key_id, const uint8_t auth_key[256], bool from_client,
                          const struct mt_packet *m, uint8_t *out, size_t size,
                          struct mt_packet_sealing *ret);
void mt_packet_seal_all(const struct mt_packet_sealing *s, size_t n);

#endif
