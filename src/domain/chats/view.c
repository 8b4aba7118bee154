/* view.c - chat objects of basic groups, each made for one viewer. */
#include "base/err.h"
#include "domain/channels/rights.h"
#include "domain/chats/chat.h"
#include "domain/chats/photo.h"
#include "domain/users/peer.h"
#include "updates/peer.h"

enum { /* of an admin */
       RIGHTS = ADMIN_CHANGE_INFO | ADMIN_DELETE | ADMIN_BAN | ADMIN_INVITE | ADMIN_PIN | ADMIN_CALL |
	        ADMIN_OTHER
};

static struct tl_obj *forbidden(struct view *v, const struct store_chat *c)
{
	struct tl_chatForbidden *o = TL_NEW(&v->c->arena, chatForbidden);

	o->id = c->id;
	o->title = c->title;
	return &o->o;
}

static struct tl_obj *migrated_to(struct view *v, int64_t channel)
{
	struct tl_inputChannel *o = TL_NEW(&v->c->arena, inputChannel);

	o->channel_id = channel;
	o->access_hash = access_hash(v->c->app, v->viewer, ACCESS_CHANNEL, channel);
	return &o->o;
}

int chat_view(struct view *v, int64_t id, struct tl_obj **ret)
{
	struct store_chat_member m;
	struct store_chat c;
	struct tl_chat *o;
	bool in, kicked;
	int r;

	r = store_chat_get(v->c->db, id, &v->c->arena, &c);
	if (r < 0)
		return r;
	r = store_chat_member_get(v->c->db, id, v->viewer, &m);
	if (r < 0 && r != -ERR_NOTFOUND)
		return r;
	in = r == 0;
	/* Who was thrown out is told no more than what it is called. */
	if ((r = in ? 0 : chat_was_kicked(v->c, id, v->viewer)) < 0)
		return r;
	kicked = r;
	if ((c.flags & STORE_CHAT_GONE) || kicked) {
		*ret = forbidden(v, &c);
		return 0;
	}
	o = TL_NEW(&v->c->arena, chat);
	o->id = id;
	o->title = c.title;
	o->participants_count = c.members;
	o->date = (int32_t)c.date;
	o->version = c.version;
	o->creator = c.creator == v->viewer;
	o->left = !in && !c.migrated_to; /* who came along did not leave */
	o->noforwards = (c.flags & STORE_CHAT_NOFORWARDS) != 0;
	if (c.migrated_to) {
		o->deactivated = true;
		o->migrated_to = migrated_to(v, c.migrated_to);
	}
	if (in && m.role != STORE_CHAT_MEMBER)
		o->admin_rights = admin_rights_view(
			&v->c->arena, m.role == STORE_CHAT_CREATOR ? RIGHTS | ADMIN_ADD_ADMINS : RIGHTS);
	o->default_banned_rights = banned_rights_view(&v->c->arena, c.banned, INT32_MAX);
	*ret = &o->o;
	return group_photo_view(v, peer_chat(id), c.photo, &o->photo);
}
