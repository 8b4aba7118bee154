/* three.c - see three.h. */
#include "three.h"

#include <stdlib.h>

int three_setup(void **state)
{
	struct s *s = calloc(1, sizeof(*s));

	s->w = world_new();
	s->a = world_person(s->w, "15550001", "Ann", "");
	s->b = world_person(s->w, "15550002", "Bob", "");
	s->c = world_person(s->w, "15550003", "Cid", "");
	*state = s;
	return 0;
}
