/* view.c - chat objects of basic groups, each made for one viewer. */
#include "base/err.h"
#include "domain/channels/rights.h"
#include "domain/chats/chat.h"
#include "domain/users/peer.h"

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
	bool in;
	int r;

	r = store_chat_get(v->c->db, id, &v->c->arena, &c);
	if (r < 0)
		return r;
	r = store_chat_member_get(v->c->db, id, v->viewer, &m);
	if (r < 0 && r != -ERR_NOTFOUND)
		return r;
	in = r == 0;
	if (c.flags & STORE_CHAT_GONE) {
		*ret = forbidden(v, &c);
		return 0;
	}
	o = TL_NEW(&v->c->arena, chat);
	o->id = id;
	o->title = c.title;
	o->photo = &TL_NEW(&v->c->arena, chatPhotoEmpty)->o;
	o->participants_count = c.members;
	o->date = (int32_t)c.date;
	o->version = c.version;
	o->creator = in && m.role == STORE_CHAT_CREATOR;
	o->left = !in;
	o->noforwards = (c.flags & STORE_CHAT_NOFORWARDS) != 0;
	if (c.migrated_to) {
		o->deactivated = true;
		o->migrated_to = migrated_to(v, c.migrated_to);
	}
	if (in && m.role != STORE_CHAT_MEMBER)
		o->admin_rights = admin_rights_view(
			&v->c->arena, ADMIN_ALL & ~(ADMIN_POST | ADMIN_EDIT | ADMIN_TOPICS | ADMIN_DIRECT));
	o->default_banned_rights = banned_rights_view(&v->c->arena, c.banned, INT32_MAX);
	*ret = &o->o;
	return 0;
}
