/* gzip.c - see gzip.h. */
#include "mtproto/gzip.h"

#include <stdlib.h>
#include <zlib.h>

#include "base/err.h"
#include "mtproto/ids.h"

enum { CHUNK = 16384, ANY_HEADER = 15 + 32, GZIP_HEADER = 15 + 16 };

int mt_gunzip(struct slice in, size_t max, struct buf *out)
{
	z_stream z = {.next_in = (Bytef *)(uintptr_t)in.p, .avail_in = in.n};
	size_t start = out->n;
	int r = Z_OK;

	if (inflateInit2(&z, ANY_HEADER) != Z_OK)
		return -ERR_INVALID;
	while (r == Z_OK && out->n - start <= max) {
		z.next_out = buf_reserve(out, CHUNK);
		z.avail_out = CHUNK;
		r = inflate(&z, Z_NO_FLUSH);
		out->n += CHUNK - z.avail_out;
		if (r == Z_OK && z.avail_out == CHUNK)
			break; /* no progress: cut short */
	}
	inflateEnd(&z);
	if (out->n - start > max)
		return -ERR_TOO_BIG;
	return r == Z_STREAM_END ? 0 : -ERR_INVALID;
}

int mt_gzip(struct slice in, struct buf *out)
{
	z_stream z = {.next_in = (Bytef *)(uintptr_t)in.p, .avail_in = in.n};
	uLong room = in.n - in.n / 10;
	uint8_t *p;
	int r;

	if (deflateInit2(&z, 4, Z_DEFLATED, GZIP_HEADER, 8, Z_DEFAULT_STRATEGY) != Z_OK)
		return 0;
	p = malloc(room ? room : 1);
	if (!p)
		abort();
	z.next_out = p;
	z.avail_out = (uInt)room;
	r = deflate(&z, Z_FINISH);
	if (r == Z_STREAM_END) {
		buf_u32(out, (uint32_t)MT_gzip_packed);
		buf_tl_bytes(out, p, room - z.avail_out);
	}
	deflateEnd(&z);
	free(p);
	return r == Z_STREAM_END;
}
