/* counts.h - what a node counts, for REPORT. Relaxed; threads: any. */
#ifndef CDN_COUNTS_H
#define CDN_COUNTS_H

#include <stdint.h>

struct cdn_counts {
	_Atomic uint64_t hits, misses, refused, bytes, fills;
};

#endif
