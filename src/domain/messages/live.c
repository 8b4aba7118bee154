/* live.c - messages.getRecentLocations: who in a chat still tells where he is. */
#include "base/err.h"
#include "domain/messages/message.h"
#include "domain/messages/page.h"
#include "rpc_methods.h"
#include "store/media.h"

enum { LOOKS = 200, FOR_EVER = INT32_MAX };

static bool is_live(const struct rpc_call *c, const struct store_msg *row, struct arena *a)
{
	struct rd in = rd_of(row->body.p, row->body.n);
	const struct tl_messageMediaGeoLive *live;
	struct tl_obj *o;

	if (tl_decode(&in, a, &o) < 0 || !TL_IS(message, o))
		return false;
	live = TL_AS(messageMediaGeoLive, TL_AS(message, o)->media);
	return live && (live->period == FOR_EVER || row->date + live->period > c->now);
}

int messages_getRecentLocations(struct rpc_call *c, const struct tl_messages_getRecentLocations *q)
{
	uint32_t limit = q->limit < 1 ? 1 : q->limit > LIMIT_PAGE ? LIMIT_PAGE : (uint32_t)q->limit, n = 0;
	struct store_msg *rows = ARENA_ARRAY(&c->arena, struct store_msg, limit + 1);
	struct store_media *v;
	struct place place;
	struct peer peer;
	struct view view;
	size_t n_geo;
	int r;

	if ((r = place_resolve(c, q->peer, &peer, &place)) < 0 ||
	    (r = store_media_walk(c->db, place.owner, place.peer, 1u << STORE_MEDIA_GEO, INT32_MAX, false,
	                          LOOKS, &c->arena, &v, &n_geo)) < 0)
		return r;
	for (size_t i = 0; i < n_geo && n < limit; i++) {
		r = store_msg_get(c->db, v[i].owner, v[i].peer, v[i].id, &c->arena, &rows[n]);
		if (r < 0)
			return r == -ERR_NOTFOUND ? -ERR_CORRUPT : r;
		n += rows[n].id >= place.first_id && is_live(c, &rows[n], &c->arena);
	}
	view_init(&view, c);
	view_peer(&view, peer.key);
	return page_reply(c, &view, &place, rows, n, n, true);
}
