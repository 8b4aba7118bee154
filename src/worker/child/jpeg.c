/* jpeg.c - see jpeg.h: a walk over markers (ITU T.81, annex B). */
#include "worker/child/jpeg.h"

#include "base/err.h"

enum {
	SOF0 = 0xc0,
	SOF2 = 0xc2,
	DHT = 0xc4,
	SOI = 0xd8,
	EOI = 0xd9,
	SOS = 0xda,
	DQT = 0xdb,
	RST0 = 0xd0,
	RST7 = 0xd7
};
enum { SCANS_MAX = 64 };

struct segment {
	uint8_t marker;
	struct slice body; /* after the length */
	uint32_t next;     /* offset behind it; of SOS: where its data begins */
};

static int next_segment(struct slice j, uint32_t at, struct segment *ret)
{
	uint32_t n;

	if (j.n - at < 2 || j.p[at] != 0xff)
		return -ERR_INVALID;
	ret->marker = j.p[at + 1];
	ret->body = (struct slice){0};
	ret->next = at + 2;
	if (ret->marker == EOI || ret->marker == SOI)
		return 0;
	if (j.n - at < 4)
		return -ERR_INVALID;
	n = (uint32_t)j.p[at + 2] << 8 | j.p[at + 3];
	if (n < 2 || n > j.n - at - 2)
		return -ERR_INVALID;
	ret->body = slice_of(j.p + at + 4, n - 2);
	ret->next = at + 2 + n;
	return 0;
}

/* Where the data that begins at `at` ends: at a marker that is no restart and no stuffed zero. */
static int scan_end(struct slice j, uint32_t at, uint32_t *ret)
{
	for (; at + 1 < j.n; at++)
		if (j.p[at] == 0xff && j.p[at + 1] != 0 && !(j.p[at + 1] >= RST0 && j.p[at + 1] <= RST7)) {
			*ret = at;
			return 0;
		}
	return -ERR_INVALID;
}

int jpeg_marks(struct slice jpeg, int32_t marks[JPEG_MARKS_MAX])
{
	uint32_t ends[SCANS_MAX], at = 0;
	bool progressive = false;
	struct segment s;
	int n = 0, r;

	for (;;) {
		if ((r = next_segment(jpeg, at, &s)) < 0 || (at == 0 && s.marker != SOI))
			return -ERR_INVALID;
		at = s.next;
		if (s.marker == EOI)
			break;
		progressive = progressive || s.marker == SOF2;
		if (s.marker != SOS)
			continue;
		if (n == SCANS_MAX || (r = scan_end(jpeg, at, &ends[n])) < 0)
			return -ERR_INVALID;
		at = ends[n++];
	}
	if (!progressive || n < 2)
		return 0;
	ends[n - 1] = jpeg.n;
	if (n <= JPEG_MARKS_MAX) {
		for (int i = 0; i < n; i++)
			marks[i] = (int32_t)ends[i];
		return n;
	}
	for (int i = 0; i < JPEG_MARKS_MAX; i++)
		marks[i] = (int32_t)ends[i * (n - 1) / (JPEG_MARKS_MAX - 1)];
	return JPEG_MARKS_MAX;
}

/* Quality 20 of the standard tables (T.81, annex K): the first entries tell it from any other. */
static bool is_quality_20(struct slice dqt)
{
	static const uint8_t luminance[] = {0, 0x28, 0x1c, 0x1e, 0x23},
			     chrominance[] = {1, 0x2b, 0x2d, 0x2d, 0x3c};

	return dqt.n == 65 && (memcmp(dqt.p, luminance, sizeof(luminance)) == 0 ||
	                       memcmp(dqt.p, chrominance, sizeof(chrominance)) == 0);
}

/* The four standard Huffman tables differ in length and class from optimised ones: 12 codes for DC, 162 for AC. */
static bool is_standard_huffman(struct slice dht)
{
	uint32_t codes = 0;

	if (dht.n < 17 || (dht.p[0] & ~0x11))
		return false;
	for (int i = 1; i <= 16; i++)
		codes += dht.p[i];
	return codes == (dht.p[0] & 0x10 ? 162u : 12u) && dht.n == 17 + codes;
}

static bool is_420(struct slice sof)
{
	static const uint8_t components[] = {3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1};

	return sof.n == 15 && sof.p[0] == 8 && sof.p[1] == 0 && sof.p[3] == 0 &&
	       memcmp(sof.p + 5, components, sizeof(components)) == 0;
}

int jpeg_bare_scan(struct slice jpeg, struct slice *ret_data)
{
	uint32_t at = 0, end;
	int frames = 0, tables = 0;
	struct segment s;

	for (;;) {
		if (next_segment(jpeg, at, &s) < 0 || (at == 0 && s.marker != SOI))
			return -ERR_INVALID;
		at = s.next;
		if (s.marker == SOS)
			break;
		if ((s.marker == DQT && !is_quality_20(s.body)) ||
		    (s.marker == DHT && !is_standard_huffman(s.body)) ||
		    (s.marker >= SOF0 && s.marker <= 0xcf && s.marker != DHT && s.marker != SOF0) ||
		    s.marker == EOI || (s.marker == SOF0 && !is_420(s.body)))
			return -ERR_INVALID;
		frames += s.marker == SOF0;
		tables += s.marker == DHT || s.marker == DQT;
	}
	if (frames != 1 || tables != 6 || scan_end(jpeg, at, &end) < 0 || jpeg.n - end != 2 ||
	    jpeg.p[end + 1] != EOI)
		return -ERR_INVALID;
	*ret_data = slice_of(jpeg.p + at, end - at);
	return 0;
}
