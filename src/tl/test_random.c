/* test_random.c - see test_random.h. */
#include "tl/test_random.h"

static uint64_t seed;

void tl_random_seed(uint64_t s)
{
	seed = s;
}

static uint32_t rnd(uint32_t n)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(seed >> 33) % n;
}

static struct tl_obj *random_of_type(struct arena *a, uint16_t type, int layer, int depth);

static void random_field(struct arena *a, const struct tl_field *f, uint8_t *o, int layer, int depth)
{
	uint8_t *at = o + f->offset;
	uint32_t n = depth > 3 ? 0 : rnd(3);
	struct slice *strs;
	int32_t *ints;
	int64_t *longs;
	struct tl_vec *v;

	if (f->has)
		*(bool *)(o + f->has) = true;
	switch (f->kind) {
	case TL_K_INT:
		*(int32_t *)at = (int32_t)rnd(1 << 30);
		break;
	case TL_K_INT_IN_LONG:
		*(int64_t *)at = (int32_t)rnd(1 << 30);
		break;
	case TL_K_LONG:
		*(int64_t *)at = (int64_t)((uint64_t)rnd(1 << 30) << 32 | rnd(1 << 30));
		break;
	case TL_K_DOUBLE:
		*(double *)at = rnd(1000) / 8.0;
		break;
	case TL_K_STR:
		*(struct slice *)at = arena_printf(a, "text %u", rnd(1000));
		break;
	case TL_K_BOOL:
		*(bool *)at = rnd(2);
		break;
	case TL_K_TRUE:
		*(bool *)at = true;
		break;
	case TL_K_INT128:
	case TL_K_INT256:
		for (int i = 0; i < (f->kind == TL_K_INT128 ? 16 : 32); i++)
			at[i] = (uint8_t)rnd(256);
		break;
	case TL_K_OBJ:
		*(struct tl_obj **)at = random_of_type(a, f->type, layer, depth + 1);
		break;
	case TL_K_VEC_INT:
		ints = ARENA_ARRAY(a, int32_t, n + 1);
		for (uint32_t i = 0; i < n; i++)
			ints[i] = (int32_t)rnd(1 << 30);
		*(struct tl_vec_int *)at = (struct tl_vec_int){ints, n};
		break;
	case TL_K_VEC_LONG:
		longs = ARENA_ARRAY(a, int64_t, n + 1);
		for (uint32_t i = 0; i < n; i++)
			longs[i] = (int64_t)((uint64_t)rnd(1 << 30) << 30);
		*(struct tl_vec_long *)at = (struct tl_vec_long){longs, n};
		break;
	case TL_K_VEC_STR:
		strs = ARENA_ARRAY(a, struct slice, n + 1);
		for (uint32_t i = 0; i < n; i++)
			strs[i] = arena_printf(a, "element %u", rnd(1000));
		*(struct tl_vec_str *)at = (struct tl_vec_str){strs, n};
		break;
	default:
		v = (struct tl_vec *)at;
		*v = tl_vec_new(a, n);
		for (uint32_t i = 0; i < n; i++)
			v->v[i] = random_of_type(a, f->type, layer, depth + 1);
	}
}

struct tl_obj *tl_random(struct arena *a, const struct tl_shape *s, int layer, int depth)
{
	struct tl_obj *o = tl_new(a, s->name, tl_name_rows[s->name].size);

	for (unsigned i = 0; i < s->n; i++) {
		const struct tl_field *f = &tl_fields[s->first + i];

		if (f->kind == TL_K_FLAGS || (f->flag && (depth > 3 || rnd(2))))
			continue;
		random_field(a, f, (uint8_t *)o, layer, depth);
	}
	return o;
}

/* Some constructor of the type that exists in the layer; deep down the one with the fewest fields, so that it ends. */
static struct tl_obj *random_of_type(struct arena *a, uint16_t type, int layer, int depth)
{
	const struct tl_shape *best = NULL, *s;
	unsigned n = 0;

	for (uint16_t name = TL_vector + 1; name < TL_FIRST_METHOD; name++) {
		if (tl_name_rows[name].type != type || !(s = tl_shape_at(name, layer)))
			continue;
		n++;
		if (!best || (depth > 3 ? s->n < best->n : rnd(n) == 0))
			best = s;
	}
	return best ? tl_random(a, best, layer, depth) : NULL;
}
