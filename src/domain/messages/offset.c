/* offset.c - see offset.h. */
#include "domain/messages/offset.h"

#include <inttypes.h>
#include <stdio.h>

#include "crypto/siphash.h"
#include "rpc/app.h"

struct slice offset_text(struct arena *a, const struct offset *o)
{
	return arena_printf(a, "%" PRId64 "_%" PRId64 "_%" PRId32, o->date, o->whose, o->n);
}

bool offset_of(struct slice text, struct offset *ret)
{
	struct offset o;
	char s[80];

	if (!text.n || text.n >= sizeof(s))
		return false;
	memcpy(s, text.p, text.n);
	s[text.n] = '\0';
	if (sscanf(s, "%" SCNd64 "_%" SCNd64 "_%" SCNd32, &o.date, &o.whose, &o.n) != 3)
		return false;
	*ret = o;
	return true;
}

void offset_hide(const struct rpc_call *c, int64_t owner, int64_t id, struct offset *o)
{
	int64_t in[] = {owner, id, o->date, o->n};

	o->whose ^= (int64_t)siphash(c->app->access_secret, in, sizeof(in));
}
