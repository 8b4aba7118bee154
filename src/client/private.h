/*
 * private.h - struct client, for the files of client/ only.
 *
 *   client.c  life: connection, keys, ready, end        send.c     calls, ids, containers, acknowledgements
 *   receive.c packets, containers, answers              service.c  what MTProto itself says
 *   bind.c    temporary keys
 */
#ifndef CLIENT_PRIVATE_H
#define CLIENT_PRIVATE_H

#include <uthash.h>

#include "client/client.h"

#define CLIENT_ACK_USEC 10000000 /* what is not acknowledged by the way is acknowledged after this */

enum {
	CLIENT_ACKS_MAX = 32, /* more are not gathered */
	CLIENT_SEEN_MAX = 64, /* content ids of the server that are remembered */
	CLIENT_RESENDS_MAX = 4,
	CLIENT_CONTAINER_MAX = 1020,
};

enum client_stage { STAGE_DOWN, STAGE_DIALLING, STAGE_KEYS, STAGE_BIND, STAGE_READY };

struct client_pending {
	int64_t handle; /* of the caller */
	int64_t msg_id; /* as sent last; 0: waits for `ready` or the release */
	int64_t outer_id;
	struct buf query; /* without wrappers */
	client_answer_fn *fn;
	void *arg;
	uint16_t method;
	uint32_t bare; /* id of a question of MTProto's own, answered without rpc_result; 0: none */
	bool is_bind;  /* auth.bindTempAuthKey: names its own msg_id, so it is written when that is known */
	bool wrapped;
	uint8_t resends;
	int layer;
	UT_hash_handle hh;    /* by handle */
	UT_hash_handle by_id; /* by msg_id, while it has one */
};

struct client_out { /* a message of a container that is being gathered */
	int64_t msg_id;
	uint32_t seq_no;
	struct buf body;
	struct client_pending *of; /* whose outer_id it is told to; NULL: nobody's */
};

struct client {
	struct client_config cfg;
	struct client_link *link;
	enum client_stage stage;
	struct client_handshake *handshake;
	bool for_temp; /* the handshake under way */
	struct client_key perm, temp;
	bool bound, inited;
	int64_t session_id, salt, ahead;
	int64_t last_id;  /* of our messages */
	uint32_t content; /* content messages sent */
	struct client_pending *calls, *ids;
	int64_t next_handle;
	bool held; /* messages are gathered until the release */
	bool keep_sent;
	struct client_out *out;
	uint32_t n_out, cap_out;
	int64_t *acks;
	uint32_t n_acks;
	struct client_timer ack_timer;
	struct buf sent; /* the last packet, if keep_sent */
	int64_t *seen;   /* ring of CLIENT_SEEN_MAX content ids */
	uint32_t n_seen;
	int64_t last_outer; /* the server's */
	int64_t offered[CLIENT_FINGERPRINTS_MAX];
	size_t n_offered;
	unsigned violations;
	char violation[160], error[160];
	unsigned busy; /* callbacks on the stack */
	bool freed;
};

/* client.c */
void client_fail(struct client *c, int r, int32_t code,
                 const char *why); /* ends the connection, tells the owner */
void client_enter(struct client *c);
void client_leave(struct client *c); /* c may be gone after it */
void client_now_ready(struct client *c);
void client_violate(struct client *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
bool client_is_temp(const struct client *c); /* it speaks by temporary keys */

/* send.c */
struct client_pending *client_pending_by_id(struct client *c, int64_t msg_id);
struct client_pending *client_pending_new(struct client *c, uint16_t method, client_answer_fn *fn, void *arg);
void client_pending_end(struct client *c, struct client_pending *p, const struct client_answer *a);
void client_pending_free(struct client *c, struct client_pending *p);
void client_end_all(struct client *c, int r);
/* Sends (again), with a new id. */
void client_transmit(struct client *c, struct client_pending *p);
void client_transmit_waiting(struct client *c);
/* One packet around one message. */
void client_put_packet(struct client *c, int64_t msg_id, uint32_t seq_no, struct slice body);
uint32_t client_next_seq(struct client *c, bool content);
void client_owe_ack(struct client *c, int64_t msg_id);
/* What was gathered leaves in one container. */
void client_release(struct client *c);
void client_out_clear(struct client *c);

/* receive.c */
void client_receive(struct client *c, uint8_t *p, size_t n);

/* service.c: true if the message was one of MTProto's own, other than rpc_result */
bool client_service(struct client *c, const struct client_message *m, uint32_t id);

/* bind.c */
void client_bind_send(struct client *c);
/* The boxed auth.bindTempAuthKey for a message with this id, appended. */
void client_bind_query(struct client *c, int64_t msg_id, struct buf *b);

#endif
