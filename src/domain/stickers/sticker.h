/*
 * sticker.h - the door of the area: sets of stickers, masks and custom emoji, as other areas need them. c->user_id is the
 * viewer. Any lane with c->db.
 */
#ifndef DOMAIN_STICKERS_STICKER_H
#define DOMAIN_STICKERS_STICKER_H

#include "rpc/call.h"
#include "store/sticker_set.h"

/* InputStickerSet to the file of its picture; 0: it has none. 400 STICKERSET_INVALID. */
int sticker_set_thumb(struct rpc_call *c, const struct tl_obj *input_set, int64_t *ret_file);
/* messages.StickerSet of a set that is installed; NULL: it is not any more. */
int sticker_set_installed(struct rpc_call *c, int64_t set, struct tl_obj **ret);
/* Installed sets of a kind, the first first. */
int sticker_set_order(struct rpc_call *c, enum store_sticker_kind kind, struct tl_vec_long *ret);

/* InputStickerSet to its id. 400 STICKERSET_INVALID. */
int sticker_set_named(struct rpc_call *c, const struct tl_obj *input_set, int64_t *ret_id);
/* Does the file stand in this set; 0: in one of custom emoji? 1, 0 or negative. */
int sticker_stands_in(struct rpc_call *c, int64_t file, int64_t set);
/* StickerSet of an id; NULL: there is none. */
int sticker_set_object(struct rpc_call *c, int64_t set, struct tl_obj **ret);

/* Write lane: the caller has sent this sticker, so it is the first of its recent ones. */
int sticker_was_sent(struct rpc_call *c, int64_t file);
/* An emoji as it is looked up: without variation selectors. */
struct slice emoji_key(struct arena *a, struct slice emoji);

#endif
