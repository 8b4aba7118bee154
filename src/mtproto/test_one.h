/* test_one.h - the set-up of most tests of sessions: one peer with a permanent key, on TR_INTERMEDIATE, that has said nothing yet. */
#ifndef MTPROTO_TEST_ONE_H
#define MTPROTO_TEST_ONE_H

#include "base/rd.h"
#include "mtproto/test_peer.h"

/* A call's constructor, and an answer's, of no meaning. */
enum { CALL = (int)0x12345678, ANSWER = 0x22222222 };

struct one {
	struct world *w;
	struct peer p;
	struct mt_key *k;
};

int one_setup(void **state);
int one_teardown(void **state); /* puts back a clock that was moved, too */
/* The message behind its constructor. */
struct rd got_behind_id(const struct got *g);
/* A ping under this msg_id, which comes back. */
int64_t peer_ping(struct peer *p, int64_t msg_id);
/* The call is sent and done; b is taken. */
void one_call(struct one *t, struct buf *b, int64_t *ret_id);
/* A batch of one word goes to all sessions of the key. */
void one_push(struct one *t, uint32_t id);

#endif
