/* signing.h - codes are sent and signed in with, for tests: Ann in a world of her own, and keys that are nobody's yet. */
#ifndef TESTS_DOMAIN_SIGNING_H
#define TESTS_DOMAIN_SIGNING_H

#include "world.h"

#define STRANGER    "15557777"
#define TEST_NUMBER "9996612345" /* code 11111 */

struct s {
	struct world *w;
	struct person a;
	struct slice hash; /* of the last sendCode */
	int length;
	uint16_t type;
};

int signing_setup(void **state);

/* A call by a key of nobody's. */
struct tl_obj *signing_by_key(struct s *s, int64_t key, const struct tl_obj *q);
/* The last call was refused with this error. */
void signing_error_is(struct s *s, const char *text);
/* auth.sentCode, into s->hash, type, length; NULL: it is none. */
struct tl_auth_sentCode *signing_take_sent(struct s *s, struct tl_obj *o);
bool signing_send_code(struct s *s, int64_t key, const char *phone);
/* By s->hash; NULL: refused. */
struct tl_obj *signing_in(struct s *s, int64_t key, const char *phone, const char *code);
struct tl_obj *signing_up(struct s *s, int64_t key, const char *phone, const char *first);
/* The code that belongs to s->hash, until the next call. */
const char *signing_code_of(struct s *s);

#endif
