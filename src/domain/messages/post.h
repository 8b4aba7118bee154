/* post.h - what the log keeps beside a message in a channel's box: 16 bytes. Threads: any. */
#ifndef DOMAIN_MESSAGES_POST_H
#define DOMAIN_MESSAGES_POST_H

#include "base/arena.h"
#include "base/slice.h"

struct post_note {
	int64_t key;    /* the authorisation that sent it; 0: none */
	int64_t author; /* who did, whatever it is shown as; 0: the server */
};

struct slice post_payload(struct arena *a, const struct post_note *n);
/* All zero if it is none. */
struct post_note post_note_of(struct slice payload);

#endif
