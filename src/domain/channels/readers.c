/* readers.c - who has read a message of a small supergroup, and when: messages.getMessageReadParticipants for these. */
#include "base/err.h"
#include "domain/channels/channel.h"
#include "domain/channels/jobs.h"
#include "jobs/jobs.h"
#include "rpc_methods.h"
#include "store/msg.h"
#include "updates/peer.h"

enum { ROWS_A_SLICE = 500 };

int channel_readers(struct rpc_call *c, const struct channel *ch, int32_t id)
{
	int64_t key = peer_channel(ch->row.id);
	struct tl_vector *v = TL_NEW(&c->arena, vector);
	struct store_channel_member *m;
	struct store_msg row;
	unixtime_t date;
	size_t n;
	int r;

	if (!(ch->row.flags & STORE_CHANNEL_MEGAGROUP) || !channel_is_in(ch))
		return rpc_fail(c, 400, "PEER_ID_INVALID");
	r = store_msg_get(c->db, key, key, id, &c->arena, &row);
	if (r == -ERR_NOTFOUND || (r == 0 && row.origin_owner != c->user_id))
		return rpc_fail(c, 400, "MSG_ID_INVALID");
	if (r < 0)
		return r;
	if (ch->row.members > LIMIT_READ_MEMBERS)
		return rpc_fail(c, 400, "CHAT_TOO_BIG");
	if (row.date < c->now - LIMIT_READ_DATE_SECONDS)
		return rpc_fail(c, 400, "MSG_TOO_OLD");
	if ((r = store_channel_members(c->db, ch->row.id, STORE_CHANNEL_RECENT, 0, LIMIT_READ_MEMBERS,
	                               &c->arena, &m, &n)) < 0)
		return r;
	v->objs = tl_vec_new(&c->arena, (uint32_t)n);
	v->objs.n = 0;
	for (size_t i = 0; i < n; i++) {
		struct tl_readParticipantDate *o = TL_NEW(&c->arena, readParticipantDate);

		if (m[i].user == c->user_id)
			continue;
		r = store_channel_reader_get(c->db, ch->row.id, m[i].user, id, &date);
		if (r < 0 && r != -ERR_NOTFOUND)
			return r;
		if (r < 0)
			continue;
		o->user_id = m[i].user;
		o->date = (int32_t)date;
		v->objs.v[v->objs.n++] = &o->o;
	}
	return rpc_reply(c, &v->o);
}

int channel_readers_job(struct rpc_call *c, const struct store_job *j, struct jobs_next *next)
{
	int r = store_channel_readers_prune(c->db, c->now - LIMIT_READ_DATE_SECONDS, ROWS_A_SLICE);

	next->again = r == ROWS_A_SLICE;
	return r < 0 ? r : 0;
}
