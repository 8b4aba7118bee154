/*
 * decode.c - bytes to structs: one interpreter walks the shapes. Input is hostile: types are checked against what the
 * field expects, counts against what is left, depth and memory against their limits, text against UTF-8.
 */
#include "tl/tables.h"

#include "base/err.h"
#include "base/utf8.h"

static int decode_boxed(struct rd *r, struct arena *a, uint16_t type, int depth, struct tl_obj **ret);

static int decode_count(struct rd *r, size_t least, uint32_t *ret_n)
{
	uint32_t id = rd_u32(r), n = rd_u32(r);

	if (r->bad || id != TL_ID_VECTOR)
		return -ERR_INVALID;
	if (n > rd_left(r) / least)
		return -ERR_INVALID;
	*ret_n = n;
	return 0;
}

static int vec_int(struct rd *r, struct arena *a, struct tl_vec_int *out)
{
	uint32_t n;
	int32_t *v;
	int e = decode_count(r, 4, &n);

	if (e < 0)
		return e;
	v = arena_try(a, sizeof(*v) * (n + 1));
	if (!v)
		return -ERR_TOO_BIG;
	for (uint32_t i = 0; i < n; i++)
		v[i] = (int32_t)rd_u32(r);
	*out = (struct tl_vec_int){v, n};
	return 0;
}

static int vec_long(struct rd *r, struct arena *a, struct tl_vec_long *out)
{
	uint32_t n;
	int64_t *v;
	int e = decode_count(r, 8, &n);

	if (e < 0)
		return e;
	v = arena_try(a, sizeof(*v) * ((size_t)n + 1));
	if (!v)
		return -ERR_TOO_BIG;
	for (uint32_t i = 0; i < n; i++)
		v[i] = (int64_t)rd_u64(r);
	*out = (struct tl_vec_long){v, n};
	return 0;
}

/*
 * What the schema calls `string` is text: other bytes in it would break the clients of whoever is shown it (most decode
 * strictly and lose the whole update).
 */
static int str(struct rd *r, bool is_text, struct slice *out)
{
	*out = rd_tl_bytes(r);
	return is_text && !utf8_valid(*out) ? -ERR_INVALID : 0;
}

static int vec_str(struct rd *r, struct arena *a, bool is_text, struct tl_vec_str *out)
{
	struct slice *v;
	uint32_t n;
	int e = decode_count(r, 4, &n);

	if (e < 0)
		return e;
	v = arena_try(a, sizeof(*v) * ((size_t)n + 1));
	if (!v)
		return -ERR_TOO_BIG;
	for (uint32_t i = 0; i < n; i++)
		if ((e = str(r, is_text, &v[i])) < 0)
			return e;
	*out = (struct tl_vec_str){v, n};
	return r->bad ? -ERR_INVALID : 0;
}

static int vec_obj(struct rd *r, struct arena *a, uint16_t type, int depth, struct tl_vec *out)
{
	struct tl_obj **v;
	uint32_t n;
	int e = decode_count(r, 4, &n);

	if (e < 0)
		return e;
	v = arena_try(a, sizeof(*v) * ((size_t)n + 1));
	if (!v)
		return -ERR_TOO_BIG;
	for (uint32_t i = 0; i < n; i++)
		if ((e = decode_boxed(r, a, type, depth, &v[i])) < 0)
			return e;
	*out = (struct tl_vec){v, n};
	return 0;
}

static int decode_bool(struct rd *r, bool *out)
{
	const struct tl_shape *s = tl_shape_of(rd_u32(r));

	if (r->bad || !s || (s->name != TL_boolTrue && s->name != TL_boolFalse))
		return -ERR_INVALID;
	*out = s->name == TL_boolTrue;
	return 0;
}

static int decode_raw(struct rd *r, uint8_t *out, size_t n)
{
	struct slice s = rd_bytes(r, n);

	if (!s.p)
		return -ERR_INVALID;
	memcpy(out, s.p, n);
	return 0;
}

static int decode_field(struct rd *r, struct arena *a, const struct tl_field *f, int depth, uint8_t *at)
{
	uint64_t bits;

	switch (f->kind) {
	case TL_K_INT:
		*(int32_t *)at = (int32_t)rd_u32(r);
		return 0;
	case TL_K_INT_IN_LONG:
		*(int64_t *)at = (int32_t)rd_u32(r);
		return 0;
	case TL_K_LONG:
		*(int64_t *)at = (int64_t)rd_u64(r);
		return 0;
	case TL_K_DOUBLE:
		bits = rd_u64(r);
		memcpy(at, &bits, 8);
		return 0;
	case TL_K_STR:
		return str(r, f->type != 0, (struct slice *)at);
	case TL_K_BOOL:
		return decode_bool(r, (bool *)at);
	case TL_K_TRUE:
		*(bool *)at = true;
		return 0;
	case TL_K_INT128:
		return decode_raw(r, at, 16);
	case TL_K_INT256:
		return decode_raw(r, at, 32);
	case TL_K_OBJ:
		return decode_boxed(r, a, f->type, depth, (struct tl_obj **)at);
	case TL_K_VEC_INT:
		return vec_int(r, a, (struct tl_vec_int *)at);
	case TL_K_VEC_LONG:
		return vec_long(r, a, (struct tl_vec_long *)at);
	case TL_K_VEC_STR:
		return vec_str(r, a, f->type != 0, (struct tl_vec_str *)at);
	default:
		return vec_obj(r, a, f->type, depth, (struct tl_vec *)at);
	}
}

static int decode_shape(struct rd *r, struct arena *a, const struct tl_shape *s, int depth,
                        struct tl_obj **ret)
{
	const struct tl_field *f = &tl_fields[s->first], *end = f + s->n;
	uint32_t words[3] = {0};
	uint8_t *o;
	int e;

	if (depth > TL_DEPTH_MAX)
		return -ERR_INVALID;
	o = arena_try(a, tl_name_rows[s->name].size);
	if (!o)
		return -ERR_TOO_BIG;
	((struct tl_obj *)o)->name = s->name;
	((struct tl_obj *)o)->via = (uint16_t)(s - tl_shapes);
	for (; f < end; f++) {
		if (f->kind == TL_K_FLAGS) {
			words[f->offset] = rd_u32(r);
			continue;
		}
		if (f->flag && !(words[(f->flag >> 5) - 1] >> (f->flag & 31) & 1))
			continue;
		if (f->has)
			*(bool *)(o + f->has) = true;
		e = decode_field(r, a, f, depth + 1, o + f->offset);
		if (e < 0)
			return e;
		if (r->bad)
			return -ERR_INVALID;
	}
	if (r->bad)
		return -ERR_INVALID;
	if (s->up)
		s->up(a, (struct tl_obj *)o, s->id);
	*ret = (struct tl_obj *)o;
	return 0;
}

/* Pyrogram 2.0 sends a peer where a user or a channel is asked for (users.getUsers, contacts.addContact), and is answered. */
static const struct {
	uint16_t given, taken; /* with the same fields */
} stand_ins[] = {
	{TL_inputPeerEmpty, TL_inputUserEmpty}, {TL_inputPeerSelf, TL_inputUserSelf},
	{TL_inputPeerUser, TL_inputUser},       {TL_inputPeerEmpty, TL_inputChannelEmpty},
	{TL_inputPeerChannel, TL_inputChannel},
};

static const struct tl_shape *stand_in(uint16_t given, uint16_t type)
{
	for (size_t i = 0; i < sizeof(stand_ins) / sizeof(*stand_ins); i++) {
		const struct tl_shape *s = tl_shape_newest(stand_ins[i].taken);

		if (stand_ins[i].given == given && s && s->type == type)
			return s;
	}
	return NULL;
}

static int decode_boxed(struct rd *r, struct arena *a, uint16_t type, int depth, struct tl_obj **ret)
{
	uint32_t id = rd_u32(r);
	const struct tl_shape *s;

	if (r->bad)
		return -ERR_INVALID;
	s = tl_shape_of(id);
	if (!s || tl_is_method(s->name))
		return -ERR_NOTFOUND;
	if (s->type != type && !(s = stand_in(s->name, type)))
		return -ERR_NOTFOUND;
	return decode_shape(r, a, s, depth, ret);
}

int tl_decode(struct rd *r, struct arena *a, struct tl_obj **ret_obj)
{
	uint32_t id = rd_u32(r);
	const struct tl_shape *s;

	if (r->bad)
		return -ERR_INVALID;
	s = tl_shape_of(id);
	if (!s)
		return -ERR_UNSUPPORTED;
	return decode_shape(r, a, s, 0, ret_obj);
}

int tl_decode_result_at(struct rd *r, struct arena *a, uint16_t method, int layer, struct tl_obj **ret_obj)
{
	const struct tl_shape *s = tl_shape_at(method, layer);
	struct tl_vector *v;

	if (!s)
		s = tl_shape_newest(method);
	if (!s)
		return -ERR_UNSUPPORTED;
	if (s->result == TL_RESULT_OBJ)
		return tl_decode(r, a, ret_obj);
	v = TL_NEW(a, vector);
	*ret_obj = &v->o;
	switch (s->result) {
	case TL_RESULT_INTS:
		return vec_int(r, a, &v->ints);
	case TL_RESULT_LONGS:
		return vec_long(r, a, &v->longs);
	case TL_RESULT_STRS:
		return vec_str(r, a, false, &v->strs);
	default:
		return vec_obj(r, a, s->type, 0, &v->objs);
	}
}

int tl_decode_result(struct rd *r, struct arena *a, uint16_t method, struct tl_obj **ret_obj)
{
	return tl_decode_result_at(r, a, method, TL_LAYER_MAX, ret_obj);
}
