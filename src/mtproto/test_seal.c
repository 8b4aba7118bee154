/* test_seal.c - encrypted packets: known answers, prepared one by one and encrypted together, and leaving a loop in one turn. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/err.h"
#include "base/mem.h"
#include "crypto/aes.h"
#include "crypto/rng.h"
#include "io/loop.h"
#include "mtproto/test_peer.h"

/* From a client's library, not ours. */
static const char known_key[] =
	"d026685fe3ffbe9ef8f34cee5ee1d1621588cf5edc6cede4ff1f6a6a57f9c46ee0befc5b7a55af02c4dae9faa7281bdd"
	"886a0b1f32641f6f9813ed5932474ad1a99600532d470805ca979ad2e541a30acf5663a07b047e26248a41f63f551e00"
	"42d8e791f3bc810593b987a6434af3ba9ce9bf69f9b38811df67b08cad7fdd52294a76dd4bc7b0fc095a872af5ce5ef8"
	"fc3aad3a2aca9096d3a7b61f6fc1c85ae936b843b70d2d771c8e396636dddcca5b523015a36a009d3f745e0bc358485e"
	"b41684b60874a64895add242a6c1f023f8995a149a6564326627e4c75caec2fcc8a990634517aba92998a70ed9d9e92d"
	"6494c89f7dd584a01ca5213c04a710e5";
static const int64_t known_salt = 0x62ba7643ea467528, known_session = (int64_t)0x8fe5b26545fd4742;
static const struct {
	bool from_client;
	uint32_t seq_no;
	const char *body, *packet;
} known[] = {
	{
		true,
		0,
		"ec77be7a8877665544332211",
		"9dd41fee8315f4f0e719042f07bc39f32fca221c96abb417445ec0aebcd54e3988acb5ccf6c2afe1b75a5608d536"
		"d10f"
		"39f003182f0d7183320fd0922507632893d36676a2169c9562c8bc4c999799608150a793ac179664",
	},
	{
		false,
		0,
		"c573773478563412808574678877665544332211",
		"9dd41fee8315f4f0ffc70f730fa217786ca7949e984a8e2ce0dc149316ca47887270cf15a0ab071655e3d35d074d"
		"286d"
		"2bd4d6647db6b98de385e4f2c1697a52c8a3e04db7a94df8933b2b0a480b662fd3753768b2a45fd5",
	},
	{
		true,
		2,
		"dcf8f173020000007c56341280857467000000001400000059b4d66215c4b51c0100000081674523808574678056"
		"3412"
		"8085746701000000340000000d0d9bdae4000000a95ecdc100000000393000000454657374000000013100000331"
		"2e30"
		"02656e000000000002656e006b18f9c4",
		"9dd41fee8315f4f0d312ec8abf3a14f47e7fc9d7ed4834c145953ee92aa4efa806ab3f7b57269e5fd0571b49279a"
		"efe8"
		"5b83241c8f71162c0ea68e1cb56e43efcdf7dc274dc5a9298542282157ffc3608e5e3a920539f728bbc149e7649d"
		"adac"
		"87efd49b89344579affac37d83dfd3c7ffb3282fa5b6a591e3221743fb789d0a7b9d88b0d0d893cd69aae2a53b21"
		"9042"
		"f1d8d683bbb8bc1e62aa2b6e368c1680834079bc15955ad5b7dc0d0db1238ffd5a7db87f309fb731b1c4802405e6"
		"9b21"
		"fc623536f9d4111a154804b7e592de7cfa458dac60507ed5",
	},
	{
		false,
		4,
		"dcf8f173020000008b67452380857467010000001c0000000809c29e7c5634128085746708070605040302012875"
		"46ea"
		"4376ba628d674523808574670300000024000000016d5cf3805634128085746719ca4421a40100000c464c4f4f44"
		"5f57"
		"4149545f33000000",
		"9dd41fee8315f4f0f644185200230b3ef1d933aa24f81aba75254d733601acd6bfd26fc05540072de8372d536b8a"
		"d9a0"
		"6183bb923596c0fb4f2e412c45085cab0ffcf2caab7626b18aea484e7e42441d2176296a4392270d14441fd55f7a"
		"e771"
		"3f00aec575f26d35f6ed534a7560ecbc6ef22c0929647f784f84a3b57ace110f19ad8e2dea07860f1f9ff54ffd38"
		"b5f9"
		"1c974deb6c8f104cdd6e42764a46ae32325666e1c870d277978d84c2a3f9f39b55f66b2ee0e6d029b0d85e651d92"
		"7b21"
		"eff5a8bee737a0e4",
	},
};

static size_t hex(const char *s, uint8_t *out)
{
	size_t n = strlen(s) / 2;

	for (size_t i = 0; i < n; i++) {
		const char pair[3] = {s[2 * i], s[2 * i + 1], 0};

		out[i] = (uint8_t)strtoul(pair, NULL, 16);
	}
	return n;
}

static void known_packets(void **state)
{
	uint8_t key[256], p[512], body[512];
	struct mt_packet m;
	size_t n, body_n;

	hex(known_key, key);
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		body_n = hex(known[i].body, body);
		n = hex(known[i].packet, p);
		assert_int_equal(mt_packet_open(key, known[i].from_client, p, n, &m), 0);
		assert_true(m.salt == known_salt && m.session_id == known_session);
		assert_int_equal(m.seq_no, known[i].seq_no);
		assert_int_equal(m.body.n, body_n);
		assert_memory_equal(m.body.p, body, body_n);
		for (size_t k = 0; k < n; k += 7) { /* one wrong bit anywhere behind the key's id */
			hex(known[i].packet, p);
			p[k] ^= 0x10;
			if (k >= 8)
				assert_int_equal(mt_packet_open(key, known[i].from_client, p, n, &m),
				                 -ERR_INVALID);
		}
		hex(known[i].packet, p); /* the other direction's keys */
		assert_int_equal(mt_packet_open(key, !known[i].from_client, p, n, &m), -ERR_INVALID);
	}
}

static void prepared_together(void **state)
{
	enum { N = 40, ROOM = 8192 };
	struct mt_packet_sealing *s = xcalloc(N, sizeof(*s));
	uint8_t *out = xmalloc(N * ROOM), body[6000], key[N][256];
	size_t size[N];
	struct mt_packet m;

	rng_bytes(body, sizeof(body));
	for (size_t i = 0; i < N; i++) {
		struct mt_packet mine = {.salt = 1,
		                         .session_id = 2,
		                         .msg_id = (int64_t)i,
		                         .body = {body, (uint32_t)(i * i * 4 % 6000)}};

		rng_bytes(key[i], sizeof(key[i]));
		size[i] = mt_packet_size(mine.body.n);
		assert_true(size[i] <= ROOM);
		mt_packet_seal_begin(7, key[i], false, &mine, out + i * ROOM, size[i], &s[i]);
	}
	mt_packet_seal_all(s, N);
	for (size_t i = 0; i < N; i++) {
		assert_int_equal(mt_packet_open(key[i], false, out + i * ROOM, size[i], &m), 0);
		assert_int_equal(m.msg_id, i);
		assert_int_equal(m.body.n, i * i * 4 % 6000);
		assert_memory_equal(m.body.p, body, m.body.n);
	}
	free(out);
	free(s);
}

static void push(struct peer *p, uint32_t id, size_t n)
{
	struct mt_batch *batch;
	struct buf b = {0};

	buf_u32(&b, id);
	for (size_t i = 1; i < n / 4; i++)
		buf_u32(&b, id ^ (uint32_t)i);
	batch = mt_batch_new(&b);
	mt_server_push(p->w->srv, p->key_id, batch);
	mt_batch_unref(&batch);
}

static void expect(struct peer *p, uint32_t id, size_t n)
{
	struct got *g = peer_next(p);

	assert_non_null(g);
	assert_int_equal(g->id, id);
	assert_int_equal(g->body.n, n);
	for (size_t i = 1; i < n / 4; i++) {
		uint32_t word;

		memcpy(&word, g->body.p + 4 * i, 4);
		assert_int_equal(word, id ^ (uint32_t)i);
	}
}

/* As many as make several batches, on every framing; each gets what is its own, in order, and nothing waits for the next turn. */
static void many_in_one_turn(void **state)
{
	enum { N = 50 };
	static const enum tr_kind kinds[] = {TR_ABRIDGED, TR_INTERMEDIATE, TR_PADDED, TR_FULL};
	struct world *w = world_new(0, 0);
	struct peer *p = xcalloc(N, sizeof(*p));

	for (unsigned i = 0; i < N; i++) {
		peer_open(&p[i], w, "127.0.0.1", kinds[i % 4], i % 8 < 4, 2);
		peer_use_key(&p[i], world_add_key(w, MT_KEY_PERM));
		peer_init(&p[i], 200);
		while (peer_next(&p[i]))
			;
	}
	for (uint32_t round = 0; round < 4; round++) {
		for (uint32_t i = 0; i < N; i++)
			for (uint32_t k = 0; k < 3; k++)
				push(&p[i], 0x0a000000 + i * 256 + k, 4 + 4 * (i * 37 * round % 500) + 4 * k);
		uv_run(io_loop_uv(w->loops[0]), UV_RUN_NOWAIT); /* the mailbox, */
		uv_run(io_loop_uv(w->loops[0]), UV_RUN_NOWAIT); /* and the end of that turn */
		for (uint32_t i = 0; i < N; i++) {
			assert_true(p[i].in.n > 0);
			for (uint32_t k = 0; k < 3; k++)
				expect(&p[i], 0x0a000000 + i * 256 + k,
				       4 + 4 * (i * 37 * round % 500) + 4 * k);
			assert_null(peer_next(&p[i]));
		}
	}
	for (unsigned i = 0; i < N; i++)
		peer_fini(&p[i]);
	free(p);
	world_free(w);
}

/* Several packets of one connection in one turn, next to small ones of another: sequence numbers and streams go on as sent. */
static void large_and_small(void **state)
{
	static const enum tr_kind kinds[] = {TR_FULL, TR_PADDED, TR_ABRIDGED};
	struct world *w = world_new(0, 0);
	struct peer p[3] = {0};

	for (unsigned i = 0; i < 3; i++) {
		peer_open(&p[i], w, "127.0.0.1", kinds[i], i > 0, 2);
		peer_use_key(&p[i], world_add_key(w, MT_KEY_PERM));
		peer_init(&p[i], 200);
		while (peer_next(&p[i]))
			;
	}
	for (uint32_t k = 0; k < 5; k++)
		for (uint32_t i = 0; i < 3; i++)
			push(&p[i], 0x0b000000 + i * 256 + k, i == 2 ? 100 + 4 * k : 200000 + 4 * k);
	world_turn(w);
	for (uint32_t i = 0; i < 3; i++) {
		for (uint32_t k = 0; k < 5; k++)
			expect(&p[i], 0x0b000000 + i * 256 + k, i == 2 ? 100 + 4 * k : 200000 + 4 * k);
		assert_null(peer_next(&p[i]));
		peer_fini(&p[i]);
	}
	world_free(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_packets),
		cmocka_unit_test(prepared_together),
		cmocka_unit_test(many_in_one_turn),
		cmocka_unit_test(large_and_small),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("seal", tests, NULL, NULL);
}
