/*
 * fuzz_worker.c - what a worker in wrong hands might answer, as the server reads it; the requests, as the worker reads them;
 * and the worker's own small readers. The first byte chooses. What is taken says the same when it is written again.
 */
#include <stdlib.h>
#include <zlib.h>

#include "base/err.h"
#include "base/utf8.h"
#include "worker/child/jpeg.h"
#include "worker/child/mp4.h"
#include "worker/child/sniff.h"
#include "worker/child/tgs.h"
#include "worker/protocol.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

enum mode { IMAGE, VIDEO = IMAGE + 4, STICKER, REQUEST, HEAD, JPEG, SNIFF, MP4, TGS, MODES };

static void must(bool so)
{
	if (!so)
		abort();
}

static void same(struct buf *again, struct slice body)
{
	must(again->n == body.n + WORKER_ANSWER_HEAD &&
	     memcmp(again->p + WORKER_ANSWER_HEAD, body.p, body.n) == 0);
	buf_fini(again);
}

static void check_size(const struct worker_size *z, bool may_miss)
{
	if (!z->jpeg.n) {
		must(may_miss && !z->w && !z->h && !z->n_progressive);
		return;
	}
	must(z->w >= 1 && z->w <= WORKER_SIDE_MAX && z->h >= 1 && z->h <= WORKER_SIDE_MAX &&
	     z->n_progressive <= 8);
	for (int i = 0; i < z->n_progressive; i++)
		must(z->progressive[i] > (i ? z->progressive[i - 1] : 0) &&
		     (uint32_t)z->progressive[i] <= z->jpeg.n);
}

static void image(struct slice body, enum worker_image_for what)
{
	struct worker_image m;
	struct buf b = {0};

	if (worker_answer_image(body, what, &m) < 0)
		return;
	must(m.n_sizes >= 1 && m.n_sizes <= WORKER_SIZES_MAX && m.w >= 1 && m.h >= 1 && m.mime[0]);
	for (int i = 0; i < m.n_sizes; i++)
		check_size(&m.size[i], false);
	worker_answer_put_image(&b, &m);
	same(&b, body);
}

static void video(struct slice body)
{
	struct worker_video v;
	struct buf b = {0};

	if (worker_answer_video(body, &v) < 0)
		return;
	must(v.duration >= 0 && (!v.title.n || utf8_valid(v.title)) && strlen(v.video_codec) < 16);
	check_size(&v.thumb, true);
	check_size(&v.cover, true);
	worker_answer_put_video(&b, &v);
	same(&b, body);
}

static void sticker(struct slice body)
{
	struct worker_sticker s;
	struct buf b = {0};

	if (worker_answer_sticker(body, &s) < 0)
		return;
	check_size(&s.thumb, true);
	worker_answer_put_sticker(&b, &s);
	same(&b, body);
}

static void request(struct slice packet)
{
	struct worker_request q;
	struct buf b = {0};

	if (worker_request_get(packet, &q) < 0)
		return;
	must(worker_request_fds(q.task) <= WORKER_REQUEST_FDS);
	worker_request_put(&b, &q);
	must(slice_eq(buf_slice(&b), packet));
	buf_fini(&b);
}

static void head(struct slice s)
{
	uint32_t n;

	if (s.n == WORKER_ANSWER_HEAD && worker_answer_head(s.p, &n) == 0)
		must(n >= 4 && n <= WORKER_ANSWER_MAX);
}

static void jpeg(struct slice s)
{
	int32_t marks[JPEG_MARKS_MAX];
	struct slice data;
	int n = jpeg_marks(s, marks);

	for (int i = 0; i < n; i++)
		must(marks[i] > (i ? marks[i - 1] : 0) && (uint32_t)marks[i] <= s.n);
	must(n <= 0 || (uint32_t)marks[n - 1] == s.n);
	if (jpeg_bare_scan(s, &data) == 0)
		must(data.p > s.p && data.p + data.n + 2 == s.p + s.n);
}

static int read_at(void *arg, uint64_t off, uint8_t *to, size_t n)
{
	const struct slice *s = arg;

	must(off <= s->n && n <= s->n - off);
	memcpy(to, s->p + off, n);
	return 0;
}

/* Packed, or a text that is packed here: a fuzzer does not find its way through deflate. */
static void tgs(struct slice s)
{
	double d = 0;
	uint8_t packed[4096];
	z_stream z = {
		.next_in = (uint8_t *)s.p, .avail_in = s.n, .next_out = packed, .avail_out = sizeof(packed)};

	if (tgs_check(s, &d) == 0)
		must(d > 0 && d <= 3);
	if (deflateInit2(&z, 1, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY) != Z_OK)
		return;
	if (deflate(&z, Z_FINISH) == Z_STREAM_END && tgs_check(slice_of(packed, z.total_out), &d) == 0)
		must(d > 0 && d <= 3);
	deflateEnd(&z);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct slice rest;
	enum mode mode;

	if (n < 1)
		return 0;
	mode = p[0] % MODES;
	rest = slice_of(p + 1, n - 1);
	if (mode < VIDEO)
		image(rest, (enum worker_image_for)(mode - IMAGE));
	else if (mode == VIDEO)
		video(rest);
	else if (mode == STICKER)
		sticker(rest);
	else if (mode == REQUEST)
		request(rest);
	else if (mode == HEAD)
		head(rest);
	else if (mode == JPEG)
		jpeg(rest);
	else if (mode == SNIFF && sniff_image(rest))
		must(rest.n >= 3);
	else if (mode == MP4)
		mp4_is_streamable(read_at, &rest, rest.n);
	else if (mode == TGS)
		tgs(rest);
	return 0;
}
