/* link_private.h - what the files of a link to a node share: link.c, dial.c, push.c. */
#ifndef CDNLINK_LINK_PRIVATE_H
#define CDNLINK_LINK_PRIVATE_H

#include "cdnlink/private.h"

enum { LOOK_MSEC = 250 /* so often a thread that waits looks whether the node's end has come */ };

struct link { /* one, from HELLO to its end */
	struct node *n;
	struct cdn_pipe *pipe;
	struct buf in;
	uint8_t boot[16];
	struct cdn_epoch epoch;  /* of its HELLO */
	const char *_Atomic why; /* it ended; NULL: the other end closed it */
	bool over;               /* for the writer; under n->lock */
	bool wipe_sent;          /* likewise */
};

/* Takes the node's lock. */
bool node_is_stopping(struct node *n);
/* Under its lock: what the node is told that it is. */
enum cdn_state node_told_state(const struct node *n);
/* Under its lock: until it changes, or until then. */
void node_wait(struct node *n, usec_t at);
/* dial.c: a socket without delay that does not block. -ERR_TIMEOUT, -ERR_NOTFOUND, -ERR_CLOSED. Blocks for seconds. */
int node_dial(struct node *n, const char *host_port, int *ret_fd);
/* push.c: the thread that writes, until the link is over. */
void *link_write(void *link);

#endif
