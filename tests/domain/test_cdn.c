/*
 * test_cdn.c - who is sent to a CDN node, and once; what the node is sent, and asked again; what ends a token. The node is played by a thread.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <signal.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/err.h"
#include "base/settings.h"
#include "crypto/hash.h"
#include "domain/media/cdn.h"
#include "domain/media/media.h"
#include "files.h"
#include "node.h"
#include "room.h"
#include "store/blob.h"
#include "store/user.h"

enum { MIB = 1 << 20 };

static void sent_there_and_filled(void **state)
{
	struct node *t = *state;
	struct slice bytes = files_bytes(t->s->w, 3 * MIB + 777, 1), chunk;
	struct tl_upload_fileCdnRedirect *f;
	struct cdn_object o = {0};
	struct cdn_token token;
	struct tl_obj *location;
	struct cdn_hello h;

	node_begin(t);
	location = node_document(t, bytes);
	f = node_sent(t, t->s->b, location, 0);
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
	assert_true(slice_eq(node_sent(t, t->s->a, node_anns(t), 0)->file_token, f->file_token));
	UNTIL(node_live(t).files == 0);
	assert_int_equal(fake_node_fills(t->node), 25);
	assert_true(
		slice_eq(files_get(t->s->w, t->s->b, location, 131072), bytes)); /* who cannot gets bytes */
}

static void once(void **state)
{
	struct node *t = *state;
	struct slice bytes = files_bytes(t->s->w, 2 * MIB, 2);
	struct tl_obj *location = node_document(t, bytes);

	assert_true(node_direct(t, t->s->b, location, 0)); /* there is no node yet */
	node_begin(t);
	assert_non_null(node_sent(t, t->s->b, location, 0));
	assert_non_null(node_sent(t, t->s->b, location, 65536));
	assert_true(node_direct(t, t->s->b, location, 65536)); /* he came back */
	assert_true(node_direct(t, t->s->b, location, 0));
	assert_true(node_direct(t, t->s->b, location, 131072)); /* and whatever else of it he asks for */
	assert_non_null(node_sent(t, t->s->a, node_anns(t), 0));
	files_pass(3500);
	assert_true(node_direct(t, t->s->b, location, 262144));
	files_pass(120);
	assert_non_null(node_sent(t, t->s->b, location, 262144));
	assert_true(
		node_direct(t, t->s->b, node_document(t, files_bytes(t->s->w, 200000, 3)), 0)); /* small */
	assert_true(node_direct(t, t->s->b, location, 1LL << 30)); /* past its end */
}

static void popular(void **state)
{
	struct node *t = *state;
	struct tl_obj *location = node_document(t, files_bytes(t->s->w, 2 * MIB, 4));

	world_set(t->s->w, "cdn", "popular", "2");
	node_begin(t);
	for (int i = 0; i < 4; i++)
		assert_true(node_direct(t, t->s->b, location, i * 65536)); /* however often one asks */
	assert_non_null(node_sent(t, t->s->a, node_anns(t), 0));
	assert_non_null(node_sent(t, t->s->b, location, 0));
	files_pass(2 * 3600);
	assert_true(node_direct(t, t->s->b, location, 65536));
}

static void of_a_large_channel(void **state)
{
	struct node *t = *state;
	struct tl_messages_sendMedia *q = Q(t->s, messages_sendMedia);
	struct tl_messages_getHistory *h = Q(t->s, messages_getHistory);
	int64_t room = room_create(t->s->w, t->s->a, true);
	struct tl_messages_channelMessages *page;
	struct tl_obj *location;

	world_set(t->s->w, "cdn", "popular", "400");
	world_set(t->s->w, "cdn", "channel_members", "2");
	world_set(t->s->w, "cdn", "prefetch_members", "2");
	node_begin(t);
	q->peer = world_channel_peer(t->s->w, t->s->a, room);
	q->message = SLICE_LIT("");
	q->media = &files_document(t->s->w, t->s->a, files_bytes(t->s->w, MIB, 5), "x", "a/b", NULL)->o;
	q->random_id = 771;
	talk_call(t->s->w, t->s->a, &q->o);
	h->peer = world_channel_peer(t->s->w, t->s->a, room);
	h->limit = 1;
	page = TL_AS(messages_channelMessages, talk_call(t->s->w, t->s->a, &h->o));
	location = files_location(t->s->w, files_document_of(TL_AS(message, page->messages.v[0])), "");
	assert_true(node_direct(t, t->s->a, location, 0)); /* one member */
	assert_int_equal(fake_node_fills(t->node), 0);
	room_invite(t->s->w, t->s->a, room, t->s->b);
	files_pass(2 * 3600); /* as it was, is not believed for ever */
	assert_non_null(node_sent(t, t->s->a, location, 0));
	UNTIL(fake_node_fills(t->node) == 8);
	/* With so many members it goes there before anybody asks. */
	q->media = &files_document(t->s->w, t->s->a, files_bytes(t->s->w, MIB, 6), "x", "a/b", NULL)->o;
	q->random_id = 772;
	talk_call(t->s->w, t->s->a, &q->o);
	UNTIL(fake_node_fills(t->node) == 16);
}

static void country(void **state)
{
	struct node *t = *state;
	struct tl_obj *location = node_document(t, files_bytes(t->s->w, MIB, 7));

	t->row.countries = SLICE_LIT("IR,TM");
	node_begin(t);
	assert_true(node_direct(t, t->s->b, location, 0)); /* his number is of the United States */
	t->row.countries = SLICE_LIT("IR,US");
	t->row.port += 1000;
	assert_int_equal(node_step(t, STORE_CDN_REVOKED), 0);
	assert_int_equal(node_add(t), 0);
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
	node_begin(t);
	files_pass(120); /* that nobody served him is not believed for long */
	assert_non_null(node_sent(t, t->s->b, location, 0));
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
	struct node *t = *state;
	struct tl_obj *location = node_document(t, files_bytes(t->s->w, MIB, 14));
	char path[200], why[300];
	struct cdn_policy *p = node_app(t)->cdn_policy;

	snprintf(path, sizeof(path), "%s/countries", world_dir(t->s->w));
	world_set(t->s->w, "cdn", "geoip", path);
	assert_int_equal(cdn_policy_new(node_app(t)->settings, why, sizeof(why), &p), -ERR_INVALID);
	assert_non_null(strstr(why, path));
	map_of_addresses(path);
	cdn_policy_free(node_app(t)->cdn_policy);
	node_app(t)->cdn_policy = NULL;
	assert_int_equal(cdn_policy_new(node_app(t)->settings, why, sizeof(why), &node_app(t)->cdn_policy),
	                 0);
	t->row.countries = SLICE_LIT("IR");
	node_begin(t);
	assert_non_null(node_sent(t, t->s->b, location, 0)); /* though his number is of elsewhere */
}

static void asked_again(void **state)
{
	struct node *t = *state;
	struct slice bytes = files_bytes(t->s->w, 3 * MIB + 777, 8), token, chunk;
	struct tl_upload_getCdnFileHashes *h = Q(t->s, upload_getCdnFileHashes);
	struct tl_upload_reuploadCdnFile *bad;
	struct cdn_request before = {.chunk = 15, .fills = 25}, old = {0};
	struct cdn_hello hello;
	struct cdn_token open;
	uint8_t *forged;

	node_begin(t);
	token = node_sent(t, t->s->b, node_document(t, bytes), 0)->file_token;
	UNTIL(node_live(t).filled == 25); /* and its answers are taken */
	node_expect_windows(t, talk_call(t->s->w, t->s->b, node_reupload(t, token, 9)), bytes, 8, 8);
	assert_int_equal(fake_node_fills(t->node), 33);
	assert_true(fake_node_hello(t->node, &hello));
	assert_int_equal(cdn_token_open_node(&hello.keys, hello.dc, token, &open), 0);
	assert_int_equal(fake_node_has(t->node, open.object, 15, &chunk), 2);
	/* Who missed it at the same moment finds it there. */
	node_expect_windows(t, talk_call(t->s->w, t->s->b, node_reupload_of(t, token, &before, clock_unix())),
	                    bytes, 8, 8);
	assert_int_equal(fake_node_fills(t->node), 33);
	node_expect_windows(t, talk_call(t->s->w, t->s->b, node_reupload(t, token, 24)), bytes, 24, 1);
	/* What a node once said is of no use again. */
	node_expect_windows(
		t, talk_call(t->s->w, t->s->b, node_reupload_of(t, token, &before, clock_unix() - 10)), bytes,
		8, 8);
	assert_int_equal(fake_node_fills(t->node), 34);

	h->file_token = token;
	h->offset = 2 * CDN_CHUNK;
	node_expect_windows(t, talk_call(t->s->w, t->s->b, &h->o), bytes, 2, 6); /* to the end of its MiB */
	h->offset = 3 * MIB;
	node_expect_windows(t, talk_call(t->s->w, t->s->b, &h->o), bytes, 24, 1);
	h->offset = 4 * MIB;
	node_expect_windows(t, talk_call(t->s->w, t->s->b, &h->o), bytes, 32, 0);
	h->offset = -1;
	talk_refused(t->s->w, t->s->b, &h->o, "400 OFFSET_INVALID");

	/* What is forged, old, or beyond the file. */
	talk_refused(t->s->w, t->s->b, node_reupload(t, token, 25), "400 REQUEST_TOKEN_INVALID");
	talk_refused(t->s->w, t->s->b,
	             node_reupload_of(t, token, &old, clock_unix() - 2 * CDN_REQUEST_SECONDS),
	             "400 REQUEST_TOKEN_INVALID");
	bad = (struct tl_upload_reuploadCdnFile *)node_reupload(t, token, 0);
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
	talk_refused(t->s->w, (struct person){0, t->s->b.key}, node_reupload(t, token, 0),
	             "401 AUTH_KEY_UNREGISTERED");
	files_pass(3 * 3600);
	talk_refused(t->s->w, t->s->b, node_reupload(t, token, 0), "400 FILE_TOKEN_INVALID");
}

/* However many miss a chunk at once, it is read and sent once; and each of them is told. */
static void many_miss(void **state)
{
	struct node *t = *state;
	struct slice bytes = files_bytes(t->s->w, MIB, 9);
	struct cdnlink_content content = {.size = bytes.n};

	node_begin(t);
	node_document(t, bytes);
	sha256(bytes.p, bytes.n, content.id);
	for (int64_t key = 1; key <= 1000; key++)
		assert_int_not_equal(cdnlink_ask(node_app(t)->cdn, t->row.dc, &content, 0, 0, key),
		                     -ERR_FULL);
	UNTIL(fake_node_fills(t->node) == 8 && node_live(t).windows == 0);
	assert_int_equal(node_live(t).filled, 8);
	assert_int_equal(cdnlink_ask(node_app(t)->cdn, t->row.dc, &content, 1, 0, 1), -ERR_INVALID);
	assert_int_equal(cdnlink_ask(node_app(t)->cdn, 999, &content, 0, 0, 1), -ERR_NOTFOUND);
}

/* --- whose files a node may have */

struct told_homes {
	int32_t dc;
	const char *homes;
};

static int tell_homes(struct rpc_call *c, void *arg)
{
	const struct told_homes *x = arg;

	return cdnlink_license(c, x->dc, &(struct cdnlink_licence){.homes = x->homes}, NULL);
}

static void set_homes(struct node *t, const char *homes)
{
	assert_int_equal(world_write(t->s->w, tell_homes, &(struct told_homes){t->row.dc, homes}), 0);
}

static int move_home(struct rpc_call *c, void *arg)
{
	struct store_user u;
	int r = store_user_load(c->db, ((struct person *)arg)->id, &c->arena, &u);

	u.phone = SLICE_LIT("989120000001");
	return r < 0 ? r : store_user_update(c->db, &u);
}

static void homes(void **state)
{
	struct node *t = *state;
	struct slice bytes = files_bytes(t->s->w, 2 * MIB, 21), token;
	struct tl_obj *american, *iranian;
	struct cdn_hello first, second;

	t->row.homes = SLICE_LIT("IR,TM");
	american = node_document(t, bytes); /* Ann's number is of the United States */
	assert_int_equal(world_write(t->s->w, move_home, &t->s->a), 0);
	iranian = node_document(t, files_bytes(t->s->w, MIB, 22));
	node_begin(t);
	assert_true(node_direct(t, t->s->b, american, 0));
	assert_int_equal(node_live(t).withheld, 1);
	assert_non_null(node_sent(t, t->s->b, iranian, 0));
	UNTIL(fake_node_fills(t->node) == 8);

	/* Told otherwise, it begins with an empty cache, and has what it may have now. */
	assert_true(fake_node_hello(t->node, &first));
	set_homes(t, "");
	UNTIL(fake_node_hello(t->node, &second) &&
	      memcmp(first.lease_key, second.lease_key, sizeof(first.lease_key)) != 0);
	assert_memory_equal(first.epoch, second.epoch, sizeof(first.epoch));
	UNTIL(cdnlink_any(node_app(t)->cdn));
	files_pass(120);
	token = node_sent(t, t->s->b, american, 65536)->file_token;
	UNTIL(fake_node_fills(t->node) == 8 + 16);

	/* What was given out before is of no use for what it may not have. */
	set_homes(t, "US");
	UNTIL(fake_node_hello(t->node, &first) &&
	      memcmp(first.lease_key, second.lease_key, sizeof(first.lease_key)) != 0);
	UNTIL(cdnlink_any(node_app(t)->cdn));
	node_expect_windows(t, talk_call(t->s->w, t->s->b, node_reupload(t, token, 0)), bytes, 0, 8);
	set_homes(t, "IR");
	UNTIL(fake_node_hello(t->node, &second) &&
	      memcmp(first.lease_key, second.lease_key, sizeof(first.lease_key)) != 0);
	UNTIL(cdnlink_any(node_app(t)->cdn));
	talk_refused(t->s->w, t->s->b, node_reupload(t, token, 8), "400 FILE_TOKEN_INVALID");
}

struct asked_home {
	const struct blob_id *id;
	char *ret;
};

static int ask_home(struct rpc_call *c, void *arg)
{
	struct asked_home *x = arg;

	return store_blob_home(c->db, x->id->b, x->ret);
}

static int node_home(struct node *t, const struct blob_id *id, char ret[3])
{
	return world_write(t->s->w, ask_home, &(struct asked_home){id, ret});
}

/* Who brings the same content later does not move it, and what is published is kept where it may be. */
static void homes_of_posts(void **state)
{
	struct node *t = *state;
	struct slice bytes = files_bytes(t->s->w, MIB, 23);
	struct tl_messages_sendMedia *q = Q(t->s, messages_sendMedia);
	int64_t room = room_create(t->s->w, t->s->a, true);
	char home[3];
	struct blob_id id;

	world_set(t->s->w, "cdn", "prefetch_members", "1");
	t->row.homes = SLICE_LIT("IR");
	node_begin(t);
	q->peer = world_channel_peer(t->s->w, t->s->a, room);
	q->message = SLICE_LIT("");
	for (int i = 0; i < 3; i++) { /* of the United States; the same from Iran; another from there */
		struct slice what = i < 2 ? bytes : files_bytes(t->s->w, MIB, 24);

		if (i == 1)
			assert_int_equal(world_write(t->s->w, move_home, &t->s->a), 0);
		q->media = &files_document(t->s->w, t->s->a, what, "x", "a/b", NULL)->o;
		q->random_id = 780 + i;
		talk_call(t->s->w, t->s->a, &q->o);
		UNTIL(fake_node_fills(t->node) == (i == 2 ? 8 : 0) && node_live(t).withheld == (i ? 2 : 1));
	}
	sha256(bytes.p, bytes.n, id.b);
	assert_int_equal(node_home(t, &id, home), 0);
	assert_string_equal(home, "US");
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
	struct node *t = *state;
	struct slice bytes = files_bytes(t->s->w, MIB, 13), token;
	struct taken x;

	node_begin(t);
	token = node_sent(t, t->s->b, node_document(t, bytes), 0)->file_token;
	UNTIL(fake_node_fills(t->node) == 8);
	sha256(bytes.p, bytes.n, x.content.b);
	assert_int_equal(world_write(t->s->w, take_down, &x), 0);
	UNTIL(fake_node_drops(t->node) == 1);
	talk_refused(t->s->w, t->s->b, node_reupload(t, token, 0), "400 FILE_TOKEN_INVALID");
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, node_setup, node_teardown)
	const struct CMUnitTest tests[] = {
		T(sent_there_and_filled), T(once),        T(popular),   T(of_a_large_channel), T(country),
		T(country_by_address),    T(asked_again), T(many_miss), T(taken_down),         T(homes),
		T(homes_of_posts),
	};

	signal(SIGPIPE, SIG_IGN); /* as the server does */
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
