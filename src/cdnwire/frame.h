/*
 * frame.h - what core and node say to each other on the link (docs/design/cdn.md). A frame is its length, its type, its body.
 * Writers append a whole frame; readers take the body of one and refuse (-ERR_INVALID) what is not exactly that.
 * Threads: any.
 */
#ifndef CDNWIRE_FRAME_H
#define CDNWIRE_FRAME_H

#include "base/buf.h"
#include "base/clock.h"
#include "cdnwire/token.h"

enum {
	CDN_LINK_VERSION = 2,
	CDN_FRAME_HEAD = 5, /* length 4, type 1 */
	CDN_FRAME_MAX = CDN_CHUNK + 64,
	CDN_FILLS_OPEN = 64, /* fills that wait for FILLED */
	CDN_PEM_MAX = 4096,
	CDN_LEASE_MIN = 5,
	CDN_LEASE_MAX = 86400,
};

enum cdn_frame {
	CDN_HELLO = 1,
	CDN_WELCOME,
	CDN_LEASE,
	CDN_REPORT,
	CDN_FILL,
	CDN_FILLED,
	CDN_DROP,
	CDN_WIPE,
	CDN_WIPED,
};

enum cdn_state { CDN_ACTIVE = 1, CDN_DRAINING, CDN_REVOKED };

struct cdn_hello {
	int32_t dc;
	enum cdn_state state;
	uint32_t lease; /* seconds */
	unixtime_t now; /* the core's time */
	uint8_t epoch[16], lease_key[32];
	struct cdn_node_keys keys;
};

struct cdn_welcome {
	uint8_t boot[16]; /* drawn at the node's start */
	struct slice pem; /* its RSA key, public part, PKCS#1; borrowed */
};

struct cdn_lease {
	enum cdn_state state;
	uint32_t lease;
	unixtime_t now;
};

/* Since the node's start, but for what says otherwise. */
struct cdn_report {
	uint64_t hits, misses, refused;   /* getCdnFile: served, reupload asked for, token invalid */
	uint64_t bytes;                   /* given to clients */
	uint64_t fills, damaged;          /* taken; chunks of the cache that did not open */
	uint64_t ram, disk;               /* bytes of the cache now */
	uint64_t chunks, evicted;         /* now; ever */
	uint64_t connections, handshakes; /* now; ever */
};

struct cdn_fill {
	const uint8_t *object;
	uint32_t chunk;
	uint64_t size; /* of the file */
	struct slice bytes;
};

enum cdn_filled { CDN_FILLED_OK = 1, CDN_FILLED_REFUSED };

struct cdn_fill_answer {
	uint8_t object[CDN_OBJECT_SIZE];
	uint32_t chunk;
	enum cdn_filled how;
	uint32_t fills; /* taken since the node's start, this one with them; goes round */
};

/* The first frame of what was read: 0 and its parts, *ret_n: its bytes with the head; -ERR_AGAIN: more is needed; -ERR_INVALID. */
int cdn_frame_next(struct slice read, enum cdn_frame *ret_type, struct slice *ret_body, size_t *ret_n);

void cdn_put_hello(struct buf *b, const struct cdn_hello *h);
/* These two: -ERR_UNSUPPORTED if it is of another CDN_LINK_VERSION; nothing more of it is known then. */
int cdn_get_hello(struct slice body, struct cdn_hello *ret);
void cdn_put_welcome(struct buf *b, const struct cdn_welcome *w);
int cdn_get_welcome(struct slice body, struct cdn_welcome *ret);
void cdn_put_lease(struct buf *b, const struct cdn_lease *l);
int cdn_get_lease(struct slice body, struct cdn_lease *ret);
void cdn_put_report(struct buf *b, const struct cdn_report *r);
int cdn_get_report(struct slice body, struct cdn_report *ret);
/* The frame up to where bytes.n bytes of the chunk go, for who reads them into place: cdn_put_fill_head, then the bytes. */
void cdn_put_fill_head(struct buf *b, const struct cdn_fill *f);
/* Also checks that the chunk has the length that it has in a file of this size. */
int cdn_get_fill(struct slice body, struct cdn_fill *ret);
void cdn_put_filled(struct buf *b, const struct cdn_fill_answer *a);
int cdn_get_filled(struct slice body, struct cdn_fill_answer *ret);
void cdn_put_drop(struct buf *b, const uint8_t object[CDN_OBJECT_SIZE]);
int cdn_get_drop(struct slice body, uint8_t ret_object[CDN_OBJECT_SIZE]);
/* CDN_WIPE and CDN_WIPED: no body. */
void cdn_put_bare(struct buf *b, enum cdn_frame type);

/* Bytes of chunk number `chunk` of a file of this size; 0: it has no such chunk. */
uint32_t cdn_chunk_size(uint64_t size, uint32_t chunk);

#endif
