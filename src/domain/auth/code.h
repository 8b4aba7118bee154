/* code.h - how a login code leaves the server. */
#ifndef DOMAIN_AUTH_CODE_H
#define DOMAIN_AUTH_CODE_H

#include "rpc/call.h"

struct store_phone_code;

enum code_to {                    /* where a code is to go */
	       CODE_TO_ACCOUNT,   /* to the account's other devices if one is alive, else as the next */
	       CODE_TO_SENDERS,   /* by the operator's senders, as the client asked for */
	       CODE_TO_NEW_NUMBER /* the same, to a number that an account is to get */
};

/* store_phone_code.sent: how a number is to be proven. */
enum code_sent {
	CODE_SENT_APP = 1,    /* by the service account, to the account's other devices */
	CODE_SENT_OUT = 2,    /* by the operator's senders */
	CODE_SENT_INVITE = 3, /* it was: `code` is the invitation that stood in for it */
	CODE_SENT_CHANGE = 4, /* by the senders, for account.changePhone alone */
};

/* May a code be sent to this number now? 420 FLOOD_WAIT, 400 PHONE_NUMBER_BANNED. */
int code_check_number(struct rpc_call *c, struct slice phone);
/* Makes one, sends it, answers auth.sentCode. Write lane. */
int code_new(struct rpc_call *c, struct slice phone, enum code_to to);
/* The row that hash and number name, alive. 400 PHONE_NUMBER_INVALID, PHONE_CODE_EXPIRED. */
int code_find(struct rpc_call *c, struct slice phone_text, struct slice hash, struct store_phone_code *ret);
/* Is this the code? In constant time. */
bool code_is(const struct store_phone_code *code, struct slice typed);
/* It is not: one try less, none at the last. Answers 400 PHONE_CODE_INVALID. Write lane. */
int code_wrong(struct rpc_call *c, struct store_phone_code *code);

/*
 * Hands the code to the operator's senders, each by a job of its own. Without one it waits for `admin codes`, and is
 * written to standard output if that is a terminal. Nothing for test numbers. Write lane.
 */
int code_send_out(struct rpc_call *c, const struct store_phone_code *code);

#endif
