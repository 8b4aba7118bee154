/* sign.h - signing in, and up where the number is new, by a code that the caller knows (test numbers). */
#ifndef CLIENT_SIGN_H
#define CLIENT_SIGN_H

#include "client/client.h"

/* user_id and r = 0; or the r and error of the call that failed (-ERR_DENIED: the answer was none of those expected). */
typedef void client_signed_fn(void *arg, struct client *c, int r, int64_t user_id, const char *error);

/* The texts are copied. A new number takes `first` and `last` as its name. Calls go out when the client is ready. */
void client_sign_in(struct client *c, const char *phone, const char *code, const char *first,
                    const char *last, client_signed_fn *done, void *arg);
/* The code of a number 99966XYYYY: XXXXX, 0-terminated. */
void client_test_code(const char *phone, char ret_code[6]);
/* The same, blocking, for a test number: 0 and the user, or -ERR_* and what the server said, "400 NAME". See wait.h. */
int client_sign_in_wait(struct client *c, const char *phone, const char *first, usec_t within,
                        int64_t *ret_user, char ret_error[128]);

#endif
