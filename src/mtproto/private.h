/*
 * private.h - the server's own structs, for the files of mtproto/ only. What those ask of each other stands in x_private.h.
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

#endif
