/* profile.c - photos of people and chats: three squares of a picture, and a video of some seconds or what clients draw where it was given. */
#include <errno.h>
#include <math.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "domain/media/build.h"
#include "rpc_methods.h"

enum { START_MAX = 3600 };

static int video_failed(struct rpc_call *c, int r)
{
	return r == -ERR_FULL ? media_worker_failed(c, r)
	       : r == -ERR_INVALID || r == -ERR_UNSUPPORTED || r == -ERR_TOO_BIG
	               ? rpc_fail(c, 400, "VIDEO_FILE_INVALID")
	               : r;
}

/* Bytes of ours as a file that a worker may look at. */
static int as_file(struct slice bytes, int *ret_fd)
{
	int fd = memfd_create("chapar-picture", MFD_CLOEXEC);

	if (fd < 0)
		return err_from_errno(errno);
	if (write(fd, bytes.p, bytes.n) != (ssize_t)bytes.n) {
		close(fd);
		return -ERR_IO;
	}
	*ret_fd = fd;
	return 0;
}

static int add_sizes(struct rpc_call *c, const struct worker_image *image, struct media_made *m)
{
	return media_add_sizes(c, m, image->size, image->n_sizes, image->stripped, &m->photo->sizes);
}

/* The sizes of a photo out of a picture of ours. -ERR_INVALID: it is none; others of worker.h. */
static int sizes_of(struct rpc_call *c, struct slice picture, struct media_made *m)
{
	struct worker_image *image = ARENA_NEW(&c->arena, struct worker_image);
	CLEANUP_FD int fd = -1;
	int r = picture.n ? as_file(picture, &fd) : -ERR_INVALID;

	if (r >= 0)
		r = worker_image(c->app->workers, fd, WORKER_PROFILE, &c->arena, image);
	return r < 0 ? r : add_sizes(c, image, m);
}

static void list_size(struct rpc_call *c, struct media_made *m, struct tl_obj *size)
{
	struct tl_vec *v = &m->photo->video_sizes;

	if (!v->n) {
		*v = tl_vec_new(&c->arena, 2); /* a video and what clients draw, at the most */
		v->n = 0;
	}
	v->v[v->n++] = size;
}

static int add_video(struct rpc_call *c, const struct worker_video *w, int mp4,
                     const struct media_profile *in, struct media_made *m)
{
	struct tl_videoSize *v = TL_NEW(&c->arena, videoSize);
	struct made_part *p = &m->parts[m->n_parts];
	int r;

	if (m->n_parts == MADE_PARTS_MAX)
		return -ERR_FULL;
	if ((r = media_copy_in(c, mp4, p)) < 0)
		return r;
	p->type = 'u';
	m->n_parts++;
	v->type = SLICE_LIT("u");
	v->w = w->w;
	v->h = w->h;
	v->size = (int32_t)p->size;
	v->has_video_start_ts = in->has_start;
	v->video_start_ts = in->start;
	list_size(c, m, &v->o);
	return 0;
}

static int from_video(struct rpc_call *c, const struct media_profile *in, struct media_made *m)
{
	struct worker_video *w = ARENA_NEW(&c->arena, struct worker_video);
	CLEANUP_FD int fd = -1;
	CLEANUP_FD int mp4 = -1;
	int r;

	if (in->has_start && !(isfinite(in->start) && in->start >= 0 && in->start < START_MAX))
		return rpc_fail(c, 400, "VIDEO_FILE_INVALID");
	if ((r = media_upload(c, in->video, LIMIT_PROFILE_VIDEO_BYTES, &m->unused[m->n_unused])) < 0)
		return r;
	if (!c->app->workers)
		return -ERR_UNSUPPORTED;
	if ((r = blob_fd(c->app->blobs, &m->unused[m->n_unused++].blob, &fd)) < 0)
		return r;
	r = worker_profile_video(c->app->workers, fd, (uint32_t)(in->start * 1000), &c->arena, w, &mp4);
	if (r < 0)
		return video_failed(c, r);
	if (!in->file && (r = sizes_of(c, w->thumb.jpeg, m)) < 0)
		return video_failed(c, r);
	return add_video(c, w, mp4, in, m);
}

/* Without a picture of its own (TDLib) the colours are one. */
static int from_markup(struct rpc_call *c, struct tl_obj *markup, struct media_made *m)
{
	const struct tl_vec_int *colours = media_markup_colours(markup);
	struct worker_image *image = ARENA_NEW(&c->arena, struct worker_image);
	int r = 0;

	if (!m->photo->sizes.n) {
		if (!c->app->workers)
			return -ERR_UNSUPPORTED;
		r = worker_colours(c->app->workers, colours->v, colours->n, &c->arena, image);
		if (r == 0)
			r = add_sizes(c, image, m);
	}
	if (r < 0)
		return media_worker_failed(c, r);
	list_size(c, m, markup);
	return 0;
}

int media_prepare_profile(struct rpc_call *c, const struct media_profile *in, struct media_made **ret)
{
	struct tl_obj *markup = NULL;
	struct media_made *m;
	int r;

	if (in->markup && (r = media_markup(c, in->markup, &markup)) < 0)
		return r;
	if (!in->file && !in->video && !markup)
		return rpc_fail(c, 400, "PHOTO_FILE_MISSING");
	if (in->file) {
		if ((r = media_build_photo(c, in->file, WORKER_PROFILE, &m)) < 0)
			return r;
	} else {
		m = ARENA_NEW(&c->arena, struct media_made);
		m->photo = TL_NEW(&c->arena, photo);
		m->photo->file_reference = SLICE_LIT("");
	}
	if (in->video && (r = from_video(c, in, m)) < 0)
		return r;
	if (markup && (r = from_markup(c, markup, m)) < 0)
		return r;
	*ret = m;
	return 0;
}

int media_commit_profile(struct rpc_call *c, struct media_made *made, struct tl_obj **ret_photo,
                         int64_t *ret_file)
{
	int r = media_insert(c, made, ret_file);

	*ret_photo = &made->photo->o;
	return r;
}

struct slice media_profile_thumb(const struct tl_obj *photo)
{
	const struct tl_photo *p = TL_AS(photo, photo);

	for (uint32_t i = 0; p && i < p->sizes.n; i++)
		if (TL_IS(photoStrippedSize, p->sizes.v[i]))
			return TL_AS(photoStrippedSize, p->sizes.v[i])->bytes;
	return (struct slice){0};
}

bool media_profile_moves(const struct tl_obj *photo)
{
	const struct tl_photo *p = TL_AS(photo, photo);

	for (uint32_t i = 0; p && i < p->video_sizes.n; i++)
		if (TL_IS(videoSize, p->video_sizes.v[i]))
			return true;
	return false;
}
