/*
 * test_download.c - documents as their sender and receiver get them: bytes back, who may, references, forwards without a copy, take-downs,
 * and what is left when the last message went.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/err.h"
#include "crypto/hash.h"
#include "domain/media/cache.h"
#include "domain/media/media.h"
#include "files.h"
#include "jobs/jobs.h"
#include "three.h"

static void there_and_back(void **state)
{
	struct s *s = *state;
	static const uint32_t sizes[] = {1, 253, 254, 4095, 4096, 65536, 200001, 1048576 + 7};

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct slice bytes = files_bytes(s->w, sizes[i], (unsigned)i);
		struct tl_message *m = files_send_document(s->w, s->a, s->b, bytes, "report.bin",
		                                           "application/x-test", NULL),
				  *got;
		struct tl_document *d = files_document_of(m), *e;

		assert_int_equal(d->size, sizes[i]);
		assert_int_equal(d->dc_id, 2);
		assert_true(slice_eq(d->mime_type, SLICE_LIT("application/x-test")));
		assert_int_equal(d->attributes.n, 1);
		got = files_top(s->w, s->b, s->a);
		e = files_document_of(got);
		assert_true(slice_eq(got->message, SLICE_LIT("look")));
		assert_int_equal(e->id, d->id);
		assert_true(e->access_hash != d->access_hash);
		assert_true(slice_eq(files_get(s->w, s->a, files_location(s->w, d, ""), 131072), bytes));
		assert_true(slice_eq(files_get(s->w, s->b, files_location(s->w, e, ""), 1048576), bytes));
		assert_true(slice_eq(files_get(s->w, s->b, files_location(s->w, e, ""), 4096 * 16), bytes));
	}
}

static void ranges(void **state)
{
	static const struct {
		bool precise;
		int64_t offset;
		int32_t limit;
		const char *error; /* NULL: fine */
		uint32_t n;
	} rows[] = {
		{false, 0, 4096, NULL, 4096},
		{false, 4096, 1048576, "400 OFFSET_INVALID", 0}, /* over the border of a MiB */
		{false, 1048576, 1048576, NULL, 1048576},
		{false, 2097152, 4096, NULL, 100},
		{false, 2097152 + 4096, 4096, NULL, 0},
		{false, 1LL << 40, 4096, NULL, 0},
		{false, 0, 4097, "400 LIMIT_INVALID", 0},
		{false, 0, 12288, "400 LIMIT_INVALID", 0}, /* does not divide a MiB */
		{false, 0, 0, "400 LIMIT_INVALID", 0},
		{false, 0, -4096, "400 LIMIT_INVALID", 0},
		{false, 0, 2097152, "400 LIMIT_INVALID", 0},
		{false, 1024, 4096, "400 OFFSET_INVALID", 0},
		{false, -4096, 4096, "400 OFFSET_INVALID", 0},
		{true, 1024, 12288, NULL, 12288},
		{true, 1000, 1024, "400 OFFSET_INVALID", 0},
		{true, 0, 1000, "400 LIMIT_INVALID", 0},
		{true, 1048576 - 1024, 2048, "400 LIMIT_INVALID", 0},
		{true, 1048576 - 1024, 1024, NULL, 1024},
		{true, 2097152, 1024, NULL, 100},
	};
	struct s *s = *state;
	struct slice bytes = files_bytes(s->w, 2097152 + 100, 1);
	struct tl_document *d = files_document_of(
		files_send_document(s->w, s->a, s->b, bytes, "x", "a/b", NULL));

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct tl_upload_getFile *q = Q(s, upload_getFile);
		struct tl_upload_file *f;

		q->location = files_location(s->w, d, "");
		q->precise = rows[i].precise;
		q->offset = rows[i].offset;
		q->limit = rows[i].limit;
		if (rows[i].error) {
			talk_refused(s->w, s->a, &q->o, rows[i].error);
			continue;
		}
		f = TL_AS(upload_file, talk_call(s->w, s->a, &q->o));
		assert_int_equal(f->bytes.n, rows[i].n);
		if (f->bytes.n)
			assert_memory_equal(f->bytes.p, bytes.p + rows[i].offset, f->bytes.n);
	}
}

/* What one was given opens nothing for another, and nothing can be made up. */
static void strangers(void **state)
{
	struct s *s = *state;
	struct slice bytes = files_bytes(s->w, 5000, 1);
	struct tl_document *d = files_document_of(
				   files_send_document(s->w, s->a, s->b, bytes, "x", "a/b", NULL)),
			   *e, bad;
	struct tl_upload_getFile *q = Q(s, upload_getFile);
	uint8_t *ref;

	e = files_document_of(files_top(s->w, s->b, s->a));
	q->limit = 4096;
	q->location = files_location(s->w, d, "");
	talk_refused(s->w, s->c, &q->o, "400 LOCATION_INVALID");
	talk_refused(s->w, s->b, &q->o, "400 LOCATION_INVALID");
	bad = *d;
	bad.file_reference = SLICE_LIT("");
	q->location = files_location(s->w, &bad, "");
	talk_refused(s->w, s->a, &q->o, "400 FILE_REFERENCE_EMPTY");
	bad.file_reference = e->file_reference; /* the receiver's */
	q->location = files_location(s->w, &bad, "");
	talk_refused(s->w, s->a, &q->o, "400 FILE_REFERENCE_INVALID");
	for (uint32_t i = 0; i < d->file_reference.n; i++) {
		ref = arena_alloc(world_arena(s->w), d->file_reference.n);
		memcpy(ref, d->file_reference.p, d->file_reference.n);
		ref[i] ^= 1;
		bad.file_reference = slice_of(ref, d->file_reference.n);
		q->location = files_location(s->w, &bad, "");
		talk_refused(s->w, s->a, &q->o, "400 FILE_REFERENCE_INVALID");
	}
	bad = *d;
	bad.id++;
	q->location = files_location(s->w, &bad, "");
	talk_refused(s->w, s->a, &q->o, "400 LOCATION_INVALID");
	q->location = files_location(s->w, d, "x");
	talk_refused(s->w, s->a, &q->o, "400 LOCATION_INVALID");
	q->location = files_location(s->w, d, "xyz");
	talk_refused(s->w, s->a, &q->o, "400 LOCATION_INVALID");
	q->location = files_location(s->w, d, "");
	assert_non_null(world_call(s->w, s->a, &q->o));
	assert_null(world_call_at(s->w, s->a, 4, &q->o));
	assert_string_equal(world_error(s->w), "303 FILE_MIGRATE_2");
	talk_refused(s->w, (struct person){0, s->a.key}, &q->o, "401 AUTH_KEY_UNREGISTERED");
}

static int void_references(struct rpc_call *c, void *arg)
{
	return media_void_references(c, *(int64_t *)arg);
}

static void references_expire(void **state)
{
	struct s *s = *state;
	struct slice bytes = files_bytes(s->w, 5000, 1);
	struct tl_message *m = files_send_document(s->w, s->a, s->b, bytes, "x", "a/b", NULL);
	struct tl_document *d = files_document_of(m), *again;
	struct tl_upload_getFile *q = Q(s, upload_getFile);
	struct tl_messages_sendMedia *send = Q(s, messages_sendMedia);
	struct tl_inputMediaDocument *in = Q(s, inputMediaDocument);
	struct tl_inputDocument *id = Q(s, inputDocument);

	q->limit = 8192;
	q->location = files_location(s->w, d, "");
	assert_non_null(world_call(s->w, s->a, &q->o));
	assert_true(
		slice_eq(files_document_of(files_top(s->w, s->a, s->b))->file_reference, d->file_reference));
	assert_int_equal(world_write(s->w, void_references, &d->id), 0);
	talk_refused(s->w, s->a, &q->o, "400 FILE_REFERENCE_EXPIRED");
	id->id = d->id;
	id->access_hash = d->access_hash;
	id->file_reference = d->file_reference;
	in->id = &id->o;
	send->peer = world_peer(s->w, s->a, s->b.id);
	send->media = &in->o;
	send->random_id = 77;
	talk_refused(s->w, s->a, &send->o, "400 FILE_REFERENCE_EXPIRED");
	again = files_document_of(files_top(s->w, s->a, s->b)); /* reading the message again mends it */
	assert_false(slice_eq(again->file_reference, d->file_reference));
	assert_true(slice_eq(files_get(s->w, s->a, files_location(s->w, again, ""), 4096), bytes));

	world_set(s->w, "media", "reference_seconds", "100");
	d = files_document_of(files_top(s->w, s->a, s->b));
	q->location = files_location(s->w, d, "");
	assert_non_null(world_call(s->w, s->a, &q->o));
	files_pass(101);
	talk_refused(s->w, s->a, &q->o, "400 FILE_REFERENCE_EXPIRED");
	d = files_document_of(files_top(s->w, s->a, s->b));
	q->location = files_location(s->w, d, "");
	assert_non_null(world_call(s->w, s->a, &q->o));
}

static void without_a_copy(void **state)
{
	struct s *s = *state;
	struct slice bytes = files_bytes(s->w, 300000, 3);
	struct tl_message *m = files_send_document(s->w, s->a, s->b, bytes, "x", "a/b", NULL), *f;
	struct tl_messages_forwardMessages *q = Q(s, messages_forwardMessages);
	struct tl_messages_deleteMessages *del = Q(s, messages_deleteMessages);
	struct tl_document *d = files_document_of(m), *e;
	int64_t random_id = 4242;

	assert_int_equal(files_refs(s->w, d->id), 2); /* one a box */
	q->from_peer = world_peer(s->w, s->a, s->b.id);
	q->to_peer = world_peer(s->w, s->a, s->c.id);
	q->id = (struct tl_vec_int){&m->id, 1};
	q->random_id = (struct tl_vec_long){&random_id, 1};
	talk_call(s->w, s->a, &q->o);
	f = files_top(s->w, s->c, s->a);
	e = files_document_of(f);
	assert_int_equal(e->id, d->id);
	assert_true(slice_eq(f->message, SLICE_LIT("look")));
	assert_int_equal(files_refs(s->w, d->id), 4);
	del->id = (struct tl_vec_int){&m->id, 1};
	del->revoke = true;
	talk_call(s->w, s->a, &del->o);
	assert_int_equal(files_refs(s->w, d->id), 2);
	assert_true(slice_eq(files_get(s->w, s->c, files_location(s->w, e, ""), 65536), bytes));
	q->drop_media_captions = q->drop_author = true;
	q->from_peer = world_peer(s->w, s->c, s->a.id);
	q->to_peer = world_peer(s->w, s->c, s->b.id);
	q->id = (struct tl_vec_int){&f->id, 1};
	talk_call(s->w, s->c, &q->o);
	f = files_top(s->w, s->b, s->c);
	assert_int_equal(f->message.n, 0);
	assert_null(f->fwd_from);
	assert_int_equal(files_refs(s->w, d->id), 4);
}

static int forget(struct rpc_call *c, void *arg)
{
	struct store_job j = {0};
	struct jobs_next next = {0};

	return media_forget_job(c, &j, &next);
}

/* Histories of both sides deleted: the file goes after an hour, and then its location is none. */
static void nobody_needs_it(void **state)
{
	struct s *s = *state;
	struct tl_document *d = files_document_of(
		files_send_document(s->w, s->a, s->b, files_bytes(s->w, 9000, 4), "x", "a/b", NULL));
	struct tl_messages_deleteHistory *q = Q(s, messages_deleteHistory);
	struct tl_upload_getFile *get = Q(s, upload_getFile);

	get->limit = 4096;
	get->location = files_location(s->w, d, "");
	assert_non_null(world_call(s->w, s->a, &get->o));
	q->peer = world_peer(s->w, s->a, s->b.id);
	q->revoke = true;
	talk_call(s->w, s->a, &q->o);
	assert_int_equal(files_refs(s->w, d->id), 0);
	assert_int_equal(world_write(s->w, forget, NULL), 0);
	assert_int_equal(files_refs(s->w, d->id), 0);
	files_pass(3700);
	assert_int_equal(world_write(s->w, forget, NULL), 0);
	assert_int_equal(files_refs(s->w, d->id), -1);
	talk_refused(s->w, s->a, &get->o, "400 LOCATION_INVALID");
}

static void by_hash(void **state)
{
	struct s *s = *state;
	struct tl_messages_getDocumentByHash *q = Q(s, messages_getDocumentByHash);
	struct slice bytes = files_bytes(s->w, 131072 * 2 + 5, 9);
	struct tl_document *d = files_document_of(
		files_send_document(s->w, s->a, s->b, bytes, "x", "a/b", NULL));
	struct tl_upload_getFileHashes *h = Q(s, upload_getFileHashes);
	struct tl_vec v;

	h->location = files_location(s->w, d, "");
	v = TL_AS(vector, talk_call(s->w, s->a, &h->o))->objs;
	assert_int_equal(v.n, 3);
	assert_int_equal(TL_AS(fileHash, v.v[1])->offset, 131072);
	assert_int_equal(TL_AS(fileHash, v.v[2])->limit, 5);
	h->offset = 131072;
	assert_int_equal(TL_AS(vector, talk_call(s->w, s->a, &h->o))->objs.n, 2);
	h->offset = 131072 * 3;
	assert_int_equal(TL_AS(vector, talk_call(s->w, s->a, &h->o))->objs.n, 0);

	/* A small file's one window is its own hash. */
	d = files_document_of(
		files_send_document(s->w, s->a, s->b, slice_of(bytes.p, 1000), "y", "a/b", NULL));
	h->location = files_location(s->w, d, "");
	h->offset = 0;
	v = TL_AS(vector, talk_call(s->w, s->a, &h->o))->objs;
	assert_int_equal(v.n, 1);
	q->sha256 = TL_AS(fileHash, v.v[0])->hash;
	q->size = 1000;
	q->mime_type = SLICE_LIT("a/b");
	assert_int_equal(TL_AS(document, talk_call(s->w, s->a, &q->o))->id, d->id);
	assert_true(TL_IS(documentEmpty, talk_call(s->w, s->b, &q->o)));
	q->size = 999;
	assert_true(TL_IS(documentEmpty, talk_call(s->w, s->a, &q->o)));
	q->sha256 = SLICE_LIT("short");
	talk_refused(s->w, s->a, &q->o, "400 SHA256_HASH_INVALID");
}

struct taken {
	struct blob_id content;
	int64_t files;
};

static int take_down(struct rpc_call *c, void *arg)
{
	struct taken *t = arg;

	return media_take_down(c, &t->content, &t->files);
}

static int allow(struct rpc_call *c, void *arg)
{
	const struct taken *t = arg;

	return media_allow(c, &t->content);
}

static void taken_down(void **state)
{
	struct s *s = *state;
	struct slice bytes = files_bytes(s->w, 5000, 1), other = files_bytes(s->w, 5000, 2);
	struct tl_document *d = files_document_of(
		files_send_document(s->w, s->a, s->b, bytes, "x", "a/b", NULL));
	struct tl_document *again = files_document_of(
		files_send_document(s->w, s->a, s->b, bytes, "y", "a/b", NULL));
	struct tl_document *kept = files_document_of(
		files_send_document(s->w, s->a, s->b, other, "z", "a/b", NULL));
	struct tl_upload_getFile *q = Q(s, upload_getFile);
	struct taken t = {0};

	q->limit = 8192;
	struct tl_messages_sendMedia *send = Q(s, messages_sendMedia);

	assert_int_equal(world_write(s->w, allow, &t), -ERR_NOTFOUND);
	sha256(bytes.p, bytes.n, t.content.b);
	assert_true(slice_eq(files_get(s->w, s->a, files_location(s->w, d, ""), 4096), bytes));
	assert_int_equal(world_write(s->w, take_down, &t), 0);
	assert_int_equal(t.files, again->id == d->id ? 1 : 2);
	q->location = files_location(s->w, d, "");
	talk_refused(s->w, s->a, &q->o, "400 LOCATION_INVALID");
	q->location = files_location(s->w, again, "");
	talk_refused(s->w, s->a, &q->o, "400 LOCATION_INVALID");
	assert_true(slice_eq(files_get(s->w, s->a, files_location(s->w, kept, ""), 4096), other));
	/* Who has it uploads it in vain, until it is allowed again. */
	send->peer = world_peer(s->w, s->a, s->b.id);
	send->media = &files_document(s->w, s->a, bytes, "x", "a/b", NULL)->o;
	send->message = SLICE_LIT("look");
	send->random_id = 77;
	talk_refused(s->w, s->a, &send->o, "400 MEDIA_INVALID");
	assert_int_equal(world_write(s->w, allow, &t), 0);
	again = files_document_of(files_send_document(s->w, s->a, s->b, bytes, "x", "a/b", NULL));
	assert_true(slice_eq(files_get(s->w, s->a, files_location(s->w, again, ""), 4096), bytes));
}

/* A picture of ours is refused like any content: the photo that it was made of cannot come again. */
static void taken_down_photo(void **state)
{
	struct s *s = *state;
	struct slice png = files_png(s->w, 640, 480);
	struct tl_photo *p = files_photo_of(
		files_send(s->w, s->a, s->b, files_photo(s->w, s->a, png), "look"));
	struct slice got = files_get(s->w, s->a, files_photo_location(s->w, p, "x"), 4096);
	struct tl_messages_sendMedia *send = Q(s, messages_sendMedia);
	struct taken t = {0};

	sha256(got.p, got.n, t.content.b);
	assert_int_equal(world_write(s->w, take_down, &t), 0);
	assert_int_equal(t.files, 1);
	send->peer = world_peer(s->w, s->a, s->b.id);
	send->media = files_photo(s->w, s->a, png);
	send->message = SLICE_LIT("");
	send->random_id = 78;
	talk_refused(s->w, s->a, &send->o, "400 MEDIA_INVALID");
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, three_setup, world_teardown)
	const struct CMUnitTest tests[] = {T(there_and_back),    T(ranges),         T(strangers),
	                                   T(references_expire), T(without_a_copy), T(nobody_needs_it),
	                                   T(by_hash),           T(taken_down),     T(taken_down_photo)};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
