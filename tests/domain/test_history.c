/*
 * test_history.c - paging, exactly: getHistory and search against a plain list, by the rules that all clients rely on. The window
 * begins add_offset behind the first message older than the offset, is clipped at the newer end and never refilled.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "domain/users/peer.h"
#include "sql/sql.h"
#include "talk.h"

enum { N = 230, BASE = 1700000000, STEP = 100, LIMIT_MAX = 100, DEFAULT = 20 };

struct s {
	struct world *w;
	struct person a, b, c;
	int32_t id[N], date[N]; /* newest first, as Ann has them */
	bool own[N], link[N];
};

static int set_dates(struct rpc_call *c, void *arg)
{
	struct s *s = arg;

	for (int i = 0; i < N; i++) {
		struct sql_stmt *q = sql_prepare(
			c->db, "UPDATE msg SET date = $4 WHERE owner = $1 AND peer = $2 AND id = $3");
		int r;

		sql_bind_int(q, 1, s->a.id);
		sql_bind_int(q, 2, s->b.id);
		sql_bind_int(q, 3, s->id[i]);
		sql_bind_int(q, 4, s->date[i]);
		if ((r = sql_run(q)) < 0)
			return r;
	}
	return 0;
}

static int setup(void **state)
{
	struct s *s = calloc(1, sizeof(*s));

	s->w = world_new();
	s->a = world_person(s->w, "15550001", "Ann", "");
	s->b = world_person(s->w, "15550002", "Bob", "");
	s->c = world_person(s->w, "15550003", "Cid", "");
	for (int i = N - 1; i >= 0; i--) {
		s->own[i] = i % 7 != 0;
		s->link[i] = i % 5 == 1;
		s->date[i] = BASE + (N - i) / 3 * STEP; /* often three of one second */
		s->id[i] = talk_say(s->w, s->own[i] ? s->a : s->b, s->own[i] ? s->b : s->a,
		                    s->link[i] ? "look: https://example.org" : "word");
		if (!s->own[i])
			s->id[i] = talk_top(s->w, s->a, s->b);
		if (i % 4 == 0)
			talk_say(s->w, s->a, s->c, "meanwhile");
	}
	assert_int_equal(world_write(s->w, set_dates, s), 0);
	*state = s;
	return 0;
}

struct page {
	int32_t offset_id, offset_date, add_offset, limit, max_id, min_id;
};

/* Places in s->id of what the rules say; `wanted` NULL: all. Returns how many. */
static int expected(const struct s *s, const struct page *p, const bool *wanted, int *ret)
{
	int64_t base = 0, start, limit = p->limit > LIMIT_MAX ? LIMIT_MAX : p->limit < 0 ? 0 : p->limit;
	int at[N], n = 0, k = 0;

	for (int i = 0; i < N; i++)
		if (!wanted || wanted[i])
			at[n++] = i;
	for (int i = 0; i < n; i++)
		base += p->offset_id > 0     ? s->id[at[i]] >= p->offset_id
		        : p->offset_date > 0 ? s->date[at[i]] >= p->offset_date
		                             : 0;
	start = base + p->add_offset;
	for (int64_t i = start < 0 ? 0 : start; i < start + limit && i < n; i++)
		if ((p->max_id <= 0 || s->id[at[i]] < p->max_id) &&
		    (p->min_id <= 0 || s->id[at[i]] > p->min_id))
			ret[k++] = at[i];
	return k;
}

static void compare(const struct s *s, const struct page *p, const bool *wanted, const struct tl_obj *o)
{
	int at[N], n = expected(s, p, wanted, at);
	int32_t count;
	struct tl_vec v = talk_messages(o, &count);

	if ((int)v.n != n)
		fail_msg("offset_id %d offset_date %d add_offset %d limit %d max_id %d min_id %d: %u, not %d",
		         p->offset_id, p->offset_date, p->add_offset, p->limit, p->max_id, p->min_id, v.n, n);
	for (int i = 0; i < n; i++)
		assert_int_equal(TL_AS(message, v.v[i])->id, s->id[at[i]]);
}

static struct tl_obj *history(struct s *s, const struct page *p)
{
	struct tl_messages_getHistory *q = Q(s, messages_getHistory);

	q->peer = world_peer(s->w, s->a, s->b.id);
	q->offset_id = p->offset_id;
	q->offset_date = p->offset_date;
	q->add_offset = p->add_offset;
	q->limit = p->limit;
	q->max_id = p->max_id;
	q->min_id = p->min_id;
	return talk_call(s->w, s->a, &q->o);
}

static void check(struct s *s, struct page p)
{
	struct tl_obj *o = history(s, &p);
	int32_t count;

	if (!p.limit)
		p.limit = DEFAULT;
	compare(s, &p, NULL, o);
	talk_messages(o, &count);
	assert_int_equal(count, N);
}

/* What clients ask for. [k] is the message before which k newer ones stand. */
static void test_table(void **state)
{
	struct s *s = *state;
	const int32_t *id = s->id, *date = s->date;
	struct tl_vec v;
	int32_t count;

	check(s, (struct page){.limit = 100});
	check(s, (struct page){.limit = 0}); /* a page of the usual size */
	check(s, (struct page){.limit = 1});
	check(s, (struct page){.limit = 1000}); /* is 100 */
	check(s, (struct page){.limit = -5});
	check(s, (struct page){.offset_id = id[50], .limit = 10});                    /* strictly older */
	check(s, (struct page){.offset_id = id[50] - 1, .limit = 10});                /* of another chat */
	check(s, (struct page){.offset_id = id[50], .add_offset = -1, .limit = 10});  /* with itself */
	check(s, (struct page){.offset_id = id[50], .add_offset = -10, .limit = 10}); /* itself and newer */
	check(s, (struct page){.offset_id = id[50], .add_offset = -5, .limit = 10});  /* around */
	check(s,
	      (struct page){.offset_id = id[3], .add_offset = -10, .limit = 10}); /* clipped, not refilled */
	check(s, (struct page){
			 .offset_id = id[0] + 1, .add_offset = -100, .limit = 100}); /* behind the newest */
	check(s, (struct page){.offset_id = id[229], .add_offset = -100, .limit = 100}); /* the oldest ones */
	check(s, (struct page){.offset_id = 1, .add_offset = -100, .limit = 100});       /* before all */
	check(s, (struct page){.offset_id = id[229], .limit = 10});                      /* the end */
	check(s, (struct page){.offset_id = id[150], .add_offset = -140, .limit = 10});  /* far off */
	check(s, (struct page){
			 .offset_id = id[150], .add_offset = -160, .limit = 20}); /* half above the newest */
	check(s, (struct page){.offset_id = id[150], .add_offset = -300, .limit = 10}); /* all above */
	check(s, (struct page){.add_offset = -5, .limit = 10});                         /* five fit */
	check(s, (struct page){.add_offset = 40, .limit = 10});
	check(s, (struct page){.offset_id = id[10], .add_offset = 215, .limit = 10});
	check(s, (struct page){.add_offset = 229, .limit = 10});
	check(s, (struct page){.add_offset = INT32_MAX, .limit = 10});
	check(s, (struct page){.offset_id = id[10], .add_offset = INT32_MIN, .limit = 10});
	check(s, (struct page){.offset_id = INT32_MAX, .limit = 10});
	check(s, (struct page){.offset_id = -7, .limit = 10});
	check(s, (struct page){.offset_date = date[60], .limit = 10}); /* strictly before that second */
	check(s, (struct page){.offset_date = date[60] + 1, .limit = 10});
	check(s, (struct page){.offset_date = date[60], .add_offset = -10, .limit = 20});
	check(s, (struct page){.offset_date = 1, .limit = 10});
	check(s, (struct page){.offset_date = INT32_MAX, .limit = 10});
	check(s, (struct page){
			 .offset_id = id[20], .offset_date = date[90], .limit = 10}); /* the id goes before */
	check(s, (struct page){.max_id = id[5], .limit = 20}); /* cut after the window was taken */
	check(s, (struct page){.min_id = id[5], .limit = 20});
	check(s, (struct page){.max_id = id[5], .min_id = id[15], .limit = 100});
	check(s, (struct page){.max_id = id[150], .limit = 100});
	/* A whole chat is no slice; clients stop there. */
	{
		struct tl_messages_getHistory *q = Q(s, messages_getHistory);
		struct tl_obj *o;

		q->peer = world_peer(s->w, s->a, s->c.id);
		q->limit = 100;
		o = talk_call(s->w, s->a, &q->o);
		assert_true(TL_IS(messages_messages, o));
		v = talk_messages(o, &count);
		assert_int_equal(v.n, (N + 3) / 4);
		q->limit = 57;
		assert_true(TL_IS(messages_messagesSlice, talk_call(s->w, s->a, &q->o)));
		q->peer = &Q(s, inputPeerSelf)->o;
		o = talk_call(s->w, s->a, &q->o);
		assert_true(TL_IS(messages_messages, o));
		assert_int_equal(talk_messages(o, &count).n, 0);
	}
}

static int32_t roll(int32_t n)
{
	return (int32_t)(random() % n);
}

static struct page random_page(const struct s *s)
{
	struct page p = {.limit = 1 + roll(120), .add_offset = roll(3) ? roll(200) - 120 : 0};

	if (roll(3) == 0)
		p.offset_date = BASE + roll((N / 3 + 2) * STEP);
	else if (roll(4))
		p.offset_id = 1 + roll(s->id[0] + 20);
	if (roll(4) == 0)
		p.max_id = 1 + roll(s->id[0] + 20);
	if (roll(4) == 0)
		p.min_id = 1 + roll(s->id[0] + 20);
	return p;
}

static void test_random(void **state)
{
	struct s *s = *state;

	srandom(5);
	for (int i = 0; i < 300; i++)
		check(s, random_page(s));
}

static struct tl_messages_search *search_of(struct s *s, const struct page *p, uint16_t filter)
{
	struct tl_messages_search *q = Q(s, messages_search);

	q->peer = world_peer(s->w, s->a, s->b.id);
	q->q = SLICE_LIT("");
	q->filter = tl_new(world_arena(s->w), filter, sizeof(struct tl_obj));
	q->offset_id = p->offset_id;
	q->add_offset = p->add_offset;
	q->limit = p->limit;
	q->max_id = p->max_id;
	q->min_id = p->min_id;
	return q;
}

/* Search pages in the same way, over what matches. */
static void test_search(void **state)
{
	struct s *s = *state;
	struct tl_messages_search *q;
	bool wanted[N];

	srandom(6);
	for (int i = 0; i < 150; i++) {
		struct page p = random_page(s);
		int kind = i % 4, from = roll(3), low = roll(2) ? BASE + roll(N / 3 * STEP) : 0,
		    high = roll(2) ? BASE + roll(N / 3 * STEP) : 0;

		p.offset_date = 0;
		if (kind == 0)
			low = high = 0;
		q = search_of(s, &p, kind == 1 ? TL_inputMessagesFilterUrl : TL_inputMessagesFilterEmpty);
		q->q = kind == 2 ? SLICE_LIT("wor") : SLICE_LIT("");
		if (from)
			q->from_id = from == 1 ? &Q(s, inputPeerSelf)->o : world_peer(s->w, s->a, s->b.id);
		q->min_date = low;
		q->max_date = high;
		for (int k = 0; k < N; k++)
			wanted[k] = (from == 0 || s->own[k] == (from == 1)) && (!low || s->date[k] > low) &&
			            (!high || s->date[k] < high) && (kind != 1 || s->link[k]) &&
			            (kind != 2 || !s->link[k]);
		compare(s, &p, wanted, talk_call(s->w, s->a, &q->o));
	}
	/* Without room for one, the number alone. */
	q = search_of(s, &(struct page){0}, TL_inputMessagesFilterUrl);
	{
		struct tl_obj *o = talk_call(s->w, s->a, &q->o);
		int32_t count;

		assert_true(TL_IS(messages_messagesSlice, o));
		assert_int_equal(talk_messages(o, &count).n, 0);
		assert_int_equal(count, N / 5);
		assert_false(TL_AS(messages_messagesSlice, o)->inexact);
		q->from_id = &Q(s, inputPeerSelf)->o;
		assert_true(TL_AS(messages_messagesSlice, talk_call(s->w, s->a, &q->o))->inexact);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_search),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("history", tests, setup, world_teardown);
}
