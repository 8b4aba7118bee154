/*
 * test_channel_rights.c - who may do what in a supergroup and a channel: each method by each kind of caller gives Telegram's error,
 * and one that is refused changes nothing. A private one is not told apart from one that never was.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "callers.h"
#include "domain/channels/rights.h"

static struct tl_obj *full(struct callers *s, struct person p, int64_t room)
{
	struct tl_channels_getFullChannel *q = Q(s, channels_getFullChannel);

	q->channel = ROOM(s, p, room);
	return &q->o;
}

static struct tl_obj *recent(struct callers *s, struct person p, int64_t room)
{
	struct tl_channels_getParticipants *q = Q(s, channels_getParticipants);

	q->channel = ROOM(s, p, room);
	q->filter = &Q(s, channelParticipantsRecent)->o;
	return &q->o;
}

static struct tl_obj *kicked(struct callers *s, struct person p, int64_t room)
{
	struct tl_channels_getParticipants *q = Q(s, channels_getParticipants);
	struct tl_channelParticipantsKicked *f = Q(s, channelParticipantsKicked);

	q->channel = ROOM(s, p, room);
	f->q = SLICE_LIT("");
	q->filter = &f->o;
	return &q->o;
}

static struct tl_obj *self(struct callers *s, struct person p, int64_t room)
{
	struct tl_channels_getParticipant *q = Q(s, channels_getParticipant);

	q->channel = ROOM(s, p, room);
	q->participant = &Q(s, inputPeerSelf)->o;
	return &q->o;
}

static struct tl_obj *invite(struct callers *s, struct person p, int64_t room)
{
	struct tl_channels_inviteToChannel *q = Q(s, channels_inviteToChannel);

	q->channel = ROOM(s, p, room);
	q->users = tl_vec_new(world_arena(s->w), 1);
	q->users.v[0] = world_user(s->w, p, s->friends[s->done].id);
	return &q->o;
}

static struct tl_obj *promote(struct callers *s, struct person p, int64_t room)
{
	return room_admin_q(s->w, p, room, VICTIM(s, p), ADMIN_INVITE);
}

static struct tl_obj *ban(struct callers *s, struct person p, int64_t room)
{
	return room_ban_q(s->w, p, room, VICTIM(s, p), BAN_VIEW, 0);
}

static struct tl_obj *title(struct callers *s, struct person p, int64_t room)
{
	struct tl_channels_editTitle *q = Q(s, channels_editTitle);

	q->channel = ROOM(s, p, room);
	q->title = arena_printf(world_arena(s->w), "title %lld", (long long)++s->turn);
	return &q->o;
}

static struct tl_obj *about(struct callers *s, struct person p, int64_t room)
{
	struct tl_messages_editChatAbout *q = Q(s, messages_editChatAbout);

	q->peer = PEER(s, p, room);
	q->about = arena_printf(world_arena(s->w), "about %lld", (long long)++s->turn);
	return &q->o;
}

static struct tl_obj *photo(struct callers *s, struct person p, int64_t room)
{
	struct tl_channels_editPhoto *q = Q(s, channels_editPhoto);

	q->channel = ROOM(s, p, room);
	q->photo = &Q(s, inputChatPhotoEmpty)->o;
	return &q->o;
}

static struct tl_obj *default_rights(struct callers *s, struct person p, int64_t room)
{
	struct tl_messages_editChatDefaultBannedRights *q = Q(s, messages_editChatDefaultBannedRights);

	q->peer = PEER(s, p, room);
	q->banned_rights = banned_rights_view(world_arena(s->w), s->done % 2 ? BAN_POLLS : BAN_GAMES, 0);
	return &q->o;
}

static struct tl_obj *slow(struct callers *s, struct person p, int64_t room)
{
	struct tl_channels_toggleSlowMode *q = Q(s, channels_toggleSlowMode);

	q->channel = ROOM(s, p, room);
	q->seconds = s->done % 2 ? 10 : 30;
	return &q->o;
}

#define TOGGLE(name, method, field, value)                                                                   \
	static struct tl_obj *name(struct callers *s, struct person p, int64_t room)                         \
	{                                                                                                    \
		struct tl_##method *q = Q(s, method);                                                        \
                                                                                                             \
		q->field = value(s, p, room);                                                                \
		q->enabled = s->done % 2 == 0;                                                               \
		return &q->o;                                                                                \
	}
TOGGLE(prehistory, channels_togglePreHistoryHidden, channel, ROOM)
TOGGLE(hide_members, channels_toggleParticipantsHidden, channel, ROOM)
TOGGLE(join_to_send, channels_toggleJoinToSend, channel, ROOM)
TOGGLE(noforwards, messages_toggleNoForwards, peer, PEER)
#undef TOGGLE

static struct tl_obj *forum(struct callers *s, struct person p, int64_t room)
{
	struct tl_channels_toggleForum *q = Q(s, channels_toggleForum);

	q->channel = ROOM(s, p, room);
	q->enabled = s->done % 2 == 0;
	return &q->o;
}

static struct tl_obj *comments(struct callers *s, struct person p, int64_t room)
{
	struct tl_messages_getReplies *q = Q(s, messages_getReplies);

	q->peer = PEER(s, p, room);
	q->msg_id = 1;
	return &q->o;
}

static struct tl_obj *read_comments(struct callers *s, struct person p, int64_t room)
{
	struct tl_messages_readDiscussion *q = Q(s, messages_readDiscussion);

	q->peer = PEER(s, p, room);
	q->msg_id = 1;
	return &q->o;
}

static struct tl_obj *signatures(struct callers *s, struct person p, int64_t room)
{
	struct tl_channels_toggleSignatures *q = Q(s, channels_toggleSignatures);

	q->channel = ROOM(s, p, room);
	q->signatures_enabled = s->done % 2 == 0;
	return &q->o;
}

static struct tl_obj *username(struct callers *s, struct person p, int64_t room)
{
	struct tl_channels_updateUsername *q = Q(s, channels_updateUsername);

	q->channel = ROOM(s, p, room);
	q->username = SLICE_LIT("bad name");
	return &q->o;
}

static struct tl_obj *discuss(struct callers *s, struct person p, int64_t room)
{
	struct tl_channels_setDiscussionGroup *q = Q(s, channels_setDiscussionGroup);

	q->broadcast = ROOM(s, p, room);
	q->group = &Q(s, inputChannelEmpty)->o;
	return &q->o;
}

static struct tl_obj *giga(struct callers *s, struct person p, int64_t room)
{
	struct tl_channels_convertToGigagroup *q = Q(s, channels_convertToGigagroup);

	q->channel = ROOM(s, p, room);
	return &q->o;
}

static struct tl_obj *admin_log(struct callers *s, struct person p, int64_t room)
{
	struct tl_channels_getAdminLog *q = Q(s, channels_getAdminLog);

	q->channel = ROOM(s, p, room);
	return &q->o;
}

static struct tl_obj *export_link(struct callers *s, struct person p, int64_t room)
{
	struct tl_messages_exportChatInvite *q = Q(s, messages_exportChatInvite);

	q->peer = PEER(s, p, room);
	return &q->o;
}

static struct tl_obj *links(struct callers *s, struct person p, int64_t room)
{
	struct tl_messages_getExportedChatInvites *q = Q(s, messages_getExportedChatInvites);

	q->peer = PEER(s, p, room);
	q->admin_id = &Q(s, inputUserSelf)->o;
	q->limit = 1;
	return &q->o;
}

static struct tl_obj *requests(struct callers *s, struct person p, int64_t room)
{
	struct tl_messages_getChatInviteImporters *q = Q(s, messages_getChatInviteImporters);

	q->peer = PEER(s, p, room);
	q->requested = true;
	q->offset_user = &Q(s, inputUserEmpty)->o;
	return &q->o;
}

static struct tl_obj *let_in(struct callers *s, struct person p, int64_t room)
{
	struct tl_messages_hideChatJoinRequest *q = Q(s, messages_hideChatJoinRequest);

	q->peer = PEER(s, p, room);
	q->user_id = world_user(s->w, p, s->friends[0].id);
	return &q->o;
}

static struct tl_obj *close_it(struct callers *s, struct person p, int64_t room)
{
	struct tl_channels_deleteChannel *q = Q(s, channels_deleteChannel);

	q->channel = ROOM(s, p, room);
	return &q->o;
}

static struct tl_obj *join(struct callers *s, struct person p, int64_t room)
{
	return room_join_q(s->w, p, room);
}

static struct tl_obj *leave(struct callers *s, struct person p, int64_t room)
{
	return room_leave_q(s->w, p, room);
}

static struct tl_obj *write_text(struct callers *s, struct person p, int64_t room)
{
	return room_say_q(s->w, p, room, "text");
}

/*                                     owner   able  other member restricted banned left stranger */
static const struct caller_row rows[] = {
	{"getFullChannel", full, ADMIN_OTHER, GROUP, ALL_IN, ALIKE},
	{"getFullChannel", full, ADMIN_OTHER, CHANNEL, ALL_IN, ALIKE},
	{"getParticipants", recent, ADMIN_OTHER, GROUP, ALL_IN, ALIKE},
	{"getParticipants", recent, ADMIN_OTHER, CHANNEL, ADMINS, ALIKE},
	{"the kicked", kicked, ADMIN_OTHER, GROUP, ADMINS, ALIKE},
	{"getParticipant", self, ADMIN_OTHER, GROUP, ALL_IN, ALIKE},
	{"write",
         write_text,
         ADMIN_OTHER,
         GROUP,
         {OK, OK, OK, OK, "403 CHAT_WRITE_FORBIDDEN", GONE_, GONE_, GONE_},
         ALIKE},
	{"post",
         write_text,
         ADMIN_POST,
         CHANNEL,
         {OK, OK, "403 CHAT_WRITE_FORBIDDEN", "403 CHAT_WRITE_FORBIDDEN", NULL, GONE_, GONE_, GONE_},
         ALIKE},
	{"invite", invite, ADMIN_INVITE, CHANNEL, BY_RIGHT, ALIKE},
	{"invite", invite, ADMIN_INVITE, GROUP, {OK, OK, OK, OK, NO, GONE_, GONE_, GONE_}, ALIKE},
	{"editAdmin", promote, ADMIN_ADD_ADMINS | ADMIN_INVITE, GROUP, BY_RIGHT, ALIKE},
	{"editAdmin", promote, ADMIN_ADD_ADMINS | ADMIN_INVITE, CHANNEL, BY_RIGHT, ALIKE},
	{"editBanned", ban, ADMIN_BAN, GROUP, BY_RIGHT, ALIKE},
	{"editBanned", ban, ADMIN_BAN, CHANNEL, BY_RIGHT, ALIKE},
	{"default rights", default_rights, ADMIN_BAN, GROUP, BY_RIGHT, ALIKE},
	{"editTitle", title, ADMIN_CHANGE_INFO, GROUP, BY_RIGHT, ALIKE},
	{"editTitle", title, ADMIN_CHANGE_INFO, CHANNEL, BY_RIGHT, ALIKE},
	{"editChatAbout", about, ADMIN_CHANGE_INFO, GROUP, BY_RIGHT, ALIKE},
	{"editPhoto",
         photo,
         ADMIN_CHANGE_INFO,
         GROUP,
         {"400 CHAT_NOT_MODIFIED", "400 CHAT_NOT_MODIFIED", NO, NO, NO, GONE_, GONE_, GONE_},
         ALIKE},
	{"toggleSlowMode", slow, ADMIN_BAN, GROUP, BY_RIGHT, NOBOT},
	{"toggleSignatures", signatures, ADMIN_CHANGE_INFO, CHANNEL, BY_RIGHT, NOBOT},
	{"togglePreHistoryHidden", prehistory, ADMIN_CHANGE_INFO, GROUP, BY_RIGHT, NOBOT},
	{"toggleParticipantsHidden", hide_members, ADMIN_BAN, GROUP, BY_RIGHT, NOBOT},
	{"toggleJoinToSend", join_to_send, ADMIN_BAN, GROUP, BY_RIGHT, NOBOT},
	{"toggleForum", forum, ADMIN_CHANGE_INFO, GROUP, BY_RIGHT, NOBOT},
	{"toggleForum",
         forum,
         ADMIN_CHANGE_INFO,
         CHANNEL,
         {"400 CHANNEL_INVALID", "400 CHANNEL_INVALID", "400 CHANNEL_INVALID", "400 CHANNEL_INVALID", NULL,
          GONE_, GONE_, GONE_},
         NOBOT},
	{"getReplies", comments, ADMIN_OTHER, GROUP, ALL_IN, NOBOT},
	{"readDiscussion", read_comments, ADMIN_OTHER, GROUP, ALL_IN, NOBOT},
	{"toggleNoForwards", noforwards, ADMIN_ALL, GROUP, OWNERS, NOBOT},
	{"updateUsername",
         username,
         ADMIN_ALL,
         GROUP,
         {"400 USERNAME_INVALID", NO, NO, NO, NO, GONE_, GONE_, GONE_},
         NOBOT},
	{"setDiscussionGroup",
         discuss,
         ADMIN_CHANGE_INFO,
         CHANNEL,
         {"400 LINK_NOT_MODIFIED", "400 LINK_NOT_MODIFIED", NO, NO, NULL, GONE_, GONE_, GONE_},
         NOBOT},
	{"convertToGigagroup",
         giga,
         ADMIN_ALL,
         GROUP,
         {"400 PARTICIPANTS_TOO_FEW", NO, NO, NO, NO, GONE_, GONE_, GONE_},
         NOBOT},
	{"getAdminLog", admin_log, ADMIN_OTHER, GROUP, ADMINS, NOBOT},
	{"exportChatInvite", export_link, ADMIN_INVITE, GROUP, BY_RIGHT, ALIKE},
	{"getExportedChatInvites", links, ADMIN_INVITE, GROUP, BY_RIGHT, NOBOT},
	{"getChatInviteImporters", requests, ADMIN_INVITE, GROUP, BY_RIGHT, NOBOT},
	{"hideChatJoinRequest",
         let_in,
         ADMIN_INVITE,
         GROUP,
         {"400 HIDE_REQUESTER_MISSING", "400 HIDE_REQUESTER_MISSING", NO, NO, NO, GONE_, GONE_, GONE_},
         ALIKE},
	{"joinChannel",
         join,
         ADMIN_OTHER,
         GROUP,
         {"400 USER_ALREADY_PARTICIPANT", "400 USER_ALREADY_PARTICIPANT", "400 USER_ALREADY_PARTICIPANT",
          "400 USER_ALREADY_PARTICIPANT", "400 USER_ALREADY_PARTICIPANT", GONE_, GONE_, GONE_},
         NOBOT},
	{"leaveChannel",
         leave,
         ADMIN_OTHER,
         GROUP,
         {"400 USER_CREATOR", OK, OK, OK, OK, GONE_, GONE_, GONE_},
         ALIKE},
	{"deleteChannel", close_it, ADMIN_ALL, GROUP, OWNERS, NOBOT},
};

static void test_table(void **state)
{
	callers_table(*state, rows, sizeof(rows) / sizeof(rows[0]));
}

/* With the hash of a channel that never was, and with a wrong one. */
static void test_absent(void **state)
{
	struct callers *s = *state;
	struct tl_inputChannel *wrong;
	struct tl_channels_getFullChannel *q = Q(s, channels_getFullChannel);
	int64_t room = room_create(s->w, s->p[OWNER], true);

	callers_absent(s, rows, sizeof(rows) / sizeof(rows[0]));
	wrong = TL_AS(inputChannel, world_channel(s->w, s->p[STRANGER], room));
	wrong->access_hash++;
	q->channel = &wrong->o;
	talk_refused(s->w, s->p[STRANGER], &q->o, "400 CHANNEL_INVALID");
	wrong->channel_id = 987654;
	talk_refused(s->w, s->p[STRANGER], &q->o, "400 CHANNEL_INVALID");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_table, callers_setup, world_teardown),
		cmocka_unit_test_setup_teardown(test_absent, callers_setup, world_teardown),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("channel_rights", tests, NULL, NULL);
}
