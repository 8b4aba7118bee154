/* test_text.c - what becomes of a text on its way: lengths, entities, quotes, drafts, random ids. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "three.h"

#define SMILE "\xf0\x9f\x98\x80" /* two units, one character */
#define RLM   "\xe2\x80\x8f"

static struct tl_messages_sendMessage *text(struct s *s, const char *t)
{
	struct tl_messages_sendMessage *q = Q(s, messages_sendMessage);

	q->peer = world_peer(s->w, s->a, s->b.id);
	q->message = slice_str(t);
	q->random_id = ++s->random_id;
	return q;
}

static void bold(struct s *s, struct tl_vec *entities, int offset, int length)
{
	struct tl_messageEntityBold *e = Q(s, messageEntityBold);
	struct tl_vec more = tl_vec_new(world_arena(s->w), entities->n + 1);

	e->offset = offset;
	e->length = length;
	for (uint32_t i = 0; i < entities->n; i++)
		more.v[i] = entities->v[i];
	more.v[entities->n] = &e->o;
	*entities = more;
}

/* As Bob gets it. */
static struct tl_message *sent(struct s *s, const struct tl_messages_sendMessage *q)
{
	struct tl_updateNewMessage *u;

	world_pushes(s->w, s->b.key);
	talk_call(s->w, s->a, &q->o);
	u = (void *)world_update(world_pushes(s->w, s->b.key), TL_updateNewMessage);
	assert_non_null(u);
	return TL_AS(message, u->message);
}

static const char *repeated(struct s *s, const char *t, int n)
{
	char *p = arena_alloc(world_arena(s->w), strlen(t) * (size_t)n + 1);

	p[0] = '\0';
	for (int i = 0; i < n; i++)
		strcat(p, t);
	return p;
}

static void is(struct slice s, const char *t)
{
	assert_true(slice_eq(s, slice_str(t)));
}

static void test_lengths(void **state)
{
	struct s *s = *state;

	/* Characters are counted, not what UTF-16 needs for them. */
	is(sent(s, text(s, repeated(s, SMILE, 4096)))->message, repeated(s, SMILE, 4096));
	talk_refused(s->w, s->a, &text(s, repeated(s, SMILE, 4097))->o, "400 MESSAGE_TOO_LONG");
	talk_refused(s->w, s->a, &text(s, "")->o, "400 MESSAGE_EMPTY");
	talk_refused(s->w, s->a, &text(s, " \n" RLM " ")->o, "400 MESSAGE_EMPTY");
	is(sent(s, text(s, repeated(s, "x", 4096)))->message, repeated(s, "x", 4096));
	is(sent(s, text(s, " \n" RLM "x " RLM " \t"))->message, RLM "x " RLM);
	talk_refused(s->w, s->a, &text(s, "x\xff")->o, "400 INPUT_FETCH_ERROR");
}

static void test_entities(void **state)
{
	static const struct {
		int offset, length;
		bool ok;
		int want_offset, want_length; /* 0, 0: left out */
	} rows[] = {
		/* of "  x" SMILE "y ", which becomes "x" SMILE "y" */
		{0, 7, true, 0, 4},   {2, 1, true, 0, 1},   {3, 2, true, 1, 2},
		{0, 2, true, 0, 0},   {6, 1, true, 0, 0},   {5, 0, true, 0, 0},
		{0, 8, false, 0, 0},  {4, 1, false, 0, 0},  {3, 1, false, 0, 0}, /* half a character */
		{-1, 2, false, 0, 0}, {2, -1, false, 0, 0}, {INT32_MAX, INT32_MAX, false, 0, 0},
	};
	struct s *s = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct tl_messages_sendMessage *q = text(s, "  x" SMILE "y ");
		const struct tl_messageEntityBold *e;
		struct tl_message *m;

		bold(s, &q->entities, rows[i].offset, rows[i].length);
		if (!rows[i].ok) {
			talk_refused(s->w, s->a, &q->o, "400 ENTITY_BOUNDS_INVALID");
			continue;
		}
		m = sent(s, q);
		is(m->message, "x" SMILE "y");
		assert_int_equal(m->entities.n, rows[i].want_length > 0);
		if (!m->entities.n)
			continue;
		e = TL_AS(messageEntityBold, m->entities.v[0]);
		assert_int_equal(e->offset, rows[i].want_offset);
		assert_int_equal(e->length, rows[i].want_length);
	}
}

static struct tl_inputReplyToMessage *reply_to(struct s *s, int32_t id, const char *quote)
{
	struct tl_inputReplyToMessage *in = Q(s, inputReplyToMessage);

	in->reply_to_msg_id = id;
	if (quote)
		in->quote_text = slice_str(quote);
	return in;
}

static void test_quotes(void **state)
{
	struct s *s = *state;
	int32_t id = talk_say(s->w, s->a, s->b, "one " SMILE " two three");
	struct tl_messages_sendMessage *q = text(s, "yes");
	struct tl_inputReplyToMessage *in = reply_to(s, id, SMILE " two ");
	struct tl_messageReplyHeader *h;

	in->has_quote_offset = true;
	in->quote_offset = 4;
	bold(s, &in->quote_entities, 3, 3);
	q->reply_to = &in->o;
	h = TL_AS(messageReplyHeader, sent(s, q)->reply_to);
	assert_non_null(h);
	assert_true(h->quote);
	is(h->quote_text, SMILE " two ");
	assert_int_equal(h->quote_offset, 4);
	assert_int_equal(h->quote_entities.n, 1);
	assert_int_equal(TL_AS(messageEntityBold, h->quote_entities.v[0])->offset, 3);
	assert_int_equal(h->reply_to_msg_id, talk_top(s->w, s->b, s->a) - 1); /* by Bob's own id */

	in->quote_entities = (struct tl_vec){0};
	bold(s, &in->quote_entities, 1, 1);
	q->random_id = ++s->random_id;
	talk_refused(s->w, s->a, &q->o, "400 ENTITY_BOUNDS_INVALID");
	in->quote_entities = (struct tl_vec){0};
	in->quote_text = SLICE_LIT("four");
	talk_refused(s->w, s->a, &q->o, "400 QUOTE_TEXT_INVALID");
	in->reply_to_msg_id = 9999;
	talk_refused(s->w, s->a, &q->o, "400 REPLY_MESSAGE_ID_INVALID");
}

/* An answer in one chat to what was said in another: its words and its writer go along. */
static void test_elsewhere(void **state)
{
	struct s *s = *state;
	struct tl_messages_sendMessage *q = text(s, "look");
	struct tl_inputReplyToMessage *in;
	struct tl_messageReplyHeader *h;
	const struct tl_messageFwdHeader *f;
	struct tl_account_setPrivacy *hide = Q(s, account_setPrivacy);

	talk_say(s->w, s->c, s->a, "said elsewhere");
	in = reply_to(s, talk_top(s->w, s->a, s->c), NULL);
	in->reply_to_peer_id = world_peer(s->w, s->a, s->c.id);
	q->reply_to = &in->o;
	h = TL_AS(messageReplyHeader, sent(s, q)->reply_to);
	assert_non_null(h);
	assert_false(h->has_reply_to_msg_id || h->quote);
	is(h->quote_text, "said elsewhere");
	f = TL_AS(messageFwdHeader, h->reply_from);
	assert_true(f && TL_AS(peerUser, f->from_id)->user_id == s->c.id);
	hide->key = &Q(s, inputPrivacyKeyForwards)->o;
	hide->rules = tl_vec_new(world_arena(s->w), 1);
	hide->rules.v[0] = &Q(s, inputPrivacyValueDisallowAll)->o;
	talk_call(s->w, s->c, &hide->o);
	in->quote_text = SLICE_LIT("elsewhere");
	q->random_id = ++s->random_id;
	h = TL_AS(messageReplyHeader, sent(s, q)->reply_to);
	assert_true(h->quote);
	is(h->quote_text, "elsewhere");
	f = TL_AS(messageFwdHeader, h->reply_from);
	assert_null(f->from_id);
	is(f->from_name, "Cid");
	in->quote_text = SLICE_LIT("never said");
	q->random_id = ++s->random_id;
	talk_refused(s->w, s->a, &q->o, "400 QUOTE_TEXT_INVALID");
	in->reply_to_peer_id = &Q(s, inputPeerSelf)->o; /* not where it is */
	talk_refused(s->w, s->a, &q->o, "400 REPLY_MESSAGE_ID_INVALID");
}

static void test_drafts(void **state)
{
	struct s *s = *state;
	int32_t id = talk_say(s->w, s->b, s->a, "question, long"), mine = talk_top(s->w, s->a, s->b);
	struct tl_messages_saveDraft *q = Q(s, messages_saveDraft);
	struct tl_inputReplyToMessage *in = reply_to(s, mine, "long");
	struct tl_messages_sendMessage *m;
	struct tl_draftMessage *d;
	struct tl_updateDraftMessage *u;
	int64_t second = s->a.key + 1;

	(void)id;
	world_connect(s->w, s->a, second, TL_LAYER_MAX);
	q->peer = world_peer(s->w, s->a, s->b.id);
	q->message = SLICE_LIT("half a sentence, and "); /* the blank at its end is where one goes on */
	in->has_quote_offset = true;
	in->quote_offset = 10;
	bold(s, &in->quote_entities, 0, 4);
	q->reply_to = &in->o;
	talk_call(s->w, s->a, &q->o);
	u = (void *)world_update(world_pushes(s->w, second), TL_updateDraftMessage);
	assert_non_null(u);
	d = TL_AS(draftMessage, u->draft);
	is(d->message, "half a sentence, and ");
	in = TL_AS(inputReplyToMessage, d->reply_to);
	assert_int_equal(in->reply_to_msg_id, mine);
	is(in->quote_text, "long");
	assert_true(in->has_quote_offset && in->quote_offset == 10);
	assert_int_equal(in->quote_entities.n, 1);
	d = TL_AS(draftMessage, talk_dialog(s->w, s->a, s->b)->draft);
	is(d->message, "half a sentence, and ");
	/* Sent: gone everywhere. */
	m = text(s, "half a sentence, and the rest");
	m->clear_draft = true;
	talk_call(s->w, s->a, &m->o);
	u = (void *)world_update(world_pushes(s->w, second), TL_updateDraftMessage);
	assert_true(u && TL_IS(draftMessageEmpty, u->draft));
	q->reply_to = NULL;
	q->message = SLICE_LIT("again");
	talk_call(s->w, s->a, &q->o);
	assert_non_null(
		talk_update(talk_call(s->w, s->a, &Q(s, messages_getAllDrafts)->o), TL_updateDraftMessage));
	q->message = SLICE_LIT("  "); /* nothing: it is taken away */
	talk_call(s->w, s->a, &q->o);
	assert_null(
		talk_update(talk_call(s->w, s->a, &Q(s, messages_getAllDrafts)->o), TL_updateDraftMessage));
	q->message = SLICE_LIT("once more");
	talk_call(s->w, s->a, &q->o);
	talk_call(s->w, s->a, &Q(s, messages_clearAllDrafts)->o);
	assert_null(talk_dialog(s->w, s->a, s->b)->draft);
}

/* The same call again is the same message, for its sender and once for the other; one id is one message. */
static void test_random_ids(void **state)
{
	struct s *s = *state;
	struct tl_messages_sendMessage *q = text(s, "once");
	struct tl_messages_forwardMessages *f = Q(s, messages_forwardMessages);
	struct tl_updateNewMessage *first, *again;
	int32_t pts, ids[3];
	int64_t random_ids[3] = {901, 902, 901};
	struct tl_obj *o, *o2;

	first = (void *)talk_update(talk_call(s->w, s->a, &q->o), TL_updateNewMessage);
	pts = talk_pts(s->w, s->a);
	q->message = SLICE_LIT("twice");
	again = (void *)talk_update(talk_call(s->w, s->a, &q->o), TL_updateNewMessage);
	assert_int_equal(TL_AS(message, again->message)->id, TL_AS(message, first->message)->id);
	assert_int_equal(again->pts, first->pts);
	is(TL_AS(message, again->message)->message, "once");
	assert_int_equal(talk_pts(s->w, s->a), pts);
	q->random_id = 0;
	talk_refused(s->w, s->a, &q->o, "400 RANDOM_ID_EMPTY");
	q->random_id = first->pts;

	ids[0] = ids[1] = ids[2] = TL_AS(message, first->message)->id;
	f->from_peer = f->to_peer = world_peer(s->w, s->a, s->b.id);
	f->id = (struct tl_vec_int){ids, 3};
	f->random_id = (struct tl_vec_long){random_ids, 3};
	talk_refused(s->w, s->a, &f->o, "400 RANDOM_ID_INVALID"); /* one of them twice */
	random_ids[2] = 0;
	talk_refused(s->w, s->a, &f->o, "400 RANDOM_ID_INVALID");
	f->random_id.n = 2;
	talk_refused(s->w, s->a, &f->o, "400 RANDOM_ID_INVALID");
	f->id.n = 2;
	o = talk_call(s->w, s->a, &f->o);
	pts = talk_pts(s->w, s->a);
	o2 = talk_call(s->w, s->a, &f->o);
	assert_int_equal(TL_AS(updates, o)->updates.n, 4);
	assert_int_equal(TL_AS(updates, o2)->updates.n, 4);
	assert_int_equal(talk_pts(s->w, s->a), pts);
	/* The first was forwarded, the second is new: that was no repetition of a call. */
	random_ids[1] = 903;
	talk_refused(s->w, s->a, &f->o, "500 RANDOM_ID_DUPLICATE");
	random_ids[0] = 904;
	random_ids[1] = 902;
	talk_refused(s->w, s->a, &f->o, "500 RANDOM_ID_DUPLICATE");
	assert_int_equal(talk_pts(s->w, s->a), pts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lengths), cmocka_unit_test(test_entities),
		cmocka_unit_test(test_quotes),  cmocka_unit_test(test_elsewhere),
		cmocka_unit_test(test_drafts),  cmocka_unit_test(test_random_ids),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("text", tests, three_setup, world_teardown);
}
