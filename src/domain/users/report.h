/*
 * report.h - reports of people and messages, as those who run the server read them. Threads: lanes.
 */
#ifndef DOMAIN_USERS_REPORT_H
#define DOMAIN_USERS_REPORT_H

#include "rpc/call.h"

struct report {
	struct slice id; /* TIME.BY.PEER */
	unixtime_t time;
	int64_t by, peer;
	struct slice reason, messages, text; /* messages: ids in the reporter's box, "12,13"; may be empty */
};

/* Write lane: the caller complains of this peer; a word of ours says of what. */
int report_keep(struct rpc_call *c, int64_t peer, const char *reason);
/* The oldest first, up to `limit`. */
int report_list(struct rpc_call *c, uint32_t limit, struct report **ret, size_t *ret_n);
/* Write lane: it is dealt with. -ERR_NOTFOUND. */
int report_close(struct rpc_call *c, struct slice id);

#endif
