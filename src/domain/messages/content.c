/*
 * content.c - a stored row to what a viewer sees. What is the same for everybody is decoded from the body; what is the
 * row's own (ids, flags, dates) is laid over it; every peer inside is noted for users[].
 */
#include "base/err.h"
#include "domain/bots/bot.h"
#include "domain/bots/markup.h"
#include "domain/messages/heard.h"
#include "domain/messages/message.h"
#include "domain/messages/thread.h"
#include "domain/messages/views.h"
#include "domain/polls/poll.h"
#include "domain/reactions/react.h"
#include "store/channel.h"
#include "store/chat.h"
#include "store/msg.h"
#include "store/unseen.h"
#include "updates/peer.h"

static void note_forward(struct view *v, const struct tl_obj *o)
{
	const struct tl_messageFwdHeader *f = TL_AS(messageFwdHeader, o);

	if (!f)
		return;
	view_peer(v, peer_key(f->from_id));
	view_peer(v, peer_key(f->saved_from_peer));
	view_peer(v, peer_key(f->saved_from_id));
}

static void note_entities(struct view *v, struct tl_vec list)
{
	for (uint32_t i = 0; i < list.n; i++)
		if (TL_IS(messageEntityMentionName, list.v[i]))
			view_peer(v, peer_user(TL_AS(messageEntityMentionName, list.v[i])->user_id));
}

static void note_users(struct view *v, struct tl_vec_long users)
{
	for (uint32_t i = 0; i < users.n; i++)
		view_peer(v, peer_user(users.v[i]));
}

/* Whom a service message is about. */
static void note_action(struct view *v, const struct tl_obj *o)
{
	if (TL_IS(messageActionChatCreate, o))
		note_users(v, TL_AS(messageActionChatCreate, o)->users);
	else if (TL_IS(messageActionChatAddUser, o))
		note_users(v, TL_AS(messageActionChatAddUser, o)->users);
	else if (TL_IS(messageActionChatDeleteUser, o))
		view_peer(v, peer_user(TL_AS(messageActionChatDeleteUser, o)->user_id));
	else if (TL_IS(messageActionChatJoinedByLink, o))
		view_peer(v, peer_user(TL_AS(messageActionChatJoinedByLink, o)->inviter_id));
	else if (TL_IS(messageActionChatMigrateTo, o))
		view_peer(v, peer_channel(TL_AS(messageActionChatMigrateTo, o)->channel_id));
	else if (TL_IS(messageActionChannelMigrateFrom, o))
		view_peer(v, peer_chat(TL_AS(messageActionChannelMigrateFrom, o)->chat_id));
}

static struct tl_obj *reply_header(struct view *v, struct tl_obj *stored, int32_t reply_to)
{
	struct tl_messageReplyHeader *h = TL_AS(messageReplyHeader, stored);

	if (!h && !reply_to)
		return stored;
	/* A quote of what this owner has not; what was said elsewhere comes with its words and writer. */
	if (!reply_to && !h->reply_to_peer_id && !h->reply_from)
		return NULL;
	if (!h)
		h = TL_NEW(&v->c->arena, messageReplyHeader);
	if (reply_to) {
		h->has_reply_to_msg_id = true;
		h->reply_to_msg_id = reply_to;
	}
	view_peer(v, peer_key(h->reply_to_peer_id));
	note_forward(v, h->reply_from);
	note_entities(v, h->quote_entities);
	return &h->o;
}

/* Of a channel: is the viewer meant by it, and has he not seen that yet? Rows say so, for the few who are. */
static int mark_meant(struct view *v, const struct store_msg *row, bool *ret_mentioned, bool *ret_unread)
{
	int r = 0;

	*ret_mentioned = (row->flags & STORE_MSG_MENTIONED) != 0;
	*ret_unread = (row->flags & STORE_MSG_MEDIA_UNREAD) != 0;
	if (!peer_is_channel(row->owner) || row->flags & STORE_MSG_LATER)
		return 0;
	if (*ret_unread && (r = heard_not(v->c, row, v->viewer)) < 0)
		return r;
	*ret_unread = *ret_unread && r;
	if (!*ret_mentioned)
		return 0;
	*ret_mentioned = *ret_unread = false;
	if (!v->viewer || (r = store_mention_is(v->c->db, v->viewer, row->owner, row->id)) == 0)
		return 0;
	*ret_mentioned = r > 0;
	if (r > 0)
		r = store_unseen_is(v->c->db, v->viewer, row->owner, STORE_UNSEEN_MENTION, row->id);
	*ret_unread = r > 0;
	return r < 0 ? r : 0;
}

/* In a channel nothing of the row is a viewer's: whose it is says who wrote it. */
static bool is_out(const struct view *v, const struct store_msg *row)
{
	if (peer_is_channel(row->owner))
		return v->viewer && row->origin_owner == v->viewer;
	return (row->flags & STORE_MSG_OUT) != 0;
}

/* A channel's posts are nobody's, unless they are signed with a profile. */
static struct tl_obj *from_whom(struct arena *a, const struct store_msg *row, bool post)
{
	return post && row->from_id == row->owner ? NULL : peer_to_tl(a, row->from_id);
}

static int load_rank(struct view *v, int64_t group, int64_t user, struct slice *ret)
{
	struct arena *a = &v->c->arena;
	struct store_channel_member in;
	struct store_chat_member m;
	int r;

	*ret = (struct slice){0};
	if (peer_is_channel(group)) {
		r = store_channel_member_get(v->c->db, peer_channel_id(group), user, a, &in);
		if (r == 0)
			*ret = in.rank;
		return r;
	}
	r = store_chat_member_get(v->c->db, peer_chat_id(group), user, &m);
	if (r == 0 && m.rank_n)
		*ret = arena_slice(a, slice_of(m.rank, m.rank_n));
	return r;
}

/* The words beside a member's name; one look-up for each author in an answer, however much of his it shows. */
static int rank_of(struct view *v, int64_t group, int64_t user, struct slice *ret)
{
	struct view_rank *more;
	int r;

	for (uint32_t i = v->n_ranks; i-- > 0;)
		if (v->ranks[i].user == user && v->ranks[i].peer == group) {
			*ret = v->ranks[i].rank;
			return 0;
		}
	r = load_rank(v, group, user, ret);
	if (r < 0 && r != -ERR_NOTFOUND)
		return r;
	if (v->n_ranks == v->cap_ranks) {
		v->cap_ranks = v->cap_ranks ? 2 * v->cap_ranks : 8;
		more = ARENA_ARRAY(&v->c->arena, struct view_rank, v->cap_ranks);
		if (v->n_ranks)
			memcpy(more, v->ranks, v->n_ranks * sizeof(*more));
		v->ranks = more;
	}
	v->ranks[v->n_ranks++] = (struct view_rank){group, user, *ret};
	return 0;
}

/* In a supergroup: what its writer is called there, as of now. */
static int set_rank(struct view *v, struct tl_message *m, const struct store_msg *row)
{
	struct slice rank;
	int r;

	if (m->post || peer_is_user(row->peer) || !peer_is_user(row->from_id))
		return 0;
	if ((r = rank_of(v, row->peer, row->from_id, &rank)) < 0)
		return r;
	if (rank.n)
		m->from_rank = rank;
	return 0;
}

/* A post says how often it was seen and passed on, and so does whatever was made of it by passing it on. */
static int count_views(struct view *v, struct tl_message *m, const struct store_msg *row)
{
	struct store_msg_count n;
	struct view_post of;
	int r;

	if (!views_whose(row, m, &of))
		return 0;
	if ((r = views_of(v->c, of.channel, of.id, &n)) < 0)
		return r;
	m->has_views = m->has_forwards = true;
	m->views = n.views;
	m->forwards = n.forwards;
	return 0;
}

static struct tl_obj *own_message(struct view *v, struct tl_message *m, const struct store_msg *row)
{
	struct arena *a = &v->c->arena;

	m->id = row->id;
	m->peer_id = peer_to_tl(a, row->peer);
	m->from_id = from_whom(a, row, m->post);
	m->date = (int32_t)row->date;
	m->out = is_out(v, row);
	/* That it waited is its writer's own affair. */
	m->from_scheduled = m->from_scheduled &&
	                    (m->out || (row->peer == row->owner && peer_is_user(row->peer)));
	m->silent = (row->flags & STORE_MSG_SILENT) != 0;
	m->pinned = (row->flags & STORE_MSG_PINNED) != 0;
	m->noforwards = (row->flags & STORE_MSG_NOFORWARDS) != 0;
	if (row->edit_date) {
		m->has_edit_date = true;
		m->edit_date = (int32_t)row->edit_date;
	}
	m->reply_to = reply_header(v, m->reply_to, row->reply_to);
	note_forward(v, m->fwd_from);
	note_entities(v, m->entities);
	markup_note(v, m->reply_markup);
	if (m->has_via_bot_id)
		view_peer(v, peer_user(m->via_bot_id));
	if (row->peer == row->owner && peer_is_user(row->owner) && !m->saved_peer_id)
		m->saved_peer_id = peer_to_tl(a, row->owner); /* a note of one's own */
	view_peer(v, peer_key(m->saved_peer_id));
	return &m->o;
}

static struct tl_obj *own_service(struct view *v, struct tl_messageService *m, const struct store_msg *row)
{
	struct arena *a = &v->c->arena;

	m->id = row->id;
	m->peer_id = peer_to_tl(a, row->peer);
	m->from_id = from_whom(a, row, m->post);
	m->date = (int32_t)row->date;
	m->out = is_out(v, row);
	m->silent = (row->flags & STORE_MSG_SILENT) != 0;
	m->reply_to = reply_header(v, m->reply_to, row->reply_to);
	note_action(v, m->action);
	if (row->peer == row->owner && peer_is_user(row->owner) && !m->saved_peer_id)
		m->saved_peer_id = peer_to_tl(a, row->owner); /* TDLib wants a topic for each message there */
	return &m->o;
}

/* What of a message may be or hold a file. */
static struct tl_obj *carried(const struct tl_obj *o)
{
	return TL_IS(message, o)          ? TL_AS(message, o)->media
	       : TL_IS(messageService, o) ? TL_AS(messageService, o)->action
	                                  : NULL;
}

int message_view(struct view *v, const struct store_msg *row, struct tl_obj **ret)
{
	/* What waits is at no place where anybody else could find it. */
	const struct media_origin from = {.kind = row->flags & STORE_MSG_LATER ? MEDIA_FROM_UPLOAD
	                                                                       : MEDIA_FROM_MESSAGE,
	                                  .peer = row->peer,
	                                  .id = row->id};
	struct rd r = rd_of(row->body.p, row->body.n);
	struct tl_obj *o;
	int e;

	e = tl_decode(&r, &v->c->arena, &o);
	if (e < 0)
		return -ERR_CORRUPT;
	view_peer(v, row->peer);
	view_peer(v, row->from_id);
	if ((e = media_view(v, &from, carried(o))) < 0)
		return e;
	e = poll_view(v, carried(o));
	if (e == -ERR_NOTFOUND) /* in the admin log, after the last message that had it went */
		TL_AS(message, o)->media = &TL_NEW(&v->c->arena, messageMediaUnsupported)->o;
	else if (e < 0)
		return e;
	if (TL_IS(message, o) && !(row->flags & STORE_MSG_LATER) &&
	    (e = reactions_view(v, row, &TL_AS(message, o)->reactions)) < 0)
		return e;
	if (TL_IS(message, o)) {
		struct tl_message *m = TL_AS(message, o);

		bot_start_view(v, m);
		*ret = own_message(v, m, row);
		e = mark_meant(v, row, &m->mentioned, &m->media_unread);
		if (e >= 0)
			e = set_rank(v, m, row);
		if (e >= 0 && (row->flags & STORE_MSG_THREAD))
			e = thread_replies_view(v, row, &m->replies);
		return e < 0 ? e : count_views(v, m, row);
	}
	if (TL_IS(messageService, o)) {
		struct tl_messageService *m = TL_AS(messageService, o);

		*ret = own_service(v, m, row);
		return mark_meant(v, row, &m->mentioned, &m->media_unread);
	}
	return -ERR_CORRUPT;
}

struct slice message_text(struct arena *a, const struct store_msg *row)
{
	struct rd r = rd_of(row->body.p, row->body.n);
	struct tl_obj *o;

	if (tl_decode(&r, a, &o) < 0 || !TL_IS(message, o))
		return (struct slice){0};
	return TL_AS(message, o)->message;
}

/* Name, title and performer of a document, each after a blank. What destroys itself has none. */
static void put_names(struct buf *b, const struct tl_obj *media)
{
	const struct tl_messageMediaDocument *m = TL_AS(messageMediaDocument, media);
	const struct tl_document *d = m && !m->has_ttl_seconds ? TL_AS(document, m->document) : NULL;

	for (uint32_t i = 0; d && i < d->attributes.n; i++) {
		const struct tl_documentAttributeFilename *f = TL_AS(documentAttributeFilename,
		                                                     d->attributes.v[i]);
		const struct tl_documentAttributeAudio *s = TL_AS(documentAttributeAudio, d->attributes.v[i]);
		struct slice names[] = {f ? f->file_name : (struct slice){0},
		                        s ? s->title : (struct slice){0},
		                        s ? s->performer : (struct slice){0}};

		for (int k = 0; k < 3; k++) {
			buf_u8(b, ' ');
			buf_put(b, names[k].p, names[k].n);
		}
	}
}

struct slice message_searched(struct arena *a, const struct store_msg *row)
{
	struct rd r = rd_of(row->body.p, row->body.n);
	const struct tl_message *m;
	struct buf b = {0};
	struct tl_obj *o;
	struct slice s;

	if (tl_decode(&r, a, &o) < 0 || !TL_IS(message, o))
		return (struct slice){0};
	m = TL_AS(message, o);
	if (!TL_IS(messageMediaDocument, m->media))
		return m->message;
	buf_put(&b, m->message.p, m->message.n);
	put_names(&b, m->media);
	s = arena_slice(a, buf_slice(&b));
	buf_fini(&b);
	return s;
}

bool message_has_link(struct arena *a, const struct store_msg *row)
{
	struct rd r = rd_of(row->body.p, row->body.n);
	struct tl_obj *o;
	struct tl_vec list;

	if (tl_decode(&r, a, &o) < 0 || !TL_IS(message, o))
		return false;
	list = TL_AS(message, o)->entities;
	for (uint32_t i = 0; i < list.n; i++)
		if (TL_IS(messageEntityUrl, list.v[i]) || TL_IS(messageEntityTextUrl, list.v[i]))
			return true;
	return false;
}
