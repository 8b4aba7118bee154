/*
 * idmap.h - pointers by a number of 64 bits: one table with open addressing, so that a look-up reads one line of memory before it has the
 * pointer, and that line can be asked for ahead of time. Zeroed it is empty. For tables of ten thousands that are in no cache when
 * they are needed; uthash's chains lead through what lies in them. It goes through nothing: whoever wants to see all keeps a list.
 * Threads: none of its own; one holder at a time.
 */
#ifndef BASE_IDMAP_H
#define BASE_IDMAP_H

#include <stddef.h>
#include <stdint.h>

struct idmap_slot {
	uint64_t id;
	void *p; /* NULL: free */
};

struct idmap {
	struct idmap_slot *v;
	size_t n, room; /* room: a power of 2, at least twice n; 0 */
};

/* Where the search for an id begins. The upper bits: ids that others have chosen by the lower ones lie apart all the same. */
static inline size_t idmap_home(const struct idmap *m, uint64_t id)
{
	return (size_t)(id * 0x9e3779b97f4a7c15u >> 32) * m->room >> 32;
}

/* It will be looked up in a moment. */
static inline void idmap_prefetch(const struct idmap *m, uint64_t id)
{
	if (m->room)
		__builtin_prefetch(&m->v[idmap_home(m, id)]);
}

/* NULL if it is not there. */
static inline void *idmap_get(const struct idmap *m, uint64_t id)
{
	for (size_t i = m->room ? idmap_home(m, id) : 0; m->room && m->v[i].p; i = (i + 1) & (m->room - 1))
		if (m->v[i].id == id)
			return m->v[i].p;
	return NULL;
}

/* p is not NULL, and the id is not there yet. */
void idmap_put(struct idmap *m, uint64_t id, void *p);
/* It may be absent. */
void idmap_drop(struct idmap *m, uint64_t id);
void idmap_fini(struct idmap *m);

#endif
