/*
 * emoji.c - where one emoji of a text ends and the next begins: selectors, skin tones, tags, what is joined by ZWJ, and flags of
 * two letters belong together. Which code points are emoji is not asked: only that they are no letters, digits or blanks.
 */
#include "base/buf.h"
#include "base/utf8.h"
#include "domain/stickers/private.h"

enum { ZWJ = 0x200d, TEXT_STYLE = 0xfe0e, EMOJI_STYLE = 0xfe0f, KEYCAP = 0x20e3, ONE_MAX_BYTES = 64 };

static bool is_tail(uint32_t ch)
{
	return ch == TEXT_STYLE || ch == EMOJI_STYLE || ch == KEYCAP || (ch >= 0x1f3fb && ch <= 0x1f3ff) ||
	       (ch >= 0xe0020 && ch <= 0xe007f);
}

static bool is_flag_letter(uint32_t ch)
{
	return ch >= 0x1f1e6 && ch <= 0x1f1ff;
}

static bool may_begin(uint32_t ch)
{
	return ch >= 0x203c && !is_tail(ch) && !(ch >= 0x3040 && ch < 0xfe00 && ch != 0x3297 && ch != 0x3299);
}

static uint32_t at(struct slice s, uint32_t i, uint32_t *n)
{
	*n = 0;
	return i < s.n ? utf8_at(s, i, n) : 0;
}

bool emoji_next(struct slice s, uint32_t *pos, struct slice *ret)
{
	uint32_t i = *pos, n, next, ch = at(s, i, &n);
	bool keycap = (ch >= '0' && ch <= '9') || ch == '#' || ch == '*';

	if (keycap && at(s, i + n, &next) != KEYCAP && at(s, i + n, &next) != EMOJI_STYLE)
		return false;
	if (!n || (!keycap && !may_begin(ch)))
		return false;
	i += n;
	if (is_flag_letter(ch) && is_flag_letter(at(s, i, &n)))
		i += n;
	for (;;) {
		ch = at(s, i, &n);
		if (is_tail(ch)) {
			i += n;
		} else if (ch == ZWJ && may_begin(at(s, i + n, &next))) {
			i += n + next;
		} else {
			break;
		}
	}
	*ret = slice_of(s.p + *pos, i - *pos);
	*pos = i;
	return ret->n <= ONE_MAX_BYTES;
}

bool emoji_valid(struct slice s)
{
	struct slice one;
	uint32_t i = 0;

	if (!s.n || !utf8_valid(s))
		return false;
	while (i < s.n)
		if (!emoji_next(s, &i, &one))
			return false;
	return true;
}

struct slice emoji_key(struct arena *a, struct slice emoji)
{
	struct buf b = {0};
	struct slice s;
	uint32_t n;

	for (uint32_t i = 0; i < emoji.n; i += n) {
		uint32_t ch = utf8_at(emoji, i, &n);

		if (ch != EMOJI_STYLE && ch != TEXT_STYLE)
			buf_put(&b, emoji.p + i, n);
	}
	s = arena_slice(a, buf_slice(&b));
	buf_fini(&b);
	return s;
}
