/*
 * handshake.h - the client's side of making an auth key (mtproto.md 2): packets in, packets out, no I/O. What the server
 * says is checked as a stranger's. Only the well-known prime is taken, as some clients do.
 * Threads: any, one holder. A step costs up to two 2048-bit powers (a few milliseconds).
 */
#ifndef CLIENT_HANDSHAKE_H
#define CLIENT_HANDSHAKE_H

#include "base/buf.h"
#include "base/clock.h"
#include "crypto/rsa.h"

enum client_inner { CLIENT_INNER_PLAIN, CLIENT_INNER_DC, CLIENT_INNER_TEMP, CLIENT_INNER_TEMP_DC };

struct client_key_request {
	const struct rsa_key *rsa;
	bool old_rsa;    /* the SHA-1 scheme instead of RSA_PAD */
	bool old_req_pq; /* req_pq instead of req_pq_multi */
	enum client_inner inner;
	int32_t dc;         /* where the inner data names one; as sent */
	int32_t expires_in; /* temporary keys, seconds */
};

struct client_key {
	int64_t id; /* 0: none */
	uint8_t body[256];
	int64_t salt;         /* the first one */
	unixtime_t expires;   /* temporary keys, by the server's clock; 0: never */
	int64_t server_ahead; /* the server's clock minus ours, seconds */
};

enum { CLIENT_FINGERPRINTS_MAX = 8 };

struct client_handshake;

/* Appends the first packet (unencrypted form, whole) to `out`. */
struct client_handshake *client_handshake_new(const struct client_key_request *q, struct buf *out);
/* Wipes. NULL is fine. */
void client_handshake_free(struct client_handshake *h);
/*
 * One packet from the server: 0 more to come (the next packet is in `out`), 1 the key is made, -ERR_NOTFOUND the server does
 * not have our RSA key, -ERR_INVALID it said something wrong (client_handshake_error says what).
 */
int client_handshake_step(struct client_handshake *h, const uint8_t *p, size_t n, struct buf *out);
const struct client_key *client_handshake_key(const struct client_handshake *h);
/* Fingerprints that the server offered; how many. */
size_t client_handshake_offered(const struct client_handshake *h, int64_t ret[CLIENT_FINGERPRINTS_MAX]);
/* What was wrong, in a few words; "" if nothing. */
const char *client_handshake_error(const struct client_handshake *h);

/* An unencrypted packet around a body, appended. */
void client_plain_packet(struct buf *out, int64_t msg_id, struct slice body);
/* Its body. -ERR_INVALID. */
int client_plain_open(const uint8_t *p, size_t n, struct slice *ret_body);

#endif
