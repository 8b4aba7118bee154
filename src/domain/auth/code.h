/* code.h - how a login code leaves the server. */
#ifndef DOMAIN_AUTH_CODE_H
#define DOMAIN_AUTH_CODE_H

#include "rpc/call.h"

struct store_phone_code;

/* store_phone_code.sent: how a number is to be proven. */
enum code_sent {
	CODE_SENT_APP = 1,    /* by the service account, to the account's other devices */
	CODE_SENT_OUT = 2,    /* by the operator's senders */
	CODE_SENT_INVITE = 3, /* it was: `code` is the invitation that stood in for it */
};

/*
 * Hands the code to the operator's senders, each by a job of its own. Without one it waits for `admin codes`, and is
 * written to standard output if that is a terminal. Nothing for test numbers. Write lane.
 */
int code_send_out(struct rpc_call *c, const struct store_phone_code *code);

#endif
