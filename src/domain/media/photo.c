/* photo.c - an upload to a photo: every size is our own picture of it, upright and without what a camera notes. */
#include "base/cleanup.h"
#include "base/err.h"
#include "domain/media/build.h"
#include "rpc_methods.h"

enum { RATIO_MAX = 20 };

int media_worker_failed(struct rpc_call *c, int r)
{
	switch (r) {
	case -ERR_TOO_BIG:
		return rpc_fail(c, 400, "PHOTO_INVALID_DIMENSIONS");
	case -ERR_FULL:
		return rpc_fail(c, 420, "FLOOD_WAIT_%d", 3);
	case -ERR_INVALID:
	case -ERR_UNSUPPORTED:
		return rpc_fail(c, 400, "IMAGE_PROCESS_FAILED");
	default:
		return r;
	}
}

static struct tl_obj *plain(struct arena *a, const struct worker_size *s)
{
	struct tl_photoSize *p = TL_NEW(a, photoSize);

	p->type = arena_slice(a, slice_of(&s->type, 1));
	p->w = s->w;
	p->h = s->h;
	p->size = (int32_t)s->jpeg.n;
	return &p->o;
}

static struct tl_obj *progressive(struct arena *a, const struct worker_size *s)
{
	struct tl_photoSizeProgressive *p = TL_NEW(a, photoSizeProgressive);
	int32_t *v = ARENA_ARRAY(a, int32_t, s->n_progressive + 1);
	uint32_t n = 0;

	p->type = arena_slice(a, slice_of(&s->type, 1));
	p->w = s->w;
	p->h = s->h;
	for (int i = 0; i < s->n_progressive; i++)
		if (s->progressive[i] > 0 && (uint32_t)s->progressive[i] < s->jpeg.n)
			v[n++] = s->progressive[i];
	v[n++] = (int32_t)s->jpeg.n;
	p->sizes = (struct tl_vec_int){v, n};
	return &p->o;
}

static struct tl_obj *stripped_size(struct arena *a, struct slice bytes)
{
	struct tl_photoStrippedSize *p = TL_NEW(a, photoStrippedSize);

	p->type = SLICE_LIT("i");
	p->bytes = bytes;
	return &p->o;
}

int media_add_sizes(struct rpc_call *c, struct media_made *m, const struct worker_size *sizes, int n,
                    struct slice stripped, struct tl_vec *ret)
{
	struct tl_vec v = tl_vec_new(&c->arena, (uint32_t)n + 1);
	int r;

	v.n = 0;
	if (stripped.n)
		v.v[v.n++] = stripped_size(&c->arena, stripped);
	for (int i = 0; i < n; i++) {
		if (!sizes[i].jpeg.n)
			continue;
		if ((r = media_put_part(c, m, sizes[i].type, sizes[i].jpeg)) < 0)
			return r;
		v.v[v.n++] = sizes[i].n_progressive ? progressive(&c->arena, &sizes[i])
		                                    : plain(&c->arena, &sizes[i]);
	}
	*ret = v;
	return 0;
}

int media_look_at_image(struct rpc_call *c, const struct made_part *p, enum worker_image_for what,
                        struct worker_image *ret)
{
	CLEANUP_FD int fd = -1;
	int r;

	if (!c->app->workers)
		return -ERR_UNSUPPORTED;
	r = blob_fd(c->app->blobs, &p->blob, &fd);
	return r < 0 ? r : worker_image(c->app->workers, fd, what, &c->arena, ret);
}

int media_build_photo(struct rpc_call *c, const struct tl_obj *input_file, enum worker_image_for what,
                      struct media_made **ret)
{
	struct media_made *m = ARENA_NEW(&c->arena, struct media_made);
	struct worker_image *image = ARENA_NEW(&c->arena, struct worker_image);
	int r;

	if ((r = media_upload(c, input_file, LIMIT_PHOTO_BYTES, &m->unused[0])) < 0)
		return r;
	m->n_unused = 1;
	if ((r = media_look_at_image(c, &m->unused[0], what, image)) < 0)
		return media_worker_failed(c, r);
	if (image->w > RATIO_MAX * image->h || image->h > RATIO_MAX * image->w)
		return rpc_fail(c, 400, "PHOTO_INVALID_DIMENSIONS");
	m->photo = TL_NEW(&c->arena, photo);
	m->photo->file_reference = SLICE_LIT("");
	r = media_add_sizes(c, m, image->size, image->n_sizes, image->stripped, &m->photo->sizes);
	if (r < 0)
		return r;
	if (!m->n_parts)
		return rpc_fail(c, 400, "IMAGE_PROCESS_FAILED");
	*ret = m;
	return 0;
}
