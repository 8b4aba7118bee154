/* protocol.c - see protocol.h: writers and readers of requests and answers, side by side. */
#include "worker/protocol.h"

#include <math.h>
#include <string.h>

#include "base/err.h"
#include "base/utf8.h"

enum { REQUEST_MAGIC = 0x31515743, ANSWER_MAGIC = 0x31415743 }; /* CWQ1, CWA1 */
enum { ANIMATED = 1, ALPHA = 2, HAS_SOUND = 4, HAS_VIDEO = 8, STREAMABLE = 16 };

static const char *const mimes[] = {
	"",
	"image/jpeg",
	"image/png",
	"image/webp",
	"image/gif",
	"image/heic",
	"image/avif",
	"video/mp4",
	"video/quicktime",
	"video/webm",
	"video/x-matroska",
	"audio/mpeg",
	"audio/mp4",
	"audio/ogg",
	"audio/flac",
	"audio/x-wav",
	"audio/aac",
	"video/3gpp",
	"application/x-tgsticker",
	"audio/webm",
	"video/x-msvideo",
	"video/mpeg",
	"video/ogg",
	"audio/amr",
};
enum { N_MIMES = sizeof(mimes) / sizeof(mimes[0]) };

void worker_request_put(struct buf *b, const struct worker_request *q)
{
	buf_u32(b, REQUEST_MAGIC);
	buf_u32(b, q->task);
	buf_u32(b, q->arg);
	buf_u32(b, q->cpu_seconds);
	buf_u32(b, q->wall_seconds);
	buf_u32(b, q->memory_mib);
}

static bool within(uint32_t v, uint32_t min, uint32_t max)
{
	return v >= min && v <= max;
}

int worker_request_get(struct slice packet, struct worker_request *ret)
{
	struct rd r = rd_of(packet.p, packet.n);
	struct worker_request q;

	if (packet.n != WORKER_REQUEST_SIZE || rd_u32(&r) != REQUEST_MAGIC)
		return -ERR_INVALID;
	q.task = rd_u32(&r);
	q.arg = rd_u32(&r);
	q.cpu_seconds = rd_u32(&r);
	q.wall_seconds = rd_u32(&r);
	q.memory_mib = rd_u32(&r);
	if (!within(q.task, WORKER_TASK_IMAGE, WORKER_TASK_PROBE) || !within(q.cpu_seconds, 1, 600) ||
	    !within(q.wall_seconds, 1, 1200) || !within(q.memory_mib, WORKER_MEMORY_MIN, WORKER_MEMORY_MAX))
		return -ERR_INVALID;
	*ret = q;
	return 0;
}

unsigned worker_request_fds(enum worker_task task)
{
	return task == WORKER_TASK_GIF || task == WORKER_TASK_PROFILE ? 3 : 2;
}

static size_t begin(struct buf *b, int status)
{
	size_t at = b->n;

	buf_u32(b, ANSWER_MAGIC);
	buf_u32(b, 0);
	buf_u32(b, (uint32_t)-status);
	return at;
}

static void end(struct buf *b, size_t at)
{
	uint32_t n = (uint32_t)(b->n - at - WORKER_ANSWER_HEAD);

	for (int i = 0; i < 4; i++)
		b->p[at + 4 + (size_t)i] = (uint8_t)(n >> 8 * i);
}

static void put_bytes(struct buf *b, struct slice s)
{
	buf_u32(b, s.n);
	buf_put(b, s.p, s.n);
}

static void put_double(struct buf *b, double d)
{
	uint64_t u;

	memcpy(&u, &d, sizeof(u));
	buf_u64(b, u);
}

static void put_mime(struct buf *b, const char *mime)
{
	uint32_t i;

	for (i = N_MIMES - 1; i > 0; i--)
		if (strcmp(mimes[i], mime) == 0)
			break;
	buf_u32(b, i);
}

static void put_size(struct buf *b, const struct worker_size *z)
{
	buf_u32(b, (uint8_t)z->type);
	buf_u32(b, (uint32_t)z->w);
	buf_u32(b, (uint32_t)z->h);
	put_bytes(b, z->jpeg);
	buf_u32(b, (uint32_t)z->n_progressive);
	for (int i = 0; i < z->n_progressive; i++)
		buf_u32(b, (uint32_t)z->progressive[i]);
}

void worker_answer_put_error(struct buf *b, int status)
{
	end(b, begin(b, status));
}

void worker_answer_put_image(struct buf *b, const struct worker_image *m)
{
	size_t at = begin(b, 0);

	buf_u32(b, (uint32_t)m->w);
	buf_u32(b, (uint32_t)m->h);
	put_mime(b, m->mime);
	buf_u32(b, (m->animated ? ANIMATED : 0) | (m->alpha ? ALPHA : 0));
	buf_u32(b, (uint32_t)m->n_sizes);
	for (int i = 0; i < m->n_sizes; i++)
		put_size(b, &m->size[i]);
	put_bytes(b, m->stripped);
	end(b, at);
}

void worker_answer_put_video(struct buf *b, const struct worker_video *v)
{
	size_t at = begin(b, 0);

	put_double(b, v->duration);
	buf_u32(b, (uint32_t)v->w);
	buf_u32(b, (uint32_t)v->h);
	put_mime(b, v->mime);
	buf_u32(b, (v->has_sound ? HAS_SOUND : 0) | (v->has_video ? HAS_VIDEO : 0) |
	                   (v->streamable ? STREAMABLE : 0));
	buf_put(b, v->video_codec, sizeof(v->video_codec));
	buf_put(b, v->audio_codec, sizeof(v->audio_codec));
	put_size(b, &v->thumb);
	put_bytes(b, v->stripped);
	put_bytes(b, v->title);
	put_bytes(b, v->performer);
	put_size(b, &v->cover);
	put_bytes(b, v->waveform);
	end(b, at);
}

void worker_answer_put_sticker(struct buf *b, const struct worker_sticker *s)
{
	size_t at = begin(b, 0);

	buf_u32(b, s->kind);
	put_mime(b, s->mime);
	buf_u32(b, (uint32_t)s->w);
	buf_u32(b, (uint32_t)s->h);
	put_double(b, s->duration);
	put_size(b, &s->thumb);
	put_size(b, &s->webp);
	end(b, at);
}

int worker_answer_head(const uint8_t head[WORKER_ANSWER_HEAD], uint32_t *ret_n)
{
	struct rd r = rd_of(head, WORKER_ANSWER_HEAD);
	uint32_t magic = rd_u32(&r), n = rd_u32(&r);

	if (magic != ANSWER_MAGIC || !within(n, 4, WORKER_ANSWER_MAX))
		return -ERR_INVALID;
	*ret_n = n;
	return 0;
}

/* 0: facts follow. */
static int get_status(struct rd *r)
{
	switch (rd_u32(r)) {
	case 0:
		return r->bad ? -ERR_INVALID : 0;
	case ERR_UNSUPPORTED:
		return -ERR_UNSUPPORTED;
	case ERR_TOO_BIG:
		return -ERR_TOO_BIG;
	case ERR_FULL:
		return -ERR_FULL;
	default:
		return -ERR_INVALID;
	}
}

static struct slice get_bytes(struct rd *r, uint32_t max)
{
	uint32_t n = rd_u32(r);

	if (n > max || n > rd_left(r))
		r->bad = true;
	return r->bad || n == 0 ? (struct slice){0} : rd_bytes(r, n);
}

static double get_double(struct rd *r, double max)
{
	uint64_t u = rd_u64(r);
	double d;

	memcpy(&d, &u, sizeof(d));
	if (!isfinite(d) || d < 0 || d > max)
		r->bad = true;
	return r->bad ? 0 : d;
}

static int get_side(struct rd *r, uint32_t min)
{
	uint32_t v = rd_u32(r);

	if (!within(v, min, WORKER_SIDE_MAX))
		r->bad = true;
	return r->bad ? 0 : (int)v;
}

static void get_mime(struct rd *r, char ret[32])
{
	uint32_t i = rd_u32(r);

	if (!within(i, 1, N_MIMES - 1))
		r->bad = true;
	memset(ret, 0, 32);
	if (!r->bad)
		memcpy(ret, mimes[i], strlen(mimes[i]));
}

static bool is_picture(struct slice s)
{
	return (s.n > 4 && memcmp(s.p, "\xff\xd8\xff", 3) == 0) ||
	       (s.n > 16 && memcmp(s.p, "RIFF", 4) == 0 && memcmp(s.p + 8, "WEBP", 4) == 0);
}

/* letters: those that it may have. min 0: it may be absent. */
static void get_size(struct rd *r, const char *letters, bool may_miss, struct worker_size *ret)
{
	uint32_t type = rd_u32(r), n, mark, last = 0;

	memset(ret, 0, sizeof(*ret));
	ret->w = get_side(r, may_miss ? 0 : 1);
	ret->h = get_side(r, may_miss ? 0 : 1);
	ret->jpeg = get_bytes(r, WORKER_SIZE_MAX);
	n = rd_u32(r);
	if (r->bad || n > 8) {
		r->bad = true;
		return;
	}
	for (uint32_t i = 0; i < n; i++) {
		mark = rd_u32(r);
		if (mark <= last || mark > ret->jpeg.n)
			r->bad = true;
		ret->progressive[i] = (int32_t)mark;
		last = mark;
	}
	if (n && last != ret->jpeg.n)
		r->bad = true;
	ret->n_progressive = (int)n;
	if (!ret->jpeg.n) { /* absent, in every field */
		if (!may_miss || type || ret->w || ret->h || n)
			r->bad = true;
		return;
	}
	if (!type || type > 127 || !strchr(letters, (int)type) || !is_picture(ret->jpeg) || !ret->w ||
	    !ret->h)
		r->bad = true;
	ret->type = (char)type;
}

/* photoStrippedSize: 01, height, width, data. */
static struct slice get_stripped(struct rd *r)
{
	struct slice s = get_bytes(r, WORKER_STRIPPED_MAX);

	if (s.n && (s.n < 4 || s.p[0] != 1 || !within(s.p[1], 1, 40) || !within(s.p[2], 1, 40)))
		r->bad = true;
	return s;
}

static struct slice get_text(struct rd *r)
{
	struct slice s = get_bytes(r, WORKER_TEXT_MAX);

	if (s.n && !utf8_valid(s))
		r->bad = true;
	return s;
}

static void get_codec(struct rd *r, char ret[16])
{
	struct slice s = rd_bytes(r, 16);
	size_t n = 0;

	memset(ret, 0, 16);
	if (r->bad)
		return;
	while (n < 15 &&
	       ((s.p[n] >= 'a' && s.p[n] <= 'z') || (s.p[n] >= '0' && s.p[n] <= '9') || s.p[n] == '_'))
		n++;
	for (size_t i = n; i < 16; i++) /* nothing hides behind the end */
		r->bad = r->bad || s.p[i];
	memcpy(ret, s.p, n);
}

static int whole(const struct rd *r)
{
	return r->bad || rd_left(r) ? -ERR_INVALID : 0;
}

int worker_answer_image(struct slice body, enum worker_image_for what, struct worker_image *ret)
{
	static const char *const letters[] = {"smxyw", "abc", "m", "m"};
	struct rd r = rd_of(body.p, body.n);
	struct worker_image m = {0};
	uint32_t bits, n;
	int e = get_status(&r);

	if (e < 0)
		return e;
	m.w = get_side(&r, 1);
	m.h = get_side(&r, 1);
	get_mime(&r, m.mime);
	bits = rd_u32(&r);
	n = rd_u32(&r);
	if (r.bad || bits & ~(uint32_t)(ANIMATED | ALPHA) || !within(n, 1, WORKER_SIZES_MAX))
		return -ERR_INVALID;
	m.animated = bits & ANIMATED;
	m.alpha = bits & ALPHA;
	for (uint32_t i = 0; i < n && !r.bad; i++) {
		get_size(&r, letters[what], false, &m.size[i]);
		for (uint32_t k = 0; k < i; k++)
			if (m.size[k].type == m.size[i].type)
				r.bad = true;
	}
	m.n_sizes = (int)n;
	m.stripped = get_stripped(&r);
	e = whole(&r);
	if (e == 0)
		*ret = m;
	return e;
}

int worker_answer_video(struct slice body, struct worker_video *ret)
{
	struct rd r = rd_of(body.p, body.n);
	struct worker_video v = {0};
	uint32_t bits;
	int e = get_status(&r);

	if (e < 0)
		return e;
	v.duration = get_double(&r, 1e8);
	v.w = get_side(&r, 0);
	v.h = get_side(&r, 0);
	get_mime(&r, v.mime);
	bits = rd_u32(&r);
	if (bits & ~(uint32_t)(HAS_SOUND | HAS_VIDEO | STREAMABLE))
		r.bad = true;
	v.has_sound = bits & HAS_SOUND;
	v.has_video = bits & HAS_VIDEO;
	v.streamable = bits & STREAMABLE;
	get_codec(&r, v.video_codec);
	get_codec(&r, v.audio_codec);
	get_size(&r, "m", true, &v.thumb);
	v.stripped = get_stripped(&r);
	v.title = get_text(&r);
	v.performer = get_text(&r);
	get_size(&r, "m", true, &v.cover);
	v.waveform = get_bytes(&r, WORKER_WAVEFORM);
	if (v.waveform.n && v.waveform.n != WORKER_WAVEFORM)
		r.bad = true;
	e = whole(&r);
	if (e == 0)
		*ret = v;
	return e;
}

int worker_answer_sticker(struct slice body, struct worker_sticker *ret)
{
	struct rd r = rd_of(body.p, body.n);
	struct worker_sticker s = {0};
	uint32_t kind;
	int e = get_status(&r);

	if (e < 0)
		return e;
	kind = rd_u32(&r);
	if (kind > WORKER_STICKER_VIDEO)
		r.bad = true;
	s.kind = kind;
	get_mime(&r, s.mime);
	s.w = get_side(&r, 1);
	s.h = get_side(&r, 1);
	s.duration = get_double(&r, 60);
	get_size(&r, "m", true, &s.thumb);
	get_size(&r, "w", true, &s.webp);
	e = whole(&r);
	if (e == 0)
		*ret = s;
	return e;
}
