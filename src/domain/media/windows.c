/* windows.c - hashes of windows of a content, as every method gives them (api.md 7.7): one table for all. */
#include "domain/media/cdn_policy.h"
#include "store/blob.h"

/* A content of one window is named by its hash and needs no table. */
static int hashes(struct rpc_call *c, const struct blob_id *blob, uint64_t size, uint64_t first, uint32_t n,
                  struct slice *ret)
{
	*ret = (struct slice){0};
	if (first > UINT32_MAX || first * BLOB_WINDOW >= size)
		return 0;
	if (size <= BLOB_WINDOW) {
		*ret = arena_slice(&c->arena, slice_of(blob->b, sizeof(blob->b)));
		return 0;
	}
	return store_blob_windows(c->db, blob->b, (uint32_t)first, n, &c->arena, ret);
}

int media_windows(struct rpc_call *c, const struct blob_id *blob, uint64_t size, uint64_t first, uint32_t n,
                  bool as_cdn, struct tl_vec *ret)
{
	struct slice all;
	int r = hashes(c, blob, size, first, n, &all);

	if (r < 0)
		return r;
	*ret = tl_vec_new(&c->arena, all.n / 32);
	for (uint32_t i = 0; i < ret->n; i++) {
		struct tl_fileHash *h = TL_NEW(&c->arena, fileHash);
		uint64_t at = (first + i) * BLOB_WINDOW;

		h->offset = (int64_t)at;
		h->limit = (int32_t)(!as_cdn && size - at < BLOB_WINDOW ? size - at : BLOB_WINDOW);
		h->hash = slice_of(all.p + i * 32, 32);
		ret->v[i] = &h->o;
	}
	return 0;
}
