/* test_random.h - objects out of nothing, for the tests of the codec. The same seed gives the same objects. Threads: one. */
#ifndef TL_TEST_RANDOM_H
#define TL_TEST_RANDOM_H

#include "tl/tables.h"

void tl_random_seed(uint64_t seed);
/* A struct of the shape's name with the shape's fields filled by what exists in `layer`; optional ones now and then. */
struct tl_obj *tl_random(struct arena *a, const struct tl_shape *s, int layer, int depth);

#endif
