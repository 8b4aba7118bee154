/* twin.c - see twin.h. */
#include "domain/messages/twin.h"

#include "base/err.h"
#include "domain/reactions/react.h"
#include "domain/messages/discussion.h"
#include "domain/messages/thread.h"
#include "domain/search/index.h"
#include "store/channel.h"
#include "store/day.h"
#include "store/dialog.h"
#include "store/msg_count.h"
#include "store/saved.h"
#include "tl/tl.h"
#include "store/unseen.h"
#include "updates/event.h"
#include "updates/peer.h"

int message_twin(struct rpc_call *c, const struct store_msg *mine, struct store_msg *ret)
{
	if (!peer_is_user(mine->peer) || mine->peer == mine->owner)
		return -ERR_NOTFOUND;
	if (mine->origin_owner == mine->peer)
		return store_msg_get(c->db, mine->peer, mine->owner, mine->origin_id, &c->arena, ret);
	return store_msg_by_origin(c->db, mine->peer, mine->owner, mine->id, &c->arena, ret);
}

/* peer_id must be there on the wire; the row knows the real one. */
struct slice message_body(struct rpc_call *c, struct tl_obj *content)
{
	struct tl_obj *nobody = peer_to_tl(&c->arena, 1);
	struct buf b = {0};
	struct slice s;

	if (TL_IS(message, content))
		TL_AS(message, content)->peer_id = nobody;
	if (TL_IS(messageService, content))
		TL_AS(messageService, content)->peer_id = nobody;
	if (tl_encode(&b, content, TL_LAYER_MAX) < 0) {
		buf_fini(&b);
		return (struct slice){0};
	}
	s = arena_slice(&c->arena, buf_slice(&b));
	buf_fini(&b);
	return s;
}

struct slice ids_payload(struct arena *a, int flag, const int32_t *ids, uint32_t n)
{
	uint32_t head = flag >= 0 ? 1 : 0;
	int32_t *p = ARENA_ARRAY(a, int32_t, n + 1u);

	if (head)
		p[0] = flag;
	memcpy(p + head, ids, n * sizeof(*ids));
	return slice_of(p, (n + head) * sizeof(*p));
}

int message_note_media(struct rpc_call *c, const struct store_msg *row, const struct media_ready *media)
{
	struct store_media m = {.owner = row->owner, .peer = row->peer, .id = row->id, .date = row->date};

	if (!media || !media->kind)
		return 0;
	m.kind = media->kind;
	m.file = media->file;
	return store_media_insert(c->db, &m);
}

int message_rewrite(struct rpc_call *c, const struct store_msg *row, struct slice body, unixtime_t edit_date,
                    const struct media_ready *media)
{
	/* Who is mentioned and has not seen it has not seen it now either. */
	int flags = row->flags &
	            ~(STORE_MSG_MEDIA | (row->flags & STORE_MSG_MENTIONED ? 0 : STORE_MSG_MEDIA_UNREAD));
	int r = store_msg_set_body(c->db, row->owner, row->peer, row->id, body, edit_date);

	if (r < 0 || !media)
		return r;
	flags |= media->kind ? STORE_MSG_MEDIA : 0;
	if (row->flags & STORE_MSG_MEDIA)
		r = store_media_delete(c->db, row->owner, row->peer, row->id, c->now);
	if (r >= 0)
		r = message_note_media(c, row, media);
	if (r < 0 || flags == row->flags)
		return r;
	return store_msg_set_flags(c->db, row->owner, row->peer, row->id, flags);
}

/* Top, count and unread of one dialog after some of its messages went. */
static int mend_dialog(struct rpc_call *c, int64_t owner, int64_t peer, const struct store_msg *rows,
                       uint32_t n)
{
	struct store_dialog d;
	struct store_msg *top;
	size_t n_top;
	int r;

	r = store_dialog_get(c->db, owner, peer, &c->arena, &d);
	if (r <= 0)
		return r;
	for (uint32_t i = 0; i < n; i++) {
		if (rows[i].peer != peer)
			continue;
		d.count -= d.count > 0;
		if (!(rows[i].flags & STORE_MSG_OUT) && rows[i].id > d.read_in)
			d.unread -= d.unread > 0;
	}
	r = store_msg_walk(c->db, owner, peer, INT32_MAX, false, 0, 1, &c->arena, &top, &n_top);
	if (r < 0)
		return r;
	d.top_id = n_top ? top->id : 0;
	if (n_top)
		d.top_date = top->date;
	return store_dialog_put(c->db, &d);
}

/* What a channel's box keeps of a message beside its row; and its writer counts it as his no more. */
static int forget_post(struct rpc_call *c, const struct store_msg *row)
{
	struct store_dialog d;
	int r;

	if ((r = store_channel_gap_add(c->db, peer_channel_id(row->owner), row->id)) < 0 ||
	    (r = thread_forget(c, row)) < 0 ||
	    ((row->flags & STORE_MSG_THREAD || row->grouped_id) && (r = discussion_deleted(c, row)) < 0) ||
	    (r = store_msg_count_delete(c->db, row->owner, row->id)) < 0 ||
	    (r = store_post_forget(c->db, row->owner, row->id)) < 0 ||
	    (row->flags & STORE_MSG_MENTIONED && (r = store_mention_drop(c->db, row->owner, row->id)) < 0) ||
	    !peer_is_user(row->origin_owner))
		return r;
	r = store_dialog_get(c->db, row->origin_owner, row->owner, &c->arena, &d);
	if (r <= 0 || row->id <= d.read_in || !d.unread)
		return r < 0 ? r : 0;
	d.unread--;
	return store_dialog_put(c->db, &d);
}

static int mend_dialogs(struct rpc_call *c, int64_t owner, const struct store_msg *rows, uint32_t n)
{
	int r = 0;

	for (uint32_t i = 0; r >= 0 && i < n; i++) {
		uint32_t k = 0;

		while (k < i && rows[k].peer != rows[i].peer)
			k++;
		if (k == i) /* the first of its dialog */
			r = mend_dialog(c, owner, rows[i].peer, rows, n);
	}
	return r;
}

int messages_remove(struct rpc_call *c, int64_t owner, const struct store_msg *rows, uint32_t n,
                    int64_t except_key, int32_t *ret_pts)
{
	struct upd_event ev = {.owner = owner,
	                       .kind = UPD_DELETE,
	                       .pts_count = (int32_t)n,
	                       .peer = peer_is_channel(owner) ? owner : 0,
	                       .except_key = except_key};
	int32_t *ids = ARENA_ARRAY(&c->arena, int32_t, n + 1u);
	int r = 0;

	for (uint32_t i = 0; r >= 0 && i < n; i++) {
		ids[i] = rows[i].id;
		if ((r = search_forget(c, &rows[i], true)) < 0)
			return r;
		if (rows[i].flags & STORE_MSG_MEDIA)
			r = store_media_delete(c->db, owner, rows[i].peer, rows[i].id, c->now);
		if (r >= 0)
			r = store_msg_delete(c->db, owner, rows[i].peer, rows[i].id);
		if (r >= 0)
			r = reactions_forget(c, &rows[i]);
		if (r >= 0 && peer_is_channel(owner))
			r = forget_post(c, &rows[i]);
		else if (r >= 0 && peer_is_chat(rows[i].peer) && (rows[i].flags & STORE_MSG_MENTIONED))
			r = store_unseen_delete(c->db, owner, rows[i].peer, STORE_UNSEEN_MENTION, rows[i].id);
		else if (r >= 0 && rows[i].peer == owner)
			r = store_saved_delete(c->db, owner, rows[i].id);
	}
	if (r >= 0 && !peer_is_channel(owner))
		r = mend_dialogs(c, owner, rows, n);
	if (r < 0)
		return r;
	ev.payload = ids_payload(&c->arena, -1, ids, n);
	r = rpc_log_event(c, &ev);
	*ret_pts = ev.pts;
	return r;
}
