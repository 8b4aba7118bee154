/*
 * test_acts_rights.c - who may do what with the links, messages, reactions and topics of a supergroup, a forum and a channel; the tables of
 * who is in it and how it is set stand in test_channel_rights.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "callers.h"
#include "domain/channels/rights.h"

#define UP "\xf0\x9f\x91\x8d"

/* A call with a peer, or with a channel, and one line more. */
#define OF_PEER(name, method, ...)                                                                           \
	static struct tl_obj *name(struct callers *s, struct person p, int64_t room)                         \
	{                                                                                                    \
		struct tl_##method *q = Q(s, method);                                                        \
                                                                                                             \
		q->peer = PEER(s, p, room);                                                                  \
		__VA_ARGS__;                                                                                 \
		return &q->o;                                                                                \
	}
#define OF_CHANNEL(name, method, ...)                                                                        \
	static struct tl_obj *name(struct callers *s, struct person p, int64_t room)                         \
	{                                                                                                    \
		struct tl_##method *q = Q(s, method);                                                        \
                                                                                                             \
		q->channel = ROOM(s, p, room);                                                               \
		__VA_ARGS__;                                                                                 \
		return &q->o;                                                                                \
	}

static struct tl_vec_int one_id(struct callers *s, int32_t id)
{
	int32_t *v = ARENA_ARRAY(world_arena(s->w), int32_t, 1);

	*v = id;
	return (struct tl_vec_int){v, 1};
}

static struct tl_vec one_message(struct callers *s, int32_t id)
{
	struct tl_inputMessageID *m = Q(s, inputMessageID);
	struct tl_vec v = tl_vec_new(world_arena(s->w), 1);

	m->id = id;
	v.v[0] = &m->o;
	return v;
}

static struct tl_obj *self_user(struct callers *s)
{
	return &Q(s, inputUserSelf)->o;
}

/* --- links: one's own are made on the way by those who may */

static bool may_link(const struct callers *s, struct person p)
{
	return p.id == s->p[OWNER].id || p.id == s->p[ABLE].id || p.id == s->p[BOT_ADMIN].id;
}

static struct slice own_link(struct callers *s, struct person p, int64_t room)
{
	struct tl_messages_exportChatInvite *q = Q(s, messages_exportChatInvite);

	if (!may_link(s, p))
		return s->link;
	q->peer = PEER(s, p, room);
	q->title = SLICE_LIT("own");
	return TL_AS(chatInviteExported, talk_call(s->w, p, &q->o))->link;
}

static struct tl_obj *edit_q(struct callers *s, struct person p, int64_t room, struct slice link,
                             bool revoked)
{
	struct tl_messages_editExportedChatInvite *q = Q(s, messages_editExportedChatInvite);

	q->peer = PEER(s, p, room);
	q->link = link;
	q->revoked = revoked;
	q->title = arena_printf(world_arena(s->w), "title %d", ++s->done);
	return &q->o;
}

static struct tl_obj *edit_own(struct callers *s, struct person p, int64_t room)
{
	return edit_q(s, p, room, own_link(s, p, room), false);
}

static struct tl_obj *edit_owners(struct callers *s, struct person p, int64_t room)
{
	return edit_q(s, p, room, s->link, false);
}

static struct tl_obj *revoke_own(struct callers *s, struct person p, int64_t room)
{
	return edit_q(s, p, room, own_link(s, p, room), true);
}

static struct tl_obj *delete_own(struct callers *s, struct person p, int64_t room)
{
	struct tl_messages_deleteExportedChatInvite *q = Q(s, messages_deleteExportedChatInvite);

	q->peer = PEER(s, p, room);
	q->link = own_link(s, p, room);
	if (may_link(s, p))
		talk_call(s->w, p, edit_q(s, p, room, q->link, true));
	return &q->o;
}

OF_PEER(delete_valid, messages_deleteExportedChatInvite, q->link = s->link)
OF_PEER(delete_revoked, messages_deleteRevokedExportedChatInvites, q->admin_id = self_user(s))
OF_PEER(one_link, messages_getExportedChatInvite, q->link = s->link)
OF_PEER(admins_with_links, messages_getAdminsWithInvites, (void)s)
OF_PEER(importers, messages_getChatInviteImporters, q->link = own_link(s, p, room);
        q->offset_user = &Q(s, inputUserEmpty)->o)
OF_PEER(let_all_in, messages_hideAllChatJoinRequests, q->approved = true)
OF_CHANNEL(join_request, channels_toggleJoinRequest, q->enabled = s->done % 2 == 0)

static struct tl_obj *import(struct callers *s, struct person p, int64_t room)
{
	struct tl_messages_importChatInvite *q = Q(s, messages_importChatInvite);

	q->hash = s->link;
	return &q->o;
}

static struct tl_obj *look_at_link(struct callers *s, struct person p, int64_t room)
{
	struct tl_messages_checkChatInvite *q = Q(s, messages_checkChatInvite);

	q->hash = s->link;
	return &q->o;
}

/* --- messages */

static int32_t another_post(struct callers *s, int64_t room)
{
	struct tl_obj *u;

	if (room == ABSENT)
		return s->post;
	u = talk_call(s->w, s->p[OWNER], room_say_q(s->w, s->p[OWNER], room, "another"));
	return TL_AS(message,
	             TL_AS(updateNewChannelMessage, talk_update(u, TL_updateNewChannelMessage))->message)
	        ->id;
}

OF_PEER(history, messages_getHistory, q->limit = 10)
OF_PEER(search, messages_search, q->q = SLICE_LIT("post"); q->filter = &Q(s, inputMessagesFilterEmpty)->o)
OF_CHANNEL(by_ids, channels_getMessages, q->id = one_message(s, s->post))
OF_CHANNEL(difference, updates_getChannelDifference, q->filter = &Q(s, channelMessagesFilterEmpty)->o;
           q->pts = 1; q->limit = 10)
OF_CHANNEL(read_it, channels_readHistory, q->max_id = s->post)
OF_CHANNEL(open_contents, channels_readMessageContents, q->id = one_id(s, s->post))
OF_CHANNEL(delete_others, channels_deleteMessages, q->id = one_id(s, another_post(s, room)))
OF_CHANNEL(delete_of_member, channels_deleteParticipantHistory,
           q->participant = world_peer(s->w, p, s->victim.id))
OF_CHANNEL(report_spam, channels_reportSpam, q->participant = world_peer(s->w, p, s->p[OWNER].id);
           q->id = one_id(s, s->post))
OF_CHANNEL(delete_for_all, channels_deleteHistory, q->for_everyone = true; q->max_id = 1)
OF_CHANNEL(link_of_post, channels_exportMessageLink, q->id = s->post)
OF_PEER(views, messages_getMessagesViews, q->id = one_id(s, s->post))
OF_PEER(pin, messages_updatePinnedMessage, q->id = s->post; q->unpin = s->done % 2)
OF_PEER(unpin_all, messages_unpinAllMessages, (void)s)
OF_PEER(send_as, channels_getSendAs, (void)s)
OF_PEER(type, messages_setTyping, q->action = &Q(s, sendMessageTypingAction)->o)
OF_PEER(edit_post, messages_editMessage, q->id = s->post;
        q->message = arena_printf(world_arena(s->w), "edited %lld", (long long)++s->turn))

static struct tl_obj *forward(struct callers *s, struct person p, int64_t room)
{
	struct tl_messages_forwardMessages *q = Q(s, messages_forwardMessages);
	int64_t *random_id = ARENA_ARRAY(world_arena(s->w), int64_t, 1);

	*random_id = 700000 + ++s->turn;
	q->from_peer = q->to_peer = PEER(s, p, room);
	q->id = one_id(s, s->post);
	q->random_id = (struct tl_vec_long){random_id, 1};
	return &q->o;
}

/* --- reactions */

static struct tl_vec up(struct callers *s)
{
	struct tl_reactionEmoji *e = Q(s, reactionEmoji);
	struct tl_vec v = tl_vec_new(world_arena(s->w), 1);

	e->emoticon = SLICE_LIT(UP);
	v.v[0] = &e->o;
	return v;
}

static struct tl_obj *allowed(struct callers *s, bool all)
{
	struct tl_chatReactionsSome *some = Q(s, chatReactionsSome);

	some->reactions = up(s);
	return all ? &Q(s, chatReactionsAll)->o : &some->o;
}

OF_PEER(react, messages_sendReaction, q->msg_id = s->post; q->reaction = up(s))
OF_PEER(reactions, messages_getMessagesReactions, q->id = one_id(s, s->post))
OF_PEER(who_reacted, messages_getMessageReactionsList, q->id = s->post; q->limit = 10)
OF_PEER(unread_reactions, messages_getUnreadReactions, q->limit = 10)
OF_PEER(read_reactions, messages_readReactions, (void)s)
OF_PEER(allow_reactions, messages_setChatAvailableReactions, q->available_reactions = allowed(s, s->done % 2))

/* --- topics */

OF_PEER(make_topic, messages_createForumTopic, q->title = SLICE_LIT("More");
        q->random_id = 600000 + ++s->turn)
OF_PEER(close_topic, messages_editForumTopic, q->topic_id = s->topic; q->has_closed = true;
        q->closed = s->done % 2 == 0)
OF_PEER(topics, messages_getForumTopics, q->limit = 10)
OF_PEER(topics_by_id, messages_getForumTopicsByID, q->topics = one_id(s, s->topic))
OF_PEER(pin_topic, messages_updatePinnedForumTopic, q->topic_id = s->topic; q->pinned = s->done % 2 == 0)
OF_PEER(order_topics, messages_reorderPinnedForumTopics, q->order = one_id(s, s->topic); q->force = true)
OF_PEER(drop_topic, messages_deleteTopicHistory, q->top_msg_id = may_link(s, p) ? 999 : s->topic)
OF_PEER(in_topic, messages_getReplies, q->msg_id = s->topic)
OF_PEER(read_topic, messages_readDiscussion, q->msg_id = s->topic; q->read_max_id = s->topic)

#define MISS   "400 HIDE_REQUESTER_MISSING"
#define EDIT   "403 MESSAGE_AUTHOR_REQUIRED"
#define MINE   "403 MESSAGE_DELETE_FORBIDDEN"
#define ALSO   "400 USER_ALREADY_PARTICIPANT"
#define LOST   "400 INVITE_HASH_EXPIRED"
#define HUSH   "403 CHAT_WRITE_FORBIDDEN"
#define VALID  "400 INVITE_REVOKED_MISSING"
#define PLAIN  "400 CHANNEL_FORUM_MISSING"
#define CLOSED "400 CHAT_PUBLIC_REQUIRED"
#define NONE   "400 TOPIC_ID_INVALID"

/* Answers to: owner, admin with the right, admin without it, member, restricted, banned, left, stranger. */
static const struct caller_row links[] = {
	{"edit one's own link", edit_own, ADMIN_INVITE, GROUP, BY_RIGHT, ALIKE},
	{"edit one's own link", edit_own, ADMIN_INVITE, CHANNEL, BY_RIGHT, ALIKE},
	{"edit the owner's link", edit_owners, ADMIN_INVITE, GROUP, OWNERS, ALIKE},
	{"revoke one's own link", revoke_own, ADMIN_INVITE, GROUP, BY_RIGHT, ALIKE},
	{"delete one's own link", delete_own, ADMIN_INVITE, GROUP, BY_RIGHT, NOBOT},
	{"delete a valid link",
         delete_valid,
         ADMIN_INVITE,
         GROUP,
         {VALID, NO, NO, NO, NO, GONE_, GONE_, GONE_},
         NOBOT},
	{"delete revoked links", delete_revoked, ADMIN_INVITE, GROUP, BY_RIGHT, NOBOT},
	{"getExportedChatInvite", one_link, ADMIN_INVITE, GROUP, OWNERS, NOBOT},
	{"getAdminsWithInvites", admins_with_links, ADMIN_INVITE, GROUP, OWNERS, NOBOT},
	{"who came by a link", importers, ADMIN_INVITE, GROUP, BY_RIGHT, NOBOT},
	{"hideAllChatJoinRequests",
         let_all_in,
         ADMIN_INVITE,
         GROUP,
         {MISS, MISS, NO, NO, NO, GONE_, GONE_, GONE_},
         NOBOT},
	{"toggleJoinRequest",
         join_request,
         ADMIN_BAN,
         GROUP,
         {CLOSED, CLOSED, NO, NO, NO, GONE_, GONE_, GONE_},
         NOBOT},
	{"importChatInvite",
         import,
         ADMIN_INVITE,
         GROUP,
         {ALSO, ALSO, ALSO, ALSO, ALSO, LOST, OK, OK},
         NOBOT},
	{"importChatInvite",
         import,
         ADMIN_INVITE,
         CHANNEL,
         {ALSO, ALSO, ALSO, ALSO, NULL, LOST, OK, OK},
         NOBOT},
	{"checkChatInvite", look_at_link, ADMIN_INVITE, GROUP, {OK, OK, OK, OK, OK, LOST, OK, OK}, NOBOT},
};

static const struct caller_row messages[] = {
	{"getHistory", history, ADMIN_OTHER, GROUP, ALL_IN, NOBOT},
	{"getHistory", history, ADMIN_OTHER, CHANNEL, ALL_IN, NOBOT},
	{"search", search, ADMIN_OTHER, GROUP, ALL_IN, NOBOT},
	{"getMessages", by_ids, ADMIN_OTHER, GROUP, ALL_IN, ALIKE},
	{"getMessages", by_ids, ADMIN_OTHER, CHANNEL, ALL_IN, ALIKE},
	{"getChannelDifference", difference, ADMIN_OTHER, GROUP, ALL_IN, ALIKE},
	{"readHistory", read_it, ADMIN_OTHER, GROUP, ALL_IN, NOBOT},
	{"readMessageContents", open_contents, ADMIN_OTHER, GROUP, ALL_IN, NOBOT},
	{"delete others' messages",
         delete_others,
         ADMIN_DELETE,
         GROUP,
         {OK, OK, MINE, MINE, MINE, GONE_, GONE_, GONE_},
         ALIKE},
	{"delete others' messages",
         delete_others,
         ADMIN_DELETE,
         CHANNEL,
         {OK, OK, MINE, MINE, NULL, GONE_, GONE_, GONE_},
         ALIKE},
	{"deleteParticipantHistory", delete_of_member, ADMIN_DELETE, GROUP, BY_RIGHT, NOBOT},
	{"reportSpam", report_spam, ADMIN_DELETE, GROUP, BY_RIGHT, NOBOT},
	{"deleteHistory for everyone", delete_for_all, ADMIN_ALL, GROUP, OWNERS, NOBOT},
	{"exportMessageLink", link_of_post, ADMIN_OTHER, GROUP, ALL_IN, ALIKE},
	{"getMessagesViews", views, ADMIN_OTHER, CHANNEL, ALL_IN, ALIKE},
	{"updatePinnedMessage", pin, ADMIN_PIN, GROUP, BY_RIGHT, ALIKE},
	{"updatePinnedMessage", pin, ADMIN_EDIT, CHANNEL, BY_RIGHT, ALIKE},
	{"unpinAllMessages", unpin_all, ADMIN_PIN, GROUP, BY_RIGHT, ALIKE},
	{"getSendAs", send_as, ADMIN_OTHER, GROUP, ALL_IN, NOBOT},
	{"setTyping", type, ADMIN_OTHER, GROUP, ALL_IN, ALIKE},
	{"edit another's message",
         edit_post,
         ADMIN_EDIT,
         GROUP,
         {OK, EDIT, EDIT, EDIT, EDIT, GONE_, GONE_, GONE_},
         ALIKE},
	{"edit another's post",
         edit_post,
         ADMIN_EDIT,
         CHANNEL,
         {OK, OK, EDIT, EDIT, NULL, GONE_, GONE_, GONE_},
         ALIKE},
	{"forwardMessages", forward, ADMIN_OTHER, GROUP, {OK, OK, OK, OK, HUSH, GONE_, GONE_, GONE_}, ALIKE},
	{"forwardMessages",
         forward,
         ADMIN_POST,
         CHANNEL,
         {OK, OK, HUSH, HUSH, NULL, GONE_, GONE_, GONE_},
         ALIKE},
};

static const struct caller_row reacting[] = {
	{"sendReaction", react, ADMIN_OTHER, GROUP, {OK, OK, OK, OK, HUSH, GONE_, GONE_, GONE_}, NOBOT},
	{"sendReaction", react, ADMIN_OTHER, CHANNEL, ALL_IN, NOBOT},
	{"getMessagesReactions", reactions, ADMIN_OTHER, GROUP, ALL_IN, NOBOT},
	{"getMessageReactionsList", who_reacted, ADMIN_OTHER, GROUP, ALL_IN, NOBOT},
	{"getUnreadReactions", unread_reactions, ADMIN_OTHER, GROUP, ALL_IN, NOBOT},
	{"readReactions", read_reactions, ADMIN_OTHER, GROUP, ALL_IN, NOBOT},
	{"setChatAvailableReactions", allow_reactions, ADMIN_CHANGE_INFO, GROUP, BY_RIGHT, NOBOT},
	{"setChatAvailableReactions", allow_reactions, ADMIN_CHANGE_INFO, CHANNEL, BY_RIGHT, NOBOT},
};

static const struct caller_row of_topics[] = {
	{"createForumTopic", make_topic, ADMIN_TOPICS, FORUM, BY_RIGHT, ALIKE},
	{"createForumTopic",
         make_topic,
         ADMIN_TOPICS,
         GROUP,
         {PLAIN, PLAIN, PLAIN, PLAIN, PLAIN, GONE_, GONE_, GONE_},
         ALIKE},
	{"editForumTopic", close_topic, ADMIN_TOPICS, FORUM, BY_RIGHT, ALIKE},
	{"getForumTopics", topics, ADMIN_OTHER, FORUM, ALL_IN, ALIKE},
	{"getForumTopicsByID", topics_by_id, ADMIN_OTHER, FORUM, ALL_IN, ALIKE},
	{"updatePinnedForumTopic", pin_topic, ADMIN_TOPICS, FORUM, BY_RIGHT, ALIKE},
	{"reorderPinnedForumTopics", order_topics, ADMIN_TOPICS, FORUM, BY_RIGHT, ALIKE},
	{"deleteTopicHistory",
         drop_topic,
         ADMIN_DELETE,
         FORUM,
         {NONE, NONE, NO, NO, NO, GONE_, GONE_, GONE_},
         ALIKE},
	{"getReplies of a topic", in_topic, ADMIN_OTHER, FORUM, ALL_IN, NOBOT},
	{"readDiscussion of a topic", read_topic, ADMIN_OTHER, FORUM, ALL_IN, NOBOT},
};

static void test_links(void **state)
{
	callers_table(*state, links, sizeof(links) / sizeof(links[0]));
}

static void test_messages(void **state)
{
	callers_table(*state, messages, sizeof(messages) / sizeof(messages[0]));
}

static void test_reacting(void **state)
{
	callers_table(*state, reacting, sizeof(reacting) / sizeof(reacting[0]));
}

static void test_of_topics(void **state)
{
	callers_table(*state, of_topics, sizeof(of_topics) / sizeof(of_topics[0]));
}

/* What is named by a peer or a channel: the same answer as where nothing is. */
static void test_absent(void **state)
{
	struct callers *s = *state;

	s->link = SLICE_LIT("none");
	callers_absent(s, messages, sizeof(messages) / sizeof(messages[0]));
	callers_absent(s, reacting, sizeof(reacting) / sizeof(reacting[0]));
	callers_absent(s, of_topics, sizeof(of_topics) / sizeof(of_topics[0]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_links, callers_setup, world_teardown),
		cmocka_unit_test_setup_teardown(test_messages, callers_setup, world_teardown),
		cmocka_unit_test_setup_teardown(test_reacting, callers_setup, world_teardown),
		cmocka_unit_test_setup_teardown(test_of_topics, callers_setup, world_teardown),
		cmocka_unit_test_setup_teardown(test_absent, callers_setup, world_teardown),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("acts_rights", tests, NULL, NULL);
}
