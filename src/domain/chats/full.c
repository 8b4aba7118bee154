/* full.c - messages.getChats and getFullChat: all that one may know of a group. */
#include "base/err.h"
#include "domain/bots/bot.h"
#include "domain/channels/channel.h"
#include "domain/chats/photo.h"
#include "domain/chats/private.h"
#include "domain/dialogs/dialog.h"
#include "domain/messages/later.h"
#include "domain/users/peer.h"
#include "domain/reactions/react.h"
#include "rpc_methods.h"
#include "store/dialog.h"
#include "store/link.h"
#include "store/msg.h"
#include "updates/online.h"
#include "updates/peer.h"

int messages_getChats(struct rpc_call *c, const struct tl_messages_getChats *q)
{
	struct tl_messages_chats *m = TL_NEW(&c->arena, messages_chats);
	struct chat ch;
	struct view v;
	int r;

	if (q->id.n > LIMIT_MESSAGES_PER_CALL)
		return rpc_fail(c, 400, "CHAT_ID_INVALID");
	view_init(&v, c);
	for (uint32_t i = 0; i < q->id.n; i++) {
		if ((r = chat_resolve(c, q->id.v[i], &ch)) < 0)
			return r;
		view_peer(&v, peer_chat(ch.row.id));
	}
	r = view_chats(&v, &m->chats);
	return r < 0 ? r : rpc_reply(c, &m->o);
}

struct tl_obj *chat_participant_view(struct view *v, const struct store_chat_member *m)
{
	struct tl_chatParticipantCreator *creator = TL_NEW(&v->c->arena, chatParticipantCreator);
	struct tl_chatParticipantAdmin *admin = TL_NEW(&v->c->arena, chatParticipantAdmin);
	struct tl_chatParticipant *member = TL_NEW(&v->c->arena, chatParticipant);

	view_peer(v, m->user);
	if (m->rank_n)
		creator->rank = admin->rank = member->rank = arena_slice(&v->c->arena,
		                                                         slice_of(m->rank, m->rank_n));
	creator->user_id = admin->user_id = member->user_id = m->user;
	if (m->role == STORE_CHAT_CREATOR)
		return &creator->o;
	view_peer(v, m->inviter);
	admin->inviter_id = member->inviter_id = m->inviter;
	admin->date = member->date = (int32_t)m->date;
	return m->role == STORE_CHAT_ADMIN ? &admin->o : &member->o;
}

int chat_participants_view(struct view *v, const struct chat *ch, struct tl_obj **ret)
{
	struct tl_chatParticipantsForbidden *none = TL_NEW(&v->c->arena, chatParticipantsForbidden);
	struct tl_chatParticipants *o = TL_NEW(&v->c->arena, chatParticipants);
	struct store_chat_member *m;
	size_t n;
	int r;

	none->chat_id = o->chat_id = ch->row.id;
	*ret = &none->o;
	if (!ch->in || (ch->row.flags & STORE_CHAT_GONE))
		return 0;
	if ((r = store_chat_members(v->c->db, ch->row.id, &v->c->arena, &m, &n)) < 0)
		return r;
	o->version = ch->row.version;
	o->participants = tl_vec_new(&v->c->arena, (uint32_t)n);
	for (size_t i = 0; i < n; i++)
		o->participants.v[i] = chat_participant_view(v, &m[i]);
	*ret = &o->o;
	return 0;
}

static int set_own(struct rpc_call *c, const struct chat *ch, struct tl_chatFull *f)
{
	int64_t key = peer_chat(ch->row.id);
	struct store_dialog d;
	struct store_msg *rows;
	size_t n;
	int r = later_any(c, &(struct peer){.key = key});

	f->has_scheduled = r > 0;
	if (r < 0 || (r = store_dialog_get(c->db, c->user_id, key, &c->arena, &d)) < 0 ||
	    (r = store_msg_walk_pinned(c->db, c->user_id, key, INT32_MAX, false, 1, &c->arena, &rows, &n)) <
	            0)
		return r;
	f->has_folder_id = d.folder != 0;
	f->folder_id = d.folder;
	f->has_pinned_msg_id = n > 0;
	f->pinned_msg_id = n ? rows[0].id : 0;
	return notify_view(c, c->user_id, key, NOTIFY_PEER, &f->notify_settings);
}

/* For admins: their link, and who waits to be let in. */
static int set_links(struct view *v, const struct chat *ch, struct tl_chatFull *f)
{
	int r;

	if (!chat_is_admin(ch))
		return 0;
	r = channel_links_view(v, peer_chat(ch->row.id), &f->exported_invite, &f->requests_pending,
	                       &f->recent_requesters);
	f->has_requests_pending = f->requests_pending > 0;
	return r;
}

/* What its bots say of themselves. */
static int set_bots(struct view *v, const struct chat *ch, struct tl_chatFull *f)
{
	struct tl_vec list = tl_vec_new(&v->c->arena, LIMIT_BOTS);
	struct store_chat_member *m;
	size_t n;
	int r = ch->in ? store_chat_members(v->c->db, ch->row.id, &v->c->arena, &m, &n) : 0;

	list.n = 0;
	for (size_t i = 0; ch->in && r >= 0 && i < n && list.n < LIMIT_BOTS; i++) {
		struct tl_obj *o;

		r = bot_info_view(v, m[i].user, peer_chat(ch->row.id), &o);
		if (r >= 0 && o)
			list.v[list.n++] = o;
	}
	if (list.n)
		f->bot_info = list;
	return r < 0 ? r : 0;
}

int messages_getFullChat(struct rpc_call *c, const struct tl_messages_getFullChat *q)
{
	struct tl_messages_chatFull *o = TL_NEW(&c->arena, messages_chatFull);
	struct tl_chatFull *f = TL_NEW(&c->arena, chatFull);
	struct chat ch;
	struct view v;
	int r;

	if ((r = chat_resolve(c, q->chat_id, &ch)) < 0)
		return r;
	if (ch.row.flags & STORE_CHAT_GONE)
		return rpc_fail(c, 400, "CHAT_ID_INVALID");
	view_init(&v, c);
	view_peer(&v, peer_chat(ch.row.id));
	f->id = ch.row.id;
	f->about = ch.row.about.p ? ch.row.about : SLICE_LIT("");
	f->can_set_username = ch.in && ch.me.role == STORE_CHAT_CREATOR;
	f->has_ttl_period = ch.row.ttl > 0;
	f->ttl_period = ch.row.ttl;
	if ((r = chat_participants_view(&v, &ch, &f->participants)) < 0 || (r = set_own(c, &ch, f)) < 0 ||
	    (r = group_photo_object(c, peer_chat(ch.row.id), ch.row.photo, &f->chat_photo)) < 0 ||
	    (r = reactions_available(c, ch.row.reactions, &f->available_reactions)) < 0 ||
	    (r = set_links(&v, &ch, f)) < 0 || (r = set_bots(&v, &ch, f)) < 0)
		return r;
	o->full_chat = &f->o;
	if ((r = view_mentioned(&v, &o->users, &o->chats)) < 0)
		return r;
	return rpc_reply(c, &o->o);
}

int chat_online(struct rpc_call *c, const struct chat *ch, int32_t *ret)
{
	struct store_chat_member *m;
	size_t n;
	int r;

	*ret = 0;
	if (!ch->in)
		return 0;
	r = store_chat_members(c->db, ch->row.id, &c->arena, &m, &n);
	for (size_t i = 0; r >= 0 && i < n; i++)
		*ret += upd_online_has(c->app->online, m[i].user);
	return r;
}
