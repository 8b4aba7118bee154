/*
 * get.c - upload.getFile and getFileHashes: ranges of contents, read straight into the answer (api.md 7.4). An answer has
 * exactly the bytes that are there: TDLib fails on a longer one, and a shorter one ends the file.
 */
#include "base/err.h"
#include "base/rd.h"
#include "domain/media/cdn_policy.h"
#include "domain/media/location.h"
#include "domain/media/media.h"
#include "domain/media/private.h"
#include "rpc_methods.h"
#include "store/blob.h"

enum { CHUNK_MAX = 1048576, UNIT = 4096, UNIT_PRECISE = 1024, WINDOWS_A_CALL = 8, FILE_HEAD_MAX = 20 };

/* The wire's constructors: the same in every layer that we serve (schema/media.tl). */
enum { UPLOAD_FILE = 0x096a18d5, GET_FILE = 0xbe5335be, GET_FILE_142 = 0xb15a9afc };

int media_check_who(struct rpc_call *c)
{
	if (!c->user_id)
		return rpc_fail(c, 401, "AUTH_KEY_UNREGISTERED");
	if (c->client->dc != MEDIA_DC)
		return rpc_fail(c, 303, "FILE_MIGRATE_%d", MEDIA_DC);
	return 0;
}

static int check_range(struct rpc_call *c, const struct tl_upload_getFile *q)
{
	int32_t unit = q->precise ? UNIT_PRECISE : UNIT;

	if (q->limit <= 0 || q->limit > CHUNK_MAX || q->limit % unit || (!q->precise && CHUNK_MAX % q->limit))
		return rpc_fail(c, 400, "LIMIT_INVALID");
	if (q->offset < 0 || q->offset % unit)
		return rpc_fail(c, 400, "OFFSET_INVALID");
	if (q->offset / CHUNK_MAX != (q->offset + q->limit - 1) / CHUNK_MAX)
		return rpc_fail(c, 400, q->precise ? "LIMIT_INVALID" : "OFFSET_INVALID");
	return 0;
}

static uint32_t wire_type(const struct media_content *m)
{
	switch (m->magic) {
	case TL_storage_fileJpeg:
		return 0x007efe0e;
	case TL_storage_filePng:
		return 0x0a4f63c0;
	case TL_storage_fileGif:
		return 0xcae1aadf;
	case TL_storage_fileWebp:
		return 0x1081464c;
	case TL_storage_filePdf:
		return 0xae1e508d;
	case TL_storage_fileMp3:
		return 0x528a0677;
	case TL_storage_fileMov:
		return 0x4b09ebbc;
	case TL_storage_fileMp4:
		return 0xb3cea0e4;
	default:
		return 0xaa963b05;
	}
}

/* The length of a TL string of n bytes, before it. */
static void put_length(struct buf *b, uint32_t n)
{
	if (n < 254)
		buf_u8(b, (uint8_t)n);
	else
		buf_u32(b, n << 8 | 254);
}

typedef int read_fn(struct blob_store *s, const struct blob_id *id, uint64_t off, uint32_t len,
                    struct buf *out);

/* upload.file{type, mtime, bytes}, the bytes read into place. */
static int reply_range(struct rpc_call *c, const struct media_content *m, uint64_t off, uint32_t n,
                       read_fn *read)
{
	static const uint8_t zeros[4];
	struct buf b = {0};
	size_t at;
	int r = 0;

	buf_reserve_exact(&b, RPC_RAW_ROOM + FILE_HEAD_MAX + n + RPC_RAW_ROOM);
	b.n = RPC_RAW_ROOM;
	buf_u32(&b, UPLOAD_FILE);
	buf_u32(&b, wire_type(m));
	buf_u32(&b, (uint32_t)m->date);
	put_length(&b, n);
	at = b.n;
	if (n)
		r = read(c->app->blobs, &m->blob, off, n, &b);
	if (r >= 0 && b.n - at != n)
		r = -ERR_CORRUPT;
	if (r >= 0) {
		buf_put(&b, zeros, -b.n & 3);
		return rpc_reply_raw(c, &b);
	}
	buf_fini(&b);
	return r == -ERR_NOTFOUND ? rpc_fail(c, 400, "LOCATION_INVALID") : r; /* dropped a moment ago */
}

static int get_file(struct rpc_call *c, const struct tl_upload_getFile *q, read_fn *read)
{
	uint64_t off = (uint64_t)q->offset, left;
	struct media_content m;
	int r;

	if ((r = media_check_who(c)) < 0 || (r = check_range(c, q)) < 0 ||
	    (r = location_resolve(c, q->location, &m)) < 0 || (r = cdn_redirect(c, q, &m)) < 0)
		return r;
	if (r == 1)
		return 0;
	left = off < m.size ? m.size - off : 0;
	return reply_range(c, &m, off, left < (uint32_t)q->limit ? (uint32_t)left : (uint32_t)q->limit, read);
}

/* On the loop: a file that was asked for lately, a range that lies in memory. Most are, and a thread more would cost as much. */
int upload_getFile_prepare(struct rpc_call *c, const struct tl_upload_getFile *q)
{
	return get_file(c, q, blob_read_now);
}

int upload_getFile(struct rpc_call *c, const struct tl_upload_getFile *q)
{
	return get_file(c, q, blob_read);
}

uint32_t media_answer_size(struct slice query)
{
	struct rd r = rd_of(query.p, query.n);
	uint32_t id = rd_u32(&r), limit;

	if ((id != GET_FILE && id != GET_FILE_142) || query.n < 24)
		return 0;
	r = rd_of(query.p + query.n - 4, 4);
	limit = rd_u32(&r);
	return limit < CHUNK_MAX ? limit : CHUNK_MAX;
}

int upload_getFileHashes(struct rpc_call *c, const struct tl_upload_getFileHashes *q)
{
	struct tl_vector *v = TL_NEW(&c->arena, vector);
	struct media_content m;
	int r;

	if ((r = media_check_who(c)) < 0)
		return r;
	if (q->offset < 0 || q->offset / BLOB_WINDOW > UINT32_MAX)
		return rpc_fail(c, 400, "OFFSET_INVALID");
	if ((r = location_resolve(c, q->location, &m)) < 0 ||
	    (r = media_windows(c, &m.blob, m.size, (uint64_t)q->offset / BLOB_WINDOW, WINDOWS_A_CALL, false,
	                       &v->objs)) < 0)
		return r;
	return rpc_reply(c, &v->o);
}

int messages_getDocumentByHash(struct rpc_call *c, const struct tl_messages_getDocumentByHash *q)
{
	const struct media_origin from = {.kind = MEDIA_FROM_UPLOAD};
	struct tl_document *d;
	struct tl_obj *o;
	int64_t file;
	int r;

	if (q->sha256.n != STORE_BLOB_ID)
		return rpc_fail(c, 400, "SHA256_HASH_INVALID");
	/* Of one's own uploads only: else anybody could ask whether somebody here has this or that file. */
	r = store_file_by_blob(c->db, q->sha256.p, c->user_id, &file);
	if (r == 0)
		r = media_file_view(c, file, &from, &o);
	if (r < 0 && r != -ERR_NOTFOUND)
		return r;
	d = r == 0 ? TL_AS(document, o) : NULL;
	if (!d || d->size != q->size || !slice_eq(d->mime_type, q->mime_type))
		return rpc_reply(c, &TL_NEW(&c->arena, documentEmpty)->o);
	return rpc_reply(c, o);
}
