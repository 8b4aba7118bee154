/* contact.h - the area's door: what happens to contacts when accounts come. Thread: write lane. */
#ifndef DOMAIN_CONTACTS_CONTACT_H
#define DOMAIN_CONTACTS_CONTACT_H

#include "rpc/call.h"

/*
 * A new account has this number: everybody who wished to know (importContacts of a number that nobody had) has it as a
 * contact now and, if `tell`, a service message in his chat with it (a silent one, if he turned the notice off).
 */
int contact_signed_up(struct rpc_call *c, int64_t user_id, struct slice phone, bool tell);

#endif
