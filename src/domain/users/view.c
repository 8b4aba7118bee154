/*
 * view.c - user objects, each made for one viewer: his own names for his contacts, phone and last seen by the other's
 * privacy, his own access hash. Never min (api.md 3.1).
 */
#include "domain/users/view.h"

#include "base/err.h"
#include "base/settings.h"
#include "domain/bots/bot.h"
#include "domain/channels/channel.h"
#include "domain/chats/chat.h"
#include "domain/users/peer.h"
#include "domain/users/photo_view.h"
#include "domain/users/privacy.h"
#include "store/contact.h"
#include "store/user.h"
#include "updates/peer.h"

enum { /* what a coarse status tells: api.md 3.3 */
       DAY = 86400,
       RECENTLY = 3 * DAY,
       LAST_WEEK = 7 * DAY,
       LAST_MONTH = 30 * DAY,
};

void view_init(struct view *v, struct rpc_call *c)
{
	*v = (struct view){.c = c, .viewer = c->user_id};
}

void view_peer(struct view *v, int64_t peer)
{
	uint32_t lo = 0, hi = v->n_peers, mid;
	int64_t *more;

	if (!peer)
		return;
	while (lo < hi) {
		mid = (lo + hi) / 2;
		if (v->peers[mid] == peer)
			return;
		if (v->peers[mid] < peer)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (v->n_peers == v->cap_peers) {
		v->cap_peers = v->cap_peers ? v->cap_peers * 2 : 8;
		more = ARENA_ARRAY(&v->c->arena, int64_t, v->cap_peers);
		if (v->n_peers)
			memcpy(more, v->peers, v->n_peers * sizeof(*more));
		v->peers = more;
	}
	memmove(v->peers + lo + 1, v->peers + lo, (v->n_peers - lo) * sizeof(*v->peers));
	v->peers[lo] = peer;
	v->n_peers++;
}

void view_file(struct view *v, int kind, int64_t id)
{
	struct view_file *more;

	if (!v->crowd)
		return;
	if (v->n_files == v->cap_files) {
		v->cap_files = v->cap_files ? v->cap_files * 2 : 8;
		more = ARENA_ARRAY(&v->c->arena, struct view_file, v->cap_files);
		if (v->n_files)
			memcpy(more, v->files, v->n_files * sizeof(*more));
		v->files = more;
	}
	v->files[v->n_files++] = (struct view_file){kind, id};
}

/* In the ascending set groups and channels, which are negative, come before users. */
static uint32_t first_user(const struct view *v)
{
	uint32_t i = 0;

	while (i < v->n_peers && !peer_is_user(v->peers[i]))
		i++;
	return i;
}

int view_users(struct view *v, struct tl_vec *ret_users)
{
	uint32_t from = first_user(v);
	struct tl_vec list = tl_vec_new(&v->c->arena, v->n_peers - from);
	int r;

	for (uint32_t i = 0; i < list.n; i++) {
		r = user_view(v->c, v->viewer, v->peers[from + i], &list.v[i]);
		if (r < 0)
			return r;
		if (v->crowd &&
		    TL_IS(user, list.v[i])) /* none is no news; a stranger's coarse one would be */
			TL_AS(user, list.v[i])->status = NULL;
	}
	*ret_users = list;
	return 0;
}

int view_chats(struct view *v, struct tl_vec *ret_chats)
{
	struct tl_vec list = tl_vec_new(&v->c->arena, first_user(v));
	uint32_t n = 0;
	int r;

	for (uint32_t i = 0; i < list.n; i++) {
		r = peer_is_channel(v->peers[i])
		            ? channel_view(v, peer_channel_id(v->peers[i]), v->crowd, &list.v[n])
		            : chat_view(v, peer_chat_id(v->peers[i]), &list.v[n]);
		if (r == 0)
			n++;
		else if (r != -ERR_NOTFOUND) /* long gone: nobody can be told what it was */
			return r;
	}
	list.n = n;
	*ret_chats = list;
	return 0;
}

int view_mentioned(struct view *v, struct tl_vec *ret_users, struct tl_vec *ret_chats)
{
	int r = view_users(v, ret_users);

	return r < 0 ? r : view_chats(v, ret_chats);
}

static struct tl_obj *exact_status(struct arena *a, unixtime_t seen, unixtime_t now)
{
	struct tl_userStatusOffline *off;
	struct tl_userStatusOnline *on;

	if (seen > now) {
		on = TL_NEW(a, userStatusOnline);
		on->expires = (int32_t)seen;
		return &on->o;
	}
	off = TL_NEW(a, userStatusOffline);
	off->was_online = (int32_t)seen;
	return &off->o;
}

static struct tl_obj *coarse_status(struct arena *a, int64_t ago, bool by_me)
{
	struct tl_userStatusRecently *recently;
	struct tl_userStatusLastWeek *week;
	struct tl_userStatusLastMonth *month;

	if (ago < RECENTLY) {
		recently = TL_NEW(a, userStatusRecently);
		recently->by_me = by_me;
		return &recently->o;
	}
	if (ago < LAST_WEEK) {
		week = TL_NEW(a, userStatusLastWeek);
		week->by_me = by_me;
		return &week->o;
	}
	if (ago < LAST_MONTH) {
		month = TL_NEW(a, userStatusLastMonth);
		month->by_me = by_me;
		return &month->o;
	}
	return &TL_NEW(a, userStatusEmpty)->o;
}

static bool shows_no_status(const struct store_user *u)
{
	/* TDLib logs an error on a bot with a status; the service account has none (api.md 3.4). */
	return u->id == SERVICE_USER || !u->seen || (u->flags & (STORE_USER_BOT | STORE_USER_DELETED));
}

static int status(struct rpc_call *c, int64_t viewer, const struct store_user *u, struct tl_obj **ret,
                  bool *ret_exact)
{
	int theirs, mine, blocked;

	*ret = NULL;
	*ret_exact = false;
	if (shows_no_status(u))
		return 0;
	if (viewer == u->id) {
		*ret = exact_status(&c->arena, u->seen, c->now);
		*ret_exact = true;
		return 0;
	}
	blocked = store_blocked_is(c->db, u->id, viewer);
	if (blocked < 0)
		return blocked;
	if (blocked) { /* as if away for long */
		*ret = &TL_NEW(&c->arena, userStatusEmpty)->o;
		return 0;
	}
	if ((theirs = privacy_allows(c, u->id, PRIVACY_STATUS, viewer)) < 0)
		return theirs;
	/* Reciprocal: who hides his own from somebody does not see his. */
	if ((mine = privacy_allows(c, viewer, PRIVACY_STATUS, u->id)) < 0)
		return mine;
	*ret_exact = theirs && mine;
	*ret = *ret_exact ? exact_status(&c->arena, u->seen, c->now)
	                  : coarse_status(&c->arena, c->now - u->seen, theirs && !mine);
	return 0;
}

int user_status_view(struct rpc_call *c, int64_t viewer, int64_t id, struct tl_obj **ret, bool *ret_exact)
{
	struct store_user u;
	bool exact;
	int r;

	r = store_user_load(c->db, id, &c->arena, &u);
	if (r == -ERR_NOTFOUND) {
		*ret = NULL;
		if (ret_exact)
			*ret_exact = false;
		return 0;
	}
	if (r < 0)
		return r;
	return status(c, viewer, &u, ret, ret_exact ? ret_exact : &exact);
}

struct slice user_shown_name(struct arena *a, const struct store_user *u)
{
	return arena_printf(a, "%.*s%s%.*s", (int)u->first.n, u->first.n ? (const char *)u->first.p : "",
	                    u->first.n && u->last.n ? " " : "", (int)u->last.n,
	                    u->last.n ? (const char *)u->last.p : "");
}

static struct slice present(struct slice s)
{
	return s.n ? s : (struct slice){0};
}

/* Names and phone as they are for a stranger, and what makes him more than one. */
static int relation(struct rpc_call *c, int64_t viewer, const struct store_user *u, struct tl_user *o)
{
	struct store_contact contact;
	int r;

	o->first_name = u->first;
	o->last_name = present(u->last);
	r = store_contact_get(c->db, viewer, u->id, &c->arena, &contact);
	if (r == 0) {
		o->contact = true;
		o->first_name = contact.first;
		o->last_name = present(contact.last);
		/* He had the number before: it is no secret from him while it is still the same. */
		if (u->phone.n && slice_eq(contact.phone, u->phone))
			o->phone = u->phone;
		r = u->id == viewer ? 1 : store_contact_is_known_by(c->db, viewer, u->id);
		o->mutual_contact = r > 0;
	} else if (r == -ERR_NOTFOUND) {
		r = 0;
	}
	if (r >= 0 && !o->phone.p && u->phone.n) {
		r = privacy_allows(c, u->id, PRIVACY_PHONE, viewer);
		if (r > 0)
			o->phone = u->phone;
	}
	return r < 0 ? r : 0;
}

static struct tl_obj *empty(struct arena *a, int64_t id)
{
	struct tl_userEmpty *o = TL_NEW(a, userEmpty);

	o->id = id;
	return &o->o;
}

/*
 * Pyrogram and mtcute send no file above 2,000 MiB unless the account is premium. It is a word for them alone: what anybody may here
 * does not depend on it (help.getAppConfig names the same limits for either).
 */
static bool is_premium(const struct settings *s, const struct store_user *u)
{
	bool all = s && (s->media_premium_all || s->media_max_file_mib > 2000);

	return (u->flags & STORE_USER_PREMIUM) ||
	       (all && !(u->flags & STORE_USER_BOT) && u->id != SERVICE_USER);
}

int user_view(struct rpc_call *c, int64_t viewer, int64_t id, struct tl_obj **ret)
{
	struct tl_user *o;
	struct store_user u;
	bool exact;
	int r;

	r = store_user_load(c->db, id, &c->arena, &u);
	if (r == -ERR_NOTFOUND) {
		*ret = empty(&c->arena, id);
		return 0;
	}
	if (r < 0)
		return r;
	o = TL_NEW(&c->arena, user);
	o->id = id;
	o->has_access_hash = true;
	o->access_hash = access_hash(c->app, viewer, ACCESS_USER, id);
	o->self = id == viewer;
	*ret = &o->o;
	if (u.flags & STORE_USER_DELETED) {
		o->deleted = true;
		return 0;
	}
	o->verified = (u.flags & STORE_USER_VERIFIED) != 0;
	o->support = (u.flags & STORE_USER_SUPPORT) != 0;
	o->premium = is_premium(c->app->settings, &u);
	if ((u.flags & STORE_USER_BOT) && (r = bot_user_view(c, id, o)) < 0)
		return r;
	o->username = present(u.username);
	if ((r = relation(c, viewer, &u, o)) < 0 ||
	    (r = user_photo_view(c, viewer, &u, o->contact, &o->photo)) < 0)
		return r;
	return status(c, viewer, &u, &o->status, &exact);
}
