/* participants.c - channels.getParticipants by each filter, channels.getParticipant. */
#include "base/err.h"
#include "base/utf8.h"
#include "domain/channels/private.h"
#include "domain/search/fold.h"
#include "rpc/list_hash.h"
#include "rpc_methods.h"
#include "store/contact.h"
#include "store/user.h"
#include "updates/peer.h"

enum { BATCH = 500 }; /* members looked at at once for a name */

struct listing {
	struct rpc_call *c;
	struct channel ch;
	enum store_channel_list which;
	struct slice q; /* folded; empty: everybody */
	bool contacts;
	uint32_t offset, limit;
	int32_t count;
	struct store_channel_member *rows;
	uint32_t n;
};

/* Which rows a filter means. False: none that we know. */
static bool filter_of(struct listing *l, const struct tl_obj *f)
{
	struct slice q = {0};

	l->which = STORE_CHANNEL_RECENT;
	if (TL_IS(channelParticipantsRecent, f)) {
	} else if (TL_IS(channelParticipantsAdmins, f)) {
		l->which = STORE_CHANNEL_ADMINS;
	} else if (TL_IS(channelParticipantsBots, f)) {
		l->which = STORE_CHANNEL_BOTS;
	} else if (TL_IS(channelParticipantsKicked, f)) {
		l->which = STORE_CHANNEL_KICKEDS;
		q = TL_AS(channelParticipantsKicked, f)->q;
	} else if (TL_IS(channelParticipantsBanned, f)) {
		l->which = STORE_CHANNEL_RESTRICTEDS;
		q = TL_AS(channelParticipantsBanned, f)->q;
	} else if (TL_IS(channelParticipantsSearch, f)) {
		q = TL_AS(channelParticipantsSearch, f)->q;
	} else if (TL_IS(channelParticipantsMentions, f)) {
		q = TL_AS(channelParticipantsMentions, f)->q;
	} else if (TL_IS(channelParticipantsContacts, f)) {
		q = TL_AS(channelParticipantsContacts, f)->q;
		l->contacts = true;
	} else {
		return false;
	}
	if (q.n && utf8_valid(q) && utf8_len(q) <= LIMIT_SEARCH_QUERY)
		l->q = search_fold(&l->c->arena, q);
	return true;
}

static int may_list(const struct listing *l)
{
	const struct channel *ch = &l->ch;
	bool open = channel_is_admin(ch);

	if (!open && (ch->row.flags & STORE_CHANNEL_MEGAGROUP) && channel_is_in(ch))
		open = l->which == STORE_CHANNEL_ADMINS || l->which == STORE_CHANNEL_BOTS ||
		       (l->which == STORE_CHANNEL_RECENT &&
		        !(ch->row.flags & STORE_CHANNEL_PARTICIPANTS_HIDDEN));
	if (!open && (ch->row.flags & STORE_CHANNEL_MEGAGROUP) &&
	    ch->row.username.n) /* guests of a public group */
		open = l->which == STORE_CHANNEL_RECENT &&
		       !(ch->row.flags & STORE_CHANNEL_PARTICIPANTS_HIDDEN);
	return open ? 0 : rpc_fail(l->c, 400, "CHAT_ADMIN_REQUIRED");
}

/* 1: his names have the words that are asked for. */
static int matches(struct listing *l, int64_t user)
{
	struct arena *a = &l->c->arena;
	struct store_contact contact;
	struct store_user u;
	struct slice text;
	int r;

	if (!l->q.n)
		return 1;
	r = store_user_load(l->c->db, user, a, &u);
	if (r < 0)
		return r == -ERR_NOTFOUND ? 0 : r;
	r = store_contact_get(l->c->db, l->c->user_id, user, a, &contact);
	if (r == 0) {
		u.first = contact.first;
		u.last = contact.last;
	} else if (r != -ERR_NOTFOUND) {
		return r;
	}
	text = arena_printf(a, "%.*s %.*s %.*s", (int)u.first.n, (const char *)u.first.p, (int)u.last.n,
	                    (const char *)u.last.p, (int)u.username.n, (const char *)u.username.p);
	return search_matches_prefixes(search_fold(a, text), l->q);
}

static void keep(struct listing *l, const struct store_channel_member *m)
{
	if (l->count++ >= (int32_t)l->offset && l->n < l->limit)
		l->rows[l->n++] = *m;
}

/* Names are not indexed by channel: the newest LIMIT_PARTICIPANTS_SEARCHED are looked through. */
static int by_name(struct listing *l)
{
	struct store_channel_member *v;
	size_t n = BATCH;
	int r = 0;

	for (uint32_t at = 0; n == BATCH && at < LIMIT_PARTICIPANTS_SEARCHED; at += BATCH) {
		r = store_channel_members(l->c->db, l->ch.row.id, l->which, at, BATCH, &l->c->arena, &v, &n);
		for (size_t i = 0; r >= 0 && i < n; i++)
			if ((r = matches(l, v[i].user)) > 0)
				keep(l, &v[i]);
		if (r < 0)
			return r;
	}
	return 0;
}

/* From the caller's contacts, who are fewer than members. */
static int by_contacts(struct listing *l)
{
	struct store_contact *v;
	size_t n;
	int r = store_contact_list(l->c->db, l->c->user_id, LIMIT_CONTACTS, &l->c->arena, &v, &n);

	for (size_t i = 0; r >= 0 && i < n; i++) {
		struct store_channel_member m;

		if ((r = member_load(l->c, &l->ch, v[i].user_id, &m)) < 0)
			return r;
		if (member_is_in(&m) && (r = matches(l, v[i].user_id)) > 0)
			keep(l, &m);
	}
	return r < 0 ? r : 0;
}

static int plainly(struct listing *l)
{
	const struct store_channel *ch = &l->ch.row;
	size_t n = 0;
	int r = 0;

	if (l->offset < LIMIT_PARTICIPANTS_SHOWN)
		r = store_channel_members(l->c->db, ch->id, l->which, l->offset, l->limit, &l->c->arena,
		                          &l->rows, &n);
	l->n = (uint32_t)n;
	switch (l->which) {
	case STORE_CHANNEL_RECENT:
		l->count = ch->members;
		break;
	case STORE_CHANNEL_ADMINS:
		l->count = ch->admins;
		break;
	case STORE_CHANNEL_KICKEDS:
		l->count = ch->kicked;
		break;
	case STORE_CHANNEL_RESTRICTEDS:
		l->count = ch->restricted;
		break;
	case STORE_CHANNEL_BOTS:
		l->count = (int32_t)(l->offset + l->n);
		break;
	}
	return r;
}

/* As clients compute it over what they have (api.md 4.3). */
static int64_t hash_of(const struct listing *l)
{
	uint64_t h = 0;

	for (uint32_t i = 0; i < l->n; i++)
		h = list_hash(h, (uint64_t)l->rows[i].user);
	return (int64_t)h;
}

static int answer(struct listing *l)
{
	struct rpc_call *c = l->c;
	struct tl_channels_channelParticipants *o = TL_NEW(&c->arena, channels_channelParticipants);
	struct view v;
	int r;

	view_init(&v, c);
	view_peer(&v, peer_channel(l->ch.row.id));
	o->participants = tl_vec_new(&c->arena, l->n);
	o->participants.n = 0;
	for (uint32_t i = 0; i < l->n; i++) {
		const struct store_channel_member *m = &l->rows[i];

		if (l->which == STORE_CHANNEL_ADMINS && (m->rights & ADMIN_ANONYMOUS) &&
		    !channel_is_admin(&l->ch))
			continue;
		o->participants.v[o->participants.n++] = participant_view(&v, &l->ch.me, m);
	}
	o->count = l->count < (int32_t)o->participants.n ? (int32_t)o->participants.n : l->count;
	if ((r = view_mentioned(&v, &o->users, &o->chats)) < 0)
		return r;
	return rpc_reply(c, &o->o);
}

int channels_getParticipants(struct rpc_call *c, const struct tl_channels_getParticipants *q)
{
	struct listing l = {.c = c, .limit = LIMIT_PARTICIPANTS_PAGE};
	int r;

	if ((r = channel_resolve(c, q->channel, &l.ch)) < 0)
		return r;
	if (!filter_of(&l, q->filter))
		return rpc_fail(c, 400, "FILTER_NOT_SUPPORTED");
	if (q->offset < 0)
		return rpc_fail(c, 400, "OFFSET_INVALID");
	if ((r = may_list(&l)) < 0)
		return r;
	l.offset = (uint32_t)q->offset;
	if (q->limit > 0 && (uint32_t)q->limit < l.limit)
		l.limit = (uint32_t)q->limit;
	l.rows = ARENA_ARRAY(&c->arena, struct store_channel_member, l.limit);
	r = l.contacts ? by_contacts(&l) : l.q.n ? by_name(&l) : plainly(&l);
	if (r < 0)
		return r;
	if (q->hash && q->hash == hash_of(&l))
		return rpc_reply(c, &TL_NEW(&c->arena, channels_channelParticipantsNotModified)->o);
	return answer(&l);
}

int channels_getParticipant(struct rpc_call *c, const struct tl_channels_getParticipant *q)
{
	struct tl_channels_channelParticipant *o = TL_NEW(&c->arena, channels_channelParticipant);
	struct store_channel_member m;
	struct channel ch;
	struct peer peer;
	struct view v;
	int r;

	if ((r = channel_resolve(c, q->channel, &ch)) < 0 || (r = peer_resolve(c, q->participant, &peer)) < 0)
		return r;
	if (!peer_is_user(peer.key))
		return rpc_fail(c, 400, "PARTICIPANT_ID_INVALID");
	if (peer.key != c->user_id && !channel_is_admin(&ch) &&
	    (ch.row.flags & (STORE_CHANNEL_BROADCAST | STORE_CHANNEL_PARTICIPANTS_HIDDEN)))
		return rpc_fail(c, 400, "CHAT_ADMIN_REQUIRED");
	if ((r = member_load(c, &ch, peer.key, &m)) < 0)
		return r;
	if (!member_is_in(&m) && !(m.banned && channel_is_admin(&ch)))
		return rpc_fail(c, 400, "USER_NOT_PARTICIPANT");
	view_init(&v, c);
	view_peer(&v, peer_channel(ch.row.id));
	o->participant = participant_view(&v, &ch.me, &m);
	if ((r = view_mentioned(&v, &o->users, &o->chats)) < 0)
		return r;
	return rpc_reply(c, &o->o);
}
