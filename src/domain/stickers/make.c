/*
 * make.c - sets are made and changed by their owner, or by the bot that made them for him. A document becomes a sticker by being
 * put into a set: the set has one of its own with the same content, so nobody's upload changes.
 */
#include <math.h>

#include "base/err.h"
#include "base/utf8.h"
#include "crypto/rng.h"
#include "domain/stickers/private.h"
#include "domain/users/peer.h"
#include "rpc_methods.h"
#include "store/file.h"
#include "store/sticker_own.h"

enum {
	NAME_MAX_BYTES = 64,
	TITLE_MAX = 64,
	EMOJI_MAX_BYTES = 256,
	KEYWORDS_MAX_BYTES = 256,
	TOLD_MAX = 1000
};

/* --- names */

static bool is_letter(uint8_t ch)
{
	return (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z');
}

static bool name_is_valid(struct slice s)
{
	if (!s.n || s.n > NAME_MAX_BYTES || !is_letter(s.p[0]) || s.p[s.n - 1] == '_')
		return false;
	for (uint32_t i = 0; i < s.n; i++)
		if (!is_letter(s.p[i]) && !(s.p[i] >= '0' && s.p[i] <= '9') &&
		    (s.p[i] != '_' || s.p[i + 1] == '_'))
			return false;
	return true;
}

/* 1: free, 0: taken. */
static int name_is_free(struct rpc_call *c, struct slice name)
{
	int64_t id;
	int r = store_sticker_set_find(c->db, set_fold(&c->arena, name), &id);

	return r == -ERR_NOTFOUND ? 1 : r < 0 ? r : 0;
}

int stickers_checkShortName(struct rpc_call *c, const struct tl_stickers_checkShortName *q)
{
	int r;

	if (!name_is_valid(q->short_name))
		return rpc_fail(c, 400, "SHORT_NAME_INVALID");
	if ((r = name_is_free(c, q->short_name)) <= 0)
		return r < 0 ? r : rpc_fail(c, 400, "SHORT_NAME_OCCUPIED");
	return rpc_reply_bool(c, true);
}

static int title_of(struct rpc_call *c, struct slice title, struct slice *ret)
{
	if (!utf8_valid(title) || !(*ret = utf8_trim(title)).n || utf8_len(*ret) > TITLE_MAX)
		return rpc_fail(c, 400, "PACK_TITLE_INVALID");
	return 0;
}

/* Letters and digits of the title, words by '_'; a number behind it if that is taken. */
int stickers_suggestShortName(struct rpc_call *c, const struct tl_stickers_suggestShortName *q)
{
	struct tl_stickers_suggestedShortName *o = TL_NEW(&c->arena, stickers_suggestedShortName);
	struct slice title, name;
	char base[40];
	size_t n = 0;
	int r;

	if (!utf8_valid(q->title) || !(title = utf8_trim(q->title)).n)
		return rpc_fail(c, 400, "TITLE_INVALID");
	for (uint32_t i = 0; i < title.n && n < sizeof(base) - 1; i++) {
		uint8_t ch = title.p[i];

		if (is_letter(ch) || (n && ch >= '0' && ch <= '9'))
			base[n++] = (char)ch;
		else if (n && base[n - 1] != '_')
			base[n++] = '_';
	}
	while (n && base[n - 1] == '_')
		n--;
	name = n ? slice_of(base, n) : SLICE_LIT("Set");
	for (int tries = 0; (r = name_is_free(c, name)) == 0 && tries < 20; tries++)
		name = arena_printf(&c->arena, "%.*s_%u", n ? (int)n : 3, n ? base : "Set",
		                    (unsigned)(rng_u64() % 100000));
	if (r <= 0)
		return r < 0 ? r : rpc_fail(c, 400, "TITLE_INVALID");
	o->short_name = arena_slice(&c->arena, name);
	return rpc_reply(c, &o->o);
}

/* --- what is put in */

struct made {
	struct media_made *made;
	enum worker_sticker_kind kind;
};

static int check_item(struct rpc_call *c, const struct tl_inputStickerSetItem *i)
{
	const struct tl_maskCoords *m = TL_AS(maskCoords, i->mask_coords);

	if (i->emoji.n > EMOJI_MAX_BYTES || !emoji_valid(i->emoji))
		return rpc_fail(c, 400, "STICKER_EMOJI_INVALID");
	if (i->keywords.n > KEYWORDS_MAX_BYTES || !utf8_valid(i->keywords))
		return rpc_fail(c, 400, "STICKER_KEYWORDS_INVALID");
	if (m && (m->n < 0 || m->n > 3 || !isfinite(m->x) || !isfinite(m->y) || !isfinite(m->zoom)))
		return rpc_fail(c, 400, "MASK_COORDS_INVALID");
	return 0;
}

static int prepare_item(struct rpc_call *c, const struct tl_obj *item, enum store_sticker_kind kind,
                        struct made *ret)
{
	const struct tl_inputStickerSetItem *i = TL_AS(inputStickerSetItem, item);
	int r = check_item(c, i);

	return r < 0 ? r : media_prepare_sticker(c, i->document, kind == STORE_EMOJI, &ret->made, &ret->kind);
}

static struct media_sticker said(const struct store_sticker_set *s, struct slice emoji, struct tl_obj *coords)
{
	struct media_sticker m = {.set = s->id,
	                          .emoji = s->kind == STORE_EMOJI,
	                          .text_color = (s->flags & STORE_SET_TEXT_COLOR) != 0,
	                          .mask = s->kind == STORE_MASKS,
	                          .coords = coords};
	uint32_t at = 0;

	emoji_next(emoji, &at, &m.alt);
	return m;
}

static int index_emoji(struct rpc_call *c, const struct store_sticker_set *s, const struct store_sticker *x)
{
	struct slice one;
	uint32_t at = 0;
	int r = store_sticker_emoji_clear(c->db, x->file);

	while (r >= 0 && emoji_next(x->emoji, &at, &one))
		r = store_sticker_emoji_put(c->db, emoji_key(&c->arena, one), s->kind, x->file);
	return r;
}

static int commit_item(struct rpc_call *c, const struct store_sticker_set *s, const struct tl_obj *item,
                       const struct made *made, struct store_sticker *ret)
{
	const struct tl_inputStickerSetItem *i = TL_AS(inputStickerSetItem, item);
	struct media_sticker m = said(s, i->emoji, i->mask_coords);
	int r;

	*ret = (struct store_sticker){.set = s->id, .emoji = i->emoji, .keywords = i->keywords};
	if (!ret->keywords.p)
		ret->keywords = SLICE_LIT("");
	ret->format = made->kind == WORKER_STICKER_ANIMATED ? STORE_STICKER_ANIMATED
	              : made->kind == WORKER_STICKER_VIDEO  ? STORE_STICKER_VIDEO
	                                                    : STORE_STICKER_STATIC;
	if ((r = media_commit_sticker(c, made->made, i->document, &m, &ret->file)) < 0)
		return r;
	return index_emoji(c, s, ret);
}

static void count(struct store_sticker_set *s, const struct store_sticker *v, size_t n)
{
	s->count = (int32_t)n;
	s->formats = 0;
	for (size_t i = 0; i < n; i++)
		s->formats |= v[i].format;
}

static size_t most(enum store_sticker_kind kind)
{
	return kind == STORE_EMOJI ? LIMIT_EMOJI_PER_SET : LIMIT_STICKERS_PER_SET;
}

/* --- a new set */

static enum store_sticker_kind kind_of(const struct tl_stickers_createStickerSet *q)
{
	return q->emojis ? STORE_EMOJI : q->masks ? STORE_MASKS : STORE_STICKERS;
}

static int check_new(struct rpc_call *c, const struct tl_stickers_createStickerSet *q, int64_t *ret_owner,
                     struct slice *ret_title)
{
	uint32_t n;
	int r;

	if ((r = user_resolve(c, q->user_id, ret_owner)) < 0)
		return r;
	if (*ret_owner != c->user_id && !c->is_bot)
		return rpc_fail(c, 400, "USER_ID_INVALID");
	if ((r = title_of(c, q->title, ret_title)) < 0)
		return r;
	if (!name_is_valid(q->short_name))
		return rpc_fail(c, 400, "PACK_SHORT_NAME_INVALID");
	if ((r = name_is_free(c, q->short_name)) <= 0)
		return r < 0 ? r : rpc_fail(c, 400, "PACK_SHORT_NAME_OCCUPIED");
	if (!q->stickers.n)
		return rpc_fail(c, 400, "STICKERS_EMPTY");
	if (q->stickers.n > most(kind_of(q)))
		return rpc_fail(c, 400, "STICKERS_TOO_MUCH");
	if ((r = store_sticker_set_count_of(c->db, *ret_owner, &n)) < 0)
		return r;
	return n >= LIMIT_SETS_OF_ONE ? rpc_fail(c, 400, "STICKERSETS_TOO_MUCH") : 0;
}

int stickers_createStickerSet_prepare(struct rpc_call *c, const struct tl_stickers_createStickerSet *q)
{
	struct slice title;
	struct made *made;
	int64_t owner;
	int r = check_new(c, q, &owner, &title);

	if (r < 0)
		return r;
	made = ARENA_ARRAY(&c->arena, struct made, q->stickers.n + 1);
	for (uint32_t i = 0; i < q->stickers.n; i++)
		if ((r = prepare_item(c, q->stickers.v[i], kind_of(q), &made[i])) < 0)
			return r;
	if (q->thumb && (r = media_prepare_sticker(c, q->thumb, true, &made[q->stickers.n].made,
	                                           &made[q->stickers.n].kind)) < 0)
		return r;
	c->prepared = made;
	return 0;
}

/* The picture of a set, in the place of the one that it had. */
static int put_thumb(struct rpc_call *c, struct store_sticker_set *s, const struct tl_obj *document,
                     struct media_made *made)
{
	int64_t file = 0;
	int r = document ? media_commit_sticker(c, made, document, NULL, &file) : 0;

	if (r >= 0 && file)
		r = store_file_ref(c->db, file, 1, c->now);
	if (r >= 0 && s->thumb)
		r = store_file_ref(c->db, s->thumb, -1, c->now);
	s->thumb = file;
	return r;
}

static int reply_set(struct rpc_call *c, int64_t set)
{
	int64_t *id = ARENA_NEW(&c->arena, int64_t);

	*id = set;
	return rpc_reply_after(c, set_reply, id);
}

int stickers_createStickerSet(struct rpc_call *c, const struct tl_stickers_createStickerSet *q)
{
	struct store_sticker_set s = {.maker = c->user_id,
	                              .kind = kind_of(q),
	                              .flags = q->text_color && q->emojis ? STORE_SET_TEXT_COLOR : 0,
	                              .name = q->short_name,
	                              .date = c->now};
	struct store_sticker *v = ARENA_ARRAY(&c->arena, struct store_sticker, q->stickers.n);
	const struct made *made = c->prepared;
	int r = check_new(c, q, &s.owner, &s.title);

	do
		s.id = (int64_t)(rng_u64() >> 1);
	while (!s.id);
	for (uint32_t i = 0; r >= 0 && i < q->stickers.n; i++)
		r = commit_item(c, &s, q->stickers.v[i], &made[i], &v[i]);
	if (r < 0 || (q->thumb && (r = put_thumb(c, &s, q->thumb, made[q->stickers.n].made)) < 0))
		return r;
	count(&s, v, q->stickers.n);
	if ((r = store_sticker_set_insert(c->db, &s, set_fold(&c->arena, s.name))) < 0 ||
	    (r = store_sticker_put_all(c->db, s.id, v, q->stickers.n, c->now)) < 0)
		return r;
	return reply_set(c, s.id);
}

/* --- changes */

static bool may_change(const struct rpc_call *c, const struct store_sticker_set *s)
{
	return s->owner == c->user_id || s->maker == c->user_id;
}

static int own_set(struct rpc_call *c, const struct tl_obj *input, struct store_sticker_set *ret)
{
	int r = set_resolve(c, input, ret);

	return r < 0 ? r : may_change(c, ret) ? 0 : rpc_fail(c, 400, "STICKERSET_INVALID");
}

/* A sticker of an own set: the set, all that is in it and where this one stands. */
static int own_sticker(struct rpc_call *c, const struct tl_obj *input, struct store_sticker_set *s,
                       struct store_sticker **ret, size_t *ret_n, size_t *ret_at)
{
	struct store_sticker item;
	int64_t file;
	int r = media_resolve_document(c, input, -1, &file);

	if (r < 0)
		return r;
	r = store_sticker_of_file(c->db, file, &c->arena, &item);
	if (r >= 0)
		r = store_sticker_set_get(c->db, item.set, &c->arena, s);
	if (r == -ERR_NOTFOUND || (r >= 0 && !may_change(c, s)))
		return rpc_fail(c, 400, "STICKER_INVALID");
	if (r < 0 || (r = store_sticker_list(c->db, s->id, &c->arena, ret, ret_n)) < 0)
		return r;
	*ret_at = (size_t)item.place;
	return *ret_at < *ret_n ? 0 : -ERR_CORRUPT;
}

/* Who has the set learns that it is another one. */
static int tell_who_has(struct rpc_call *c, const struct store_sticker_set *s)
{
	struct upd_event ev = {.kind = UPD_STICKER_SETS, .id = (int32_t)s->kind};
	int64_t *who;
	size_t n;
	int r = store_sticker_own_who(c->db, s->id, 0, TOLD_MAX, &c->arena, &who, &n);

	for (size_t i = 0; r >= 0 && i < n; i++) {
		ev.owner = who[i];
		ev.except_key = who[i] == c->user_id ? c->client->auth_key_id : 0;
		r = rpc_log_event(c, &ev);
	}
	return r < 0 ? r : 0;
}

static int changed(struct rpc_call *c, struct store_sticker_set *s, const struct store_sticker *v, size_t n)
{
	int r;

	count(s, v, n);
	if ((r = store_sticker_put_all(c->db, s->id, v, n, c->now)) < 0 ||
	    (r = store_sticker_set_update(c->db, s)) < 0 || (r = tell_who_has(c, s)) < 0)
		return r;
	return reply_set(c, s->id);
}

/* A sticker that is in no set any more says so; messages that carry it stay. */
static int let_go(struct rpc_call *c, const struct store_sticker_set *s, const struct store_sticker *x)
{
	struct media_sticker m = said(s, x->emoji, NULL);
	int r;

	m.set = 0;
	if ((r = store_sticker_emoji_clear(c->db, x->file)) < 0)
		return r;
	return media_describe_sticker(c, x->file, &m);
}

int stickers_addStickerToSet_prepare(struct rpc_call *c, const struct tl_stickers_addStickerToSet *q)
{
	struct made *made = ARENA_NEW(&c->arena, struct made);
	struct store_sticker_set s;
	int r;

	if ((r = own_set(c, q->stickerset, &s)) < 0 || (r = prepare_item(c, q->sticker, s.kind, made)) < 0)
		return r;
	c->prepared = made;
	return 0;
}

int stickers_addStickerToSet(struct rpc_call *c, const struct tl_stickers_addStickerToSet *q)
{
	struct store_sticker_set s;
	struct store_sticker *v;
	size_t n;
	int r;

	if ((r = own_set(c, q->stickerset, &s)) < 0 ||
	    (r = store_sticker_list(c->db, s.id, &c->arena, &v, &n)) < 0)
		return r;
	if (n >= most(s.kind))
		return rpc_fail(c, 400, "STICKERS_TOO_MUCH");
	if ((r = commit_item(c, &s, q->sticker, c->prepared, &v[n])) < 0)
		return r;
	return changed(c, &s, v, n + 1);
}

int stickers_replaceSticker_prepare(struct rpc_call *c, const struct tl_stickers_replaceSticker *q)
{
	struct made *made = ARENA_NEW(&c->arena, struct made);
	struct store_sticker_set s;
	struct store_sticker *v;
	size_t n, at;
	int r;

	if ((r = own_sticker(c, q->sticker, &s, &v, &n, &at)) < 0 ||
	    (r = prepare_item(c, q->new_sticker, s.kind, made)) < 0)
		return r;
	c->prepared = made;
	return 0;
}

int stickers_replaceSticker(struct rpc_call *c, const struct tl_stickers_replaceSticker *q)
{
	struct store_sticker_set s;
	struct store_sticker *v;
	size_t n, at;
	int r;

	if ((r = own_sticker(c, q->sticker, &s, &v, &n, &at)) < 0 || (r = let_go(c, &s, &v[at])) < 0 ||
	    (r = commit_item(c, &s, q->new_sticker, c->prepared, &v[at])) < 0)
		return r;
	return changed(c, &s, v, n);
}

int stickers_removeStickerFromSet(struct rpc_call *c, const struct tl_stickers_removeStickerFromSet *q)
{
	struct store_sticker_set s;
	struct store_sticker *v;
	size_t n, at;
	int r;

	if ((r = own_sticker(c, q->sticker, &s, &v, &n, &at)) < 0 || (r = let_go(c, &s, &v[at])) < 0)
		return r;
	if (s.thumb_doc == v[at].file)
		s.thumb_doc = 0;
	memmove(&v[at], &v[at + 1], (n - at - 1) * sizeof(*v));
	return changed(c, &s, v, n - 1);
}

int stickers_changeStickerPosition(struct rpc_call *c, const struct tl_stickers_changeStickerPosition *q)
{
	struct store_sticker_set s;
	struct store_sticker *v, moved;
	size_t n, at, to;
	int r;

	if ((r = own_sticker(c, q->sticker, &s, &v, &n, &at)) < 0)
		return r;
	to = q->position < 0 ? 0 : (size_t)q->position < n ? (size_t)q->position : n - 1;
	moved = v[at];
	memmove(&v[at], &v[at + 1], (n - at - 1) * sizeof(*v));
	memmove(&v[to + 1], &v[to], (n - 1 - to) * sizeof(*v));
	v[to] = moved;
	return changed(c, &s, v, n);
}

int stickers_changeSticker(struct rpc_call *c, const struct tl_stickers_changeSticker *q)
{
	struct tl_inputStickerSetItem item = {
		.emoji = q->emoji, .keywords = q->keywords, .mask_coords = q->mask_coords};
	struct store_sticker_set s;
	struct store_sticker *v;
	struct media_sticker m;
	size_t n, at;
	int r;

	if ((r = own_sticker(c, q->sticker, &s, &v, &n, &at)) < 0)
		return r;
	if (!item.emoji.p)
		item.emoji = v[at].emoji;
	if (!item.keywords.p)
		item.keywords = v[at].keywords;
	if ((r = check_item(c, &item)) < 0)
		return r;
	v[at].emoji = item.emoji;
	v[at].keywords = item.keywords;
	m = said(&s, item.emoji, item.mask_coords);
	if ((r = media_describe_sticker(c, v[at].file, &m)) < 0 || (r = index_emoji(c, &s, &v[at])) < 0)
		return r;
	return changed(c, &s, v, n);
}

int stickers_renameStickerSet(struct rpc_call *c, const struct tl_stickers_renameStickerSet *q)
{
	struct store_sticker_set s;
	int r;

	if ((r = own_set(c, q->stickerset, &s)) < 0 || (r = title_of(c, q->title, &s.title)) < 0 ||
	    (r = store_sticker_set_update(c->db, &s)) < 0 || (r = tell_who_has(c, &s)) < 0)
		return r;
	return reply_set(c, s.id);
}

int stickers_setStickerSetThumb_prepare(struct rpc_call *c, const struct tl_stickers_setStickerSetThumb *q)
{
	struct made *made = ARENA_NEW(&c->arena, struct made);
	struct store_sticker_set s;
	int r = own_set(c, q->stickerset, &s);

	if (r >= 0 && q->thumb && !TL_IS(inputDocumentEmpty, q->thumb))
		r = media_prepare_sticker(c, q->thumb, true, &made->made, &made->kind);
	c->prepared = made;
	return r < 0 ? r : 0;
}

int stickers_setStickerSetThumb(struct rpc_call *c, const struct tl_stickers_setStickerSetThumb *q)
{
	const struct made *made = c->prepared;
	struct store_sticker_set s;
	struct store_sticker item;
	int r = own_set(c, q->stickerset, &s);

	if (r < 0)
		return r;
	if (q->has_thumb_document_id && q->thumb_document_id) {
		r = store_sticker_of_file(c->db, q->thumb_document_id, &c->arena, &item);
		if (r == -ERR_NOTFOUND || (r >= 0 && (item.set != s.id || s.kind != STORE_EMOJI)))
			return rpc_fail(c, 400, "STICKER_INVALID");
	}
	if (r < 0)
		return r;
	s.thumb_doc = q->has_thumb_document_id ? q->thumb_document_id : 0;
	if ((r = put_thumb(c, &s, made->made ? q->thumb : NULL, made->made)) < 0 ||
	    (r = store_sticker_set_update(c->db, &s)) < 0 || (r = tell_who_has(c, &s)) < 0)
		return r;
	return reply_set(c, s.id);
}

static int everybody_loses_it(struct rpc_call *c, const struct store_sticker_set *s)
{
	int64_t *who;
	size_t n;
	int r;

	do {
		if ((r = store_sticker_own_who(c->db, s->id, 0, TOLD_MAX, &c->arena, &who, &n)) < 0)
			return r;
		for (size_t i = 0; r >= 0 && i < n; i++)
			r = store_sticker_own_delete(c->db, who[i], s->id);
	} while (r >= 0 && n == TOLD_MAX);
	return r < 0 ? r : 0;
}

int stickers_deleteStickerSet(struct rpc_call *c, const struct tl_stickers_deleteStickerSet *q)
{
	struct store_sticker_set s;
	struct store_sticker *v;
	size_t n;
	int r;

	if ((r = own_set(c, q->stickerset, &s)) < 0 ||
	    (r = store_sticker_list(c->db, s.id, &c->arena, &v, &n)) < 0)
		return r;
	for (size_t i = 0; i < n; i++)
		if ((r = let_go(c, &s, &v[i])) < 0)
			return r;
	if ((r = store_sticker_put_all(c->db, s.id, NULL, 0, c->now)) < 0 ||
	    (r = put_thumb(c, &s, NULL, NULL)) < 0 || (r = tell_who_has(c, &s)) < 0 ||
	    (r = everybody_loses_it(c, &s)) < 0 ||
	    (r = store_sticker_set_delete(c->db, s.id, set_fold(&c->arena, s.name))) < 0)
		return r;
	return rpc_reply_bool(c, true);
}
