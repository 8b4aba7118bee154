/* find.c - people by name, username or number; channels by username. */
#include "base/err.h"
#include "base/utf8.h"
#include "domain/channels/channel.h"
#include "domain/search/fold.h"
#include "domain/users/account.h"
#include "domain/users/peer.h"
#include "domain/users/privacy.h"
#include "domain/users/username.h"
#include "domain/users/view.h"
#include "rpc_methods.h"
#include "store/contact.h"
#include "store/dialog.h"
#include "store/user.h"
#include "updates/peer.h"

enum {
	GLOBAL_MIN = 4, /* letters before strangers are looked through */
	RESULTS = 50,
	DIALOGS_SEEN = 500, /* newest chats whose partners are looked at */
};

static int reply_peer(struct rpc_call *c, int64_t peer)
{
	struct tl_contacts_resolvedPeer *o = TL_NEW(&c->arena, contacts_resolvedPeer);
	struct view v;
	int r;

	view_init(&v, c);
	view_peer(&v, peer);
	o->peer = peer_to_tl(&c->arena, peer);
	if ((r = view_mentioned(&v, &o->users, &o->chats)) < 0)
		return r;
	return rpc_reply(c, &o->o);
}

int contacts_resolveUsername(struct rpc_call *c, const struct tl_contacts_resolveUsername *q)
{
	struct slice name = username_fold(&c->arena, q->username);
	int64_t peer;
	int r;

	if (!username_is_valid(name))
		return rpc_fail(c, 400, "USERNAME_INVALID");
	r = store_username_find(c->db, name, &peer);
	if (r == 0 && peer_is_channel(peer))
		r = channel_is_there(c, peer_channel_id(peer));
	if (r == -ERR_NOTFOUND)
		return rpc_fail(c, 400, "USERNAME_NOT_OCCUPIED");
	return r < 0 ? r : reply_peer(c, peer);
}

int contacts_resolvePhone(struct rpc_call *c, const struct tl_contacts_resolvePhone *q)
{
	struct slice phone;
	int64_t id;
	int r;

	r = user_phone_digits(&c->arena, q->phone, &phone);
	if (r == 0)
		r = store_phone_find(c->db, phone, &id);
	if (r == 0)
		r = privacy_allows(c, id, PRIVACY_ADDED_BY_PHONE, c->user_id);
	if (r < 0 && r != -ERR_NOTFOUND && r != -ERR_INVALID)
		return r;
	return r > 0 ? reply_peer(c, peer_user(id)) : rpc_fail(c, 400, "PHONE_NOT_OCCUPIED");
}

struct search {
	struct rpc_call *c;
	struct slice folded;
	struct tl_contacts_found *found;
	struct view known, shown; /* known: who was looked at */
	uint32_t limit;
};

static bool is_known(const struct view *v, int64_t id)
{
	for (uint32_t i = 0; i < v->n_peers; i++)
		if (v->peers[i] == id)
			return true;
	return false;
}

static void take(struct search *s, struct tl_vec *list, int64_t id) /* a peer */
{
	if (list->n >= s->limit)
		return;
	list->v[list->n++] = peer_to_tl(&s->c->arena, id);
	view_peer(&s->shown, id);
}

/* Somebody whom the caller knows, under the names that the caller sees: his own for a contact. */
static int try_own(struct search *s, int64_t id, const struct store_contact *contact)
{
	struct arena *a = &s->c->arena;
	struct store_user u;
	struct slice text;
	int r;

	if (is_known(&s->known, id) || s->found->my_results.n >= s->limit)
		return 0;
	view_peer(&s->known, id);
	r = store_user_load(s->c->db, id, a, &u);
	if (r < 0 || (u.flags & STORE_USER_DELETED))
		return r == -ERR_NOTFOUND ? 0 : r;
	if (contact) {
		u.first = contact->first;
		u.last = contact->last;
	}
	text = arena_printf(a, "%.*s %.*s %.*s", (int)u.first.n, (const char *)u.first.p, (int)u.last.n,
	                    (const char *)u.last.p, (int)u.username.n, (const char *)u.username.p);
	if (search_matches_prefixes(search_fold(a, text), s->folded))
		take(s, &s->found->my_results, id);
	return 0;
}

static int search_own(struct search *s)
{
	struct rpc_call *c = s->c;
	struct store_contact *contacts;
	struct store_dialog *dialogs;
	size_t n;
	int r;

	r = store_contact_list(c->db, c->user_id, LIMIT_CONTACTS, &c->arena, &contacts, &n);
	for (size_t i = 0; r >= 0 && i < n; i++)
		r = try_own(s, contacts[i].user_id, &contacts[i]);
	if (r >= 0)
		r = store_dialog_page(c->db, c->user_id, -1, 0, 0, 0, DIALOGS_SEEN, &c->arena, &dialogs, &n);
	for (size_t i = 0; r >= 0 && i < n; i++)
		if (peer_is_user(dialogs[i].peer))
			r = try_own(s, dialogs[i].peer, NULL);
	return r;
}

static int search_global(struct search *s, struct slice q)
{
	struct slice prefix = username_fold(&s->c->arena, q);
	int64_t peers[RESULTS];
	size_t n;
	int r;

	if (prefix.n < GLOBAL_MIN)
		return 0;
	r = store_username_prefix(s->c->db, prefix, s->limit, peers, &n);
	for (size_t i = 0; r >= 0 && i < n; i++) {
		if (is_known(&s->shown, peers[i]))
			continue;
		if (peer_is_channel(peers[i]))
			r = channel_is_there(s->c, peer_channel_id(peers[i]));
		if (r >= 0)
			take(s, &s->found->results, peers[i]);
		else if (r == -ERR_NOTFOUND)
			r = 0;
	}
	return r;
}

int contacts_search(struct rpc_call *c, const struct tl_contacts_search *q)
{
	struct search s = {.c = c, .found = TL_NEW(&c->arena, contacts_found), .limit = RESULTS};
	struct slice text = q->q;
	int r;

	if (!utf8_valid(text))
		return rpc_fail(c, 400, "SEARCH_QUERY_EMPTY");
	text = utf8_trim(text);
	if (!text.n)
		return rpc_fail(c, 400, "SEARCH_QUERY_EMPTY");
	if (utf8_len(text) > LIMIT_SEARCH_QUERY)
		return rpc_fail(c, 400, "SEARCH_QUERY_EMPTY"); /* nobody is called that */
	if (q->limit > 0 && (uint32_t)q->limit < s.limit)
		s.limit = (uint32_t)q->limit;
	s.folded = search_fold(&c->arena, text);
	s.found->my_results = tl_vec_new(&c->arena, s.limit);
	s.found->results = tl_vec_new(&c->arena, s.limit);
	s.found->my_results.n = s.found->results.n = 0;
	view_init(&s.known, c);
	view_init(&s.shown, c);
	if ((r = search_own(&s)) < 0 || (r = search_global(&s, text)) < 0 ||
	    (r = view_mentioned(&s.shown, &s.found->users, &s.found->chats)) < 0)
		return r;
	return rpc_reply(c, &s.found->o);
}
