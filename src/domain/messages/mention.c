/* mention.c - see mention.h. */
#include "domain/messages/mention.h"

#include "base/err.h"
#include "domain/channels/channel.h"
#include "store/msg.h"
#include "store/unseen.h"

/* Is he a member? 1 or 0. */
static int is_in(struct rpc_call *c, const struct channel *ch, int64_t user)
{
	struct store_channel_member row;
	int r = store_channel_member_get(c->db, ch->row.id, user, &c->arena, &row);

	if (r < 0)
		return r == -ERR_NOTFOUND ? 0 : r;
	return channel_is_in(&(struct channel){.me = row});
}

int mention_find(struct rpc_call *c, const struct channel *ch, const struct tl_obj *content,
                 const struct store_msg *row, int64_t *ret, size_t *ret_n)
{
	struct store_msg answered = {0};
	int64_t named[NAMED_MAX];
	size_t n = 0, k = 0;
	int r = 0;

	*ret_n = 0;
	if (!(ch->row.flags & STORE_CHANNEL_MEGAGROUP))
		return 0;
	if (row->reply_to)
		r = store_msg_get(c->db, row->owner, row->peer, row->reply_to, &c->arena, &answered);
	if (r < 0 && r != -ERR_NOTFOUND)
		return r;
	r = named_in(c, content, c->user_id, answered.from_id, named, &n);
	for (size_t i = 0; r >= 0 && i < n; i++)
		if ((r = is_in(c, ch, named[i])) > 0)
			ret[k++] = named[i];
	*ret_n = k;
	return r < 0 ? r : 0;
}

int mention_note(struct rpc_call *c, const struct store_msg *row, const int64_t *who, size_t n)
{
	int r = 0;

	for (size_t i = 0; r >= 0 && i < n; i++)
		r = store_mention_put(c->db, who[i], row->owner, row->id);
	return r;
}
