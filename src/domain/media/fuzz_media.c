/*
 * fuzz_media.c - what a client says about its document: attributes, names, mime types, and file references it sends back. What
 * is taken must be sayable in every layer, names must suit any file system, and no reference but a real one may pass.
 *
 * Input: a byte that chooses (0 a boxed InputMedia, 1 a file name, 2 a mime type, 3 a reference), then its bytes.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/settings.h"
#include "base/utf8.h"
#include "domain/media/private.h"
#include "domain/media/reference.h"
#include "rpc_methods.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

enum { FILE_ID = 42, EPOCH = 3, NAME_BYTES = 255 };

static bool failed;

/* ---- instead of the lane ---- */

int rpc_fail(struct rpc_call *c, int code, const char *fmt, ...)
{
	failed = true;
	return -ERR_RPC;
}

/* ---- what must be true ---- */

static void must(bool good)
{
	if (!good)
		abort();
}

static void check_name(struct slice s)
{
	must(s.n > 0 && s.n <= NAME_BYTES && utf8_valid(s));
	for (uint32_t i = 0; i < s.n; i++)
		must(s.p[i] >= 0x20 && s.p[i] != 0x7f && s.p[i] != '/' && s.p[i] != '\\');
}

static void check_one(const struct tl_obj *o)
{
	const struct tl_documentAttributeVideo *v = TL_AS(documentAttributeVideo, o);
	const struct tl_documentAttributeSticker *s = TL_AS(documentAttributeSticker, o);
	struct buf b = {0};

	if (TL_IS(documentAttributeFilename, o))
		check_name(TL_AS(documentAttributeFilename, o)->file_name);
	must(!v || (isfinite(v->duration) && v->duration >= 0 && v->w >= 0 && v->h >= 0));
	must(!s || TL_IS(inputStickerSetEmpty, s->stickerset));
	must(tl_encode(&b, o, TL_LAYER_MAX) == 0);
	tl_encode(&b, o, TL_LAYER_MIN);
	buf_fini(&b);
}

static void attributes(struct rpc_call *c, const struct tl_vec *in)
{
	struct tl_document d = {.o.name = TL_document};

	if (media_attributes(c, in, &d.attributes) < 0) {
		must(failed);
		return;
	}
	must(d.attributes.n <= in->n);
	for (uint32_t i = 0; i < d.attributes.n; i++) {
		check_one(d.attributes.v[i]);
		for (uint32_t k = 0; k < i; k++)
			must(d.attributes.v[i]->name != d.attributes.v[k]->name);
	}
	must(media_kind_of_document(&d) > 0 && media_kind_of_document(&d) < STORE_MEDIA_KINDS);
}

static void input_media(struct rpc_call *c, struct slice s)
{
	struct rd in = rd_of(s.p, s.n);
	const struct tl_inputMediaUploadedDocument *d;
	struct tl_obj *o;

	c->arena.limit = 1 << 20;
	if (tl_decode(&in, &c->arena, &o) < 0)
		return;
	c->arena.limit = 0;
	d = TL_AS(inputMediaUploadedDocument, o);
	if (d)
		attributes(c, &d->attributes);
}

static void name(struct rpc_call *c, struct slice s)
{
	struct tl_documentAttributeFilename f = {.o.name = TL_documentAttributeFilename, .file_name = s};
	struct tl_obj *one = &f.o;
	struct tl_vec in = {&one, 1};

	attributes(c, &in);
}

static void mime(struct rpc_call *c, struct slice s)
{
	struct slice m = media_mime(&c->arena, s);

	must(m.n >= 3 && m.n <= 127 && memchr(m.p + 1, '/', m.n - 2));
	for (uint32_t i = 0; i < m.n; i++)
		must(m.p[i] > 0x20 && m.p[i] < 0x7f && m.p[i] != '"' && m.p[i] != '<');
}

static void reference(struct rpc_call *c, struct slice s)
{
	const struct media_origin from = {.kind = MEDIA_FROM_MESSAGE, .peer = 9, .id = 7};
	struct slice real = reference_make(c, c->user_id, FILE_ID, EPOCH, &from);
	struct media_origin got;
	int r = reference_check(c, FILE_ID, EPOCH, s, -1);

	must(r == 0 ? slice_eq(s, real) || s.n == REFERENCE_SIZE : failed);
	reference_origin(s, &got);
	must(reference_check(c, FILE_ID, EPOCH, real, -1) == 0);
	must(reference_origin(real, &got) && got.peer == 9 && got.id == 7);
	must(reference_check(c, FILE_ID + 1, EPOCH, real, -1) < 0);
	must(reference_check(c, FILE_ID, EPOCH + 1, real, 2) < 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct settings settings = {0};
	struct app app = {.settings = &settings};
	struct rpc_call c = {.app = &app, .user_id = 5, .now = 1700000000};
	struct slice s;

	if (!n)
		return 0;
	arena_init(&c.arena, 0);
	failed = false;
	s = arena_slice(&c.arena, slice_of(p + 1, n - 1));
	switch (p[0] & 3) {
	case 0:
		input_media(&c, s);
		break;
	case 1:
		name(&c, s);
		break;
	case 2:
		mime(&c, s);
		break;
	default:
		reference(&c, s);
	}
	arena_fini(&c.arena);
	return 0;
}
