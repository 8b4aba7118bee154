/* test_photo.c - pictures through a worker: sizes and what they say of themselves, thumbs of documents, what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"
#include "domain/media/media.h"
#include "files.h"
#include "three.h"

/* What a size says: its letter, sides and bytes; false for the stripped one. */
static bool size_of(const struct tl_obj *o, char *letter, int *w, int *h, int *bytes)
{
	const struct tl_photoSize *p = TL_AS(photoSize, o);
	const struct tl_photoSizeProgressive *g = TL_AS(photoSizeProgressive, o);

	if (!p && !g)
		return false;
	*letter = (char)(p ? p->type.p[0] : g->type.p[0]);
	*w = p ? p->w : g->w;
	*h = p ? p->h : g->h;
	*bytes = p ? p->size : g->sizes.v[g->sizes.n - 1];
	for (uint32_t i = 1; g && i < g->sizes.n; i++)
		assert_true(g->sizes.v[i] > g->sizes.v[i - 1]);
	return true;
}

static void check_sizes(struct s *s, struct person who, const struct tl_photo *p, const char *letters)
{
	char got[16] = "", letter[2] = "";
	int w, h, bytes;

	for (uint32_t i = 0; i < p->sizes.n; i++) {
		struct slice jpeg;

		if (!size_of(p->sizes.v[i], letter, &w, &h, &bytes)) {
			const struct tl_photoStrippedSize *t = TL_AS(photoStrippedSize, p->sizes.v[i]);

			assert_non_null(t);
			assert_int_equal(t->bytes.p[0], 1);
			assert_in_range(t->bytes.p[1], 1, 40);
			assert_in_range(t->bytes.p[2], 1, 40);
			strcat(got, "i");
			continue;
		}
		strcat(got, letter);
		jpeg = files_get(s->w, who, files_photo_location(s->w, p, letter), 65536);
		assert_int_equal(jpeg.n, bytes);
		assert_memory_equal(jpeg.p, "\xff\xd8\xff", 3);
	}
	assert_string_equal(got, letters);
}

static void photo(void **state)
{
	struct s *s = *state;
	struct tl_message *m = files_send(s->w, s->a, s->b,
	                                  files_photo(s->w, s->a, files_png(s->w, 1000, 600)), "hi"),
			  *got;
	struct tl_photo *p = files_photo_of(m), *q;
	struct tl_upload_getFile *get = Q(s, upload_getFile);
	struct tl_inputMediaPhoto *again = Q(s, inputMediaPhoto);
	struct tl_inputPhoto *id = Q(s, inputPhoto);
	struct tl_upload_file *f;

	assert_int_equal(p->dc_id, 2);
	check_sizes(s, s->a, p, "ismxy");
	got = files_top(s->w, s->b, s->a);
	q = files_photo_of(got);
	assert_int_equal(q->id, p->id);
	assert_true(q->access_hash != p->access_hash);
	check_sizes(s, s->b, q, "ismxy");
	get->location = files_photo_location(s->w, p, "x");
	get->limit = 4096;
	f = TL_AS(upload_file, talk_call(s->w, s->a, &get->o));
	assert_true(TL_IS(storage_fileJpeg, f->type));
	talk_refused(s->w, s->b, &get->o, "400 LOCATION_INVALID");
	get->location = files_photo_location(s->w, p, "");
	talk_refused(s->w, s->a, &get->o, "400 LOCATION_INVALID");
	get->location = files_photo_location(s->w, p, "i");
	talk_refused(s->w, s->a, &get->o, "400 LOCATION_INVALID");

	id->id = q->id;
	id->access_hash = q->access_hash;
	id->file_reference = q->file_reference;
	again->id = &id->o;
	again->spoiler = true;
	m = files_send(s->w, s->b, s->a, &again->o, "");
	assert_int_equal(files_photo_of(m)->id, p->id);
	assert_true(TL_AS(messageMediaPhoto, m->media)->spoiler);
}

static void refused(void **state)
{
	struct s *s = *state;
	struct tl_messages_sendMedia *q = Q(s, messages_sendMedia);
	struct slice image = files_png(s->w, 300, 300);
	struct tl_inputMediaUploadedPhoto *p;
	char missing[40];

	q->peer = world_peer(s->w, s->a, s->b.id);
	q->random_id = 9;
	q->media = files_photo(s->w, s->a, files_bytes(s->w, 5000, 1));
	talk_refused(s->w, s->a, &q->o, "400 IMAGE_PROCESS_FAILED");
	q->media = files_photo(s->w, s->a, slice_of(image.p, image.n / 3));
	talk_refused(s->w, s->a, &q->o, "400 IMAGE_PROCESS_FAILED");
	q->media = files_photo(s->w, s->a, files_png(s->w, 900, 30));
	talk_refused(s->w, s->a, &q->o, "400 PHOTO_INVALID_DIMENSIONS");
	q->media = files_photo(s->w, s->a, image);
	p = TL_AS(inputMediaUploadedPhoto, q->media);
	TL_AS(inputFile, p->file)->md5_checksum = SLICE_LIT("00000000000000000000000000000000");
	talk_refused(s->w, s->a, &q->o, "400 MD5_CHECKSUM_INVALID");
	TL_AS(inputFile, p->file)->md5_checksum = SLICE_LIT("");
	snprintf(missing, sizeof(missing), "400 FILE_PART_%d_MISSING", TL_AS(inputFile, p->file)->parts++);
	talk_refused(s->w, s->a, &q->o, missing);
	TL_AS(inputFile, p->file)->id++;
	talk_refused(s->w, s->a, &q->o, "400 FILE_PART_0_MISSING");
}

static void thumbs(void **state)
{
	struct s *s = *state;
	struct slice image = files_png(s->w, 700, 500);
	struct tl_inputMediaUploadedDocument *in = files_document(s->w, s->a, image, "x.png", "image/png",
	                                                          NULL);
	struct tl_document *d;
	char letter[2] = "";
	int w, h, bytes;

	in->force_file = true;
	d = files_document_of(files_send(s->w, s->a, s->b, &in->o, ""));
	assert_int_equal(d->thumbs.n, 2);
	assert_true(TL_IS(photoStrippedSize, d->thumbs.v[0]));
	assert_true(size_of(d->thumbs.v[1], letter, &w, &h, &bytes));
	assert_string_equal(letter, "m");
	assert_int_equal(w, 320);
	assert_int_equal(files_get(s->w, s->a, files_location(s->w, d, "m"), 4096).n, bytes);
	assert_true(
		slice_eq(files_get(s->w, s->a, files_location(s->w, d, ""), 65536), image)); /* as it was */

	/* The sender's own thumb, of what nobody here can read. */
	in = files_document(s->w, s->a, files_bytes(s->w, 100, 1), "x.bin", "application/x-bin", NULL);
	in->thumb = files_upload(s->w, s->a, files_png(s->w, 200, 100), "thumb");
	d = files_document_of(files_send(s->w, s->a, s->b, &in->o, ""));
	assert_true(d->thumbs.n > 0);
	assert_true(size_of(d->thumbs.v[d->thumbs.n - 1], letter, &w, &h, &bytes));
	assert_int_equal(w, 200);

	/* Said to be an image, and none: a file without a thumb. */
	in = files_document(s->w, s->a, files_bytes(s->w, 100, 1), "x.png", "image/png", NULL);
	d = files_document_of(files_send(s->w, s->a, s->b, &in->o, ""));
	assert_null(d->thumbs.v);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, three_setup, world_teardown)
	const struct CMUnitTest tests[] = {T(photo), T(refused), T(thumbs)};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
