/* test_file.c - files, what they are made of, who refers to them; messages by what they carry. */
#include "store/test_store.h"

#include "store/blob.h"
#include "store/file.h"
#include "store/media.h"

enum { ALICE = 101, BOB = 202, CAROL = 303, HOUR = 3600 };

static void id_of(uint8_t blob[STORE_BLOB_ID], int n)
{
	memset(blob, n, STORE_BLOB_ID);
}

static void add_part(int64_t file, char type, int n)
{
	struct store_file_part p = {.file = file, .type = type, .size = 1000 + n};

	id_of(p.blob, n);
	assert_int_equal(store_blob_ref(t.db, p.blob, p.size, (struct slice){0}, (struct slice){0}, NOW), 0);
	assert_int_equal(store_file_part_insert(t.db, &p), 0);
}

static void add_file(int64_t id, enum store_file_kind kind, int64_t owner, unixtime_t date)
{
	struct store_file f = {
		.id = id, .kind = kind, .owner = owner, .date = date, .body = SLICE_LIT("body")};

	assert_int_equal(store_file_insert(t.db, &f), 0);
}

static int64_t refs_of(int64_t id)
{
	struct store_file f;

	assert_int_equal(store_file_get(t.db, id, &t.a, &f), 0);
	return f.refs;
}

static int64_t blob_refs(int n)
{
	uint8_t blob[STORE_BLOB_ID];
	int64_t refs, size;

	id_of(blob, n);
	assert_int_equal(store_blob_get(t.db, blob, &refs, &size), 0);
	return refs;
}

static void test_files(void **state)
{
	struct store_file_part one, *parts;
	struct store_file f;
	uint8_t blob[STORE_BLOB_ID];
	int64_t id;
	size_t n;

	assert_int_equal(store_file_get(t.db, 7, &t.a, &f), -ERR_NOTFOUND);
	add_file(7, STORE_FILE_DOCUMENT, ALICE, NOW);
	add_part(7, '\0', 1);
	add_part(7, 'm', 2);
	add_file(8, STORE_FILE_DOCUMENT, BOB, NOW + 1);
	add_part(8, '\0', 1); /* the same content */
	assert_int_equal(store_file_get(t.db, 7, &t.a, &f), 0);
	assert_int_equal(f.kind, STORE_FILE_DOCUMENT);
	assert_int_equal(f.owner, ALICE);
	assert_int_equal(f.date, NOW);
	assert_int_equal(f.epoch, 0);
	assert_slice(f.body, "body");
	assert_int_equal(store_file_set_body(t.db, 7, SLICE_LIT("other")), 0);
	assert_int_equal(store_file_raise_epoch(t.db, 7), 0);
	assert_int_equal(store_file_get(t.db, 7, &t.a, &f), 0);
	assert_slice(f.body, "other");
	assert_int_equal(f.epoch, 1);
	assert_int_equal(store_file_set_body(t.db, 9, SLICE_LIT("x")), -ERR_NOTFOUND);
	assert_int_equal(store_file_raise_epoch(t.db, 9), -ERR_NOTFOUND);
	assert_int_equal(store_file_epoch(t.db, 7, &id), 0);
	assert_int_equal(id, 1);
	assert_int_equal(store_file_epoch(t.db, 9, &id), -ERR_NOTFOUND);

	assert_int_equal(store_file_part_get(t.db, 7, 'm', &one), 0);
	id_of(blob, 2);
	assert_memory_equal(one.blob, blob, STORE_BLOB_ID);
	assert_int_equal(one.size, 1002);
	assert_int_equal(store_file_part_get(t.db, 7, 'x', &one), -ERR_NOTFOUND);
	assert_int_equal(store_file_parts(t.db, 7, &t.a, &parts, &n), 0);
	assert_int_equal(n, 2);
	assert_int_equal(parts[0].type, '\0');
	assert_int_equal(parts[1].type, 'm');

	id_of(blob, 1);
	assert_int_equal(store_file_by_blob(t.db, blob, ALICE, &id), 0);
	assert_int_equal(id, 7);
	assert_int_equal(store_file_by_blob(t.db, blob, BOB, &id), 0);
	assert_int_equal(id, 8);
	assert_int_equal(store_file_by_blob(t.db, blob, CAROL, &id), -ERR_NOTFOUND);
	id_of(blob, 2); /* a thumb is no document */
	assert_int_equal(store_file_by_blob(t.db, blob, ALICE, &id), -ERR_NOTFOUND);
}

/* A file goes an hour after its last reference, and with it its references to contents. */
static void test_references(void **state)
{
	int64_t *ids;
	size_t n;

	add_file(1, STORE_FILE_DOCUMENT, ALICE, NOW);
	add_part(1, '\0', 1);
	add_part(1, 'm', 2);
	add_file(2, STORE_FILE_DOCUMENT, BOB, NOW);
	add_part(2, '\0', 1);
	assert_int_equal(blob_refs(1), 2);
	assert_int_equal(store_file_ref(t.db, 1, 2, NOW), 0);
	assert_int_equal(store_file_ref(t.db, 3, 1, NOW), -ERR_NOTFOUND);
	assert_int_equal(refs_of(1), 2);
	assert_int_equal(store_file_unneeded(t.db, NOW + STORE_FILE_WAIT, 10, &t.a, &ids, &n), 0);
	assert_int_equal(n, 0);
	assert_int_equal(store_file_unneeded(t.db, NOW + STORE_FILE_WAIT + 1, 10, &t.a, &ids, &n), 0);
	assert_int_equal(n, 1); /* nobody ever referred to it */
	assert_int_equal(ids[0], 2);
	assert_int_equal(store_file_forget(t.db, 1, NOW), 0);
	assert_int_equal(store_file_ref(t.db, 1, -1, NOW + 5), 0);
	assert_int_equal(store_file_forget(t.db, 1, NOW), 0);
	assert_int_equal(store_file_ref(t.db, 1, -1, NOW + HOUR), 0);
	assert_int_equal(store_file_unneeded(t.db, NOW + HOUR, 10, &t.a, &ids, &n), 0);
	assert_int_equal(n, 0);
	assert_int_equal(store_file_unneeded(t.db, NOW + HOUR + 1, 10, &t.a, &ids, &n), 0);
	assert_int_equal(n, 1);
	assert_int_equal(store_file_unneeded(t.db, NOW + STORE_FILE_WAIT + 1, 10, &t.a, &ids, &n), 0);
	assert_int_equal(n, 2);
	assert_int_equal(ids[0], 1); /* the longest waiting first */
	assert_int_equal(store_file_forget(t.db, 1, NOW), 1);
	assert_int_equal(store_file_forget(t.db, 1, NOW), 0);
	assert_int_equal(blob_refs(1), 1);
	assert_int_equal(blob_refs(2), 0);
	assert_int_equal(store_file_ref(t.db, 2, 1, NOW), 0); /* needed again */
	assert_int_equal(store_file_forget(t.db, 2, NOW), 0);
	assert_int_equal(blob_refs(1), 1);
}

static void say(int64_t peer, enum store_media_kind kind, int32_t id, int64_t file)
{
	struct store_media m = {
		.owner = ALICE, .peer = peer, .kind = kind, .id = id, .file = file, .date = NOW + id};

	assert_int_equal(store_media_insert(t.db, &m), 0);
}

static void check(int64_t peer, uint32_t kinds, int32_t from, bool up, uint32_t limit, const char *want)
{
	struct store_media *v;
	char got[64] = "";
	size_t n, len = 0;

	assert_int_equal(store_media_walk(t.db, ALICE, peer, kinds, from, up, limit, &t.a, &v, &n), 0);
	for (size_t i = 0; i < n; i++)
		len += (size_t)snprintf(got + len, sizeof(got) - len, "%s%d", i ? " " : "", v[i].id);
	assert_string_equal(got, want);
}

static void test_media(void **state)
{
	const uint32_t photo = 1u << STORE_MEDIA_PHOTO, video = 1u << STORE_MEDIA_VIDEO,
		       chat_photo = 1u << STORE_MEDIA_CHAT_PHOTO;
	struct store_media m;
	int64_t n;

	add_file(50, STORE_FILE_PHOTO, ALICE, NOW);
	say(BOB, STORE_MEDIA_PHOTO, 2, 50);
	say(BOB, STORE_MEDIA_VIDEO, 3, 0);
	say(CAROL, STORE_MEDIA_PHOTO, 4, 50);
	say(BOB, STORE_MEDIA_PHOTO, 5, 50);
	say(BOB, STORE_MEDIA_CHAT_PHOTO, 6, 0);
	assert_int_equal(refs_of(50), 3);
	check(BOB, photo, INT32_MAX, false, 10, "5 2");
	check(BOB, photo | video, INT32_MAX, false, 10, "5 3 2");
	check(BOB, photo | video, INT32_MAX, false, 2, "5 3");
	check(BOB, photo | video, 5, false, 2, "3 2");
	check(BOB, photo | video, 3, true, 10, "3 5");
	check(BOB, photo | video, 0, true, 2, "2 3");
	check(BOB, chat_photo, INT32_MAX, false, 10, "6");
	check(0, photo | video, INT32_MAX, false, 10, "5 4 3 2");
	check(0, photo, 4, true, 10, "4 5");
	check(CAROL, video, INT32_MAX, false, 10, "");
	check(BOB, photo, INT32_MAX, false, 0, "");
	assert_int_equal(store_media_count(t.db, ALICE, BOB, photo | video, &n), 0);
	assert_int_equal(n, 3);
	assert_int_equal(store_media_count(t.db, ALICE, 0, photo, &n), 0);
	assert_int_equal(n, 3);
	assert_int_equal(store_media_count(t.db, BOB, ALICE, photo, &n), 0);
	assert_int_equal(n, 0);
	assert_int_equal(store_media_get(t.db, ALICE, BOB, 3, &m), 0);
	assert_int_equal(m.kind, STORE_MEDIA_VIDEO);
	assert_int_equal(m.date, NOW + 3);

	assert_int_equal(store_media_delete(t.db, ALICE, BOB, 2, NOW), 0);
	assert_int_equal(store_media_delete(t.db, ALICE, BOB, 2, NOW), 0); /* none is no error */
	assert_int_equal(store_media_delete(t.db, ALICE, BOB, 3, NOW), 0);
	assert_int_equal(store_media_get(t.db, ALICE, BOB, 3, &m), -ERR_NOTFOUND);
	assert_int_equal(refs_of(50), 2);
	check(BOB, photo | video, INT32_MAX, false, 10, "5");
}

int main(void)
{
	const struct CMUnitTest tests[] = {STORE_TEST(test_files), STORE_TEST(test_references),
	                                   STORE_TEST(test_media)};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
