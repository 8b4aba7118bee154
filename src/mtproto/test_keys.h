/* test_keys.h - keys in memory, for tests and fuzzers; answers come later, by the loop's mailbox, as from lanes. One thread. */
#ifndef MTPROTO_TEST_KEYS_H
#define MTPROTO_TEST_KEYS_H

#include "mtproto/keystore.h"

enum { KEYS_MAX = 64 };

/* Zeroed is empty. */
struct test_keys {
	struct mt_key key[KEYS_MAX];
	bool has_info[KEYS_MAX]; /* of these keys, as are infos */
	struct mt_client_info info[KEYS_MAX];
	unsigned n;
	int load_error; /* instead of finding */
	unsigned taken; /* so many inserts find their id taken */
};

struct mt_keystore test_keys_store(struct test_keys *t);
/* NULL: not there. Good until one is destroyed. */
struct mt_key *test_keys_find(struct test_keys *t, int64_t id);
/* The key and its id of 256 bytes, of DC 2, made now; a temporary one is for a day. */
void test_key_init(struct mt_key *k, enum mt_key_kind kind, const uint8_t bytes[256]);

#endif
