/* sender.c - where a login code goes when no device of the account is alive. */
#include <stdio.h>
#include <unistd.h>

#include "domain/auth/code.h"
#include "domain/auth/phone.h"
#include "store/phone_code.h"

static void to_terminal(struct app *app, void *arg)
{
	fprintf(stderr, "%s\n", (const char *)arg);
}

int code_send_out(struct rpc_call *c, const struct store_phone_code *code)
{
	if (phone_is_test(c->app, code->phone) || !isatty(STDERR_FILENO))
		return 0;
	/* The operator sits in front of it: the only place outside the store where a code is ever written. */
	rpc_after_commit(c, to_terminal,
	                 (void *)(uintptr_t)arena_printf(&c->arena, "chapar: login code for +%.*s: %.*s",
	                                                 (int)code->phone.n, (const char *)code->phone.p,
	                                                 (int)code->code.n, (const char *)code->code.p)
	                         .p);
	return 0;
}
