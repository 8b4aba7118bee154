/*
 * test_wire.c - our client against a running server: every transport, both RSA schemes, all four inner data, layers from the
 * oldest to the newest; what a hostile peer may send. Arguments: HOST:PORT and the file of the public key.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/err.h"
#include "base/mem.h"
#include "client/sign.h"
#include "client/wait.h"
#include "crypto/rng.h"
#include "mtproto/ids.h"

#define WITHIN 10000000

static struct {
	struct client_loop *loop;
	struct client_address to;
	struct rsa_key *rsa;
} t;

static struct client_config config(enum client_transport tr, int layer)
{
	return (struct client_config){
		.loop = t.loop,
		.to = t.to,
		.transport = tr,
		.header_dc = 2,
		.auth = {.rsa = t.rsa, .inner = CLIENT_INNER_DC, .dc = 2, .expires_in = 86400},
		.layer = layer};
}

static void expect_connects(struct client *c)
{
	int32_t code = 0;
	int r = client_connect_wait(c, WITHIN, &code);

	if (r < 0)
		print_error("%s: %s, transport error %d: %s\n",
		            client_transport_name(client_config_of(c)->transport), err_name(r), code,
		            client_error(c));
	assert_int_equal(r, 0);
}

static void expect_no_violation(struct client *c)
{
	const char *first;
	unsigned n = client_violations(c, &first);

	if (n)
		print_error("%u violations, the first: %s\n", n, first);
	assert_int_equal(n, 0);
}

/* help.getConfig, whose this_dc must be the data centre that the client believes in. */
static void expect_config(struct client *c, int dc)
{
	struct tl_help_getConfig q = {.o.name = TL_help_getConfig};
	struct client_result x;

	assert_int_equal(client_call_wait(c, &q.o, WITHIN, &x), 0);
	assert_int_equal(x.decoded, 0);
	assert_true(TL_IS(config, x.o));
	assert_int_equal(TL_AS(config, x.o)->this_dc, dc);
	client_result_fini(&x);
	expect_no_violation(c);
}

static void one_config(const struct client_config *cfg, int dc)
{
	struct client *c = client_new(cfg);

	expect_connects(c);
	expect_config(c, dc);
	client_free(c);
}

static void transports(void **state)
{
	for (int tr = 1; tr < CLIENT_TRANSPORTS; tr++) {
		struct client_config cfg = config((enum client_transport)tr, 228);

		one_config(&cfg, 2);
	}
}

static void handshakes(void **state)
{
	static const enum client_inner inner[] = {CLIENT_INNER_PLAIN, CLIENT_INNER_DC, CLIENT_INNER_TEMP,
	                                          CLIENT_INNER_TEMP_DC};

	for (int old = 0; old < 4; old++)
		for (int i = 0; i < 4; i++) {
			struct client_config cfg = config(CLIENT_OBFUSCATED_PADDED, 228);

			cfg.auth.old_rsa = old & 1;
			cfg.auth.old_req_pq = old & 2;
			cfg.auth.inner = inner[i];
			one_config(&cfg, 2);
		}
}

static void layers(void **state)
{
	static const int all[] = {133, 144, 158, 166, 181, 185, 198, 204, 216, 227, 228};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct client_config cfg = config(CLIENT_INTERMEDIATE, all[i]);

		one_config(&cfg, 2);
	}
}

/* A client that believes to be on another data centre is told so: TDLib starts on 1, and test servers add 10000. */
static void data_centres(void **state)
{
	static const struct {
		int16_t header;
		int32_t inner;
		int dc;
	} cases[] = {{1, 1, 1}, {2, 2, 2}, {-4, -4, 4}, {5, 5, 5}, {10002, 10002, 2}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct client_config cfg = config(CLIENT_OBFUSCATED_INTERMEDIATE, 228);

		cfg.header_dc = cases[i].header;
		cfg.auth.dc = cases[i].inner;
		one_config(&cfg, cases[i].dc);
	}
}

static void same_key_again(void **state)
{
	struct client_config cfg = config(CLIENT_ABRIDGED, 228);
	struct client *c = client_new(&cfg);
	struct client_key key;

	expect_connects(c);
	expect_config(c, 2);
	key = *client_key(c);
	client_disconnect(c);
	expect_connects(c); /* the same session */
	expect_config(c, 2);
	client_disconnect(c);
	client_new_session(c);
	client_set_salt(c, 0); /* Telethon's beginning: the right one comes by bad_server_salt */
	expect_connects(c);
	expect_config(c, 2);
	client_free(c);

	c = client_new(&cfg);
	client_set_key(c, &key);
	expect_connects(c);
	expect_config(c, 2);
	assert_true(client_key(c)->id == key.id);
	client_free(c);
}

static void unknown_key(void **state)
{
	struct client_config cfg = config(CLIENT_PADDED, 228);
	struct client *c = client_new(&cfg);
	struct client_key key = {.id = 0};
	struct tl_help_getConfig q = {.o.name = TL_help_getConfig};
	struct client_result x;
	int32_t code = 0;
	int r;

	rng_bytes(key.body, sizeof(key.body));
	rng_bytes(&key.id, sizeof(key.id));
	client_set_key(c, &key);
	r = client_connect_wait(c, WITHIN, &code);
	if (r == 0) { /* connected; the first call hears it */
		r = client_call_wait(c, &q.o, WITHIN, &x);
		client_result_fini(&x);
	}
	assert_true(r < 0);
	client_free(c);
}

/* --- what no client sends */

struct hostile {
	struct client_link *link;
	bool opened, ended;
};

static void on_opened(void *user)
{
	((struct hostile *)user)->opened = true;
}

static void on_packet(void *user, uint8_t *p, size_t n)
{
}

static void on_quick_ack(void *user, uint32_t token)
{
}

static void on_ended(void *user, int r)
{
	((struct hostile *)user)->ended = true;
}

static const struct client_link_ops hostile_ops = {on_opened, on_packet, on_quick_ack, on_ended};

static bool is_opened(void *arg)
{
	const struct hostile *h = arg;

	return h->opened || h->ended;
}

static bool is_ended(void *arg)
{
	return ((const struct hostile *)arg)->ended;
}

static void hostile_open(struct hostile *h, enum client_transport tr)
{
	*h = (struct hostile){0};
	h->link = client_link_open(t.loop, &t.to, tr, 2, &hostile_ops, h);
	assert_true(client_loop_until(t.loop, is_opened, h, WITHIN));
}

static void still_serves(void)
{
	struct client_config cfg = config(CLIENT_INTERMEDIATE, 228);

	one_config(&cfg, 2);
}

static void garbage(void **state)
{
	for (int i = 0; i < 60; i++) {
		struct hostile h;
		uint8_t bytes[600];
		size_t n = 4 + rng_u64() % (sizeof(bytes) - 4);

		hostile_open(&h, (enum client_transport)(1 + i % (CLIENT_TRANSPORTS - 1)));
		rng_bytes(bytes, sizeof(bytes));
		if (i & 1)
			client_link_bytes(h.link, bytes, n);
		else
			client_link_send(h.link, bytes, n & ~(size_t)3);
		client_loop_until(t.loop, is_ended, &h, 20000);
		client_link_free(h.link);
	}
	still_serves();
}

static void lengths(void **state)
{
	static const uint32_t words[] = {0x7fffffff, 0x01000001, 0xffffffff, 0x00ffffff};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		struct hostile h;

		hostile_open(&h, CLIENT_INTERMEDIATE);
		client_link_bytes(h.link, &words[i], 4);
		client_link_bytes(h.link, "more than nothing", 16);
		client_loop_until(t.loop, is_ended, &h, i < 3 ? WITHIN : 50000);
		if (words[i] & 0x7f000000 && !(words[i] & 0x80000000))
			assert_true(h.ended); /* a length that no packet has */
		client_link_free(h.link);
	}
	still_serves();
}

/* A packet under a good key whose inside was changed: the connection ends, the key stays good. */
static void broken_packet(void **state)
{
	struct client_config cfg = config(CLIENT_INTERMEDIATE, 228);
	struct client *c = client_new(&cfg);
	struct client_key key;
	struct hostile h;
	struct buf sent = {0};

	client_keep_sent(c, true);
	expect_connects(c);
	expect_config(c, 2);
	key = *client_key(c);
	buf_put(&sent, client_last_sent(c).p, client_last_sent(c).n);
	client_free(c);

	hostile_open(&h, CLIENT_INTERMEDIATE);
	sent.p[sent.n - 3] ^= 1;
	client_link_send(h.link, sent.p, sent.n);
	assert_true(client_loop_until(t.loop, is_ended, &h, WITHIN));
	client_link_free(h.link);
	buf_fini(&sent);

	c = client_new(&cfg);
	client_set_key(c, &key);
	expect_connects(c);
	expect_config(c, 2);
	client_free(c);
}

static void signs_in(void **state)
{
	struct client_config cfg = config(CLIENT_OBFUSCATED_PADDED, 228);
	struct client *c = client_new(&cfg);
	char phone[16], error[128];
	int64_t user;
	int r;

	snprintf(phone, sizeof(phone), "99966%d%04d", (int)(rng_u64() % 10), (int)(rng_u64() % 10000));
	expect_connects(c);
	r = client_sign_in_wait(c, phone, "Wire", WITHIN, &user, error);
	if (r < 0)
		print_error("sign in: %s\n", error);
	assert_int_equal(r, 0);
	assert_true(user > 0);
	expect_no_violation(c);
	client_free(c);
}

/* What a call hears: its error as "303 PHONE_MIGRATE_2", or "" and the answer in *ret (client_result_fini). */
static const char *says(struct client *c, const struct tl_obj *q, struct client_result *ret)
{
	static char text[128];
	int r = client_call_wait(c, q, WITHIN, ret);

	text[0] = 0;
	if (r == -ERR_RPC)
		snprintf(text, sizeof(text), "%d %.*s", ret->a.code, (int)ret->a.text.n,
		         (const char *)ret->a.text.p);
	else if (r < 0)
		snprintf(text, sizeof(text), "%s", err_name(r));
	return text;
}

/* Logging in belongs to DC 2; what is signed in there is carried to others. */
static void other_data_centres(void **state)
{
	struct client_config cfg = config(CLIENT_OBFUSCATED_INTERMEDIATE, 228), far_cfg = cfg;
	struct client *home = client_new(&cfg), *far, *other;
	struct tl_codeSettings settings = {.o.name = TL_codeSettings};
	struct tl_auth_sendCode send = {.o.name = TL_auth_sendCode,
	                                .phone_number = SLICE_LIT("9996641234"),
	                                .api_id = 1,
	                                .api_hash = SLICE_LIT("x"),
	                                .settings = &settings.o};
	struct tl_auth_signIn sign = {.o.name = TL_auth_signIn,
	                              .phone_number = SLICE_LIT("9996641234"),
	                              .phone_code_hash = SLICE_LIT("x"),
	                              .phone_code = SLICE_LIT("44444")};
	struct tl_auth_exportLoginToken qr = {
		.o.name = TL_auth_exportLoginToken, .api_id = 1, .api_hash = SLICE_LIT("x")};
	struct tl_auth_exportAuthorization out = {.o.name = TL_auth_exportAuthorization, .dc_id = 4};
	struct tl_auth_importAuthorization in = {.o.name = TL_auth_importAuthorization};
	struct tl_help_getNearestDc nearest = {.o.name = TL_help_getNearestDc};
	struct tl_account_getAuthorizations devices_q = {.o.name = TL_account_getAuthorizations};
	struct client_result x, y;
	char phone[16], error[128];
	int64_t user;

	far_cfg.header_dc = far_cfg.auth.dc = 4;
	far = client_new(&far_cfg);
	expect_connects(far);
	assert_string_equal(says(far, &nearest.o, &x), "");
	assert_int_equal(TL_AS(nearestDc, x.o)->this_dc, 4);
	assert_int_equal(TL_AS(nearestDc, x.o)->nearest_dc, 2);
	client_result_fini(&x);
	assert_string_equal(says(far, &send.o, &x), "303 PHONE_MIGRATE_2");
	client_result_fini(&x);
	assert_string_equal(says(far, &sign.o, &x), "303 PHONE_MIGRATE_2");
	client_result_fini(&x);
	assert_string_equal(says(far, &qr.o, &x), "");
	assert_true(TL_IS(auth_loginTokenMigrateTo, x.o));
	assert_int_equal(TL_AS(auth_loginTokenMigrateTo, x.o)->dc_id, 2);
	client_result_fini(&x);
	assert_string_equal(says(far, &devices_q.o, &x), "401 AUTH_KEY_UNREGISTERED");
	client_result_fini(&x);

	snprintf(phone, sizeof(phone), "99966%d%04d", (int)(rng_u64() % 10), (int)(rng_u64() % 10000));
	expect_connects(home);
	assert_int_equal(client_sign_in_wait(home, phone, "Wire", WITHIN, &user, error), 0);
	out.dc_id = 2;
	assert_string_equal(says(home, &out.o, &x), "400 DC_ID_INVALID");
	client_result_fini(&x);
	out.dc_id = 4;
	assert_string_equal(says(home, &out.o, &x), "");
	in.id = TL_AS(auth_exportedAuthorization, x.o)->id;
	in.bytes = TL_AS(auth_exportedAuthorization, x.o)->bytes;
	assert_true(in.id == user);
	assert_string_equal(says(far, &in.o, &y), "");
	assert_true(TL_IS(auth_authorization, y.o));
	client_result_fini(&y);
	assert_string_equal(says(far, &devices_q.o, &y), "303 USER_MIGRATE_2");
	client_result_fini(&y);
	assert_string_equal(says(far, &in.o, &y), ""); /* again, for its answer may not have come */
	assert_true(TL_IS(auth_authorization, y.o));
	client_result_fini(&y);
	other = client_new(&far_cfg);
	expect_connects(other);
	assert_string_equal(says(other, &in.o, &y), "400 AUTH_BYTES_INVALID"); /* but for one key */
	client_result_fini(&y);
	client_free(other);
	client_result_fini(&x);
	client_free(home);
	client_free(far);
}

struct asked {
	bool over;
	uint32_t id;
};

static void on_asked(void *arg, struct client *c, const struct client_answer *a)
{
	struct asked *x = arg;

	x->over = true;
	if (a->r == 0 && a->body.n >= 4)
		memcpy(&x->id, a->body.p, 4);
}

static bool is_over(void *arg)
{
	return ((struct asked *)arg)->over;
}

static size_t devices(struct client *c)
{
	struct tl_account_getAuthorizations q = {.o.name = TL_account_getAuthorizations};
	struct client_result x;
	size_t n;

	assert_int_equal(client_call_wait(c, &q.o, WITHIN, &x), 0);
	assert_int_equal(x.decoded, 0);
	n = TL_AS(account_authorizations, x.o)->authorizations.n;
	client_result_fini(&x);
	return n;
}

/* A key that is destroyed takes its authorisation along, and is unknown from then on. */
static void destroys_its_key(void **state)
{
	struct client_config cfg = config(CLIENT_INTERMEDIATE, 228);
	struct client *a = client_new(&cfg), *b = client_new(&cfg);
	struct client_key key;
	struct asked x = {0};
	char phone[16], error[128];
	int64_t user;
	uint32_t word = MT_destroy_auth_key;
	int32_t code = 0;
	int r;

	snprintf(phone, sizeof(phone), "99966%d%04d", (int)(rng_u64() % 10), (int)(rng_u64() % 10000));
	expect_connects(a);
	assert_int_equal(client_sign_in_wait(a, phone, "Wire", WITHIN, &user, error), 0);
	expect_connects(b);
	assert_int_equal(client_sign_in_wait(b, phone, "Wire", WITHIN, &user, error), 0);
	assert_int_equal(devices(b), 2);
	key = *client_key(a);
	assert_true(client_ask(a, slice_of(&word, 4), on_asked, &x) > 0);
	assert_true(client_loop_until(t.loop, is_over, &x, WITHIN));
	assert_int_equal(x.id, (uint32_t)MT_destroy_auth_key_ok);
	assert_int_equal(devices(b), 1);
	client_free(a);
	a = client_new(&cfg);
	client_set_key(a, &key);
	r = client_connect_wait(a, WITHIN, &code);
	if (r == 0) {
		struct tl_help_getConfig q = {.o.name = TL_help_getConfig};
		struct client_result y;

		r = client_call_wait(a, &q.o, WITHIN, &y);
		client_result_fini(&y);
	}
	assert_true(r < 0);
	expect_config(b, 2);
	client_free(a);
	client_free(b);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(transports),       cmocka_unit_test(handshakes),
		cmocka_unit_test(layers),           cmocka_unit_test(data_centres),
		cmocka_unit_test(same_key_again),   cmocka_unit_test(unknown_key),
		cmocka_unit_test(garbage),          cmocka_unit_test(lengths),
		cmocka_unit_test(broken_packet),    cmocka_unit_test(signs_in),
		cmocka_unit_test(destroys_its_key), cmocka_unit_test(other_data_centres)};
	int r;

	if (argc != 3 || client_address_of(argv[1], &t.to) < 0 || rsa_key_load_public(argv[2], &t.rsa) < 0) {
		fprintf(stderr, "usage: test_wire HOST:PORT PUBLIC.pem\n");
		return 2;
	}
	t.loop = client_loop_new();
	cmocka_set_message_output(CM_OUTPUT_TAP);
	r = cmocka_run_group_tests(tests, NULL, NULL);
	client_loop_free(t.loop);
	rsa_key_free(t.rsa);
	return r;
}
