/*
 * watchdog.h - looks at each published address once a second (probe.h), asks now and then for a chunk (audit.h), and hears of clients
 * who came back from a node; ends the life of a node by itself:
 *
 *   two probes one after the other fail                                  revoked
 *   an audit gets no answer, and another one at once gets none either    revoked
 *   five accounts from five networks came back within a minute, and
 *     a chunk that is asked for at once does not come                    revoked
 *   a chunk has another byte                                             suspect, then draining
 *
 * Threads: two of its own; the doors are for any.
 */
#ifndef CDNLINK_WATCHDOG_H
#define CDNLINK_WATCHDOG_H

#include "cdnlink/cdnlink.h"

struct cdn_watchdog;

enum {
	WATCHDOG_FAILURES = 2,
	WATCHDOG_SIGNS = 5, /* accounts, and networks */
	WATCHDOG_SIGNS_SECONDS = 60,
};

/* app->cdn and app->rpc run; sets app->cdn_watchdog. Thread: main. */
int cdn_watchdog_start(struct app *app);
/* Before the links end. NULL is allowed. Thread: main. */
void cdn_watchdog_stop(struct cdn_watchdog *w);
void cdn_watchdog_free(struct cdn_watchdog *w); /* after app->rpc has ended */

/* This account was sent to the node and asks the core again. ip: its address, as text. Quick. NULL is allowed. */
void cdn_watchdog_came_back(struct cdn_watchdog *w, int32_t dc, int64_t account, const char *ip);

struct cdn_watch {
	uint64_t probes, failed;      /* ever */
	uint64_t audits, same, wrong; /* ever */
	unsigned msec;                /* of the last probe */
	char last[16];                /* what it came to; "": none yet */
	unsigned signs;               /* accounts that came back within the last minute */
};
/* What was seen of it, also once it is not looked at any more. -ERR_NOTFOUND: it never was. */
int cdn_watchdog_of(struct cdn_watchdog *w, int32_t dc, struct cdn_watch *ret);

#endif
