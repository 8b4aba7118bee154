/*
 * join.c - who comes into a basic group by himself: by an invite link, at once or when an admin lets him in. The links are kept and
 * managed with those of channels (channels/links.c).
 */
#include "base/err.h"
#include "domain/channels/channel.h"
#include "domain/chats/photo.h"
#include "domain/chats/private.h"
#include "domain/messages/message.h"
#include "domain/users/peer.h"
#include "rpc_methods.h"
#include "store/link.h"
#include "updates/peer.h"

enum { SHOWN_MEMBERS = 5, RECENT = 5 };

static int shown_members(struct view *v, int64_t chat, struct tl_vec *ret)
{
	struct store_chat_member *m;
	struct view some;
	size_t n;
	int r = store_chat_members(v->c->db, chat, &v->c->arena, &m, &n);

	view_init(&some, v->c);
	for (size_t i = 0; r >= 0 && i < n && i < SHOWN_MEMBERS; i++)
		view_peer(&some, m[i].user);
	return r < 0 ? r : view_users(&some, ret);
}

int chat_invite_view(struct rpc_call *c, const struct chat *ch, const struct store_link *l)
{
	struct tl_chatInviteAlready *in = TL_NEW(&c->arena, chatInviteAlready);
	struct tl_chatInvite *o = TL_NEW(&c->arena, chatInvite);
	struct view v;
	int r;

	view_init(&v, c);
	if (ch->in) {
		r = chat_view(&v, ch->row.id, &in->chat);
		return r < 0 ? r : rpc_reply(c, &in->o);
	}
	o->request_needed = (l->flags & STORE_LINK_REQUEST) != 0;
	o->title = ch->row.title;
	o->about = ch->row.about.n ? ch->row.about : (struct slice){0};
	o->participants_count = ch->row.members;
	if ((r = shown_members(&v, ch->row.id, &o->participants)) < 0 ||
	    (r = group_photo_object(c, peer_chat(ch->row.id), ch->row.photo, &o->photo)) < 0)
		return r;
	if (!o->photo)
		o->photo = &TL_NEW(&c->arena, photoEmpty)->o;
	return rpc_reply(c, &o->o);
}

/* --- requests */

static int tell_admins(struct rpc_call *c, int64_t chat)
{
	struct store_chat_member *m;
	size_t n;
	int r = store_chat_members(c->db, chat, &c->arena, &m, &n);

	for (size_t i = 0; r >= 0 && i < n; i++) {
		struct upd_event ev = {
			.owner = m[i].user, .kind = UPD_JOIN_REQUESTS, .peer = peer_chat(chat)};

		if (m[i].user == c->user_id)
			ev.except_key = c->client->auth_key_id;
		if (m[i].role != STORE_CHAT_MEMBER)
			r = rpc_log_event(c, &ev);
	}
	return r < 0 ? r : 0;
}

int chat_requests_view(struct view *v, int64_t peer, struct tl_obj **ret)
{
	struct tl_updatePendingJoinRequests *u = TL_NEW(&v->c->arena, updatePendingJoinRequests);
	struct store_link_user *rows;
	uint32_t waiting;
	int64_t *users;
	size_t n;
	int r;

	if ((r = store_requests_count(v->c->db, peer, &waiting)) < 0 ||
	    (r = store_requests(v->c->db, peer, SLICE_LIT(""), 0, 0, RECENT, &v->c->arena, &rows, &n)) < 0)
		return r;
	users = ARENA_ARRAY(&v->c->arena, int64_t, n + 1);
	for (size_t i = 0; i < n; i++)
		view_peer(v, users[i] = rows[i].user);
	u->peer = peer_to_tl(&v->c->arena, peer);
	u->requests_pending = (int32_t)waiting;
	u->recent_requesters = (struct tl_vec_long){users, (uint32_t)n};
	view_peer(v, peer);
	*ret = &u->o;
	return 0;
}

static int settle(struct rpc_call *c, int64_t chat, int64_t user)
{
	int r = store_request_delete(c->db, peer_chat(chat), user);

	return r > 0 ? tell_admins(c, chat) : r;
}

/* What he says of himself as he comes. */
static int say_came(struct rpc_call *c, int64_t chat, int64_t user, struct tl_obj *action)
{
	struct tl_messageService *content = TL_NEW(&c->arena, messageService);
	struct message_draft m = {.from = user,
	                          .peer = peer_chat(chat),
	                          .content = &content->o,
	                          .except_key = user == c->user_id ? c->client->auth_key_id : 0};
	int32_t id;

	content->action = action;
	return message_deliver(c, &m, &id);
}

/* It counts who comes by it. */
static int note_came(struct rpc_call *c, const struct store_link *l, int64_t user, int64_t approved_by)
{
	struct store_link_user u = {.user = user, .date = c->now, .approved_by = approved_by};
	int r = store_link_put(c->db, l);

	return r < 0 ? r : store_link_came(c->db, l->peer, l->hash, &u);
}

int chat_invite_follow(struct rpc_call *c, struct chat *ch, struct store_link *l)
{
	struct tl_messageActionChatJoinedByLink *a = TL_NEW(&c->arena, messageActionChatJoinedByLink);
	struct store_link_user u = {.user = c->user_id, .date = c->now, .hash = l->hash};
	int r;

	if (ch->in)
		return rpc_fail(c, 400, "USER_ALREADY_PARTICIPANT");
	if (ch->row.members >= LIMIT_CHAT_MEMBERS)
		return rpc_fail(c, 400, "USERS_TOO_MUCH");
	if (l->flags & STORE_LINK_REQUEST) {
		r = store_request_put(c->db, l->peer, &u);
		if (r > 0 && (r = tell_admins(c, ch->row.id)) >= 0)
			r = chat_tell_bots_asked(c, ch->row.id, l->hash);
		return r < 0 ? r : rpc_reply_error(c, 400, "INVITE_REQUEST_SENT");
	}
	a->inviter_id = l->admin;
	if ((r = settle(c, ch->row.id, c->user_id)) < 0 || /* by which the row may count differently */
	    (r = store_link_get(c->db, l->peer, l->hash, &c->arena, l)) < 0)
		return r;
	l->used++;
	if ((r = chat_come(c, ch, c->user_id, l->admin, &(struct member_way){.link = l}, 0)) < 0 ||
	    (r = note_came(c, l, c->user_id, 0)) < 0)
		return r;
	return say_came(c, ch->row.id, c->user_id, &a->o);
}

int chat_request_settle(struct rpc_call *c, struct chat *ch, const struct store_link_user *u, bool approved)
{
	struct member_way way = {.let_in = true};
	struct store_chat_member m;
	struct store_link l;
	int r;

	if ((r = settle(c, ch->row.id, u->user)) < 0 || !approved)
		return r;
	r = store_chat_member_get(c->db, ch->row.id, u->user, &m);
	if (r != -ERR_NOTFOUND) /* he came in another way */
		return r;
	r = u->hash.n ? store_link_get(c->db, peer_chat(ch->row.id), u->hash, &c->arena, &l) : -ERR_NOTFOUND;
	if (r < 0 && r != -ERR_NOTFOUND)
		return r;
	if (r == 0) {
		l.used++;
		way.link = &l;
	}
	if ((r = chat_catch_up(c, ch->row.id, c->user_id)) < 0 ||
	    (r = chat_come(c, ch, u->user, c->user_id, &way, 0)) < 0 ||
	    (way.link && (r = note_came(c, &l, u->user, c->user_id)) < 0))
		return r;
	return say_came(c, ch->row.id, u->user, &TL_NEW(&c->arena, messageActionChatJoinedByRequest)->o);
}
