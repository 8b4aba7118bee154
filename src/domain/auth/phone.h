/* phone.h - the codes that prove phone numbers. */
#ifndef DOMAIN_AUTH_PHONE_H
#define DOMAIN_AUTH_PHONE_H

#include "rpc/app.h"
#include "rpc/call.h"

/* Under --test-numbers: 99966XYYYY. */
bool phone_is_test(const struct app *app, struct slice digits);
/* Five digits: of a test number its own, else random. */
void phone_code_make(const struct app *app, struct slice digits, char ret[6]);

#endif
