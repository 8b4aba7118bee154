/* create.c - messages.createChat, addChatUser, and how somebody comes into a group. */
#include "base/err.h"
#include "domain/bots/bot.h"
#include "domain/channels/channel.h"
#include "domain/chats/birth.h"
#include "domain/chats/private.h"
#include "domain/dialogs/dialog.h"
#include "domain/users/privacy.h"
#include "rpc_methods.h"
#include "store/dialog.h"
#include "store/msg.h"
#include "store/user.h"
#include "updates/peer.h"

enum { COPIES = 50 }; /* of what was said before, for who comes */

/* 1: the caller may bring him into a group of his, 0: he does not want it. */
static int may_bring(struct rpc_call *c, int64_t user)
{
	struct store_user u;
	int r = store_user_load(c->db, user, &c->arena, &u);

	if (r == -ERR_NOTFOUND || (r == 0 && (u.flags & STORE_USER_DELETED)))
		return rpc_fail(c, 400, "INPUT_USER_DEACTIVATED");
	if (r < 0 || (r = bot_may_join(c, user)) < 0)
		return r;
	return privacy_may_be_added(c, user);
}

static void miss(struct arena *a, struct tl_vec *missing, int64_t user)
{
	struct tl_missingInvitee *m = TL_NEW(a, missingInvitee);

	m->user_id = user;
	missing->v[missing->n++] = &m->o;
}

static bool has(const int64_t *v, size_t n, int64_t x)
{
	for (size_t i = 0; i < n; i++)
		if (v[i] == x)
			return true;
	return false;
}

/* Whom a new group begins with, the caller first, and who is missing. */
static int first_members(struct rpc_call *c, struct tl_vec in, int64_t **ret, size_t *ret_n,
                         struct tl_vec *missing)
{
	int64_t *v = ARENA_ARRAY(&c->arena, int64_t, in.n + 1), user;
	size_t n = 0;
	int r;

	if (!in.n)
		return rpc_fail(c, 400, "USERS_TOO_FEW");
	if (in.n >= LIMIT_CHAT_MEMBERS)
		return rpc_fail(c, 400, "USERS_TOO_MUCH");
	v[n++] = c->user_id;
	*missing = tl_vec_new(&c->arena, in.n);
	missing->n = 0;
	for (uint32_t i = 0; i < in.n; i++) {
		if ((r = user_resolve(c, in.v[i], &user)) < 0)
			return r;
		if (has(v, n, user))
			continue;
		if ((r = may_bring(c, user)) < 0)
			return r;
		if (r)
			v[n++] = user;
		else
			miss(&c->arena, missing, user);
	}
	*ret = v;
	*ret_n = n;
	return 0;
}

int messages_createChat(struct rpc_call *c, const struct tl_messages_createChat *q)
{
	struct tl_messageActionChatCreate *action = TL_NEW(&c->arena, messageActionChatCreate);
	struct tl_vec *missing = ARENA_NEW(&c->arena, struct tl_vec);
	struct store_chat row = {.creator = c->user_id, .date = c->now, .version = 1};
	struct store_chat_member m = {.inviter = c->user_id, .date = c->now};
	int64_t *users;
	size_t n;
	int r;

	if ((r = chat_title(c, q->title, &row.title)) < 0)
		return r;
	if (q->ttl_period < 0 || q->ttl_period > LIMIT_TTL_PERIOD)
		return rpc_fail(c, 400, "TTL_PERIOD_INVALID");
	if ((r = first_members(c, q->users, &users, &n, missing)) < 0)
		return r;
	row.ttl = q->has_ttl_period ? q->ttl_period : 0;
	row.members = (int32_t)n;
	if ((r = store_chat_insert(c->db, &row)) < 0)
		return r;
	m.chat = row.id;
	for (size_t i = 0; i < n; i++) {
		m.user = users[i];
		m.role = i ? STORE_CHAT_MEMBER : STORE_CHAT_CREATOR;
		if ((r = store_chat_member_put(c->db, &m)) < 0)
			return r;
	}
	action->title = row.title;
	action->users = (struct tl_vec_long){users, (uint32_t)n};
	if ((r = chat_say(c, row.id, &action->o)) < 0)
		return r;
	m.role = STORE_CHAT_MEMBER;
	for (size_t i = 1; i < n; i++)
		if (peer_is_bot(m.user = users[i]) && (r = chat_tell_bots(c, row.id, NULL, &m, NULL)) < 0)
			return r;
	return channel_reply_invited(c, missing);
}

/* --- who comes later */

/* What the caller has of the last messages, for one who has none of them. */
static int copy_last(struct rpc_call *c, int64_t chat, int64_t user, uint32_t most)
{
	struct store_msg *rows, his;
	size_t n;
	int r;

	if (!most)
		return 0;
	r = store_msg_walk(c->db, c->user_id, peer_chat(chat), INT32_MAX, false, 0, most, &c->arena, &rows,
	                   &n);
	for (size_t i = n; r >= 0 && i-- > 0;) {
		struct store_out act = {.chat = chat,
		                        .owner = rows[i].origin_owner,
		                        .id = rows[i].origin_id,
		                        .date = rows[i].date};
		struct birth b = {.from = rows[i].from_id,
		                  .flags = rows[i].flags & (STORE_MSG_SILENT | STORE_MSG_NOFORWARDS),
		                  .grouped_id = rows[i].grouped_id};
		struct store_media carried;
		struct store_msg answered;

		r = store_msg_by_origin(c->db, user, act.owner, act.id, &c->arena, &his);
		if (r != -ERR_NOTFOUND) /* he was here before */
			continue;
		r = store_media_get(c->db, rows[i].owner, rows[i].peer, rows[i].id, &carried);
		if (r == 0) {
			b.kind = carried.kind;
			b.file = carried.file;
		}
		if ((r == 0 || r == -ERR_NOTFOUND) && rows[i].reply_to) {
			r = store_msg_get(c->db, rows[i].owner, rows[i].peer, rows[i].reply_to, &c->arena,
			                  &answered);
			if (r == 0) {
				b.reply_owner = answered.origin_owner;
				b.reply_id = answered.origin_id;
			}
		}
		if (r == 0 || r == -ERR_NOTFOUND)
			r = birth_into(c, user, &act, &b, rows[i].edit_date);
	}
	return r < 0 ? r : 0;
}

int chat_was_kicked(struct rpc_call *c, int64_t chat, int64_t user)
{
	struct store_dialog d;
	int r = store_dialog_get(c->db, user, peer_chat(chat), &c->arena, &d);

	return r <= 0 ? r : (d.flags & DIALOG_KICKED) != 0;
}

/* Who comes is one who was thrown out no more. */
static int forgive(struct rpc_call *c, int64_t chat, int64_t user)
{
	struct store_dialog d;
	int r = store_dialog_get(c->db, user, peer_chat(chat), &c->arena, &d);

	if (r <= 0 || !(d.flags & DIALOG_KICKED))
		return r < 0 ? r : 0;
	d.flags &= ~DIALOG_KICKED;
	return store_dialog_put(c->db, &d);
}

int chat_come(struct rpc_call *c, struct chat *ch, int64_t user, int64_t inviter,
              const struct member_way *way, uint32_t copies)
{
	struct store_chat_member m = {.chat = ch->row.id,
	                              .user = user,
	                              .inviter = inviter,
	                              .date = c->now,
	                              .role = user == ch->row.creator ? STORE_CHAT_CREATOR
	                                                              : STORE_CHAT_MEMBER};
	int r;

	if (ch->row.members >= LIMIT_CHAT_MEMBERS)
		return rpc_fail(c, 400, "USERS_TOO_MUCH");
	if ((r = forgive(c, ch->row.id, user)) < 0)
		return r;
	ch->row.members++;
	if ((r = store_chat_member_put(c->db, &m)) < 0 || (r = chat_put_next(c, &ch->row)) < 0 ||
	    (r = chat_say_member(c, ch, &m, MEMBER_ADDED, true)) < 0 ||
	    (r = chat_catch_up(c, ch->row.id, user)) < 0 ||
	    (r = chat_tell_bots(c, ch->row.id, NULL, &m, way)) < 0)
		return r;
	if (peer_is_bot(user)) /* what was said before is not for it */
		copies = 0;
	return copy_last(c, ch->row.id, user, copies < COPIES ? copies : COPIES);
}

/* 1: he is in it already; 0: the caller may bring him, as far as the group goes. */
static int may_add(struct rpc_call *c, const struct chat *ch, int64_t user)
{
	struct store_chat_member m;
	int r = store_chat_member_get(c->db, ch->row.id, user, &m);

	if (r != -ERR_NOTFOUND)
		return r < 0 ? r : 1;
	if ((r = chat_may(c, ch, CHAT_INVITE)) < 0 || (r = chat_was_kicked(c, ch->row.id, user)) < 0)
		return r;
	return r && !chat_is_admin(ch) ? rpc_fail(c, 400, "USER_KICKED") : 0;
}

static int add(struct rpc_call *c, struct chat *ch, int64_t user, uint32_t copies)
{
	struct tl_messageActionChatAddUser *action = TL_NEW(&c->arena, messageActionChatAddUser);
	int r;

	action->users = (struct tl_vec_long){&user, 1};
	if ((r = chat_catch_up(c, ch->row.id, c->user_id)) < 0 ||
	    (r = chat_come(c, ch, user, c->user_id, NULL, copies)) < 0 ||
	    (r = chat_say(c, ch->row.id, &action->o)) < 0)
		return r;
	return chat_catch_up(c, ch->row.id, user);
}

int chat_invite(struct rpc_call *c, struct chat *ch, int64_t user)
{
	int r = may_add(c, ch, user);

	if (r != 0)
		return r < 0 ? r : 0;
	if ((r = may_bring(c, user)) <= 0)
		return r < 0 ? r : rpc_fail(c, 403, "USER_PRIVACY_RESTRICTED");
	return add(c, ch, user, 0);
}

int messages_addChatUser(struct rpc_call *c, const struct tl_messages_addChatUser *q)
{
	struct tl_vec *missing = ARENA_NEW(&c->arena, struct tl_vec);
	struct chat ch;
	int64_t user;
	int r;

	if ((r = chat_resolve(c, q->chat_id, &ch)) < 0 || (r = chat_may(c, &ch, CHAT_INVITE)) < 0 ||
	    (r = user_resolve(c, q->user_id, &user)) < 0 || (r = may_add(c, &ch, user)) < 0)
		return r;
	if (r)
		return rpc_fail(c, 400, "USER_ALREADY_PARTICIPANT");
	*missing = tl_vec_new(&c->arena, 1);
	missing->n = 0;
	if ((r = may_bring(c, user)) < 0)
		return r;
	if (!r) {
		miss(&c->arena, missing, user);
		return channel_reply_invited(c, missing);
	}
	if ((r = add(c, &ch, user, q->fwd_limit > 0 ? (uint32_t)q->fwd_limit : 0)) < 0)
		return r;
	return channel_reply_invited(c, missing);
}
