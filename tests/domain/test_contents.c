/*
 * test_contents.c - parts by the protocol's methods; what nobody needs goes, and never what somebody does; what is wrong with the
 * bytes of files is found, said and mended.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/err.h"
#include "blob/upload.h"
#include "crypto/hash.h"
#include "domain/media/contents.h"
#include "domain/media/jobs.h"
#include "files.h"
#include "rpc/server.h"
#include "store/blob.h"
#include "store/file.h"
#include "three.h"

/* Whoever put something has had the time to say that he needs it. Never back, not even between tests. */
static void pass_hold(void)
{
	static int64_t all;

	all += BLOB_HOLD_S + 1;
	clock_set_test_usec(all * 1000000);
}

/* --- parts */

static struct tl_obj *small_part(struct s *s, int64_t file, int32_t part, struct slice bytes)
{
	struct tl_upload_saveFilePart *q = Q(s, upload_saveFilePart);

	q->file_id = file;
	q->file_part = part;
	q->bytes = bytes;
	return &q->o;
}

static struct tl_obj *big_part(struct s *s, int64_t file, int32_t part, int32_t total, struct slice bytes)
{
	struct tl_upload_saveBigFilePart *q = Q(s, upload_saveBigFilePart);

	q->file_id = file;
	q->file_part = part;
	q->file_total_parts = total;
	q->bytes = bytes;
	return &q->o;
}

static void test_parts(void **state)
{
	struct s *s = *state;
	struct slice kib = files_bytes(s->w, 1024, 1), most = files_bytes(s->w, UPLOAD_PART_MAX, 2),
		     more = files_bytes(s->w, UPLOAD_PART_MAX + 1, 3);

	assert_true(TL_IS(boolTrue, talk_call(s->w, s->a, small_part(s, 1, 0, kib))));
	assert_true(TL_IS(boolTrue, talk_call(s->w, s->a, small_part(s, 1, 0, kib))));
	assert_true(TL_IS(boolTrue, talk_call(s->w, s->a, big_part(s, 2, 3, -1, most))));
	assert_true(TL_IS(boolTrue, talk_call(s->w, s->a, big_part(s, 2, 0, 8, most))));
	talk_refused(s->w, s->a, small_part(s, 1, 1, (struct slice){(const uint8_t *)"", 0}),
	             "400 FILE_PART_EMPTY");
	talk_refused(s->w, s->a, small_part(s, 1, 1, more), "400 FILE_PART_TOO_BIG");
	talk_refused(s->w, s->a, small_part(s, 1, -1, kib), "400 FILE_PART_INVALID");
	talk_refused(s->w, s->a, small_part(s, 1, 8000, kib), "400 FILE_PART_INVALID");
	talk_refused(s->w, s->a, big_part(s, 2, 1, 0, most), "400 FILE_PARTS_INVALID");
	talk_refused(s->w, s->a, big_part(s, 2, 1, 9, most), "400 FILE_PARTS_INVALID");
	talk_refused(s->w, s->a, big_part(s, 2, 1, 8, kib), "400 FILE_PART_SIZE_CHANGED");
	talk_refused(s->w, s->a, big_part(s, 3, 0, 9, slice_of(kib.p, 1000)), "400 FILE_PART_SIZE_INVALID");
	world_set(s->w, "media", "quota_mib", "1");
	talk_refused(s->w, s->a, small_part(s, 4, 0, most), "400 STORAGE_QUOTA_EXCEEDED");
	assert_true(TL_IS(boolTrue, talk_call(s->w, s->b, small_part(s, 4, 0, most)))); /* each his own */
}

/* --- what nobody needs */

static struct contents_checked look(struct s *s, bool repair)
{
	struct contents_look l = {.app = world_app(s->w), .repair = repair};
	struct contents_checked c;

	assert_int_equal(contents_check(&l, &c), 0);
	return c;
}

static void assert_clean(struct s *s)
{
	struct contents_checked c = look(s, false);

	for (int f = CONTENTS_MISSING; f <= CONTENTS_LOST; f++)
		if (c.faults[f])
			fail_msg("%d of fault %d", (int)c.faults[f], f);
	assert_int_equal(c.strays, 0);
}

static struct contents_swept sweep(struct s *s)
{
	struct contents_swept swept = {0};

	assert_int_equal(contents_sweep(world_app(s->w), clock_unix() + 1, 0, &swept), 0);
	for (int i = 0; i < BLOB_FOLDERS; i++)
		assert_int_equal(contents_sweep_strays(world_app(s->w), i, &swept), 0);
	return swept;
}

static int drop_file(struct rpc_call *c, void *arg)
{
	return store_file_forget(c->db, *(int64_t *)arg, c->now);
}

static int drop_ref(struct rpc_call *c, void *arg)
{
	return store_file_ref(c->db, *(int64_t *)arg, -1000, c->now);
}

/* As the job of files does once the last message went. */
static void forget(struct s *s, int64_t file)
{
	assert_true(world_write(s->w, drop_ref, &file) >= 0);
	assert_int_equal(world_write(s->w, drop_file, &file), 0);
}

static struct tl_document *send_document(struct s *s, struct slice bytes)
{
	return files_document_of(files_send(s->w, s->a, s->b,
	                                    &files_document(s->w, s->a, bytes, "x", "a/b", NULL)->o, "look"));
}

static struct blob_id id_of(struct slice bytes)
{
	struct blob_id id;

	sha256(bytes.p, bytes.n, id.b);
	return id;
}

static bool is_there(struct s *s, struct slice bytes)
{
	struct blob_id id = id_of(bytes);
	uint64_t size;

	return blob_size(world_app(s->w)->blobs, &id, &size) == 0;
}

static void test_sweep(void **state)
{
	struct s *s = *state;
	struct slice one = files_bytes(s->w, 200000, 1), two = files_bytes(s->w, 5000, 2);
	struct tl_document *d = send_document(s, one), *e = send_document(s, one), *f = send_document(s, two);
	struct contents_swept swept;

	assert_clean(s);
	pass_hold();
	swept = sweep(s);
	assert_int_equal(swept.dropped + swept.strays, 0);
	forget(s, d->id);
	swept = sweep(s);
	assert_int_equal(swept.dropped, 0); /* the other document has it still */
	forget(s, e->id);
	assert_clean(s);
	swept = sweep(s); /* the upload was finished and may be asked for again */
	assert_int_equal(swept.dropped, 0);
	upload_drop_owner(world_app(s->w)->blobs, s->a.id);
	pass_hold();
	swept = sweep(s);
	assert_int_equal(swept.dropped, 1);
	assert_int_equal(swept.bytes, 200000);
	assert_false(is_there(s, one));
	assert_true(is_there(s, two));
	assert_clean(s);
	/* And it comes again. */
	send_document(s, one);
	assert_true(is_there(s, one));
	assert_clean(s);
	assert_true(slice_eq(files_get(s->w, s->a, files_location(s->w, f, ""), 4096), two));
}

/* The server was killed between the two steps of a removal, or between a put and its row: no fault, and the next one ends it. */
static void test_killed(void **state)
{
	struct s *s = *state;
	struct slice one = files_bytes(s->w, 70000, 1);
	struct tl_document *d = send_document(s, one);
	struct blob_id id = id_of(one), stray;
	struct contents_checked c;
	struct contents_swept swept;

	upload_drop_owner(world_app(s->w)->blobs, s->a.id);
	assert_int_equal(blob_put(world_app(s->w)->blobs, SLICE_LIT("no row"), &stray, NULL), 0);
	assert_clean(s); /* whoever put it is about to make the row */
	pass_hold();
	forget(s, d->id);
	assert_int_equal(blob_drop(world_app(s->w)->blobs, &id, clock_usec()), 0);
	c = look(s, false);
	for (int f = CONTENTS_MISSING; f <= CONTENTS_LOST; f++)
		assert_int_equal(c.faults[f], 0);
	assert_int_equal(c.unneeded, 1);
	assert_int_equal(c.strays, 1);
	swept = sweep(s);
	assert_int_equal(swept.dropped, 1);
	assert_int_equal(swept.strays, 1);
	c = look(s, false);
	assert_int_equal(c.unneeded + c.strays, 0);
}

static void test_jobs(void **state)
{
	struct s *s = *state;
	struct slice one = files_bytes(s->w, 70000, 1);
	struct tl_document *d = send_document(s, one);
	struct store_job j = {.owner = s->a.id};
	struct upload_stat st;

	talk_call(s->w, s->b, small_part(s, 9, 0, one));
	assert_int_equal(uploads_of_job(world_app(s->w), &j), 0);
	upload_stats(world_app(s->w)->blobs, &st);
	assert_int_equal(st.uploads, 1); /* the other's */
	pass_hold();
	forget(s, d->id);
	assert_int_equal(contents_job(world_app(s->w), &j), 0);
	assert_true(is_there(s, one)); /* an hour */
	clock_set_test((int64_t)4000 * 1000000);
	assert_int_equal(contents_job(world_app(s->w), &j), 0);
	assert_false(is_there(s, one));
	upload_stats(world_app(s->w)->blobs, &st);
	assert_int_equal(st.uploads, 1);
	clock_set_test((int64_t)90000 * 1000000);
	assert_int_equal(contents_job(world_app(s->w), &j), 0);
	upload_stats(world_app(s->w)->blobs, &st);
	assert_int_equal(st.uploads, 0); /* a day */
	assert_clean(s);
}

/* --- what is wrong */

struct asked {
	struct blob_id id;
	int delta;
};

static int miscount(struct rpc_call *c, void *arg)
{
	struct asked *x = arg;

	return store_blob_ref(c->db, x->id.b, 1, (struct slice){0}, (struct slice){0}, c->now);
}

static int forget_row(struct rpc_call *c, void *arg)
{
	struct asked *x = arg;
	int r = store_blob_unref(c->db, x->id.b, c->now);

	return r < 0 ? r : store_blob_forget(c->db, x->id.b);
}

static void path_of(struct s *s, const struct blob_id *id, char out[160])
{
	int n = sprintf(out, "%s/blobs/%02x/", world_dir(s->w), id->b[0]);

	for (int i = 0; i < BLOB_ID_SIZE; i++)
		n += sprintf(out + n, "%02x", id->b[i]);
}

static void damage(struct s *s, const struct blob_id *id)
{
	char path[160];
	FILE *f;

	path_of(s, id, path);
	f = fopen(path, "r+");
	assert_non_null(f);
	fputs("damaged", f);
	fclose(f);
}

static void assert_faults(struct contents_checked c, int missing, int damaged, int miscounted, int unknown,
                          int lost)
{
	assert_int_equal(c.faults[CONTENTS_MISSING], missing);
	assert_int_equal(c.faults[CONTENTS_DAMAGED], damaged);
	assert_int_equal(c.faults[CONTENTS_MISCOUNTED], miscounted);
	assert_int_equal(c.faults[CONTENTS_UNKNOWN], unknown);
	assert_int_equal(c.faults[CONTENTS_LOST], lost);
}

static void test_repair(void **state)
{
	struct s *s = *state;
	struct blob_store *blobs = world_app(s->w)->blobs;
	struct slice bytes[5];
	struct tl_document *d[5];
	struct asked x[5];
	struct tl_upload_getFile *q = Q(s, upload_getFile);
	struct contents_checked c;

	for (int i = 0; i < 5; i++) {
		bytes[i] = files_bytes(s->w, 5000 + (size_t)i, (unsigned)i);
		d[i] = send_document(s, bytes[i]);
		x[i].id = id_of(bytes[i]);
	}
	upload_drop_owner(blobs, s->a.id);
	pass_hold();
	assert_int_equal(blob_drop(blobs, &x[0].id, clock_usec()), 0);
	damage(s, &x[1].id);
	assert_int_equal(world_write(s->w, miscount, &x[2]), 0);
	assert_int_equal(world_write(s->w, forget_row, &x[3]), 0);
	c = look(s, false);
	assert_faults(c, 1, 1, 1, 1, 0);
	assert_int_equal(c.strays, 1);                /* that of the row that went */
	assert_faults(look(s, false), 1, 1, 1, 1, 0); /* looking changes nothing */
	c = look(s, true);
	assert_faults(c, 1, 1, 1, 1, 0);
	assert_int_equal(c.mended, 4);
	assert_faults(look(s, false), 0, 0, 0, 0, 2);
	c = look(s, true);
	assert_int_equal(c.mended, 0);
	/* The rest is as it was; what is lost is said to be so. */
	for (int i = 2; i < 5; i++)
		assert_true(slice_eq(files_get(s->w, s->a, files_location(s->w, d[i], ""), 4096), bytes[i]));
	q->location = files_location(s->w, d[0], "");
	q->limit = 4096;
	assert_null(world_call(s->w, s->a, &q->o));
	/* Somebody sends it again, or the operator puts it back: all have it again. */
	send_document(s, bytes[0]);
	assert_true(slice_eq(
		files_get(s->w, s->b,
	                  files_location(s->w, files_document_of(files_top(s->w, s->b, s->a)), ""), 4096),
		bytes[0]));
	assert_true(slice_eq(files_get(s->w, s->a, files_location(s->w, d[0], ""), 4096), bytes[0]));
	assert_int_equal(blob_put(blobs, bytes[1], &x[1].id, NULL), 0);
	c = look(s, true);
	assert_int_equal(c.mended, 1);
	assert_clean(s);
	assert_true(slice_eq(files_get(s->w, s->a, files_location(s->w, d[1], ""), 4096), bytes[1]));
}

/* --- all at once */

enum { CONTENTS = 12, PUTTERS = 3, ROUNDS = 150 };

struct race {
	struct app *app;
	pthread_rwlock_t calls; /* for reading: a call is under way; for writing: time passes */
	_Atomic int refs[CONTENTS];
	_Atomic bool end;
	_Atomic int dropped, wrong;
};

struct putter {
	struct race *race;
	unsigned seed;
	struct blob_id id;
};

static int ref_one(struct rpc_call *c, void *arg)
{
	return store_blob_ref(c->db, ((struct putter *)arg)->id.b, 100, (struct slice){0}, (struct slice){0},
	                      c->now);
}

static int unref_one(struct rpc_call *c, void *arg)
{
	return store_blob_unref(c->db, ((struct putter *)arg)->id.b, c->now);
}

/* As a call does: put, then the row; for a while it must be there; then nobody needs it any more. */
static void *put_for_ever(void *arg)
{
	struct putter *p = arg;
	struct race *x = p->race;
	struct buf b = {0};
	uint8_t bytes[100];
	uint64_t size;

	for (int i = 0; i < ROUNDS; i++) {
		int n = (int)(rand_r(&p->seed) % CONTENTS);

		memset(bytes, n, sizeof(bytes));
		pthread_rwlock_rdlock(&x->calls);
		if (blob_put(x->app->blobs, slice_of(bytes, sizeof(bytes)), &p->id, NULL) < 0)
			x->wrong++;
		if (rand_r(&p->seed) % 4 == 0) { /* it failed before it wrote anything */
			pthread_rwlock_unlock(&x->calls);
			continue;
		}
		if (rpc_write_wait(x->app->rpc, ref_one, p) < 0)
			x->wrong++;
		pthread_rwlock_unlock(&x->calls);
		for (int k = rand_r(&p->seed) % 3; k >= 0; k--) {
			b.n = 0;
			if (blob_size(x->app->blobs, &p->id, &size) < 0 || size != sizeof(bytes) ||
			    blob_read(x->app->blobs, &p->id, 0, sizeof(bytes), &b) < 0 ||
			    memcmp(b.p, bytes, sizeof(bytes)) != 0)
				x->wrong++;
			usleep(200);
		}
		if (rpc_write_wait(x->app->rpc, unref_one, p) < 0)
			x->wrong++;
	}
	buf_fini(&b);
	return NULL;
}

static void *sweep_for_ever(void *arg)
{
	struct race *x = arg;

	while (!x->end) {
		struct contents_swept swept = {0};

		if (contents_sweep(x->app, clock_unix() + 1, 0, &swept) < 0)
			x->wrong++;
		for (int i = 0; i < BLOB_FOLDERS; i++)
			if (contents_sweep_strays(x->app, i, &swept) < 0)
				x->wrong++;
		x->dropped += (int)(swept.dropped + swept.strays);
	}
	return NULL;
}

static void *let_time_pass(void *arg)
{
	struct race *x = arg;

	while (!x->end) {
		pthread_rwlock_wrlock(&x->calls);
		pass_hold();
		pthread_rwlock_unlock(&x->calls);
		usleep(500);
	}
	return NULL;
}

static void test_race(void **state)
{
	struct s *s = *state;
	struct race x = {.app = world_app(s->w)};
	struct putter p[PUTTERS];
	pthread_t putters[PUTTERS], sweepers[2], clock;
	struct contents_checked c;

	pthread_rwlock_init(&x.calls, NULL);
	pthread_create(&clock, NULL, let_time_pass, &x);
	for (int i = 0; i < 2; i++)
		pthread_create(&sweepers[i], NULL, sweep_for_ever, &x);
	for (int i = 0; i < PUTTERS; i++) {
		p[i] = (struct putter){.race = &x, .seed = (unsigned)i};
		pthread_create(&putters[i], NULL, put_for_ever, &p[i]);
	}
	for (int i = 0; i < PUTTERS; i++)
		pthread_join(putters[i], NULL);
	x.end = true;
	for (int i = 0; i < 2; i++)
		pthread_join(sweepers[i], NULL);
	pthread_join(clock, NULL);
	pthread_rwlock_destroy(&x.calls);
	assert_int_equal(x.wrong, 0);
	assert_true(x.dropped > CONTENTS);
	pass_hold();
	sweep(s);
	c = look(s, false);
	assert_int_equal(c.contents + c.strays + c.unneeded, 0);
	print_message("# %d dropped\n", x.dropped);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, three_setup, world_teardown)
	const struct CMUnitTest tests[] = {
		T(test_parts), T(test_sweep), T(test_killed), T(test_repair), T(test_race), T(test_jobs),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
