/*
 * markup.c - photos of profiles that clients draw themselves: an emoji or a sticker on one to four colours. Clients that do not know it are
 * shown the colours.
 */
#include <assert.h>
#include <stdlib.h>

#include <zlib.h>

#include "base/err.h"
#include "base/mem.h"
#include "domain/media/build.h"
#include "domain/stickers/sticker.h"

enum { COLOURS_MAX = 4, SIDE = 640, ROW = 1 + 3 * SIDE };

static bool are_colours(const struct tl_vec_int *v)
{
	for (uint32_t i = 0; i < v->n; i++)
		if (v->v[i] < 0 || v->v[i] > 0xffffff)
			return false;
	return v->n >= 1 && v->n <= COLOURS_MAX;
}

static int emoji(struct rpc_call *c, const struct tl_videoSizeEmojiMarkup *in, struct tl_obj **ret)
{
	struct tl_videoSizeEmojiMarkup *m = TL_NEW(&c->arena, videoSizeEmojiMarkup);
	int r = are_colours(&in->background_colors) ? sticker_stands_in(c, in->emoji_id, 0) : 0;

	m->emoji_id = in->emoji_id;
	m->background_colors = in->background_colors;
	*ret = &m->o;
	return r;
}

static int sticker(struct rpc_call *c, const struct tl_videoSizeStickerMarkup *in, struct tl_obj **ret)
{
	struct tl_videoSizeStickerMarkup *m = TL_NEW(&c->arena, videoSizeStickerMarkup);
	struct tl_inputStickerSetID *set = TL_NEW(&c->arena, inputStickerSetID);
	int r = are_colours(&in->background_colors) ? sticker_set_named(c, in->stickerset, &set->id)
	                                            : -ERR_RPC;

	if (r == -ERR_RPC)
		return 0;
	m->stickerset = &set->o; /* its access hash is the viewer's: view.c */
	m->sticker_id = in->sticker_id;
	m->background_colors = in->background_colors;
	*ret = &m->o;
	return r < 0 ? r : sticker_stands_in(c, in->sticker_id, set->id);
}

int media_markup(struct rpc_call *c, const struct tl_obj *in, struct tl_obj **ret)
{
	int r = 0;

	if (TL_IS(videoSizeEmojiMarkup, in))
		r = emoji(c, TL_AS(videoSizeEmojiMarkup, in), ret);
	else if (TL_IS(videoSizeStickerMarkup, in))
		r = sticker(c, TL_AS(videoSizeStickerMarkup, in), ret);
	return r == 0 ? rpc_fail(c, 400, "EMOJI_MARKUP_INVALID") : r;
}

/* --- the colours as a PNG (ISO/IEC 15948): the only picture that is made here, of numbers alone */

/* One channel at a place: the colours stand in the corners, in the order of reading; the last one fills what is left. */
static uint8_t mix(const struct tl_vec_int *v, int shift, int x, int y)
{
	int corner[COLOURS_MAX];

	for (uint32_t i = 0; i < COLOURS_MAX; i++)
		corner[i] = v->v[v->n == 2 ? i / 2 : i < v->n ? i : v->n - 1] >> shift & 255;
	return (uint8_t)(((corner[0] * (SIDE - 1 - x) + corner[1] * x) * (SIDE - 1 - y) +
	                  (corner[2] * (SIDE - 1 - x) + corner[3] * x) * y) /
	                 ((SIDE - 1) * (SIDE - 1)));
}

static void put_be32(struct buf *b, uint32_t v)
{
	for (int shift = 24; shift >= 0; shift -= 8)
		buf_u8(b, (uint8_t)(v >> shift));
}

static void chunk(struct buf *b, const char *name, const void *p, size_t n)
{
	size_t from;

	put_be32(b, (uint32_t)n);
	from = b->n;
	buf_put(b, name, 4);
	buf_put(b, p, n);
	put_be32(b, (uint32_t)crc32(0, b->p + from, (uInt)(b->n - from)));
}

void media_markup_picture(const struct tl_obj *markup, struct buf *png)
{
	static const uint8_t head[13] = {0, 0, SIDE >> 8, SIDE & 255, 0, 0, SIDE >> 8, SIDE & 255, 8, 2};
	const struct tl_vec_int *colours =
		TL_IS(videoSizeEmojiMarkup, markup)
			? &TL_AS(videoSizeEmojiMarkup, markup)->background_colors
			: &TL_AS(videoSizeStickerMarkup, markup)->background_colors;
	uint8_t *raw = xcalloc(SIDE, ROW), *packed; /* each row begins with 0: as it is */
	uLongf n = compressBound(SIDE * ROW);
	int ok;

	for (int y = 0; y < SIDE; y++)
		for (int x = 0; x < SIDE; x++)
			for (int k = 0; k < 3; k++)
				raw[y * ROW + 1 + 3 * x + k] = mix(colours, 16 - 8 * k, x, y);
	packed = xmalloc(n);
	ok = compress2(packed, &n, raw, SIDE * ROW, 1);
	assert(ok == Z_OK);
	buf_put(png, "\x89PNG\r\n\x1a\n", 8);
	chunk(png, "IHDR", head, sizeof(head));
	chunk(png, "IDAT", packed, n);
	chunk(png, "IEND", "", 0);
	free(packed);
	free(raw);
}
