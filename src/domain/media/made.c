/* made.c - what was made of an upload gets its rows: the file, its parts, the contents it needs. On the write lane. */
#include "base/err.h"
#include "crypto/rng.h"
#include "domain/media/home.h"
#include "domain/media/private.h"
#include "store/blob.h"

struct slice media_encoded(struct rpc_call *c, const struct tl_obj *o)
{
	struct buf b = {0};
	struct slice s = {0};

	if (tl_encode(&b, o, TL_LAYER_MAX) == 0)
		s = arena_slice(&c->arena, buf_slice(&b));
	buf_fini(&b);
	return s;
}

static int insert_part(struct rpc_call *c, int64_t file, const struct made_part *p, struct slice home)
{
	struct store_file_part row = {.file = file, .type = p->type, .size = (int64_t)p->size};
	int r = media_may_have(c, &p->blob); /* it may be a picture that we made */

	if (r >= 0)
		r = store_blob_ref(c->db, p->blob.b, (int64_t)p->size, p->windows, home, c->now);
	memcpy(row.blob, p->blob.b, sizeof(row.blob));
	return r < 0 ? r : store_file_part_insert(c->db, &row);
}

/* A content that nobody needs any more: with a row it is found by whoever clears up. */
static int leave(struct rpc_call *c, const struct made_part *p, struct slice home)
{
	int r = store_blob_ref(c->db, p->blob.b, (int64_t)p->size, p->windows, home, c->now);

	return r < 0 ? r : store_blob_unref(c->db, p->blob.b, c->now);
}

/* The body of a file's row; the object gets id and date. */
static struct slice describe(struct rpc_call *c, struct media_made *m, struct store_file *f)
{
	if (m->photo) {
		f->kind = STORE_FILE_PHOTO;
		m->photo->id = f->id;
		m->photo->date = (int32_t)c->now;
		return media_encoded(c, &m->photo->o);
	}
	if (m->document) {
		f->kind = STORE_FILE_DOCUMENT;
		m->document->id = f->id;
		m->document->date = (int32_t)c->now;
		return media_encoded(c, &m->document->o);
	}
	f->kind = STORE_FILE_ENCRYPTED;
	return arena_slice(&c->arena, slice_of(&m->fingerprint, sizeof(m->fingerprint)));
}

int media_insert(struct rpc_call *c, struct media_made *m, int64_t *ret_file)
{
	struct store_file f = {.owner = c->user_id, .date = c->now};
	char home[3];
	int r;

	do
		f.id = (int64_t)(rng_u64() >> 1);
	while (!f.id);
	f.body = describe(c, m, &f);
	if (!f.body.p)
		return -ERR_INVALID;
	if ((r = home_of_upload(c, c->user_id, home)) < 0 || (r = store_file_insert(c->db, &f)) < 0)
		return r;
	for (uint32_t i = 0; i < m->n_parts; i++)
		if ((r = insert_part(c, f.id, &m->parts[i], slice_str(home))) < 0)
			return r;
	for (uint32_t i = 0; i < m->n_unused; i++)
		if ((r = leave(c, &m->unused[i], slice_str(home))) < 0)
			return r;
	*ret_file = f.id;
	return 0;
}
