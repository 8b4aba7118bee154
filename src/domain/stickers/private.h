/* private.h - what the files of stickers/ share. c->user_id is the viewer. */
#ifndef DOMAIN_STICKERS_PRIVATE_H
#define DOMAIN_STICKERS_PRIVATE_H

#include "domain/media/media.h"
#include "domain/stickers/sticker.h"
#include "rpc/list_hash.h"
#include "updates/event.h"

/* set.c: InputStickerSet to its row; 400 STICKERSET_INVALID: there is none, or the access hash is not the caller's. */
int set_resolve(struct rpc_call *c, const struct tl_obj *input_set, struct store_sticker_set *ret);
/* Short names as the directory has them. */
struct slice set_fold(struct arena *a, struct slice name);
/* A number that another version of the set does not have; positive. */
int32_t set_hash(const struct store_sticker_set *s);

/* view.c: StickerSet; messages.StickerSet; StickerSetCovered. */
int set_view(struct rpc_call *c, const struct store_sticker_set *s, struct tl_obj **ret);
int set_view_full(struct rpc_call *c, const struct store_sticker_set *s, struct tl_obj **ret);
int set_view_covered(struct rpc_call *c, const struct store_sticker_set *s, struct tl_obj **ret);
/* For rpc_reply_after: messages.StickerSet of *(int64_t *)id. */
int set_reply(struct rpc_call *c, void *id);
/* Documents of files, without such as are gone; files[] is shortened to those that are there. */
int documents_view(struct rpc_call *c, int64_t *files, size_t *n, const struct media_origin *from,
                   struct tl_vec *ret);
/* Vector<StickerPack>: which of these documents stand for which emoji. emoji[i] is that of files[i]. */
struct tl_vec packs_view(struct arena *a, const int64_t *files, const struct slice *emoji, size_t n);

/* The next emoji of a text that has only such, with what belongs to it, from *at on; false: the end, or no emoji. */
bool emoji_next(struct slice s, uint32_t *at, struct slice *ret);
/* One emoji at least, and nothing else. */
bool emoji_valid(struct slice s);

#endif
