/* test_reactions.c - reactions that come with the program: offered after their job, the same documents after the next, others later. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/log.h"
#include "domain/reactions/reactions.h"
#include "rpc/server.h"
#include "store/job.h"
#include "store/reaction.h"
#include "world.h"

struct s {
	struct world *w;
	struct person a, b;
	char folder[200];
};

static void put(struct s *s, const char *name, const char *text)
{
	char path[300];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", s->folder, name);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

static void draw(struct s *s, const char *name, const char *version)
{
	static const char *const parts[] = {"icon.webp",  "appear.tgs", "select.tgs", "activate.tgs",
	                                    "effect.tgs", "around.tgs", "center.tgs"};
	char file[100], text[120];

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		snprintf(file, sizeof(file), "%s.%s", name, parts[i]);
		snprintf(text, sizeof(text), "%s %s", file, version);
		put(s, file, text);
	}
}

static int setup(void **state)
{
	struct s *s = calloc(1, sizeof(*s));

	s->w = world_new();
	s->a = world_person(s->w, "15550001", "Ann", "");
	s->b = world_person(s->w, "15550002", "Bob", "");
	snprintf(s->folder, sizeof(s->folder), "%s/reactions", world_dir(s->w));
	mkdir(s->folder, 0700);
	*state = s;
	return 0;
}

/* What the job does, now. */
static int ship(struct s *s)
{
	const struct store_job j = {.payload = slice_str(s->folder)};

	return reactions_job(world_app(s->w), &j);
}

static const struct tl_messages_availableReactions *available(struct s *s, struct person who, int32_t hash)
{
	struct tl_messages_getAvailableReactions *q = Q(s, messages_getAvailableReactions);

	q->hash = hash;
	return TL_AS(messages_availableReactions, world_call(s->w, who, &q->o));
}

static const struct tl_document *icon(const struct tl_messages_availableReactions *o, uint32_t i)
{
	const struct tl_availableReaction *r = TL_AS(availableReaction, o->reactions.v[i]);

	assert_non_null(r->around_animation);
	assert_non_null(r->center_icon);
	return TL_AS(document, r->static_icon);
}

static void test_offered(void **state)
{
	struct s *s = *state;
	const struct tl_messages_availableReactions *o, *again;
	const struct tl_availableReaction *r;
	const struct tl_document *d;

	assert_int_equal(available(s, s->a, 0)->reactions.n, 0);
	draw(s, "up", "1");
	draw(s, "down", "1");
	put(s, "index", "up\t\xf0\x9f\x91\x8d\tThumbs Up\ndown\t\xf0\x9f\x91\x8e\tThumbs Down\n");
	assert_int_equal(ship(s), 0);
	o = available(s, s->a, 0);
	assert_int_equal(o->reactions.n, 2);
	r = TL_AS(availableReaction, o->reactions.v[1]);
	assert_true(slice_eq(r->reaction, SLICE_LIT("\xf0\x9f\x91\x8e")));
	assert_true(slice_eq(r->title, SLICE_LIT("Thumbs Down")));
	d = icon(o, 0);
	assert_true(slice_eq(d->mime_type, SLICE_LIT("image/webp")));
	assert_int_equal(d->size, 14);
	assert_null(available(s, s->a, o->hash)); /* not modified */

	assert_int_equal(ship(s), 0); /* another start */
	again = available(s, s->b, 0);
	assert_int_equal(again->hash, o->hash);
	assert_int_equal(icon(again, 1)->id, icon(o, 1)->id);
	assert_true(icon(again, 1)->access_hash != icon(o, 1)->access_hash);
}

static int begin_job(struct rpc_call *c, void *arg)
{
	int64_t id;

	(void)arg;
	return store_job_add(c->db, c->now, SLICE_LIT(REACTIONS_JOB), 0, SLICE_LIT("x"), &id);
}

static int end_job(struct rpc_call *c, void *arg)
{
	(void)arg;
	return store_job_drop(c->db, SLICE_LIT(REACTIONS_JOB), 0);
}

static void *ship_later(void *arg)
{
	struct s *s = arg;

	usleep(300000);
	assert_int_equal(ship(s), 0);
	return NULL;
}

/* Who asks before the first start has brought them is answered once they are there, and at once where nothing is to come. */
static void test_coming(void **state)
{
	struct s *s = *state;
	struct tl_messages_getTopReactions *top = Q(s, messages_getTopReactions);
	pthread_t other;

	draw(s, "up", "1");
	put(s, "index", "up\t\xf0\x9f\x91\x8d\tThumbs Up\n");
	world_write(s->w, begin_job, NULL);
	assert_int_equal(pthread_create(&other, NULL, ship_later, s), 0);
	assert_int_equal(available(s, s->a, 0)->reactions.n, 1);
	pthread_join(other, NULL);
	top->limit = 10;
	assert_int_equal(TL_AS(messages_reactions, world_call(s->w, s->a, &top->o))->reactions.n, 1);
	world_write(s->w, end_job, NULL);
	assert_int_equal(available(s, s->b, 0)->reactions.n, 1);
}

static void test_changed(void **state)
{
	struct s *s = *state;
	const struct tl_messages_availableReactions *o, *now;

	draw(s, "up", "1");
	draw(s, "down", "1");
	put(s, "index", "up\tU\tUp\ndown\tD\tDown\n");
	assert_int_equal(ship(s), 0);
	o = available(s, s->a, 0);
	draw(s, "down", "2");
	put(s, "index", "down\tD\tDown\nup\tU\tUp\n");
	assert_int_equal(ship(s), 0);
	now = available(s, s->a, 0);
	assert_int_equal(icon(now, 1)->id, icon(o, 0)->id);
	assert_true(icon(now, 0)->id != icon(o, 1)->id);
}

/* What is wrong in the folder leaves what was there. */
static void test_wrong(void **state)
{
	struct s *s = *state;
	static const char *const wrong[] = {"up\tU\n", "../up\tU\tUp\n", "up\tU\tUp\nleft\tL\tLeft\n",
	                                    "up\tU\t\xff\n"};

	log_set_level(-1);
	draw(s, "up", "1");
	put(s, "index", "up\tU\tUp\n");
	assert_int_equal(ship(s), 0);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		put(s, "index", wrong[i]);
		assert_true(ship(s) < 0);
		assert_int_equal(available(s, s->a, 0)->reactions.n, 1);
	}
	log_set_level(LOG_ERROR);
}

static void test_top(void **state)
{
	struct s *s = *state;
	struct tl_messages_getTopReactions *q = Q(s, messages_getTopReactions);
	const struct tl_messages_reactions *o;

	draw(s, "up", "1");
	draw(s, "down", "1");
	put(s, "index", "up\tU\tUp\ndown\tD\tDown\n");
	assert_int_equal(ship(s), 0);
	q->limit = 1;
	o = TL_AS(messages_reactions, world_call(s->w, s->a, &q->o));
	assert_int_equal(o->reactions.n, 1);
	assert_true(slice_eq(TL_AS(reactionEmoji, o->reactions.v[0])->emoticon, SLICE_LIT("U")));
	q->hash = o->hash;
	assert_true(TL_IS(messages_reactionsNotModified, world_call(s->w, s->a, &q->o)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_offered, setup, world_teardown),
		cmocka_unit_test_setup_teardown(test_coming, setup, world_teardown),
		cmocka_unit_test_setup_teardown(test_changed, setup, world_teardown),
		cmocka_unit_test_setup_teardown(test_wrong, setup, world_teardown),
		cmocka_unit_test_setup_teardown(test_top, setup, world_teardown),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
