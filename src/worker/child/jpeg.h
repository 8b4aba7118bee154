/*
 * jpeg.h - where things lie in a JPEG that our own encoder made: the ends of its scans, and the entropy-coded data behind
 * the one header that clients carry with them (api.md 7.2, "stripped"). No decoder; bounds are checked as for a stranger's.
 * Pure. Thread: any.
 */
#ifndef WORKER_CHILD_JPEG_H
#define WORKER_CHILD_JPEG_H

#include "base/slice.h"

enum { JPEG_MARKS_MAX = 5 };

/*
 * Bytes after which a coarser picture is whole: at most JPEG_MARKS_MAX, rising, the last one is the file's length.
 * Gives their number; 0: not progressive. -ERR_INVALID: no JPEG.
 */
int jpeg_marks(struct slice jpeg, int32_t marks[JPEG_MARKS_MAX]);
/*
 * The data of a baseline JPEG between its scan's header and EOI. -ERR_INVALID: it does not decode behind the header that
 * clients prepend: sides above 255, not three components at 4:2:0, other tables than the standard ones at quality 20.
 */
int jpeg_bare_scan(struct slice jpeg, struct slice *ret_data);

#endif
