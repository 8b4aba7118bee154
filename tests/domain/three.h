/* three.h - the set-up of most tests of chats: Ann, Bob and Cid in a world of their own. */
#ifndef TESTS_DOMAIN_THREE_H
#define TESTS_DOMAIN_THREE_H

#include "talk.h"

struct s {
	struct world *w;
	struct person a, b, c;
	int64_t random_id; /* the last one that was used */
};

int three_setup(void **state);

#endif
