/*
 * markup.c - photos of profiles that clients draw themselves: an emoji or a sticker on one to four colours. Clients that do not know it are
 * shown the colours.
 */
#include "base/err.h"
#include "domain/media/build.h"
#include "domain/stickers/sticker.h"

static bool are_colours(const struct tl_vec_int *v)
{
	for (uint32_t i = 0; i < v->n; i++)
		if (v->v[i] < 0 || v->v[i] > 0xffffff)
			return false;
	return v->n >= 1 && v->n <= WORKER_COLOURS_MAX;
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

const struct tl_vec_int *media_markup_colours(const struct tl_obj *markup)
{
	return TL_IS(videoSizeEmojiMarkup, markup)
	               ? &TL_AS(videoSizeEmojiMarkup, markup)->background_colors
	               : &TL_AS(videoSizeStickerMarkup, markup)->background_colors;
}
