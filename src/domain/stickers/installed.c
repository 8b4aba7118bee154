/* installed.c - the sets that an account has: installed, archived, in which order. */
#include "base/err.h"
#include "domain/stickers/private.h"
#include "rpc_methods.h"
#include "store/sticker_own.h"

static enum store_sticker_kind kind_of(bool masks, bool emojis)
{
	return masks ? STORE_MASKS : emojis ? STORE_EMOJI : STORE_STICKERS;
}

/* Those that are still there, as `view` makes them. ret_hash: of their list; NULL: nobody asks. */
static int sets_of(struct rpc_call *c, const int64_t *ids, size_t n,
                   int (*view)(struct rpc_call *c, const struct store_sticker_set *s, struct tl_obj **ret),
                   struct tl_vec *ret, uint64_t *ret_hash)
{
	struct tl_vec v = tl_vec_new(&c->arena, (uint32_t)n);
	struct store_sticker_set s;
	uint64_t h = 0;
	int r;

	v.n = 0;
	for (size_t i = 0; i < n; i++) {
		r = store_sticker_set_get(c->db, ids[i], &c->arena, &s);
		if (r == -ERR_NOTFOUND)
			continue;
		if (r < 0 || (r = view(c, &s, &v.v[v.n])) < 0)
			return r;
		v.n++;
		h = list_hash(h, (uint64_t)set_hash(&s));
	}
	*ret = v;
	if (ret_hash)
		*ret_hash = h;
	return 0;
}

static int all(struct rpc_call *c, enum store_sticker_kind kind, int64_t hash)
{
	struct tl_messages_allStickers *o = TL_NEW(&c->arena, messages_allStickers);
	int64_t *ids;
	uint64_t h;
	size_t n;
	int r = store_sticker_own_list(c->db, c->user_id, kind, false, &c->arena, &ids, &n);

	if (r < 0 || (r = sets_of(c, ids, n, set_view, &o->sets, &h)) < 0)
		return r;
	if (hash && (uint64_t)hash == h)
		return rpc_reply(c, &TL_NEW(&c->arena, messages_allStickersNotModified)->o);
	o->hash = (int64_t)h;
	return rpc_reply(c, &o->o);
}

int messages_getAllStickers(struct rpc_call *c, const struct tl_messages_getAllStickers *q)
{
	return all(c, STORE_STICKERS, q->hash);
}

int messages_getMaskStickers(struct rpc_call *c, const struct tl_messages_getMaskStickers *q)
{
	return all(c, STORE_MASKS, q->hash);
}

int messages_getEmojiStickers(struct rpc_call *c, const struct tl_messages_getEmojiStickers *q)
{
	return all(c, STORE_EMOJI, q->hash);
}

int messages_getArchivedStickers(struct rpc_call *c, const struct tl_messages_getArchivedStickers *q)
{
	struct tl_messages_archivedStickers *o = TL_NEW(&c->arena, messages_archivedStickers);
	size_t n, first = 0, limit = q->limit > 0 && q->limit < 100 ? (size_t)q->limit : 100;
	int64_t *ids;
	int r;

	r = store_sticker_own_list(c->db, c->user_id, kind_of(q->masks, q->emojis), true, &c->arena, &ids,
	                           &n);
	if (r < 0)
		return r;
	for (size_t i = 0; q->offset_id && i < n; i++)
		if (ids[i] == q->offset_id)
			first = i + 1;
	o->count = (int32_t)n;
	r = sets_of(c, ids + first, n - first < limit ? n - first : limit, set_view_covered, &o->sets, NULL);
	return r < 0 ? r : rpc_reply(c, &o->o);
}

int messages_getMyStickers(struct rpc_call *c, const struct tl_messages_getMyStickers *q)
{
	struct tl_messages_myStickers *o = TL_NEW(&c->arena, messages_myStickers);
	uint32_t count, limit = q->limit > 0 && q->limit < 100 ? (uint32_t)q->limit : 100;
	int64_t *ids;
	size_t n;
	int r;

	if ((r = store_sticker_set_count_of(c->db, c->user_id, &count)) < 0 ||
	    (r = store_sticker_set_of(c->db, c->user_id, q->offset_id, limit, &c->arena, &ids, &n)) < 0 ||
	    (r = sets_of(c, ids, n, set_view_covered, &o->sets, NULL)) < 0)
		return r;
	o->count = (int32_t)count;
	return rpc_reply(c, &o->o);
}

/* To the top, or into the archive; what it was before is replaced. */
static int put(struct rpc_call *c, const struct store_sticker_set *s, bool archived)
{
	struct store_sticker_own own = {
		.owner = c->user_id, .set = s->id, .kind = s->kind, .archived = archived, .date = c->now};
	int r = store_sticker_own_top(c->db, c->user_id, s->kind, &own.place);

	return r < 0 ? r : store_sticker_own_put(c->db, &own);
}

/* Those beyond what one may have go to the archive, the last first: *ret are they. */
static int archive_rest(struct rpc_call *c, enum store_sticker_kind kind, int64_t **ret, size_t *ret_n)
{
	struct store_sticker_own own;
	int64_t *ids;
	size_t n;
	int r = store_sticker_own_list(c->db, c->user_id, kind, false, &c->arena, &ids, &n);

	for (size_t i = LIMIT_STICKER_SETS; r >= 0 && i < n; i++) {
		if ((r = store_sticker_own_get(c->db, c->user_id, ids[i], &own)) < 0)
			break;
		own.archived = true;
		r = store_sticker_own_put(c->db, &own);
	}
	*ret_n = n > LIMIT_STICKER_SETS ? n - LIMIT_STICKER_SETS : 0;
	*ret = *ret_n ? ids + LIMIT_STICKER_SETS : NULL;
	return r < 0 ? r : 0;
}

/* No more rows than can be looked at: what is in the archive counts, too. */
static int has_room(struct rpc_call *c, const struct store_sticker_set *s)
{
	struct store_sticker_own own;
	int64_t *ids;
	size_t n;
	int r = store_sticker_own_get(c->db, c->user_id, s->id, &own);

	if (r != -ERR_NOTFOUND)
		return r;
	r = store_sticker_own_list(c->db, c->user_id, s->kind, true, &c->arena, &ids, &n);
	if (r < 0)
		return r;
	return n >= LIMIT_ARCHIVED_SETS ? rpc_fail(c, 400, "STICKERSETS_TOO_MUCH") : 0;
}

int messages_installStickerSet(struct rpc_call *c, const struct tl_messages_installStickerSet *q)
{
	struct tl_messages_stickerSetInstallResultArchive *o = TL_NEW(
		&c->arena, messages_stickerSetInstallResultArchive);
	struct store_sticker_set s;
	int64_t *gone;
	size_t n;
	int r;

	if ((r = set_resolve(c, q->stickerset, &s)) < 0 || (r = has_room(c, &s)) < 0 ||
	    (r = put(c, &s, q->archived)) < 0 || (r = archive_rest(c, s.kind, &gone, &n)) < 0)
		return r;
	r = q->archived || n ? rpc_log_own(c, UPD_STICKER_SETS, 0, s.kind)
	                     : rpc_log_own(c, UPD_NEW_STICKER_SET, s.id, 0);
	if (r < 0)
		return r;
	if (!n)
		return rpc_reply(c, &TL_NEW(&c->arena, messages_stickerSetInstallResultSuccess)->o);
	return (r = sets_of(c, gone, n, set_view_covered, &o->sets, NULL)) < 0 ? r : rpc_reply(c, &o->o);
}

int messages_uninstallStickerSet(struct rpc_call *c, const struct tl_messages_uninstallStickerSet *q)
{
	struct store_sticker_set s;
	int r;

	if ((r = set_resolve(c, q->stickerset, &s)) < 0 ||
	    (r = store_sticker_own_delete(c->db, c->user_id, s.id)) < 0)
		return r;
	if (r && (r = rpc_log_own(c, UPD_STICKER_SETS, 0, s.kind)) < 0)
		return r;
	return rpc_reply_bool(c, true);
}

static bool is_among(const int64_t *ids, size_t n, int64_t id)
{
	for (size_t i = 0; i < n; i++)
		if (ids[i] == id)
			return true;
	return false;
}

int messages_reorderStickerSets(struct rpc_call *c, const struct tl_messages_reorderStickerSets *q)
{
	enum store_sticker_kind kind = kind_of(q->masks, q->emojis);
	struct store_sticker_own own;
	int64_t *ids, *order;
	size_t n, k = 0;
	int r = store_sticker_own_list(c->db, c->user_id, kind, false, &c->arena, &ids, &n);

	if (r < 0)
		return r;
	order = ARENA_ARRAY(&c->arena, int64_t, n + 1);
	for (uint32_t i = 0; i < q->order.n; i++)
		if (is_among(ids, n, q->order.v[i]) && !is_among(order, k, q->order.v[i]))
			order[k++] = q->order.v[i];
	for (size_t i = 0; i < n; i++)
		if (!is_among(order, k, ids[i]))
			order[k++] = ids[i];
	for (size_t i = 0; i < n; i++) {
		if ((r = store_sticker_own_get(c->db, c->user_id, order[i], &own)) < 0)
			return r;
		own.place = (int64_t)(n - i);
		if ((r = store_sticker_own_put(c->db, &own)) < 0)
			return r;
	}
	return (r = rpc_log_own(c, UPD_STICKER_ORDER, 0, kind)) < 0 ? r : rpc_reply_bool(c, true);
}

int messages_toggleStickerSets(struct rpc_call *c, const struct tl_messages_toggleStickerSets *q)
{
	bool told[STORE_STICKER_KINDS] = {false};
	struct store_sticker_set s;
	struct store_sticker_own own;
	int64_t *gone;
	size_t n;
	int r;

	if (q->uninstall + q->archive + q->unarchive != 1 || q->stickersets.n > LIMIT_STICKER_SETS)
		return rpc_fail(c, 400, "STICKERSET_INVALID");
	for (uint32_t i = 0; i < q->stickersets.n; i++) {
		if ((r = set_resolve(c, q->stickersets.v[i], &s)) < 0)
			return r;
		r = store_sticker_own_get(c->db, c->user_id, s.id, &own);
		if (r == -ERR_NOTFOUND)
			continue;
		if (r >= 0)
			r = q->uninstall ? store_sticker_own_delete(c->db, c->user_id, s.id)
			                 : put(c, &s, q->archive);
		if (r < 0 || (r = archive_rest(c, s.kind, &gone, &n)) < 0)
			return r;
		told[s.kind] = true;
	}
	for (int kind = 0; kind < STORE_STICKER_KINDS; kind++)
		if (told[kind] && (r = rpc_log_own(c, UPD_STICKER_SETS, 0, kind)) < 0)
			return r;
	return rpc_reply_bool(c, true);
}
