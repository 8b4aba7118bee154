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

#include "base/log.h"
#include "domain/channels/rights.h"
#include "room.h"
#include "sql/sql.h"

enum who { OWNER, ABLE, OTHER, MEMBER, RESTRICTED, BANNED, GONE, STRANGER, CALLERS };

static const char *const names[CALLERS] = {
	"owner",   "admin with the right", "admin without it", "member", "restricted", "banned", "left",
	"stranger"};

struct s {
	struct world *w;
	struct person p[CALLERS], victim, friends[CALLERS];
	int64_t turn; /* grows with each call */
	int done;     /* calls of this row that were let through */
};

#define Q(s, n) TL_NEW(world_arena((s)->w), n)

/* A call by p on `room`, made anew for each caller. */
typedef struct tl_obj *(*make_fn)(struct s *s, struct person p, int64_t room);

#define ROOM(s, p, room) world_channel((s)->w, p, room)
#define PEER(s, p, room) world_channel_peer((s)->w, p, room)

static struct tl_obj *full(struct s *s, struct person p, int64_t room)
{
	struct tl_channels_getFullChannel *q = Q(s, channels_getFullChannel);

	q->channel = ROOM(s, p, room);
	return &q->o;
}

static struct tl_obj *recent(struct s *s, struct person p, int64_t room)
{
	struct tl_channels_getParticipants *q = Q(s, channels_getParticipants);

	q->channel = ROOM(s, p, room);
	q->filter = &Q(s, channelParticipantsRecent)->o;
	return &q->o;
}

static struct tl_obj *kicked(struct s *s, struct person p, int64_t room)
{
	struct tl_channels_getParticipants *q = Q(s, channels_getParticipants);
	struct tl_channelParticipantsKicked *f = Q(s, channelParticipantsKicked);

	q->channel = ROOM(s, p, room);
	f->q = SLICE_LIT("");
	q->filter = &f->o;
	return &q->o;
}

static struct tl_obj *self(struct s *s, struct person p, int64_t room)
{
	struct tl_channels_getParticipant *q = Q(s, channels_getParticipant);

	q->channel = ROOM(s, p, room);
	q->participant = &Q(s, inputPeerSelf)->o;
	return &q->o;
}

static struct tl_obj *invite(struct s *s, struct person p, int64_t room)
{
	struct tl_channels_inviteToChannel *q = Q(s, channels_inviteToChannel);

	q->channel = ROOM(s, p, room);
	q->users = tl_vec_new(world_arena(s->w), 1);
	q->users.v[0] = world_user(s->w, p, s->friends[s->done].id);
	return &q->o;
}

static struct tl_obj *promote(struct s *s, struct person p, int64_t room)
{
	return room_admin_q(s->w, p, room, s->victim, ADMIN_INVITE);
}

static struct tl_obj *ban(struct s *s, struct person p, int64_t room)
{
	return room_ban_q(s->w, p, room, s->victim, BAN_VIEW, 0);
}

static struct tl_obj *title(struct s *s, struct person p, int64_t room)
{
	struct tl_channels_editTitle *q = Q(s, channels_editTitle);

	q->channel = ROOM(s, p, room);
	q->title = arena_printf(world_arena(s->w), "title %lld", (long long)++s->turn);
	return &q->o;
}

static struct tl_obj *about(struct s *s, struct person p, int64_t room)
{
	struct tl_messages_editChatAbout *q = Q(s, messages_editChatAbout);

	q->peer = PEER(s, p, room);
	q->about = arena_printf(world_arena(s->w), "about %lld", (long long)++s->turn);
	return &q->o;
}

static struct tl_obj *photo(struct s *s, struct person p, int64_t room)
{
	struct tl_channels_editPhoto *q = Q(s, channels_editPhoto);

	q->channel = ROOM(s, p, room);
	q->photo = &Q(s, inputChatPhotoEmpty)->o;
	return &q->o;
}

static struct tl_obj *default_rights(struct s *s, struct person p, int64_t room)
{
	struct tl_messages_editChatDefaultBannedRights *q = Q(s, messages_editChatDefaultBannedRights);

	q->peer = PEER(s, p, room);
	q->banned_rights = banned_rights_view(world_arena(s->w), ++s->turn % 2 ? BAN_POLLS : BAN_GAMES, 0);
	return &q->o;
}

static struct tl_obj *slow(struct s *s, struct person p, int64_t room)
{
	struct tl_channels_toggleSlowMode *q = Q(s, channels_toggleSlowMode);

	q->channel = ROOM(s, p, room);
	q->seconds = ++s->turn % 2 ? 10 : 30;
	return &q->o;
}

#define TOGGLE(name, method, field, value)                                                                   \
	static struct tl_obj *name(struct s *s, struct person p, int64_t room)                               \
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

static struct tl_obj *forum(struct s *s, struct person p, int64_t room)
{
	struct tl_channels_toggleForum *q = Q(s, channels_toggleForum);

	q->channel = ROOM(s, p, room);
	q->enabled = s->done % 2 == 0;
	return &q->o;
}

static struct tl_obj *comments(struct s *s, struct person p, int64_t room)
{
	struct tl_messages_getReplies *q = Q(s, messages_getReplies);

	q->peer = PEER(s, p, room);
	q->msg_id = 1;
	return &q->o;
}

static struct tl_obj *read_comments(struct s *s, struct person p, int64_t room)
{
	struct tl_messages_readDiscussion *q = Q(s, messages_readDiscussion);

	q->peer = PEER(s, p, room);
	q->msg_id = 1;
	return &q->o;
}

static struct tl_obj *signatures(struct s *s, struct person p, int64_t room)
{
	struct tl_channels_toggleSignatures *q = Q(s, channels_toggleSignatures);

	q->channel = ROOM(s, p, room);
	q->signatures_enabled = s->done % 2 == 0;
	return &q->o;
}

static struct tl_obj *username(struct s *s, struct person p, int64_t room)
{
	struct tl_channels_updateUsername *q = Q(s, channels_updateUsername);

	q->channel = ROOM(s, p, room);
	q->username = SLICE_LIT("bad name");
	return &q->o;
}

static struct tl_obj *discuss(struct s *s, struct person p, int64_t room)
{
	struct tl_channels_setDiscussionGroup *q = Q(s, channels_setDiscussionGroup);

	q->broadcast = ROOM(s, p, room);
	q->group = &Q(s, inputChannelEmpty)->o;
	return &q->o;
}

static struct tl_obj *giga(struct s *s, struct person p, int64_t room)
{
	struct tl_channels_convertToGigagroup *q = Q(s, channels_convertToGigagroup);

	q->channel = ROOM(s, p, room);
	return &q->o;
}

static struct tl_obj *admin_log(struct s *s, struct person p, int64_t room)
{
	struct tl_channels_getAdminLog *q = Q(s, channels_getAdminLog);

	q->channel = ROOM(s, p, room);
	return &q->o;
}

static struct tl_obj *export_link(struct s *s, struct person p, int64_t room)
{
	struct tl_messages_exportChatInvite *q = Q(s, messages_exportChatInvite);

	q->peer = PEER(s, p, room);
	return &q->o;
}

static struct tl_obj *links(struct s *s, struct person p, int64_t room)
{
	struct tl_messages_getExportedChatInvites *q = Q(s, messages_getExportedChatInvites);

	q->peer = PEER(s, p, room);
	q->admin_id = &Q(s, inputUserSelf)->o;
	q->limit = 1;
	return &q->o;
}

static struct tl_obj *requests(struct s *s, struct person p, int64_t room)
{
	struct tl_messages_getChatInviteImporters *q = Q(s, messages_getChatInviteImporters);

	q->peer = PEER(s, p, room);
	q->requested = true;
	q->offset_user = &Q(s, inputUserEmpty)->o;
	return &q->o;
}

static struct tl_obj *let_in(struct s *s, struct person p, int64_t room)
{
	struct tl_messages_hideChatJoinRequest *q = Q(s, messages_hideChatJoinRequest);

	q->peer = PEER(s, p, room);
	q->user_id = world_user(s->w, p, s->friends[0].id);
	return &q->o;
}

static struct tl_obj *close_it(struct s *s, struct person p, int64_t room)
{
	struct tl_channels_deleteChannel *q = Q(s, channels_deleteChannel);

	q->channel = ROOM(s, p, room);
	return &q->o;
}

static struct tl_obj *join(struct s *s, struct person p, int64_t room)
{
	return room_join_q(s->w, p, room);
}

static struct tl_obj *leave(struct s *s, struct person p, int64_t room)
{
	return room_leave_q(s->w, p, room);
}

static struct tl_obj *write_text(struct s *s, struct person p, int64_t room)
{
	return room_say_q(s->w, p, room, "text");
}

#define OK    NULL
#define NO    "400 CHAT_ADMIN_REQUIRED"
#define GONE_ "400 CHANNEL_PRIVATE" /* as what never was */

struct row {
	const char *what;
	make_fn make;
	int64_t right; /* of "admin with the right" */
	bool group;    /* asked of the supergroup, else of the channel */
	const char *answer[STRANGER + 1];
};

/*                                     owner   able  other member restricted banned left stranger */
static const struct row rows[] = {
	{"getFullChannel", full, ADMIN_OTHER, true, {OK, OK, OK, OK, OK, GONE_, GONE_, GONE_}},
	{"getFullChannel", full, ADMIN_OTHER, false, {OK, OK, OK, OK, NULL, GONE_, GONE_, GONE_}},
	{"getParticipants", recent, ADMIN_OTHER, true, {OK, OK, OK, OK, OK, GONE_, GONE_, GONE_}},
	{"getParticipants", recent, ADMIN_OTHER, false, {OK, OK, OK, NO, NULL, GONE_, GONE_, GONE_}},
	{"the kicked", kicked, ADMIN_OTHER, true, {OK, OK, OK, NO, NO, GONE_, GONE_, GONE_}},
	{"getParticipant", self, ADMIN_OTHER, true, {OK, OK, OK, OK, OK, GONE_, GONE_, GONE_}},
	{"write",
         write_text,
         ADMIN_OTHER,
         true,
         {OK, OK, OK, OK, "403 CHAT_WRITE_FORBIDDEN", GONE_, GONE_, GONE_}},
	{"post",
         write_text,
         ADMIN_POST,
         false,
         {OK, OK, "403 CHAT_WRITE_FORBIDDEN", "403 CHAT_WRITE_FORBIDDEN", NULL, GONE_, GONE_, GONE_}},
	{"invite", invite, ADMIN_INVITE, false, {OK, OK, NO, NO, NULL, GONE_, GONE_, GONE_}},
	{"invite", invite, ADMIN_INVITE, true, {OK, OK, OK, OK, NO, GONE_, GONE_, GONE_}},
	{"editAdmin",
         promote,
         ADMIN_ADD_ADMINS | ADMIN_INVITE,
         true,
         {OK, OK, NO, NO, NO, GONE_, GONE_, GONE_}},
	{"editAdmin",
         promote,
         ADMIN_ADD_ADMINS | ADMIN_INVITE,
         false,
         {OK, OK, NO, NO, NULL, GONE_, GONE_, GONE_}},
	{"editBanned", ban, ADMIN_BAN, true, {OK, OK, NO, NO, NO, GONE_, GONE_, GONE_}},
	{"editBanned", ban, ADMIN_BAN, false, {OK, OK, NO, NO, NULL, GONE_, GONE_, GONE_}},
	{"default rights", default_rights, ADMIN_BAN, true, {OK, OK, NO, NO, NO, GONE_, GONE_, GONE_}},
	{"editTitle", title, ADMIN_CHANGE_INFO, true, {OK, OK, NO, NO, NO, GONE_, GONE_, GONE_}},
	{"editTitle", title, ADMIN_CHANGE_INFO, false, {OK, OK, NO, NO, NULL, GONE_, GONE_, GONE_}},
	{"editChatAbout", about, ADMIN_CHANGE_INFO, true, {OK, OK, NO, NO, NO, GONE_, GONE_, GONE_}},
	{"editPhoto",
         photo,
         ADMIN_CHANGE_INFO,
         true,
         {"400 CHAT_NOT_MODIFIED", "400 CHAT_NOT_MODIFIED", NO, NO, NO, GONE_, GONE_, GONE_}},
	{"toggleSlowMode", slow, ADMIN_BAN, true, {OK, OK, NO, NO, NO, GONE_, GONE_, GONE_}},
	{"toggleSignatures",
         signatures,
         ADMIN_CHANGE_INFO,
         false,
         {OK, OK, NO, NO, NULL, GONE_, GONE_, GONE_}},
	{"togglePreHistoryHidden",
         prehistory,
         ADMIN_CHANGE_INFO,
         true,
         {OK, OK, NO, NO, NO, GONE_, GONE_, GONE_}},
	{"toggleParticipantsHidden",
         hide_members,
         ADMIN_BAN,
         true,
         {OK, OK, NO, NO, NO, GONE_, GONE_, GONE_}},
	{"toggleJoinToSend", join_to_send, ADMIN_BAN, true, {OK, OK, NO, NO, NO, GONE_, GONE_, GONE_}},
	{"toggleForum", forum, ADMIN_CHANGE_INFO, true, {OK, OK, NO, NO, NO, GONE_, GONE_, GONE_}},
	{"toggleForum",
         forum,
         ADMIN_CHANGE_INFO,
         false,
         {"400 CHANNEL_INVALID", "400 CHANNEL_INVALID", "400 CHANNEL_INVALID", "400 CHANNEL_INVALID", NULL,
          GONE_, GONE_, GONE_}},
	{"getReplies", comments, ADMIN_OTHER, true, {OK, OK, OK, OK, OK, GONE_, GONE_, GONE_}},
	{"readDiscussion", read_comments, ADMIN_OTHER, true, {OK, OK, OK, OK, OK, GONE_, GONE_, GONE_}},
	{"toggleNoForwards", noforwards, ADMIN_ALL, true, {OK, NO, NO, NO, NO, GONE_, GONE_, GONE_}},
	{"updateUsername",
         username,
         ADMIN_ALL,
         true,
         {"400 USERNAME_INVALID", NO, NO, NO, NO, GONE_, GONE_, GONE_}},
	{"setDiscussionGroup",
         discuss,
         ADMIN_CHANGE_INFO,
         false,
         {"400 LINK_NOT_MODIFIED", "400 LINK_NOT_MODIFIED", NO, NO, NULL, GONE_, GONE_, GONE_}},
	{"convertToGigagroup",
         giga,
         ADMIN_ALL,
         true,
         {"400 PARTICIPANTS_TOO_FEW", NO, NO, NO, NO, GONE_, GONE_, GONE_}},
	{"getAdminLog", admin_log, ADMIN_OTHER, true, {OK, OK, OK, NO, NO, GONE_, GONE_, GONE_}},
	{"exportChatInvite", export_link, ADMIN_INVITE, true, {OK, OK, NO, NO, NO, GONE_, GONE_, GONE_}},
	{"getExportedChatInvites", links, ADMIN_INVITE, true, {OK, OK, NO, NO, NO, GONE_, GONE_, GONE_}},
	{"getChatInviteImporters", requests, ADMIN_INVITE, true, {OK, OK, NO, NO, NO, GONE_, GONE_, GONE_}},
	{"hideChatJoinRequest",
         let_in,
         ADMIN_INVITE,
         true,
         {"400 HIDE_REQUESTER_MISSING", "400 HIDE_REQUESTER_MISSING", NO, NO, NO, GONE_, GONE_, GONE_}},
	{"joinChannel",
         join,
         ADMIN_OTHER,
         true,
         {"400 USER_ALREADY_PARTICIPANT", "400 USER_ALREADY_PARTICIPANT", "400 USER_ALREADY_PARTICIPANT",
          "400 USER_ALREADY_PARTICIPANT", "400 USER_ALREADY_PARTICIPANT", GONE_, GONE_, GONE_}},
	{"leaveChannel", leave, ADMIN_OTHER, true, {"400 USER_CREATOR", OK, OK, OK, OK, GONE_, GONE_, GONE_}},
	{"deleteChannel", close_it, ADMIN_ALL, true, {NULL, NO, NO, NO, NO, GONE_, GONE_, GONE_}},
};

/* --- what a call changed: a sum over all rows of the tables that it may have touched */

static int sum_rows(struct rpc_call *c, void *arg)
{
	static const char *const texts[] = {
		"SELECT group_concat(id || ':' || title || ':' || about || ':' || flags || ':' || banned || "
		"':' || slowmode"
		" || ':' || members || ':' || admins || ':' || kicked || ':' || restricted || ':' || "
		"requests || ':' ||"
		" linked) FROM chan",
		"SELECT group_concat(channel || ':' || user_id || ':' || role || ':' || rights || ':' || "
		"banned || ':' ||"
		" until) FROM chan_member",
		"SELECT count(*) || ':' || coalesce(max(pts), 0) FROM upd WHERE owner < 0",
		"SELECT count(*) FROM chan_log",
		"SELECT count(*) || ':' || sum(flags) FROM link",
		"SELECT count(*) FROM join_request",
		"SELECT count(*) FROM chan_of",
	};
	struct slice *ret = arg;
	struct buf b = {0};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct sql_stmt *s = sql_prepare(c->db, texts[i]);
		struct slice v;

		if (sql_step(s) == 1) {
			v = sql_bytes(s, 0);
			buf_put(&b, v.p, v.n);
		}
		sql_done(s);
		buf_u8(&b, '|');
	}
	free((void *)(uintptr_t)ret->p);
	*ret = buf_slice(&b);
	return 0;
}

static bool same_rows(struct s *s, struct slice *had)
{
	struct slice before = {malloc(had->n), had->n};
	bool same;

	memcpy((void *)(uintptr_t)before.p, had->p, had->n);
	assert_int_equal(world_write(s->w, sum_rows, had), 0);
	same = slice_eq(before, *had);
	free((void *)(uintptr_t)before.p);
	return same;
}

/* --- the people */

static void put_in_place(struct s *s, int64_t room, bool group, int64_t right)
{
	struct person owner = s->p[OWNER];

	for (int i = ABLE; i < STRANGER; i++)
		room_invite(s->w, owner, room, s->p[i]);
	room_invite(s->w, owner, room, s->victim);
	talk_call(s->w, owner, room_admin_q(s->w, owner, room, s->p[ABLE], right));
	/* A right that no row asks for alone. */
	talk_call(s->w, owner, room_admin_q(s->w, owner, room, s->p[OTHER], ADMIN_CALL));
	if (group)
		talk_call(s->w, owner,
		          room_ban_q(s->w, owner, room, s->p[RESTRICTED],
		                     BAN_SEND | BAN_INVITE | BAN_CHANGE_INFO | BAN_PIN, 0));
	talk_call(s->w, owner, room_ban_q(s->w, owner, room, s->p[BANNED], BAN_VIEW, 0));
	talk_call(s->w, s->p[GONE], room_leave_q(s->w, s->p[GONE], room));
	if (group) { /* members may not change what it is called */
		struct tl_messages_editChatDefaultBannedRights *q = Q(s,
		                                                      messages_editChatDefaultBannedRights);

		q->peer = PEER(s, owner, room);
		q->banned_rights = banned_rights_view(world_arena(s->w), BAN_CHANGE_INFO, 0);
		talk_call(s->w, owner, &q->o);
	}
}

static int setup(void **state)
{
	struct s *s = calloc(1, sizeof(*s));

	log_set_level(LOG_ERROR);
	s->w = world_new();
	for (int i = 0; i < CALLERS; i++) {
		char phone[16];

		snprintf(phone, sizeof(phone), "1555000%d", i + 1);
		s->p[i] = world_person(s->w, phone, names[i], "");
		snprintf(phone, sizeof(phone), "1555200%d", i + 1);
		s->friends[i] = world_person(s->w, phone, "Friend", "");
	}
	s->victim = world_person(s->w, "15551001", "Victim", "");
	*state = s;
	return 0;
}

static int teardown(void **state)
{
	struct s *s = *state;

	world_free(s->w);
	free(s);
	return 0;
}

static void one(struct s *s, const struct row *row, int who, int64_t room)
{
	const char *wanted = row->answer[who];
	struct slice rows_before = {0};
	struct tl_obj *o;

	assert_int_equal(world_write(s->w, sum_rows, &rows_before), 0);
	o = world_call(s->w, s->p[who], row->make(s, s->p[who], room));
	if (!o != !!wanted || (wanted && strcmp(world_error(s->w), wanted) != 0))
		fail_msg("%s of a %s by the %s: %s, not %s", row->what, row->group ? "group" : "channel",
		         names[who], o ? "done" : world_error(s->w), wanted ? wanted : "done");
	s->done += o != NULL;
	if (wanted && !same_rows(s, &rows_before))
		fail_msg("%s by the %s was refused, and changed something", row->what, names[who]);
	free((void *)(uintptr_t)rows_before.p);
}

/* A room for each row; the owner comes last. */
static void test_table(void **state)
{
	struct s *s = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int64_t room = room_create(s->w, s->p[OWNER], !rows[i].group);

		put_in_place(s, room, rows[i].group, rows[i].right);
		s->done = 0;
		for (int who = STRANGER; who >= 0; who--)
			if (who != RESTRICTED || rows[i].group) /* readers of a channel are banned or not */
				one(s, &rows[i], who, room);
	}
}

/* With the hash of a channel that never was, and with a wrong one. */
static void test_absent(void **state)
{
	struct s *s = *state;
	struct tl_inputChannel *wrong;
	struct tl_channels_getFullChannel *q = Q(s, channels_getFullChannel);
	int64_t room = room_create(s->w, s->p[OWNER], true);

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		talk_refused(s->w, s->p[STRANGER], rows[i].make(s, s->p[STRANGER], 987654), GONE_);
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
		cmocka_unit_test_setup_teardown(test_table, setup, teardown),
		cmocka_unit_test_setup_teardown(test_absent, setup, teardown),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("channel_rights", tests, NULL, NULL);
}
