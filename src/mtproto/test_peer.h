/*
 * test_peer.h - for the tests of this folder: clients that speak to a server of test_world.h through a pipe, or a pair of sockets where a
 * connection is to move.
 */
#ifndef MTPROTO_TEST_PEER_H
#define MTPROTO_TEST_PEER_H

#include "mtproto/packet.h"
#include "mtproto/test_world.h"
#include "transport/transport.h"

struct got { /* one message from the server, out of its container */
	int64_t msg_id;
	uint32_t seq_no;
	bool in_container;
	uint32_t id; /* first word of the body */
	struct buf body;
};

enum peer_way { PEER_PIPE, PEER_SOCKET, PEER_POST };

struct peer {
	struct world *w;
	enum peer_way way; /* by what, and on which loop, it connects next: set before peer_open */
	unsigned loop;
	struct io_conn *io; /* a pipe's, or a POST's */
	int fd;             /* a socket's */
	struct transport t;
	struct buf in; /* from the server, not yet taken apart */
	bool closed;
	int16_t dc;
	char ip[46];
	int64_t key_id;
	uint8_t key[256];
	int64_t salt, session_id, last_id;
	int32_t error; /* the last transport error; 0: none */
	uint32_t quick_ack;
	struct got *got; /* everything that came, in order; taken from the front */
	unsigned n_got, at;
	struct buf plain; /* the last unencrypted message */
	int64_t outer_id;
	unsigned packets;
};

void peer_open(struct peer *p, struct world *w, const char *ip, enum tr_kind kind, bool obfuscated,
               int16_t dc);
/* The connection goes; keys and session stay. Open again with peer_reopen. */
void peer_close(struct peer *p);
void peer_reopen(struct peer *p);
void peer_fini(struct peer *p);
void peer_use_key(struct peer *p, const struct mt_key *k);
/* Calls auth.bindTempAuthKey under the key in use for this permanent one; its msg_id. spoil: added to the inner nonce. */
int64_t peer_bind(struct peer *p, const struct mt_key *perm, int64_t spoil);

/* Ids as clients make them: time now, rising. */
int64_t peer_next_id(struct peer *p);
void peer_send_plain(struct peer *p, int64_t msg_id, struct slice body);
/* Seals and sends; body is not taken. */
void peer_send(struct peer *p, int64_t msg_id, uint32_t seq_no, const struct buf *body);
void peer_send_raw(struct peer *p, const void *packet, size_t n);
/* The sealed bytes of the last peer_send, to play them again. */
struct slice peer_last_packet(const struct peer *p);

/* After a turn: the next message that came, or NULL. */
struct got *peer_next(struct peer *p);
/* The next message of this constructor, passing over others. */
struct got *peer_find(struct peer *p, uint32_t id);
/* The rpc_result of this call: its content behind req_msg_id (unzipped), or NULL. */
struct got *peer_result(struct peer *p, int64_t req);
/* "400 TEXT" if a result is an rpc_error, else "". Static. */
const char *peer_error_of(const struct got *result);

/* Sends a body of one word (a call of that constructor) with the session's salt; returns its msg_id. */
int64_t peer_call(struct peer *p, uint32_t id);
/* A first call that says its layer, answered and read away. */
void peer_init(struct peer *p, int32_t layer);

#endif
