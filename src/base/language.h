/*
 * language.h - languages by their codes of two letters (ISO 639-1), as clients name theirs when they connect ("fa", "pt-br"). Pure
 * facts. Thread: any.
 */
#ifndef BASE_LANGUAGE_H
#define BASE_LANGUAGE_H

enum { LANGUAGE_NUMBERS = 27 * 26 + 26 }; /* numbers are below */

/* The number of the language that a code begins with: stored, so never another; 0: none that is known here. */
int language_of(const char *code);
/* Its name in English; NULL: no such number. Static. */
const char *language_name(int number);

#endif
