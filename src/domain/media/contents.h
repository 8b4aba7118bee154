/*
 * contents.h - rows of contents (store/blob.h) and their bytes (blob/blob.h), brought together: what nobody needs goes, and the
 * operator can see whether all is there.
 * Threads: those that may block (jobs' outside, the operator's); never a lane's own, nor a loop.
 */
#ifndef DOMAIN_MEDIA_CONTENTS_H
#define DOMAIN_MEDIA_CONTENTS_H

#include "blob/blob.h"
#include "rpc/app.h"

struct contents_swept {
	int64_t dropped, bytes;      /* rows that nobody needed, with their bytes */
	int64_t strays, stray_bytes; /* bytes without a row: of calls that failed, or were killed */
};

/*
 * Drops contents that nobody has needed since before `before`, until `until` (clock_usec; 0: all). What is held stays.
 * Adds to *ret. Killed in between, the next one goes on.
 */
int contents_sweep(struct app *app, unixtime_t before, usec_t until, struct contents_swept *ret);
/* Drops the strays of one folder (blob_each_of). */
int contents_sweep_strays(struct app *app, int folder, struct contents_swept *ret);

enum contents_fault {
	CONTENTS_FINE,
	CONTENTS_MISSING,    /* needed, and its bytes are not there */
	CONTENTS_DAMAGED,    /* its bytes are not what its name says */
	CONTENTS_MISCOUNTED, /* not as many references as parts of files */
	CONTENTS_UNKNOWN,    /* parts of files have it, and it has no row */
	CONTENTS_LOST,       /* as MISSING, but a repair has noted it already: no fault any more */
};

struct contents_checked {
	int64_t contents, bytes; /* rows that were looked at */
	int64_t faults[CONTENTS_LOST + 1];
	int64_t strays, stray_bytes; /* no fault: gc drops them */
	int64_t unneeded;
	int64_t mended;
};

struct contents_look {
	struct app *app;
	bool quick; /* not whether the bytes are right, only whether they are there and as many */
	bool repair; /* missing: noted as lost; damaged: set aside and noted; miscounted, unknown: counted anew; strays: dropped */
	void *arg;
	void (*fault)(void *arg, enum contents_fault f, const struct blob_id *id, int64_t files);
	bool (*progress)(void *arg, int64_t done, int64_t all); /* bytes; false: give up, -ERR_CLOSED */
};
int contents_check(const struct contents_look *look, struct contents_checked *ret);

#endif
