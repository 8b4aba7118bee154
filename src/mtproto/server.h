/*
 * server.h - MTProto 2.0, the server's side: handshakes, packets, sessions, service messages. Knows bytes, keys and
 * layers; knows no API type, no user, no store. Calls leave through struct mt_server_ops, keys come through
 * struct mt_keystore.
 *
 * Where things live: a session (perm key, session_id) lives on loop hash(permanent auth_key_id) % loops. All its
 * state is that loop's. From other threads only mt_server_reply, mt_server_push and mt_server_drop_key may be
 * called: they post to the right loop's mailbox.
 */
#ifndef MTPROTO_SERVER_H
#define MTPROTO_SERVER_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/slice.h"
#include "mtproto/keystore.h"

struct mt_server;
struct io_conn;
struct io_loop;

/* A session from outside: never a pointer. */
struct mt_ref {
	uint16_t loop;
	uint32_t slot, gen;
};

/* One content message that is no service message, unwrapped of containers, gzip and invokeWith*. */
struct mt_call {
	struct mt_ref session;
	int64_t perm_key_id; /* the key that names the authorisation: permanent, or what the temporary one is bound to */
	int64_t session_id;
	int64_t msg_id;
	int32_t layer;   /* what invokeWithLayer said or the key remembers; 0: neither */
	int32_t dc;      /* the key's DC, 1..5, or one that ops.is_cdn knows */
	int64_t user_id; /* as the key record said when it was last loaded or set by mt_server_set_user */
	bool without_updates;              /* invokeWithoutUpdates around this call */
	int64_t takeout_id;                /* invokeWithTakeout; 0: none */
	const struct mt_client_info *info; /* NULL before initConnection */
	const char *peer_ip;               /* text, of the connection it came by */
	struct slice body;                 /* the API call, boxed; borrowed until the callback returns */
	struct buf *
		whole; /* the block in which it lies, which may be taken instead of a copy (then it is empty here); NULL: borrowed only */
	bool more;     /* others may follow at once; ops.calls_made comes behind them */
};

struct mt_server_ops {
	void *ctx;
	/*
	 * A call. Thread: the session's loop; must not block; copies what it keeps. It is answered exactly once by
	 * mt_server_reply, from any thread, now or later. Each msg_id of a session comes here at most once.
	 */
	void (*call)(void *ctx, const struct mt_call *call);
	/* Calls with `more` were made, or turned out to be none. May be NULL. Thread: a loop. */
	void (*calls_made)(void *ctx);
	/*
	 * Bytes that the answer to this query may have, if it is of those that MT_REPLY_BULK brings; else 0. They run only
	 * as fast as they are read, and may be called again (they change nothing). Quick. May be NULL. Thread: the session's loop.
	 */
	uint32_t (*answer_size)(void *ctx, struct slice body);
	/*
	 * There is so much at work that nothing large should come now: connections that bring it are not read until
	 * mt_server_has_room, which follows. What cannot be kept waiting (HTTP) comes all the same. Quick. May be NULL.
	 * Thread: the connection's loop.
	 */
	bool (*is_full)(void *ctx);
	/*
	 * What large packets bring is being worked on: more of them may wait for it a moment, so that they are decrypted side by side. Quick.
	 * May be NULL. Thread: a loop.
	 */
	bool (*is_busy)(void *ctx);
	/*
	 * A key gained its first session that may get updates, or lost its last live one. Thread: the key's loop.
	 * user_id may be 0 (login tokens and config are pushed to keys without a user).
	 */
	void (*key_online)(void *ctx, int64_t perm_key_id, int64_t user_id, int32_t layer, bool online);
	/*
	 * We are a CDN node of this id, or stand in its place: keys made for it call at once, unbound and without initConnection
	 * (mtproto.md 6), and struct mt_cdn_manners holds. Quick. NULL: of none. Threads: all loops.
	 */
	bool (*is_cdn)(void *ctx, int32_t dc);
	/* Milliseconds until resPQ for such an id. Quick. NULL: as in struct mt_cdn_manners. Threads: all loops. */
	unsigned (*pq_delay)(void *ctx, int32_t dc);
	/* For mt_server_push_crowd: the number that stands at a place for this viewer. Quick. Thread: the key's loop. */
	int64_t (*viewer_value)(void *ctx, int64_t viewer, int32_t kind, int64_t target);
};

/* How connections to a CDN DC are treated; 0: not at all. Times in milliseconds. */
struct mt_cdn_manners {
	unsigned
		pq_delay; /* until resPQ: clients fetch the DC's keys meanwhile, and of two who answer take the first */
	unsigned
		idle; /* a connection that brings no call for so long is closed: its client is done, or stuck */
	unsigned linger; /* from an answer until its connection is closed */
	/*
	 * TDLib dials a node and its stand-in at once and keeps what it does not need for 10 s. If the node falls silent then, it comes 7 s
	 * later with the node's key, hears -404, and would make a new key over its spare connection to the node, for 10 s more. So who comes
	 * from spare_from to spare_until after our resPQ on this connection with a key that we do not know hears -404 at spare_until. 0: at
	 * once.
	 */
	unsigned spare_from, spare_until;
};

struct mt_server_config {
	struct io_loop **loops;
	unsigned n_loops;
	const struct mt_keystore *keys;
	const struct mt_server_ops *ops;
	const struct rsa_key *const *rsa; /* best first; NULL-terminated */
	const uint8_t *secret; /* clients may come with this one (tr_accept), or none; NULL: none */
	bool test_mode;        /* no handshake limits */
	struct mt_cdn_manners cdn;
	unsigned handshakes_per_second, handshakes_burst; /* by address; 0: 50, 500 */
	uint8_t salt_secret[32];   /* server salts are HMACs under this: another one at each start */
	struct counters *counters; /* may be NULL */
};

int mt_server_new(const struct mt_server_config *cfg, struct mt_server **ret_s);
void mt_server_free(struct mt_server *s); /* after the loops have stopped */

/*
 * Another `idle` of struct mt_cdn_manners, above 0, for connections that are open, too: those to whom it gives less than they had are
 * reckoned from now. Thread: any, while the loops run or before.
 */
void mt_server_set_idle(struct mt_server *s, unsigned msec);

/* Takes over an accepted socket that transport detection found to be MTProto. Thread: the conn's loop. */
void mt_server_adopt(struct mt_server *s, struct io_conn *c);
/* The same for a stream that is always obfuscated: a WebSocket. */
void mt_server_adopt_stream(struct mt_server *s, struct io_conn *c);
/*
 * One HTTP POST: its body is one packet, the first packet sent is its answer. It is answered when there is something to say,
 * at the latest after http_wait's max_wait (25 s without one): then with an empty container (mtproto.md 1.8).
 */
void mt_server_adopt_post(struct mt_server *s, struct io_conn *c);

/*
 * Bulk: large, sent after small ones and in a packet of its own, never gzip. The first MT_REPLY_ROOM bytes of its body are free and
 * become the packet's own, as does room behind its end, of which there should be as much. Later: mt_server_replied follows soon.
 */
enum { MT_REPLY_RAW = 0, MT_REPLY_BULK = 1, MT_REPLY_LATER = 2, MT_REPLY_ROOM = 320 };
/*
 * The rpc_result's content for (session, msg_id): a boxed object or rpc_error, unencrypted. `body` is taken over
 * (the struct is emptied). A session that is gone drops it silently. Thread: any.
 */
void mt_server_reply(struct mt_server *s, struct mt_ref session, int64_t req_msg_id, struct buf *body,
                     int flags);
/*
 * The same from within ops.call, for that call: it goes no way round by the loop's messages, so what was asked in one turn of the
 * loop leaves in it. c->body may be gone afterwards. Thread: the session's loop.
 */
void mt_server_reply_here(struct mt_server *s, const struct mt_call *c, struct buf *body, int flags);
/* Behind replies that were MT_REPLY_LATER: they leave now, together. Thread: any. */
void mt_server_replied(struct mt_server *s);
/* rpc_error as a body for mt_server_reply. */
void mt_rpc_error(struct buf *b, int32_t code, const char *text);

/*
 * A boxed Updates object to the one session of this key that takes updates: the one that last called
 * mt_server_wants_updates, else the oldest live one that is not media, CDN or invokeWithoutUpdates.
 * Nothing is queued for keys without a live session. `body` is shared, not taken. Thread: any.
 */
struct mt_batch; /* immutable, refcounted bytes */
struct mt_batch *mt_batch_new(struct buf *taken);
void mt_batch_unref(struct mt_batch **b);
void mt_server_push(struct mt_server *s, int64_t perm_key_id, struct mt_batch *b);
/*
 * One of a few bodies for each of many keys at once, in the order in which they stand, each as mt_server_push would; 8 bytes at
 * each place of a body are the listener's own (ops.viewer_value). The bytes of the bodies are taken over, all else is copied. A
 * loop sends to some 200 a turn, so others are not held up. Thread: any.
 */
struct mt_place {
	uint32_t at; /* into the body */
	int32_t kind;
	int64_t target;
};
struct mt_body {
	struct buf bytes;
	const struct mt_place *places;
	size_t n_places;
};
struct mt_listener {
	int64_t key, viewer;
	uint32_t body; /* which */
};
void mt_server_push_crowd(struct mt_server *s, struct mt_body *bodies, size_t n_bodies,
                          const struct mt_listener *who, size_t n);
/* This session called updates.getState or getDifference. Thread: any. */
void mt_server_wants_updates(struct mt_server *s, struct mt_ref session);
/* ops.is_full said yes, and would say no now. Thread: any. */
void mt_server_has_room(struct mt_server *s);
/* The user of a key changed (sign-in: id, sign-out: 0): cached key records follow. Thread: any. */
void mt_server_set_user(struct mt_server *s, int64_t perm_key_id, int64_t user_id);
/* Temporary keys bound to this one were dropped but for `except`: cached records of them go. Thread: any. */
void mt_server_drop_temp(struct mt_server *s, int64_t perm_key_id, const int64_t *except, uint32_t n);
/* The key was revoked by somebody else (session ended): cached records and sessions go, after
 * what was said to them before. Thread: any. */
void mt_server_drop_key(struct mt_server *s, int64_t perm_key_id);

#endif
