/* requests.c - who asked to join and waits for an admin: asked, shown, let in or not. */
#include "base/err.h"
#include "base/utf8.h"
#include "domain/channels/private.h"
#include "domain/search/fold.h"
#include "rpc_methods.h"
#include "store/user.h"
#include "updates/event.h"
#include "updates/peer.h"

enum { RECENT = 5 };

int requests_recent(struct rpc_call *c, int64_t peer, struct tl_vec_long *ret)
{
	int64_t *users = ARENA_ARRAY(&c->arena, int64_t, RECENT);
	struct store_link_user *rows;
	size_t n;
	int r = store_requests(c->db, peer, SLICE_LIT(""), 0, 0, RECENT, &c->arena, &rows, &n);

	if (r < 0)
		return r;
	for (size_t i = 0; i < n; i++)
		users[i] = rows[i].user;
	*ret = (struct tl_vec_long){users, (uint32_t)n};
	return 0;
}

int channel_requests_view(struct view *v, int64_t peer, struct tl_obj **ret)
{
	struct tl_updatePendingJoinRequests *u = TL_NEW(&v->c->arena, updatePendingJoinRequests);
	struct store_channel row;
	int r;

	*ret = NULL;
	if (peer_is_chat(peer))
		return chat_requests_view(v, peer, ret);
	r = store_channel_get(v->c->db, peer_channel_id(peer), &v->c->arena, &row);
	if (r < 0 || (r = requests_recent(v->c, peer, &u->recent_requesters)) < 0)
		return r == -ERR_NOTFOUND ? 0 : r;
	u->peer = peer_to_tl(&v->c->arena, peer);
	u->requests_pending = row.requests;
	view_peer(v, peer);
	for (uint32_t i = 0; i < u->recent_requesters.n; i++)
		view_peer(v, u->recent_requesters.v[i]);
	*ret = &u->o;
	return 0;
}

/* Admins who let people in hear how many wait. */
static int tell_admins(struct rpc_call *c, const struct channel *ch)
{
	struct store_channel_member *rows;
	size_t n;
	int r = store_channel_members(c->db, ch->row.id, STORE_CHANNEL_ADMINS, 0, LIMIT_CHANNEL_ADMINS + 1,
	                              &c->arena, &rows, &n);

	for (size_t i = 0; r >= 0 && i < n; i++) {
		struct upd_event ev = {
			.owner = rows[i].user, .kind = UPD_JOIN_REQUESTS, .peer = peer_channel(ch->row.id)};

		if (rows[i].user == c->user_id)
			ev.except_key = c->client->auth_key_id;
		if (rows[i].role == STORE_CHANNEL_CREATOR || (rows[i].rights & ADMIN_INVITE))
			r = rpc_log_event(c, &ev);
	}
	return r < 0 ? r : 0;
}

/* So many more wait, or fewer. */
static int count(struct rpc_call *c, struct channel *ch, int by)
{
	int r;

	ch->row.requests += by;
	if (ch->row.requests < 0)
		ch->row.requests = 0;
	if ((r = store_channel_put(c->db, &ch->row)) < 0)
		return r;
	return tell_admins(c, ch);
}

int request_join(struct rpc_call *c, struct channel *ch, struct slice hash)
{
	struct store_link_user u = {.user = c->user_id, .date = c->now, .hash = hash};
	int r = store_request_put(c->db, peer_channel(ch->row.id), &u);

	if (r > 0 && (r = count(c, ch, 1)) >= 0)
		r = channel_tell_bots_asked(c, ch, hash);
	return r < 0 ? r : rpc_reply_error(c, 400, "INVITE_REQUEST_SENT");
}

int request_settle(struct rpc_call *c, struct channel *ch, int64_t user)
{
	int r;

	if (!ch->row.requests)
		return 0;
	r = store_request_delete(c->db, peer_channel(ch->row.id), user);
	return r > 0 ? count(c, ch, -1) : r;
}

static int matches(struct rpc_call *c, int64_t user, struct slice q, struct slice *ret_about)
{
	struct store_user u;
	struct slice text;
	int r = store_user_load(c->db, user, &c->arena, &u);

	if (r < 0)
		return r == -ERR_NOTFOUND ? 0 : r;
	*ret_about = u.about;
	if (!q.n)
		return 1;
	text = arena_printf(&c->arena, "%.*s %.*s %.*s", (int)u.first.n, (const char *)u.first.p,
	                    (int)u.last.n, (const char *)u.last.p, (int)u.username.n,
	                    (const char *)u.username.p);
	return search_matches_prefixes(search_fold(&c->arena, text), q);
}

int importers_view(struct view *v, const struct store_link_user *rows, size_t n, bool requested,
                   struct slice q, struct tl_vec *ret)
{
	struct arena *a = &v->c->arena;
	struct slice folded = q.n && utf8_valid(q) ? search_fold(a, q) : (struct slice){0};

	*ret = tl_vec_new(a, (uint32_t)n);
	ret->n = 0;
	for (size_t i = 0; i < n; i++) {
		struct tl_chatInviteImporter *o = TL_NEW(a, chatInviteImporter);
		struct slice about = {0};
		int r = matches(v->c, rows[i].user, folded, &about);

		if (r < 0)
			return r;
		if (!r)
			continue;
		o->requested = requested;
		o->user_id = rows[i].user;
		o->date = (int32_t)rows[i].date;
		if (requested && about.n) /* so that an admin knows whom he lets in */
			o->about = about;
		if (rows[i].approved_by) {
			o->has_approved_by = true;
			o->approved_by = rows[i].approved_by;
			view_peer(v, rows[i].approved_by);
		}
		view_peer(v, rows[i].user);
		ret->v[ret->n++] = &o->o;
	}
	return 0;
}

static int note_let_in(struct rpc_call *c, const struct channel *ch, const struct store_link *l, int64_t user)
{
	struct tl_channelAdminLogEventActionParticipantJoinByRequest *a = TL_NEW(
		&c->arena, channelAdminLogEventActionParticipantJoinByRequest);
	struct view v;

	view_init(&v, c);
	a->invite = l ? link_view(&v, l) : &TL_NEW(&c->arena, chatInvitePublicJoinRequests)->o;
	a->approved_by = c->user_id;
	return channel_log_of(c, ch->row.id, user, CHANNEL_LOG_JOIN, &a->o); /* it is he who came */
}

/* He came by this link, if it was one that is still there. */
static int note_link(struct rpc_call *c, struct store_link *l, int64_t user)
{
	struct store_link_user came = {.user = user, .date = c->now, .approved_by = c->user_id};
	int r = store_link_put(c->db, l);

	return r < 0 ? r : store_link_came(c->db, l->peer, l->hash, &came);
}

static int let_in(struct rpc_call *c, struct channel *ch, const struct store_link_user *u)
{
	struct member_way way = {.let_in = true};
	struct store_channel_member m;
	struct store_link l;
	int r;

	if ((r = member_load(c, ch, u->user, &m)) < 0 || member_is_in(&m) || m.role == STORE_CHANNEL_KICKED)
		return r;
	if ((r = member_has_room(c, ch, u->user)) < 0)
		return r;
	r = u->hash.n ? store_link_get(c->db, peer_channel(ch->row.id), u->hash, &c->arena, &l)
	              : -ERR_NOTFOUND;
	if (r < 0 && r != -ERR_NOTFOUND)
		return r;
	if (r == 0) {
		l.used++;
		way.link = &l;
	}
	member_comes(c, &m, c->user_id);
	m.by_request = true;
	if ((r = member_put_by(c, ch, &m, &way)) < 0 || (way.link && (r = note_link(c, &l, u->user)) < 0) ||
	    (r = note_let_in(c, ch, way.link, u->user)) < 0)
		return r;
	if (!(ch->row.flags & STORE_CHANNEL_MEGAGROUP))
		return 0;
	return channel_say_of(c, ch, &m, &TL_NEW(&c->arena, messageActionChatJoinedByRequest)->o);
}

/* One request is settled; the counts of the channel are put together at the end. 1: there was one. */
static int settle(struct rpc_call *c, struct channel *ch, const struct store_link_user *u, bool approved)
{
	int r = store_request_delete(c->db, peer_channel(ch->row.id), u->user);

	if (r <= 0)
		return r;
	if (approved && (r = let_in(c, ch, u)) < 0)
		return r;
	return 1;
}

/* Of a basic group. 1: there was such a request; 0: not. */
static int settle_in_chat(struct rpc_call *c, struct chat *ch, int64_t user, bool approved)
{
	struct store_link_user u;
	int r = store_request_get(c->db, peer_chat(ch->row.id), user, &c->arena, &u);

	if (r < 0)
		return r == -ERR_NOTFOUND ? 0 : r;
	r = chat_request_settle(c, ch, &u, approved);
	return r < 0 ? r : 1;
}

int messages_hideChatJoinRequest(struct rpc_call *c, const struct tl_messages_hideChatJoinRequest *q)
{
	struct store_link_user u;
	struct store_channel_member m;
	struct link_host host;
	struct channel *ch;
	int64_t user;
	int r;

	if ((r = link_host(c, q->peer, &host)) < 0 || (r = user_resolve(c, q->user_id, &user)) < 0)
		return r;
	if (host.chat) {
		if ((r = settle_in_chat(c, host.chat, user, q->approved)) < 0)
			return r;
		return r ? channel_reply(c) : rpc_fail(c, 400, "HIDE_REQUESTER_MISSING");
	}
	ch = host.channel;
	r = store_request_get(c->db, peer_channel(ch->row.id), user, &c->arena, &u);
	if (r == -ERR_NOTFOUND) {
		if ((r = member_load(c, ch, user, &m)) < 0)
			return r;
		return member_is_in(&m) ? rpc_fail(c, 400, "USER_ALREADY_PARTICIPANT")
		                        : rpc_fail(c, 400, "HIDE_REQUESTER_MISSING");
	}
	if (r < 0 || (r = settle(c, ch, &u, q->approved)) < 0 || (r = count(c, ch, -r)) < 0)
		return r;
	return (r = channel_tell(c, ch, c->user_id)) < 0 ? r : channel_reply(c);
}

int messages_hideAllChatJoinRequests(struct rpc_call *c, const struct tl_messages_hideAllChatJoinRequests *q)
{
	struct store_link_user *rows;
	struct slice hash = q->link.p ? link_hash(q->link) : SLICE_LIT("");
	struct link_host host;
	int done = 0;
	size_t n;
	int r;

	if ((r = link_host(c, q->peer, &host)) < 0)
		return r;
	/* So many at once: an admin who has more waiting asks again. */
	r = store_requests(c->db, host.key, hash, 0, 0, LIMIT_REQUESTS_AT_ONCE, &c->arena, &rows, &n);
	for (size_t i = 0; r >= 0 && i < n; i++)
		if (host.chat)
			r = chat_request_settle(c, host.chat, &rows[i], q->approved);
		else if ((r = settle(c, host.channel, &rows[i], q->approved)) > 0)
			done++;
	if (r < 0)
		return r;
	if (!n)
		return rpc_fail(c, 400, "HIDE_REQUESTER_MISSING");
	if (host.chat)
		return channel_reply(c);
	if ((r = count(c, host.channel, -done)) < 0 || (r = channel_tell(c, host.channel, c->user_id)) < 0)
		return r;
	return channel_reply(c);
}
