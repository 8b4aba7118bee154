/* image.c - the task of images: which sizes Telegram's clients ask for. */
#include <errno.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "base/err.h"
#include "worker/child/picture.h"
#include "worker/child/task.h"

struct box {
	char type;
	int side;
};

static const struct box photo[] = {{'s', 100}, {'m', 320}, {'x', 800}, {'y', 1280}, {'w', 2560}};
static const struct box profile[] = {{'a', 160}, {'b', 320}, {'c', PROFILE_SIDE}};
enum { PROGRESSIVE_FROM = 320 };

int task_map(int fd, struct slice *ret)
{
	struct stat st;
	void *p;

	if (fstat(fd, &st) < 0)
		return err_from_errno(errno);
	if (st.st_size <= 0)
		return -ERR_UNSUPPORTED;
	if (st.st_size > TASK_MAP_MAX)
		return -ERR_TOO_BIG;
	p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (p == MAP_FAILED)
		return err_from_errno(errno);
	*ret = slice_of(p, (size_t)st.st_size);
	return 0;
}

/* Each from the next larger one, so the file is decoded once. A picture below a box closes the list with its own size. */
static int photo_sizes(struct slice file, const struct picture_facts *f, struct arena *a,
                       struct worker_image *ret)
{
	int longer = VIPS_MAX(f->w, f->h), n = 0, r;
	VipsImage *im;

	while (n < (int)(sizeof(photo) / sizeof(photo[0])) && (n == 0 || photo[n - 1].side < longer))
		n++;
	if ((r = picture_load(file, f, photo[n - 1].side, false, false, &im)) < 0)
		return r;
	for (int i = n - 1; i >= 0; i--)
		if ((r = picture_fit(im, photo[i].side, &im)) < 0 ||
		    (r = picture_jpeg(im, photo[i].type, i == n - 1 && photo[i].side > PROGRESSIVE_FROM, a,
		                      &ret->size[i])) < 0)
			return r;
	ret->n_sizes = n;
	return picture_stripped(im, a, &ret->stripped);
}

int picture_squares(VipsImage *im, struct arena *a, struct worker_image *ret)
{
	int n = sizeof(profile) / sizeof(profile[0]), r;

	for (int i = n - 1; i >= 0; i--)
		if ((r = picture_fit(im, profile[i].side, &im)) < 0 ||
		    (r = picture_jpeg(im, profile[i].type, false, a, &ret->size[i])) < 0)
			return r;
	ret->n_sizes = n;
	return picture_stripped(im, a, &ret->stripped);
}

/* Clients ask for the small and the big one, however small the picture is. */
static int profile_sizes(struct slice file, const struct picture_facts *f, struct arena *a,
                         struct worker_image *ret)
{
	int shorter = VIPS_MIN(f->w, f->h);
	VipsImage *im;
	int r = picture_load(file, f, VIPS_MIN(shorter, PROFILE_SIDE), true, false, &im);

	return r < 0 ? r : picture_squares(im, a, ret);
}

static int thumb(struct slice file, const struct picture_facts *f, struct arena *a, struct worker_image *ret)
{
	VipsImage *im;
	int r;

	if ((r = picture_load(file, f, 320, false, false, &im)) < 0 ||
	    (r = picture_jpeg(im, 'm', false, a, &ret->size[0])) < 0)
		return r;
	ret->n_sizes = 1;
	return picture_stripped(im, a, &ret->stripped);
}

static int sticker_thumb(struct slice file, const struct picture_facts *f, struct arena *a,
                         struct worker_image *ret)
{
	VipsImage *im;
	int r;

	if ((r = picture_load(file, f, 128, false, true, &im)) < 0)
		return r;
	ret->n_sizes = 1;
	return picture_webp(im, 'm', a, &ret->size[0]);
}

int task_image(int fd, enum worker_image_for what, struct arena *a, struct worker_image *ret)
{
	struct picture_facts f;
	struct slice file;
	int r;

	if ((r = task_map(fd, &file)) < 0 || (r = picture_facts(file, &f)) < 0)
		return r;
	ret->w = f.w;
	ret->h = f.h;
	ret->animated = f.animated;
	ret->alpha = f.alpha;
	strncpy(ret->mime, f.mime, sizeof(ret->mime) - 1);
	switch (what) {
	case WORKER_PHOTO:
		return photo_sizes(file, &f, a, ret);
	case WORKER_PROFILE:
		return profile_sizes(file, &f, a, ret);
	case WORKER_THUMB:
		return thumb(file, &f, a, ret);
	case WORKER_STICKER_THUMB:
		return sticker_thumb(file, &f, a, ret);
	}
	return -ERR_INVALID;
}
