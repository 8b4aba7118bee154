/* invite.c - see invite.h. */
#include "domain/auth/invite.h"

#include <stdio.h>

#include "base/err.h"
#include "base/utf8.h"
#include "crypto/rng.h"
#include "store/invite.h"

enum { TYPED_MAX = 64 };

int invite_new(struct rpc_call *c, struct slice note, unixtime_t expires, int uses, struct slice *ret_code)
{
	struct store_invite v = {
		.note = note, .created = c->now, .expires = expires, .uses = uses, .used = 0};
	int r;

	do {
		v.code = arena_printf(&c->arena, "%0*llu", INVITE_DIGITS,
		                      (unsigned long long)(rng_u64() % 10000000000ull));
		r = store_invite_add(c->db, &v);
	} while (r == -ERR_EXISTS);
	if (r == 0)
		*ret_code = v.code;
	return r;
}

int invite_find(struct rpc_call *c, struct slice typed, struct slice *ret_code)
{
	struct store_invite v;
	uint8_t *p;
	uint32_t n = 0;
	int r;

	if (typed.n > TYPED_MAX || !utf8_valid(typed))
		return -ERR_NOTFOUND;
	p = arena_alloc(&c->arena, typed.n + 1);
	for (uint32_t i = 0; i < typed.n; i++)
		if (typed.p[i] != ' ' && typed.p[i] != '-')
			p[n++] = typed.p[i];
	if (!n || memchr(p, 0, n))
		return -ERR_NOTFOUND;
	r = store_invite_get(c->db, slice_of(p, n), &c->arena, &v);
	if (r == -ERR_NOTFOUND && n != typed.n) /* one with dashes of its own */
		r = store_invite_get(c->db, typed, &c->arena, &v);
	if (r < 0)
		return r;
	if (v.expires && v.expires <= c->now)
		return -ERR_TIMEOUT;
	if (v.uses && v.used >= v.uses)
		return -ERR_FULL;
	*ret_code = v.code;
	return 0;
}
