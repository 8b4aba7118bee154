/*
 * utf8.h - text from outside: is it UTF-8, and how long is it as clients count (UTF-16 code units).
 * Pure. Thread: any.
 */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include "base/slice.h"

/* Well-formed (no surrogates, nothing over-long, nothing above U+10FFFF) and without a zero byte. */
bool utf8_valid(struct slice s);
/*
 * The code point at s.p[at], and in *ret_len its bytes (1..4). at < s.n, s is valid UTF-8.
 */
uint32_t utf8_at(struct slice s, uint32_t at, uint32_t *ret_len);
/* Code units of valid UTF-8. */
uint32_t utf8_utf16_len(struct slice s);
/* Characters (code points) of valid UTF-8. */
uint32_t utf8_len(struct slice s);
/* The byte at which the code unit `units` of valid UTF-8 begins (its end counts), -1 if that is inside a character or behind it. */
int64_t utf8_byte_of(struct slice s, uint32_t units);
/* Without blanks at both ends. */
struct slice utf8_trim(struct slice s);
/* Without spaces at both ends; nothing if there are only blanks. */
struct slice utf8_trim_space(struct slice s);

#endif
