/*
 * protocol.h - what the pool and its worker say to each other.
 *
 * Control socket (SOCK_SEQPACKET): the pool sends requests, one a packet, with descriptors: the input, where the answer goes,
 * and for WORKER_TASK_GIF and _PROFILE a memory file for the output. The worker never writes to it.
 * Answer (a pipe of its own for each task): u32 magic, u32 length, then the body: u32 status (0, or an ERR_* number), then
 * the task's facts. A pipe that ends before the body is whole: the task's process died.
 *
 * The answering side may be in the hands of whoever made the input: the readers here check every length, number and letter
 * before anybody sees it. Numbers are little-endian. Threads: any; nothing is shared.
 */
#ifndef WORKER_PROTOCOL_H
#define WORKER_PROTOCOL_H

#include "base/buf.h"
#include "base/rd.h"
#include "worker/worker.h"

enum worker_task {
	WORKER_TASK_IMAGE = 1,
	WORKER_TASK_VIDEO,
	WORKER_TASK_GIF,
	WORKER_TASK_STICKER,
	WORKER_TASK_PROFILE,
	WORKER_TASK_COLOURS, /* input: an int32 for each */
	WORKER_TASK_PROBE
};

enum {
	WORKER_CONTROL_FD = 3, /* of the worker's first process */
	WORKER_REQUEST_SIZE = 24,
	WORKER_REQUEST_FDS = 3, /* at most */
	WORKER_ANSWER_HEAD = 8,
	WORKER_ANSWER_MAX = 32 << 20, /* bytes of a body */
	WORKER_OUTPUT_MAX = 64 << 20, /* of a memory file */
	WORKER_SIZE_MAX = 16 << 20,   /* of one picture */
	WORKER_STRIPPED_MAX = 4096,
	WORKER_TEXT_MAX = 1024, /* bytes of a tag */
	WORKER_MEMORY_MIN = 64, /* MiB */
	WORKER_MEMORY_MAX = 65536,
};

struct worker_request {
	enum worker_task task;
	uint32_t
		arg; /* enum worker_image_for; 1: with waveform; 1: custom emoji; milliseconds of the picture */
	uint32_t cpu_seconds;  /* 1..600 */
	uint32_t wall_seconds; /* 1..1200 */
	uint32_t memory_mib;   /* address space beyond what the libraries take, 64..65536 */
};

void worker_request_put(struct buf *b, const struct worker_request *q);
/* -ERR_INVALID: not one of ours. */
int worker_request_get(struct slice packet, struct worker_request *ret);
/* Descriptors that go with it. */
unsigned worker_request_fds(enum worker_task task);

/* Whole answers, head included: a refusal (status is -ERR_*), or facts. */
void worker_answer_put_error(struct buf *b, int status);
void worker_answer_put_image(struct buf *b, const struct worker_image *m);
void worker_answer_put_video(struct buf *b, const struct worker_video *v);
void worker_answer_put_sticker(struct buf *b, const struct worker_sticker *s);

/* Length of the body. -ERR_INVALID: no answer, or one too long. */
int worker_answer_head(const uint8_t head[WORKER_ANSWER_HEAD], uint32_t *ret_n);
/*
 * Body to facts; slices point into the body. The refusal that it is (-ERR_INVALID, -ERR_UNSUPPORTED, -ERR_TOO_BIG,
 * -ERR_FULL), or -ERR_INVALID for anything that does not hold together.
 */
int worker_answer_image(struct slice body, enum worker_image_for what, struct worker_image *ret);
int worker_answer_video(struct slice body, struct worker_video *ret);
int worker_answer_sticker(struct slice body, struct worker_sticker *ret);

#endif
