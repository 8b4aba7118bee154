/* av_thumb.c - a decoded frame as a small picture: colours, pixels that are not square, the camera's turn. */
#include <libavutil/imgutils.h>
#include <libavutil/pixdesc.h>
#include <libswscale/swscale.h>

#include "base/err.h"
#include "worker/child/av.h"
#include "worker/child/picture.h"

/* Sides of the frame before it is turned, in a box, never larger. */
static void fit(int w, int h, int box, int *ret_w, int *ret_h)
{
	double by = (double)VIPS_MAX(w, h) / box;

	by = by < 1 ? 1 : by;
	*ret_w = VIPS_MAX(1, (int)(w / by + 0.5));
	*ret_h = VIPS_MAX(1, (int)(h / by + 0.5));
}

bool av_is_full_range(const AVFrame *f)
{
	return f->color_range == AVCOL_RANGE_JPEG || f->format == AV_PIX_FMT_YUVJ420P ||
	       f->format == AV_PIX_FMT_YUVJ422P || f->format == AV_PIX_FMT_YUVJ444P;
}

static int to_rgb(const AVFrame *f, int w, int h, bool alpha, VipsImage **ret)
{
	int bands = alpha ? 4 : 3, stride[4] = {0};
	struct SwsContext *s = sws_getContext(f->width, f->height, f->format, w, h,
	                                      alpha ? AV_PIX_FMT_RGBA : AV_PIX_FMT_RGB24,
	                                      SWS_AREA | SWS_ACCURATE_RND, NULL, NULL, NULL);
	const int *matrix = sws_getCoefficients(f->colorspace == AVCOL_SPC_UNSPECIFIED ? SWS_CS_DEFAULT
	                                                                               : (int)f->colorspace);
	uint8_t *out[4] = {NULL};

	/* a margin, for rows that are written in whole vectors */
	if (!s || av_image_alloc(out, stride, w + 32, h, alpha ? AV_PIX_FMT_RGBA : AV_PIX_FMT_RGB24, 64) < 0)
		return -ERR_INVALID;
	sws_setColorspaceDetails(s, matrix, av_is_full_range(f), matrix, 1, 0, 1 << 16, 1 << 16);
	if (sws_scale(s, (const uint8_t *const *)f->data, f->linesize, 0, f->height, out, stride) != h)
		return -ERR_INVALID;
	return picture_from_rows(out[0], w, h, bands, (size_t)stride[0], ret);
}

int av_thumb(const struct av_in *in, const AVFrame *f, int box, bool webp, struct arena *a,
             struct worker_size *ret, struct slice *ret_stripped)
{
	static const VipsAngle angles[] = {VIPS_ANGLE_D0, VIPS_ANGLE_D90, VIPS_ANGLE_D180, VIPS_ANGLE_D270};
	const AVPixFmtDescriptor *d = av_pix_fmt_desc_get(f->format);
	VipsImage *im, *upright;
	int w, h, r;

	if (!d || f->width < 1 || f->height < 1 || d->flags & AV_PIX_FMT_FLAG_HWACCEL)
		return -ERR_INVALID;
	fit(in->turn % 180 ? in->h : in->w, in->turn % 180 ? in->w : in->h, box, &w, &h);
	if ((r = to_rgb(f, w, h, webp && d->flags & AV_PIX_FMT_FLAG_ALPHA, &im)) < 0)
		return r;
	if (vips_rot(im, &upright, angles[in->turn / 90], NULL))
		return -ERR_INVALID;
	r = webp ? picture_webp(upright, 'm', a, ret) : picture_jpeg(upright, 'm', false, a, ret);
	if (r == 0 && ret_stripped)
		r = picture_stripped(upright, a, ret_stripped);
	return r;
}
