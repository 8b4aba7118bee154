/*
 * fake_node.h - a CDN node for tests of the core: speaks the link of docs/design/cdn.md, keeps what it is sent, and behaves as badly as it is
 * told. It serves no clients. One link at a time, on a thread of its own; look at it through these functions.
 */
#ifndef TESTS_DOMAIN_FAKE_NODE_H
#define TESTS_DOMAIN_FAKE_NODE_H

#include "cdnwire/frame.h"
#include "cdnwire/pipe.h"

struct fake_node;

enum fake_ill {
	FAKE_WELL,
	FAKE_SILENT, /* answers no fill */
	FAKE_REFUSES,
	FAKE_MUTE,    /* reports nothing */
	FAKE_BABBLES, /* a frame that it may not send, after WELCOME */
	FAKE_TWICE,   /* answers each fill twice */
	FAKE_OTHER_RELEASE,
};

/* Listens; *ret_port. */
struct fake_node *fake_node_new(int *ret_port);
void fake_node_free(struct fake_node *n);
void fake_node_start(struct fake_node *n, const uint8_t secret[CDN_SECRET_SIZE]);
void fake_node_be(struct fake_node *n, enum fake_ill how);
/* What it shows in WELCOME. */
struct slice fake_node_pem(const struct fake_node *n);
/* Its link ends; it takes another. */
void fake_node_cut(struct fake_node *n);
/* The last HELLO. False: there was none. */
bool fake_node_hello(struct fake_node *n, struct cdn_hello *ret);
/* The state that it was told last. */
enum cdn_state fake_node_state(struct fake_node *n);
/* How often it was sent this chunk; *ret: its bytes, the node's own. */
unsigned fake_node_has(struct fake_node *n, const uint8_t object[CDN_OBJECT_SIZE], uint32_t chunk,
                       struct slice *ret);
unsigned fake_node_fills(struct fake_node *n);
unsigned fake_node_drops(struct fake_node *n);
unsigned fake_node_wipes(struct fake_node *n);

#endif
