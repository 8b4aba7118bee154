/* list_hash.h - the hash by which a client says which list it has: folded over the numbers in it, from 0 on (api.md 4.3). */
#ifndef RPC_LIST_HASH_H
#define RPC_LIST_HASH_H

#include <stdint.h>

static inline uint64_t list_hash(uint64_t h, uint64_t number)
{
	h ^= h >> 21;
	h ^= h << 35;
	h ^= h >> 4;
	return h + number;
}

#endif
