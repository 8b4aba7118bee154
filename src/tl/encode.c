/*
 * encode.c - structs to bytes in the form of a layer. A constructor that the layer does not know is replaced as compat.def
 * says; where nothing stands for it, it is left out of a vector or an optional field, and elsewhere takes the object
 * around it along.
 */
#include "tl/tables.h"

#include "base/err.h"

struct enc {
	struct buf *b;
	struct arena tmp; /* copies that hooks change */
	int layer;
	int depth;
};

#define DROPPED (-ERR_UNSUPPORTED)

static int encode_boxed(struct enc *e, const struct tl_obj *o, uint16_t type);

static int encode_vec_obj(struct enc *e, const struct tl_vec *v, uint16_t type)
{
	size_t at, count_at;
	uint32_t n = 0;
	int r;

	buf_u32(e->b, TL_ID_VECTOR);
	count_at = e->b->n;
	buf_u32(e->b, 0);
	for (uint32_t i = 0; i < v->n; i++) {
		at = e->b->n;
		r = encode_boxed(e, v->v[i], type);
		if (r == DROPPED)
			e->b->n = at;
		else if (r < 0)
			return r;
		else
			n++;
	}
	for (int i = 0; i < 4; i++)
		e->b->p[count_at + (size_t)i] = (uint8_t)(n >> 8 * i);
	return 0;
}

static int encode_field(struct enc *e, const struct tl_field *f, const uint8_t *at)
{
	const struct tl_vec_int *vi;
	const struct tl_vec_long *vl;
	const struct tl_vec_str *vs;
	uint64_t bits;

	switch (f->kind) {
	case TL_K_INT:
		buf_u32(e->b, (uint32_t) * (const int32_t *)at);
		return 0;
	case TL_K_INT_IN_LONG:
		buf_u32(e->b, (uint32_t) * (const int64_t *)at);
		return 0;
	case TL_K_LONG:
		buf_u64(e->b, (uint64_t) * (const int64_t *)at);
		return 0;
	case TL_K_DOUBLE:
		memcpy(&bits, at, 8);
		buf_u64(e->b, bits);
		return 0;
	case TL_K_STR:
		buf_tl_bytes(e->b, ((const struct slice *)at)->p, ((const struct slice *)at)->n);
		return 0;
	case TL_K_BOOL:
		return encode_boxed(e, TL_BOOL(*(const bool *)at), tl_name_rows[TL_boolTrue].type);
	case TL_K_TRUE:
		return 0;
	case TL_K_INT128:
		buf_put(e->b, at, 16);
		return 0;
	case TL_K_INT256:
		buf_put(e->b, at, 32);
		return 0;
	case TL_K_OBJ:
		return encode_boxed(e, *(struct tl_obj *const *)at, f->type);
	case TL_K_VEC_INT:
		vi = (const struct tl_vec_int *)at;
		buf_u32(e->b, TL_ID_VECTOR);
		buf_u32(e->b, vi->n);
		for (uint32_t i = 0; i < vi->n; i++)
			buf_u32(e->b, (uint32_t)vi->v[i]);
		return 0;
	case TL_K_VEC_LONG:
		vl = (const struct tl_vec_long *)at;
		buf_u32(e->b, TL_ID_VECTOR);
		buf_u32(e->b, vl->n);
		for (uint32_t i = 0; i < vl->n; i++)
			buf_u64(e->b, (uint64_t)vl->v[i]);
		return 0;
	case TL_K_VEC_STR:
		vs = (const struct tl_vec_str *)at;
		buf_u32(e->b, TL_ID_VECTOR);
		buf_u32(e->b, vs->n);
		for (uint32_t i = 0; i < vs->n; i++)
			buf_tl_bytes(e->b, vs->v[i].p, vs->v[i].n);
		return 0;
	default:
		return encode_vec_obj(e, (const struct tl_vec *)at, f->type);
	}
}

/* The flag words of an object in one shape: a bit is set if any field of it is there. */
static void flags_of(const struct tl_shape *s, const uint8_t *o, uint32_t words[3])
{
	const struct tl_field *f = &tl_fields[s->first], *end = f + s->n;

	for (; f < end; f++)
		if (f->flag && f->kind != TL_K_FLAGS && tl_field_present(f, o))
			words[(f->flag >> 5) - 1] |= 1u << (f->flag & 31);
}

static bool shares_bit(const struct tl_shape *s, const struct tl_field *x)
{
	const struct tl_field *f = &tl_fields[s->first], *end = f + s->n;

	for (; f < end; f++)
		if (f != x && f->kind != TL_K_FLAGS && f->flag == x->flag)
			return true;
	return false;
}

static int encode_shape(struct enc *e, const struct tl_shape *s, const uint8_t *o)
{
	const struct tl_field *f = &tl_fields[s->first], *end = f + s->n;
	size_t at, word_at[3] = {0};
	uint32_t words[3] = {0};
	int r;

	flags_of(s, o, words);
	buf_u32(e->b, s->id);
	for (; f < end; f++) {
		if (f->kind == TL_K_FLAGS) {
			word_at[f->offset] = e->b->n;
			buf_u32(e->b, words[f->offset]);
			continue;
		}
		if (f->flag && !(words[(f->flag >> 5) - 1] >> (f->flag & 31) & 1))
			continue;
		at = e->b->n;
		r = encode_field(e, f, o + f->offset);
		if (r == DROPPED && f->flag && !shares_bit(s, f)) {
			uint32_t w = (f->flag >> 5) - 1u, bit = f->flag & 31;

			e->b->n = at;
			words[w] &= ~(1u << bit);
			e->b->p[word_at[w] + bit / 8] &= (uint8_t) ~(1u << bit % 8);
		} else if (r < 0) {
			return r;
		}
	}
	return 0;
}

/* An object in the form of the layer, through its down rule if it has one. */
static int encode_at(struct enc *e, const struct tl_shape *s, const struct tl_obj *o)
{
	struct tl_obj *copy;
	size_t size;

	if (!s->down)
		return encode_shape(e, s, (const uint8_t *)o);
	size = tl_name_rows[o->name].size;
	copy = arena_alloc(&e->tmp, size);
	memcpy(copy, o, size);
	if (!s->down(&e->tmp, copy, s->id))
		return DROPPED;
	return encode_shape(e, s, (const uint8_t *)copy);
}

static int encode_fallback(struct enc *e, const struct tl_obj *o, uint16_t type)
{
	const struct tl_type_row *t = &tl_types[type];
	const struct tl_shape *s;
	const struct tl_obj *with = NULL;

	if (t->rule) {
		with = t->rule(&e->tmp, o, e->layer);
		if (!with)
			return DROPPED;
	} else if (t->fallback != TL_DROP) {
		with = tl_new(&e->tmp, t->fallback, tl_name_rows[t->fallback].size);
	} else {
		return DROPPED;
	}
	s = tl_shape_at(with->name, e->layer);
	return s ? encode_at(e, s, with) : DROPPED;
}

static int encode_boxed(struct enc *e, const struct tl_obj *o, uint16_t type)
{
	const struct tl_shape *s;
	size_t at = e->b->n;
	int r;

	if (!o || !o->name || o->name >= TL_NAMES || tl_name_rows[o->name].type != type)
		return -ERR_INVALID; /* ours: a required field was left out or holds the wrong thing */
	if (++e->depth > TL_DEPTH_MAX)
		return -ERR_INVALID;
	s = tl_shape_at(o->name, e->layer);
	r = s ? encode_at(e, s, o) : DROPPED;
	if (r == DROPPED) {
		e->b->n = at;
		r = encode_fallback(e, o, type);
	}
	e->depth--;
	return r;
}

static int finish(struct enc *e, int r, size_t at)
{
	arena_fini(&e->tmp);
	if (r < 0)
		e->b->n = at;
	return r;
}

int tl_encode(struct buf *b, const struct tl_obj *o, int layer)
{
	struct enc e = {.b = b, .layer = layer};
	size_t at = b->n;

	return finish(&e, encode_boxed(&e, o, o ? tl_name_rows[o->name].type : 0), at);
}

int tl_encode_call(struct buf *b, const struct tl_obj *method, int layer)
{
	struct enc e = {.b = b, .layer = layer};
	const struct tl_shape *s = tl_shape_at(method->name, layer);
	size_t at = b->n;

	if (!tl_is_method(method->name) || !s)
		return -ERR_UNSUPPORTED;
	return finish(&e, encode_at(&e, s, method), at);
}

static int encode_result(struct enc *e, uint16_t method, const struct tl_obj *o)
{
	const struct tl_name_row *row = &tl_name_rows[method];
	const struct tl_shape *s = tl_shape_at(method, e->layer), *newest = tl_shape_newest(method);
	const struct tl_vector *v;
	struct tl_field f = {.kind = TL_K_VEC_INT};

	if (!s)
		s = newest;
	if (row->down_result && (s->result != newest->result || s->type != newest->type))
		o = row->down_result(&e->tmp, o, e->layer);
	if (!o || !s)
		return -ERR_UNSUPPORTED;
	if (s->result == TL_RESULT_OBJ)
		return encode_boxed(e, o, s->type);
	v = TL_AS(vector, o);
	if (!v)
		return -ERR_INVALID;
	switch (s->result) {
	case TL_RESULT_INTS:
		return encode_field(e, &f, (const uint8_t *)&v->ints);
	case TL_RESULT_LONGS:
		f.kind = TL_K_VEC_LONG;
		return encode_field(e, &f, (const uint8_t *)&v->longs);
	case TL_RESULT_STRS:
		f.kind = TL_K_VEC_STR;
		return encode_field(e, &f, (const uint8_t *)&v->strs);
	default:
		return encode_vec_obj(e, &v->objs, s->type);
	}
}

int tl_encode_result(struct buf *b, uint16_t method, const struct tl_obj *o, int layer)
{
	struct enc e = {.b = b, .layer = layer};
	size_t at = b->n;

	if (!layer)
		e.layer = TL_LAYER_MAX;
	return finish(&e, encode_result(&e, method, o), at);
}
