/*
 * key_answer.h - for those who keep keys (mtproto/keystore.h): an answer on its way to the loop that asked.
 * Threads: any; it is said on the loop's own.
 */
#ifndef MTPROTO_KEY_ANSWER_H
#define MTPROTO_KEY_ANSWER_H

#include "io/loop.h"
#include "mtproto/keystore.h"

/* Zeroed but for what is known. */
struct mt_key_answer {
	struct io_msg m;
	int r; /* 0, or -ERR_* */
	/* What `loaded` is shown if r is 0. */
	struct mt_key key;
	bool has_info;
	struct mt_client_info info;
	/* Who is told: one of them. */
	mt_key_loaded_fn *loaded;
	void (*done)(void *arg, int r);
	void *arg;
};

/*
 * Says it by the loop's mailbox. Takes `a`, which is on the heap, at the beginning of its block; wipes it and frees the block, at once
 * without a loop (nobody waits).
 */
void mt_key_answer(struct io_loop *loop, struct mt_key_answer *a);
/* The same, where no key was asked for. */
void mt_key_answer_done(struct io_loop *loop, void (*done)(void *arg, int r), void *arg, int r);

#endif
