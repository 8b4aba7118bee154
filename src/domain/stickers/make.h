/* make.h - what the files that make and change sets share. Inside stickers/; c->user_id is who does it. */
#ifndef DOMAIN_STICKERS_MAKE_H
#define DOMAIN_STICKERS_MAKE_H

#include "domain/stickers/private.h"

/* What the phase without a transaction made of a document. */
struct set_item {
	struct media_made *made;
	enum worker_sticker_kind kind;
};

/* names.c. As Telegram has them: letters, digits, single '_', a letter first. */
bool set_name_valid(struct slice name);
/* 1: free, 0: taken. */
int set_name_free(struct rpc_call *c, struct slice name);
/* Without blanks around it. 400 PACK_TITLE_INVALID. */
int set_title(struct rpc_call *c, struct slice title, struct slice *ret);

/* item.c. 400 STICKER_EMOJI_INVALID, STICKER_KEYWORDS_INVALID, MASK_COORDS_INVALID. */
int item_check(struct rpc_call *c, const struct tl_inputStickerSetItem *i);
/* The two phases of an InputStickerSetItem; errors of the check and of media_prepare_sticker. */
int item_prepare(struct rpc_call *c, const struct tl_obj *item, enum store_sticker_kind kind,
                 struct set_item *ret);
int item_commit(struct rpc_call *c, const struct store_sticker_set *s, const struct tl_obj *item,
                const struct set_item *made, struct store_sticker *ret);
/* What a sticker of the set says of itself. */
struct media_sticker item_says(const struct store_sticker_set *s, struct slice emoji, struct tl_obj *coords);
/* By which emoji it is found. */
int item_index(struct rpc_call *c, const struct store_sticker_set *s, const struct store_sticker *x);
/* A sticker that is in no set any more says so; messages that carry it stay. */
int item_let_go(struct rpc_call *c, const struct store_sticker_set *s, const struct store_sticker *x);

/* whole.c. How many a set may have. */
size_t set_most(enum store_sticker_kind kind);
/* Number and formats, into the row. */
void set_count(struct store_sticker_set *s, const struct store_sticker *v, size_t n);
/* The caller's own set, or 400 STICKERSET_INVALID; set_own_all: and what is in it. */
bool set_may_change(const struct rpc_call *c, const struct store_sticker_set *s);
int set_own(struct rpc_call *c, const struct tl_obj *input, struct store_sticker_set *ret);
int set_own_all(struct rpc_call *c, const struct tl_obj *input, struct store_sticker_set *ret,
                struct store_sticker **ret_v, size_t *ret_n);
/* The picture of a set, in the place of the one that it had. */
int set_put_thumb(struct rpc_call *c, struct store_sticker_set *s, const struct tl_obj *document,
                  struct media_made *made);
/* The answer: the set as it is now. */
int set_reply_after(struct rpc_call *c, int64_t set);
/* The row is written, who has the set learns that it is another one, and the answer is it. */
int set_changed(struct rpc_call *c, struct store_sticker_set *s);

#endif
