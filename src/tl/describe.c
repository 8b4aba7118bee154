/*
 * describe.c - an object as one line of text: message{id: 5, peer_id: peerUser{user_id: 7}, message: "hi"}. For tests and
 * tools; fields of the newest form, absent ones left out, long things cut.
 */
#include "tl/tables.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/utf8.h"

enum { BYTES_SHOWN = 32, TEXT_SHOWN = 512, ELEMENTS_SHOWN = 64 };

static void object(struct buf *b, const struct tl_obj *o, int depth);

__attribute__((format(printf, 2, 3))) static void print(struct buf *b, const char *fmt, ...)
{
	char text[64];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	buf_put(b, text, n < 0 ? 0 : (size_t)n < sizeof(text) ? (size_t)n : sizeof(text) - 1);
}

static void word(struct buf *b, const char *s)
{
	buf_put(b, s, strlen(s));
}

static void hex(struct buf *b, const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n && i < BYTES_SHOWN; i++)
		print(b, "%02x", p[i]);
	if (n > BYTES_SHOWN)
		print(b, "...(%zu)", n);
}

/* Text in quotes; what is none as 0x and digits. */
static void string(struct buf *b, struct slice s)
{
	uint32_t n = s.n;

	if (!s.p || !utf8_valid(s)) {
		word(b, "0x");
		hex(b, s.p, s.p ? s.n : 0);
		return;
	}
	if (n > TEXT_SHOWN)
		for (n = TEXT_SHOWN; (s.p[n] & 0xc0) == 0x80; n--)
			;
	buf_u8(b, '"');
	for (uint32_t i = 0; i < n; i++) {
		if (s.p[i] == '"' || s.p[i] == '\\')
			print(b, "\\%c", s.p[i]);
		else if (s.p[i] < 0x20 || s.p[i] == 0x7f)
			print(b, "\\x%02x", s.p[i]);
		else
			buf_u8(b, s.p[i]);
	}
	buf_u8(b, '"');
	if (n < s.n)
		print(b, "...(%u)", s.n);
}

/* Separator before element i of n; false where the rest is not shown. */
static bool element(struct buf *b, uint32_t i, uint32_t n)
{
	if (i)
		word(b, ", ");
	if (i < ELEMENTS_SHOWN)
		return true;
	print(b, "...(%u)", n);
	return false;
}

static void ints(struct buf *b, const struct tl_vec_int *v)
{
	buf_u8(b, '[');
	for (uint32_t i = 0; i < v->n && element(b, i, v->n); i++)
		print(b, "%" PRId32, v->v[i]);
	buf_u8(b, ']');
}

static void longs(struct buf *b, const struct tl_vec_long *v)
{
	buf_u8(b, '[');
	for (uint32_t i = 0; i < v->n && element(b, i, v->n); i++)
		print(b, "%" PRId64, v->v[i]);
	buf_u8(b, ']');
}

static void strings(struct buf *b, const struct tl_vec_str *v)
{
	buf_u8(b, '[');
	for (uint32_t i = 0; i < v->n && element(b, i, v->n); i++)
		string(b, v->v[i]);
	buf_u8(b, ']');
}

static void objects(struct buf *b, const struct tl_vec *v, int depth)
{
	buf_u8(b, '[');
	for (uint32_t i = 0; i < v->n && element(b, i, v->n); i++)
		object(b, v->v[i], depth);
	buf_u8(b, ']');
}

static void field(struct buf *b, const struct tl_field *f, const uint8_t *at, int depth)
{
	switch (f->kind) {
	case TL_K_INT:
		print(b, "%" PRId32, *(const int32_t *)at);
		break;
	case TL_K_LONG:
	case TL_K_INT_IN_LONG:
		print(b, "%" PRId64, *(const int64_t *)at);
		break;
	case TL_K_DOUBLE:
		print(b, "%.17g", *(const double *)at);
		break;
	case TL_K_STR:
		string(b, *(const struct slice *)at);
		break;
	case TL_K_BOOL:
	case TL_K_TRUE:
		word(b, *(const bool *)at ? "true" : "false");
		break;
	case TL_K_INT128:
	case TL_K_INT256:
		word(b, "0x");
		hex(b, at, f->kind == TL_K_INT128 ? 16 : 32);
		break;
	case TL_K_OBJ:
		object(b, *(struct tl_obj *const *)at, depth);
		break;
	case TL_K_VEC_INT:
		ints(b, (const struct tl_vec_int *)at);
		break;
	case TL_K_VEC_LONG:
		longs(b, (const struct tl_vec_long *)at);
		break;
	case TL_K_VEC_STR:
		strings(b, (const struct tl_vec_str *)at);
		break;
	default:
		objects(b, (const struct tl_vec *)at, depth);
	}
}

/* A bare vector: whichever of its kinds is used. */
static void bare(struct buf *b, const struct tl_vector *v, int depth)
{
	if (v->ints.v)
		ints(b, &v->ints);
	else if (v->longs.v)
		longs(b, &v->longs);
	else if (v->strs.v)
		strings(b, &v->strs);
	else
		objects(b, &v->objs, depth);
}

static void object(struct buf *b, const struct tl_obj *o, int depth)
{
	const struct tl_shape *s;
	const char *between = "";

	if (!o || !o->name || o->name >= TL_NAMES || depth > TL_DEPTH_MAX) {
		word(b, !o ? "null" : depth > TL_DEPTH_MAX ? "..." : "?");
		return;
	}
	if (o->name == TL_vector) {
		bare(b, (const struct tl_vector *)o, depth + 1);
		return;
	}
	s = tl_shape_newest(o->name);
	word(b, tl_wire_name(o->name));
	buf_u8(b, '{');
	for (unsigned i = 0; s && i < s->n; i++) {
		const struct tl_field *f = &tl_fields[s->first + i];

		if (f->kind == TL_K_FLAGS || (f->flag && !tl_field_present(f, o)))
			continue;
		word(b, between);
		word(b, tl_field_names[s->first + i]);
		word(b, ": ");
		field(b, f, (const uint8_t *)o + f->offset, depth + 1);
		between = ", ";
	}
	buf_u8(b, '}');
}

void tl_describe(struct buf *b, const struct tl_obj *o)
{
	object(b, o, 0);
}
