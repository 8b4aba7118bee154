/*
 * audit.h - the core asks a node for a chunk that it has pushed there, as an ordinary client, from another address if one is set, and
 * compares each byte.
 */
#ifndef CDNLINK_AUDIT_H
#define CDNLINK_AUDIT_H

#include "cdnlink/cdnlink.h"

enum cdnlink_audit_result {
	CDNLINK_AUDIT_SAME = 1,
	CDNLINK_AUDIT_ABSENT,  /* the node says that it has it no more, which it may */
	CDNLINK_AUDIT_NOTHING, /* nothing was pushed there lately */
	CDNLINK_AUDIT_WRONG,   /* other bytes */
	CDNLINK_AUDIT_REFUSED, /* an error */
	CDNLINK_AUDIT_UNREACHABLE,
};
const char *cdnlink_audit_name(enum cdnlink_audit_result r); /* a word; static */

struct cdnlink_audit {
	enum cdnlink_audit_result result;
	uint32_t chunk, bytes;
	unsigned msec; /* until the answer, connecting and all */
	char why[100]; /* of an error; "" */
};

enum { CDNLINK_AUDIT_MSEC = 10000 };

/* -ERR_NOTFOUND: no such node, or it is not active. Blocks for CDNLINK_AUDIT_MSEC at most; never on a lane or loop. */
int cdnlink_audit(struct cdnlink *l, int32_t dc, struct cdnlink_audit *ret);

#endif
