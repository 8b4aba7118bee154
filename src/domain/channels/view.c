/* view.c - channel objects, each made for one viewer: what he is there, what he may, his access hash; min for a crowd. */
#include "base/err.h"
#include "domain/channels/channel.h"
#include "domain/channels/rights.h"
#include "domain/chats/photo.h"
#include "updates/peer.h"

static struct tl_obj *forbidden(struct view *v, const struct store_channel *c, int32_t until)
{
	struct tl_channelForbidden *o = TL_NEW(&v->c->arena, channelForbidden);

	o->id = c->id;
	o->access_hash = access_hash(v->c->app, v->viewer, ACCESS_CHANNEL, c->id);
	o->title = c->title;
	o->broadcast = (c->flags & STORE_CHANNEL_BROADCAST) != 0;
	o->megagroup = !o->broadcast;
	if (until) {
		o->has_until_date = true;
		o->until_date = until;
	}
	return &o->o;
}

static void set_flags(struct tl_channel *o, int flags)
{
	o->broadcast = (flags & STORE_CHANNEL_BROADCAST) != 0;
	o->megagroup = (flags & STORE_CHANNEL_MEGAGROUP) != 0;
	o->gigagroup = (flags & STORE_CHANNEL_GIGAGROUP) != 0;
	o->forum = (flags & STORE_CHANNEL_FORUM) != 0;
	o->signatures = (flags & STORE_CHANNEL_SIGNATURES) != 0;
	o->signature_profiles = (flags & STORE_CHANNEL_SIGNATURE_PROFILES) != 0;
	o->noforwards = (flags & STORE_CHANNEL_NOFORWARDS) != 0;
	o->join_to_send = (flags & STORE_CHANNEL_JOIN_TO_SEND) != 0;
	o->join_request = (flags & STORE_CHANNEL_JOIN_REQUEST) != 0;
	o->verified = (flags & STORE_CHANNEL_VERIFIED) != 0;
}

/* What only the viewer's own row tells. */
static void set_own(struct view *v, struct tl_channel *o, const struct store_channel_member *m)
{
	struct arena *a = &v->c->arena;

	o->creator = m->role == STORE_CHANNEL_CREATOR;
	o->left = m->role != STORE_CHANNEL_CREATOR && m->role != STORE_CHANNEL_ADMIN &&
	          m->role != STORE_CHANNEL_MEMBER;
	if (o->creator || m->role == STORE_CHANNEL_ADMIN)
		o->admin_rights = admin_rights_view(a, m->rights ? m->rights : ADMIN_ALL);
	if (m->banned && !o->creator)
		o->banned_rights = banned_rights_view(a, m->banned, (int32_t)m->until);
}

int channel_view(struct view *v, int64_t id, bool min, struct tl_obj **ret)
{
	struct store_channel_member m = {.channel = id, .user = v->viewer};
	struct store_channel c;
	struct tl_channel *o;
	int r;

	r = store_channel_get(v->c->db, id, &v->c->arena, &c);
	if (r < 0)
		return r;
	if (!min) {
		r = store_channel_member_get(v->c->db, id, v->viewer, &v->c->arena, &m);
		if (r < 0 && r != -ERR_NOTFOUND)
			return r;
	}
	if ((c.flags & STORE_CHANNEL_CLOSED) || m.role == STORE_CHANNEL_KICKED) {
		*ret = forbidden(v, &c, m.role == STORE_CHANNEL_KICKED ? (int32_t)m.until : 0);
		return 0;
	}
	o = TL_NEW(&v->c->arena, channel);
	o->id = id;
	o->title = c.title;
	o->date = (int32_t)(m.date ? m.date : c.date);
	o->username = c.username.n ? c.username : (struct slice){0};
	o->has_link = c.linked != 0;
	o->slowmode_enabled = c.slowmode != 0;
	if ((r = group_photo_view(v, peer_channel(id), c.photo, &o->photo)) < 0)
		return r;
	o->min = min;
	o->has_participants_count = true;
	o->participants_count = c.members;
	set_flags(o, c.flags);
	if (c.flags &
	    STORE_CHANNEL_MEGAGROUP) /* in min ones, too: clients take what is absent as nothing forbidden */
		o->default_banned_rights = banned_rights_view(&v->c->arena, c.banned, INT32_MAX);
	o->has_access_hash = true;
	o->access_hash = access_hash(v->c->app, v->viewer, ACCESS_CHANNEL, id);
	if (!min)
		set_own(v, o, &m);
	*ret = &o->o;
	return 0;
}
