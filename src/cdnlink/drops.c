/* drops.c - see drops.h. */
#include "cdnlink/drops.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"

void drops_free(struct drops *d)
{
	free(d->v);
	*d = (struct drops){0};
}

int drops_add(struct drops *d, const uint8_t object[CDN_OBJECT_SIZE])
{
	if (d->n == DROPS_MAX)
		return -ERR_FULL;
	if (!d->v)
		d->v = xcalloc(DROPS_MAX, sizeof(*d->v));
	memcpy(d->v[d->n++], object, sizeof(*d->v));
	return 0;
}

void drops_again(struct drops *d)
{
	d->said = d->marked = 0;
	d->answers = 0;
}

void drops_clear(struct drops *d)
{
	d->n = 0;
	drops_again(d);
}

bool drops_say(struct drops *d, struct buf *b)
{
	bool some = d->said < d->n;

	while (d->said < d->n)
		cdn_put_drop(b, d->v[d->said++]);
	return some;
}

void drops_mark(struct drops *d, unsigned answers)
{
	if (d->marked || !d->said)
		return;
	d->marked = d->said;
	d->answers = answers;
}

bool drops_answered(struct drops *d)
{
	if (!d->marked || --d->answers)
		return false;
	d->n -= d->marked;
	d->said -= d->marked;
	memmove(d->v, d->v + d->marked, d->n * sizeof(*d->v));
	d->marked = 0;
	return d->said > 0;
}
