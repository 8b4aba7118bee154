/*
 * fold.h - text as it is looked up: what people type differently and mean the same becomes the same.
 *
 *   case           Latin, Greek, Cyrillic, Armenian: small letters
 *   accents        dropped: Latin letters with marks are their base letters, combining marks go; ё = е, й stays
 *   Arabic script  ي ى = ی, ك = ک, ة = ه, أ إ آ ٱ = ا, ؤ = و, ئ = ی; marks and tatweel go
 *   ZWNJ, ZWJ      go: می‌روم = میروم
 *   digits         Arabic-Indic, Persian, Devanagari and full-width ones are 0-9
 *   Han, kana, Hangul  each character is a word of its own
 *   the rest       letters and digits of all scripts stay; everything else parts words
 *
 * Pure. Thread: any.
 */
#ifndef DOMAIN_SEARCH_FOLD_H
#define DOMAIN_SEARCH_FOLD_H

#include "base/arena.h"

/* Words of valid UTF-8, one blank between them; empty if there are none. In the arena. */
struct slice search_fold(struct arena *a, struct slice text);
/*
 * Whether each word of `query` is in `text`, the last one as the beginning of a word. Both are folded. An empty query is
 * in nothing.
 */
bool search_matches(struct slice text, struct slice query);
/* The same, each word of the query as the beginning of a word: for names. */
bool search_matches_prefixes(struct slice text, struct slice query);

#endif
