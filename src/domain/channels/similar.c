/*
 * similar.c - channels.getChannelRecommendations: public channels that subscribers of this one read, too. A sample of them is looked at,
 * the newest, and of each some of his channels, so it costs the same whatever the channel's size. What too few have in common is not
 * shown: it would tell what somebody reads.
 */
#include <stdlib.h>

#include "base/err.h"
#include "domain/channels/private.h"
#include "rpc_methods.h"
#include "updates/peer.h"

enum {
	MEMBERS = 100,     /* of a channel, looked at */
	CHANNELS_OF = 100, /* of each of them */
	OWN = 10,          /* channels of the caller, where he asks for no certain one */
	SHARED_MIN = 3,    /* members in common */
	SHOWN = 10,
	TRIED = 100
};

struct tally {
	int64_t id;
	uint32_t n;
};

struct sample {
	int64_t *v; /* a channel's id for each subscriber who reads it */
	size_t n, cap;
};

static void add(struct arena *a, struct sample *s, const int64_t *ids, size_t n)
{
	if (s->n + n > s->cap) {
		size_t cap = 2 * s->cap + n;
		int64_t *more = ARENA_ARRAY(a, int64_t, cap);

		if (s->n)
			memcpy(more, s->v, s->n * sizeof(*more));
		s->v = more;
		s->cap = cap;
	}
	if (n)
		memcpy(s->v + s->n, ids, n * sizeof(*ids));
	s->n += n;
}

static int read_members(struct rpc_call *c, int64_t channel, uint32_t members, struct sample *s)
{
	struct store_channel_member *rows;
	size_t n;
	int r = store_channel_members(c->db, channel, STORE_CHANNEL_RECENT, 0, members, &c->arena, &rows, &n);

	for (size_t i = 0; r >= 0 && i < n; i++) {
		int64_t *ids;
		size_t n_ids;

		if (rows[i].is_bot || rows[i].user == c->user_id)
			continue;
		if ((r = store_channels_of(c->db, rows[i].user, &c->arena, &ids, &n_ids)) >= 0)
			add(&c->arena, s, ids, n_ids < CHANNELS_OF ? n_ids : CHANNELS_OF);
	}
	return r < 0 ? r : 0;
}

static int ascending(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

static int most_first(const void *a, const void *b)
{
	const struct tally *x = a, *y = b;

	return x->n != y->n ? (x->n > y->n ? -1 : 1) : x->id < y->id ? -1 : 1;
}

/* How often each one stands there, the most frequent first. */
static struct tally *count(struct arena *a, struct sample *s, size_t *ret_n)
{
	struct tally *v = ARENA_ARRAY(a, struct tally, s->n + 1);
	size_t n = 0;

	if (s->n)
		qsort(s->v, s->n, sizeof(*s->v), ascending);
	for (size_t i = 0; i < s->n; i++) {
		if (!n || v[n - 1].id != s->v[i])
			v[n++] = (struct tally){.id = s->v[i]};
		v[n - 1].n++;
	}
	if (n)
		qsort(v, n, sizeof(*v), most_first);
	*ret_n = n;
	return v;
}

/* One that everybody can find, and the caller does not read yet. */
static bool is_news(const struct channel *ch)
{
	return (ch->row.flags & STORE_CHANNEL_BROADCAST) && !(ch->row.flags & STORE_CHANNEL_CLOSED) &&
	       ch->row.username.n && !channel_is_in(ch) && ch->me.role != STORE_CHANNEL_KICKED;
}

static int of_mine(struct rpc_call *c, struct sample *s)
{
	int64_t *ids;
	size_t n, taken = 0;
	int r = store_channels_of(c->db, c->user_id, &c->arena, &ids, &n);

	for (size_t i = n; r >= 0 && i-- > 0 && taken < OWN;) {
		struct store_channel row;

		r = store_channel_get(c->db, ids[i], &c->arena, &row);
		if (r < 0 || !(row.flags & STORE_CHANNEL_BROADCAST)) {
			r = r == -ERR_NOTFOUND ? 0 : r;
			continue;
		}
		taken++;
		r = read_members(c, ids[i], MEMBERS / OWN, s);
	}
	return r < 0 ? r : 0;
}

int channels_getChannelRecommendations(struct rpc_call *c,
                                       const struct tl_channels_getChannelRecommendations *q)
{
	struct tl_messages_chats *o = TL_NEW(&c->arena, messages_chats);
	struct channel ch = {0};
	struct sample s = {0};
	struct tally *v;
	struct view view;
	size_t n;
	int r = 0;

	if (q->channel && (r = channel_resolve(c, q->channel, &ch)) < 0)
		return r;
	if (q->channel && !(ch.row.flags & STORE_CHANNEL_BROADCAST))
		return rpc_fail(c, 400, "CHANNEL_INVALID");
	if ((r = q->channel ? read_members(c, ch.row.id, MEMBERS, &s) : of_mine(c, &s)) < 0)
		return r;
	v = count(&c->arena, &s, &n);
	view_init(&view, c);
	for (size_t i = 0; i < n && i < TRIED && view.n_peers < SHOWN && v[i].n >= SHARED_MIN; i++) {
		struct channel other;

		if (v[i].id == ch.row.id)
			continue;
		r = channel_load(c, v[i].id, &other);
		if (r == 0 && is_news(&other))
			view_peer(&view, peer_channel(v[i].id));
		else if (r < 0 && r != -ERR_NOTFOUND)
			return r;
	}
	r = view_chats(&view, &o->chats);
	return r < 0 ? r : rpc_reply(c, &o->o);
}
