/*
 * inspect.h - what can be read out of a node's disk or of an image of its memory, by somebody who has it and no key: how much of it is
 * noise, and all that is not: text, pictures, films, keys in PEM and DER, key schedules of AES, objects of TL, and regions that are too
 * orderly for ciphertext.
 * Threads: any.
 */
#ifndef CDN_INSPECT_H
#define CDN_INSPECT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct cdn_inspection {
	uint64_t files, bytes, zeros, noise, orderly; /* bytes of regions: nothing, as if random, neither */
	uint64_t slots, used;                         /* if it is a cache's file */
	uint64_t text, magic, keys, objects;          /* found */
};

enum { CDN_INSPECT_SHOWN = 20 /* of each kind; the rest is counted */ };

/* A file, or a folder with all that is in it. What is found goes to `out`, a line each. -ERR_*: it cannot be read. */
int cdn_inspect(const char *path, FILE *out, struct cdn_inspection *ret);
/* Bytes alone, added to what is there already; `name` is said of what is found. */
void cdn_inspect_bytes(const uint8_t *p, uint64_t n, const char *name, FILE *out, struct cdn_inspection *ret);
/* In words. True: nothing can be read. */
bool cdn_inspect_say(const struct cdn_inspection *i, FILE *out);

#endif
