/*
 * tl_roundtrip.c - a line "LAYER HEX" on stdin is decoded and encoded again for that layer; the answer is a line of hex, or
 * "error N where". For comparison with other people's serialisers (tests/serialisers).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "tl/tl.h"

static int hex_digit(char c)
{
	const char *digits = "0123456789abcdef", *at = c ? strchr(digits, c) : NULL;

	return at ? (int)(at - digits) : -1;
}

/* Bytes written to `out`, or -1. */
static ssize_t from_hex(const char *s, uint8_t *out)
{
	size_t n = 0;
	int hi, lo;

	for (; *s; s += 2) {
		hi = hex_digit(s[0]);
		lo = hi < 0 ? -1 : hex_digit(s[1]);
		if (lo < 0)
			return -1;
		out[n++] = (uint8_t)(hi << 4 | lo);
	}
	return (ssize_t)n;
}

static void roundtrip(const uint8_t *p, size_t n, int layer)
{
	struct rd r = rd_of(p, n);
	struct arena a;
	struct buf b = {0};
	struct tl_obj *o;
	int e;

	arena_init(&a, 64u << 20);
	e = tl_decode(&r, &a, &o);
	if (e < 0) {
		printf("error %d decode\n", e);
	} else if (rd_left(&r)) {
		printf("error %zu bytes left\n", (size_t)rd_left(&r));
	} else {
		e = tl_is_method(o->name) ? tl_encode_call(&b, o, layer) : tl_encode(&b, o, layer);
		if (e < 0)
			printf("error %d encode %s\n", e, tl_wire_name(o->name));
		for (size_t i = 0; e >= 0 && i < b.n; i++)
			printf("%02x", b.p[i]);
		if (e >= 0)
			putchar('\n');
	}
	fflush(stdout);
	buf_fini(&b);
	arena_fini(&a);
}

int main(void)
{
	char *line = NULL, *hex;
	size_t size = 0;
	ssize_t n;
	uint8_t *bytes;
	int layer;

	while ((n = getline(&line, &size, stdin)) > 0) {
		line[strcspn(line, "\n")] = 0;
		layer = (int)strtol(line, &hex, 10);
		hex += *hex == ' ';
		bytes = xmalloc(strlen(hex) / 2 + 1);
		n = from_hex(hex, bytes);
		if (n < 0)
			printf("error 0 hex\n");
		else
			roundtrip(bytes, (size_t)n, layer);
		free(bytes);
	}
	free(line);
	return 0;
}
