/* mp4.c - see mp4.h. */
#include "worker/child/mp4.h"

#include <string.h>

enum { BOXES_MAX = 1000 };

static uint64_t big_endian(const uint8_t *p, int n)
{
	uint64_t v = 0;

	for (int i = 0; i < n; i++)
		v = v << 8 | p[i];
	return v;
}

bool mp4_is_streamable(mp4_read *read, void *arg, uint64_t size)
{
	uint64_t at = 0, n;
	uint8_t head[16];

	for (int i = 0; i < BOXES_MAX && size - at >= sizeof(head); i++) {
		if (read(arg, at, head, sizeof(head)) < 0)
			return false;
		if (memcmp(head + 4, "moov", 4) == 0)
			return true;
		if (memcmp(head + 4, "mdat", 4) == 0)
			return false;
		n = big_endian(head, 4);
		if (n == 1)
			n = big_endian(head + 8, 8);
		if (n < 8 || n > size - at) /* 0: it goes to the end of the file */
			return false;
		at += n;
	}
	return false;
}
