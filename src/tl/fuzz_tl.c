/*
 * fuzz_tl.c - bytes of a stranger into the codec. The first byte chooses a layer, the rest is decoded within the limits that a
 * call has. What is taken can be described and encoded for that layer, and what the newest layer says of it is read back as
 * the same. The mutator knows ids, which chance does not find: it begins with any shape, and puts constructors of one type in
 * each other's place.
 */
#include <stdlib.h>

#include "tl/test_random.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);
size_t LLVMFuzzerCustomMutator(uint8_t *p, size_t n, size_t max, unsigned seed);
size_t LLVMFuzzerMutate(uint8_t *p, size_t n, size_t max);

static int encode(struct buf *b, const struct tl_obj *o, int layer)
{
	b->n = 0;
	return tl_is_method(o->name) ? tl_encode_call(b, o, layer) : tl_encode(b, o, layer);
}

static void goes_round(struct arena *a, const struct tl_obj *o)
{
	struct buf one = {0}, two = {0};
	struct tl_obj *back;
	struct rd r;

	if (encode(&one, o, TL_LAYER_MAX) == 0) {
		r = rd_of(one.p, one.n);
		if (tl_decode(&r, a, &back) < 0 || rd_left(&r) || encode(&two, back, TL_LAYER_MAX) < 0 ||
		    !slice_eq(buf_slice(&one), buf_slice(&two)))
			abort();
	}
	buf_fini(&one);
	buf_fini(&two);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct buf b = {0};
	struct tl_obj *o;
	struct arena a;
	struct rd r;

	if (n < 1)
		return 0;
	arena_init(&a, 20 * n + 4096);
	r = rd_of(p + 1, n - 1);
	if (tl_decode(&r, &a, &o) == 0) {
		a.limit = 0;
		tl_describe(&b, o);
		encode(&b, o, TL_LAYER_MIN + p[0] % (TL_LAYER_MAX - TL_LAYER_MIN + 1));
		goes_round(&a, o);
	}
	arena_fini(&a);
	buf_fini(&b);
	return 0;
}

/* A random object of a random form after the layer's byte; 0 if it cannot be said or has no room. */
static size_t new_object(uint8_t *p, size_t max, unsigned seed)
{
	const struct tl_shape *s = &tl_shapes[seed % tl_n_shapes];
	const struct tl_name_row *row = &tl_name_rows[s->name];
	struct buf b = {0};
	struct arena a;
	size_t n = 0;

	arena_init(&a, 0);
	tl_random_seed(seed);
	for (unsigned i = 0; i < row->n; i++) {
		const struct tl_form *f = &tl_forms[row->first + i];

		if (&tl_shapes[f->shape] == s && encode(&b, tl_random(&a, s, f->to, 2), f->to) == 0 &&
		    b.n < max) {
			p[0] = (uint8_t)(f->to - TL_LAYER_MIN);
			memcpy(p + 1, b.p, b.n);
			n = 1 + b.n;
			break;
		}
	}
	arena_fini(&a);
	buf_fini(&b);
	return n;
}

/* Another constructor of the same type instead of some constructor in the input; false if there is none. */
static bool swap_constructor(uint8_t *p, size_t n, unsigned seed)
{
	size_t words = (n - 1) / 4;

	for (size_t i = 0; i < words; i++) {
		uint8_t *at = p + 1 + (i + seed) % words * 4;
		const struct tl_shape *s;
		uint32_t id;

		memcpy(&id, at, 4);
		s = tl_shape_of(id);
		for (unsigned k = 0; s && k < tl_n_shapes; k++) {
			const struct tl_shape *o = &tl_shapes[(k + seed) % tl_n_shapes];

			if (o != s && o->type == s->type && tl_is_method(o->name) == tl_is_method(s->name)) {
				memcpy(at, &o->id, 4);
				return true;
			}
		}
	}
	return false;
}

size_t LLVMFuzzerCustomMutator(uint8_t *p, size_t n, size_t max, unsigned seed)
{
	size_t made;

	if (seed % 16 == 0 && (made = new_object(p, max, seed / 16)) > 0)
		return made;
	if (seed % 4 == 1 && n > 4 && swap_constructor(p, n, seed / 4))
		return n;
	return LLVMFuzzerMutate(p, n, max);
}
