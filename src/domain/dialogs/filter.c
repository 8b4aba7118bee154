/* filter.c - folders: stored and echoed; what is in one is decided by clients (api.md 4.4). */
#include "base/err.h"
#include "base/utf8.h"
#include "domain/dialogs/private.h"
#include "domain/users/peer.h"
#include "rpc_methods.h"
#include "store/filter.h"
#include "updates/event.h"
#include "updates/peer.h"

enum { ID_MIN = 2, ID_MAX = 255 };

int messages_getDialogFilters(struct rpc_call *c, const struct tl_messages_getDialogFilters *q)
{
	struct tl_messages_dialogFilters *f = TL_NEW(&c->arena, messages_dialogFilters);
	struct store_filter *rows;
	struct view v;
	size_t n;
	int r;

	r = store_filter_list(c->db, c->user_id, LIMIT_FOLDERS, &c->arena, &rows, &n);
	if (r < 0)
		return r;
	view_init(&v, c);
	f->filters = tl_vec_new(&c->arena, (uint32_t)n + 1);
	f->filters.n = 0;
	/* "All chats" has its place in the order too; TDLib misses it even where there are no others. */
	f->filters.v[f->filters.n++] = &TL_NEW(&c->arena, dialogFilterDefault)->o;
	for (size_t i = 0; i < n; i++)
		if ((r = filter_of(&v, rows[i].body, &f->filters.v[f->filters.n++])) < 0)
			return r;
	return rpc_reply(c, &f->o);
}

/* Peers as they are stored: ids alone. */
static int without_hashes(struct rpc_call *c, struct tl_vec *peers)
{
	struct peer peer;
	int r;

	if (peers->n > LIMIT_FOLDER_PEERS)
		return rpc_fail(c, 400, "FILTER_INCLUDE_TOO_MUCH");
	for (uint32_t i = 0; i < peers->n; i++) {
		if ((r = peer_resolve(c, peers->v[i], &peer)) < 0)
			return r;
		peers->v[i] = input_peer_view(c->app, &c->arena, 0, peer.key);
	}
	return 0;
}

static int check(struct rpc_call *c, struct tl_dialogFilter *f)
{
	const struct tl_textWithEntities *title = TL_AS(textWithEntities, f->title);
	int r;

	if (!title || !utf8_valid(title->text) || !title->text.n ||
	    utf8_len(title->text) > LIMIT_FOLDER_TITLE)
		return rpc_fail(c, 400, "FILTER_TITLE_EMPTY");
	if (!f->contacts && !f->non_contacts && !f->groups && !f->broadcasts && !f->bots &&
	    !f->pinned_peers.n && !f->include_peers.n)
		return rpc_fail(c, 400, "FILTER_INCLUDE_EMPTY");
	if ((r = without_hashes(c, &f->pinned_peers)) < 0 || (r = without_hashes(c, &f->include_peers)) < 0)
		return r;
	return without_hashes(c, &f->exclude_peers);
}

int messages_updateDialogFilter(struct rpc_call *c, const struct tl_messages_updateDialogFilter *q)
{
	struct tl_dialogFilter *f = TL_AS(dialogFilter, q->filter);
	struct store_filter row, *rows;
	struct buf b = {0};
	size_t n;
	int r;

	if (q->id < ID_MIN || q->id > ID_MAX)
		return rpc_fail(c, 400, "FILTER_ID_INVALID");
	if (!q->filter) {
		r = store_filter_delete(c->db, c->user_id, q->id);
		if (r < 0 && r != -ERR_NOTFOUND)
			return r;
		r = rpc_log_own(c, UPD_FILTER, 0, q->id);
		return r < 0 ? r : rpc_reply_bool(c, true);
	}
	if (!f)
		return rpc_fail(c, 400, "FILTER_NOT_SUPPORTED");
	if ((r = check(c, f)) < 0)
		return r;
	r = store_filter_list(c->db, c->user_id, LIMIT_FOLDERS + 1, &c->arena, &rows, &n);
	if (r < 0)
		return r;
	r = store_filter_get(c->db, c->user_id, q->id, &c->arena, &row);
	if (r == -ERR_NOTFOUND && n >= LIMIT_FOLDERS)
		return rpc_fail(c, 400, "FILTERS_TOO_MUCH");
	if (r == -ERR_NOTFOUND)
		row = (struct store_filter){.id = q->id, .ord = n ? rows[n - 1].ord + 1 : 1};
	else if (r < 0)
		return r;
	f->id = q->id;
	r = tl_encode(&b, &f->o, TL_LAYER_MAX);
	row.body = buf_slice(&b);
	if (r == 0)
		r = store_filter_put(c->db, c->user_id, &row);
	buf_fini(&b);
	if (r == 0)
		r = rpc_log_own(c, UPD_FILTER, 0, q->id);
	return r < 0 ? r : rpc_reply_bool(c, true);
}

int messages_updateDialogFiltersOrder(struct rpc_call *c,
                                      const struct tl_messages_updateDialogFiltersOrder *q)
{
	struct store_filter row;
	int r;

	for (uint32_t i = 0; i < q->order.n && i < LIMIT_FOLDERS + 1; i++) {
		r = store_filter_get(c->db, c->user_id, q->order.v[i], &c->arena, &row);
		if (r == -ERR_NOTFOUND)
			continue; /* 0 is "all chats" */
		row.ord = (int32_t)i + 1;
		if (r < 0 || (r = store_filter_put(c->db, c->user_id, &row)) < 0)
			return r;
	}
	r = rpc_log_own(c, UPD_FILTER_ORDER, 0, 0);
	return r < 0 ? r : rpc_reply_bool(c, true);
}

int messages_getSuggestedDialogFilters(struct rpc_call *c,
                                       const struct tl_messages_getSuggestedDialogFilters *q)
{
	return rpc_reply(c, &TL_NEW(&c->arena, vector)->o);
}
