/*
 * token.h - the file token of a redirect and the request token of a node (docs/design/cdn.md). Bytes that strangers hold: each
 * function that opens one takes anything.
 * Threads: any.
 */
#ifndef CDNWIRE_TOKEN_H
#define CDNWIRE_TOKEN_H

#include "base/clock.h"
#include "base/slice.h"

enum {
	CDN_CHUNK = 131072, /* bytes of a chunk of a file, as the windows of its hashes (api.md 7.7) */
	CDN_OBJECT_SIZE = 16,
	CDN_CONTENT_SIZE = 32,
	CDN_INNER_SIZE = CDN_CONTENT_SIZE + 16,
	CDN_TOKEN_SIZE = 1 + 2 + 12 + CDN_OBJECT_SIZE + 8 + 4 + CDN_INNER_SIZE + 16,
	CDN_REQUEST_SIZE = 1 + 4 + 4 + 4 + 16,
	CDN_REQUEST_SECONDS = 300, /* how old a request may be */
};

/*
 * The secret of a node's published address, from that of its link. Everybody is told it: it hides nothing, but gotd dials no tcpo_only
 * address without one.
 */
enum { CDN_TRANSPORT_SECRET = 16 };
void cdn_transport_secret(const uint8_t link_secret[32], uint8_t ret[CDN_TRANSPORT_SECRET]);

/* What core and node share for an epoch. */
struct cdn_node_keys {
	uint8_t token[32], request[32];
};

/* All that follows from an epoch's secret; the core's alone. */
struct cdn_epoch {
	int32_t dc;
	uint8_t id[16]; /* names the epoch to the node; tells nothing of the secret */
	uint8_t secret[32];
	struct cdn_node_keys node;
	uint8_t core[32];
};
void cdn_epoch_of(int32_t dc, const uint8_t secret[32], struct cdn_epoch *ret);

/* A content as a node of this epoch has it. iv: its last 4 bytes are zero, which is the counter at offset 0 (api.md 7.6). */
struct cdn_object {
	uint8_t id[CDN_OBJECT_SIZE], key[32], iv[16];
};
void cdn_object_of(const struct cdn_epoch *e, const uint8_t content[CDN_CONTENT_SIZE],
                   struct cdn_object *ret);
/* AES-256-CTR of the file's bytes from `off` (a multiple of 16) on, in place; both directions. */
void cdn_object_crypt(const struct cdn_object *o, uint64_t off, uint8_t *p, size_t n);

struct cdn_token {
	int32_t dc;
	uint8_t object[CDN_OBJECT_SIZE];
	uint64_t size;
	unixtime_t expires;
	uint8_t content[CDN_CONTENT_SIZE]; /* opened by the core only; else zero */
};

/* Of a content of this size, for everybody who asks in this hour: good for one to two hours from now. */
void cdn_token_make(const struct cdn_epoch *e, const uint8_t content[CDN_CONTENT_SIZE], uint64_t size,
                    unixtime_t now, uint8_t out[CDN_TOKEN_SIZE]);
/* The DC that it names, of its form alone; 0: it is none. Not authenticated: to choose the epoch by. */
int32_t cdn_token_dc(struct slice token);
/* The core: -ERR_INVALID: forged, foreign, of another epoch. Its expiry is the caller's to look at. */
int cdn_token_open(const struct cdn_epoch *e, struct slice token, struct cdn_token *ret);
/* The node, with what it knows: ret->content stays zero. */
int cdn_token_open_node(const struct cdn_node_keys *k, int32_t dc, struct slice token, struct cdn_token *ret);

struct cdn_request {
	uint32_t chunk;
	uint32_t fills; /* which the node had taken when it looked for the chunk (frame.h) */
};
/* The node: this chunk is not here. */
void cdn_request_make(const struct cdn_node_keys *k, struct slice token, const struct cdn_request *r,
                      unixtime_t now, uint8_t out[CDN_REQUEST_SIZE]);
/* The core: -ERR_INVALID: not made by the node of these keys, for another token, or too old. */
int cdn_request_open(const struct cdn_node_keys *k, struct slice token, struct slice request, unixtime_t now,
                     struct cdn_request *ret);

#endif
