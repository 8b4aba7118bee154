/* tgs.c - see tgs.h. */
#include "worker/child/tgs.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <zlib.h>

#include "base/err.h"
#include "base/mem.h"

static const double longest = 3.0;

/* One gzip member, whole, with a right checksum. Its text is malloc'd. */
static int unpack(struct slice file, char **ret, size_t *ret_n)
{
	z_stream z = {.next_in = (uint8_t *)file.p, .avail_in = file.n};
	char *out = xmalloc(TGS_TEXT_MAX);
	int r;

	if (inflateInit2(&z, 16 + MAX_WBITS) != Z_OK) {
		free(out);
		return -ERR_INVALID;
	}
	z.next_out = (uint8_t *)out;
	z.avail_out = TGS_TEXT_MAX;
	r = inflate(&z, Z_FINISH);
	*ret_n = z.total_out;
	inflateEnd(&z);
	if (r != Z_STREAM_END || z.avail_in) {
		free(out);
		return r == Z_BUF_ERROR && !z.avail_out ? -ERR_TOO_BIG : -ERR_INVALID;
	}
	*ret = out;
	return 0;
}

static double number(const json_t *o, const char *name)
{
	const json_t *v = json_object_get(o, name);

	return json_is_number(v) ? json_number_value(v) : NAN;
}

static int check(const json_t *o, double *ret_duration)
{
	double fps = number(o, "fr"), length = number(o, "op") - number(o, "ip");

	if (number(o, "w") != TGS_SIDE || number(o, "h") != TGS_SIDE || (fps != 30 && fps != 60) ||
	    !(length > 0) || !(length / fps <= longest) || json_array_size(json_object_get(o, "layers")) == 0)
		return -ERR_INVALID;
	*ret_duration = length / fps;
	return 0;
}

int tgs_check(struct slice file, double *ret_duration)
{
	json_t *o;
	char *text;
	size_t n;
	int r;

	if (file.n > TGS_SIZE_MAX)
		return -ERR_TOO_BIG;
	if ((r = unpack(file, &text, &n)) < 0)
		return r;
	o = json_loadb(text, n, JSON_REJECT_DUPLICATES, NULL);
	free(text);
	r = o ? check(o, ret_duration) : -ERR_INVALID;
	json_decref(o);
	return r;
}
