/* mention.c - see mention.h. */
#include "domain/messages/mention.h"

#include "base/err.h"
#include "base/utf8.h"
#include "domain/channels/channel.h"
#include "domain/users/username.h"
#include "store/msg.h"
#include "store/unseen.h"
#include "store/user.h"
#include "updates/peer.h"

struct meant {
	int64_t *v;
	size_t n;
};

/* A member who is not the writer, once. */
static int add(struct rpc_call *c, const struct channel *ch, int64_t user, struct meant *m)
{
	struct store_channel_member row;
	int r;

	if (!peer_is_user(user) || user == c->user_id || m->n == MENTIONS_MAX)
		return 0;
	for (size_t i = 0; i < m->n; i++)
		if (m->v[i] == user)
			return 0;
	r = store_channel_member_get(c->db, ch->row.id, user, &c->arena, &row);
	if (r < 0)
		return r == -ERR_NOTFOUND ? 0 : r;
	if (channel_is_in(&(struct channel){.me = row}))
		m->v[m->n++] = user;
	return 0;
}

/* @name, as it stands in the text. */
static int by_name(struct rpc_call *c, const struct channel *ch, struct slice text, int32_t offset,
                   int32_t length, struct meant *m)
{
	int64_t from = utf8_byte_of(text, (uint32_t)offset),
		to = utf8_byte_of(text, (uint32_t)(offset + length)), peer;
	struct slice name;
	int r;

	if (offset < 0 || length < 2 || from < 0 || to <= from)
		return 0;
	name = username_fold(&c->arena, slice_of(text.p + from, (size_t)(to - from)));
	r = store_username_find(c->db, name, &peer);
	if (r < 0)
		return r == -ERR_NOTFOUND ? 0 : r;
	return add(c, ch, peer, m);
}

static int in_text(struct rpc_call *c, const struct channel *ch, const struct tl_message *t, struct meant *m)
{
	int r = 0;

	for (uint32_t i = 0; r >= 0 && t && i < t->entities.n; i++) {
		const struct tl_messageEntityMentionName *id = TL_AS(messageEntityMentionName,
		                                                     t->entities.v[i]);
		const struct tl_messageEntityMention *name = TL_AS(messageEntityMention, t->entities.v[i]);

		if (id)
			r = add(c, ch, id->user_id, m);
		else if (name)
			r = by_name(c, ch, t->message, name->offset, name->length, m);
	}
	return r;
}

int mention_find(struct rpc_call *c, const struct channel *ch, const struct tl_obj *content,
                 const struct store_msg *row, int64_t *ret, size_t *ret_n)
{
	struct meant m = {.v = ret};
	struct store_msg answered;
	int r = 0;

	*ret_n = 0;
	if (!(ch->row.flags & STORE_CHANNEL_MEGAGROUP))
		return 0;
	if (row->reply_to) {
		r = store_msg_get(c->db, row->owner, row->peer, row->reply_to, &c->arena, &answered);
		if (r == 0)
			r = add(c, ch, answered.from_id, &m);
		else if (r == -ERR_NOTFOUND)
			r = 0;
	}
	if (r >= 0)
		r = in_text(c, ch, TL_AS(message, content), &m);
	*ret_n = m.n;
	return r;
}

int mention_note(struct rpc_call *c, const struct store_msg *row, const int64_t *who, size_t n)
{
	int r = 0;

	for (size_t i = 0; r >= 0 && i < n; i++)
		r = store_mention_put(c->db, who[i], row->owner, row->id);
	return r;
}
