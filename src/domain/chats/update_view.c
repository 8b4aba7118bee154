/* update_view.c - updates of a basic group that are no messages, as a member gets them; see chat.h. */
#include "base/err.h"
#include "base/rd.h"
#include "domain/channels/rights.h"
#include "domain/chats/private.h"
#include "domain/users/peer.h"
#include "updates/peer.h"

static struct tl_obj *changed(struct arena *a, int64_t chat)
{
	struct tl_updateChat *u = TL_NEW(a, updateChat);

	u->chat_id = chat;
	return &u->o;
}

/* As it is now. */
static int rank(struct view *v, int64_t chat, const int64_t p[5], struct tl_obj **ret)
{
	struct tl_updateChatParticipantRank *u = TL_NEW(&v->c->arena, updateChatParticipantRank);
	struct store_chat_member m;
	int r = store_chat_member_get(v->c->db, chat, p[1], &m);

	if (r < 0)
		return r == -ERR_NOTFOUND ? 0 : r;
	u->chat_id = chat;
	u->user_id = p[1];
	u->version = (int32_t)p[3];
	u->rank = arena_slice(&v->c->arena, slice_of(m.rank, m.rank_n));
	*ret = &u->o;
	return 0;
}

static struct tl_obj *member(struct arena *a, int64_t chat, const int64_t p[5])
{
	struct tl_updateChatParticipantAdd *added = TL_NEW(a, updateChatParticipantAdd);
	struct tl_updateChatParticipantDelete *removed = TL_NEW(a, updateChatParticipantDelete);
	struct tl_updateChatParticipantAdmin *admin = TL_NEW(a, updateChatParticipantAdmin);

	switch ((enum member_change)p[0]) {
	case MEMBER_ADDED:
		added->chat_id = chat;
		added->user_id = p[1];
		added->inviter_id = p[2];
		added->version = (int32_t)p[3];
		added->date = (int32_t)p[4];
		return &added->o;
	case MEMBER_REMOVED:
		removed->chat_id = chat;
		removed->user_id = p[1];
		removed->version = (int32_t)p[3];
		return &removed->o;
	case MEMBER_ADMIN:
	case MEMBER_NO_ADMIN:
		admin->chat_id = chat;
		admin->user_id = p[1];
		admin->is_admin = p[0] == MEMBER_ADMIN;
		admin->version = (int32_t)p[3];
		return &admin->o;
	case MEMBER_RANK:
		break;
	}
	return NULL;
}

static int rights(struct view *v, int64_t chat, struct tl_obj **ret)
{
	struct tl_updateChatDefaultBannedRights *u = TL_NEW(&v->c->arena, updateChatDefaultBannedRights);
	struct store_chat row;
	int r = store_chat_get(v->c->db, chat, &v->c->arena, &row);

	if (r < 0)
		return r == -ERR_NOTFOUND ? 0 : r;
	u->peer = peer_to_tl(&v->c->arena, peer_chat(chat));
	u->default_banned_rights = banned_rights_view(&v->c->arena, row.banned, INT32_MAX);
	u->version = row.version;
	*ret = &u->o;
	return 0;
}

static int ttl(struct view *v, int64_t chat, struct tl_obj **ret)
{
	struct tl_updatePeerHistoryTTL *u = TL_NEW(&v->c->arena, updatePeerHistoryTTL);
	struct store_chat row;
	int r = store_chat_get(v->c->db, chat, &v->c->arena, &row);

	if (r < 0)
		return r == -ERR_NOTFOUND ? 0 : r;
	u->has_ttl_period = row.ttl > 0;
	u->ttl_period = row.ttl;
	u->peer = peer_to_tl(&v->c->arena, peer_chat(chat));
	*ret = &u->o;
	return 0;
}

static int typing(struct view *v, const struct upd_event *ev, struct tl_obj **ret)
{
	struct tl_updateChatUserTyping *u = TL_NEW(&v->c->arena, updateChatUserTyping);
	struct rd in = rd_of(ev->payload.p, ev->payload.n);
	int64_t from = (int64_t)rd_u64(&in);

	u->chat_id = peer_chat_id(ev->peer);
	u->from_id = peer_to_tl(&v->c->arena, from);
	if (tl_decode(&in, &v->c->arena, &u->action) < 0)
		return -ERR_CORRUPT;
	*ret = &u->o;
	return 0;
}

int chat_update_view(struct view *v, const struct upd_event *ev, struct tl_obj **ret)
{
	int64_t chat = peer_chat_id(ev->peer), p[5];

	*ret = NULL;
	if (ev->kind == UPD_CHAT_TYPING)
		return typing(v, ev, ret);
	view_peer(v, ev->peer);
	switch (ev->kind) {
	case UPD_CHAT:
		*ret = changed(&v->c->arena, chat);
		return 0;
	case UPD_PEER_TTL:
		return ttl(v, chat, ret);
	case UPD_CHAT_RIGHTS:
		return rights(v, chat, ret);
	case UPD_CHAT_MEMBER:
		if (ev->payload.n != sizeof(p))
			return -ERR_CORRUPT;
		memcpy(p, ev->payload.p, sizeof(p));
		view_peer(v, peer_user(p[1]));
		view_peer(v, peer_user(p[2]));
		if (p[0] == MEMBER_RANK)
			return rank(v, chat, p, ret);
		*ret = member(&v->c->arena, chat, p);
		return 0;
	default:
		return 0;
	}
}
