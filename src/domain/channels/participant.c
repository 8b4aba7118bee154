/*
 * participant.c - what somebody is in a channel, as a viewer gets it. Admins who act in the group's name are plain members to
 * whoever is no admin.
 */
#include "domain/channels/private.h"
#include "updates/peer.h"

static bool viewer_is_admin(const struct store_channel_member *as)
{
	return as->role == STORE_CHANNEL_ADMIN || as->role == STORE_CHANNEL_CREATOR;
}

static struct tl_obj *creator(struct view *v, const struct store_channel_member *m)
{
	struct tl_channelParticipantCreator *o = TL_NEW(&v->c->arena, channelParticipantCreator);

	o->user_id = m->user;
	o->admin_rights = admin_rights_view(&v->c->arena, m->rights ? m->rights : ADMIN_ALL);
	o->rank = m->rank.n ? m->rank : (struct slice){0};
	return &o->o;
}

static struct tl_obj *admin(struct view *v, const struct store_channel_member *as,
                            const struct store_channel_member *m)
{
	struct tl_channelParticipantAdmin *o = TL_NEW(&v->c->arena, channelParticipantAdmin);

	o->can_edit = as->role == STORE_CHANNEL_CREATOR ||
	              (as->role == STORE_CHANNEL_ADMIN && (as->rights & ADMIN_ADD_ADMINS) &&
	               m->by == as->user);
	o->self = m->user == v->viewer;
	o->user_id = m->user;
	o->promoted_by = m->by;
	o->date = (int32_t)m->date;
	o->admin_rights = admin_rights_view(&v->c->arena, m->rights);
	o->rank = m->rank.n ? m->rank : (struct slice){0};
	if (o->self) { /* TDLib wants it of oneself; who brought him was overwritten by who promoted him */
		o->has_inviter_id = true;
		o->inviter_id = m->by;
	}
	view_peer(v, m->by);
	return &o->o;
}

static struct tl_obj *banned(struct view *v, const struct store_channel_member *m)
{
	struct tl_channelParticipantBanned *o = TL_NEW(&v->c->arena, channelParticipantBanned);

	o->left = !member_is_in(m);
	o->peer = peer_to_tl(&v->c->arena, m->user);
	o->kicked_by = m->by ? m->by : m->user;
	o->date = (int32_t)m->date;
	o->banned_rights = banned_rights_view(&v->c->arena, m->banned, (int32_t)m->until);
	view_peer(v, o->kicked_by);
	return &o->o;
}

static struct tl_obj *self(struct view *v, const struct store_channel_member *m)
{
	struct tl_channelParticipantSelf *o = TL_NEW(&v->c->arena, channelParticipantSelf);

	o->via_request = m->by_request;
	o->user_id = m->user;
	o->inviter_id = m->by ? m->by : m->user;
	o->date = (int32_t)m->date;
	o->rank = m->rank.n ? m->rank : (struct slice){0};
	view_peer(v, o->inviter_id);
	return &o->o;
}

struct tl_obj *participant_view(struct view *v, const struct store_channel_member *as,
                                const struct store_channel_member *m)
{
	struct tl_channelParticipantLeft *left;
	struct tl_channelParticipant *o;

	view_peer(v, m->user);
	if (m->role == STORE_CHANNEL_CREATOR)
		return creator(v, m);
	if (m->role == STORE_CHANNEL_ADMIN && (viewer_is_admin(as) || !(m->rights & ADMIN_ANONYMOUS)))
		return admin(v, as, m);
	if (m->banned)
		return banned(v, m);
	if (!member_is_in(m)) {
		left = TL_NEW(&v->c->arena, channelParticipantLeft);
		left->peer = peer_to_tl(&v->c->arena, m->user);
		return &left->o;
	}
	if (m->user == v->viewer)
		return self(v, m);
	o = TL_NEW(&v->c->arena, channelParticipant);
	o->user_id = m->user;
	o->date = (int32_t)m->date;
	o->rank = m->rank.n ? m->rank : (struct slice){0};
	return &o->o;
}
