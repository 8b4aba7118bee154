/* files.c - see files.h. */
#include "files.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <zlib.h>

#include "base/clock.h"
#include "store/file.h"
#include "talk.h"

enum { PART = 65536 };

#define IN(w, n) TL_NEW(world_arena(w), n)

struct slice files_bytes(struct world *w, size_t n, unsigned seed)
{
	uint8_t *p = arena_alloc(world_arena(w), n + 1);
	uint64_t x = seed * 2654435761u + 1;

	for (size_t i = 0; i < n; i++) {
		x = x * 6364136223846793005u + 1442695040888963407u;
		p[i] = (uint8_t)(x >> 56);
	}
	return slice_of(p, n);
}

struct tl_obj *files_upload(struct world *w, struct person who, struct slice bytes, const char *name)
{
	static int64_t file_id = 5000;
	struct tl_inputFile *f = IN(w, inputFile);

	f->id = ++file_id;
	f->name = slice_str(name);
	f->md5_checksum = SLICE_LIT("");
	for (uint32_t at = 0; at < bytes.n; at += PART) {
		struct tl_upload_saveFilePart *q = IN(w, upload_saveFilePart);

		q->file_id = f->id;
		q->file_part = f->parts++;
		q->bytes = slice_of(bytes.p + at, bytes.n - at < PART ? bytes.n - at : PART);
		assert_true(TL_IS(boolTrue, talk_call(w, who, &q->o)));
	}
	return &f->o;
}

struct tl_inputMediaUploadedDocument *files_document(struct world *w, struct person who, struct slice bytes,
                                                     const char *name, const char *mime, struct tl_obj *extra)
{
	struct tl_inputMediaUploadedDocument *d = IN(w, inputMediaUploadedDocument);
	struct tl_documentAttributeFilename *f = IN(w, documentAttributeFilename);

	f->file_name = slice_str(name);
	d->file = files_upload(w, who, bytes, name);
	d->mime_type = slice_str(mime);
	d->attributes = tl_vec_new(world_arena(w), extra ? 2 : 1);
	d->attributes.v[0] = &f->o;
	if (extra)
		d->attributes.v[1] = extra;
	return d;
}

struct tl_obj *files_photo(struct world *w, struct person who, struct slice image)
{
	struct tl_inputMediaUploadedPhoto *p = IN(w, inputMediaUploadedPhoto);

	p->file = files_upload(w, who, image, "photo");
	return &p->o;
}

struct tl_message *files_send(struct world *w, struct person from, struct person to, struct tl_obj *media,
                              const char *caption)
{
	static int64_t random_id = 900000;
	struct tl_messages_sendMedia *q = IN(w, messages_sendMedia);
	struct tl_obj *u;

	q->peer = world_peer(w, from, to.id);
	q->media = media;
	q->message = slice_str(caption);
	q->random_id = ++random_id;
	u = talk_update(talk_call(w, from, &q->o), TL_updateNewMessage);
	assert_non_null(u);
	return TL_AS(message, TL_AS(updateNewMessage, u)->message);
}

struct tl_message *files_top(struct world *w, struct person who, struct person with)
{
	struct tl_messages_getHistory *q = IN(w, messages_getHistory);
	struct tl_vec v;
	int32_t n;

	q->peer = world_peer(w, who, with.id);
	q->limit = 1;
	v = talk_messages(talk_call(w, who, &q->o), &n);
	assert_int_equal(v.n, 1);
	return TL_AS(message, v.v[0]);
}

struct tl_document *files_document_of(const struct tl_message *m)
{
	const struct tl_messageMediaDocument *d = TL_AS(messageMediaDocument, m->media);

	assert_non_null(d);
	assert_true(TL_IS(document, d->document));
	return TL_AS(document, d->document);
}

struct tl_photo *files_photo_of(const struct tl_message *m)
{
	const struct tl_messageMediaPhoto *p = TL_AS(messageMediaPhoto, m->media);

	assert_non_null(p);
	assert_true(TL_IS(photo, p->photo));
	return TL_AS(photo, p->photo);
}

struct tl_obj *files_location(struct world *w, const struct tl_document *d, const char *size)
{
	struct tl_inputDocumentFileLocation *l = IN(w, inputDocumentFileLocation);

	l->id = d->id;
	l->access_hash = d->access_hash;
	l->file_reference = d->file_reference;
	l->thumb_size = slice_str(size);
	return &l->o;
}

struct tl_obj *files_photo_location(struct world *w, const struct tl_photo *p, const char *size)
{
	struct tl_inputPhotoFileLocation *l = IN(w, inputPhotoFileLocation);

	l->id = p->id;
	l->access_hash = p->access_hash;
	l->file_reference = p->file_reference;
	l->thumb_size = slice_str(size);
	return &l->o;
}

struct slice files_get(struct world *w, struct person who, struct tl_obj *location, int32_t step)
{
	struct buf all = {0};
	struct slice s;

	for (;;) {
		struct tl_upload_getFile *q = IN(w, upload_getFile);
		struct tl_upload_file *f;

		q->location = location;
		q->precise = (step & (step - 1)) != 0;
		q->offset = (int64_t)all.n;
		q->limit = step;
		f = TL_AS(upload_file, talk_call(w, who, &q->o));
		assert_non_null(f);
		assert_true(f->bytes.n <= (uint32_t)step);
		buf_put(&all, f->bytes.p, f->bytes.n);
		if (f->bytes.n < (uint32_t)step)
			break;
	}
	s = arena_slice(world_arena(w), buf_slice(&all));
	buf_fini(&all);
	return s;
}

static void put_be32(struct buf *b, uint32_t v)
{
	buf_u32(b, __builtin_bswap32(v));
}

static void chunk(struct buf *b, const char *type, const void *p, uint32_t n)
{
	uLong crc = crc32(crc32(0, (const Bytef *)type, 4), p, n);

	put_be32(b, n);
	buf_put(b, type, 4);
	buf_put(b, p, n);
	put_be32(b, (uint32_t)crc);
}

struct slice files_png(struct world *world, uint32_t w, uint32_t h)
{
	uint32_t row = 1 + 3 * w;
	uint8_t *raw = malloc((size_t)row * h), *packed;
	uLongf n = compressBound((uLong)row * h);
	struct buf b = {0}, head = {0};
	struct slice r;

	for (uint32_t y = 0; y < h; y++) {
		raw[y * row] = 0;
		for (uint32_t x = 0; x < w; x++) {
			uint8_t *p = raw + y * row + 1 + 3 * x;

			p[0] = (uint8_t)(255 * x / w);
			p[1] = (uint8_t)(255 * y / h);
			p[2] = (uint8_t)((x + y) & 63);
		}
	}
	packed = malloc(n);
	assert_int_equal(compress2(packed, &n, raw, (uLong)row * h, 1), Z_OK);
	buf_put(&b, "\x89PNG\r\n\x1a\n", 8);
	put_be32(&head, w);
	put_be32(&head, h);
	buf_put(&head, "\x08\x02\0\0\0", 5);
	chunk(&b, "IHDR", head.p, (uint32_t)head.n);
	chunk(&b, "IDAT", packed, (uint32_t)n);
	chunk(&b, "IEND", "", 0);
	r = arena_slice(world_arena(world), buf_slice(&b));
	buf_fini(&b);
	buf_fini(&head);
	free(packed);
	free(raw);
	return r;
}

struct slice files_tgs(struct world *w, int number)
{
	char text[200];
	uint8_t out[400];
	z_stream z = {.next_in = (uint8_t *)text, .next_out = out, .avail_out = sizeof(out)};

	z.avail_in = (unsigned)snprintf(
		text, sizeof(text),
		"{\"v\":\"5.5.2\",\"nm\":\"%d\",\"fr\":60,\"ip\":0,\"op\":60,\"w\":512,"
		"\"h\":512,\"layers\":[{\"ty\":4,\"ip\":0,\"op\":60,\"shapes\":[]}]}",
		number);
	assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	deflateEnd(&z);
	return arena_slice(world_arena(w), slice_of(out, z.total_out));
}

struct tl_message *files_send_document(struct world *w, struct person from, struct person to,
                                       struct slice bytes, const char *name, const char *mime,
                                       struct tl_obj *extra)
{
	return files_send(w, from, to, &files_document(w, from, bytes, name, mime, extra)->o, "look");
}

struct asked {
	int64_t file;
	int64_t refs; /* -1: gone */
};

static int ask_refs(struct rpc_call *c, void *arg)
{
	struct asked *x = arg;
	struct store_file f;
	int r = store_file_get(c->db, x->file, &c->arena, &f);

	x->refs = r == 0 ? f.refs : -1;
	return 0;
}

int64_t files_refs(struct world *w, int64_t file)
{
	struct asked x = {.file = file};

	assert_int_equal(world_write(w, ask_refs, &x), 0);
	return x.refs;
}

void files_pass(int seconds)
{
	static int64_t all;

	all += seconds;
	clock_set_test(all * 1000000);
}
