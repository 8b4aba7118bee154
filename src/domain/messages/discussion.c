/* discussion.c - see discussion.h. */
#include "domain/messages/discussion.h"

#include "base/err.h"
#include "domain/channels/channel.h"
#include "domain/messages/message.h"
#include "domain/messages/twin.h"
#include "domain/users/peer.h"
#include "rpc_methods.h"
#include "updates/peer.h"

/* Part of an album whose first one is before it: the album is discussed as one. */
static int is_further(struct rpc_call *c, const struct store_msg *row, struct store_msg *first)
{
	struct store_msg *before;
	size_t n;
	int r;

	*first = *row;
	if (!row->grouped_id)
		return 0;
	r = store_msg_walk(c->db, row->owner, row->peer, row->id, false, 0, LIMIT_ALBUM - 1, &c->arena,
	                   &before, &n);
	for (size_t i = 0; r >= 0 && i < n; i++)
		if (before[i].grouped_id == row->grouped_id)
			*first = before[i];
	return r < 0 ? r : first->id != row->id;
}

int discussion_first(struct rpc_call *c, struct store_msg *row)
{
	struct store_msg first;
	int r = is_further(c, row, &first);

	if (r > 0)
		*row = first;
	return r < 0 ? r : 0;
}

bool discussion_wants(const struct store_channel *channel, const struct tl_obj *content)
{
	return (channel->flags & STORE_CHANNEL_BROADCAST) && channel->linked && TL_IS(message, content);
}

int discussion_copy(struct rpc_call *c, const struct store_channel *channel, int32_t id,
                    struct store_msg *ret)
{
	if (!channel->linked)
		return -ERR_NOTFOUND;
	return store_msg_by_origin(c->db, peer_channel(channel->linked), peer_channel(channel->id), id,
	                           &c->arena, ret);
}

/* It says whose it is and where it came from, so that clients find the way back. */
static void set_origin(struct rpc_call *c, const struct store_msg *row, struct tl_message *m)
{
	struct tl_messageFwdHeader *f = TL_AS(messageFwdHeader, m->fwd_from);

	if (!f) {
		f = TL_NEW(&c->arena, messageFwdHeader);
		f->from_id = peer_to_tl(&c->arena, row->owner);
		f->date = (int32_t)row->date;
		f->has_channel_post = true;
		f->channel_post = row->id;
		f->post_author = m->post_author;
	}
	f->saved_from_peer = peer_to_tl(&c->arena, row->owner);
	f->has_saved_from_msg_id = true;
	f->saved_from_msg_id = row->id;
	m->fwd_from = &f->o;
	m->post_author = (struct slice){0};
	m->reply_to = NULL;
	m->saved_peer_id = NULL;
}

int discussion_copy_post(struct rpc_call *c, const struct channel *channel, const struct store_msg *row)
{
	struct message_draft m = {.from = row->owner,
	                          .grouped_id = row->grouped_id,
	                          .origin_owner = row->owner,
	                          .origin_id = row->id,
	                          .pinned = true,
	                          .silent = true,
	                          .noforwards = row->flags & STORE_MSG_NOFORWARDS};
	struct rd in = rd_of(row->body.p, row->body.n);
	struct media_ready media;
	struct channel group;
	struct tl_obj *o;
	int32_t id;
	int r;

	if (tl_decode(&in, &c->arena, &o) < 0 || !TL_IS(message, o))
		return -ERR_CORRUPT;
	set_origin(c, row, TL_AS(message, o));
	media_ready_of(TL_AS(message, o)->media, &media);
	m.media = media.media ? &media : NULL;
	m.content = o;
	RPC_ACT_AS(c, 0); /* it is nobody's own: the channel speaks */
	r = channel_load(c, channel->row.linked, &group);
	if (r >= 0 && !(group.row.flags & STORE_CHANNEL_CLOSED))
		r = message_post(c, &group, &m, &id);
	return r == -ERR_NOTFOUND ? 0 : r;
}

int discussion_edited(struct rpc_call *c, const struct channel *channel, const struct store_msg *row,
                      const struct tl_message *now, const struct media_ready *media)
{
	struct tl_message *m;
	struct store_msg copy;
	struct slice body;
	struct tl_obj *o;
	struct rd in;
	int r;

	if (!(channel->row.flags & STORE_CHANNEL_BROADCAST))
		return 0;
	r = discussion_copy(c, &channel->row, row->id, &copy);
	if (r < 0)
		return r == -ERR_NOTFOUND ? 0 : r;
	in = rd_of(copy.body.p, copy.body.n);
	if (tl_decode(&in, &c->arena, &o) < 0 || !TL_IS(message, o))
		return -ERR_CORRUPT;
	m = TL_AS(message, o);
	m->message = now->message;
	m->entities = now->entities;
	m->media = now->media;
	m->invert_media = now->invert_media;
	m->reply_markup = now->reply_markup;
	body = message_body(c, o);
	return body.p ? message_edit_row(c, &copy, body, c->now, media, 0) : -ERR_INVALID;
}

int discussion_deleted(struct rpc_call *c, const struct store_msg *row)
{
	struct store_channel ch;
	struct store_msg copy;
	int32_t pts;
	int r = store_channel_get(c->db, peer_channel_id(row->owner), &c->arena, &ch);

	if (r == 0 && !(ch.flags & STORE_CHANNEL_BROADCAST))
		return 0;
	if (r == 0)
		r = discussion_copy(c, &ch, row->id, &copy);
	if (r < 0)
		return r == -ERR_NOTFOUND ? 0 : r;
	return messages_remove(c, copy.owner, &copy, 1, 0, &pts);
}
