/*
 * fuzz_emoji.c - the emoji of a sticker as a client may say them. What is taken is cut into pieces that are good UTF-8, none empty or too
 * long, and put together are the text again; what a piece is looked up by is no longer than it, and is found by itself.
 */
#include <assert.h>

#include "base/utf8.h"
#include "domain/stickers/private.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

enum { PIECE_MAX = 64, INPUT_MAX = 4096 };

static void look_at(struct arena *a, struct slice one)
{
	struct slice key = emoji_key(a, one);

	assert(one.n > 0 && one.n <= PIECE_MAX && utf8_valid(one));
	assert(key.n <= one.n && utf8_valid(key));
	assert(slice_eq(emoji_key(a, key), key));
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct slice text = slice_of(p, n > INPUT_MAX ? INPUT_MAX : n), one;
	struct arena a;
	uint32_t at = 0, from = 0;

	arena_init(&a, 0);
	if (emoji_valid(text)) {
		while (emoji_next(text, &at, &one)) {
			assert(one.p == text.p + from && at == from + one.n);
			look_at(&a, one);
			from = at;
		}
		assert(at == text.n);
	}
	arena_fini(&a);
	return 0;
}
