/* members.c - who leaves a group or is thrown out, and who is an admin: messages.deleteChatUser, editChatAdmin. */
#include "base/err.h"
#include "domain/chats/jobs.h"
#include "domain/chats/private.h"
#include "domain/dialogs/dialog.h"
#include "domain/messages/message.h"
#include "domain/messages/twin.h"
#include "rpc_methods.h"
#include "store/dialog.h"
#include "store/msg.h"
#include "updates/peer.h"

enum { ROWS_A_SLICE = 20 };

/* Admins throw out members, the creator everybody, and anybody whom he brought himself. */
static int may_kick(struct rpc_call *c, const struct chat *ch, const struct store_chat_member *m)
{
	if (ch->in && chat_is_open(ch) && m->inviter == c->user_id && m->role == STORE_CHAT_MEMBER)
		return 0;
	if (m->role != STORE_CHAT_MEMBER && ch->me.role != STORE_CHAT_CREATOR)
		return rpc_fail(c, 400, "CHAT_ADMIN_REQUIRED");
	return chat_may(c, ch, CHAT_KICK);
}

static int note_kicked(struct rpc_call *c, int64_t chat, int64_t user)
{
	struct store_dialog d;
	int r = store_dialog_get(c->db, user, peer_chat(chat), &c->arena, &d);

	if (r < 0)
		return r;
	d.flags |= DIALOG_KICKED;
	return store_dialog_put(c->db, &d);
}

/* The last that he hears is that he is out. */
static int go(struct rpc_call *c, struct chat *ch, const struct store_chat_member *m)
{
	struct tl_messageActionChatDeleteUser *action = TL_NEW(&c->arena, messageActionChatDeleteUser);
	struct upd_event ev = {.owner = m->user, .kind = UPD_CHAT, .peer = peer_chat(ch->row.id)};
	struct store_out act = {.kind = ACT_EVENT, .id = UPD_CHAT_MEMBER, .date = c->now};
	int64_t chat = ch->row.id, by = m->user == c->user_id ? 0 : c->user_id;
	int64_t p[5] = {MEMBER_REMOVED, m->user, m->inviter, 0, m->date};
	int r;

	action->user_id = m->user;
	if ((r = chat_say(c, chat, &action->o)) < 0 || (r = chat_catch_up(c, chat, m->user)) < 0 ||
	    (r = store_chat_member_delete(c->db, chat, m->user)) < 0 ||
	    (by && (r = note_kicked(c, chat, m->user)) < 0))
		return r;
	ch->row.members--;
	if ((r = chat_put_next(c, &ch->row)) < 0 || (r = chat_tell_bots(c, chat, m, NULL, NULL)) < 0)
		return r;
	if (by)
		return (r = rpc_log_event(c, &ev)) < 0 ? r : chat_say_member(c, ch, m, MEMBER_REMOVED, true);
	p[3] = ch->row.version;
	act.payload = slice_of(p, sizeof(p));
	ev.except_key = c->client->auth_key_id;
	r = rpc_log_event(c, &ev);
	return r < 0 ? r : out_tell(c, chat, 0, &act);
}

int messages_deleteChatUser(struct rpc_call *c, const struct tl_messages_deleteChatUser *q)
{
	struct store_chat_member m;
	struct chat ch;
	int64_t user;
	int r;

	if ((r = chat_resolve(c, q->chat_id, &ch)) < 0 || (r = user_resolve(c, q->user_id, &user)) < 0)
		return r;
	if (!chat_is_open(&ch))
		return rpc_fail(c, 400, "CHAT_ID_INVALID");
	r = store_chat_member_get(c->db, ch.row.id, user, &m);
	if (r == -ERR_NOTFOUND)
		return rpc_fail(c, 400, "USER_NOT_PARTICIPANT");
	if (r < 0 || (user != c->user_id && (r = may_kick(c, &ch, &m)) < 0) || (r = go(c, &ch, &m)) < 0)
		return r;
	if (q->revoke_history &&
	    (r = jobs_add(c, CHAT_CLEAR_JOB, peer_chat(ch.row.id), 0, slice_of(&user, sizeof(user)))) < 0)
		return r;
	return chat_reply(c);
}

int chat_clear(struct rpc_call *c, int64_t chat, int64_t user)
{
	struct store_msg *rows;
	int32_t pts;
	size_t n;
	int r = store_msg_walk(c->db, user, peer_chat(chat), INT32_MAX, false, 0, ROWS_A_SLICE, &c->arena,
	                       &rows, &n);

	if (r < 0 || !n)
		return r;
	r = messages_remove(c, user, rows, (uint32_t)n, 0, &pts);
	return r < 0 ? r : 1;
}

int chat_clear_job(struct rpc_call *c, const struct store_job *j, struct jobs_next *next)
{
	struct store_chat_member m;
	int64_t user;
	int r;

	if (j->payload.n != sizeof(user))
		return 0;
	memcpy(&user, j->payload.p, sizeof(user));
	r = store_chat_member_get(c->db, peer_chat_id(j->owner), user, &m);
	if (r != -ERR_NOTFOUND) /* he is back: what he sees now is his */
		return r;
	r = chat_clear(c, peer_chat_id(j->owner), user);
	next->again = r > 0;
	return r < 0 ? r : 0;
}

int messages_editChatAdmin(struct rpc_call *c, const struct tl_messages_editChatAdmin *q)
{
	enum store_chat_role role = q->is_admin ? STORE_CHAT_ADMIN : STORE_CHAT_MEMBER;
	struct upd_event ev = {.kind = UPD_CHAT};
	struct store_chat_member m, had;
	struct chat ch;
	int r;

	if ((r = chat_resolve(c, q->chat_id, &ch)) < 0 || (r = chat_may(c, &ch, CHAT_PROMOTE)) < 0 ||
	    (r = user_resolve(c, q->user_id, &ev.owner)) < 0)
		return r;
	r = store_chat_member_get(c->db, ch.row.id, ev.owner, &m);
	if (r == -ERR_NOTFOUND)
		return rpc_fail(c, 400, "USER_NOT_PARTICIPANT");
	if (r < 0)
		return r;
	if (m.role == STORE_CHAT_CREATOR)
		return rpc_fail(c, 400, "USER_CREATOR");
	if (m.role == role)
		return rpc_reply_bool(c, true);
	had = m;
	m.role = role;
	ev.peer = peer_chat(ch.row.id);
	if ((r = chat_catch_up(c, ch.row.id, c->user_id)) < 0 || (r = store_chat_member_put(c->db, &m)) < 0 ||
	    (r = chat_put_next(c, &ch.row)) < 0 ||
	    (r = chat_say_member(c, &ch, &m, q->is_admin ? MEMBER_ADMIN : MEMBER_NO_ADMIN, false)) < 0 ||
	    (r = rpc_log_event(c, &ev)) < 0 || (r = chat_tell_bots(c, ch.row.id, &had, &m, NULL)) < 0)
		return r;
	return rpc_reply_bool(c, true);
}
