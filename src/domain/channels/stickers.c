/* stickers.c - channels.setStickers: the set of stickers that a supergroup offers to who writes there. */
#include "base/err.h"
#include "domain/channels/private.h"
#include "domain/stickers/sticker.h"
#include "rpc_methods.h"

int64_t channel_stickers(const struct store_channel *row)
{
	int64_t id = 0;

	if (row->extra.n == sizeof(id))
		memcpy(&id, row->extra.p, sizeof(id));
	return id;
}

static struct tl_obj *input_of(struct arena *a, int64_t id)
{
	struct tl_inputStickerSetID *o = TL_NEW(a, inputStickerSetID);

	if (!id)
		return &TL_NEW(a, inputStickerSetEmpty)->o;
	o->id = id;
	return &o->o;
}

int channels_setStickers(struct rpc_call *c, const struct tl_channels_setStickers *q)
{
	struct tl_channelAdminLogEventActionChangeStickerSet *a = TL_NEW(
		&c->arena, channelAdminLogEventActionChangeStickerSet);
	int64_t *id = ARENA_NEW(&c->arena, int64_t), before;
	struct channel ch;
	int r;

	*id = 0;
	if ((r = channel_resolve(c, q->channel, &ch)) < 0)
		return r;
	if (!(ch.row.flags & STORE_CHANNEL_MEGAGROUP))
		return rpc_fail(c, 400, "CHANNEL_INVALID");
	if ((r = channel_may(c, &ch, CHANNEL_SETTINGS)) < 0)
		return r;
	if (!TL_IS(inputStickerSetEmpty, q->stickerset) && (r = sticker_set_named(c, q->stickerset, id)) < 0)
		return r;
	before = channel_stickers(&ch.row);
	if (*id == before)
		return rpc_fail(c, 400, "CHAT_NOT_MODIFIED");
	ch.row.extra = *id ? slice_of(id, sizeof(*id)) : (struct slice){0};
	a->prev_stickerset = input_of(&c->arena, before);
	a->new_stickerset = input_of(&c->arena, *id);
	if ((r = store_channel_put(c->db, &ch.row)) < 0 ||
	    (r = channel_log(c, ch.row.id, CHANNEL_LOG_SETTINGS, &a->o)) < 0 ||
	    (r = channel_changed(c, ch.row.id)) < 0)
		return r;
	return rpc_reply_bool(c, true);
}
