/* mp4.h - the order of the outer boxes of an MP4 (ISO/IEC 14496-12): can it be played while it loads? Pure. Thread: any. */
#ifndef WORKER_CHILD_MP4_H
#define WORKER_CHILD_MP4_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Reads exactly `n` bytes at `off`, or gives negative. */
typedef int mp4_read(void *arg, uint64_t off, uint8_t *to, size_t n);

/* moov comes before mdat, within a file of `size` bytes. */
bool mp4_is_streamable(mp4_read *read, void *arg, uint64_t size);

#endif
