/* idmap.c - see idmap.h. Linear probing; what is dropped leaves no mark, those behind it move up. */
#include "base/idmap.h"

#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"

enum { ROOM_MIN = 16 };

static size_t next(const struct idmap *m, size_t i)
{
	return (i + 1) & (m->room - 1);
}

static void put(struct idmap *m, struct idmap_slot s)
{
	size_t i = idmap_home(m, s.id);

	while (m->v[i].p)
		i = next(m, i);
	m->v[i] = s;
}

static void grow(struct idmap *m)
{
	struct idmap old = *m;

	m->room = old.room ? old.room * 2 : ROOM_MIN;
	m->v = xcalloc(m->room, sizeof(*m->v));
	for (size_t i = 0; i < old.room; i++)
		if (old.v[i].p)
			put(m, old.v[i]);
	free(old.v);
}

void idmap_put(struct idmap *m, uint64_t id, void *p)
{
	assert(p);
	if (m->n * 2 >= m->room)
		grow(m);
	put(m, (struct idmap_slot){id, p});
	m->n++;
}

void idmap_drop(struct idmap *m, uint64_t id)
{
	size_t hole = m->room ? idmap_home(m, id) : 0, i;

	while (m->room && m->v[hole].p && m->v[hole].id != id)
		hole = next(m, hole);
	if (!m->room || !m->v[hole].p)
		return;
	/* Each of those behind moves into the hole unless its search begins after that. */
	for (i = next(m, hole); m->v[i].p; i = next(m, i)) {
		size_t from_home = (i - idmap_home(m, m->v[i].id)) & (m->room - 1);

		if (from_home < ((i - hole) & (m->room - 1)))
			continue;
		m->v[hole] = m->v[i];
		hole = i;
	}
	m->v[hole].p = NULL;
	if (--m->n == 0)
		idmap_fini(m);
}

void idmap_fini(struct idmap *m)
{
	free(m->v);
	*m = (struct idmap){0};
}
