/* test_compat.c - what an old layer says reaches the newest form, and what the newest form says reaches an old layer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/err.h"
#include "tl/tl.h"

struct world {
	struct arena a;
	struct buf b;
};

static int setup(void **state)
{
	struct world *w = calloc(1, sizeof *w);

	arena_init(&w->a, 1 << 20);
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;

	arena_fini(&w->a);
	buf_fini(&w->b);
	free(w);
	return 0;
}

static struct tl_obj *decoded(struct world *w)
{
	struct rd r = rd_of(w->b.p, w->b.n);
	struct tl_obj *o = NULL;

	assert_int_equal(tl_decode(&r, &w->a, &o), 0);
	assert_int_equal(rd_left(&r), 0);
	return o;
}

/* The call as a client of `layer` sends it, as handlers see it. */
static struct tl_obj *called(struct world *w, const struct tl_obj *q, int layer)
{
	w->b.n = 0;
	assert_int_equal(tl_encode_call(&w->b, q, layer), 0);
	return decoded(w);
}

/* The object as a client of `layer` reads it. */
static struct tl_obj *seen(struct world *w, const struct tl_obj *o, int layer)
{
	w->b.n = 0;
	assert_int_equal(tl_encode(&w->b, o, layer), 0);
	return decoded(w);
}

static struct tl_obj *text(struct world *w, const char *s)
{
	struct tl_textWithEntities *t = TL_NEW(&w->a, textWithEntities);

	t->text = slice_str(s);
	t->entities = tl_vec_new(&w->a, 0);
	return &t->o;
}

static void assert_slice(struct slice s, const char *want)
{
	assert_int_equal(s.n, strlen(want));
	assert_memory_equal(s.p, want, s.n);
}

static struct tl_vec one(struct world *w, struct tl_obj *o)
{
	struct tl_vec v = tl_vec_new(&w->a, 1);

	v.v[0] = o;
	return v;
}

static void reply_by_number(void **state)
{
	static const int layers[] = {133, 144, 158};
	struct world *w = *state;
	struct tl_messages_sendMessage *q = TL_NEW(&w->a, messages_sendMessage), *got;
	struct tl_inputReplyToMessage *r;

	q->peer = TL_OBJ(TL_NEW(&w->a, inputPeerSelf));
	q->message = slice_str("x");
	q->reply_to_msg_id = 7;
	q->has_reply_to_msg_id = true;
	for (size_t i = 0; i < sizeof layers / sizeof *layers; i++) {
		got = TL_AS(messages_sendMessage, called(w, &q->o, layers[i]));
		assert_non_null(got);
		r = TL_AS(inputReplyToMessage, got->reply_to);
		assert_non_null(r);
		assert_int_equal(r->reply_to_msg_id, 7);
		assert_false(r->has_top_msg_id);
	}
	q->has_reply_to_msg_id = false;
	got = TL_AS(messages_sendMessage, called(w, &q->o, 133));
	assert_null(got->reply_to);
}

static void draft_reply(void **state)
{
	struct world *w = *state;
	struct tl_draftMessage *d = TL_NEW(&w->a, draftMessage), *got;
	struct tl_inputReplyToMessage *r = TL_NEW(&w->a, inputReplyToMessage);

	r->reply_to_msg_id = 5;
	d->reply_to = &r->o;
	d->message = slice_str("later");
	got = TL_AS(draftMessage, seen(w, &d->o, 133));
	assert_true(got->has_reply_to_msg_id);
	assert_int_equal(got->reply_to_msg_id, 5);
	got = TL_AS(draftMessage, seen(w, &d->o, 228));
	assert_false(got->has_reply_to_msg_id);
	assert_int_equal(TL_AS(inputReplyToMessage, got->reply_to)->reply_to_msg_id, 5);
}

static struct tl_dialogFilter *filter(struct world *w)
{
	struct tl_dialogFilter *f = TL_NEW(&w->a, dialogFilter);

	f->id = 2;
	f->title = text(w, "Work");
	f->pinned_peers = f->include_peers = f->exclude_peers = tl_vec_new(&w->a, 0);
	return f;
}

static void folder_title(void **state)
{
	struct world *w = *state;
	struct tl_messages_updateDialogFilter *q = TL_NEW(&w->a, messages_updateDialogFilter), *got;
	struct tl_dialogFilter *f = filter(w);

	q->id = 2;
	q->filter = &f->o;
	f->title = text(w, "Old"); /* down_dialogFilter fills title_string from it */
	got = TL_AS(messages_updateDialogFilter, called(w, &q->o, 150));
	f = TL_AS(dialogFilter, got->filter);
	assert_non_null(f->title);
	assert_slice(TL_AS(textWithEntities, f->title)->text, "Old");
}

static void folder_list(void **state)
{
	struct world *w = *state;
	struct tl_messages_dialogFilters *all = TL_NEW(&w->a, messages_dialogFilters);
	struct tl_dialogFilterDefault *d = TL_NEW(&w->a, dialogFilterDefault);
	struct rd r;

	all->filters = tl_vec_new(&w->a, 2);
	all->filters.v[0] = &d->o;
	all->filters.v[1] = &filter(w)->o;
	assert_int_equal(tl_encode_result(&w->b, TL_messages_getDialogFilters, &all->o, 133), 0);
	r = rd_of(w->b.p, w->b.n);
	assert_int_equal(rd_u32(&r), 0x1cb5c415);
	assert_int_equal(rd_u32(&r), 1); /* 133 has no default filter */
	assert_int_equal(rd_u32(&r), 0x7438f7e8);
	w->b.n = 0;
	assert_int_equal(tl_encode_result(&w->b, TL_messages_getDialogFilters, &all->o, 175), 0);
	r = rd_of(w->b.p, w->b.n);
	assert_int_equal(rd_u32(&r), 0x1cb5c415);
	assert_int_equal(rd_u32(&r), 2);
	w->b.n = 0;
	assert_int_equal(tl_encode_result(&w->b, TL_messages_getDialogFilters, &all->o, 176), 0);
	assert_non_null(TL_AS(messages_dialogFilters, decoded(w)));
}

static void user_full_before_135(void **state)
{
	struct world *w = *state;
	struct tl_users_userFull *all = TL_NEW(&w->a, users_userFull);
	struct tl_userFull *f = TL_NEW(&w->a, userFull), *got;
	struct tl_user *u = TL_NEW(&w->a, user);

	u->id = f->id = 42;
	f->settings = TL_OBJ(TL_NEW(&w->a, peerSettings));
	f->notify_settings = TL_OBJ(TL_NEW(&w->a, peerNotifySettings));
	all->full_user = &f->o;
	all->chats = tl_vec_new(&w->a, 0);
	all->users = one(w, &u->o);
	assert_int_equal(tl_encode_result(&w->b, TL_users_getFullUser, &all->o, 134), 0);
	got = TL_AS(userFull, decoded(w));
	assert_non_null(got);
	assert_int_equal(TL_AS(user, got->user)->id, 42);
	w->b.n = 0;
	assert_int_equal(tl_encode_result(&w->b, TL_users_getFullUser, &all->o, 135), 0);
	assert_non_null(TL_AS(users_userFull, decoded(w)));
}

static void log_out_and_config(void **state)
{
	struct world *w = *state;
	struct tl_auth_loggedOut *out = TL_NEW(&w->a, auth_loggedOut);
	struct tl_help_appConfig *c = TL_NEW(&w->a, help_appConfig);
	struct tl_jsonObject *j = TL_NEW(&w->a, jsonObject);

	assert_int_equal(tl_encode_result(&w->b, TL_auth_logOut, &out->o, 133), 0);
	assert_true(TL_IS(boolTrue, decoded(w)));
	w->b.n = 0;
	assert_int_equal(tl_encode_result(&w->b, TL_auth_logOut, &out->o, 135), 0);
	assert_true(TL_IS(auth_loggedOut, decoded(w)));
	j->value = tl_vec_new(&w->a, 0);
	c->config = &j->o;
	w->b.n = 0;
	assert_int_equal(tl_encode_result(&w->b, TL_help_getAppConfig, &c->o, 152), 0);
	assert_true(TL_IS(jsonObject, decoded(w)));
}

static void username_of_an_update(void **state)
{
	struct world *w = *state;
	struct tl_updateUserName *u = TL_NEW(&w->a, updateUserName), *got;
	struct tl_username *n = TL_NEW(&w->a, username);

	u->user_id = 1;
	u->first_name = slice_str("A");
	u->last_name = slice_str("");
	n->username = slice_str("anna");
	n->active = true;
	u->usernames = one(w, &n->o);
	got = TL_AS(updateUserName, seen(w, &u->o, 140));
	assert_slice(got->username, "anna");
	n->active = false;
	got = TL_AS(updateUserName, seen(w, &u->o, 140));
	assert_slice(got->username, "");
}

static void sounds(void **state)
{
	struct world *w = *state;
	struct tl_peerNotifySettings *s = TL_NEW(&w->a, peerNotifySettings), *got;

	s->other_sound = TL_OBJ(TL_NEW(&w->a, notificationSoundNone));
	got = TL_AS(peerNotifySettings, seen(w, &s->o, 139));
	assert_non_null(got->sound.p);
	assert_slice(got->sound, "");
	s->other_sound = NULL;
	got = TL_AS(peerNotifySettings, seen(w, &s->o, 139));
	assert_null(got->sound.p);
	s->other_sound = TL_OBJ(TL_NEW(&w->a, notificationSoundDefault));
	got = TL_AS(peerNotifySettings, seen(w, &s->o, 139));
	assert_slice(got->sound, "default");
}

static void unknown_action_and_entity(void **state)
{
	struct world *w = *state;
	struct tl_messageService *m = TL_NEW(&w->a, messageService), *got;
	struct tl_peerUser *p = TL_NEW(&w->a, peerUser);
	struct tl_message *t = TL_NEW(&w->a, message), *seen_t;
	struct tl_messageEntitySpoiler *e = TL_NEW(&w->a, messageEntitySpoiler);

	m->peer_id = t->peer_id = &p->o;
	m->action = TL_OBJ(TL_NEW(&w->a, messageActionSuggestBirthday));
	((struct tl_messageActionSuggestBirthday *)m->action)->birthday = TL_OBJ(TL_NEW(&w->a, birthday));
	got = TL_AS(messageService, seen(w, &m->o, 150));
	assert_true(TL_IS(messageActionCustomAction, got->action));
	got = TL_AS(messageService, seen(w, &m->o, 228));
	assert_true(TL_IS(messageActionSuggestBirthday, got->action));

	t->message = slice_str("abc");
	t->entities = one(w, &e->o);
	seen_t = TL_AS(message, seen(w, &t->o, 133));
	assert_int_equal(seen_t->entities.n, 0);
	seen_t = TL_AS(message, seen(w, &t->o, 136));
	assert_int_equal(seen_t->entities.n, 1);
}

static void unknown_update_is_dropped(void **state)
{
	struct world *w = *state;
	struct tl_updates *u = TL_NEW(&w->a, updates), *got;
	struct tl_updateUser *x = TL_NEW(&w->a, updateUser);

	u->updates = one(w, &x->o);
	u->users = u->chats = tl_vec_new(&w->a, 0);
	got = TL_AS(updates, seen(w, &u->o, 150));
	assert_int_equal(got->updates.n, 0);
	got = TL_AS(updates, seen(w, &u->o, 151));
	assert_int_equal(got->updates.n, 1);
	w->b.n = 0;
	assert_int_equal(tl_encode(&w->b, &x->o, 150), -ERR_UNSUPPORTED);
	assert_int_equal(w->b.n, 0);
}

static void block_flag(void **state)
{
	struct world *w = *state;
	struct tl_updatePeerBlocked *u = TL_NEW(&w->a, updatePeerBlocked), *got;
	struct tl_peerUser *p = TL_NEW(&w->a, peerUser);

	u->peer_id = &p->o;
	for (int blocked = 0; blocked < 2; blocked++) {
		u->blocked = blocked;
		got = TL_AS(updatePeerBlocked, seen(w, &u->o, 133));
		assert_int_equal(got->blocked, blocked);
		got = TL_AS(updatePeerBlocked, seen(w, &u->o, 228));
		assert_int_equal(got->blocked, blocked);
	}
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(reply_by_number),
		TEST(draft_reply),
		TEST(folder_title),
		TEST(folder_list),
		TEST(user_full_before_135),
		TEST(log_out_and_config),
		TEST(username_of_an_update),
		TEST(sounds),
		TEST(unknown_action_and_entity),
		TEST(unknown_update_is_dropped),
		TEST(block_flag),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
