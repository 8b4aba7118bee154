/* picture.c - see picture.h. */
#include "worker/child/picture.h"

#include "base/err.h"
#include "worker/child/jpeg.h"
#include "worker/child/sniff.h"
#include "worker/protocol.h"

enum { Q_SMALL = 82, Q_LARGE = 86, Q_STRIPPED = 20, Q_WEBP = 80, LARGE_FROM = 800, STRIPPED_BOX = 40 };

int picture_facts(struct slice file, struct picture_facts *ret)
{
	const char *mime = sniff_image(file);
	VipsImage *im;
	int w, h;

	if (!mime)
		return -ERR_UNSUPPORTED;
	im = vips_image_new_from_buffer(file.p, file.n, "", "access", VIPS_ACCESS_SEQUENTIAL, NULL);
	if (!im)
		return -ERR_INVALID;
	w = vips_image_get_width(im);
	h = vips_image_get_height(im);
	if (w < 1 || h < 1)
		return -ERR_INVALID;
	if (w > WORKER_SIDE_MAX || h > WORKER_SIDE_MAX || (int64_t)w * h > WORKER_PIXELS_MAX)
		return -ERR_TOO_BIG;
	ret->mime = mime;
	ret->animated = vips_image_get_n_pages(im) > 1 && strcmp(mime, "image/heic") != 0;
	ret->alpha = vips_image_hasalpha(im);
	ret->w = vips_image_get_orientation_swap(im) ? h : w;
	ret->h = vips_image_get_orientation_swap(im) ? w : h;
	g_object_unref(im);
	return 0;
}

/* To three bands of 8 bits (four with alpha), in memory. Takes `in`. */
static int settle(VipsImage *in, bool alpha, VipsImage **ret)
{
	VipsArrayDouble *white;
	VipsImage *t;
	int bands;

	if (vips_colourspace(in, &t, VIPS_INTERPRETATION_sRGB, NULL))
		return -ERR_INVALID;
	in = t;
	if (vips_image_hasalpha(in) && !alpha) {
		white = vips_array_double_newv(1, 255.0);
		if (vips_flatten(in, &t, "background", white, NULL))
			return -ERR_INVALID;
		in = t;
	}
	if (vips_cast_uchar(in, &t, NULL))
		return -ERR_INVALID;
	in = t;
	bands = vips_image_hasalpha(in) ? 4 : 3;
	if (vips_image_get_bands(in) > bands) {
		if (vips_extract_band(in, &t, 0, "n", bands, NULL))
			return -ERR_INVALID;
		in = t;
	}
	*ret = vips_image_copy_memory(in);
	return *ret ? 0 : -ERR_INVALID;
}

/*
 * By how much a JPEG's decoder may shrink while it decodes: powers of two, and the last halving is left to the better filter.
 * Only JPEG: the others decode whole anyway.
 */
static int shrink_on_load(const struct picture_facts *f, int box, bool square)
{
	double by = (double)(square ? VIPS_MIN(f->w, f->h) : VIPS_MAX(f->w, f->h)) / box;

	return by >= 16 ? 8 : by >= 8 ? 4 : by >= 4 ? 2 : 1;
}

/* vips_thumbnail_buffer() would do, but forgets about fail_on (8.14). */
static VipsImage *open_file(struct slice file, const struct picture_facts *f, int box, bool square)
{
	if (strcmp(f->mime, "image/jpeg") != 0)
		return vips_image_new_from_buffer(file.p, file.n, "", "access", VIPS_ACCESS_SEQUENTIAL,
		                                  "fail_on", VIPS_FAIL_ON_TRUNCATED, NULL);
	return vips_image_new_from_buffer(file.p, file.n, "", "access", VIPS_ACCESS_SEQUENTIAL, "fail_on",
	                                  VIPS_FAIL_ON_TRUNCATED, "shrink", shrink_on_load(f, box, square),
	                                  NULL);
}

static int shrink(VipsImage *in, int box, bool square, const char *profile, VipsImage **ret)
{
	return vips_thumbnail_image(in, ret, box, "height", box, "size", VIPS_SIZE_DOWN, "crop",
	                            square ? VIPS_INTERESTING_CENTRE : VIPS_INTERESTING_NONE,
	                            profile ? "export-profile" : NULL, profile, NULL)
	               ? -ERR_INVALID
	               : 0;
}

int picture_load(struct slice file, const struct picture_facts *f, int box, bool square, bool alpha,
                 VipsImage **ret)
{
	VipsImage *im = open_file(file, f, box, square), *t;
	/* without a profile of its own it is sRGB, and is not sent through one */
	bool profile = im && vips_image_get_typeof(im, VIPS_META_ICC_NAME);

	if (profile && shrink(im, box, square, "srgb", &t) == 0 && settle(t, alpha, ret) == 0)
		return 0;
	if (profile) /* of another kind of image, or broken: then without it, as browsers do */
		im = open_file(file, f, box, square);
	if (!im || shrink(im, box, square, NULL, &t) < 0)
		return -ERR_INVALID;
	return settle(t, alpha, ret);
}

int picture_from_rows(const uint8_t *p, int w, int h, int bands, size_t stride, VipsImage **ret)
{
	size_t row = (size_t)w * (size_t)bands;
	uint8_t *all = g_malloc(row * (size_t)h);
	VipsImage *im;

	for (int y = 0; y < h; y++)
		memcpy(all + (size_t)y * row, p + (size_t)y * stride, row);
	im = vips_image_new_from_memory(all, row * (size_t)h, w, h, bands, VIPS_FORMAT_UCHAR);
	if (!im || vips_copy(im, ret, "interpretation", VIPS_INTERPRETATION_sRGB, NULL))
		return -ERR_INVALID;
	return 0;
}

int picture_fit(VipsImage *in, int box, VipsImage **ret)
{
	VipsImage *t;

	if (vips_image_get_width(in) <= box && vips_image_get_height(in) <= box) {
		*ret = in;
		return 0;
	}
	if (vips_thumbnail_image(in, &t, box, "height", box, "size", VIPS_SIZE_DOWN, NULL))
		return -ERR_INVALID;
	*ret = vips_image_copy_memory(t);
	return *ret ? 0 : -ERR_INVALID;
}

static int keep(VipsImage *in, char type, void *p, size_t n, struct arena *a, struct worker_size *ret)
{
	if (n > WORKER_SIZE_MAX)
		return -ERR_TOO_BIG;
	memset(ret, 0, sizeof(*ret));
	ret->type = type;
	ret->w = vips_image_get_width(in);
	ret->h = vips_image_get_height(in);
	ret->jpeg = arena_slice(a, slice_of(p, n));
	g_free(p);
	return 0;
}

int picture_jpeg(VipsImage *in, char type, bool progressive, struct arena *a, struct worker_size *ret)
{
	int longer = VIPS_MAX(vips_image_get_width(in), vips_image_get_height(in)), r;
	void *p;
	size_t n;

	if (vips_jpegsave_buffer(in, &p, &n, "Q", longer < LARGE_FROM ? Q_SMALL : Q_LARGE, "interlace",
	                         progressive, "optimize_coding", TRUE, "strip", TRUE, NULL))
		return -ERR_INVALID;
	r = keep(in, type, p, n, a, ret);
	if (r == 0 && progressive)
		r = jpeg_marks(ret->jpeg, ret->progressive);
	if (r < 0)
		return r;
	ret->n_progressive = r;
	return 0;
}

int picture_webp(VipsImage *in, char type, struct arena *a, struct worker_size *ret)
{
	void *p;
	size_t n;

	if (vips_webpsave_buffer(in, &p, &n, "Q", Q_WEBP, "strip", TRUE, NULL))
		return -ERR_INVALID;
	return keep(in, type, p, n, a, ret);
}

int picture_stripped(VipsImage *in, struct arena *a, struct slice *ret)
{
	struct slice data;
	VipsImage *small;
	uint8_t *out;
	void *p;
	size_t n;
	int r;

	if ((r = picture_fit(in, STRIPPED_BOX, &small)) < 0)
		return r;
	if (vips_jpegsave_buffer(small, &p, &n, "Q", Q_STRIPPED, "subsample_mode", VIPS_FOREIGN_SUBSAMPLE_ON,
	                         "strip", TRUE, NULL))
		return -ERR_INVALID;
	if ((r = jpeg_bare_scan(slice_of(p, n), &data)) < 0)
		return r;
	if (data.n > WORKER_STRIPPED_MAX - 3) {
		*ret = (struct slice){0};
		return 0;
	}
	out = arena_alloc(a, data.n + 3);
	out[0] = 1;
	out[1] = (uint8_t)vips_image_get_height(small);
	out[2] = (uint8_t)vips_image_get_width(small);
	memcpy(out + 3, data.p, data.n);
	*ret = slice_of(out, data.n + 3);
	g_free(p);
	return 0;
}
