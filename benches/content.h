/* content.h - files whose bytes follow from their number and the place in them: any range can be compared without the file. */
#ifndef BENCH_CONTENT_H
#define BENCH_CONTENT_H

#include <stdint.h>

/* What file `number` has in [off, off + n); off is a multiple of 16. */
void bench_content(uint32_t number, uint64_t off, uint32_t n, uint8_t *out);

#endif
