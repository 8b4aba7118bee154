/* set.c - sets by their names, and the numbers by which clients know whether something is new. */
#include "base/err.h"
#include "domain/stickers/private.h"
#include "domain/users/peer.h"
#include "store/sticker_own.h"

struct slice set_fold(struct arena *a, struct slice name)
{
	uint8_t *p = arena_alloc(a, name.n + 1);

	for (uint32_t i = 0; i < name.n; i++)
		p[i] = name.p[i] >= 'A' && name.p[i] <= 'Z' ? (uint8_t)(name.p[i] + 32) : name.p[i];
	return slice_of(p, name.n);
}

static int find(struct rpc_call *c, const struct tl_obj *input, int64_t *ret_id)
{
	const struct tl_inputStickerSetID *i = TL_AS(inputStickerSetID, input);
	const struct tl_inputStickerSetShortName *n = TL_AS(inputStickerSetShortName, input);

	if (i && i->access_hash == access_hash(c->app, c->user_id, ACCESS_STICKERS, i->id)) {
		*ret_id = i->id;
		return 0;
	}
	return n ? store_sticker_set_find(c->db, set_fold(&c->arena, n->short_name), ret_id) : -ERR_NOTFOUND;
}

int set_resolve(struct rpc_call *c, const struct tl_obj *input_set, struct store_sticker_set *ret)
{
	int64_t id;
	int r = find(c, input_set, &id);

	if (r >= 0)
		r = store_sticker_set_get(c->db, id, &c->arena, ret);
	return r == -ERR_NOTFOUND ? rpc_fail(c, 400, "STICKERSET_INVALID") : r;
}

int sticker_set_thumb(struct rpc_call *c, const struct tl_obj *input_set, int64_t *ret_file)
{
	struct store_sticker_set s;
	int r = set_resolve(c, input_set, &s);

	if (r >= 0)
		*ret_file = s.thumb;
	return r;
}

int sticker_set_named(struct rpc_call *c, const struct tl_obj *input_set, int64_t *ret_id)
{
	struct store_sticker_set s;
	int r = set_resolve(c, input_set, &s);

	if (r >= 0)
		*ret_id = s.id;
	return r;
}

int sticker_stands_in(struct rpc_call *c, int64_t file, int64_t set)
{
	struct store_sticker item;
	struct store_sticker_set s;
	int r = store_sticker_of_file(c->db, file, &c->arena, &item);

	if (r >= 0 && !set && (r = store_sticker_set_get(c->db, item.set, &c->arena, &s)) >= 0)
		return s.kind == STORE_EMOJI;
	return r == -ERR_NOTFOUND ? 0 : r < 0 ? r : item.set == set;
}

int sticker_set_object(struct rpc_call *c, int64_t set, struct tl_obj **ret)
{
	struct store_sticker_set s;
	int r = store_sticker_set_get(c->db, set, &c->arena, &s);

	*ret = NULL;
	return r == -ERR_NOTFOUND ? 0 : r < 0 ? r : set_view(c, &s, ret);
}

int sticker_set_order(struct rpc_call *c, enum store_sticker_kind kind, struct tl_vec_long *ret)
{
	int64_t *ids;
	size_t n;
	int r = store_sticker_own_list(c->db, c->user_id, kind, false, &c->arena, &ids, &n);

	if (r >= 0)
		*ret = (struct tl_vec_long){ids ? ids : ARENA_NEW(&c->arena, int64_t), (uint32_t)n};
	return r < 0 ? r : 0;
}

int32_t set_hash(const struct store_sticker_set *s)
{
	uint64_t x = (uint64_t)s->id + (uint64_t)s->version * 0x9e3779b97f4a7c15u;

	x = (x ^ x >> 29) * 0xbf58476d1ce4e5b9u;
	return (int32_t)((x >> 33) | 1) & INT32_MAX;
}
