/*
 * cdn_popular.h - how many different accounts asked for a content within the last half to whole hour, roughly: a bitmap of 192 places a
 * half hour (linear counting: exact for few, within 10 % up to 400). Inside media/.
 * CDN_POPULAR_ENTRIES of 64 bytes, in sets of 8; a full set forgets who was asked for the longest ago.
 * Threads: any; a lock of one of 64 parts.
 */
#ifndef DOMAIN_MEDIA_CDN_POPULAR_H
#define DOMAIN_MEDIA_CDN_POPULAR_H

#include <stdbool.h>

#include "base/clock.h"
#include "blob/blob.h"

enum { CDN_POPULAR_ENTRIES = 1 << 14, CDN_POPULAR_HALF = 1800 };

struct cdn_popular;
struct cdn_popular *cdn_popular_new(void);
void cdn_popular_free(struct cdn_popular *p);
/* This account asks, too: how many have. */
unsigned cdn_popular_count(struct cdn_popular *p, const struct blob_id *content, int64_t user,
                           unixtime_t now);
/* It was seen in a channel of many (or of few): remembered for as long as its entry, at most an hour. */
enum cdn_crowd { CDN_CROWD_UNKNOWN, CDN_CROWD_FEW, CDN_CROWD_MANY };
enum cdn_crowd cdn_popular_crowd(struct cdn_popular *p, const struct blob_id *content, unixtime_t now);
void cdn_popular_set_crowd(struct cdn_popular *p, const struct blob_id *content, enum cdn_crowd crowd,
                           unixtime_t now);

#endif
