/*
 * audience.h - which connected authorisations are in which channel, or watch it. What fan-out of a post walks: it costs what
 * is online, not what is subscribed.
 *
 * A key that comes online with a user is `joined` to each of his channels (a read lane brings the list); joins and leaves of
 * people follow as events in the queue of the channel's posts, so whoever was kicked is out before the next post.
 * Threads: any; a lock for each part of the table, held for a look-up, or for copying one channel's listeners.
 */
#ifndef UPDATES_AUDIENCE_H
#define UPDATES_AUDIENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"

struct upd_audience;

struct upd_listener {
	int64_t key; /* permanent auth_key_id */
	int64_t user;
	int32_t layer;
};

struct upd_audience *upd_audience_new(void);
void upd_audience_free(struct upd_audience *a);

/* This key hears of these channels; once more is no harm. Memory: some 24 to 48 bytes for a channel of a key, and 8. */
void upd_audience_join(struct upd_audience *a, const struct upd_listener *l, const int64_t *channels,
                       size_t n);
/* These keys, all those of a user who left, hear of it no more. */
void upd_audience_leave(struct upd_audience *a, int64_t channel, const int64_t *keys, size_t n);
/*
 * What the key hears of now, the caller's to free(), and taking it out of some of that. Who brings a list of its channels anew asks
 * before the snapshot that the list is of, joins, and takes out what was there and is not listed: whoever came somewhere in the
 * meantime stays, and nothing is missed in between.
 */
int64_t *upd_audience_of(struct upd_audience *a, int64_t key, size_t *ret_n);
void upd_audience_drop(struct upd_audience *a, int64_t key, const int64_t *channels, size_t n);
/*
 * Grows with each upd_audience_leave. Who joins a key by a list that he read in a snapshot asks before the snapshot and after
 * the join: if it grew, he reads again and takes back what is no longer there.
 */
uint64_t upd_audience_turn(const struct upd_audience *a);
/* The key is gone: out of everything. Costs what it was in. */
void upd_audience_drop_key(struct upd_audience *a, int64_t key);
/* Somebody outside looks at a public channel until then. A member stays one. */
void upd_audience_watch(struct upd_audience *a, int64_t channel, const struct upd_listener *l, usec_t until);

/* Is anybody there? Cheap: asked for each event. */
bool upd_audience_has(struct upd_audience *a, int64_t channel);
/* A copy of all listeners, the caller's to free(); NULL and 0 if there are none. */
struct upd_listener *upd_audience_take(struct upd_audience *a, int64_t channel, size_t *ret_n);
/* For metrics: channels with listeners, and (key, channel) pairs. */
void upd_audience_count(struct upd_audience *a, size_t *ret_channels, size_t *ret_pairs);

#endif
