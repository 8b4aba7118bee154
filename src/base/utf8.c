/* utf8.c - see utf8.h. */
#include "base/utf8.h"

/* Bytes of the sequence at p (left bytes follow, p included), 0 if it is not well-formed: Unicode 15, table 3-7. */
static uint32_t sequence(const uint8_t *p, uint32_t left)
{
	uint8_t lo = 0x80, hi = 0xbf;
	uint32_t n;

	if (p[0] < 0x80)
		return p[0] != 0;
	if (p[0] >= 0xc2 && p[0] <= 0xdf)
		n = 2;
	else if (p[0] >= 0xe0 && p[0] <= 0xef)
		n = 3;
	else if (p[0] >= 0xf0 && p[0] <= 0xf4)
		n = 4;
	else
		return 0;
	if (p[0] == 0xe0)
		lo = 0xa0;
	if (p[0] == 0xed)
		hi = 0x9f;
	if (p[0] == 0xf0)
		lo = 0x90;
	if (p[0] == 0xf4)
		hi = 0x8f;
	if (n > left || p[1] < lo || p[1] > hi)
		return 0;
	for (uint32_t i = 2; i < n; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	return n;
}

bool utf8_valid(struct slice s)
{
	uint32_t n;

	for (uint32_t i = 0; i < s.n; i += n) {
		n = sequence(s.p + i, s.n - i);
		if (!n)
			return false;
	}
	return true;
}

uint32_t utf8_at(struct slice s, uint32_t at, uint32_t *ret_len)
{
	const uint8_t *p = s.p + at;

	if (p[0] < 0x80) {
		*ret_len = 1;
		return p[0];
	}
	if (p[0] < 0xe0) {
		*ret_len = 2;
		return (uint32_t)(p[0] & 0x1f) << 6 | (p[1] & 0x3f);
	}
	if (p[0] < 0xf0) {
		*ret_len = 3;
		return (uint32_t)(p[0] & 0x0f) << 12 | (uint32_t)(p[1] & 0x3f) << 6 | (p[2] & 0x3f);
	}
	*ret_len = 4;
	return (uint32_t)(p[0] & 0x07) << 18 | (uint32_t)(p[1] & 0x3f) << 12 | (uint32_t)(p[2] & 0x3f) << 6 |
	       (p[3] & 0x3f);
}

uint32_t utf8_utf16_len(struct slice s)
{
	uint32_t units = 0;

	for (uint32_t i = 0; i < s.n; i++)
		if ((s.p[i] & 0xc0) != 0x80)
			units += s.p[i] >= 0xf0 ? 2 : 1;
	return units;
}

uint32_t utf8_len(struct slice s)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < s.n; i++)
		n += (s.p[i] & 0xc0) != 0x80;
	return n;
}

int64_t utf8_byte_of(struct slice s, uint32_t units)
{
	uint32_t at = 0, i, len;

	for (i = 0; i < s.n && at < units; i += len)
		at += utf8_at(s, i, &len) >= 0x10000 ? 2 : 1;
	return at == units ? (int64_t)i : -1;
}

/* Blanks and other invisible fillers (control characters, BOM, directional marks, Hangul fillers ...). */
static bool is_blank(uint32_t c)
{
	return c <= 0x20 || (c >= 0x7f && c <= 0xa0) || c == 0xad || c == 0x1680 || c == 0x180e ||
	       (c >= 0x2000 && c <= 0x200f) || (c >= 0x2028 && c <= 0x202f) || (c >= 0x205f && c <= 0x206f) ||
	       c == 0x3000 || c == 0x115f || c == 0x1160 || c == 0x3164 || c == 0xfeff || c == 0xffa0;
}

/* Blanks that take room: what may go at the ends of a text, where directional marks and joiners have a meaning. */
static bool is_space(uint32_t c)
{
	return c <= 0x20 || c == 0x85 || c == 0xa0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200a) ||
	       c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x205f || c == 0x3000;
}

static struct slice trim(struct slice s, bool (*goes)(uint32_t c))
{
	uint32_t i, len, from = s.n, to = s.n;

	for (i = 0; i < s.n; i += len)
		if (!goes(utf8_at(s, i, &len))) {
			if (from == s.n)
				from = i;
			to = i + len;
		}
	return s.p ? slice_of(s.p + from, to - from) : s;
}

struct slice utf8_trim(struct slice s)
{
	return trim(s, is_blank);
}

struct slice utf8_trim_space(struct slice s)
{
	return utf8_trim(s).n ? trim(s, is_space) : utf8_trim(s);
}
