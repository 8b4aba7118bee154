/* offset.h - where a page of people, or of places, ends: text that the client gives back for the next one. */
#ifndef DOMAIN_MESSAGES_OFFSET_H
#define DOMAIN_MESSAGES_OFFSET_H

#include "rpc/call.h"

/* A row of a list that goes by date, then by whose it is, then by a number of his. */
struct offset {
	unixtime_t date;
	int64_t whose;
	int32_t n;
};

struct slice offset_text(struct arena *a, const struct offset *o);
/* False: this is none. */
bool offset_of(struct slice text, struct offset *ret);
/*
 * Hides whose it is, under the access secret, and shows a hidden one again: for lists in which some act in a group's name, and who that
 * is is not to be known. owner, id: whatever names the list.
 */
void offset_hide(const struct rpc_call *c, int64_t owner, int64_t id, struct offset *o);

#endif
