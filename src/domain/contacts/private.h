/* private.h - what the files of contacts/ share. */
#ifndef DOMAIN_CONTACTS_PRIVATE_H
#define DOMAIN_CONTACTS_PRIVATE_H

#include "rpc/call.h"

struct store_contact;

/*
 * `row->user_id` is a contact of `row->owner` under these names from now on; both sides' sessions hear of it, but for
 * except_key. Thread: write lane.
 */
int contact_set(struct rpc_call *c, const struct store_contact *row, int64_t except_key);
/* 1: removed, 0: was none. */
int contact_unset(struct rpc_call *c, int64_t owner, int64_t user_id, int64_t except_key);
/* Names for a contact: UTF-8, trimmed, cut. 400 CONTACT_NAME_EMPTY. */
int contact_names(struct rpc_call *c, struct slice first, struct slice last, struct slice *ret_first,
                  struct slice *ret_last);

#endif
