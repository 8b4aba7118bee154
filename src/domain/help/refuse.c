/*
 * refuse.c - groups and channels, of which there are none yet: what does not exist answers as what one may not see. Also
 * passwords that nobody can have set.
 */
#include "rpc/call.h"
#include "rpc_methods.h"

#define REFUSE(method, code, text)                                                                           \
	int method(struct rpc_call *c, const struct tl_##method *q)                                          \
	{                                                                                                    \
		return rpc_fail(c, code, text);                                                              \
	}

REFUSE(messages_getFullChat, 400, "CHAT_ID_INVALID")
REFUSE(messages_getChats, 400, "CHAT_ID_INVALID")
REFUSE(account_resetWebAuthorization, 400, "HASH_INVALID")
REFUSE(upload_getWebFile, 400, "LOCATION_INVALID")
REFUSE(auth_checkPassword, 400, "PASSWORD_HASH_INVALID")
REFUSE(auth_requestPasswordRecovery, 400, "PASSWORD_EMPTY")
REFUSE(auth_checkRecoveryPassword, 400, "PASSWORD_EMPTY")
REFUSE(auth_recoverPassword, 400, "PASSWORD_EMPTY")
REFUSE(account_getPasswordSettings, 400, "PASSWORD_HASH_INVALID")
REFUSE(auth_importBotAuthorization, 400, "ACCESS_TOKEN_INVALID")
