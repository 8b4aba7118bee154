/*
 * test_cdn.c - the core's side of CDN nodes, with a node that a thread plays: who is sent there, and once; what the node is sent; what ends a
 * token; steps of a node's life, and what clients are told of them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/settings.h"
#include "cdnlink/cdnlink.h"
#include "crypto/hash.h"
#include "domain/media/cdn.h"
#include "domain/media/media.h"
#include "fake_node.h"
#include "files.h"
#include "room.h"
#include "rpc/server.h"
#include "three.h"

enum { MIB = 1 << 20 };

struct t {
	struct s *s;
	struct fake_node *node;
	struct store_cdn_node row; /* name, countries: to be set before add() */
	uint8_t secret[CDN_SECRET_SIZE];
};

static struct app *app(struct t *t)
{
	return world_app(t->s->w);
}

static int add(struct rpc_call *c, void *arg)
{
	struct t *t = arg;
	int r = cdnlink_add(c, &t->row);

	if (r == 0)
		memcpy(t->secret, t->row.secret.p, sizeof(t->secret));
	return r;
}

static int license(struct rpc_call *c, void *arg)
{
	return cdnlink_license(c, ((struct t *)arg)->row.dc, SLICE_LIT("a licence"), c->now + 10000000);
}

struct step {
	int32_t dc;
	enum store_cdn_state to;
};

static int step(struct rpc_call *c, void *arg)
{
	struct step *x = arg;

	return cdnlink_step(c, x->dc, x->to, "test", NULL);
}

static int step_to(struct t *t, enum store_cdn_state to)
{
	struct step x = {t->row.dc, to};

	return world_write(t->s->w, step, &x);
}

/* Asks again until it is so: up to 20 s. */
#define UNTIL(condition)                                                                                     \
	do {                                                                                                 \
		int until_n = 0;                                                                             \
		while (!(condition) && until_n++ < 2000)                                                     \
			usleep(10000);                                                                       \
		assert_true(condition);                                                                      \
	} while (0)

static struct cdnlink_live live(struct t *t)
{
	struct cdnlink_live v = {0};

	cdnlink_live(app(t)->cdn, t->row.dc, &v);
	return v;
}

static void begin(struct t *t)
{
	assert_int_equal(world_write(t->s->w, add, t), 0);
	fake_node_start(t->node, t->secret);
	assert_int_equal(world_write(t->s->w, license, t), 0);
	assert_int_equal(step_to(t, STORE_CDN_ACTIVE), 0);
	UNTIL(cdnlink_any(app(t)->cdn));
}

static int setup(void **state)
{
	static int port = 24000;
	struct t *t = xcalloc(1, sizeof(*t));
	char why[100], link[40];
	void *three;
	int node_port;

	three_setup(&three);
	t->s = three;
	world_set(t->s->w, "cdn", "popular", "0");
	assert_int_equal(cdn_policy_new(app(t)->settings, why, sizeof(why), &app(t)->cdn_policy), 0);
	assert_int_equal(cdnlink_start(app(t), SLICE_LIT("the core's own key")), 0);
	t->node = fake_node_new(&node_port);
	snprintf(link, sizeof(link), "127.0.0.1:%d", node_port);
	t->row = (struct store_cdn_node){.name = SLICE_LIT("test"),
	                                 .ip = SLICE_LIT("192.0.2.7"),
	                                 .port = port++,
	                                 .link = arena_str(world_arena(t->s->w), link),
	                                 .countries = SLICE_LIT(""),
	                                 .lease = 20,
	                                 .min_size = 262144};
	*state = t;
	return 0;
}

static int teardown(void **state)
{
	struct t *t = *state;
	void *three = t->s;
	struct cdnlink *cdn = app(t)->cdn;
	struct cdn_policy *policy = app(t)->cdn_policy;

	cdnlink_stop(cdn);
	fake_node_free(t->node);
	app(t)->cdn = NULL; /* of a lane that still runs */
	three_teardown(&three);
	cdnlink_free(cdn);
	cdn_policy_free(policy);
	free(t);
	return 0;
}

/* --- calls */

static struct tl_upload_getFile *get(struct t *t, struct tl_obj *location, int64_t offset)
{
	struct tl_upload_getFile *q = Q(t->s, upload_getFile);

	q->cdn_supported = true;
	q->location = location;
	q->offset = offset;
	q->limit = 65536;
	return q;
}

static struct tl_upload_fileCdnRedirect *sent(struct t *t, struct person who, struct tl_obj *location,
                                              int64_t offset)
{
	return TL_AS(upload_fileCdnRedirect, talk_call(t->s->w, who, &get(t, location, offset)->o));
}

static bool direct(struct t *t, struct person who, struct tl_obj *location, int64_t offset)
{
	return TL_IS(upload_file, talk_call(t->s->w, who, &get(t, location, offset)->o));
}

/* A document from Ann to Bob; *ret: as Bob sees it. */
static struct tl_obj *document(struct t *t, struct slice bytes)
{
	files_send_document(t->s->w, t->s->a, t->s->b, bytes, "x", "a/b", NULL);
	return files_location(t->s->w, files_document_of(files_top(t->s->w, t->s->b, t->s->a)), "");
}

/* The same document as Ann sees it. */
static struct tl_obj *anns(struct t *t)
{
	return files_location(t->s->w, files_document_of(files_top(t->s->w, t->s->a, t->s->b)), "");
}

static struct tl_obj *reupload(struct t *t, struct slice token, uint32_t chunk, unixtime_t at)
{
	struct tl_upload_reuploadCdnFile *q = Q(t->s, upload_reuploadCdnFile);
	uint8_t *request = arena_alloc(world_arena(t->s->w), CDN_REQUEST_SIZE);
	struct cdn_hello h;

	assert_true(fake_node_hello(t->node, &h));
	cdn_request_make(&h.keys, token, chunk, at, request);
	q->file_token = token;
	q->request_token = slice_of(request, CDN_REQUEST_SIZE);
	return &q->o;
}

/* --- */

static void sent_there_and_filled(void **state)
{
	struct t *t = *state;
	struct slice bytes = files_bytes(t->s->w, 3 * MIB + 777, 1), chunk;
	struct tl_upload_fileCdnRedirect *f;
	struct cdn_object o = {0};
	struct cdn_token token;
	struct tl_obj *location;
	struct cdn_hello h;

	begin(t);
	location = document(t, bytes);
	f = sent(t, t->s->b, location, 0);
	assert_non_null(f);
	assert_int_equal(f->dc_id, t->row.dc);
	assert_int_equal(f->encryption_key.n, 32);
	assert_int_equal(f->encryption_iv.n, 16);
	assert_memory_equal(f->encryption_iv.p + 12, "\0\0\0\0", 4);
	assert_int_equal(f->file_hashes.n, 10);
	for (uint32_t i = 0; i < 10; i++) {
		struct tl_fileHash *hash = TL_AS(fileHash, f->file_hashes.v[i]);
		uint8_t want[32];

		sha256(bytes.p + i * CDN_CHUNK, CDN_CHUNK, want);
		assert_int_equal(hash->offset, i * CDN_CHUNK);
		assert_int_equal(hash->limit, CDN_CHUNK);
		assert_memory_equal(hash->hash.p, want, 32);
	}
	/* The node opens the token, sees neither content nor key, and has what the client decrypts. */
	assert_true(fake_node_hello(t->node, &h));
	assert_int_equal(cdn_token_open_node(&h.keys, h.dc, f->file_token, &token), 0);
	assert_int_equal(token.size, bytes.n);
	UNTIL(fake_node_fills(t->node) == 25);
	memcpy(o.key, f->encryption_key.p, 32);
	memcpy(o.iv, f->encryption_iv.p, 16);
	for (uint32_t i = 0; i < 25; i++) {
		uint8_t *plain;

		assert_int_equal(fake_node_has(t->node, token.object, i, &chunk), 1);
		assert_int_equal(chunk.n, i < 24 ? CDN_CHUNK : 777);
		plain = arena_alloc(world_arena(t->s->w), chunk.n);
		memcpy(plain, chunk.p, chunk.n);
		assert_memory_not_equal(plain, bytes.p + i * CDN_CHUNK, chunk.n);
		cdn_object_crypt(&o, (uint64_t)i * CDN_CHUNK, plain, chunk.n);
		assert_memory_equal(plain, bytes.p + i * CDN_CHUNK, chunk.n);
	}
	/* Everybody in this hour gets the same token, and nothing is sent twice. */
	assert_true(slice_eq(sent(t, t->s->a, anns(t), 0)->file_token, f->file_token));
	UNTIL(live(t).files == 0);
	assert_int_equal(fake_node_fills(t->node), 25);
	assert_true(
		slice_eq(files_get(t->s->w, t->s->b, location, 131072), bytes)); /* who cannot gets bytes */
}

static void once(void **state)
{
	struct t *t = *state;
	struct slice bytes = files_bytes(t->s->w, 2 * MIB, 2);
	struct tl_obj *location = document(t, bytes);

	assert_true(direct(t, t->s->b, location, 0)); /* there is no node yet */
	begin(t);
	assert_non_null(sent(t, t->s->b, location, 0));
	assert_non_null(sent(t, t->s->b, location, 65536));
	assert_true(direct(t, t->s->b, location, 65536)); /* he came back */
	assert_true(direct(t, t->s->b, location, 0));
	assert_true(direct(t, t->s->b, location, 131072)); /* and whatever else of it he asks for */
	assert_non_null(sent(t, t->s->a, anns(t), 0));
	files_pass(3500);
	assert_true(direct(t, t->s->b, location, 262144));
	files_pass(120);
	assert_non_null(sent(t, t->s->b, location, 262144));
	assert_true(direct(t, t->s->b, document(t, files_bytes(t->s->w, 200000, 3)), 0)); /* small */
	assert_true(direct(t, t->s->b, location, 1LL << 30));                             /* past its end */
}

static void popular(void **state)
{
	struct t *t = *state;
	struct tl_obj *location = document(t, files_bytes(t->s->w, 2 * MIB, 4));

	world_set(t->s->w, "cdn", "popular", "2");
	begin(t);
	for (int i = 0; i < 4; i++)
		assert_true(direct(t, t->s->b, location, i * 65536)); /* however often one asks */
	assert_non_null(sent(t, t->s->a, anns(t), 0));
	assert_non_null(sent(t, t->s->b, location, 0));
	files_pass(2 * 3600);
	assert_true(direct(t, t->s->b, location, 65536));
}

static void of_a_large_channel(void **state)
{
	struct t *t = *state;
	struct tl_messages_sendMedia *q = Q(t->s, messages_sendMedia);
	struct tl_messages_getHistory *h = Q(t->s, messages_getHistory);
	int64_t room = room_create(t->s->w, t->s->a, true);
	struct tl_messages_channelMessages *page;
	struct tl_obj *location;

	world_set(t->s->w, "cdn", "popular", "400");
	world_set(t->s->w, "cdn", "channel_members", "2");
	world_set(t->s->w, "cdn", "prefetch_members", "2");
	begin(t);
	q->peer = world_channel_peer(t->s->w, t->s->a, room);
	q->message = SLICE_LIT("");
	q->media = &files_document(t->s->w, t->s->a, files_bytes(t->s->w, MIB, 5), "x", "a/b", NULL)->o;
	q->random_id = 771;
	talk_call(t->s->w, t->s->a, &q->o);
	h->peer = world_channel_peer(t->s->w, t->s->a, room);
	h->limit = 1;
	page = TL_AS(messages_channelMessages, talk_call(t->s->w, t->s->a, &h->o));
	location = files_location(t->s->w, files_document_of(TL_AS(message, page->messages.v[0])), "");
	assert_true(direct(t, t->s->a, location, 0)); /* one member */
	assert_int_equal(fake_node_fills(t->node), 0);
	room_invite(t->s->w, t->s->a, room, t->s->b);
	files_pass(2 * 3600); /* as it was, is not believed for ever */
	assert_non_null(sent(t, t->s->a, location, 0));
	UNTIL(fake_node_fills(t->node) == 8);
	/* With so many members it goes there before anybody asks. */
	q->media = &files_document(t->s->w, t->s->a, files_bytes(t->s->w, MIB, 6), "x", "a/b", NULL)->o;
	q->random_id = 772;
	talk_call(t->s->w, t->s->a, &q->o);
	UNTIL(fake_node_fills(t->node) == 16);
}

static void country(void **state)
{
	struct t *t = *state;
	struct tl_obj *location = document(t, files_bytes(t->s->w, MIB, 7));

	t->row.countries = SLICE_LIT("IR,TM");
	begin(t);
	assert_true(direct(t, t->s->b, location, 0)); /* his number is of the United States */
	t->row.countries = SLICE_LIT("IR,US");
	t->row.port += 1000;
	assert_int_equal(step_to(t, STORE_CDN_REVOKED), 0);
	assert_int_equal(world_write(t->s->w, add, t), 0);
	fake_node_free(t->node);
	t->node = NULL;
	{
		char link[40];
		int port;

		t->node = fake_node_new(&port);
		snprintf(link, sizeof(link), "127.0.0.1:%d", port);
		t->row.link = arena_str(world_arena(t->s->w), link);
	}
	t->row.port += 1000;
	begin(t);
	files_pass(120); /* that nobody served him is not believed for long */
	assert_non_null(sent(t, t->s->b, location, 0));
}

static void expect_windows(struct t *t, const struct tl_obj *o, struct slice bytes, uint32_t first,
                           uint32_t n)
{
	struct tl_vec v = TL_AS(vector, o)->objs;
	uint8_t want[32];

	assert_int_equal(v.n, n);
	for (uint32_t i = 0; i < n; i++) {
		struct tl_fileHash *h = TL_AS(fileHash, v.v[i]);
		uint32_t at = (first + i) * CDN_CHUNK, left = bytes.n - at;

		sha256(bytes.p + at, left < CDN_CHUNK ? left : CDN_CHUNK, want);
		assert_int_equal(h->offset, at);
		assert_int_equal(h->limit, CDN_CHUNK); /* Pyrogram walks by it */
		assert_memory_equal(h->hash.p, want, 32);
	}
}

/* --- a database of addresses with one row: all of 127.0.0.0/8 is in Iran (MaxMind DB file format 2.0) */

static void text(struct buf *b, const char *s)
{
	buf_u8(b, (uint8_t)(2 << 5 | strlen(s)));
	buf_put(b, s, strlen(s));
}

static void number(struct buf *b, const char *name, uint8_t type, uint8_t v)
{
	text(b, name);
	buf_u8(b, (uint8_t)(type << 5 | 1));
	buf_u8(b, v);
}

static void map_of_addresses(const char *path)
{
	enum { BITS = 8, MAP = 7 << 5, UINT16 = 5, UINT32 = 6 };
	static const uint8_t gap[16], epoch[] = {1, 2, 1}, languages[] = {0, 4}; /* uint64 and array */
	struct buf b = {0};
	FILE *f;

	for (int i = 0; i < BITS; i++) { /* two records of 24 bits: where a 0 leads, and a 1 */
		uint8_t on = (uint8_t)(i + 1 < BITS ? i + 1 : BITS + 16), bit = 127 >> (7 - i) & 1;
		uint8_t node[6] = {0, 0, bit ? BITS : on, 0, 0, bit ? on : BITS};

		buf_put(&b, node, sizeof(node));
	}
	buf_put(&b, gap, sizeof(gap));
	buf_u8(&b, MAP | 1);
	text(&b, "country");
	buf_u8(&b, MAP | 1);
	text(&b, "iso_code");
	text(&b, "IR");
	buf_put(&b, "\xab\xcd\xefMaxMind.com", 14);
	buf_u8(&b, MAP | 9);
	number(&b, "node_count", UINT32, BITS);
	number(&b, "record_size", UINT16, 24);
	number(&b, "ip_version", UINT16, 4);
	number(&b, "binary_format_major_version", UINT16, 2);
	number(&b, "binary_format_minor_version", UINT16, 0);
	text(&b, "build_epoch");
	buf_put(&b, epoch, sizeof(epoch));
	text(&b, "database_type");
	text(&b, "Country");
	text(&b, "languages");
	buf_put(&b, languages, sizeof(languages));
	text(&b, "description");
	buf_u8(&b, MAP);
	f = fopen(path, "w");
	assert_int_equal(fwrite(b.p, 1, b.n, f), b.n);
	fclose(f);
	buf_fini(&b);
}

static void country_by_address(void **state)
{
	struct t *t = *state;
	struct tl_obj *location = document(t, files_bytes(t->s->w, MIB, 14));
	char path[200], why[300];
	struct cdn_policy *p = app(t)->cdn_policy;

	snprintf(path, sizeof(path), "%s/countries", world_dir(t->s->w));
	world_set(t->s->w, "cdn", "geoip", path);
	assert_int_equal(cdn_policy_new(app(t)->settings, why, sizeof(why), &p), -ERR_INVALID);
	assert_non_null(strstr(why, path));
	map_of_addresses(path);
	cdn_policy_free(app(t)->cdn_policy);
	app(t)->cdn_policy = NULL;
	assert_int_equal(cdn_policy_new(app(t)->settings, why, sizeof(why), &app(t)->cdn_policy), 0);
	t->row.countries = SLICE_LIT("IR");
	begin(t);
	assert_non_null(sent(t, t->s->b, location, 0)); /* though his number is of elsewhere */
}

static void asked_again(void **state)
{
	struct t *t = *state;
	struct slice bytes = files_bytes(t->s->w, 3 * MIB + 777, 8), token, chunk;
	struct tl_upload_getCdnFileHashes *h = Q(t->s, upload_getCdnFileHashes);
	struct tl_upload_reuploadCdnFile *bad;
	struct cdn_hello hello;
	struct cdn_token open;
	uint8_t *forged;

	begin(t);
	token = sent(t, t->s->b, document(t, bytes), 0)->file_token;
	UNTIL(fake_node_fills(t->node) == 25);
	sleep(2);
	expect_windows(t, talk_call(t->s->w, t->s->b, reupload(t, token, 9, clock_unix())), bytes, 8, 8);
	assert_int_equal(fake_node_fills(t->node), 33);
	assert_true(fake_node_hello(t->node, &hello));
	assert_int_equal(cdn_token_open_node(&hello.keys, hello.dc, token, &open), 0);
	assert_int_equal(fake_node_has(t->node, open.object, 15, &chunk), 2);
	/* Who missed it at the same moment finds it there. */
	expect_windows(t, talk_call(t->s->w, t->s->b, reupload(t, token, 15, clock_unix())), bytes, 8, 8);
	assert_int_equal(fake_node_fills(t->node), 33);
	expect_windows(t, talk_call(t->s->w, t->s->b, reupload(t, token, 24, clock_unix())), bytes, 24, 1);
	/* What a node once said is of no use again. */
	sleep(2);
	expect_windows(t, talk_call(t->s->w, t->s->b, reupload(t, token, 15, clock_unix() - 10)), bytes, 8,
	               8);
	assert_int_equal(fake_node_fills(t->node), 34);

	h->file_token = token;
	h->offset = 2 * CDN_CHUNK;
	expect_windows(t, talk_call(t->s->w, t->s->b, &h->o), bytes, 2, 6); /* to the end of its MiB */
	h->offset = 3 * MIB;
	expect_windows(t, talk_call(t->s->w, t->s->b, &h->o), bytes, 24, 1);
	h->offset = 4 * MIB;
	expect_windows(t, talk_call(t->s->w, t->s->b, &h->o), bytes, 32, 0);
	h->offset = -1;
	talk_refused(t->s->w, t->s->b, &h->o, "400 OFFSET_INVALID");

	/* What is forged, old, or beyond the file. */
	talk_refused(t->s->w, t->s->b, reupload(t, token, 25, clock_unix()), "400 REQUEST_TOKEN_INVALID");
	talk_refused(t->s->w, t->s->b, reupload(t, token, 0, clock_unix() - 2 * CDN_REQUEST_SECONDS),
	             "400 REQUEST_TOKEN_INVALID");
	bad = (struct tl_upload_reuploadCdnFile *)reupload(t, token, 0, clock_unix());
	bad->request_token.n--;
	talk_refused(t->s->w, t->s->b, &bad->o, "400 REQUEST_TOKEN_INVALID");
	for (uint32_t i = 0; i <= token.n; i++) { /* each byte changed, and one too few */
		forged = arena_alloc(world_arena(t->s->w), token.n);
		memcpy(forged, token.p, token.n);
		forged[i % token.n] ^= i < token.n;
		bad->file_token = slice_of(forged, i < token.n ? token.n : token.n - 1);
		talk_refused(t->s->w, t->s->b, &bad->o, "400 FILE_TOKEN_INVALID");
		h->offset = 0;
		h->file_token = bad->file_token;
		talk_refused(t->s->w, t->s->b, &h->o, "400 FILE_TOKEN_INVALID");
	}
	talk_refused(t->s->w, (struct person){0, t->s->b.key}, reupload(t, token, 0, clock_unix()),
	             "401 AUTH_KEY_UNREGISTERED");
	files_pass(3 * 3600);
	talk_refused(t->s->w, t->s->b, reupload(t, token, 0, clock_unix()), "400 FILE_TOKEN_INVALID");
}

/* However many miss a chunk at once, it is read and sent once; and each of them is told. */
static void many_miss(void **state)
{
	struct t *t = *state;
	struct slice bytes = files_bytes(t->s->w, MIB, 9);
	uint8_t content[32];

	begin(t);
	document(t, bytes);
	sha256(bytes.p, bytes.n, content);
	for (int64_t key = 1; key <= 1000; key++)
		assert_int_not_equal(
			cdnlink_ask(app(t)->cdn, t->row.dc, content, bytes.n, 0, clock_unix(), key),
			-ERR_FULL);
	UNTIL(fake_node_fills(t->node) == 8 && live(t).windows == 0);
	assert_int_equal(live(t).filled, 8);
	assert_int_equal(cdnlink_ask(app(t)->cdn, t->row.dc, content, bytes.n, 1, clock_unix(), 1),
	                 -ERR_INVALID);
	assert_int_equal(cdnlink_ask(app(t)->cdn, 999, content, bytes.n, 0, clock_unix(), 1), -ERR_NOTFOUND);
}

static void ill(void **state)
{
	static const struct {
		enum fake_ill how;
		const char *error;
	} rows[] = {{FAKE_BABBLES, "it speaks otherwise"},
	            {FAKE_SILENT, "a fill waits for too long"},
	            {FAKE_TWICE, "it speaks otherwise"}};
	struct t *t = *state;
	struct tl_obj *location = document(t, files_bytes(t->s->w, 2 * MIB, 10));
	struct slice token;

	begin(t);
	token = sent(t, t->s->b, location, 0)->file_token;
	UNTIL(fake_node_fills(t->node) == 16);
	fake_node_be(t->node, FAKE_REFUSES);
	sleep(2);
	talk_refused(t->s->w, t->s->b, reupload(t, token, 0, clock_unix()), "400 FILE_TOKEN_INVALID");
	assert_true(direct(t, t->s->b, location, 65536)); /* he is not sent there again */
	assert_true(live(t).up);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		usec_t began = clock_usec();

		fake_node_be(t->node, rows[i].how);
		if (rows[i].how == FAKE_BABBLES) {
			fake_node_cut(t->node);
		} else { /* the one whose call waits is told within ten seconds */
			talk_refused(t->s->w, t->s->b, reupload(t, token, 8, clock_unix()),
			             "400 FILE_TOKEN_INVALID");
			assert_true(clock_usec() - began < 12000000);
		}
		UNTIL(strcmp(live(t).last_error, rows[i].error) == 0);
		fake_node_be(t->node, FAKE_WELL);
		UNTIL(cdnlink_any(app(t)->cdn));
	}
}

/* --- lives */

static bool is_published(struct t *t, bool node)
{
	struct tl_config *f = TL_AS(config, talk_call(t->s->w, t->s->a, &Q(t->s, help_getConfig)->o));
	int nodes = 0, stand_ins = 0;

	for (uint32_t i = 0; i < f->dc_options.n; i++) {
		struct tl_dcOption *o = TL_AS(dcOption, f->dc_options.v[i]);

		if (o->id != t->row.dc)
			continue;
		assert_true(o->cdn);
		nodes += o->tcpo_only && slice_eq(o->ip_address, t->row.ip) && o->port == t->row.port;
		stand_ins += !o->tcpo_only && slice_eq(o->ip_address, SLICE_LIT("127.0.0.1")) &&
		             o->port == 4430;
		assert_false(o->media_only || o->static_ || o->this_port_only);
	}
	return stand_ins == 1 && nodes == node;
}

/* Keys that are published for the node: how many, the core's own counted. */
static unsigned keys(struct t *t, struct slice pem)
{
	struct tl_cdnConfig *f = TL_AS(cdnConfig,
	                               talk_call(t->s->w, t->s->a, &Q(t->s, help_getCdnConfig)->o));
	unsigned n = 0;

	for (uint32_t i = 0; i < f->public_keys.n; i++) {
		struct tl_cdnPublicKey *k = TL_AS(cdnPublicKey, f->public_keys.v[i]);

		n += k->dc_id == t->row.dc && slice_eq(k->public_key, pem);
	}
	return n;
}

static void revoked(void **state)
{
	struct t *t = *state;
	struct tl_upload_getCdnFile *stand_in = Q(t->s, upload_getCdnFile);
	struct tl_obj *location = document(t, files_bytes(t->s->w, 2 * MIB, 11));
	struct slice token;
	int tries = 0;

	begin(t);
	assert_true(is_published(t, true));
	assert_int_equal(keys(t, fake_node_pem(t->node)), 1);
	assert_int_equal(keys(t, SLICE_LIT("the core's own key")), 1);
	token = sent(t, t->s->b, location, 0)->file_token;
	world_pushes(t->s->w, t->s->b.key);
	assert_int_equal(step_to(t, STORE_CDN_REVOKED), 0);
	/* From this moment: */
	assert_true(direct(t, t->s->b, location, 65536));
	assert_true(is_published(t, false));
	talk_refused(t->s->w, t->s->b, reupload(t, token, 0, clock_unix()), "400 FILE_TOKEN_INVALID");
	UNTIL(fake_node_state(t->node) == CDN_REVOKED);
	while (!world_update(world_pushes(t->s->w, t->s->b.key), TL_updateConfig))
		assert_true(tries++ < 2000);
	assert_int_equal(keys(t, SLICE_LIT("the core's own key")), 1);
	/* Our own address answers for it, whoever asks. */
	stand_in->file_token = token;
	stand_in->limit = 4096;
	talk_refused(t->s->w, (struct person){0, t->s->b.key}, &stand_in->o, "400 FILE_TOKEN_INVALID");
	talk_refused(t->s->w, t->s->b, &stand_in->o, "400 FILE_TOKEN_INVALID");
	/* It never comes back; it can be wiped. */
	assert_int_equal(step_to(t, STORE_CDN_ACTIVE), -ERR_INVALID);
	assert_int_equal(step_to(t, STORE_CDN_DRAINING), -ERR_INVALID);
	assert_int_equal(cdnlink_wipe(app(t)->cdn, t->row.dc, 10000), 0);
	assert_int_equal(fake_node_wipes(t->node), 1);
	assert_int_equal(step_to(t, STORE_CDN_WIPED), 0);
	assert_true(is_published(t, false));
	files_pass(31 * 86400);
	assert_false(is_published(t, false));
}

static void drained(void **state)
{
	struct t *t = *state;
	struct slice bytes = files_bytes(t->s->w, 2 * MIB, 12), token;
	struct tl_obj *location = document(t, bytes);
	struct cdn_hello before, after;

	begin(t);
	token = sent(t, t->s->b, location, 0)->file_token;
	assert_int_equal(step_to(t, STORE_CDN_DRAINING), 0);
	assert_true(direct(t, t->s->a, anns(t), 0));
	assert_true(is_published(t, true));
	UNTIL(fake_node_state(t->node) == CDN_DRAINING);
	/* What was given out is served, and filled. */
	expect_windows(t, talk_call(t->s->w, t->s->b, reupload(t, token, 0, clock_unix())), bytes, 0, 8);
	/* Active again it has other keys, and what was given out before is void. */
	assert_true(fake_node_hello(t->node, &before));
	assert_int_equal(step_to(t, STORE_CDN_ACTIVE), 0);
	UNTIL(fake_node_hello(t->node, &after) && memcmp(before.epoch, after.epoch, 16) != 0);
	assert_memory_not_equal(before.lease_key, after.lease_key, 32);
	assert_memory_not_equal(before.keys.token, after.keys.token, 32);
	talk_refused(t->s->w, t->s->b, reupload(t, token, 0, clock_unix()), "400 FILE_TOKEN_INVALID");
	UNTIL(cdnlink_any(app(t)->cdn));
	assert_false(slice_eq(sent(t, t->s->a, anns(t), 65536)->file_token, token));
}

static void links_again(void **state)
{
	struct t *t = *state;
	struct cdn_hello before, after;

	begin(t);
	assert_true(fake_node_hello(t->node, &before));
	fake_node_cut(t->node);
	UNTIL(!live(t).up);
	assert_false(cdnlink_any(app(t)->cdn));
	UNTIL(cdnlink_any(app(t)->cdn));
	assert_true(fake_node_hello(t->node, &after));
	assert_memory_equal(before.lease_key, after.lease_key, 32); /* its cache is as it was */
	assert_memory_equal(before.epoch, after.epoch, 16);
	assert_int_equal(keys(t, fake_node_pem(t->node)), 1);
}

static enum store_cdn_state state_of(struct t *t)
{
	struct cdn_epoch e;

	if (cdnlink_epoch(app(t)->cdn, t->row.dc, &e) < 0)
		return STORE_CDN_REVOKED;
	return fake_node_state(t->node) == CDN_ACTIVE ? STORE_CDN_ACTIVE : STORE_CDN_DRAINING;
}

static void licence_ends(void **state)
{
	struct t *t = *state;

	begin(t);
	assert_int_equal(step_to(t, STORE_CDN_LICENSED), -ERR_INVALID);
	files_pass(10000000 - 7000); /* two hours before its end nobody is sent there any more */
	UNTIL(state_of(t) == STORE_CDN_DRAINING);
	assert_false(cdnlink_any(app(t)->cdn));
	files_pass(7100);
	UNTIL(state_of(t) == STORE_CDN_REVOKED);
	UNTIL(fake_node_state(t->node) == CDN_REVOKED);
}

struct taken {
	struct blob_id content;
	int64_t files;
};

static int take_down(struct rpc_call *c, void *arg)
{
	struct taken *x = arg;

	return media_take_down(c, &x->content, &x->files);
}

static void taken_down(void **state)
{
	struct t *t = *state;
	struct slice bytes = files_bytes(t->s->w, MIB, 13), token;
	struct taken x;

	begin(t);
	token = sent(t, t->s->b, document(t, bytes), 0)->file_token;
	UNTIL(fake_node_fills(t->node) == 8);
	sha256(bytes.p, bytes.n, x.content.b);
	assert_int_equal(world_write(t->s->w, take_down, &x), 0);
	UNTIL(fake_node_drops(t->node) == 1);
	talk_refused(t->s->w, t->s->b, reupload(t, token, 0, clock_unix()), "400 FILE_TOKEN_INVALID");
}

/* --- the log */

static int verify(struct rpc_call *c, void *arg)
{
	return cdnlink_log_verify(c, arg);
}

static int add_line(struct rpc_call *c, void *arg)
{
	struct store_cdn_log last;
	int r = store_cdn_log_last(c->db, &c->arena, &last);

	last.seq++;
	return r < 0 ? r : store_cdn_log_append(c->db, &last);
}

static void log_is_chained(void **state)
{
	struct t *t = *state;
	struct cdnlink_verified v;

	assert_int_equal(world_write(t->s->w, verify, &v), 0);
	assert_int_equal(v.rows + v.wrong, 0);
	begin(t);
	assert_int_equal(cdnlink_node_suspect(app(t)->cdn, t->row.dc, "a wrong byte"), 0);
	assert_int_equal(cdnlink_node_suspect(app(t)->cdn, t->row.dc, "again"), -ERR_INVALID);
	assert_int_equal(cdnlink_node_drain(app(t)->cdn, t->row.dc, "a wrong byte"), 0);
	assert_int_equal(world_write(t->s->w, verify, &v), 0);
	assert_int_equal(v.wrong, 0);
	assert_true(v.rows >= 6); /* planned, licensed, active, key, link, suspect, draining */
	assert_int_equal(world_write(t->s->w, add_line, NULL), 0);
	assert_int_equal(world_write(t->s->w, verify, &v), 0);
	assert_int_equal(v.wrong, v.rows + 1);
}

static void ids_and_addresses(void **state)
{
	struct t *t = *state;
	int32_t first;

	begin(t);
	first = t->row.dc;
	assert_int_equal(first, STORE_CDN_FIRST);
	assert_int_equal(world_write(t->s->w, add, t), -ERR_EXISTS);
	assert_int_equal(step_to(t, STORE_CDN_REVOKED), 0);
	assert_int_equal(world_write(t->s->w, add, t), -ERR_EXISTS); /* nor when it is gone */
	t->row.port += 1000;
	assert_int_equal(world_write(t->s->w, add, t), 0);
	assert_int_equal(t->row.dc, first + 1);
	assert_int_equal(step_to(t, STORE_CDN_ACTIVE), -ERR_INVALID); /* without a licence */
	t->row.dc = first;
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(sent_there_and_filled),
		T(once),
		T(popular),
		T(of_a_large_channel),
		T(country),
		T(country_by_address),
		T(asked_again),
		T(many_miss),
		T(ill),
		T(revoked),
		T(drained),
		T(links_again),
		T(licence_ends),
		T(taken_down),
		T(log_is_chained),
		T(ids_and_addresses),
	};

	signal(SIGPIPE, SIG_IGN); /* as the server does */
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
