/* test_stats.c - statistics of channels and supergroups, from what was really counted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "domain/channels/rights.h"
#include "domain/messages/views.h"
#include "room.h"
#include "sql/sql.h"
#include "three.h"

static int flush(struct rpc_call *c, void *arg)
{
	struct jobs_next next = {0};

	return views_job(c, NULL, &next);
}

/* The numbers of a graph's line; every graph must be what clients take: columns of the same length, each with a type. */
static int64_t total(const struct tl_obj *graph, int line)
{
	const struct tl_statsGraph *g = TL_AS(statsGraph, graph);
	struct slice text = TL_AS(dataJSON, g->json)->data;
	json_t *all = json_loadb((const char *)text.p, text.n, 0, NULL),
	       *columns = json_object_get(all, "columns"), *x = json_array_get(columns, 0),
	       *y = json_array_get(columns, (size_t)line + 1);
	const char *id = json_string_value(json_array_get(y, 0));
	int64_t n = 0;

	assert_string_equal(json_string_value(json_array_get(x, 0)), "x");
	assert_int_equal(json_array_size(x), json_array_size(y));
	assert_true(json_array_size(x) >= 3);
	assert_non_null(json_object_get(json_object_get(all, "types"), id));
	assert_non_null(json_object_get(json_object_get(all, "names"), id));
	assert_non_null(json_object_get(json_object_get(all, "colors"), id));
	for (size_t i = 1; i < json_array_size(y); i++)
		n += json_integer_value(json_array_get(y, i));
	json_decref(all);
	return n;
}

static int32_t post(struct s *s, int64_t room, const char *text)
{
	struct tl_obj *o = talk_call(s->w, s->a, room_say_q(s->w, s->a, room, text));

	return TL_AS(updateMessageID, talk_update(o, TL_updateMessageID))->id;
}

static void see(struct s *s, struct person who, int64_t room, int32_t id)
{
	struct tl_messages_getMessagesViews *q = Q(s, messages_getMessagesViews);

	q->peer = world_channel_peer(s->w, who, room);
	q->id = (struct tl_vec_int){&id, 1};
	q->increment = true;
	talk_call(s->w, who, &q->o);
}

static void forward(struct s *s, struct person who, int64_t from, int32_t id, struct tl_obj *to)
{
	struct tl_messages_forwardMessages *q = Q(s, messages_forwardMessages);
	int64_t random_id = 900000 + ++s->random_id;

	q->from_peer = world_channel_peer(s->w, who, from);
	q->to_peer = to;
	q->id = (struct tl_vec_int){&id, 1};
	q->random_id = (struct tl_vec_long){&random_id, 1};
	talk_call(s->w, who, &q->o);
}

static struct tl_obj *of_channel(struct s *s, struct person who, int64_t room)
{
	struct tl_stats_getBroadcastStats *q = Q(s, stats_getBroadcastStats);

	q->channel = world_channel(s->w, who, room);
	return &q->o;
}

static struct tl_obj *of_group(struct s *s, struct person who, int64_t room)
{
	struct tl_stats_getMegagroupStats *q = Q(s, stats_getMegagroupStats);

	q->channel = world_channel(s->w, who, room);
	return &q->o;
}

static struct tl_obj *of_post(struct s *s, struct person who, int64_t room, int32_t id)
{
	struct tl_stats_getMessageStats *q = Q(s, stats_getMessageStats);

	q->channel = world_channel(s->w, who, room);
	q->msg_id = id;
	return &q->o;
}

static double now(const struct tl_obj *pair)
{
	return TL_AS(statsAbsValueAndPrev, pair)->current;
}

static void mute(struct s *s, struct person who, struct tl_obj *of, int32_t until)
{
	struct tl_account_updateNotifySettings *q = Q(s, account_updateNotifySettings);
	struct tl_inputPeerNotifySettings *to = Q(s, inputPeerNotifySettings);

	to->has_mute_until = true;
	to->mute_until = until;
	q->peer = of;
	q->settings = &to->o;
	talk_call(s->w, who, &q->o);
}

/* By what subscribers set for the channel, else for all of them. */
static void test_notified(void **state)
{
	struct s *s = *state;
	int64_t room = room_create(s->w, s->a, true);
	struct tl_inputNotifyPeer *one = Q(s, inputNotifyPeer);
	const struct tl_statsPercentValue *p;

	room_invite(s->w, s->a, room, s->b);
	mute(s, s->b, &Q(s, inputNotifyBroadcasts)->o, INT32_MAX);
	p = TL_AS(statsPercentValue,
	          TL_AS(stats_broadcastStats, talk_call(s->w, s->a, of_channel(s, s->a, room)))
	                  ->enabled_notifications);
	assert_true(p->part == 1 && p->total == 2);
	one->peer = world_channel_peer(s->w, s->b, room);
	mute(s, s->b, &one->o, 0);
	p = TL_AS(statsPercentValue,
	          TL_AS(stats_broadcastStats, talk_call(s->w, s->a, of_channel(s, s->a, room)))
	                  ->enabled_notifications);
	assert_true(p->part == 2 && p->total == 2);
}

static void test_channel(void **state)
{
	struct s *s = *state;
	int64_t room = room_create(s->w, s->a, true), other = room_create(s->w, s->b, true),
		hidden = room_create(s->w, s->b, true);
	struct tl_stats_loadAsyncGraph *zoom = Q(s, stats_loadAsyncGraph);
	struct tl_stats_getMessagePublicForwards *f = Q(s, stats_getMessagePublicForwards);
	const struct tl_postInteractionCountersMessage *p;
	const struct tl_stats_publicForwards *passed;
	const struct tl_messages_messagesSlice *old;
	const struct tl_stats_broadcastStats *o;
	const struct tl_stats_messageStats *m;
	int32_t one, two;

	room_invite(s->w, s->a, room, s->b);
	room_username(s->w, s->a, room, "roomofann");
	talk_call(s->w, s->c, room_join_q(s->w, s->c, room));
	assert_true(room_full(s->w, s->a, room)->can_view_stats && room_full(s->w, s->a, room)->stats_dc);
	assert_false(room_full(s->w, s->b, room)->can_view_stats);
	talk_refused(s->w, s->b, of_channel(s, s->b, room), "400 CHAT_ADMIN_REQUIRED");
	talk_refused(s->w, s->a, of_group(s, s->a, room), "400 MEGAGROUP_REQUIRED");
	one = post(s, room, "one");
	two = post(s, room, "two");
	see(s, s->b, room, one);
	see(s, s->c, room, one);
	see(s, s->c, room, two);
	assert_int_equal(world_write(s->w, flush, NULL), 0);
	room_username(s->w, s->b, other, "roomofbob");
	forward(s, s->b, room, one, world_channel_peer(s->w, s->b, other));
	forward(s, s->b, room, one, world_channel_peer(s->w, s->b, hidden));
	forward(s, s->c, room, one, &Q(s, inputPeerSelf)->o);
	talk_call(s->w, s->c, room_leave_q(s->w, s->c, room));
	o = TL_AS(stats_broadcastStats, talk_call(s->w, s->a, of_channel(s, s->a, room)));
	assert_true(now(o->followers) == 2);
	assert_int_equal(total(o->followers_graph, 0), 2); /* its creator was there before */
	assert_int_equal(total(o->followers_graph, 1), 1);
	assert_int_equal(total(o->new_followers_by_source_graph, 0), 1);
	assert_int_equal(total(o->new_followers_by_source_graph, 1), 1);
	assert_int_equal(total(o->views_by_source_graph, 0), 3);
	assert_int_equal(total(o->growth_graph, 0), 2);
	assert_int_equal(total(o->top_hours_graph, 0), 3);
	assert_int_equal(total(o->interactions_graph, 0), 3);
	assert_int_equal(total(o->interactions_graph, 1), 3);
	assert_true(TL_IS(statsGraphError, o->languages_graph)); /* nobody named his */
	assert_true(TL_IS(statsGraphError, o->mute_graph));
	assert_true(TL_IS(statsGraphError, o->reactions_by_emotion_graph));
	assert_true(o->recent_posts_interactions.n >= 2);
	p = TL_AS(postInteractionCountersMessage, o->recent_posts_interactions.v[1]);
	assert_true(p->msg_id == one && p->views == 2 && p->forwards == 3);
	/* An hour of the day. */
	zoom->token = TL_AS(statsGraph, o->interactions_graph)->zoom_token;
	zoom->has_x = true;
	zoom->x = (int64_t)TL_AS(statsDateRangeDays, o->period)->max_date * 1000;
	assert_true(total(talk_call(s->w, s->a, &zoom->o), 0) >= 2);
	talk_refused(s->w, s->b, &zoom->o, "400 GRAPH_INVALID_RELOAD");
	zoom->token = SLICE_LIT("posts.x");
	talk_refused(s->w, s->a, &zoom->o, "400 GRAPH_INVALID_RELOAD");
	/* Of one post. */
	m = TL_AS(stats_messageStats, talk_call(s->w, s->a, of_post(s, s->a, room, one)));
	assert_int_equal(total(m->views_graph, 0), 2);
	assert_true(TL_IS(statsGraphError, m->reactions_by_emotion_graph));
	talk_refused(s->w, s->a, of_post(s, s->a, room, two + 1), "400 MESSAGE_ID_INVALID");
	talk_refused(s->w, s->b, of_post(s, s->b, room, one), "400 CHAT_ADMIN_REQUIRED");
	f->channel = world_channel(s->w, s->a, room);
	f->msg_id = one;
	f->limit = 10;
	passed = TL_AS(stats_publicForwards, talk_call(s->w, s->a, &f->o));
	assert_true(passed->count == 1 && passed->forwards.n == 1 && passed->chats.n >= 1);
	f->limit = 1;
	passed = TL_AS(stats_publicForwards, talk_call(s->w, s->a, &f->o));
	f->offset = passed->next_offset;
	passed = TL_AS(stats_publicForwards, talk_call(s->w, s->a, &f->o));
	assert_true(passed->count == 1 && passed->forwards.n == 0);
	old = TL_AS(messages_messagesSlice, world_call_as(s->w, s->a, s->a.key, 160, &f->o));
	assert_true(old && old->count == 1 && old->messages.n == 0);
	f->offset = (struct slice){0};
	old = TL_AS(messages_messagesSlice, world_call_as(s->w, s->a, s->a.key, 160, &f->o));
	assert_true(old && old->messages.n == 1 && old->has_next_rate);
	f->offset_rate = old->next_rate;
	f->offset_peer = world_channel_peer(s->w, s->a, other);
	f->offset_id = TL_AS(message, old->messages.v[0])->id;
	passed = TL_AS(stats_publicForwards, talk_call(s->w, s->a, &f->o));
	assert_int_equal(passed->forwards.n, 1); /* the newest form has no such offset */
	f->offset_id = 0;
	f->offset = SLICE_LIT("x");
	talk_refused(s->w, s->a, &f->o, "400 OFFSET_INVALID");
}

static void test_group(void **state)
{
	struct s *s = *state;
	int64_t room = room_create(s->w, s->a, false);
	const struct tl_statsGroupTopPoster *p;
	const struct tl_stats_megagroupStats *o;

	talk_refused(s->w, s->a, of_channel(s, s->a, room), "400 BROADCAST_REQUIRED");
	room_invite(s->w, s->a, room, s->b);
	room_invite(s->w, s->a, room, s->c);
	for (int i = 0; i < 3; i++)
		talk_call(s->w, s->b, room_say_q(s->w, s->b, room, "four"));
	post(s, room, "by the owner");
	talk_call(s->w, s->a, room_ban_q(s->w, s->a, room, s->c, BAN_VIEW, 0));
	talk_refused(s->w, s->b, of_group(s, s->b, room), "400 CHAT_ADMIN_REQUIRED");
	o = TL_AS(stats_megagroupStats, talk_call(s->w, s->a, of_group(s, s->a, room)));
	assert_true(now(o->members) == 2 && now(o->posters) == 2 && now(o->messages) >= 4);
	assert_int_equal(o->top_posters.n, 2);
	p = TL_AS(statsGroupTopPoster, o->top_posters.v[0]);
	assert_true(p->user_id == s->b.id && p->messages == 3 && p->avg_chars == 4);
	assert_int_equal(o->top_inviters.n, 1);
	assert_int_equal(TL_AS(statsGroupTopInviter, o->top_inviters.v[0])->invitations,
	                 1); /* one of them is no more there */
	assert_int_equal(o->top_admins.n, 1);
	assert_int_equal(TL_AS(statsGroupTopAdmin, o->top_admins.v[0])->kicked, 1);
	assert_int_equal(total(o->messages_graph, 0), (int64_t)now(o->messages));
	assert_int_equal(total(o->weekdays_graph, 0), (int64_t)now(o->messages));
	assert_int_equal(total(o->top_hours_graph, 0), (int64_t)now(o->messages));
	assert_int_equal(total(o->members_graph, 0), 2);
	assert_int_equal(total(o->members_graph, 1), 1);
	assert_non_null(world_find_user(o->users, s->b.id));
}

static const struct tl_stats_broadcastStats *stats_of(struct s *s, int64_t room)
{
	return TL_AS(stats_broadcastStats, talk_call(s->w, s->a, of_channel(s, s->a, room)));
}

/* What a line of a graph is called. */
static void is_named(const struct tl_obj *graph, int line, const char *name)
{
	const struct tl_statsGraph *g = TL_AS(statsGraph, graph);
	struct slice text = TL_AS(dataJSON, g->json)->data;
	json_t *all = json_loadb((const char *)text.p, text.n, 0, NULL);
	char id[3] = {'y', (char)('0' + line), 0};

	assert_string_equal(json_string_value(json_object_get(json_object_get(all, "names"), id)), name);
	json_decref(all);
}

static struct tl_obj *follow_q(struct s *s, struct person who, int64_t room, bool asks)
{
	struct tl_messages_exportChatInvite *x = Q(s, messages_exportChatInvite);
	struct tl_messages_importChatInvite *q = Q(s, messages_importChatInvite);
	const size_t prefix = sizeof("https://t.me/+") - 1;
	struct slice link;

	x->peer = world_channel_peer(s->w, s->a, room);
	x->request_needed = asks;
	link = TL_AS(chatInviteExported, talk_call(s->w, s->a, &x->o))->link;
	q->hash = slice_of(link.p + prefix, link.n - prefix);
	return &q->o;
}

/* Who follows a link, and who was let in, came neither by himself nor because somebody brought him. */
static void test_sources_of_members(void **state)
{
	struct s *s = *state;
	int64_t room = room_create(s->w, s->a, true);
	struct tl_messages_hideChatJoinRequest *let_in = Q(s, messages_hideChatJoinRequest);
	const struct tl_stats_broadcastStats *o;

	talk_call(s->w, s->b, follow_q(s, s->b, room, false));
	talk_refused(s->w, s->c, follow_q(s, s->c, room, true), "400 INVITE_REQUEST_SENT");
	let_in->peer = world_channel_peer(s->w, s->a, room);
	let_in->user_id = world_user(s->w, s->a, s->c.id);
	let_in->approved = true;
	talk_call(s->w, s->a, &let_in->o);
	o = stats_of(s, room);
	for (int line = 0; line < 4; line++)
		assert_int_equal(total(o->new_followers_by_source_graph, line), line >= 2);
	assert_int_equal(total(o->followers_graph, 0), 2);
	assert_int_equal(total(o->growth_graph, 0), 3);
}

/* A post is seen in its channel, from outside, and wherever it was passed on to, where its count is shown, too. */
static void test_sources_of_views(void **state)
{
	struct s *s = *state;
	int64_t room = room_create(s->w, s->a, true), group = room_create(s->w, s->b, false);
	struct tl_messages_getMessagesViews *q = Q(s, messages_getMessagesViews);
	struct tl_messages_getHistory *h = Q(s, messages_getHistory);
	const struct tl_messages_messageViews *n;
	const struct tl_stats_broadcastStats *o;
	const struct tl_message *m;
	int32_t id = post(s, room, "look"), copy;

	room_username(s->w, s->a, room, "roomofann");
	room_invite(s->w, s->a, room, s->b);
	room_invite(s->w, s->b, group, s->c);
	forward(s, s->b, room, id, world_channel_peer(s->w, s->b, group));
	forward(s, s->b, room, id, world_peer(s->w, s->b, s->a.id));
	world_speak(s->w, "fa-raw");
	see(s, s->b, room, id);
	see(s, s->b, room, id); /* once counts */
	world_speak(s->w, "de");
	q->peer = world_channel_peer(s->w, s->c, group);
	h->peer = q->peer;
	h->limit = 1;
	m = TL_AS(message, TL_AS(messages_channelMessages, talk_call(s->w, s->c, &h->o))->messages.v[0]);
	assert_true(m->has_views && m->views == 1);
	copy = m->id;
	q->id = (struct tl_vec_int){&copy, 1};
	q->increment = true;
	n = TL_AS(messages_messageViews, talk_call(s->w, s->c, &q->o));
	assert_int_equal(TL_AS(messageViews, n->views.v[0])->views, 2);
	world_speak(s->w, NULL);
	copy = talk_top(s->w, s->a, s->b);
	q->peer = world_peer(s->w, s->a, s->b.id);
	n = TL_AS(messages_messageViews, talk_call(s->w, s->a, &q->o));
	assert_int_equal(TL_AS(messageViews, n->views.v[0])->views, 3);
	world_speak(s->w, "xx"); /* no language that anybody knows */
	see(s, world_person(s->w, "15550007", "Dan", ""), room, id);
	world_speak(s->w, NULL);
	assert_int_equal(world_write(s->w, flush, NULL), 0);
	o = stats_of(s, room);
	for (int line = 0; line < 4; line++)
		assert_int_equal(total(o->views_by_source_graph, line), 1);
	assert_int_equal(total(o->interactions_graph, 0), 4);
	assert_int_equal(total(o->languages_graph, 0), 1);
	assert_int_equal(total(o->languages_graph, 1), 1);
	is_named(o->languages_graph, 0, "German");
	is_named(o->languages_graph, 1, "Persian");
}

/* By day, who wants to hear of no posts any more, and who wants to again; what changes nothing counts for nothing. */
static void test_muted(void **state)
{
	struct s *s = *state;
	int64_t room = room_create(s->w, s->a, true);
	struct tl_inputNotifyPeer *one = Q(s, inputNotifyPeer);
	const struct tl_stats_broadcastStats *o;

	room_invite(s->w, s->a, room, s->b);
	one->peer = world_channel_peer(s->w, s->b, room);
	for (int i = 0; i < 3; i++)
		mute(s, s->b, &one->o, i == 2 ? 0 : INT32_MAX);
	mute(s, s->b, &one->o, INT32_MAX);
	o = stats_of(s, room);
	assert_int_equal(total(o->mute_graph, 0), 2);
	assert_int_equal(total(o->mute_graph, 1), 1);
}

static int age(struct rpc_call *c, void *unused)
{
	return sql_exec(c->db,
	                "UPDATE msg SET date = date - 86400; UPDATE chan_member SET date = date - 86400;"
	                "UPDATE chan_day SET day = day - 1;");
}

/* Of a supergroup: who read something of a day, once, in which language; who wrote. */
static void test_actions(void **state)
{
	struct s *s = *state;
	int64_t room = room_create(s->w, s->a, false);
	const struct tl_stats_megagroupStats *o;

	room_invite(s->w, s->a, room, s->b);
	room_invite(s->w, s->a, room, s->c);
	/* What was said in the second in which somebody came he need not read: so they came the day before. */
	assert_int_equal(world_write(s->w, age, NULL), 0);
	post(s, room, "yesterday");
	world_speak(s->w, "de");
	room_read(s->w, s->b, room, 0);
	assert_int_equal(world_write(s->w, age, NULL), 0);
	world_speak(s->w, "fa");
	for (int i = 0; i < 2; i++) {
		post(s, room, "today");
		room_read(s->w, s->b, room, 0);
		room_read(s->w, s->c, room, 0);
	}
	talk_call(s->w, s->b, room_say_q(s->w, s->b, room, "yes"));
	world_speak(s->w, NULL);
	o = TL_AS(stats_megagroupStats, talk_call(s->w, s->a, of_group(s, s->a, room)));
	assert_int_equal(total(o->actions_graph, 0), 3);
	assert_int_equal(total(o->actions_graph, 1), 3);
	assert_true(now(o->viewers) == 2);
	assert_int_equal(total(o->languages_graph, 0), 2);
	assert_int_equal(total(o->languages_graph, 1), 1);
	is_named(o->languages_graph, 0, "Persian");
	is_named(o->languages_graph, 1, "German");
}

/* Who is online hears, once a round and post, how often it was seen and passed on. */
static void test_told(void **state)
{
	struct s *s = *state;
	int64_t room = room_create(s->w, s->a, true);
	const struct tl_updateChannelMessageForwards *f;
	const struct tl_updateChannelMessageViews *v;
	struct tl_vec pushes;
	int32_t id;

	room_invite(s->w, s->a, room, s->b);
	room_invite(s->w, s->a, room, s->c);
	id = post(s, room, "look");
	see(s, s->b, room, id);
	see(s, s->c, room, id);
	forward(s, s->b, room, id, &Q(s, inputPeerSelf)->o);
	world_pushes(s->w, s->c.key);
	assert_int_equal(world_write(s->w, flush, NULL), 0);
	pushes = world_pushes(s->w, s->c.key);
	v = (void *)world_update(pushes, TL_updateChannelMessageViews);
	f = (void *)world_update(pushes, TL_updateChannelMessageForwards);
	assert_true(v && v->channel_id == room && v->id == id && v->views == 2);
	assert_true(f && f->channel_id == room && f->id == id && f->forwards == 1);
	assert_int_equal(world_write(s->w, flush, NULL), 0);
	assert_int_equal(world_pushes(s->w, s->c.key).n, 0);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, three_setup, world_teardown)
	const struct CMUnitTest tests[] = {T(test_channel),
	                                   T(test_notified),
	                                   T(test_group),
	                                   T(test_told),
	                                   T(test_sources_of_members),
	                                   T(test_sources_of_views),
	                                   T(test_muted),
	                                   T(test_actions)};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
