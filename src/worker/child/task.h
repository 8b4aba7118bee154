/*
 * task.h - what a task's process runs: an input that can be read by offset, and facts about it. One task a process: memory
 * is freed by its end. Called inside the sandbox: nothing here may open a file or start a process; threads are possible.
 *
 * Each gives 0, -ERR_UNSUPPORTED, -ERR_INVALID or -ERR_TOO_BIG as worker.h says. The input is hostile.
 */
#ifndef WORKER_CHILD_TASK_H
#define WORKER_CHILD_TASK_H

#include "base/arena.h"
#include "worker/protocol.h"

enum { TASK_INPUT_FD = 3, TASK_ANSWER_FD = 4, TASK_OUTPUT_FD = 5 };

/* The whole input, mapped. Larger ones are no images or stickers: -ERR_TOO_BIG. */
enum { TASK_MAP_MAX = 256 << 20 };
int task_map(int fd, struct slice *ret);

int task_image(int fd, enum worker_image_for what, struct arena *a, struct worker_image *ret);
int task_colours(int fd, struct arena *a, struct worker_image *ret);
int task_video(int fd, bool want_waveform, struct arena *a, struct worker_video *ret);
int task_gif(int fd, int out_fd, struct arena *a, struct worker_video *ret);
int task_profile(int fd, int out_fd, uint32_t start_ms, struct arena *a, struct worker_video *ret);
int task_sticker(int fd, bool custom_emoji, struct arena *a, struct worker_sticker *ret);

/* Once, before the first fork: libraries are loaded, tables filled, loaders that we do not want are blocked. No threads. */
int task_warm_up(void);
/* After that: its module of libvips is there. */
bool task_reads_heif(void);

/*
 * For tests of the limits: a program that links this in place of the empty one does what an exploit would try
 * (child/probe.c). The real worker has none.
 */
int task_probe(uint32_t what, struct arena *a, struct worker_image *ret);

#endif
