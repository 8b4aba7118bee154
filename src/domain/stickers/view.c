/* view.c - sets and their stickers, as a viewer gets them. */
#include "base/err.h"
#include "domain/stickers/private.h"
#include "domain/users/peer.h"
#include "store/sticker_own.h"

enum { PACKS_MAX = 1024 };

/* The picture of a set that has one: its letter says which kind of file it is. */
static int thumb(struct rpc_call *c, const struct store_sticker_set *s, struct tl_stickerSet *o)
{
	struct tl_photoSize *p = TL_NEW(&c->arena, photoSize);
	struct tl_document *d;
	int r = media_document_body(c, s->thumb, &d);

	if (r < 0)
		return r == -ERR_NOTFOUND ? 0 : r;
	p->type = slice_eq(d->mime_type, SLICE_LIT("application/x-tgsticker")) ? SLICE_LIT("a")
	          : slice_eq(d->mime_type, SLICE_LIT("video/webm"))            ? SLICE_LIT("v")
	                                                                       : SLICE_LIT("s");
	p->w = p->h = 100;
	p->size = (int32_t)d->size;
	o->thumbs = tl_vec_new(&c->arena, 1);
	o->thumbs.v[0] = &p->o;
	o->has_thumb_dc_id = o->has_thumb_version = true;
	o->thumb_dc_id = HOME_DC;
	o->thumb_version = s->version;
	return 0;
}

int set_view(struct rpc_call *c, const struct store_sticker_set *s, struct tl_obj **ret)
{
	struct tl_stickerSet *o = TL_NEW(&c->arena, stickerSet);
	struct store_sticker_own own;
	int r;

	o->id = s->id;
	o->access_hash = access_hash(c->app, c->user_id, ACCESS_STICKERS, s->id);
	o->title = s->title;
	o->short_name = s->name;
	o->masks = s->kind == STORE_MASKS;
	o->emojis = s->kind == STORE_EMOJI;
	o->text_color = (s->flags & STORE_SET_TEXT_COLOR) != 0;
	o->animated = s->formats == STORE_STICKER_ANIMATED;
	o->videos = s->formats == STORE_STICKER_VIDEO;
	o->creator = c->user_id == s->owner || c->user_id == s->maker;
	o->count = s->count;
	o->hash = set_hash(s);
	o->has_thumb_document_id = s->thumb_doc != 0;
	o->thumb_document_id = s->thumb_doc;
	*ret = &o->o;
	r = store_sticker_own_get(c->db, c->user_id, s->id, &own);
	if (r == 0) {
		o->archived = own.archived;
		o->has_installed_date = true;
		o->installed_date = (int32_t)own.date;
	}
	if (r < 0 && r != -ERR_NOTFOUND)
		return r;
	return s->thumb ? thumb(c, s, o) : 0;
}

int documents_view(struct rpc_call *c, int64_t *files, size_t *n, const struct media_origin *from,
                   struct tl_vec *ret)
{
	struct tl_vec v = tl_vec_new(&c->arena, (uint32_t)*n);
	int r;

	v.n = 0;
	for (size_t i = 0; i < *n; i++) {
		r = media_file_view(c, files[i], from, &v.v[v.n]);
		if (r == 0)
			files[v.n++] = files[i];
		else if (r != -ERR_NOTFOUND)
			return r;
	}
	*n = v.n;
	*ret = v;
	return 0;
}

struct pack {
	struct slice emoji;
	int64_t *files;
	uint32_t n;
};

static struct pack *pack_of(struct arena *a, struct pack *packs, uint32_t *n, struct slice emoji, size_t most)
{
	for (uint32_t i = 0; i < *n; i++)
		if (slice_eq(packs[i].emoji, emoji))
			return &packs[i];
	if (*n == PACKS_MAX)
		return NULL;
	packs[*n] = (struct pack){emoji, ARENA_ARRAY(a, int64_t, most), 0};
	return &packs[(*n)++];
}

struct tl_vec packs_view(struct arena *a, const int64_t *files, const struct slice *emoji, size_t n)
{
	struct pack *packs = ARENA_ARRAY(a, struct pack, PACKS_MAX), *p;
	struct slice one;
	uint32_t n_packs = 0, at;
	struct tl_vec v;

	for (size_t i = 0; i < n; i++)
		for (at = 0; emoji_next(emoji[i], &at, &one);) {
			p = pack_of(a, packs, &n_packs, one, n);
			if (p && (!p->n || p->files[p->n - 1] != files[i]))
				p->files[p->n++] = files[i];
		}
	v = tl_vec_new(a, n_packs);
	for (uint32_t i = 0; i < n_packs; i++) {
		struct tl_stickerPack *o = TL_NEW(a, stickerPack);

		o->emoticon = packs[i].emoji;
		o->documents = (struct tl_vec_long){packs[i].files, packs[i].n};
		v.v[i] = &o->o;
	}
	return v;
}

static struct tl_obj *keywords_of(struct arena *a, const struct store_sticker *s)
{
	struct tl_stickerKeyword *k = TL_NEW(a, stickerKeyword);
	struct slice *words = ARENA_ARRAY(a, struct slice, s->keywords.n + 1);
	uint32_t n = 0, from = 0;

	for (uint32_t i = 0; i <= s->keywords.n; i++)
		if (i == s->keywords.n || s->keywords.p[i] == ',') {
			if (i > from)
				words[n++] = slice_of(s->keywords.p + from, i - from);
			from = i + 1;
		}
	k->document_id = s->file;
	k->keyword = (struct tl_vec_str){words, n};
	return &k->o;
}

int set_view_full(struct rpc_call *c, const struct store_sticker_set *s, struct tl_obj **ret)
{
	const struct media_origin from = {.kind = MEDIA_FROM_STICKERS, .peer = s->id};
	struct tl_messages_stickerSet *o = TL_NEW(&c->arena, messages_stickerSet);
	struct store_sticker *items;
	struct slice *emoji;
	int64_t *files;
	size_t n, there;
	int r;

	if ((r = set_view(c, s, &o->set)) < 0 ||
	    (r = store_sticker_list(c->db, s->id, &c->arena, &items, &n)) < 0)
		return r;
	files = ARENA_ARRAY(&c->arena, int64_t, n + 1);
	emoji = ARENA_ARRAY(&c->arena, struct slice, n + 1);
	o->keywords = tl_vec_new(&c->arena, (uint32_t)n);
	o->keywords.n = 0;
	for (size_t i = 0; i < n; i++) {
		files[i] = items[i].file;
		emoji[i] = items[i].emoji;
		if (items[i].keywords.n)
			o->keywords.v[o->keywords.n++] = keywords_of(&c->arena, &items[i]);
	}
	o->packs = packs_view(&c->arena, files, emoji, n);
	there = n;
	if ((r = documents_view(c, files, &there, &from, &o->documents)) < 0)
		return r;
	*ret = &o->o;
	return there == n ? 0 : -ERR_CORRUPT;
}

int set_reply(struct rpc_call *c, void *id)
{
	struct store_sticker_set s;
	struct tl_obj *o;
	int r = store_sticker_set_get(c->db, *(int64_t *)id, &c->arena, &s);

	if (r == -ERR_NOTFOUND)
		return rpc_fail(c, 400, "STICKERSET_INVALID");
	return r < 0 || (r = set_view_full(c, &s, &o)) < 0 ? r : rpc_reply(c, o);
}

int set_view_covered(struct rpc_call *c, const struct store_sticker_set *s, struct tl_obj **ret)
{
	const struct media_origin from = {.kind = MEDIA_FROM_STICKERS, .peer = s->id};
	struct tl_stickerSetCovered *o = TL_NEW(&c->arena, stickerSetCovered);
	struct store_sticker *items;
	size_t n;
	int r = store_sticker_list(c->db, s->id, &c->arena, &items, &n);

	if (r < 0 || (r = set_view(c, s, &o->set)) < 0)
		return r;
	r = n ? media_file_view(c, items[0].file, &from, &o->cover) : -ERR_NOTFOUND;
	if (r == -ERR_NOTFOUND) {
		struct tl_documentEmpty *none = TL_NEW(&c->arena, documentEmpty);

		o->cover = &none->o;
		r = 0;
	}
	*ret = &o->o;
	return r;
}

int sticker_set_installed(struct rpc_call *c, int64_t set, struct tl_obj **ret)
{
	struct store_sticker_set s;
	struct store_sticker_own own;
	int r = store_sticker_own_get(c->db, c->user_id, set, &own);

	*ret = NULL;
	if (r == 0 && !own.archived)
		r = store_sticker_set_get(c->db, set, &c->arena, &s);
	else if (r == 0)
		return 0;
	if (r < 0)
		return r == -ERR_NOTFOUND ? 0 : r;
	return set_view_full(c, &s, ret);
}
