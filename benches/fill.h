/*
 * fill.h - the accounts that bench-fill writes into a store, so that chapar-bench can be them without signing in: which id and
 * which auth key the account of a number has.
 */
#ifndef BENCH_FILL_H
#define BENCH_FILL_H

#include <stdint.h>

#define BENCH_FILL_USER 3000000000LL /* id of account 0 */

/* The same at every run; known to everybody, so for a bench's store only. */
void bench_fill_key(unsigned account, uint8_t ret_body[256], int64_t *ret_id);

/* Whose groups these are: group g has `size` members, the first of whom made it. */
static inline unsigned bench_fill_member(unsigned group, unsigned size, unsigned place, unsigned online)
{
	return (group * size + place) % online;
}

#endif
