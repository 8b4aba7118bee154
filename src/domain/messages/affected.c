/* affected.c - calls that name messages by their ids, and answer how many events they took. */
#include "domain/messages/message.h"

bool message_ids_repeat(const struct tl_vec_int *ids, uint32_t at)
{
	for (uint32_t i = 0; i < at; i++)
		if (ids->v[i] == ids->v[at])
			return true;
	return false;
}

int message_reply_affected(struct rpc_call *c, int64_t box, int32_t pts, uint32_t n)
{
	struct tl_messages_affectedMessages *a = TL_NEW(&c->arena, messages_affectedMessages);
	int r = n ? 0 : rpc_box_pts(c, box, &pts);

	a->pts = pts;
	a->pts_count = (int32_t)n;
	return r < 0 ? r : rpc_reply(c, &a->o);
}
