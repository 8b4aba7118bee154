/* test_text.c - texts and entities as clients send them: what is kept, what is moved, what is refused. No lane, no store. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"
#include "base/utf8.h"
#include "domain/messages/text.h"
#include "domain/users/peer.h"
#include "rpc_methods.h"

static const char *failed;

int rpc_fail(struct rpc_call *c, int code, const char *fmt, ...)
{
	failed = fmt;
	return -ERR_RPC;
}

int user_resolve(struct rpc_call *c, const struct tl_obj *u, int64_t *ret_id)
{
	*ret_id = 7;
	return 0;
}

struct one {
	struct rpc_call c;
	struct tl_obj *list[8];
	struct tl_vec in, out;
	struct slice text;
};

static int setup(void **state)
{
	static struct one t;

	memset(&t, 0, sizeof(t));
	arena_init(&t.c.arena, 0);
	t.in.v = t.list;
	*state = &t;
	return 0;
}

static int teardown(void **state)
{
	arena_fini(&((struct one *)*state)->c.arena);
	return 0;
}

static void bold(struct one *t, int32_t offset, int32_t length)
{
	struct tl_messageEntityBold *e = TL_NEW(&t->c.arena, messageEntityBold);

	e->offset = offset;
	e->length = length;
	t->list[t->in.n++] = &e->o;
}

static int prepare(struct one *t, const char *text)
{
	/* Its own allocation, so that a sanitizer sees who reads behind it. */
	struct slice s = arena_slice(&t->c.arena, slice_str(text));

	return text_prepare(&t->c, s, &t->in, TEXT_MESSAGE, &t->text, &t->out);
}

static void expect_span(struct one *t, uint32_t i, int32_t offset, int32_t length)
{
	struct tl_messageEntityBold *e;

	assert_true(i < t->out.n);
	e = TL_AS(messageEntityBold, t->out.v[i]);
	assert_int_equal(e->offset, offset);
	assert_int_equal(e->length, length);
}

static void trimmed(void **state)
{
	struct one *t = *state;

	bold(t, 0, 7);
	bold(t, 5, 4);
	bold(t, 8, 2);
	assert_int_equal(prepare(t, "   text   "), 0);
	assert_int_equal(t->text.n, 4);
	assert_int_equal(t->out.n, 2);
	expect_span(t, 0, 0, 4);
	expect_span(t, 1, 2, 2);
}

/* Half of a character is no text for whoever cuts there. */
static void no_half_characters(void **state)
{
	static const int32_t spans[][2] = {{1, 1}, {1, 2}, {1, 3}, {0, 3}, {2, 1}};
	struct one *t = *state;

	for (int i = 0; i < 5; i++) {
		t->in.n = 0;
		bold(t, spans[i][0], spans[i][1]);
		assert_int_equal(prepare(t, "\xf0\x9f\x98\x80\xf0\x9f\x98\x80"), -ERR_RPC);
		assert_string_equal(failed, "ENTITY_BOUNDS_INVALID");
	}
	t->in.n = 0;
	bold(t, 2, 2);
	assert_int_equal(prepare(t, "\xf0\x9f\x98\x80\xf0\x9f\x98\x80"), 0);
	expect_span(t, 0, 2, 2);
}

static void out_of_bounds(void **state)
{
	struct one *t = *state;

	bold(t, 1, INT32_MAX);
	assert_int_equal(prepare(t, "abc"), -ERR_RPC);
	assert_string_equal(failed, "ENTITY_BOUNDS_INVALID");
	t->in.n = 0;
	bold(t, -1, 2);
	assert_int_equal(prepare(t, "abc"), -ERR_RPC);
}

/* Whoever names a user must have met him; the form that servers send says nothing of that. */
static void mentions(void **state)
{
	struct one *t = *state;
	struct tl_messageEntityMentionName *by_id = TL_NEW(&t->c.arena, messageEntityMentionName);
	struct tl_inputMessageEntityMentionName *in = TL_NEW(&t->c.arena, inputMessageEntityMentionName);

	by_id->length = in->length = 3;
	by_id->user_id = 1234;
	in->user_id = &TL_NEW(&t->c.arena, inputUserSelf)->o;
	t->list[t->in.n++] = &by_id->o;
	t->list[t->in.n++] = &in->o;
	assert_int_equal(prepare(t, "you"), 0);
	assert_int_equal(t->out.n, 1);
	assert_int_equal(TL_AS(messageEntityMentionName, t->out.v[0])->user_id, 7);
}

/* A hashtag is counted in characters: it once ended within one, and the walk went on behind the text. */
static void long_hashtags(void **state)
{
	char text[2 + 2 * 300 + 8];
	struct one *t = *state;
	struct tl_messageEntityHashtag *e;

	for (int letters = 120; letters < 300; letters++)
		for (int odd = 0; odd < 2; odd++) {
			memcpy(text, "#a", 2);
			for (int i = 0; i < letters; i++)
				memcpy(text + 1 + odd + 2 * i, "\xd8\xb4", 2);
			text[1 + odd + 2 * letters] = 0;
			assert_int_equal(prepare(t, text), 0);
			assert_int_equal(t->out.n, 1);
			e = TL_AS(messageEntityHashtag, t->out.v[0]);
			assert_int_equal(e->length, 1 + (letters + odd > 256 ? 256 : letters + odd));
		}
}

static void a_long_row_of_words(void **state)
{
	static char text[4097];
	struct one *t = *state;
	usec_t before = clock_usec();

	for (int i = 0; i < 4096; i++)
		text[i] = i & 1 ? '-' : 'a';
	assert_int_equal(prepare(t, text), 0);
	assert_int_equal(t->out.n, 0);
	assert_true(clock_usec() - before < 200000); /* 2 ms; far more under a sanitizer */
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(trimmed),  T(no_half_characters), T(out_of_bounds),
		T(mentions), T(long_hashtags),      T(a_long_row_of_words),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
