/* test_fold.c - what is typed differently and meant the same; who is found by what. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "domain/search/fold.h"

static void folds_to(const char *text, const char *folded)
{
	struct arena a;
	struct slice s;

	arena_init(&a, 0);
	s = search_fold(&a, slice_str(text));
	if (!slice_eq(s, slice_str(folded)))
		fail_msg("\"%s\" became \"%.*s\", not \"%s\"", text, (int)s.n, (const char *)s.p, folded);
	arena_fini(&a);
}

static void latin(void **state)
{
	folds_to("", "");
	folds_to("  --  ", "");
	folds_to("Hello, World!", "hello world");
	folds_to("Ünïcödé ŁÓDŹ Çağ", "unicode lodz cag");
	folds_to("e\xcc\x81t\xc3\xa9", "ete");
	folds_to("Tiếng Việt", "tieng viet");
	folds_to("foo_bar-baz", "foo bar baz");
	folds_to("\xef\xbc\xa1\xef\xbd\x82\xef\xbc\x91", "ab1");
}

static void cyrillic_and_greek(void **state)
{
	folds_to("Ёжик ЙОД", "ежик йод");
	folds_to("Її Ґ Ђ", "її ґ ђ");
	folds_to("Αθήνα ΟΔΟΣ οδός", "αθηνα οδοσ οδοσ");
}

static void persian_and_arabic(void **state)
{
	folds_to("علي كتاب", "علی کتاب");
	folds_to("می\xe2\x80\x8cروم", "میروم");
	folds_to("مُحَمَّد", "محمد");
	folds_to("آب أحمد إسلام", "اب احمد اسلام");
	folds_to("ســـلام", "سلام");
	folds_to("۱۲۳ ٤٥٦", "123 456");
	folds_to("سلام، خوبی؟", "سلام خوبی");
	folds_to("مدرسة", "مدرسه");
}

static void words_of_one_sign(void **state)
{
	folds_to("你好world", "你 好 world");
	folds_to("漢字かな", "漢 字 か な");
	folds_to("go\xf0\x9f\x8f\xa0home", "go \xf0\x9f\x8f\xa0 home");
}

static bool found(const char *text, const char *query, bool prefixes)
{
	struct slice t, q;
	struct arena a;
	bool r;

	arena_init(&a, 0);
	t = search_fold(&a, slice_str(text));
	q = search_fold(&a, slice_str(query));
	r = prefixes ? search_matches_prefixes(t, q) : search_matches(t, q);
	arena_fini(&a);
	return r;
}

static void matching(void **state)
{
	assert_true(found("The quick brown fox", "QUICK fo", false));
	assert_false(found("The quick brown fox", "qui fox", false)); /* only the last one is a beginning */
	assert_true(found("The quick brown fox", "qui fo", true));
	assert_false(found("The quick brown fox", "rown", true));
	assert_false(found("anything", "", false));
	assert_false(found("", "a", true));
	assert_true(found("我们明天见", "明天", false));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(latin),
		cmocka_unit_test(cyrillic_and_greek),
		cmocka_unit_test(persian_and_arabic),
		cmocka_unit_test(words_of_one_sign),
		cmocka_unit_test(matching),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
