/* code.h - how a login code leaves the server. */
#ifndef DOMAIN_AUTH_CODE_H
#define DOMAIN_AUTH_CODE_H

#include "rpc/call.h"

struct store_phone_code;

/*
 * Hands the code to the operator's sender after the commit. Without one it waits for `admin codes`, and is written to
 * standard error if that is a terminal. Write lane.
 */
int code_send_out(struct rpc_call *c, const struct store_phone_code *code);

#endif
