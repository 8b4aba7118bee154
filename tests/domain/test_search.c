/* test_search.c - messages are found by their words, before the index has them and after, edited and deleted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <unistd.h>

#include <cmocka.h>

#include "domain/search/index.h"
#include "rpc/app.h"
#include "store/search.h"
#include "store/upd.h"
#include "room.h"
#include "three.h"

static int32_t say(struct s *s, struct person from, struct person to, const char *text)
{
	return talk_say(s->w, from, to, text);
}

static struct tl_vec found(struct tl_obj *o)
{
	assert_non_null(o);
	if (TL_IS(messages_messagesSlice, o))
		return TL_AS(messages_messagesSlice, o)->messages;
	return TL_AS(messages_messages, o)->messages;
}

static struct tl_messages_search *query(struct s *s, struct person who, struct person with, const char *text)
{
	struct tl_messages_search *q = Q(s, messages_search);

	q->peer = with.id ? world_peer(s->w, who, with.id) : &Q(s, inputPeerEmpty)->o;
	q->q = slice_str(text);
	q->filter = &Q(s, inputMessagesFilterEmpty)->o;
	q->limit = 100;
	return q;
}

/* How many; the newest one's id in *ret_id. */
static unsigned look(struct s *s, struct person who, struct person with, const char *text, int32_t *ret_id)
{
	struct tl_vec v = found(world_call(s->w, who, &query(s, who, with, text)->o));

	*ret_id = v.n ? TL_AS(message, v.v[0])->id : 0;
	for (uint32_t i = 1; i < v.n; i++)
		assert_true(TL_AS(message, v.v[i])->id < TL_AS(message, v.v[i - 1])->id);
	return v.n;
}

struct waited {
	int64_t owner;
	bool done;
};

static int see_done(struct rpc_call *c, void *arg)
{
	struct waited *w = arg;
	int32_t done, pts;
	int r;

	if ((r = store_search_done(c->db, w->owner, &done)) < 0 ||
	    (r = store_upd_max(c->db, w->owner, &pts)) < 0)
		return r;
	w->done = done == pts;
	return 0;
}

static void wait_indexed(struct s *s, struct person p)
{
	struct waited w = {.owner = p.id};

	for (int i = 0; i < 500 && !w.done; i++) {
		usleep(10000);
		assert_int_equal(world_write(s->w, see_done, &w), 0);
	}
	assert_true(w.done);
}

static const struct {
	const char *text, *query;
} good[] = {
	{"The quick brown Fox", "fox"},
	{"The quick brown Fox", "QUICK br"},
	{"Приём ещё раз", "прием еще"},
	{"می‌روم به كتابخانه", "میروم کتابخ"},
	{"۱۲۳ سلام", "123"},
	{"我们在图书馆见面", "图书"},
	{"Crème brûlée", "creme brulee"},
};

static void see_languages(struct s *s)
{
	struct person nobody = {0};
	int32_t ids[sizeof(good) / sizeof(good[0])], id;

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		ids[i] = say(s, s->a, s->b, good[i].text);
		look(s, s->a, s->b, good[i].query, &id);
		assert_int_equal(id, ids[i]); /* by the tail, or by the index if the job was quicker */
	}
	wait_indexed(s, s->a);
	wait_indexed(s, s->b);
	for (size_t i = 2; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_int_equal(look(s, s->a, s->b, good[i].query, &id), 1);
		assert_int_equal(id, ids[i]);
		assert_int_equal(look(s, s->a, nobody, good[i].query, &id), 1);
		assert_int_equal(look(s, s->b, s->a, good[i].query, &id), 1);
		assert_int_equal(look(s, s->c, s->a, good[i].query, &id), 0); /* nobody else's */
		assert_int_equal(look(s, s->a, s->c, good[i].query, &id), 0); /* nor in another chat */
	}
	assert_int_equal(look(s, s->a, s->b, "uick", &id), 0);
	assert_int_equal(look(s, s->a, s->b, "!?", &id), 0);
	assert_int_equal(look(s, s->a, s->b, "\" OR *", &id), 0);
}

static void languages(void **state)
{
	struct s *s = *state;

	world_start_jobs(s->w);
	see_languages(s);
}

static void changes(void **state)
{
	struct s *s = *state;
	struct tl_messages_editMessage *e;
	struct tl_messages_deleteMessages *d;
	int32_t *id = arena_alloc(world_arena(s->w), sizeof(*id)), x;

	world_start_jobs(s->w);
	for (int late = 0; late < 2; late++) {
		*id = say(s, s->a, s->b, "needle one");
		if (late) {
			wait_indexed(s, s->a);
			wait_indexed(s, s->b);
		}
		for (int i = 0; i < 2; i++) {
			e = Q(s, messages_editMessage);
			e->peer = world_peer(s->w, s->a, s->b.id);
			e->id = *id;
			e->message = slice_str(i ? "thread three" : "thread two");
			assert_non_null(world_call(s->w, s->a, &e->o));
		}
		assert_int_equal(look(s, s->a, s->b, "needle", &x), 0);
		assert_int_equal(look(s, s->a, s->b, "two", &x), 0);
		assert_int_equal(look(s, s->b, s->a, "thread", &x), 1);
		wait_indexed(s, s->a);
		wait_indexed(s, s->b);
		assert_int_equal(look(s, s->a, s->b, "needle", &x), 0);
		assert_int_equal(look(s, s->a, s->b, "two", &x), 0);
		assert_int_equal(look(s, s->b, s->a, "thread thr", &x), 1);
		d = Q(s, messages_deleteMessages);
		d->revoke = true;
		d->id = (struct tl_vec_int){id, 1};
		assert_non_null(world_call(s->w, s->a, &d->o));
		assert_int_equal(look(s, s->a, s->b, "thread", &x), 0);
		assert_int_equal(look(s, s->b, s->a, "thread", &x), 0);
	}
}

static void paging(void **state)
{
	struct s *s = *state;
	struct tl_messages_search *q;
	struct tl_messages_searchGlobal *g;
	struct tl_obj *o;
	int32_t ids[25], offset = 0;
	unsigned seen = 0;
	struct tl_vec v;

	world_start_jobs(s->w);
	for (int i = 0; i < 25; i++) {
		ids[i] = say(s, s->a, s->b, i == 7 ? "tick https://example.org/x" : "tick tock");
		say(s, s->a, s->b, "noise");
		if (i == 15)
			wait_indexed(s, s->a); /* some by the index, some by the tail */
	}
	for (;;) {
		q = query(s, s->a, s->b, "tick");
		q->limit = 10;
		q->offset_id = offset;
		o = world_call(s->w, s->a, &q->o);
		v = found(o);
		if (!v.n)
			break;
		assert_int_equal(TL_AS(messages_messagesSlice, o)->count, 25);
		for (uint32_t i = 0; i < v.n; i++)
			assert_int_equal(TL_AS(message, v.v[i])->id, ids[24 - seen - i]);
		seen += v.n;
		offset = TL_AS(message, v.v[v.n - 1])->id;
	}
	assert_int_equal(seen, 25);
	q = query(s, s->a, s->b, "");
	q->filter = &Q(s, inputMessagesFilterUrl)->o;
	v = found(world_call(s->w, s->a, &q->o));
	assert_int_equal(v.n, 1);
	assert_int_equal(TL_AS(message, v.v[0])->id, ids[7]);

	/* Around a message: ten newer ones, ten from it on. */
	q = query(s, s->a, s->b, "tock");
	q->offset_id = ids[12];
	q->add_offset = -5;
	q->limit = 10;
	v = found(world_call(s->w, s->a, &q->o));
	assert_int_equal(v.n, 10);
	assert_int_equal(TL_AS(message, v.v[0])->id, ids[16]);

	seen = 0;
	g = Q(s, messages_searchGlobal);
	g->q = SLICE_LIT("tick");
	g->filter = &Q(s, inputMessagesFilterEmpty)->o;
	g->offset_peer = &Q(s, inputPeerEmpty)->o;
	g->limit = 10;
	do {
		o = world_call(s->w, s->a, &g->o);
		v = found(o);
		seen += v.n;
		g->offset_id = TL_AS(message, v.v[v.n - 1])->id;
		g->offset_rate = TL_AS(messages_messagesSlice, o)->next_rate;
	} while (TL_AS(messages_messagesSlice, o)->has_next_rate);
	assert_int_equal(seen, 25);
	g->q = SLICE_LIT("");
	assert_null(world_call(s->w, s->a, &g->o));
	assert_string_equal(world_error(s->w), "400 SEARCH_QUERY_EMPTY");
}

/* A private chat, a supergroup and a channel in one order, each message once whatever the page. */
static void everywhere(void **state)
{
	struct s *s = *state;
	int64_t group = room_create(s->w, s->a, false), channel = room_create(s->w, s->a, true);
	struct tl_messages_searchGlobal *g = Q(s, messages_searchGlobal);
	unsigned seen, here;
	struct tl_vec v;
	struct tl_obj *o;

	for (int i = 0; i < 4; i++) {
		say(s, s->a, s->b, "tick");
		talk_call(s->w, s->a, room_say_q(s->w, s->a, group, "tick"));
		talk_call(s->w, s->a, room_say_q(s->w, s->a, channel, "tick"));
	}
	g->q = SLICE_LIT("tick");
	g->filter = &Q(s, inputMessagesFilterEmpty)->o;
	for (int32_t limit = 1; limit < 15; limit += 3) {
		g->offset_peer = &Q(s, inputPeerEmpty)->o;
		g->offset_id = 0;
		g->offset_rate = limit == 4 ? INT32_MAX : 0; /* as TDLib begins */
		g->limit = limit;
		for (seen = here = 0;;) {
			const struct tl_message *last;
			struct tl_peerChannel *in;

			o = world_call(s->w, s->a, &g->o);
			v = found(o);
			seen += v.n;
			for (uint32_t i = 0; i < v.n; i++)
				here += TL_IS(peerChannel, TL_AS(message, v.v[i])->peer_id);
			if (!TL_IS(messages_messagesSlice, o) ||
			    !TL_AS(messages_messagesSlice, o)->has_next_rate)
				break;
			assert_int_equal(TL_AS(messages_messagesSlice, o)->count, 12);
			last = TL_AS(message, v.v[v.n - 1]);
			in = TL_AS(peerChannel, last->peer_id);
			g->offset_id = last->id;
			g->offset_rate = TL_AS(messages_messagesSlice, o)->next_rate;
			g->offset_peer = in ? world_channel_peer(s->w, s->a, in->channel_id)
			                    : &Q(s, inputPeerEmpty)->o;
		}
		assert_int_equal(seen, 12);
		assert_int_equal(here, 8);
	}
	g->offset_peer = &Q(s, inputPeerEmpty)->o;
	g->offset_id = g->offset_rate = 0;
	g->limit = 100;
	g->broadcasts_only = true;
	assert_int_equal(found(world_call(s->w, s->a, &g->o)).n, 4);
	g->broadcasts_only = false;
	g->users_only = true;
	assert_int_equal(found(world_call(s->w, s->a, &g->o)).n, 4);
	g->users_only = false;
	assert_int_equal(found(world_call(s->w, s->b, &g->o)).n, 4);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, three_setup, world_teardown)
	const struct CMUnitTest tests[] = {T(languages), T(changes), T(paging), T(everywhere)};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
