/*
 * reference.h - file references: which viewer saw which file where. Nothing is stored: a reference carries the place, the
 * file's epoch and a MAC over them, the viewer and the file. It stays the same until a take-down raises the epoch; with the
 * setting media.reference_seconds (for tests) it also grows old. Inside media/.
 *
 *   0 version | 1 place | 2 epoch (4) | 6 peer (8) | 14 message (4) | 18 made at, 0 if it never expires (4) | 22 MAC (12)
 */
#ifndef DOMAIN_MEDIA_REFERENCE_H
#define DOMAIN_MEDIA_REFERENCE_H

#include "domain/media/media.h"

enum { REFERENCE_SIZE = 34 };

/* In the call's arena. */
struct slice reference_make(struct rpc_call *c, int64_t viewer, int64_t file, int64_t epoch,
                            const struct media_origin *from);
/*
 * What c->user_id sent for `file`, whose epoch is `epoch`: 0, or the protocol's error, 400 FILE_REFERENCE_EMPTY, _INVALID or
 * _EXPIRED; item >= 0: FILE_REFERENCE_<item>_EXPIRED as for the parts of an album.
 */
int reference_check(struct rpc_call *c, int64_t file, int64_t epoch, struct slice reference, int item);
/* The place it names, unchecked; false: not ours. */
bool reference_origin(struct slice reference, struct media_origin *ret);

#endif
