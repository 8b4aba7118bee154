/*
 * member.c - rows of members as they change, and who hears of it: the person himself by his own box, the audience of the posts by
 * the channel's queue, so that whoever was kicked is out before the next post. What one may do is asked elsewhere.
 */
#include "base/err.h"
#include "domain/channels/private.h"
#include "domain/messages/message.h"
#include "domain/sync/compose.h"
#include "rpc_methods.h"
#include "store/day.h"
#include "store/dialog.h"
#include "updates/event.h"
#include "updates/peer.h"

bool member_is_in(const struct store_channel_member *m)
{
	return m->role == STORE_CHANNEL_MEMBER || m->role == STORE_CHANNEL_ADMIN ||
	       m->role == STORE_CHANNEL_CREATOR;
}

void channel_lift_over(struct store_channel_member *m, unixtime_t now)
{
	if (!m->until || m->until == INT32_MAX || m->until > now)
		return;
	m->banned = 0;
	m->until = 0;
	if (m->role == STORE_CHANNEL_KICKED)
		m->role = STORE_CHANNEL_LEFT;
}

int member_load(struct rpc_call *c, const struct channel *ch, int64_t user, struct store_channel_member *ret)
{
	int r = store_channel_member_get(c->db, ch->row.id, user, &c->arena, ret);

	if (r == -ERR_NOTFOUND) {
		*ret = (struct store_channel_member){.channel = ch->row.id, .user = user};
		return 0;
	}
	channel_lift_over(ret, c->now);
	return r;
}

void member_comes(struct rpc_call *c, struct store_channel_member *m, int64_t by)
{
	m->role = STORE_CHANNEL_MEMBER;
	m->by = by;
	m->date = c->now;
	m->rights = 0;
	m->by_request = false;
	m->rank = (struct slice){0};
}

int member_has_room(struct rpc_call *c, const struct channel *ch, int64_t user)
{
	uint32_t n;
	int r;

	if ((ch->row.flags & STORE_CHANNEL_MEGAGROUP) && !(ch->row.flags & STORE_CHANNEL_GIGAGROUP) &&
	    ch->row.members >= LIMIT_MEGAGROUP)
		return rpc_fail(c, 400, "USERS_TOO_MUCH");
	if ((r = store_channels_count(c->db, user, &n)) < 0)
		return r;
	if (n < LIMIT_CHANNELS)
		return 0;
	return user == c->user_id ? rpc_fail(c, 400, "CHANNELS_TOO_MUCH")
	                          : rpc_fail(c, 403, "USER_CHANNELS_TOO_MUCH");
}

int channel_tell(struct rpc_call *c, const struct channel *ch, int64_t user)
{
	struct upd_event ev = {.owner = user, .kind = UPD_CHANNEL, .peer = peer_channel(ch->row.id)};

	if (user == c->user_id && c->client)
		ev.except_key = c->client->auth_key_id;
	return rpc_log_event(c, &ev);
}

/* His marks: who comes has read everything so far, who goes has it pinned no more. */
static int mark(struct rpc_call *c, const struct channel *ch, struct store_channel_member *m)
{
	struct store_dialog d;
	int32_t top = 0;
	int r;

	if ((r = store_dialog_get(c->db, m->user, peer_channel(ch->row.id), &c->arena, &d)) < 0)
		return r;
	if (!member_is_in(m)) {
		if (!d.pin_order && !d.unread_mark)
			return 0;
		d.pin_order = 0;
		d.unread_mark = false;
		return store_dialog_put(c->db, &d);
	}
	if ((r = store_channel_last_id(c->db, ch->row.id, &top)) < 0)
		return r;
	if ((ch->row.flags & STORE_CHANNEL_PREHISTORY_HIDDEN) && m->role != STORE_CHANNEL_CREATOR)
		m->first_id = top + 1;
	if (d.read_in < top) {
		d.read_in = top;
		d.unread = 0;
	}
	return store_dialog_put(c->db, &d);
}

/* His clients, where he was before, keep what they counted then. */
static int tell_read(struct rpc_call *c, const struct channel *ch, int64_t user)
{
	struct upd_event ev = {.owner = user, .kind = UPD_READ_CHANNEL_IN, .peer = peer_channel(ch->row.id)};

	if (user == c->user_id && c->client)
		ev.except_key = c->client->auth_key_id;
	return rpc_log_event(c, &ev);
}

static int count_day(struct rpc_call *c, const struct channel *ch, const struct store_channel_member *m,
                     const struct member_way *way, bool came)
{
	int kind = !came                       ? STORE_DAY_LEFT
	           : way->let_in               ? STORE_DAY_LET_IN
	           : way->link                 ? STORE_DAY_BY_LINK
	           : m->by && m->by != m->user ? STORE_DAY_ADDED
	                                       : STORE_DAY_JOINED;

	return store_day_add(c->db, peer_channel(ch->row.id), c->now, kind, 1);
}

int member_put(struct rpc_call *c, struct channel *ch, struct store_channel_member *m)
{
	static const struct member_way none = {0};

	return member_put_by(c, ch, m, &none);
}

int member_put_by(struct rpc_call *c, struct channel *ch, struct store_channel_member *m,
                  const struct member_way *way)
{
	struct store_channel_member had;
	bool in = member_is_in(m);
	int r;

	m->is_bot = peer_is_bot(m->user);
	if ((r = member_load(c, ch, m->user, &had)) < 0 ||
	    (in != member_is_in(&had) && (r = mark(c, ch, m)) < 0) ||
	    (r = store_channel_member_put(c->db, &ch->row, m)) < 0)
		return r;
	if (m->user == c->user_id)
		ch->me = *m;
	if ((in != member_is_in(&had) && (r = count_day(c, ch, m, way, in)) < 0) ||
	    (r = channel_tell_bots(c, ch, c->client ? c->user_id : 0, &had, m, way)) < 0)
		return r;
	if (in == member_is_in(&had))
		return channel_tell(c, ch, m->user);
	if (!in)
		return channel_left(c, ch->row.id, m->user);
	r = channel_came(c, ch->row.id, m->user);
	return r < 0 || !had.date ? r : tell_read(c, ch, m->user);
}

int channel_say(struct rpc_call *c, struct channel *ch, struct tl_obj *action)
{
	int32_t id;

	return message_post_service(c, ch, action, &id);
}

int channel_say_of(struct rpc_call *c, struct channel *ch, const struct store_channel_member *m,
                   struct tl_obj *action)
{
	struct tl_messageService *content = TL_NEW(&c->arena, messageService);
	struct message_draft draft = {
		.from = m->user, .content = &content->o, .except_key = c->client->auth_key_id};
	struct channel his = {.row = ch->row, .me = *m};
	int32_t id;

	content->action = action;
	RPC_ACT_AS(c, m->user); /* the row is his: he sees it as his own, and has read it */
	return message_post(c, &his, &draft, &id);
}

int channel_say_added(struct rpc_call *c, struct channel *ch, const int64_t *users, uint32_t n)
{
	struct tl_messageActionChatAddUser *a = TL_NEW(&c->arena, messageActionChatAddUser);

	a->users = (struct tl_vec_long){users, n};
	return channel_say(c, ch, &a->o);
}

int channel_say_removed(struct rpc_call *c, struct channel *ch, int64_t user)
{
	struct tl_messageActionChatDeleteUser *a = TL_NEW(&c->arena, messageActionChatDeleteUser);

	a->user_id = user;
	return channel_say(c, ch, &a->o);
}

int channel_reply(struct rpc_call *c)
{
	return rpc_reply_after(c, message_reply_updates, NULL);
}

static int reply_joined(struct rpc_call *c, void *unused)
{
	struct tl_messages_chatInviteJoinResultOk *ok = TL_NEW(&c->arena, messages_chatInviteJoinResultOk);
	const struct upd_event *ev;
	size_t n;
	int r;

	ev = rpc_own_events(c, &n);
	if ((r = sync_compose(c, ev, n, &ok->updates)) < 0)
		return r;
	return ok->updates ? rpc_reply(c, &ok->o) : -ERR_CORRUPT;
}

int channel_reply_joined(struct rpc_call *c)
{
	return rpc_reply_after(c, reply_joined, NULL);
}
