/*
 * client.h - a client of MTProto 2.0: one auth key (or a temporary one bound to it), one session, one connection at a time.
 * For tools and tests: it reports what a server does wrong instead of hiding it. What the server says is hostile input.
 *
 *   client_new - client_connect - ops.ready - client_call ... - client_disconnect or the server's end: ops.ended
 *                      ^                                                 |
 *                      `------- the same key and session again ----------'
 *
 * Threads: everything of a client happens on its loop, inside client_loop_turn or the function called. Callbacks may call
 * anything here, client_free too, but not the blocking functions (wait.h).
 */
#ifndef CLIENT_CLIENT_H
#define CLIENT_CLIENT_H

#include "client/handshake.h"
#include "client/link.h"
#include "mtproto/packet.h"
#include "tl/tl.h"

struct client;

struct client_message {
	int64_t msg_id;
	uint32_t seq_no;
	struct slice body; /* boxed, unpacked; borrowed for the callback */
};

/* All optional. */
struct client_ops {
	/* Connected, with a key (bound, if it is a temporary one): calls go through. */
	void (*ready)(void *user, struct client *c);
	/*
	 * The connection is over, or could not be made: -ERR_* (link.h, handshake.h); code: the transport error that the
	 * server sent (-404, -429), else 0. Open calls have been answered with -ERR_CLOSED.
	 */
	void (*ended)(void *user, struct client *c, int r, int32_t code);
	/* A content message that answers nothing: updates. */
	void (*update)(void *user, struct client *c, const struct client_message *m);
	/* Every service message, before it is acted on. */
	void (*service)(void *user, struct client *c, const struct client_message *m);
};

enum client_init { CLIENT_INIT_ONCE, CLIENT_INIT_ALWAYS, CLIENT_INIT_NEVER };

struct client_config {
	struct client_loop *loop;
	struct client_address to;
	enum client_transport transport;
	int16_t header_dc; /* in the obfuscated header */
	/*
	 * How keys are made. A temporary inner data means: first a permanent key (plain or dc, likewise), then the
	 * temporary one, bound to it unless no_bind.
	 */
	struct client_key_request auth;
	bool no_bind;
	int layer;
	enum client_init init;    /* when calls are wrapped in invokeWithLayer and initConnection */
	bool without_updates;     /* every call in invokeWithoutUpdates */
	bool salt_zero;           /* sessions begin with salt 0, as Telethon's do */
	bool no_repair;           /* what bad_msg_notification and bad_server_salt name is not sent again */
	int32_t api_id;           /* 0: 1 */
	const char *device, *app; /* NULL: "chapar client"; must outlive the client */
	const struct client_ops *ops;
	void *user;
};

/* Copies the config. */
struct client *client_new(const struct client_config *cfg);
/* Closes; no callback comes any more, open calls are dropped. NULL is fine. */
void client_free(struct client *c);
const struct client_config *client_config_of(const struct client *c);
/* From the next call on. */
void client_set_layer(struct client *c, int layer);
void client_set_user(struct client *c, const struct client_ops *ops, void *user);

/* Dials; makes what keys are missing. Not while connected. */
void client_connect(struct client *c);
/* Closes the connection, if there is one; key and session stay. ops.ended is not called; open calls are answered. */
void client_disconnect(struct client *c);
bool client_is_ready(const struct client *c);
bool client_is_connected(const struct client *c);
/* What went wrong last, in words; "" if nothing. */
const char *client_error(const struct client *c);

/* The permanent key; id 0: none yet. */
const struct client_key *client_key(const struct client *c);
/* The one that packets are sealed with. */
const struct client_key *client_key_in_use(const struct client *c);
/* Another permanent key, made before; NULL: none, so that one is made. Not while connected. */
void client_set_key(struct client *c, const struct client_key *k);
const int64_t *client_offered(const struct client *c,
                              size_t *ret_n); /* RSA fingerprints of the last handshake */

void client_new_session(struct client *c);
int64_t client_salt(const struct client *c);
void client_set_salt(struct client *c, int64_t salt);
/* Seconds that our message ids run ahead of this machine's clock. */
void client_set_clock_ahead(struct client *c, int64_t sec);

struct client_answer {
	int r; /* 0; -ERR_RPC: code and text; -ERR_INVALID: bad_msg code (no_repair, or beyond repair); -ERR_CLOSED */
	int32_t code;
	struct slice text;
	struct slice body; /* the boxed answer, unzipped; borrowed for the callback */
	int64_t msg_id;    /* of the call, as sent last */
	int64_t answer_id; /* of the message that brought it */
	bool zipped;
	uint16_t method; /* enum tl_name; 0: sent as bytes, or MTProto's own */
	int layer;
};
typedef void client_answer_fn(void *arg, struct client *c, const struct client_answer *a);

/*
 * Sends a method of the API. fn comes exactly once, unless the client is freed before. Returns a handle above 0;
 * -ERR_UNSUPPORTED: the layer does not have this method. Calls made before `ready` wait for it.
 */
int64_t client_call(struct client *c, const struct tl_obj *method, client_answer_fn *fn, void *arg);
/* A boxed query of the caller's own making, wrapped like any other. */
int64_t client_call_bytes(struct client *c, struct slice query, client_answer_fn *fn, void *arg);
/*
 * The same for MTProto's own questions, whose answer is bare (pong, future_salts, msgs_state_info, destroy_*): the boxed
 * question. -ERR_UNSUPPORTED if it is none that has an answer.
 */
int64_t client_ask(struct client *c, struct slice question, client_answer_fn *fn, void *arg);
int64_t client_ping(struct client *c, client_answer_fn *fn, void *arg);
/* fn will not come. */
void client_cancel(struct client *c, int64_t handle);
/* The answer as an object, for its method and layer. For API methods and bytes. Errors of tl_decode; -ERR_INVALID if bytes are left over. */
int client_answer_decode(const struct client_answer *a, struct arena *arena, struct tl_obj **ret);
/* Acknowledges now what waits for it. */
void client_ack(struct client *c);

/* For tests of hostile and broken clients. */
struct client_link *client_link_of(struct client *c); /* NULL: not connected */
/* The last packet that was sent, sealed, as the transport got it; kept only if asked for. */
void client_keep_sent(struct client *c, bool on);
struct slice client_last_sent(const struct client *c);

/*
 * What the server did against mtproto.md 3-4 (ids, parity, order, session, unknown answers ...): how often, and the first of
 * it in words; "" if nothing.
 */
unsigned client_violations(const struct client *c, const char **ret_first);

#endif
