/* room.c - see room.h. */
#include "room.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "domain/bots/bot.h"
#include "domain/channels/channel.h"
#include "domain/channels/rights.h"
#include "store/channel.h"

#define IN(w, n) TL_NEW(world_arena(w), n)

int64_t room_create(struct world *w, struct person owner, bool broadcast)
{
	struct tl_channels_createChannel *q = IN(w, channels_createChannel);
	struct tl_updates *u;

	q->broadcast = broadcast;
	q->megagroup = !broadcast;
	q->title = SLICE_LIT("Room");
	q->about = SLICE_LIT("");
	u = TL_AS(updates, talk_call(w, owner, &q->o));
	assert_int_equal(u->chats.n, 1);
	return TL_AS(channel, u->chats.v[0])->id;
}

void room_invite(struct world *w, struct person by, int64_t room, struct person whom)
{
	struct tl_channels_inviteToChannel *q = IN(w, channels_inviteToChannel);
	struct tl_messages_invitedUsers *o;

	q->channel = world_channel(w, by, room);
	q->users = tl_vec_new(world_arena(w), 1);
	q->users.v[0] = world_user(w, by, whom.id);
	o = TL_AS(messages_invitedUsers, talk_call(w, by, &q->o));
	assert_non_null(o);
	assert_int_equal(o->missing_invitees.n, 0);
}

struct move {
	int64_t channel, user;
	enum store_channel_role role;
};

static int move(struct rpc_call *c, void *arg)
{
	const struct move *m = arg;
	bool in = m->role == STORE_CHANNEL_MEMBER;
	struct store_channel row;
	struct store_channel_member one = {.channel = m->channel,
	                                   .user = m->user,
	                                   .role = m->role,
	                                   .date = in ? c->now : 0,
	                                   .until = in ? 0 : INT32_MAX};
	int r = store_channel_get(c->db, m->channel, &c->arena, &row);

	if (r < 0 || (r = store_channel_member_put(c->db, &row, &one)) < 0)
		return r;
	return in ? channel_came(c, m->channel, m->user) : channel_left(c, m->channel, m->user);
}

void room_enter(struct world *w, struct person who, int64_t room)
{
	struct move m = {room, who.id, STORE_CHANNEL_MEMBER};

	assert_int_equal(world_write(w, move, &m), 0);
	world_pushes(w, who.key);
}

void room_throw_out(struct world *w, struct person who, int64_t room)
{
	struct move m = {room, who.id, STORE_CHANNEL_KICKED};

	assert_int_equal(world_write(w, move, &m), 0);
	world_pushes(w, who.key);
}

void room_read(struct world *w, struct person who, int64_t room, int32_t upto)
{
	struct tl_channels_readHistory *q = IN(w, channels_readHistory);

	q->channel = world_channel(w, who, room);
	q->max_id = upto;
	talk_call(w, who, &q->o);
}

struct tl_obj *room_ban_q(struct world *w, struct person by, int64_t room, struct person whom, int64_t bits,
                          int32_t until)
{
	struct tl_channels_editBanned *q = IN(w, channels_editBanned);

	q->channel = world_channel(w, by, room);
	q->participant = world_peer(w, by, whom.id);
	q->banned_rights = banned_rights_view(world_arena(w), bits, until);
	return &q->o;
}

struct tl_obj *room_admin_q(struct world *w, struct person by, int64_t room, struct person whom, int64_t bits)
{
	struct tl_channels_editAdmin *q = IN(w, channels_editAdmin);

	q->channel = world_channel(w, by, room);
	q->user_id = world_user(w, by, whom.id);
	q->admin_rights = admin_rights_view(world_arena(w), bits);
	q->rank = SLICE_LIT("");
	return &q->o;
}

struct tl_obj *room_join_q(struct world *w, struct person who, int64_t room)
{
	struct tl_channels_joinChannel *q = IN(w, channels_joinChannel);

	q->channel = world_channel(w, who, room);
	return &q->o;
}

struct tl_obj *room_leave_q(struct world *w, struct person who, int64_t room)
{
	struct tl_channels_leaveChannel *q = IN(w, channels_leaveChannel);

	q->channel = world_channel(w, who, room);
	return &q->o;
}

struct tl_obj *room_say_q(struct world *w, struct person who, int64_t room, const char *text)
{
	static int64_t random_id = 7000;
	struct tl_messages_sendMessage *q = IN(w, messages_sendMessage);

	q->peer = world_channel_peer(w, who, room);
	q->message = slice_str(text);
	q->random_id = ++random_id;
	return &q->o;
}

struct making {
	int64_t owner;
	int flags;
	const char *username;
	struct slice token;
	struct arena *a;
};

static int make_bot(struct rpc_call *c, void *arg)
{
	struct making *m = arg;
	struct store_bot b = {.owner = m->owner, .flags = m->flags};
	int r = bot_create(c, slice_str(m->username), SLICE_LIT("Bot"), &b, &m->token);

	if (r >= 0)
		m->token = arena_slice(m->a, m->token);
	return r;
}

struct person room_bot(struct world *w, struct person owner, const char *username, int flags)
{
	static int64_t key = 0x777000;
	struct making m = {.owner = owner.id, .flags = flags, .username = username, .a = world_arena(w)};
	struct tl_auth_importBotAuthorization *q = IN(w, auth_importBotAuthorization);
	struct person p = {.key = key += 10};
	struct tl_auth_authorization *z;

	assert_int_equal(world_write(w, make_bot, &m), 0);
	world_connect(w, (struct person){0}, p.key, TL_LAYER_MAX);
	q->api_id = 1;
	q->api_hash = SLICE_LIT("x");
	q->bot_auth_token = m.token;
	z = TL_AS(auth_authorization, talk_call(w, p, &q->o));
	p.id = TL_AS(user, z->user)->id;
	world_connect(w, p, p.key, TL_LAYER_MAX);
	return p;
}

void room_username(struct world *w, struct person owner, int64_t room, const char *name)
{
	struct tl_channels_updateUsername *q = IN(w, channels_updateUsername);

	q->channel = world_channel(w, owner, room);
	q->username = slice_str(name);
	talk_call(w, owner, &q->o);
}

struct tl_obj *room_participant(struct world *w, struct person by, int64_t room, struct person whom)
{
	struct tl_channels_getParticipant *q = IN(w, channels_getParticipant);
	struct tl_obj *o;

	q->channel = world_channel(w, by, room);
	q->participant = world_peer(w, by, whom.id);
	o = world_call(w, by, &q->o);
	if (!o) {
		assert_string_equal(world_error(w), "400 USER_NOT_PARTICIPANT");
		return NULL;
	}
	return TL_AS(channels_channelParticipant, o)->participant;
}

struct tl_channelFull *room_full(struct world *w, struct person who, int64_t room)
{
	struct tl_channels_getFullChannel *q = IN(w, channels_getFullChannel);

	q->channel = world_channel(w, who, room);
	return TL_AS(channelFull, TL_AS(messages_chatFull, talk_call(w, who, &q->o))->full_chat);
}

struct tl_vec room_list(struct world *w, struct person who, int64_t room, struct tl_obj *filter,
                        int32_t *ret_count)
{
	struct tl_channels_getParticipants *q = IN(w, channels_getParticipants);
	struct tl_channels_channelParticipants *o;

	q->channel = world_channel(w, who, room);
	q->filter = filter;
	q->limit = 100;
	o = TL_AS(channels_channelParticipants, talk_call(w, who, &q->o));
	assert_non_null(o);
	*ret_count = o->count;
	return o->participants;
}
