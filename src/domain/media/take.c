/* take.c - from what a client uploaded to a content of the blob store, and from bytes of ours to one. On blob threads. */
#include "blob/upload.h"

#include "base/err.h"
#include "domain/media/private.h"
#include "store/refused.h"

static int finish(struct rpc_call *c, int64_t id, int32_t parts, struct slice md5, struct upload_done *ret)
{
	const char *why = NULL;
	char missing[48];
	int r = upload_finish(c->app->blobs, c->user_id, id, parts, md5, missing, ret, &why);

	return r < 0 && why ? rpc_fail_text(c, 400, why) : r;
}

int media_may_have(struct rpc_call *c, const struct blob_id *content)
{
	int r = store_refused_is(c->db, content->b);

	return r > 0 ? rpc_fail(c, 400, "MEDIA_INVALID") : r;
}

int media_upload(struct rpc_call *c, const struct tl_obj *input_file, uint64_t max, struct made_part *ret)
{
	const struct tl_inputFile *f = TL_AS(inputFile, input_file);
	const struct tl_inputFileBig *big = TL_AS(inputFileBig, input_file);
	struct upload_done done = {0};
	int r;

	if (!f && !big)
		return rpc_fail(c, 400, "MEDIA_INVALID");
	r = finish(c, f ? f->id : big->id, f ? f->parts : big->parts, f ? f->md5_checksum : (struct slice){0},
	           &done);
	if (r < 0)
		return r;
	*ret = (struct made_part){.blob = done.id,
	                          .size = done.size,
	                          .windows = arena_slice(&c->arena, buf_slice(&done.windows))};
	buf_fini(&done.windows);
	if (!done.size)
		return rpc_fail(c, 400, "FILE_PART_EMPTY");
	return done.size > max ? rpc_fail(c, 400, "FILE_PARTS_INVALID") : media_may_have(c, &ret->blob);
}

int media_put_part(struct rpc_call *c, struct media_made *m, char type, struct slice bytes)
{
	struct made_part *p = &m->parts[m->n_parts];
	struct buf windows = {0};
	int r;

	if (m->n_parts == MADE_PARTS_MAX)
		return -ERR_FULL;
	r = blob_put(c->app->blobs, bytes, &p->blob, bytes.n > BLOB_WINDOW ? &windows : NULL);
	if (r < 0)
		return r;
	p->type = type;
	p->size = bytes.n;
	p->windows = windows.n ? arena_slice(&c->arena, buf_slice(&windows)) : (struct slice){0};
	buf_fini(&windows);
	m->n_parts++;
	return 0;
}
