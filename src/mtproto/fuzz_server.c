/*
 * fuzz_server.c - what a client with good keys can say: messages, containers, zipped or not, on several connections, by
 * permanent and temporary keys, again, too late, with any body; and bytes that are no packet. Every answer must open. The keys
 * live on different loops, each connection begins on the next.
 *
 * Input: records of a kind, a length and that many bytes; kinds are below.
 */
#include <stdlib.h>

#include "mtproto/fuzzer.h"
#include "mtproto/gzip.h"
#include "mtproto/ids.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

enum kind { SAY, SAY_ZIPPED, SAY_AGAIN, SAY_AT, BOX, RAW, PLAIN, TURN, DIAL, HANG_UP, PUSH, DROP, KINDS };
enum { RECORDS_MAX = 64 };

struct fuzz {
	struct world w;
	struct buf box; /* a container that is being filled */
	uint32_t boxed;
};

static void say(struct fuzz *f, uint8_t how, int64_t msg_id, struct slice body)
{
	enum world_key key = how >> 4 & 3;

	world_say(&f->w, key, 1 + (how >> 6), msg_id, body);
}

static void say_zipped(struct fuzz *f, uint8_t how, struct slice body)
{
	struct buf b = {0};

	if (mt_gzip(body, &b))
		say(f, how, 0, buf_slice(&b));
	buf_fini(&b);
}

/* A message into the container; one with no bytes sends it. */
static void box(struct fuzz *f, uint8_t how, struct slice body)
{
	struct buf b = {0};

	if (body.n >= 4) {
		buf_u64(&f->box, (uint64_t)world_next_id(&f->w));
		buf_u32(&f->box, 1);
		buf_u32(&f->box, body.n & ~3u);
		buf_put(&f->box, body.p, body.n & ~3u);
		f->boxed++;
		return;
	}
	buf_u32(&b, (uint32_t)MT_msg_container);
	buf_u32(&b, f->boxed);
	buf_put(&b, f->box.p, f->box.n);
	say(f, how, 0, buf_slice(&b));
	buf_fini(&b);
	f->box.n = f->boxed = 0;
}

static void push(struct fuzz *f, struct slice body)
{
	struct mt_batch *batch;
	struct buf b = {0};

	buf_put(&b, body.p, body.n & ~3u);
	if (!b.n)
		buf_u32(&b, 0);
	batch = mt_batch_new(&b);
	mt_server_push(f->w.server, f->w.keys[KEY_PERM].id, batch);
	mt_batch_unref(&batch);
}

static void one(struct fuzz *f, uint8_t how, struct slice body)
{
	struct world *w = &f->w;
	int32_t delta = 0;

	switch (how % KINDS) {
	case SAY:
		say(f, how, 0, body);
		break;
	case SAY_ZIPPED:
		say_zipped(f, how, body);
		break;
	case SAY_AGAIN:
		say(f, how, w->msg_id, body);
		break;
	case SAY_AT: /* another time, in quarters of a message id */
		if (body.n < 4)
			break;
		memcpy(&delta, body.p, 4);
		say(f, how, w->msg_id + (int64_t)delta * 1024, slice_of(body.p + 4, body.n - 4));
		break;
	case BOX:
		box(f, how, body);
		break;
	case RAW:
		world_raw(w, body.p, body.n);
		break;
	case PLAIN:
		world_plain(w, body);
		break;
	case TURN: /* or the binding of the temporary key, with the key bits 3 */
		if ((how >> 4 & 3) == 3)
			world_bind(w, 1 + (how >> 6));
		world_turn(w);
		break;
	case DIAL:
		world_dial(w, TR_ABRIDGED + (how >> 4 & 3), how >> 6 & 1);
		break;
	case HANG_UP:
		world_hang_up(w);
		break;
	case PUSH:
		push(f, body);
		break;
	case DROP:
		mt_server_drop_key(w->server, w->keys[how >> 4 & 3].id);
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct fuzz f = {0};

	world_open(&f.w);
	world_dial(&f.w, TR_INTERMEDIATE, false);
	for (int i = 0; i < RECORDS_MAX && n >= 3; i++) {
		size_t len = p[1] | (size_t)p[2] << 8;

		if (len > n - 3)
			len = n - 3;
		one(&f, p[0], slice_of(p + 3, len));
		p += 3 + len;
		n -= 3 + len;
	}
	world_close(&f.w);
	buf_fini(&f.box);
	return 0;
}
