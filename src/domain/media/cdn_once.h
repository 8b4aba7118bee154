/*
 * cdn_once.h - each (account, content, offset) is redirected at most once within an hour. Who asks for the same offset again came
 * back from a node, or looped: he is answered directly, for this content, for an hour (api.md 7.8 c: TDLib asks for some 32 offsets in
 * its first burst, and loops for ever if it is given a token that failed it). Inside media/.
 *
 * Two tables of 8-way sets of (48 bits of a keyed hash, time), 12 bytes an entry: CDN_ONCE_ENTRIES of them. A full set forgets its oldest
 * entry, so one more redirect is possible than should be; a hash that meets another by chance (1 in 10^12) answers directly.
 * Threads: any; a lock of one of 64 parts, held for a look at a set.
 */
#ifndef DOMAIN_MEDIA_CDN_ONCE_H
#define DOMAIN_MEDIA_CDN_ONCE_H

#include <stdbool.h>

#include "base/clock.h"
#include "blob/blob.h"

enum { CDN_ONCE_ENTRIES = 1 << 19, CDN_ONCE_SECONDS = 3600 };

struct cdn_once;
struct cdn_once *cdn_once_new(void);
void cdn_once_free(struct cdn_once *o);
/* Is this account answered directly for this content? */
bool cdn_once_is_direct(struct cdn_once *o, int64_t user, const struct blob_id *content, unixtime_t now);
/* From now on it is, for so many seconds (at most CDN_ONCE_SECONDS). */
void cdn_once_direct(struct cdn_once *o, int64_t user, const struct blob_id *content, unixtime_t now,
                     int seconds);
/* True: it may be redirected now, which is noted. False: it was, so from now on it is answered directly. */
bool cdn_once_take(struct cdn_once *o, int64_t user, const struct blob_id *content, uint64_t offset,
                   unixtime_t now);

#endif
