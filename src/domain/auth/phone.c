/* phone.c - see phone.h. */
#include "domain/auth/phone.h"

#include <stdio.h>
#include <string.h>

#include "crypto/rng.h"

enum { TEST_DIGITS = 10 };

bool phone_is_test(const struct app *app, struct slice digits)
{
	return app->test_numbers && digits.n == TEST_DIGITS && memcmp(digits.p, "99966", 5) == 0;
}

void phone_code_make(const struct app *app, struct slice digits, char ret[6])
{
	if (phone_is_test(app, digits)) {
		memset(ret, digits.p[5], 5);
		ret[5] = '\0';
	} else {
		/* 2^64 is so much larger than 10^5 that no code is likelier than another. */
		snprintf(ret, 6, "%05u", (unsigned)(rng_u64() % 100000));
	}
}
