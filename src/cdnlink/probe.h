/*
 * probe.h - one look at a CDN node from outside, as a client would see it: it connects, asks for resPQ sixteen times at once and
 * looks at when, how fast and how whole the answers come. Cheap for both: no key is made. One thread: the loop's holder.
 */
#ifndef CDNLINK_PROBE_H
#define CDNLINK_PROBE_H

#include "client/link.h"

enum {
	PROBE_QUESTIONS = 16,
	PROBE_MSEC = 3000, /* until all answers are here; the node waits 300 ms with them (api.md 7.8) */
	PROBE_SPREAD_MSEC =
		1000, /* between the first and the last, some 2 KB: what a route of 1 KB/s takes longer for */
	PROBE_KEYS = 2,
};

enum probe_result {
	PROBE_FINE = 1,
	PROBE_UNREACHABLE, /* refused, or ended before the answers */
	PROBE_SILENT,
	PROBE_SLOW,
	PROBE_DAMAGED,   /* answers that are none, or are somebody else's */
	PROBE_OTHER_KEY, /* whole, but by a key that is not the node's */
};
const char *probe_result_name(enum probe_result r); /* a word; static */

struct probe;

/* fingerprints: of the keys by which it may answer, 0: none. done comes once, in a turn of the loop; the probe is freed after it. */
struct probe *probe_start(struct client_loop *loop, const struct client_address *to, int32_t dc,
                          const int64_t fingerprints[PROBE_KEYS],
                          void (*done)(void *arg, enum probe_result r, unsigned msec), void *arg);
/* done does not come. NULL is allowed. */
void probe_free(struct probe *p);

#endif
