/* refuse.c - what does not exist so far answers as what one may not see; passwords that nobody can have set. */
#include "rpc/call.h"
#include "rpc_methods.h"

#define REFUSE(method, code, text)                                                                           \
	int method(struct rpc_call *c, const struct tl_##method *q)                                          \
	{                                                                                                    \
		return rpc_fail(c, code, text);                                                              \
	}

REFUSE(account_resetWebAuthorization, 400, "HASH_INVALID")
REFUSE(upload_getWebFile, 400, "LOCATION_INVALID")
REFUSE(auth_checkPassword, 400, "PASSWORD_HASH_INVALID")
REFUSE(auth_requestPasswordRecovery, 400, "PASSWORD_EMPTY")
REFUSE(auth_checkRecoveryPassword, 400, "PASSWORD_EMPTY")
REFUSE(auth_recoverPassword, 400, "PASSWORD_EMPTY")
REFUSE(account_getPasswordSettings, 400, "PASSWORD_HASH_INVALID")
