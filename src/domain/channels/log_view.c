/* log_view.c - channels.getAdminLog: the admin log by its filters, as the caller gets it. */
#include "base/err.h"
#include "base/utf8.h"
#include "domain/channels/private.h"
#include "domain/messages/message.h"
#include "domain/search/fold.h"
#include "rpc_methods.h"
#include "store/channel_log.h"
#include "store/user.h"
#include "updates/peer.h"

enum { ROW_HEAD = 4 * 8 + 4 * 4 }; /* what log.c packs before a message's body */

/* A message's row as log.c packs it, made for the viewer; NULL: there is none. */
static int unpack(struct view *v, int64_t channel, struct slice s, struct tl_obj **ret)
{
	struct store_msg m = {.owner = peer_channel(channel), .peer = peer_channel(channel)};
	struct rd r = rd_of(s.p, s.n);

	*ret = NULL;
	if (!s.n)
		return 0;
	if (s.n < ROW_HEAD)
		return -ERR_CORRUPT;
	m.date = (unixtime_t)rd_u64(&r);
	m.from_id = (int64_t)rd_u64(&r);
	m.edit_date = (unixtime_t)rd_u64(&r);
	m.grouped_id = (int64_t)rd_u64(&r);
	m.id = (int32_t)rd_u32(&r);
	m.flags = (int)rd_u32(&r);
	m.reply_to = (int32_t)rd_u32(&r);
	m.ttl = (int32_t)rd_u32(&r);
	m.origin_owner = m.from_id;
	m.body = slice_of(s.p + ROW_HEAD, s.n - ROW_HEAD);
	return message_view(v, &m, ret);
}

/* ChannelAdminLogEventAction of an event about messages. */
static int message_action(struct view *v, const struct store_channel_log *l, struct tl_obj **ret)
{
	struct arena *a = &v->c->arena;
	struct tl_obj *before, *after;
	int r;

	if ((r = unpack(v, l->channel, l->before, &before)) < 0 ||
	    (r = unpack(v, l->channel, l->after, &after)) < 0)
		return r;
	if (l->kind == CHANNEL_LOG_EDIT) {
		struct tl_channelAdminLogEventActionEditMessage *o = TL_NEW(
			a, channelAdminLogEventActionEditMessage);

		o->prev_message = before;
		o->new_message = after;
		*ret = &o->o;
	} else if (l->kind == CHANNEL_LOG_DELETE) {
		struct tl_channelAdminLogEventActionDeleteMessage *o = TL_NEW(
			a, channelAdminLogEventActionDeleteMessage);

		o->message = before;
		*ret = &o->o;
	} else if (l->kind == CHANNEL_LOG_PINNED) {
		struct tl_channelAdminLogEventActionUpdatePinned *o = TL_NEW(
			a, channelAdminLogEventActionUpdatePinned);

		o->message = after ? after : before;
		*ret = &o->o;
	} else {
		struct tl_channelAdminLogEventActionSendMessage *o = TL_NEW(
			a, channelAdminLogEventActionSendMessage);

		o->message = after;
		*ret = &o->o;
	}
	return before || after ? 0 : -ERR_CORRUPT;
}

static void note_participant(struct view *v, const struct tl_obj *p)
{
	if (TL_IS(channelParticipant, p))
		view_peer(v, TL_AS(channelParticipant, p)->user_id);
	else if (TL_IS(channelParticipantSelf, p))
		view_peer(v, TL_AS(channelParticipantSelf, p)->user_id);
	else if (TL_IS(channelParticipantCreator, p))
		view_peer(v, TL_AS(channelParticipantCreator, p)->user_id);
	else if (TL_IS(channelParticipantLeft, p))
		view_peer(v, peer_key(TL_AS(channelParticipantLeft, p)->peer));
	if (TL_IS(channelParticipantAdmin, p)) {
		view_peer(v, TL_AS(channelParticipantAdmin, p)->user_id);
		view_peer(v, TL_AS(channelParticipantAdmin, p)->promoted_by);
	}
	if (TL_IS(channelParticipantBanned, p)) {
		view_peer(v, peer_key(TL_AS(channelParticipantBanned, p)->peer));
		view_peer(v, TL_AS(channelParticipantBanned, p)->kicked_by);
	}
}

static void note_link(struct view *v, const struct tl_obj *l)
{
	if (TL_IS(chatInviteExported, l))
		view_peer(v, TL_AS(chatInviteExported, l)->admin_id);
}

/* Who stands in an action, and what in it is the viewer's. */
static int lay(struct view *v, int64_t channel, struct tl_obj *o)
{
	const struct media_origin from = {.kind = MEDIA_FROM_PROFILE, .peer = peer_channel(channel)};
	int r;

#define PARTICIPANTS(name)                                                                                   \
	if (TL_IS(name, o)) {                                                                                \
		note_participant(v, TL_AS(name, o)->prev_participant);                                       \
		note_participant(v, TL_AS(name, o)->new_participant);                                        \
	}
#define LINK(name)                                                                                           \
	if (TL_IS(name, o))                                                                                  \
		note_link(v, TL_AS(name, o)->invite);
	PARTICIPANTS(channelAdminLogEventActionParticipantToggleAdmin)
	PARTICIPANTS(channelAdminLogEventActionParticipantToggleBan)
	LINK(channelAdminLogEventActionParticipantJoinByInvite)
	LINK(channelAdminLogEventActionParticipantJoinByRequest)
	LINK(channelAdminLogEventActionExportedInviteDelete)
	LINK(channelAdminLogEventActionExportedInviteRevoke)
#undef PARTICIPANTS
#undef LINK
	if (TL_IS(channelAdminLogEventActionParticipantInvite, o))
		note_participant(v, TL_AS(channelAdminLogEventActionParticipantInvite, o)->participant);
	if (TL_IS(channelAdminLogEventActionParticipantJoinByRequest, o))
		view_peer(v, TL_AS(channelAdminLogEventActionParticipantJoinByRequest, o)->approved_by);
	if (TL_IS(channelAdminLogEventActionExportedInviteEdit, o)) {
		note_link(v, TL_AS(channelAdminLogEventActionExportedInviteEdit, o)->prev_invite);
		note_link(v, TL_AS(channelAdminLogEventActionExportedInviteEdit, o)->new_invite);
	}
	if (TL_IS(channelAdminLogEventActionChangeLinkedChat, o)) {
		const struct tl_channelAdminLogEventActionChangeLinkedChat *a = TL_AS(
			channelAdminLogEventActionChangeLinkedChat, o);

		if (a->prev_value)
			view_peer(v, peer_channel(a->prev_value));
		if (a->new_value)
			view_peer(v, peer_channel(a->new_value));
	}
	if (TL_IS(channelAdminLogEventActionChangePhoto, o)) {
		if ((r = media_view(v, &from, TL_AS(channelAdminLogEventActionChangePhoto, o)->prev_photo)) <
		    0)
			return r;
		return media_view(v, &from, TL_AS(channelAdminLogEventActionChangePhoto, o)->new_photo);
	}
	return 0;
}

static int event_view(struct view *v, const struct store_channel_log *l, struct tl_obj **ret)
{
	struct tl_channelAdminLogEvent *e = TL_NEW(&v->c->arena, channelAdminLogEvent);
	struct rd in = rd_of(l->body.p, l->body.n);
	int r;

	e->id = l->id;
	e->date = (int32_t)l->date;
	e->user_id = l->user;
	view_peer(v, l->user);
	if (!l->body.n)
		r = message_action(v, l, &e->action);
	else if ((r = tl_decode(&in, &v->c->arena, &e->action)) >= 0)
		r = lay(v, l->channel, e->action);
	*ret = &e->o;
	return r;
}

static int64_t kinds_of(const struct tl_channelAdminLogEventsFilter *f)
{
	int64_t k = 0;

	if (!f)
		return INT64_MAX;
#define KIND(field, bit) k |= f->field ? 1LL << (bit) : 0
	KIND(join, CHANNEL_LOG_JOIN);
	KIND(leave, CHANNEL_LOG_LEAVE);
	KIND(invite, CHANNEL_LOG_INVITE);
	KIND(ban, CHANNEL_LOG_BAN);
	KIND(unban, CHANNEL_LOG_UNBAN);
	KIND(kick, CHANNEL_LOG_KICK);
	KIND(unkick, CHANNEL_LOG_UNKICK);
	KIND(promote, CHANNEL_LOG_PROMOTE);
	KIND(demote, CHANNEL_LOG_DEMOTE);
	KIND(info, CHANNEL_LOG_INFO);
	KIND(settings, CHANNEL_LOG_SETTINGS);
	KIND(pinned, CHANNEL_LOG_PINNED);
	KIND(edit, CHANNEL_LOG_EDIT);
	KIND(delete, CHANNEL_LOG_DELETE);
	KIND(invites, CHANNEL_LOG_INVITES);
	KIND(send, CHANNEL_LOG_SEND);
	KIND(forums, CHANNEL_LOG_FORUMS);
	KIND(edit_rank, CHANNEL_LOG_RANK);
#undef KIND
	return k;
}

struct wanted {
	int64_t *admins;
	uint32_t n_admins;
	struct slice q; /* folded */
};

/* By whom, and the words of who did it and of the text. 1: it is asked for. */
static int is_wanted(struct rpc_call *c, const struct wanted *w, const struct store_channel_log *l)
{
	struct store_msg m = {.body = {0}};
	struct store_user u;
	struct slice text;
	bool found = !w->n_admins;
	int r;

	for (uint32_t i = 0; i < w->n_admins; i++)
		found |= w->admins[i] == l->user;
	if (!found || !w->q.n)
		return found;
	r = store_user_load(c->db, l->user, &c->arena, &u);
	if (r < 0)
		return r == -ERR_NOTFOUND ? 0 : r;
	text = l->before.n ? l->before : l->after;
	if (text.n > ROW_HEAD)
		m.body = slice_of(text.p + ROW_HEAD, text.n - ROW_HEAD);
	text = m.body.n ? message_text(&c->arena, &m) : (struct slice){0};
	text = arena_printf(&c->arena, "%.*s %.*s %.*s %.*s", (int)u.first.n, (const char *)u.first.p,
	                    (int)u.last.n, (const char *)u.last.p, (int)u.username.n,
	                    (const char *)u.username.p, (int)text.n, (const char *)text.p);
	return search_matches_prefixes(search_fold(&c->arena, text), w->q);
}

static int wanted_of(struct rpc_call *c, const struct tl_channels_getAdminLog *q, struct wanted *w)
{
	int r;

	if (q->admins.n > LIMIT_USERS_PER_CALL)
		return rpc_fail(c, 400, "USER_ID_INVALID");
	w->admins = ARENA_ARRAY(&c->arena, int64_t, q->admins.n + 1);
	for (; w->n_admins < q->admins.n; w->n_admins++)
		if ((r = user_resolve(c, q->admins.v[w->n_admins], &w->admins[w->n_admins])) < 0)
			return r;
	if (q->q.n && utf8_valid(q->q) && utf8_len(q->q) <= LIMIT_SEARCH_QUERY)
		w->q = search_fold(&c->arena, q->q);
	return 0;
}

/* Rows are read a page at a time until `limit` are wanted, LIMIT_ADMIN_LOG_SEARCHED at most. */
static int gather(struct rpc_call *c, const struct tl_channels_getAdminLog *q, int64_t channel,
                  const struct wanted *w, uint32_t limit, struct view *v, struct tl_vec *ret)
{
	int64_t max = q->max_id, kinds = kinds_of(TL_AS(channelAdminLogEventsFilter, q->events_filter));
	struct store_channel_log *rows;
	size_t n = LIMIT_PAGE;
	int r;

	*ret = tl_vec_new(&c->arena, limit);
	ret->n = 0;
	for (uint32_t seen = 0; n == LIMIT_PAGE && ret->n < limit && seen < LIMIT_ADMIN_LOG_SEARCHED;
	     seen += LIMIT_PAGE) {
		r = store_channel_log_walk(c->db, channel, max, q->min_id, kinds, LIMIT_PAGE, &c->arena,
		                           &rows, &n);
		for (size_t i = 0; r >= 0 && i < n && ret->n < limit; i++) {
			if ((r = is_wanted(c, w, &rows[i])) > 0)
				r = event_view(v, &rows[i], &ret->v[ret->n++]);
			max = rows[i].id;
		}
		if (r < 0)
			return r;
	}
	return 0;
}

int channels_getAdminLog(struct rpc_call *c, const struct tl_channels_getAdminLog *q)
{
	struct tl_channels_adminLogResults *o = TL_NEW(&c->arena, channels_adminLogResults);
	uint32_t limit = q->limit > 0 && q->limit < LIMIT_PAGE ? (uint32_t)q->limit : LIMIT_PAGE;
	struct wanted w = {0};
	struct channel ch;
	struct view v;
	int r;

	if ((r = channel_resolve(c, q->channel, &ch)) < 0 || (r = channel_may(c, &ch, CHANNEL_LOG)) < 0 ||
	    (r = wanted_of(c, q, &w)) < 0)
		return r;
	view_init(&v, c);
	view_peer(&v, peer_channel(ch.row.id));
	if ((r = gather(c, q, ch.row.id, &w, limit, &v, &o->events)) < 0 ||
	    (r = view_mentioned(&v, &o->users, &o->chats)) < 0)
		return r;
	return rpc_reply(c, &o->o);
}
