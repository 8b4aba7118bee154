/*
 * test_known.c - objects whose bytes another serialiser gave (Telethon 1.24.0 for layer 133, 1.45.0 for the newest), both
 * ways; what becomes of flags that were Bools; and the words of tl_describe.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tl/tl.h"

struct world {
	struct arena a;
	struct buf b, text;
};

static int setup(void **state)
{
	*state = calloc(1, sizeof(struct world));
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;

	arena_fini(&w->a);
	buf_fini(&w->b);
	buf_fini(&w->text);
	free(w);
	return 0;
}

static size_t unhex(const char *s, uint8_t *out)
{
	size_t n = strlen(s) / 2;

	for (size_t i = 0; i < n; i++) {
		const char two[] = {s[2 * i], s[2 * i + 1], 0};

		out[i] = (uint8_t)strtoul(two, NULL, 16);
	}
	return n;
}

static struct tl_obj *decode(struct world *w, const char *hex)
{
	uint8_t *p = arena_alloc(&w->a, 1024);
	struct rd r = rd_of(p, unhex(hex, p));
	struct tl_obj *o;

	assert_int_equal(tl_decode(&r, &w->a, &o), 0);
	assert_int_equal(rd_left(&r), 0);
	return o;
}

static void says(struct world *w, const struct tl_obj *o, int layer, const char *hex)
{
	uint8_t p[1024];
	size_t n = unhex(hex, p);

	w->b.n = 0;
	assert_int_equal(tl_is_method(o->name) ? tl_encode_call(&w->b, o, layer) : tl_encode(&w->b, o, layer),
	                 0);
	assert_int_equal(w->b.n, n);
	assert_memory_equal(w->b.p, p, n);
}

static void is_described(struct world *w, const struct tl_obj *o, const char *text)
{
	w->text.n = 0;
	tl_describe(&w->text, o);
	buf_u8(&w->text, 0);
	assert_string_equal((const char *)w->text.p, text);
}

static void known_bytes(void **state)
{
	static const struct {
		int layer;
		const char *hex, *text;
	} rows[] = {
		{133, "4ca5e8ddcb04fb711f010000feffffffffffffff",
	         "inputPeerUser{user_id: 1234567890123, access_hash: -2}"},
		{228, "27d3a67603000000070000000f68747470733a2f2f652e746573742f",
	         "messageEntityTextUrl{offset: 3, length: 7, url: \"https://e.test/\"}"},
		{228, "48a5910d15c4b51c020000003fb1c1f7c65811f207000000000000000900000000000000",
	         "users.getUsers{id: [inputUserSelf{}, inputUser{user_id: 7, access_hash: 9}]}"},
		{133, "63f6a2b201000000000000000040484000000000004030c005000000000000000a000000",
	         "geoPoint{long: 48.5, lat: -16.25, access_hash: 5, accuracy_radius: 10}"},
		{228, "63f6a2b200000000000000000040484000000000004030c00500000000000000",
	         "geoPoint{long: 48.5, lat: -16.25, access_hash: 5}"},
		{133, "c1ded478def8bde52a000000000000003f708c0000f1536501f15365",
	         "updateShort{update: updateUserStatus{user_id: 42, status: userStatusOffline{was_online: "
	         "1700000000}}, date: 1700000001}"},
		{133, "224b6a24221751590300000000000000b5757299",
	         "updatePeerBlocked{blocked: true, peer_id: peerUser{user_id: 3}}"},
		{228, "5277e0eb01000000221751590300000000000000",
	         "updatePeerBlocked{blocked: true, peer_id: peerUser{user_id: 3}}"},
		{228, "2a88d4ed", "updates.getState{}"},
	};
	struct world *w = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct tl_obj *o = decode(w, rows[i].hex);

		is_described(w, o, rows[i].text);
		says(w, o, rows[i].layer, rows[i].hex);
	}
}

/* 253 bytes have a short length, 254 a long one. */
static void long_bytes(void **state)
{
	struct world *w = *state;
	struct tl_auth_exportedAuthorization *o = TL_NEW(&w->a, auth_exportedAuthorization);
	uint8_t bytes[254], id[8] = {6};

	for (int i = 0; i < 254; i++)
		bytes[i] = (uint8_t)(i % 251);
	o->id = 6;
	for (uint32_t n = 253; n <= 254; n++) {
		size_t head = n == 253 ? 1 : 4;

		o->bytes = slice_of(bytes, n);
		w->b.n = 0;
		assert_int_equal(tl_encode(&w->b, &o->o, 133), 0);
		assert_int_equal(w->b.n, n == 253 ? 268 : 272);
		assert_memory_equal(w->b.p, "\xb8\xe2\x34\xb4", 4);
		assert_memory_equal(w->b.p + 4, id, 8);
		assert_memory_equal(w->b.p + 12, n == 253 ? "\xfd\x00" : "\xfe\xfe\x00\x00", head);
		assert_memory_equal(w->b.p + 12 + head, bytes, n);
	}
}

/* messages.sendMessage of layer 133 as it is, and as handlers see it. */
static void old_call(void **state)
{
	struct world *w = *state;
	struct tl_messages_sendMessage *q = TL_AS(messages_sendMessage,
	                                          decode(w, "70380c5229000000c97ea07d0500000008d8b3d984d8a7d9"
	                                                    "850000004d0000000000000015c4b51c01000000c90b61bd"
	                                                    "0000000002000000"));
	struct tl_inputReplyToMessage *r;

	assert_non_null(q);
	assert_true(q->silent);
	assert_false(q->no_webpage);
	assert_true(TL_IS(inputPeerSelf, q->peer));
	assert_true(slice_eq(q->message, SLICE_LIT("سلام")));
	assert_int_equal(q->random_id, 77);
	assert_int_equal(q->entities.n, 1);
	assert_true(TL_IS(messageEntityBold, q->entities.v[0]));
	r = TL_AS(inputReplyToMessage, q->reply_to);
	assert_non_null(r);
	assert_int_equal(r->reply_to_msg_id, 5);
}

/* archive_and_mute_new_noncontact_peers was flags.0?Bool and is flags.0?true: a false that was said stays a false. */
static void bool_that_became_a_flag(void **state)
{
	static const char *const off_133 = "24f4a2be01000000379779bc",
				 *const on_133 = "24f4a2be01000000b5757299", *const off = "4fb341fe00000000",
				 *const on = "4fb341fe01000000";
	struct world *w = *state;
	struct tl_globalPrivacySettings *s = TL_NEW(&w->a, globalPrivacySettings);

	says(w, decode(w, off_133), 228, off);
	says(w, decode(w, off_133), 133, off_133);
	says(w, decode(w, on_133), 228, on);
	says(w, decode(w, on_133), 133, on_133);
	says(w, decode(w, on), 133, on_133);
	/* As a handler makes it. */
	says(w, &s->o, 228, off);
	s->archive_and_mute_new_noncontact_peers = true;
	says(w, &s->o, 228, on);
	says(w, &s->o, 133, on_133);
}

static void described(void **state)
{
	struct world *w = *state;
	struct tl_messageEntityTextUrl *e = TL_NEW(&w->a, messageEntityTextUrl);
	struct tl_vector *v = TL_NEW(&w->a, vector);
	static const int64_t longs[] = {1, -2};
	uint8_t many[600];

	is_described(w, NULL, "null");
	is_described(w, &tl_true, "boolTrue{}");
	is_described(w, &v->o, "[]");
	v->longs = (struct tl_vec_long){longs, 2};
	is_described(w, &v->o, "[1, -2]");
	e->url = SLICE_LIT("a\"\\\n\x7f");
	is_described(w, &e->o, "messageEntityTextUrl{offset: 0, length: 0, url: \"a\\\"\\\\\\x0a\\x7f\"}");
	e->url = SLICE_LIT("\xff\x00");
	is_described(w, &e->o, "messageEntityTextUrl{offset: 0, length: 0, url: 0xff00}");
	/* Cut between two letters, not within one. */
	many[0] = 'x';
	for (int i = 1; i < 599; i += 2)
		memcpy(many + i, "\xd8\xb3", 2);
	e->url = slice_of(many, 599);
	w->text.n = 0;
	tl_describe(&w->text, &e->o);
	assert_int_equal(w->text.n, strlen("messageEntityTextUrl{offset: 0, length: 0, url: \"") + 511 +
	                                    strlen("\"...(599)}"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(known_bytes, setup, teardown),
		cmocka_unit_test_setup_teardown(long_bytes, setup, teardown),
		cmocka_unit_test_setup_teardown(old_call, setup, teardown),
		cmocka_unit_test_setup_teardown(bool_that_became_a_flag, setup, teardown),
		cmocka_unit_test_setup_teardown(described, setup, teardown),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
