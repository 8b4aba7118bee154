/* test_hostile.c - bytes that no honest client sends: cut short, bent, too many, too deep, of the wrong kind. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/err.h"
#include "tl/test_random.h"

/* The input in a block of its own, so that a sanitiser sees a read past its end. */
static int decode(const uint8_t *p, size_t n, size_t limit, struct tl_obj **ret, struct arena *a)
{
	struct rd r = rd_of(p, n);

	arena_init(a, limit);
	return tl_decode(&r, a, ret);
}

static int decode_alone(const uint8_t *p, size_t n)
{
	uint8_t *copy = malloc(n ? n : 1);
	struct tl_obj *o;
	struct arena a;
	int r;

	if (n)
		memcpy(copy, p, n);
	r = decode(copy, n, 1 << 20, &o, &a);
	arena_fini(&a);
	free(copy);
	return r;
}

static bool random_bytes(struct buf *b, const struct tl_shape *s, int layer)
{
	struct arena a;
	struct tl_obj *o;
	int r;

	arena_init(&a, 0);
	o = tl_random(&a, s, layer, 0);
	b->n = 0;
	r = tl_is_method(s->name) ? tl_encode_call(b, o, layer) : tl_encode(b, o, layer);
	arena_fini(&a);
	return r == 0;
}

static void every_cut_is_refused(void **state)
{
	struct buf b = {0};
	size_t cuts = 0;

	for (unsigned i = 0; i < tl_n_shapes; i++) {
		const struct tl_name_row *row = &tl_name_rows[tl_shapes[i].name];
		int layer = 0;

		for (unsigned k = 0; k < row->n && !layer; k++)
			if (tl_forms[row->first + k].shape == i)
				layer = tl_forms[row->first + k].to;
		tl_random_seed(i);
		if (!random_bytes(&b, &tl_shapes[i], layer))
			continue;
		for (size_t n = 0; n<b.n; n += b.n> 400 ? 7 : 1, cuts++)
			if (decode_alone(b.p, n) >= 0)
				fail_msg("%s#%08x cut to %zu of %zu bytes was taken",
				         tl_wire_name(tl_shapes[i].name), tl_shapes[i].id, n, b.n);
	}
	assert_true(cuts > 100000);
	buf_fini(&b);
	(void)state;
}

/* Whatever is taken can be said again and described; nothing is promised about what it means. */
static void bent_bytes_do_no_harm(void **state)
{
	static const uint32_t words[] = {0, 1, 0x7fffffff, 0x80000000, 0xffffffff, TL_ID_VECTOR, 0xfefefefe};
	struct buf b = {0}, out = {0}, text = {0};
	unsigned taken = 0;
	uint64_t x = 99;

	for (unsigned i = 0; i < 20000; i++) {
		const struct tl_shape *s = &tl_shapes[i % tl_n_shapes];
		struct tl_obj *o;
		struct arena a;

		tl_random_seed(i);
		if (!random_bytes(&b, s, tl_forms[tl_name_rows[s->name].first].to) || b.n < 8)
			continue;
		x = x * 6364136223846793005u + 1442695040888963407u;
		if (i & 1)
			b.p[4 + (x >> 33) % (b.n - 4)] ^= (uint8_t)(1u << (x >> 60 & 7));
		else
			memcpy(b.p + ((x >> 33) % (b.n - 4) & ~3ul), &words[x >> 61 < 7 ? x >> 61 : 0], 4);
		if (decode(b.p, b.n, 20 * b.n + 4096, &o, &a) == 0) {
			taken++;
			out.n = text.n = 0;
			if (tl_is_method(o->name))
				tl_encode_call(&out, o, TL_LAYER_MAX);
			else
				tl_encode(&out, o, TL_LAYER_MIN);
			tl_describe(&text, o);
			assert_true(text.n > 0);
		}
		arena_fini(&a);
	}
	assert_true(taken > 1000);
	buf_fini(&b);
	buf_fini(&out);
	buf_fini(&text);
	(void)state;
}

static void counts_and_types(void **state)
{
	struct buf b = {0};
	struct arena a;
	struct tl_obj *o;

	/* users.getUsers with a vector that claims more than there is */
	buf_u32(&b, tl_shape_newest(TL_users_getUsers)->id);
	buf_u32(&b, TL_ID_VECTOR);
	buf_u32(&b, 0x7fffffff);
	assert_int_equal(decode_alone(b.p, b.n), -ERR_INVALID);
	/* something else where a vector belongs */
	b.n = 4;
	buf_u32(&b, tl_shape_newest(TL_inputUserSelf)->id);
	buf_u32(&b, 0);
	assert_int_equal(decode_alone(b.p, b.n), -ERR_INVALID);
	/* a Peer where an InputUser belongs; a method; an id that nobody knows */
	for (int i = 0; i < 3; i++) {
		const uint32_t ids[] = {tl_shape_newest(TL_peerUser)->id,
		                        tl_shape_newest(TL_help_getConfig)->id, 0x01020304};

		b.n = 4;
		buf_u32(&b, TL_ID_VECTOR);
		buf_u32(&b, 1);
		buf_u32(&b, ids[i]);
		buf_u64(&b, 5);
		assert_int_equal(decode_alone(b.p, b.n), -ERR_NOTFOUND);
	}
	/* an InputPeer stands for the InputUser of the same fields (Pyrogram), and for nothing else */
	b.n = 4;
	buf_u32(&b, TL_ID_VECTOR);
	buf_u32(&b, 3);
	buf_u32(&b, tl_shape_newest(TL_inputPeerUser)->id);
	buf_u64(&b, 5);
	buf_u64(&b, 6);
	buf_u32(&b, tl_shape_newest(TL_inputPeerSelf)->id);
	buf_u32(&b, tl_shape_newest(TL_inputUserEmpty)->id);
	assert_int_equal(decode(b.p, b.n, 1 << 20, &o, &a), 0);
	assert_true(TL_IS(inputUser, TL_AS(users_getUsers, o)->id.v[0]));
	assert_int_equal(TL_AS(inputUser, TL_AS(users_getUsers, o)->id.v[0])->access_hash, 6);
	assert_true(TL_IS(inputUserSelf, TL_AS(users_getUsers, o)->id.v[1]));
	arena_fini(&a);
	b.n = 4;
	buf_u32(&b, TL_ID_VECTOR);
	buf_u32(&b, 1);
	buf_u32(&b, tl_shape_newest(TL_inputPeerChannel)->id);
	buf_u64(&b, 5);
	buf_u64(&b, 6);
	assert_int_equal(decode_alone(b.p, b.n), -ERR_NOTFOUND);
	/* at the top, what nobody knows has an error of its own */
	b.n = 0;
	buf_u32(&b, 0x01020304);
	assert_int_equal(decode_alone(b.p, b.n), -ERR_UNSUPPORTED);
	/* more objects than the arena may hold */
	b.n = 0;
	buf_u32(&b, tl_shape_newest(TL_users_getUsers)->id);
	buf_u32(&b, TL_ID_VECTOR);
	buf_u32(&b, 1000);
	for (int i = 0; i < 1000; i++)
		buf_u32(&b, tl_shape_newest(TL_inputUserSelf)->id);
	assert_int_equal(decode(b.p, b.n, 4096, &o, &a), -ERR_TOO_BIG);
	arena_fini(&a);
	assert_int_equal(decode(b.p, b.n, 65536, &o, &a), 0);
	arena_fini(&a);
	buf_fini(&b);
	(void)state;
}

/* A Bool that is neither; a string whose length runs out, or is written longer than it must be. */
static void bools_and_strings(void **state)
{
	static const uint8_t overlong[] = {254, 1, 0, 0, 'x', 0, 0, 0}, reserved[] = {255, 0, 0, 0},
			     past[] = {254, 255, 255, 255, 'x', 'y', 'z', 0};
	struct buf b = {0};

	buf_u32(&b, tl_shape_newest(TL_account_updateStatus)->id);
	buf_u32(&b, tl_shape_newest(TL_boolTrue)->id);
	assert_int_equal(decode_alone(b.p, b.n), 0);
	b.n = 4;
	buf_u32(&b, tl_shape_newest(TL_inputUserSelf)->id);
	assert_int_equal(decode_alone(b.p, b.n), -ERR_INVALID);
	b.n = 0;
	buf_u32(&b, tl_shape_newest(TL_account_checkUsername)->id);
	buf_tl_bytes(&b, "x", 1);
	assert_int_equal(decode_alone(b.p, b.n), 0);
	for (int i = 0; i < 3; i++) {
		b.n = 4;
		buf_put(&b, i == 0 ? overlong : i == 1 ? reserved : past, i == 1 ? 4 : 8);
		assert_int_equal(decode_alone(b.p, b.n), -ERR_INVALID);
	}
	buf_fini(&b);
	(void)state;
}

/* `string` is text, alone and in a vector; `bytes` are anything. */
static void text_is_utf8(void **state)
{
	struct buf b = {0};

	buf_u32(&b, tl_shape_newest(TL_account_checkUsername)->id);
	buf_tl_bytes(&b, "\xd8\xb3\xf0\x9f\x8c\xb5", 6);
	assert_int_equal(decode_alone(b.p, b.n), 0);
	b.n = 4;
	buf_tl_bytes(&b, "\xd8\xb3\xff", 3);
	assert_int_equal(decode_alone(b.p, b.n), -ERR_INVALID);
	b.n = 4;
	buf_tl_bytes(&b, "x\xed\xa0\x80", 4); /* a surrogate */
	assert_int_equal(decode_alone(b.p, b.n), -ERR_INVALID);
	b.n = 0;
	buf_u32(&b, tl_shape_newest(TL_contacts_deleteByPhones)->id);
	buf_u32(&b, TL_ID_VECTOR);
	buf_u32(&b, 2);
	buf_tl_bytes(&b, "1", 1);
	buf_tl_bytes(&b, "\xc0\x80", 2);
	assert_int_equal(decode_alone(b.p, b.n), -ERR_INVALID);
	b.n = 0;
	buf_u32(&b, tl_shape_newest(TL_auth_acceptLoginToken)->id);
	buf_tl_bytes(&b, "\xff\xfe", 2);
	assert_int_equal(decode_alone(b.p, b.n), 0);
	buf_fini(&b);
	(void)state;
}

/* textBold in textBold ...: bounded by depth long before the stack or the arena is. */
static void depth(void **state)
{
	struct buf b = {0};

	for (int n = 1; n <= 100000; n *= 10) {
		b.n = 0;
		for (int i = 0; i < n; i++)
			buf_u32(&b, tl_shape_newest(TL_textBold)->id);
		buf_u32(&b, tl_shape_newest(TL_textEmpty)->id);
		assert_int_equal(decode_alone(b.p, b.n), n < TL_DEPTH_MAX ? 0 : -ERR_INVALID);
	}
	buf_fini(&b);
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_cut_is_refused), cmocka_unit_test(bent_bytes_do_no_harm),
		cmocka_unit_test(counts_and_types),     cmocka_unit_test(bools_and_strings),
		cmocka_unit_test(text_is_utf8),         cmocka_unit_test(depth),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
