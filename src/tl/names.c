/* names.c - look-ups in the generated tables. */
#include "tl/tables.h"

#include <stdlib.h>

struct tl_obj tl_true = {.name = TL_boolTrue}, tl_false = {.name = TL_boolFalse};

struct tl_obj *tl_new(struct arena *a, uint16_t name, size_t size)
{
	struct tl_obj *o = arena_alloc(a, size);

	o->name = name;
	return o;
}

struct tl_vec tl_vec_new(struct arena *a, uint32_t n)
{
	return (struct tl_vec){ARENA_ARRAY(a, struct tl_obj *, n + 1), n};
}

int tl_layer_serve(int layer)
{
	/* Numbers that nobody published are served as the one below. */
	static const uint8_t unpublished[] = {141, 153, 157, 215, 219, 226};

	if (layer > TL_LAYER_MAX)
		return TL_LAYER_MAX;
	if (layer < TL_LAYER_MIN)
		return 0;
	for (size_t i = 0; i < sizeof(unpublished); i++)
		if (layer == unpublished[i])
			return layer - 1;
	return layer;
}

const struct tl_shape *tl_shape_of(uint32_t id)
{
	uint32_t at = (id * 0x9e3779b1u) >> (32 - tl_hash_bits), mask = (1u << tl_hash_bits) - 1;

	for (; tl_hash[at]; at = (at + 1) & mask)
		if (tl_shapes[tl_hash[at] - 1].id == id)
			return &tl_shapes[tl_hash[at] - 1];
	return NULL;
}

const struct tl_shape *tl_shape_at(uint16_t name, int layer)
{
	const struct tl_name_row *row = &tl_name_rows[name];

	/* Newest last; most callers are new. */
	for (unsigned i = row->n; i-- > 0;) {
		const struct tl_form *f = &tl_forms[row->first + i];

		if (layer >= f->from && layer <= f->to)
			return &tl_shapes[f->shape];
	}
	return NULL;
}

const struct tl_shape *tl_shape_newest(uint16_t name)
{
	const struct tl_name_row *row = &tl_name_rows[name];

	return row->n ? &tl_shapes[tl_forms[row->first + row->n - 1].shape] : NULL;
}

bool tl_field_present(const struct tl_field *f, const void *obj)
{
	const uint8_t *o = obj;

	/* `true` is its own presence even where another form of the field is an optional Bool, which may be there and false. */
	if (f->kind == TL_K_TRUE)
		return *(const bool *)(o + f->offset);
	if (f->kind == TL_K_BOOL)
		return *(const bool *)(o + f->offset) || (f->has && *(const bool *)(o + f->has));
	if (f->has)
		return *(const bool *)(o + f->has);
	switch (f->kind) {
	case TL_K_STR:
		return ((const struct slice *)(o + f->offset))->p != NULL;
	case TL_K_OBJ:
	case TL_K_VEC_INT:
	case TL_K_VEC_LONG:
	case TL_K_VEC_STR:
	case TL_K_VEC_OBJ:
		return *(void *const *)(o + f->offset) != NULL;
	default:
		return true;
	}
}

bool tl_is_method(uint16_t name)
{
	return name >= TL_FIRST_METHOD && name < TL_NAMES;
}

const char *tl_wire_name(uint16_t name)
{
	return name && name < TL_NAMES ? tl_name_rows[name].wire : "";
}

static int by_id(const void *key, const void *row)
{
	uint32_t a = *(const uint32_t *)key, b = ((const struct tl_known *)row)->id;

	return a < b ? -1 : a > b;
}

const char *tl_known_method(uint32_t id)
{
	const struct tl_known *k = bsearch(&id, tl_known_methods, tl_n_known, sizeof(*k), by_id);

	return k ? k->wire : NULL;
}
