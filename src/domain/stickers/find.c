/* find.c - one set, and stickers and sets by emoji and words. Sets are public: who knows a name may see what is in it. */
#include "base/err.h"
#include "base/utf8.h"
#include "domain/search/fold.h"
#include "domain/stickers/private.h"
#include "rpc_methods.h"

enum { LOOKED_AT = 2000, FOUND_MAX = 50, STICKERS_MAX = 100 };

int messages_getStickerSet(struct rpc_call *c, const struct tl_messages_getStickerSet *q)
{
	struct store_sticker_set s;
	struct tl_obj *o;
	int r = set_resolve(c, q->stickerset, &s);

	if (r < 0)
		return r;
	if (q->hash && q->hash == set_hash(&s))
		return rpc_reply(c, &TL_NEW(&c->arena, messages_stickerSetNotModified)->o);
	return (r = set_view_full(c, &s, &o)) < 0 ? r : rpc_reply(c, o);
}

static uint64_t hash_of(const int64_t *files, size_t n)
{
	uint64_t h = 0;

	for (size_t i = 0; i < n; i++)
		h = list_hash(h, (uint64_t)files[i]);
	return h;
}

static int by_emoji(struct rpc_call *c, struct slice emoticon, enum store_sticker_kind kind, int64_t **ret,
                    size_t *ret_n)
{
	struct slice one;
	uint32_t at = 0;

	if (!utf8_valid(emoticon) || !emoji_next(emoticon, &at, &one))
		return rpc_fail(c, 400, "EMOTICON_EMPTY");
	return store_sticker_emoji_find(c->db, emoji_key(&c->arena, one), kind, STICKERS_MAX, &c->arena, ret,
	                                ret_n);
}

int messages_getStickers(struct rpc_call *c, const struct tl_messages_getStickers *q)
{
	const struct media_origin from = {.kind = MEDIA_FROM_LIST};
	struct tl_messages_stickers *o = TL_NEW(&c->arena, messages_stickers);
	int64_t *files;
	size_t n;
	int r;

	if ((r = by_emoji(c, q->emoticon, STORE_STICKERS, &files, &n)) < 0 ||
	    (r = documents_view(c, files, &n, &from, &o->stickers)) < 0)
		return r;
	o->hash = (int64_t)hash_of(files, n);
	if (q->hash && q->hash == o->hash)
		return rpc_reply(c, &TL_NEW(&c->arena, messages_stickersNotModified)->o);
	return rpc_reply(c, &o->o);
}

int messages_searchCustomEmoji(struct rpc_call *c, const struct tl_messages_searchCustomEmoji *q)
{
	struct tl_emojiList *o = TL_NEW(&c->arena, emojiList);
	int64_t *files;
	size_t n;
	int r = by_emoji(c, q->emoticon, STORE_EMOJI, &files, &n);

	if (r < 0)
		return r;
	o->hash = (int64_t)hash_of(files, n);
	if (q->hash && q->hash == o->hash)
		return rpc_reply(c, &TL_NEW(&c->arena, emojiListNotModified)->o);
	o->document_id = (struct tl_vec_long){files ? files : ARENA_NEW(&c->arena, int64_t), (uint32_t)n};
	return rpc_reply(c, &o->o);
}

/* Only emoji of sets: any other document is for whom it was sent to. */
int messages_getCustomEmojiDocuments(struct rpc_call *c, const struct tl_messages_getCustomEmojiDocuments *q)
{
	struct tl_vector *v = TL_NEW(&c->arena, vector);
	struct store_sticker item;
	struct store_sticker_set set;
	int r;

	if (q->document_id.n > LIMIT_EMOJI_PER_CALL)
		return rpc_fail(c, 400, "LIMIT_INVALID");
	v->objs = tl_vec_new(&c->arena, q->document_id.n);
	v->objs.n = 0;
	for (uint32_t i = 0; i < q->document_id.n; i++) {
		struct media_origin from = {.kind = MEDIA_FROM_STICKERS};

		r = store_sticker_of_file(c->db, q->document_id.v[i], &c->arena, &item);
		if (r >= 0)
			r = store_sticker_set_get(c->db, item.set, &c->arena, &set);
		if (r == -ERR_NOTFOUND || (r >= 0 && set.kind != STORE_EMOJI))
			continue;
		from.peer = item.set;
		if (r < 0 || (r = media_file_view(c, item.file, &from, &v->objs.v[v->objs.n])) < 0)
			return r;
		v->objs.n++;
	}
	return rpc_reply(c, &v->o);
}

static int search(struct rpc_call *c, struct slice words, enum store_sticker_kind kind, int64_t hash)
{
	struct tl_messages_foundStickerSets *o = TL_NEW(&c->arena, messages_foundStickerSets);
	struct slice query, text;
	struct store_sticker_set *sets;
	size_t n;
	int r;

	if (!utf8_valid(words) || !(query = search_fold(&c->arena, words)).n)
		return rpc_fail(c, 400, "SEARCH_QUERY_EMPTY");
	if ((r = store_sticker_set_newest(c->db, kind, LOOKED_AT, &c->arena, &sets, &n)) < 0)
		return r;
	o->sets = tl_vec_new(&c->arena, FOUND_MAX);
	o->sets.n = 0;
	for (size_t i = 0; i < n && o->sets.n < FOUND_MAX; i++) {
		text = arena_printf(&c->arena, "%.*s %.*s", (int)sets[i].title.n, sets[i].title.p,
		                    (int)sets[i].name.n, sets[i].name.p);
		if (!search_matches_prefixes(search_fold(&c->arena, text), query))
			continue;
		if ((r = set_view_covered(c, &sets[i], &o->sets.v[o->sets.n])) < 0)
			return r;
		o->sets.n++;
		o->hash = (int64_t)list_hash((uint64_t)o->hash, (uint64_t)sets[i].id);
	}
	if (hash && hash == o->hash)
		return rpc_reply(c, &TL_NEW(&c->arena, messages_foundStickerSetsNotModified)->o);
	return rpc_reply(c, &o->o);
}

int messages_searchStickerSets(struct rpc_call *c, const struct tl_messages_searchStickerSets *q)
{
	return search(c, q->q, STORE_STICKERS, q->hash);
}

int messages_searchEmojiStickerSets(struct rpc_call *c, const struct tl_messages_searchEmojiStickerSets *q)
{
	return search(c, q->q, STORE_EMOJI, q->hash);
}

/* Which stickers were put on a picture its sender's client alone knows: nothing of it is kept. */
int messages_getAttachedStickers(struct rpc_call *c, const struct tl_messages_getAttachedStickers *q)
{
	struct tl_vector *none = TL_NEW(&c->arena, vector);

	none->objs = tl_vec_new(&c->arena, 0);
	return rpc_reply(c, &none->o);
}
