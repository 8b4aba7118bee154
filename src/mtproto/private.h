/*
 * private.h - the server's own structs, for the files of mtproto/ only.
 *
 *   mt_server ── mt_loop (one a loop) ── mt_conn ── transport
 *                        │                  │ attaches by its packets
 *                        ├── mt_key_entry (cache of the keystore; of this loop's own keys only)
 *                        ├── mt_route (keys that were asked for here and live on another loop)
 *                        └── mt_session (key, session_id): seen ids, answers, running calls
 *
 * A key lives on the loop that the hash of its permanent key names, with its sessions. A connection that brings packets of
 * another loop's key moves there, or has a face there (far.c): an mt_conn without a socket, under the same serial.
 */
#ifndef MTPROTO_PRIVATE_H
#define MTPROTO_PRIVATE_H

#include <uthash.h>

#include "base/idmap.h"
#include "io/conn.h"
#include "io/work.h"
#include "mtproto/ids.h"
#include "mtproto/packet.h"
#include "mtproto/rates.h"
#include "mtproto/salt.h"
#include "mtproto/server.h"
#include "transport/transport.h"

struct mt_loop;
struct mt_session;
struct mt_flow;
struct mt_seal;
struct mt_open;
struct mt_wrap;

enum {
	MT_LOOPS_MAX = 16,
	MT_PARKED_MAX = 64,                  /* packets of a connection that wait for keys, */
	MT_PARKED_BYTES = 2 * TR_IN_MAX,     /* and their bytes */
	MT_SESSIONS_A_KEY = 64,              /* sessions of one key; the longest idle goes */
	MT_CONNS_A_SESSION = 8,              /* connections remembered as a session's */
	MT_SEEN_MAX = 2048,                  /* msg_ids remembered a session, a power of two */
	MT_RUNNING_MAX = 512,                /* calls of a session at work */
	MT_RUNNING_BYTES = 16 * 1024 * 1024, /* and their bytes; uploads have several parts under way */
	MT_WAITING_MAX = 128,                /* calls of a session that wait for another's answer, */
	MT_WAITING_BYTES = 4 * 1024 * 1024,  /* and their bytes */
	MT_ANSWERS_MAX = 512,                /* answers kept until acknowledged, */
	MT_ANSWERS_BYTES = 1024 * 1024,      /* and their bytes */
	MT_OPEN_LARGE = 16 * 1024,           /* packets from here on are decrypted together */
	MT_BULK_BYTES = 192 * 1024, /* of large answers of a session under way, if there are several */
	MT_BULK_TOGETHER =
		2080 * 1024, /* of large answers that are sealed side by side: sixteen ranges of 128 KiB */
	MT_GONE_MAX = 64,    /* sessions of a key that were dropped and are remembered */
	MT_CONTAINER_MAX = 1020,
	MT_IDS_MAX = 8192, /* msg ids in one ack, state or resend request */
	MT_WRAPPERS_MAX = 10,
	MT_POLL_UPDATES_MAX = 500, /* updates kept between two HTTP requests */
};

#define MT_IDLE_USEC         300000000 /* a connection that says nothing and asked for no delay */
#define MT_POLL_USEC         25000000  /* an HTTP request without http_wait */
#define MT_POLL_GAP_USEC     60000000  /* between two HTTP requests of a session */
#define MT_SESSION_IDLE_USEC 900000000 /* a session without a connection */
#define MT_ANSWER_USEC       120000000 /* unacknowledged answers are kept this long */
#define MT_RESEND_USEC       240000000 /* and never sent again after this */
#define MT_ACK_USEC          1000000   /* a call unanswered so long is acknowledged */
#define MT_HANDSHAKE_USEC    60000000
#define MT_QUEUE_USEC        2000000   /* RSA and DH queue longer than this: -429 */
#define MT_STALE_USEC        10000000  /* a message of ours that could not leave for so long gets a new id */
#define MT_GONE_USEC         360000000 /* what passes the time check, 330 s, and some */
#define MT_KEY_IDLE_USEC     600000000 /* a key that nobody used for so long leaves the cache */

/* A session that had to go before its messages were too old to be played again. */
struct mt_gone {
	int64_t session_id, floor; /* what it has seen is at or below */
	usec_t until;
};

/* What each push looks at stands first. */
struct mt_key_entry {
	struct mt_key k;
	struct mt_session *sessions;
	int64_t salt, salt_step; /* the one in force in that step; 0: not computed yet */
	usec_t used;
	bool gone; /* destroyed or dropped: freed at the last unpin */
	bool loading;
	bool online;                      /* told to ops.key_online */
	unsigned pins;                    /* sessions and parked work that hold it */
	struct mt_key_entry *prev, *next; /* of the loop's */
	uint8_t *info;                    /* client_info.c; NULL: none */
	struct mt_gone *gone_sessions;    /* at most MT_GONE_MAX, the oldest first; NULL: none */
	unsigned n_gone;
	struct mt_parked *waiting; /* packets until it is loaded */
	unsigned n_sessions;
};

struct mt_parked {
	struct mt_parked *next;
	uint64_t conn;
	bool quick_ack;
	size_t n;
	uint8_t bytes[];
};

struct mt_route {
	int64_t id;
	struct mt_loop *to;
	usec_t used;
	UT_hash_handle hh; /* by id */
};

struct mt_conn {
	struct mt_loop *l;
	struct io_conn *io; /* NULL: a face of another loop's connection */
	uint64_t serial;    /* no two of a server; the lowest byte names the loop of the real one */
	struct transport t;
	bool accepted, stream;       /* stream: always obfuscated (WebSocket) */
	bool media;                  /* its header named a media DC: no updates there */
	bool clear;                  /* what lies unread is decrypted already: it came from another loop */
	bool closing;                /* a face that has ended */
	bool ending;                 /* closed when the timer says so, whatever comes */
	bool unknown;                /* then it is told that its key is unknown, instead */
	usec_t pq_at;                /* when resPQ was sent late, for a CDN DC; 0: it was not */
	uint8_t n_parked, n_opening; /* packets that wait for keys; that open.c has */
	uint32_t parked_bytes;
	uint8_t n_at_work;     /* handshakes of which a worker or the store will bring the answer */
	uint16_t n_handshakes; /* begun and not finished */
	bool post, polled,
		answered; /* an HTTP request: one packet in, one out; polled: http_wait said how long */
	struct io_timer timer;
	usec_t delay; /* ping_delay_disconnect, or the longest wait of a post; 0: the ordinary idle time */
	struct mt_session **sessions;
	unsigned n_sessions;
	struct mt_flow *flow;                     /* a real one that has faces; NULL: it has none */
	struct mt_loop *to;                       /* it is leaving for; NULL: it stays */
	struct mt_parked *baggage, *last_baggage; /* packets to be looked at over there */
	char *ip;                                 /* a face's */
	struct buf *whole; /* while a packet is looked at that lies there alone: may be taken; else NULL */
	bool stalled;      /* on the loop's list: not read until there is room */
	struct mt_conn *prev_stalled, *next_stalled;
	UT_hash_handle hh; /* by serial */
};

/* A call with a large answer: held until there is room for that, then kept instead of it. */
struct mt_bulk {
	struct mt_bulk *next;
	struct mt_call call; /* but for what is borrowed */
	uint32_t size;       /* bytes that the answer may have */
	uint32_t n;
	uint8_t body[];
};

/* One message of ours on its way out, and kept until it is acknowledged if it is an answer. */
struct mt_out {
	struct mt_out *next;
	int64_t msg_id, req_msg_id; /* req: the call it answers; 0: none */
	uint32_t seq_no;
	bool keep, sent;
	bool bulk; /* body begins with MT_REPLY_ROOM free bytes; its ids are given when it leaves, and it is gone with the packet */
	bool making; /* bulk: sent, and made once more */
	uint8_t resends;
	uint32_t kept; /* its share of kept_bytes */
	usec_t at;
	struct buf body;
	struct mt_bulk *again;  /* of a bulk one: the call; NULL: it is being made, or cannot be */
	struct mt_batch *batch; /* instead of body: shared bytes */
};

struct mt_running {
	int64_t msg_id;
	usec_t since;
	uint32_t n; /* bytes of the call */
	bool acked;
};

struct mt_waiting { /* a call behind invokeAfterMsg or invokeAfterMsgs */
	struct mt_waiting *next;
	int64_t *after; /* those that are not answered yet */
	uint32_t n_after;
	int64_t msg_id;
	usec_t since;
	bool without_updates;
	int64_t takeout_id;
	int32_t layer;
	size_t n;
	uint8_t body[];
};

/* What each push looks at stands first. */
struct mt_session {
	struct mt_loop *l;
	struct mt_key_entry *key;  /* the permanent key's, which names the session's authorisation */
	struct mt_key_entry *temp; /* the temporary one it speaks by; NULL: the permanent one itself */
	int64_t session_id;
	struct mt_session *next_of_key;
	uint8_t n_conns;
	bool created;     /* new_session_created was queued */
	bool no_updates;  /* it wraps its calls in invokeWithoutUpdates, or speaks on a media connection */
	bool dirty;       /* on the loop's flush list */
	uint32_t content; /* content messages sent */
	int64_t last_id;  /* of our messages */
	struct mt_out *out, **out_tail;            /* not yet sent, and kept answers */
	struct mt_conn *conns[MT_CONNS_A_SESSION]; /* the last that spoke comes last */
	uint64_t serial;                           /* slot and gen of mt_ref */
	struct mt_session *next_dirty;
	struct mt_session *next_busy,
		**prev_busy; /* looked at by the sweep: it has something under way; or NULL */
	int64_t wants_order; /* larger: asked for updates later; 0: never */
	usec_t born, used;
	usec_t polls_until; /* it came by HTTP: its updates are kept so long without a connection; 0: not */
	uint16_t n_parked;  /* updates that wait for its next request */
	int64_t *seen;      /* ascending */
	uint32_t n_seen, cap_seen;
	int64_t seen_floor; /* everything at or below may have been seen: bad_msg 20 */
	size_t kept_bytes;
	uint32_t n_kept;
	int64_t *acks; /* to be acknowledged with the next packet */
	uint32_t n_acks;
	struct mt_running *running;
	uint32_t n_running, running_bytes;
	struct mt_waiting *waiting;
	uint32_t n_waiting, waiting_bytes;
	struct mt_bulk *held, *bulk; /* calls with large answers: that wait for room, that are at work */
	size_t bulk_bytes;           /* of answers being made, and made and not yet sent */
	bool resuming;               /* on the loop's list: some of those held may start */
	struct mt_session *next_resuming;
	UT_hash_handle hh; /* by (key id, session_id) */
	UT_hash_handle by_serial;
};

struct mt_handshake;

struct crowd_msg;

struct mt_loop {
	struct mt_server *s;
	struct io_loop *io;
	unsigned index;
	struct mt_conn *conns;
	struct mt_key_entry *keys;
	struct idmap keys_by_id;
	struct mt_route *routes;
	struct mt_session *sessions, *serials;
	struct mt_session *dirty, *busy, *resuming;
	struct mt_conn *stalled; /* in the order in which they have to wait */
	struct mt_handshake *handshakes;
	struct buf scratch; /* a frame, until it is sent */
	struct mt_seal *seal;
	size_t bulk_made; /* bytes of large answers since the last flush */
	bool receiving;   /* a connection's packets are looked at: the turn's end is still to come */
	struct mt_open *open;
	struct buf *whole;        /* while a packet of open.c is looked at: where it lies, may be taken, */
	const uint8_t *whole_end; /* by the message that ends here, behind which nothing is looked at */
	bool calls_follow;        /* until ops.calls_made */
	struct crowd_msg *crowds, *last_crowd; /* crowd.c: bodies under way to many, in order */
	struct io_timer sweep;
	unsigned sweeps;
	uint64_t next_serial;
	int64_t next_want;
};

struct mt_server {
	struct mt_server_config cfg;
	struct mt_keystore keys;
	struct mt_server_ops ops;
	struct io_work_pool *work;
	_Atomic unsigned cdn_idle;
	struct mt_rates *rates; /* handshakes by address; NULL: not limited */
	unixtime_t started;     /* first salts of keys from before are refused */
	unsigned n;
	struct mt_loop *loops[];
};

/* server.c */
/* The session of a key that takes its updates, or NULL. e may be NULL. */
struct mt_session *mt_taker_of(const struct mt_key_entry *e);
struct mt_loop *mt_home(struct mt_server *s, int64_t perm_key_id); /* where a key's sessions live */
uint64_t mt_new_serial(struct mt_loop *l);

/* conn.c */
struct mt_conn *mt_conn_new(struct mt_loop *l, struct io_conn *io, uint64_t serial); /* io NULL: a face */
void mt_conn_free(
	struct mt_conn *c); /* out of its loop; sessions let go; a real one's socket is not closed */
void mt_conn_touch(struct mt_conn *c);
const char *mt_conn_ip(const struct mt_conn *c);
/*
 * Room for a packet of n bytes towards the client, in `b` (emptied; untouched until the end), and its end, by which it leaves. What
 * was begun ends in the same order, and before the loop's turn does. From its beginning on a POST counts as answered.
 */
struct mt_frame {
	struct buf *b;
	size_t at, n;
	struct mt_far *far;
	bool own; /* b was made for this packet alone and goes along */
};
uint8_t *mt_conn_begin(struct mt_conn *c, size_t n, struct buf *b, struct mt_frame *ret);
/*
 * The same for a payload of n bytes that lies in `taken` already, at `at`, with TR_HEAD_MAX free bytes in front of it and some
 * behind. NULL: this connection cannot (it is a face).
 */
uint8_t *mt_conn_begin_own(struct mt_conn *c, size_t n, struct buf *taken, size_t at, struct buf *b,
                           struct mt_frame *ret);
void mt_conn_end(struct mt_conn *c, struct mt_frame *f);
void mt_conn_send(struct mt_conn *c, const void *p, size_t n); /* one packet, framed */
void mt_conn_quick_ack(struct mt_conn *c, uint32_t token);
void mt_conn_error(struct mt_conn *c, int32_t code); /* transport error; stays open a moment */
void mt_conn_close(struct mt_conn *c);
void mt_conn_delay(struct mt_conn *c, usec_t delay);
/* http_wait: answer after so long though there is nothing to say. */
void mt_conn_poll(struct mt_conn *c, usec_t max_wait);
struct mt_conn *mt_conn_find(struct mt_loop *l, uint64_t serial);
/* A packet will be sent by it in a moment. */
void mt_conn_prefetch(const struct mt_conn *c);

/*
 * far.c: between loops. A packet that is another loop's goes there: with its connection, if nothing holds that here, else by
 * itself, to the connection's face there (from a face: back to the real one, which is told where it belongs).
 */
void mt_far_packet(struct mt_conn *c, struct mt_loop *to, const uint8_t *p, size_t n, bool quick_ack);
/* After packets were looked at: if one of them has it leave, it leaves now, and c is gone. */
bool mt_far_depart(struct mt_conn *c);
/* Of a real one: its faces end. */
void mt_far_end(struct mt_conn *c);
/* Of a face: what it says to the real one. */
uint8_t *mt_far_begin(struct mt_conn *face, size_t n, struct mt_frame *ret);
void mt_far_send(struct mt_conn *face, struct mt_frame *f);
void mt_far_ack(struct mt_conn *face, uint32_t token);
void mt_far_error(struct mt_conn *face, int32_t code);
void mt_far_delay(struct mt_conn *face, usec_t delay);
void mt_far_close(struct mt_conn *face);

/* auth_key.c */
struct mt_loop *mt_route(struct mt_loop *l,
                         int64_t id); /* the other loop where it lives, if that is known; or NULL */
void mt_route_set(struct mt_loop *l, int64_t id, struct mt_loop *to); /* to == l: forgotten */
void mt_routes_free(struct mt_loop *l);
struct mt_key_entry *mt_key_find(struct mt_loop *l, int64_t id); /* loaded and not gone, or NULL */
/*
 * The same in steps, for many at once: all are prefetched, then all fetched (on their way into the caches, not looked at), then each is
 * used, at a time that the caller knows.
 */
void mt_key_prefetch(const struct mt_loop *l, int64_t id);
struct mt_key_entry *mt_key_fetch(const struct mt_loop *l, int64_t id);
struct mt_key_entry *mt_key_use(struct mt_key_entry *e, usec_t now); /* e may be NULL */
/* mt_salt of now, kept with the key. */
int64_t mt_key_salt(struct mt_loop *l, struct mt_key_entry *e, unixtime_t now);
/* Parks the packet and asks the store, or continues a load under way. */
void mt_key_wait(struct mt_loop *l, struct mt_conn *c, int64_t id, const uint8_t *p, size_t n,
                 bool quick_ack);
struct mt_key_entry *mt_key_put(struct mt_loop *l, const struct mt_key *k);
void mt_key_pin(struct mt_key_entry *e);
void mt_key_unpin(struct mt_loop *l, struct mt_key_entry *e);
void mt_key_forget(struct mt_loop *l, int64_t id); /* out of the cache; sessions end */
/* A temporary key that is over: nothing more is said by it. Its sessions are the permanent key's and wait for another. */
void mt_key_silence(struct mt_loop *l, const struct mt_key_entry *temp);
void mt_key_online(struct mt_loop *l, struct mt_key_entry *e);
bool mt_key_is_gone(struct mt_loop *l, int64_t id); /* cached as destroyed */
void mt_keys_drop_temp(struct mt_loop *l, int64_t perm_id, const int64_t *except, uint32_t n);
void mt_keys_sweep(struct mt_loop *l, usec_t now);

/* Not in the table any more. */
void mt_key_entry_free(struct mt_key_entry *e);

/* client_info.c: the fields of initConnection, kept as long as their texts are and no longer. NULL: none. */
void mt_info_keep(uint8_t **p, const struct mt_client_info *i);
bool mt_info_read(const uint8_t *p, struct mt_client_info *ret);
bool mt_info_is(const uint8_t *p, const struct mt_client_info *i);

/* receive.c: one packet, decrypted in place */
void mt_receive(struct mt_conn *c, uint8_t *p, size_t n, bool quick_ack);
/* The same for one that another loop has sent here: routes are not believed, the store says where its key lives. */
void mt_receive_sent(struct mt_conn *c, uint8_t *p, size_t n, bool quick_ack);

/* One that open.c has decrypted. */
void mt_receive_opened(struct mt_conn *c, int64_t key_id, const struct mt_packet_opening *o, bool quick_ack);

/* open.c: large packets, several at once. p is copied, unless c->whole can be taken. False: it is none. At the end of the turn at the latest mt_flush opens them. */
struct mt_open *mt_open_new(void);
void mt_open_free(struct mt_open *q);
bool mt_open_add(struct mt_conn *c, const struct mt_key *k, uint8_t *p, size_t n, bool quick_ack);
void mt_open_flush(struct mt_loop *l);
/* The same, unless those that there are had better wait for more of them: then the loop turns again soon. */
void mt_open_some(struct mt_loop *l);

/* handshake.c: an unencrypted packet */
void mt_handshake_packet(struct mt_conn *c, const uint8_t *p, size_t n);
void mt_handshake_sweep(struct mt_loop *l, usec_t now);
void mt_handshake_free_all(struct mt_loop *l);

/* session.c */
struct mt_session *mt_session_get(struct mt_loop *l, struct mt_key_entry *perm, struct mt_key_entry *temp,
                                  int64_t id);
struct mt_session *mt_session_find(struct mt_loop *l, int64_t key_id, int64_t id);
struct mt_session *mt_session_by_ref(struct mt_loop *l, struct mt_ref ref);
struct mt_ref mt_session_ref(const struct mt_session *s);
void mt_session_attach(struct mt_session *s, struct mt_conn *c);
void mt_session_busy(struct mt_session *s); /* the sweep looks at it from now on */
void mt_session_detach(struct mt_session *s, struct mt_conn *c);
void mt_session_free(struct mt_session *s);
void mt_session_reset(struct mt_session *s);                /* destroy_session: all but what was seen */
int64_t mt_session_next_id(struct mt_session *s, int kind); /* kind: 1 answer, 3 otherwise */
void mt_session_sweep(struct mt_loop *l, usec_t now, bool all);

/* send.c */
struct mt_batch *mt_batch_ref(struct mt_batch *b);
enum mt_msg_kind { MT_MSG_SERVICE, MT_MSG_ANSWER, MT_MSG_UPDATE };
/* body is taken over. req: the call that it answers, kept until acknowledged (MT_MSG_ANSWER). */
struct mt_out *mt_send(struct mt_session *s, enum mt_msg_kind kind, int64_t req, struct buf *body);
void mt_send_update(struct mt_session *s, struct buf *body); /* taken, unless nobody will fetch it */
void mt_send_batch(struct mt_session *s, struct mt_batch *b);
void mt_send_ack(struct mt_session *s, int64_t msg_id);
/* Whether the answer to `req` goes out again, or for the first time. */
enum mt_resend { MT_NO_ANSWER, MT_SPENT, MT_RESENT }; /* spent: it was sent too often, or too long ago */
enum mt_resend mt_resend_answer(struct mt_session *s, int64_t req);
/* The answer to `req` is still here, and is an error. */
bool mt_answer_failed(const struct mt_session *s, int64_t req);
void mt_acked(struct mt_session *s, int64_t msg_id);
void mt_resend_all(struct mt_session *s);  /* a connection came back */
void mt_flush_later(struct mt_session *s); /* it has something to say: at the end of this turn */
void mt_out_free(struct mt_out *o);
void mt_out_give_ids(struct mt_session *s, struct mt_out *o, enum mt_msg_kind kind);
struct slice mt_out_body(const struct mt_out *o); /* its own, or that of the batch */

/* A large answer: body as MT_REPLY_BULK brings it; both are taken over. again may be NULL. */
void mt_send_bulk(struct mt_session *s, int64_t req, struct buf *body, struct mt_bulk *again);

/* What was made again has become an error. */
void mt_not_remade(struct mt_session *s, int64_t req);
void mt_out_drop(struct mt_session *s, struct mt_out *o);

/* flush.c: packets */
void mt_flush(struct io_loop *io, void *loop); /* all that waits; the loop calls it at the end of a turn */
/* What waits leaves now if there are as many large answers as are sealed side by side: more of them would only lie there. */
void mt_flush_large(struct mt_loop *l);
/* An update, sealed at once: the body is only read, and the caller flushes (mt_seal_flush). False: something waits in front of it. */
bool mt_send_update_now(struct mt_session *s, struct slice body);
/* A service message alone, on this connection, whichever the session speaks by. */
void mt_send_at_once(struct mt_session *s, struct mt_conn *c, struct buf *body);
void mt_send_empty(struct mt_session *s, struct mt_conn *c); /* a container without messages */

/* stall.c */
/* Has it to wait, with so many bytes of packets that were not looked at? Then its bytes are given once more when there is room. */
bool mt_stall(struct mt_conn *c, size_t unread);
void mt_stalled_go_on(struct mt_loop *l);
void mt_stall_end(struct mt_conn *c); /* it goes */

/* bulk.c */
/* Is it a call with a large answer? Then it runs, or is held until there is room. */
bool mt_bulk_call(struct mt_session *s, const struct mt_call *call);
/* The answer has come: the call, which is the caller's to free; NULL if it was none of these. */
struct mt_bulk *mt_bulk_answered(struct mt_session *s, int64_t msg_id);
/* Once more; b is taken over. False, and b is still the caller's: there is too much at work. */
bool mt_bulk_again(struct mt_session *s, struct mt_bulk *b);
/* There may be room now: what is held is looked at, at the end of the turn. */
void mt_bulk_resume(struct mt_session *s);
void mt_bulk_run_held(struct mt_loop *l);
void mt_bulk_free_all(struct mt_session *s);

/* seal.c: encrypted packets, several at once. m is read here; c and k stay until the flush. */
struct mt_seal *mt_seal_new(void);
void mt_seal_free(struct mt_seal *q);
void mt_seal_add(struct mt_seal *q, struct mt_conn *c, const struct mt_key *k, const struct mt_packet *m);
/* m->body lies in `taken`, which is taken over, with MT_PACKET_BODY + TR_HEAD_MAX bytes in front of it that are free. */
void mt_seal_add_own(struct mt_seal *q, struct mt_conn *c, const struct mt_key *k, const struct mt_packet *m,
                     struct buf *taken);
void mt_seal_flush(struct mt_seal *q); /* all leave */

/* msg_id.c */
/* Is somebody there to whom an update can be sent? */
static inline bool mt_session_is_live(const struct mt_session *s)
{
	return (s->n_conns || s->polls_until) && !s->no_updates;
}

enum mt_seen { MT_NEW, MT_DUPLICATE, MT_TOO_OLD };
enum mt_seen mt_seen_add(struct mt_session *s, int64_t msg_id);
bool mt_was_seen(const struct mt_session *s, int64_t msg_id);
/* 0, or a bad_msg code (16, 17, 18) for the outermost msg_id. */
/* Seconds above, their fraction below; the two lowest bits are 0. */
int64_t mt_id_at(int64_t unix_usec);
int mt_msg_id_check(int64_t msg_id);

/* container.c: the messages of one accepted packet */
void mt_messages(struct mt_session *s, struct mt_conn *c, int64_t msg_id, uint32_t seq_no, struct slice body);

/* service.c: true if the message was one of MTProto's own */
bool mt_service(struct mt_session *s, struct mt_conn *c, int64_t msg_id, uint32_t id, struct slice body);
void mt_bad_msg(struct mt_session *s, struct mt_conn *c, int64_t msg_id, uint32_t seq_no, int code);

/* call.c: a call, out of its wrappers, to ops.call (or an error) */
void mt_call_message(struct mt_session *s, struct mt_conn *c, int64_t msg_id, struct slice body);
bool mt_running_add(struct mt_session *s, int64_t msg_id, uint32_t n); /* n bytes of it; false: too many */
void mt_running_remove(struct mt_session *s, int64_t msg_id);
bool mt_is_running(const struct mt_session *s, int64_t msg_id); /* or waiting for another */
void mt_answer(struct mt_session *s, int64_t req_msg_id, struct buf *body, int flags);
void mt_answer_error(struct mt_session *s, int64_t req_msg_id, int32_t code, const char *text);
/* What was taken out of its wrappers, now: it runs, or it is refused. ip: where it came from. */
void mt_call_run(struct mt_session *s, const char *ip, int64_t msg_id, struct slice body, int32_t layer,
                 bool without_updates, int64_t takeout_id);

/* waiting.c: invokeAfterMsg */
/* What is answered leaves w->after: nothing waits for it. False: one of them failed, so this one does. */
bool mt_waiting_needed(const struct mt_session *s, struct mt_wrap *w);
/* It waits for those in w->after, which is taken over; or is refused: there are too many. */
void mt_waiting_add(struct mt_session *s, struct mt_wrap *w, int64_t msg_id, struct slice body);
void mt_waiting_release(struct mt_session *s, int64_t finished, bool failed);
void mt_waiting_sweep(struct mt_session *s, usec_t now);
void mt_waiting_free(struct mt_session *s);

/* cdn.c: what struct mt_cdn_manners asks for */
bool mt_is_cdn(const struct mt_server *s, int32_t dc);
unsigned mt_cdn_pq_delay(const struct mt_server *s, int32_t dc);
/* How long a connection may bring no call, milliseconds; 0: as long as it likes. */
unsigned mt_cdn_idle(const struct mt_server *s);
void mt_cdn_called(struct mt_session *s, struct mt_conn *c);
void mt_cdn_answered(struct mt_session *s);
/* A packet came under a key that nobody knows: -404, at once or later. */
void mt_cdn_key_unknown(struct mt_conn *c);
/* Its time has come. */
void mt_cdn_tell_unknown(struct mt_conn *c);

/* bind.c: auth.bindTempAuthKey */
void mt_bind(struct mt_session *s, int64_t msg_id, struct slice body);

#endif
