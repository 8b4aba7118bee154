/*
 * fuzzer.h - a server in one process without sockets or threads of its own turn: for fuzz_server.c and fuzz_handshake.c.
 * The other side is played here too: it seals what it says, and checks what it hears.
 */
#ifndef MTPROTO_FUZZER_H
#define MTPROTO_FUZZER_H

#include "crypto/rsa.h"
#include "io/conn.h"
#include "mtproto/keystore.h"
#include "mtproto/packet.h"
#include "mtproto/server.h"
#include "mtproto/test_keys.h"
#include "transport/transport.h"

enum { WORLD_LOOPS = 3 };
enum world_key { KEY_PERM, KEY_BOUND, KEY_UNBOUND, KEY_OTHER, KEYS };

struct world {
	struct io_loop *loops[WORLD_LOOPS];
	unsigned dials;
	struct mt_server *server;
	struct mt_key keys[KEYS]; /* the client's; [KEY_OTHER]: nobody has stored it */
	struct test_keys store;
	struct io_conn *conn;  /* NULL: it ended */
	struct transport wire; /* the client's side */
	struct buf heard;      /* bytes that it has not looked at */
	struct buf plain;      /* the last unencrypted answer: its body */
	int32_t error;         /* the last transport error */
	int64_t msg_id;        /* the client's last */
	unsigned calls, answers;
};

void world_open(struct world *w);
void world_close(struct world *w);
/* A new connection, on the next of the loops; the one before it ends. */
void world_dial(struct world *w, enum tr_kind kind, bool obfuscated);
void world_hang_up(struct world *w);
/* What waits in the loop is done, and what was heard is checked. */
void world_turn(struct world *w);
/* Turns until an unencrypted answer has come (true), an error or the end, or for a while if nothing is said at all. */
bool world_wait(struct world *w);
/* Bytes as they are. */
void world_raw(struct world *w, const void *p, size_t n);
/* One unencrypted message. */
void world_plain(struct world *w, struct slice body);
/* One encrypted message; the body is cut to a multiple of four. A msg_id of its own if that is 0. */
void world_say(struct world *w, enum world_key key, int64_t session, int64_t msg_id, struct slice body);
/* auth.bindTempAuthKey of KEY_UNBOUND to KEY_PERM, as it should be. */
void world_bind(struct world *w, int64_t session);
int64_t world_next_id(struct world *w);
const struct rsa_key *world_rsa(void);

#endif
