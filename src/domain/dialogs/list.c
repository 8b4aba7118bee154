/* list.c - the list of chats: messages.getDialogs, getPinnedDialogs, getPeerDialogs (api.md 4.4). */
#include "base/err.h"
#include "domain/dialogs/private.h"
#include "domain/messages/message.h"
#include "domain/sync/state.h"
#include "rpc_methods.h"
#include "store/channel.h"
#include "store/dialog.h"
#include "store/msg.h"
#include "updates/peer.h"

struct list {
	struct tl_vec dialogs, messages, users, chats;
};

/* What stands on top of a channel may lie below what he is shown: then it is what a cleared history looks like, as Telegram has it. */
static int view_top(struct view *v, const struct store_msg *top, struct tl_obj **ret)
{
	struct store_channel_member me = {0};
	struct tl_messageService *m;
	int r = 0;

	if (peer_is_channel(top->peer))
		r = store_channel_member_get(v->c->db, peer_channel_id(top->peer), v->viewer, &v->c->arena,
		                             &me);
	if (r < 0 && r != -ERR_NOTFOUND)
		return r;
	if (top->id >= me.first_id)
		return message_view(v, top, ret);
	m = TL_NEW(&v->c->arena, messageService);
	m->id = top->id;
	m->date = (int32_t)top->date;
	m->peer_id = peer_to_tl(&v->c->arena, top->peer);
	m->action = &TL_NEW(&v->c->arena, messageActionHistoryClear)->o;
	*ret = &m->o;
	return 0;
}

/* Dialogs with their top messages and everybody in them. */
static int view_list(struct rpc_call *c, const struct store_dialog *rows, size_t n, struct list *l)
{
	struct store_msg top;
	struct view v;
	int r;

	rpc_shows_counts(c);
	view_init(&v, c);
	l->dialogs = tl_vec_new(&c->arena, (uint32_t)n);
	l->messages = tl_vec_new(&c->arena, (uint32_t)n);
	l->messages.n = 0;
	for (size_t i = 0; i < n; i++) {
		if ((r = dialog_view(&v, &rows[i], &l->dialogs.v[i])) < 0)
			return r;
		if (!rows[i].top_id)
			continue;
		r = store_msg_get(c->db, peer_is_channel(rows[i].peer) ? rows[i].peer : rows[i].owner,
		                  rows[i].peer, rows[i].top_id, &c->arena, &top);
		if (r == -ERR_NOTFOUND && peer_is_channel(rows[i].peer))
			continue; /* deleted since the head was read: its deletion is told to who hears of the chat */
		if (r == 0)
			r = view_top(&v, &top, &l->messages.v[l->messages.n++]);
		if (r < 0)
			return r == -ERR_NOTFOUND ? -ERR_CORRUPT : r;
	}
	return view_mentioned(&v, &l->users, &l->chats);
}

struct page {
	int folder;         /* -1: all */
	bool first, pinned; /* from the top; the pinned ones with it */
	uint32_t limit;
	struct store_dialog *rows;
	size_t n;
	bool is_all;
	uint32_t total;
};

/* Of all folders together, the main list's pins are the pinned ones. */
static bool stands_apart(const struct page *p, const struct store_dialog *d)
{
	return d->pin_order && (p->folder >= 0 || d->folder == 0);
}

/*
 * Pinned ones stand first on the first page and nowhere else; there all of them, beside as many others as were asked for: the
 * last of these says where the next page begins.
 */
static int read_page(struct rpc_call *c, struct page *p, int32_t date, int32_t id, int64_t peer)
{
	struct store_dialog *pinned, *others;
	size_t n_pinned, n_others, shown = 0, k = 0;
	int r;

	r = store_dialog_pinned(c->db, c->user_id, p->folder > 0 ? p->folder : 0, &c->arena, &pinned,
	                        &n_pinned);
	if (r < 0 || (r = store_dialog_count(c->db, c->user_id, p->folder, &p->total)) < 0)
		return r;
	/* More than asked, since pinned ones are passed over. */
	r = store_dialog_page(c->db, c->user_id, p->folder, date, id, peer, p->limit + LIMIT_PINNED_ARCHIVED,
	                      &c->arena, &others, &n_others);
	if (r >= 0)
		r = dialog_merge_channels(c, p->folder, date, id, peer, p->limit + LIMIT_PINNED_ARCHIVED,
		                          &others, &n_others, &p->total);
	if (r < 0)
		return r;
	p->rows = ARENA_ARRAY(&c->arena, struct store_dialog, n_pinned + p->limit + 1);
	for (size_t i = 0; i < n_pinned; i++) {
		if ((r = dialog_fill(c, &pinned[i])) < 0)
			return r;
		if (pinned[i].top_id) {
			pinned[shown++] = pinned[i];
			if (p->first && p->pinned)
				p->rows[p->n++] = pinned[i];
		}
	}
	for (size_t i = 0; i < n_others && k < p->limit; i++)
		if (!stands_apart(p, &others[i])) {
			p->rows[p->n++] = others[i];
			k++;
		}
	if (!p->pinned)
		p->total -= (uint32_t)shown;
	p->is_all = p->first && p->n >= p->total;
	return 0;
}

/* An offset is a place, not a right: TDLib sends it without an access hash. */
static int64_t offset_key(const struct rpc_call *c, const struct tl_obj *p)
{
	if (TL_IS(inputPeerSelf, p))
		return c->user_id;
	if (TL_IS(inputPeerChannel, p))
		return peer_channel(TL_AS(inputPeerChannel, p)->channel_id);
	if (TL_IS(inputPeerChat, p))
		return peer_chat(TL_AS(inputPeerChat, p)->chat_id);
	return TL_IS(inputPeerUser, p) ? TL_AS(inputPeerUser, p)->user_id : 0;
}

int messages_getDialogs(struct rpc_call *c, const struct tl_messages_getDialogs *q)
{
	int64_t offset_peer = offset_key(c, q->offset_peer);
	struct page p = {.folder = q->has_folder_id ? q->folder_id : -1,
	                 .first = !q->offset_date && !q->offset_id && !offset_peer,
	                 .pinned = !q->exclude_pinned,
	                 .limit = q->limit < 1                    ? 20
	                          : q->limit > LIMIT_DIALOGS_PAGE ? LIMIT_DIALOGS_PAGE
	                                                          : (uint32_t)q->limit};
	struct tl_messages_dialogsSlice *s;
	struct tl_messages_dialogs *d;
	struct list l;
	int r;

	if (q->has_folder_id && (q->folder_id < 0 || q->folder_id > 1))
		return rpc_fail(c, 400, "FOLDER_ID_INVALID");
	if ((r = read_page(c, &p, q->offset_date, q->offset_id, offset_peer)) < 0 ||
	    (r = view_list(c, p.rows, p.n, &l)) < 0)
		return r;
	if (p.is_all) {
		d = TL_NEW(&c->arena, messages_dialogs);
		d->dialogs = l.dialogs;
		d->messages = l.messages;
		d->users = l.users;
		d->chats = l.chats;
		return rpc_reply(c, &d->o);
	}
	s = TL_NEW(&c->arena, messages_dialogsSlice);
	s->count = (int32_t)p.total;
	s->dialogs = l.dialogs;
	s->messages = l.messages;
	s->users = l.users;
	s->chats = l.chats;
	return rpc_reply(c, &s->o);
}

static int reply_peer_dialogs(struct rpc_call *c, const struct store_dialog *rows, size_t n)
{
	struct tl_messages_peerDialogs *p = TL_NEW(&c->arena, messages_peerDialogs);
	struct list l;
	int r;

	if ((r = view_list(c, rows, n, &l)) < 0 || (r = sync_state(c, &p->state)) < 0)
		return r;
	p->dialogs = l.dialogs;
	p->messages = l.messages;
	p->users = l.users;
	p->chats = l.chats;
	return rpc_reply(c, &p->o);
}

int messages_getPinnedDialogs(struct rpc_call *c, const struct tl_messages_getPinnedDialogs *q)
{
	struct store_dialog *rows;
	size_t n, shown = 0;
	int r;

	if (q->folder_id != 0 && q->folder_id != 1)
		return rpc_fail(c, 400, "FOLDER_ID_INVALID");
	r = store_dialog_pinned(c->db, c->user_id, q->folder_id, &c->arena, &rows, &n);
	for (size_t i = 0; r >= 0 && i < n; i++)
		if ((r = dialog_fill(c, &rows[i])) >= 0 &&
		    rows[i].top_id) /* the list is made of top messages */
			rows[shown++] = rows[i];
	return r < 0 ? r : reply_peer_dialogs(c, rows, shown);
}

int messages_getPeerDialogs(struct rpc_call *c, const struct tl_messages_getPeerDialogs *q)
{
	struct store_dialog *rows = ARENA_ARRAY(&c->arena, struct store_dialog, q->peers.n + 1u);
	const struct tl_inputDialogPeer *in;
	struct peer peer;
	size_t n = 0;
	int r;

	if (q->peers.n > LIMIT_DIALOGS_PAGE)
		return rpc_fail(c, 400, "INPUT_PEERS_EMPTY");
	for (uint32_t i = 0; i < q->peers.n; i++) {
		in = TL_AS(inputDialogPeer, q->peers.v[i]);
		if (!in)
			continue; /* a folder: it has no row of its own */
		if ((r = peer_resolve(c, in->peer, &peer)) < 0)
			return r;
		/* A chat without messages is a dialog with top_message 0: clients open it by this. */
		r = store_dialog_get(c->db, c->user_id, peer.key, &c->arena, &rows[n]);
		if (r < 0 || (r = dialog_fill(c, &rows[n++])) < 0)
			return r;
	}
	return reply_peer_dialogs(c, rows, n);
}
