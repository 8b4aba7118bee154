/* lists.c - single stickers of an account: recent, faved, and its GIFs. */
#include "base/err.h"
#include "domain/stickers/private.h"
#include "rpc_methods.h"
#include "store/sticker_own.h"

static const struct media_origin from_list = {.kind = MEDIA_FROM_LIST};

struct list {
	int64_t *files;
	struct slice *emoji;
	int32_t *dates;
	size_t n;
	uint64_t hash;
};

static int emoji_of(struct rpc_call *c, int64_t file, struct slice *ret)
{
	struct store_sticker item;
	int r = store_sticker_of_file(c->db, file, &c->arena, &item);

	*ret = r == 0 ? item.emoji : SLICE_LIT("");
	return r == -ERR_NOTFOUND ? 0 : r;
}

static int load(struct rpc_call *c, enum store_sticker_list which, struct list *ret)
{
	struct store_sticker_entry *v;
	struct list l = {0};
	int r = store_sticker_entry_list(c->db, c->user_id, which, &c->arena, &v, &l.n);

	l.files = ARENA_ARRAY(&c->arena, int64_t, l.n + 1);
	l.emoji = ARENA_ARRAY(&c->arena, struct slice, l.n + 1);
	l.dates = ARENA_ARRAY(&c->arena, int32_t, l.n + 1);
	for (size_t i = 0; r >= 0 && i < l.n; i++) {
		l.files[i] = v[i].file;
		l.dates[i] = (int32_t)v[i].date;
		l.hash = list_hash(l.hash, (uint64_t)v[i].file);
		if (which != STORE_LIST_GIFS)
			r = emoji_of(c, v[i].file, &l.emoji[i]);
	}
	*ret = l;
	return r < 0 ? r : 0;
}

/* An entry's file is there as long as the entry. */
static int documents(struct rpc_call *c, struct list *l, struct tl_vec *ret)
{
	size_t n = l->n;
	int r = documents_view(c, l->files, &n, &from_list, ret);

	return r < 0 ? r : n == l->n ? 0 : -ERR_CORRUPT;
}

int messages_getRecentStickers(struct rpc_call *c, const struct tl_messages_getRecentStickers *q)
{
	struct tl_messages_recentStickers *o = TL_NEW(&c->arena, messages_recentStickers);
	struct list l;
	int r = load(c, q->attached ? STORE_LIST_ATTACHED : STORE_LIST_RECENT, &l);

	if (r < 0 || (r = documents(c, &l, &o->stickers)) < 0)
		return r;
	if (q->hash && (uint64_t)q->hash == l.hash)
		return rpc_reply(c, &TL_NEW(&c->arena, messages_recentStickersNotModified)->o);
	o->hash = (int64_t)l.hash;
	o->packs = packs_view(&c->arena, l.files, l.emoji, l.n);
	o->dates = (struct tl_vec_int){l.dates, (uint32_t)l.n};
	return rpc_reply(c, &o->o);
}

int messages_getFavedStickers(struct rpc_call *c, const struct tl_messages_getFavedStickers *q)
{
	struct tl_messages_favedStickers *o = TL_NEW(&c->arena, messages_favedStickers);
	struct list l;
	int r = load(c, STORE_LIST_FAVED, &l);

	if (r < 0 || (r = documents(c, &l, &o->stickers)) < 0)
		return r;
	if (q->hash && (uint64_t)q->hash == l.hash)
		return rpc_reply(c, &TL_NEW(&c->arena, messages_favedStickersNotModified)->o);
	o->hash = (int64_t)l.hash;
	o->packs = packs_view(&c->arena, l.files, l.emoji, l.n);
	return rpc_reply(c, &o->o);
}

int messages_getSavedGifs(struct rpc_call *c, const struct tl_messages_getSavedGifs *q)
{
	struct tl_messages_savedGifs *o = TL_NEW(&c->arena, messages_savedGifs);
	struct list l;
	int r = load(c, STORE_LIST_GIFS, &l);

	if (r < 0 || (r = documents(c, &l, &o->gifs)) < 0)
		return r;
	if (q->hash && (uint64_t)q->hash == l.hash)
		return rpc_reply(c, &TL_NEW(&c->arena, messages_savedGifsNotModified)->o);
	o->hash = (int64_t)l.hash;
	return rpc_reply(c, &o->o);
}

/* InputDocument to the file of a sticker (or of an animation); `error` if it is something else. */
static int resolve(struct rpc_call *c, const struct tl_obj *input, bool gif, int64_t *ret_file)
{
	struct tl_document *d;
	int64_t file;
	int r;

	if ((r = media_resolve_document(c, input, -1, &file)) < 0 ||
	    (r = media_document_body(c, file, &d)) < 0)
		return r;
	for (uint32_t i = 0; i < d->attributes.n; i++)
		if (d->attributes.v[i]->name ==
		    (gif ? TL_documentAttributeAnimated : TL_documentAttributeSticker)) {
			*ret_file = file;
			return 0;
		}
	return gif ? rpc_fail(c, 400, "GIF_ID_INVALID") : rpc_fail(c, 400, "STICKER_ID_INVALID");
}

static int change(struct rpc_call *c, enum store_sticker_list list, int64_t file, bool away, uint32_t limit,
                  enum upd_kind kind)
{
	int r = away ? store_sticker_entry_delete(c->db, c->user_id, list, file, c->now)
	             : store_sticker_entry_put(c->db, c->user_id, list, file, limit, c->now);

	if (r < 0 || (r = rpc_log_own(c, kind, 0, (int32_t)list)) < 0)
		return r;
	return rpc_reply_bool(c, true);
}

int sticker_was_sent(struct rpc_call *c, int64_t file)
{
	int r = store_sticker_entry_put(c->db, c->user_id, STORE_LIST_RECENT, file, LIMIT_RECENT_STICKERS,
	                                c->now);

	return r < 0 ? r : rpc_log_own(c, UPD_RECENT_STICKERS, 0, STORE_LIST_RECENT);
}

int messages_saveRecentSticker(struct rpc_call *c, const struct tl_messages_saveRecentSticker *q)
{
	int64_t file;
	int r = resolve(c, q->id, false, &file);

	return r < 0 ? r
	             : change(c, q->attached ? STORE_LIST_ATTACHED : STORE_LIST_RECENT, file, q->unsave,
	                      LIMIT_RECENT_STICKERS, UPD_RECENT_STICKERS);
}

int messages_faveSticker(struct rpc_call *c, const struct tl_messages_faveSticker *q)
{
	int64_t file;
	int r = resolve(c, q->id, false, &file);

	return r < 0 ? r
	             : change(c, STORE_LIST_FAVED, file, q->unfave, LIMIT_FAVED_STICKERS, UPD_FAVED_STICKERS);
}

int messages_saveGif(struct rpc_call *c, const struct tl_messages_saveGif *q)
{
	int64_t file;
	int r = resolve(c, q->id, true, &file);

	return r < 0 ? r : change(c, STORE_LIST_GIFS, file, q->unsave, LIMIT_SAVED_GIFS, UPD_SAVED_GIFS);
}

int messages_clearRecentStickers(struct rpc_call *c, const struct tl_messages_clearRecentStickers *q)
{
	enum store_sticker_list which = q->attached ? STORE_LIST_ATTACHED : STORE_LIST_RECENT;
	struct store_sticker_entry *v;
	size_t n;
	int r = store_sticker_entry_list(c->db, c->user_id, which, &c->arena, &v, &n);

	for (size_t i = 0; r >= 0 && i < n; i++)
		r = store_sticker_entry_delete(c->db, c->user_id, which, v[i].file, c->now);
	if (r < 0 || (r = rpc_log_own(c, UPD_RECENT_STICKERS, 0, (int32_t)which)) < 0)
		return r;
	return rpc_reply_bool(c, true);
}
