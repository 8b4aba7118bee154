/*
 * status.c - presence. An account is online until a time; that time, past or to come, is one column of its row, so that
 * nobody has to be told when it runs out.
 */
#include "domain/messages/later.h"
#include "domain/users/view.h"
#include "rpc_methods.h"
#include "store/contact.h"
#include "store/dialog.h"
#include "store/user.h"
#include "updates/event.h"
#include "updates/online.h"
#include "updates/peer.h"

enum { TOLD_CONTACTS = 2000, TOLD_DIALOGS = 100 };

/* Who looks at this account: those who have it as a contact, and the partners of its newest chats. */
static int watchers(struct rpc_call *c, struct view *v)
{
	struct store_dialog *rows;
	int64_t *who;
	size_t n;
	int r;

	r = store_contact_known_by(c->db, c->user_id, TOLD_CONTACTS, &c->arena, &who, &n);
	for (size_t i = 0; r >= 0 && i < n; i++)
		view_peer(v, who[i]);
	if (r >= 0)
		r = store_dialog_page(c->db, c->user_id, -1, 0, 0, 0, TOLD_DIALOGS, &c->arena, &rows, &n);
	for (size_t i = 0; r >= 0 && i < n; i++)
		if (peer_is_user(rows[i].peer))
			view_peer(v, rows[i].peer);
	return r;
}

int account_updateStatus(struct rpc_call *c, const struct tl_account_updateStatus *q)
{
	struct upd_event ev = {.kind = UPD_STATUS, .peer = c->user_id};
	struct view v;
	int r;

	r = store_user_set_seen(c->db, c->user_id, q->offline ? c->now : c->now + LIMIT_ONLINE_SECONDS);
	if (r >= 0 && !q->offline)
		r = later_came_online(c, c->user_id);
	if (r < 0)
		return r;
	view_init(&v, c); /* only its set of users */
	if ((r = watchers(c, &v)) < 0)
		return r;
	for (uint32_t i = 0; i < v.n_peers; i++) {
		ev.owner = v.peers[i];
		if (ev.owner == c->user_id || !upd_online_has(c->app->online, ev.owner))
			continue;
		if ((r = rpc_log_event(c, &ev)) < 0)
			return r;
	}
	return rpc_reply_bool(c, true);
}
