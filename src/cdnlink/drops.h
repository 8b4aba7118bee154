/*
 * drops.h - what one node is to drop, kept until it has: a link may end with what was written into it. Nothing answers a DROP, but what
 * comes over a link is taken in its order: once the node has answered a renewal that was sent after a drop, it has dropped. Pure: its
 * holder has a lock. Inside cdnlink/.
 */
#ifndef CDNLINK_DROPS_H
#define CDNLINK_DROPS_H

#include <stdbool.h>

#include "base/buf.h"
#include "cdnwire/frame.h"

enum { DROPS_MAX = 4096 };

struct drops { /* zeroed is empty */
	uint8_t (*v)[CDN_OBJECT_SIZE];
	size_t n, said;   /* said: on this link */
	size_t marked;    /* of those, before a renewal that is not answered; 0: no such renewal */
	unsigned answers; /* that are to come until it is */
};

void drops_free(struct drops *d);
/* -ERR_FULL: so many that all the node has is to go instead. */
int drops_add(struct drops *d, const uint8_t object[CDN_OBJECT_SIZE]);
/* The node has nothing any more. */
void drops_clear(struct drops *d);
/* A link begins: nothing was said on it. */
void drops_again(struct drops *d);
/* Frames of what was not said yet, into `b`. True: there was some, so a renewal is to follow. */
bool drops_say(struct drops *d, struct buf *b);
/* A renewal was sent; `answers`: how many are not answered, this one included. */
void drops_mark(struct drops *d, unsigned answers);
/* One was answered. True: something was said since the one that was marked, so another is to follow. */
bool drops_answered(struct drops *d);

#endif
