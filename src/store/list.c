/* list.c - see list.h. */
#include "store/list.h"

#include <string.h>

int store_list_of(struct sql_stmt *s, int64_t owner, struct arena *a, int64_t **ret, size_t *ret_n)
{
	int64_t *v = NULL, *more;
	size_t n = 0, cap = 0;
	int r;

	sql_bind_int(s, 1, owner);
	while ((r = sql_step(s)) == 1) {
		if (n == cap) {
			cap = cap ? 2 * cap : 32;
			more = ARENA_ARRAY(a, int64_t, cap);
			if (n)
				memcpy(more, v, n * sizeof(*v));
			v = more;
		}
		v[n++] = sql_int(s, 0);
	}
	sql_done(s);
	*ret = v;
	*ret_n = n;
	return r;
}

int store_count_of(struct sql_stmt *s, uint32_t *ret)
{
	int64_t n = 0;
	int r = sql_value(s, &n);

	*ret = (uint32_t)n;
	return r < 0 ? r : 0;
}
