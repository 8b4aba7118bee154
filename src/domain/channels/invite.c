/* invite.c - invite links as somebody uses them: messages.checkChatInvite, messages.importChatInvite. */
#include "base/err.h"
#include "domain/channels/private.h"
#include "domain/chats/photo.h"
#include "rpc_methods.h"
#include "updates/peer.h"

enum { SHOWN_MEMBERS = 5, PEEK_SECONDS = 300 };

static bool is_over(struct rpc_call *c, const struct store_link *l)
{
	return (l->flags & STORE_LINK_REVOKED) || (l->expires && l->expires <= c->now) ||
	       (l->most && l->used >= l->most);
}

/* A basic group's. */
static int follow_to_chat(struct rpc_call *c, const struct store_link *l, struct chat *ch)
{
	int r = chat_load(c, peer_chat_id(l->peer), ch);

	if (r < 0)
		return r == -ERR_NOTFOUND ? rpc_fail(c, 400, "INVITE_HASH_EXPIRED") : r;
	if (!chat_is_open(ch) || (is_over(c, l) && !ch->in))
		return rpc_fail(c, 400, "INVITE_HASH_EXPIRED");
	if (ch->in)
		return 0;
	/* He is not told that he was thrown out. */
	r = chat_was_kicked(c, ch->row.id, c->user_id);
	return r > 0 ? rpc_fail(c, 400, "INVITE_HASH_EXPIRED") : r;
}

/* The link that counts now, and where it leads, with the caller in it: *ret_chat, or NULL and ch. */
static int follow(struct rpc_call *c, struct slice hash, struct store_link *l, struct channel *ch,
                  struct chat **ret_chat)
{
	int64_t peer;
	int r;

	hash = link_hash(hash);
	if (!hash.n)
		return rpc_fail(c, 400, "INVITE_HASH_EMPTY");
	r = store_link_find(c->db, hash, &peer);
	if (r == -ERR_NOTFOUND)
		return rpc_fail(c, 400, "INVITE_HASH_INVALID");
	*ret_chat = NULL;
	if (r == 0 && peer_is_chat(peer)) {
		*ret_chat = ARENA_NEW(&c->arena, struct chat);
		r = store_link_get(c->db, peer, hash, &c->arena, l);
		return r < 0 ? r : follow_to_chat(c, l, *ret_chat);
	}
	if (r < 0 || (r = store_link_get(c->db, peer, hash, &c->arena, l)) < 0 ||
	    (r = channel_load(c, peer_channel_id(peer), ch)) < 0)
		return r == -ERR_NOTFOUND ? rpc_fail(c, 400, "INVITE_HASH_EXPIRED") : r;
	if ((ch->row.flags & STORE_CHANNEL_CLOSED) || is_over(c, l))
		return channel_is_in(ch) && !(ch->row.flags & STORE_CHANNEL_CLOSED)
		               ? 0
		               : rpc_fail(c, 400, "INVITE_HASH_EXPIRED");
	if (ch->me.role == STORE_CHANNEL_KICKED)
		return rpc_fail(c, 400, "INVITE_HASH_EXPIRED"); /* he is not told that he was thrown out */
	return 0;
}

/* Some members whom a preview shows: of a group, those whom the caller knows need no more of him than he has. */
static int shown_members(struct view *v, const struct channel *ch, struct tl_vec *ret)
{
	struct store_channel_member *rows;
	struct view some;
	size_t n;
	int r;

	if (!(ch->row.flags & STORE_CHANNEL_MEGAGROUP) || (ch->row.flags & STORE_CHANNEL_PARTICIPANTS_HIDDEN))
		return 0;
	r = store_channel_members(v->c->db, ch->row.id, STORE_CHANNEL_RECENT, 0, SHOWN_MEMBERS, &v->c->arena,
	                          &rows, &n);
	view_init(&some, v->c);
	for (size_t i = 0; r >= 0 && i < n; i++)
		if (!(rows[i].rights & ADMIN_ANONYMOUS))
			view_peer(&some, rows[i].user);
	return r < 0 ? r : view_users(&some, ret);
}

static int preview(struct rpc_call *c, const struct store_link *l, const struct channel *ch)
{
	struct tl_chatInvite *o = TL_NEW(&c->arena, chatInvite);
	struct view v;
	int r;

	o->channel = true;
	o->broadcast = (ch->row.flags & STORE_CHANNEL_BROADCAST) != 0;
	o->megagroup = !o->broadcast;
	o->public = ch->row.username.n > 0;
	o->request_needed = (l->flags & STORE_LINK_REQUEST) != 0;
	o->verified = (ch->row.flags & STORE_CHANNEL_VERIFIED) != 0;
	o->title = ch->row.title;
	o->about = ch->row.about.n ? ch->row.about : (struct slice){0};
	o->participants_count = ch->row.members;
	view_init(&v, c);
	if ((r = shown_members(&v, ch, &o->participants)) < 0 ||
	    (r = group_photo_object(c, peer_channel(ch->row.id), ch->row.photo, &o->photo)) < 0)
		return r;
	if (!o->photo)
		o->photo = &TL_NEW(&c->arena, photoEmpty)->o;
	return rpc_reply(c, &o->o);
}

int messages_checkChatInvite(struct rpc_call *c, const struct tl_messages_checkChatInvite *q)
{
	struct tl_chatInviteAlready *in = TL_NEW(&c->arena, chatInviteAlready);
	struct tl_chatInvitePeek *peek = TL_NEW(&c->arena, chatInvitePeek);
	struct store_link l;
	struct channel ch;
	struct chat *chat;
	struct view v;
	int r;

	if ((r = follow(c, q->hash, &l, &ch, &chat)) < 0)
		return r;
	if (chat)
		return chat_invite_view(c, chat, &l);
	view_init(&v, c);
	if (channel_is_in(&ch)) {
		r = channel_view(&v, ch.row.id, false, &in->chat);
		return r < 0 ? r : rpc_reply(c, &in->o);
	}
	if (!channel_may_see(&ch))
		return preview(c, &l, &ch);
	/* He may look around without coming in. */
	peek->expires = (int32_t)c->now + PEEK_SECONDS;
	r = channel_view(&v, ch.row.id, false, &peek->chat);
	return r < 0 ? r : rpc_reply(c, &peek->o);
}

static int say_joined(struct rpc_call *c, struct channel *ch, const struct store_link *l)
{
	struct tl_messageActionChatJoinedByLink *a = TL_NEW(&c->arena, messageActionChatJoinedByLink);

	if (!(ch->row.flags & STORE_CHANNEL_MEGAGROUP))
		return 0;
	a->inviter_id = l->admin;
	return channel_say(c, ch, &a->o);
}

static int note_joined(struct rpc_call *c, const struct channel *ch, const struct store_link *l)
{
	struct tl_channelAdminLogEventActionParticipantJoinByInvite *a = TL_NEW(
		&c->arena, channelAdminLogEventActionParticipantJoinByInvite);
	struct view v;

	view_init(&v, c);
	a->invite = link_view(&v, l);
	return channel_log(c, ch->row.id, CHANNEL_LOG_JOIN, &a->o);
}

int messages_importChatInvite(struct rpc_call *c, const struct tl_messages_importChatInvite *q)
{
	struct store_link_user u = {.user = c->user_id, .date = c->now};
	struct store_link l;
	struct channel ch;
	struct chat *chat;
	int r;

	if ((r = follow(c, q->hash, &l, &ch, &chat)) < 0)
		return r;
	if (chat)
		return (r = chat_invite_follow(c, chat, &l)) < 0 || (l.flags & STORE_LINK_REQUEST)
		               ? r
		               : channel_reply_joined(c);
	if (channel_is_in(&ch))
		return rpc_fail(c, 400, "USER_ALREADY_PARTICIPANT");
	if ((r = member_has_room(c, &ch, c->user_id)) < 0)
		return r;
	if (l.flags & STORE_LINK_REQUEST)
		return request_join(c, &ch, l.hash);
	member_comes(c, &ch.me, l.admin);
	l.used++; /* as it is shown to bots */
	if ((r = member_put_by(c, &ch, &ch.me, &(struct member_way){.link = &l})) < 0 ||
	    (r = request_settle(c, &ch, c->user_id)) < 0)
		return r;
	/* A request of his by this link was settled: the row may count differently now. */
	if ((r = store_link_get(c->db, l.peer, l.hash, &c->arena, &l)) < 0)
		return r;
	l.used++;
	if ((r = store_link_put(c->db, &l)) < 0 || (r = store_link_came(c->db, l.peer, l.hash, &u)) < 0 ||
	    (r = say_joined(c, &ch, &l)) < 0 || (r = note_joined(c, &ch, &l)) < 0)
		return r;
	return channel_reply_joined(c);
}
