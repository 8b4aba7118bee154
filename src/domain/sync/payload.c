/* payload.c - see payload.h. */
#include "domain/sync/payload.h"

#include "base/rd.h"

struct tl_vec_int payload_ids(struct arena *a, struct slice payload, size_t skip)
{
	struct rd r = rd_of(payload.p, payload.n);
	int32_t *v;
	uint32_t n;

	rd_bytes(&r, skip);
	n = (uint32_t)(rd_left(&r) / 4);
	v = ARENA_ARRAY(a, int32_t, n + 1);
	for (uint32_t i = 0; i < n; i++)
		v[i] = (int32_t)rd_u32(&r);
	return (struct tl_vec_int){v, n};
}

struct tl_vec_int ids_between(struct arena *a, int32_t after, int32_t upto)
{
	int32_t *v = ARENA_ARRAY(a, int32_t, upto - after);

	for (int32_t id = after; id < upto; id++)
		v[id - after] = id + 1;
	return (struct tl_vec_int){v, (uint32_t)(upto - after)};
}

int32_t payload_int(struct slice payload)
{
	struct rd r = rd_of(payload.p, payload.n);

	return (int32_t)rd_u32(&r);
}
