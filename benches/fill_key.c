/* fill_key.c - see fill.h. */
#include "benches/fill.h"

#include <string.h>

#include "crypto/hash.h"

void bench_fill_key(unsigned account, uint8_t ret_body[256], int64_t *ret_id)
{
	uint64_t s = 0x9e3779b97f4a7c15u * (account + 1u);
	uint8_t hash[20];

	for (int i = 0; i < 256; i += 8) {
		s ^= s << 13; /* xorshift64 */
		s ^= s >> 7;
		s ^= s << 17;
		memcpy(ret_body + i, &s, 8);
	}
	sha1(ret_body, 256, hash);
	memcpy(ret_id, hash + 12, 8);
}
