/*
 * test_cdn_life.c - the life of a CDN node as the core leads it: its steps and what clients are told of them, links that break, nodes that
 * behave badly, and the log. The node is played by a thread.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <signal.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/err.h"
#include "files.h"
#include "node.h"
#include "rpc/server.h"

enum { MIB = 1 << 20 };

static bool is_published(struct node *t, bool node)
{
	struct tl_config *f = TL_AS(config, talk_call(t->s->w, t->s->a, &Q(t->s, help_getConfig)->o));
	int nodes = 0, stand_ins = 0;

	for (uint32_t i = 0; i < f->dc_options.n; i++) {
		struct tl_dcOption *o = TL_AS(dcOption, f->dc_options.v[i]);

		if (o->id != t->row.dc)
			continue;
		assert_true(o->cdn);
		nodes += o->tcpo_only && slice_eq(o->ip_address, t->row.ip) && o->port == t->row.port;
		stand_ins += !o->tcpo_only && slice_eq(o->ip_address, SLICE_LIT("127.0.0.1")) &&
		             o->port == 4430;
		assert_false(o->media_only || o->static_ || o->this_port_only);
	}
	return stand_ins == 1 && nodes == node;
}

/* Keys that are published for the node: how many, the core's own counted. */
static unsigned keys(struct node *t, struct slice pem)
{
	struct tl_cdnConfig *f = TL_AS(cdnConfig,
	                               talk_call(t->s->w, t->s->a, &Q(t->s, help_getCdnConfig)->o));
	unsigned n = 0;

	for (uint32_t i = 0; i < f->public_keys.n; i++) {
		struct tl_cdnPublicKey *k = TL_AS(cdnPublicKey, f->public_keys.v[i]);

		n += k->dc_id == t->row.dc && slice_eq(k->public_key, pem);
	}
	return n;
}

static void revoked(void **state)
{
	struct node *t = *state;
	struct tl_upload_getCdnFile *stand_in = Q(t->s, upload_getCdnFile);
	struct tl_obj *location = node_document(t, files_bytes(t->s->w, 2 * MIB, 11));
	struct slice token;
	int tries = 0;

	node_begin(t);
	assert_true(is_published(t, true));
	assert_int_equal(keys(t, fake_node_pem(t->node)), 1);
	assert_int_equal(keys(t, SLICE_LIT("the core's own key")), 1);
	token = node_sent(t, t->s->b, location, 0)->file_token;
	world_pushes(t->s->w, t->s->b.key);
	assert_int_equal(node_step(t, STORE_CDN_REVOKED), 0);
	/* From this moment: */
	assert_true(node_direct(t, t->s->b, location, 65536));
	assert_true(is_published(t, false));
	talk_refused(t->s->w, t->s->b, node_reupload(t, token, 0), "400 FILE_TOKEN_INVALID");
	UNTIL(fake_node_state(t->node) == CDN_REVOKED);
	while (!world_update(world_pushes(t->s->w, t->s->b.key), TL_updateConfig))
		assert_true(tries++ < 2000);
	assert_int_equal(keys(t, SLICE_LIT("the core's own key")), 1);
	/* Our own address answers for it, whoever asks. */
	stand_in->file_token = token;
	stand_in->limit = 4096;
	talk_refused(t->s->w, (struct person){0, t->s->b.key}, &stand_in->o, "400 FILE_TOKEN_INVALID");
	talk_refused(t->s->w, t->s->b, &stand_in->o, "400 FILE_TOKEN_INVALID");
	/* It never comes back; it can be wiped. */
	assert_int_equal(node_step(t, STORE_CDN_ACTIVE), -ERR_INVALID);
	assert_int_equal(node_step(t, STORE_CDN_DRAINING), -ERR_INVALID);
	assert_int_equal(cdnlink_wipe(node_app(t)->cdn, t->row.dc, 10000), 0);
	assert_int_equal(fake_node_wipes(t->node), 1);
	assert_int_equal(node_step(t, STORE_CDN_WIPED), 0);
	assert_true(is_published(t, false));
	files_pass(31 * 86400);
	assert_false(is_published(t, false));
}

static void drained(void **state)
{
	struct node *t = *state;
	struct slice bytes = files_bytes(t->s->w, 2 * MIB, 12), token;
	struct tl_obj *location = node_document(t, bytes);
	struct cdn_hello before, after;

	node_begin(t);
	token = node_sent(t, t->s->b, location, 0)->file_token;
	assert_int_equal(node_step(t, STORE_CDN_DRAINING), 0);
	assert_true(node_direct(t, t->s->a, node_anns(t), 0));
	assert_true(is_published(t, true));
	UNTIL(fake_node_state(t->node) == CDN_DRAINING);
	/* What was given out is served, and filled. */
	node_expect_windows(t, talk_call(t->s->w, t->s->b, node_reupload(t, token, 0)), bytes, 0, 8);
	/* Active again it has other keys, and what was given out before is void. */
	assert_true(fake_node_hello(t->node, &before));
	assert_int_equal(node_step(t, STORE_CDN_ACTIVE), 0);
	UNTIL(fake_node_hello(t->node, &after) && memcmp(before.epoch, after.epoch, 16) != 0);
	assert_memory_not_equal(before.lease_key, after.lease_key, 32);
	assert_memory_not_equal(before.keys.token, after.keys.token, 32);
	talk_refused(t->s->w, t->s->b, node_reupload(t, token, 0), "400 FILE_TOKEN_INVALID");
	UNTIL(cdnlink_any(node_app(t)->cdn));
	assert_false(slice_eq(node_sent(t, t->s->a, node_anns(t), 65536)->file_token, token));
}

static void links_again(void **state)
{
	struct node *t = *state;
	struct cdn_hello before, after;

	node_begin(t);
	assert_true(fake_node_hello(t->node, &before));
	fake_node_cut(t->node);
	UNTIL(!node_live(t).up);
	assert_false(cdnlink_any(node_app(t)->cdn));
	UNTIL(cdnlink_any(node_app(t)->cdn));
	assert_true(fake_node_hello(t->node, &after));
	assert_memory_equal(before.lease_key, after.lease_key, 32); /* its cache is as it was */
	assert_memory_equal(before.epoch, after.epoch, 16);
	assert_int_equal(keys(t, fake_node_pem(t->node)), 1);
}

/* --- drops that may not have arrived, and the server's own end */

static void drop(struct node *t, uint8_t what)
{
	uint8_t content[CDN_CONTENT_SIZE] = {what};

	cdnlink_drop(node_app(t)->cdn, content);
}

static void dropped_for_certain(void **state)
{
	struct node *t = *state;

	node_begin(t);
	fake_node_be(t->node, FAKE_MUTE);
	drop(t, 1);
	UNTIL(fake_node_drops(t->node) == 1);
	fake_node_cut(t->node); /* nobody knows whether it has dropped */
	fake_node_be(t->node, FAKE_WELL);
	UNTIL(fake_node_drops(t->node) == 2);
	drop(t, 2);
	UNTIL(fake_node_drops(t->node) == 3);
	usleep(200000); /* and its answers are taken */
	fake_node_cut(t->node);
	UNTIL(!node_live(t).up);
	UNTIL(cdnlink_any(node_app(t)->cdn));
	drop(t, 3);
	UNTIL(fake_node_drops(t->node) == 4);
}

static void start_again(struct node *t)
{
	struct app *app = node_app(t);

	cdnlink_stop(app->cdn);
	cdnlink_free(app->cdn);
	app->cdn = NULL;
	assert_int_equal(cdnlink_start(app, SLICE_LIT("the core's own key")), 0);
	UNTIL(cdnlink_any(app->cdn));
}

static int kept(struct rpc_call *c, void *arg)
{
	struct store_cdn_lease *v;

	return store_cdn_take_leases(c->db, &c->arena, &v, arg);
}

static void leases_are_kept(void **state)
{
	struct node *t = *state;
	struct cdn_hello before, after;
	size_t n;

	node_begin(t);
	assert_true(fake_node_hello(t->node, &before));
	start_again(t);
	assert_true(fake_node_hello(t->node, &after));
	assert_memory_equal(before.lease_key, after.lease_key, 32); /* its cache is as it was */
	assert_int_equal(world_write(t->s->w, kept, &n), 0);
	assert_int_equal(n, 0); /* who is killed leaves none */
	fake_node_be(t->node, FAKE_MUTE);
	drop(t, 1);
	UNTIL(fake_node_drops(t->node) == 1);
	start_again(t);
	assert_true(fake_node_hello(t->node, &after));
	assert_memory_not_equal(before.lease_key, after.lease_key, 32); /* or it might not have dropped */
	cdnlink_stop(node_app(t)->cdn);
	assert_int_equal(world_write(t->s->w, kept, &n), 0);
	assert_int_equal(n, 1);
}

static enum store_cdn_state state_of(struct node *t)
{
	struct cdn_epoch e;

	if (cdnlink_epoch(node_app(t)->cdn, t->row.dc, &e) < 0)
		return STORE_CDN_REVOKED;
	return fake_node_state(t->node) == CDN_ACTIVE ? STORE_CDN_ACTIVE : STORE_CDN_DRAINING;
}

static void licence_ends(void **state)
{
	struct node *t = *state;

	node_begin(t);
	assert_int_equal(node_step(t, STORE_CDN_LICENSED), -ERR_INVALID);
	files_pass(10000000 - 7000); /* two hours before its end nobody is sent there any more */
	UNTIL(state_of(t) == STORE_CDN_DRAINING);
	assert_false(cdnlink_any(node_app(t)->cdn));
	files_pass(7100);
	UNTIL(state_of(t) == STORE_CDN_REVOKED);
	UNTIL(fake_node_state(t->node) == CDN_REVOKED);
}

/* --- the log */

static int verify(struct rpc_call *c, void *arg)
{
	return cdnlink_log_verify(c, arg);
}

static int add_line(struct rpc_call *c, void *arg)
{
	struct store_cdn_log last;
	int r = store_cdn_log_last(c->db, &c->arena, &last);

	last.seq++;
	return r < 0 ? r : store_cdn_log_append(c->db, &last);
}

static void log_is_chained(void **state)
{
	struct node *t = *state;
	struct cdnlink_verified v;

	assert_int_equal(world_write(t->s->w, verify, &v), 0);
	assert_int_equal(v.rows + v.wrong, 0);
	node_begin(t);
	assert_int_equal(cdnlink_node_suspect(node_app(t)->cdn, t->row.dc, "a wrong byte"), 0);
	assert_int_equal(cdnlink_node_suspect(node_app(t)->cdn, t->row.dc, "again"), -ERR_INVALID);
	assert_int_equal(cdnlink_node_drain(node_app(t)->cdn, t->row.dc, "a wrong byte"), 0);
	assert_int_equal(world_write(t->s->w, verify, &v), 0);
	assert_int_equal(v.wrong, 0);
	assert_true(v.rows >= 6); /* planned, licensed, active, key, link, suspect, draining */
	assert_int_equal(world_write(t->s->w, add_line, NULL), 0);
	assert_int_equal(world_write(t->s->w, verify, &v), 0);
	assert_int_equal(v.wrong, v.rows + 1);
}

static void ids_and_addresses(void **state)
{
	struct node *t = *state;
	int32_t first;

	node_begin(t);
	first = t->row.dc;
	assert_int_equal(first, STORE_CDN_FIRST);
	assert_int_equal(node_add(t), -ERR_EXISTS);
	assert_int_equal(node_step(t, STORE_CDN_REVOKED), 0);
	assert_int_equal(node_add(t), -ERR_EXISTS); /* nor when it is gone */
	t->row.port += 1000;
	assert_int_equal(node_add(t), 0);
	assert_int_equal(t->row.dc, first + 1);
	assert_int_equal(node_step(t, STORE_CDN_ACTIVE), -ERR_INVALID); /* without a licence */
	t->row.dc = first;
}

/* --- nodes that behave badly; whoever's call waits is told no, and in time */

static void refuses(void **state)
{
	struct node *t = *state;
	struct tl_obj *location = node_document(t, files_bytes(t->s->w, 2 * MIB, 10));
	struct slice token;

	node_begin(t);
	token = node_sent(t, t->s->b, location, 0)->file_token;
	UNTIL(node_live(t).filled == 16);
	fake_node_be(t->node, FAKE_REFUSES);
	clock_set_test_usec(2000000);
	talk_refused(t->s->w, t->s->b, node_reupload(t, token, 0), "400 FILE_TOKEN_INVALID");
	assert_true(node_direct(t, t->s->b, location, 65536)); /* he is not sent there again */
	assert_true(node_live(t).up);
}

/* The link ends for this reason, and another begins once the node is well. */
static void ends_and_recovers(struct node *t, const char *why)
{
	UNTIL(strcmp(node_live(t).last_error, why) == 0);
	fake_node_be(t->node, FAKE_WELL);
	UNTIL(cdnlink_any(node_app(t)->cdn));
}

/* What it says to HELLO is wrong. */
static void greets_ill(struct node *t, enum fake_ill how, const char *why)
{
	node_begin(t);
	fake_node_be(t->node, how);
	fake_node_cut(t->node);
	ends_and_recovers(t, why);
}

static void babbles(void **state)
{
	greets_ill(*state, FAKE_BABBLES, "it speaks otherwise");
}

static void other_release(void **state)
{
	greets_ill(*state, FAKE_OTHER_RELEASE,
	           "it is of another release: core and nodes must be of the same");
}

static void is_mute(void **state)
{
	struct node *t = *state;

	t->row.lease = CDN_LEASE_MIN;
	node_begin(t);
	cdnlink_answer_within(node_app(t)->cdn, 500000);
	fake_node_be(t->node, FAKE_MUTE);
	ends_and_recovers(t, "it does not report");
}

static void fill_ends(struct node *t, enum fake_ill how, const char *why)
{
	struct slice token;

	node_begin(t);
	token = node_sent(t, t->s->b, node_document(t, files_bytes(t->s->w, MIB, 11)), 0)->file_token;
	UNTIL(node_live(t).filled == 8); /* and its answers are taken */
	cdnlink_answer_within(node_app(t)->cdn, 500000);
	clock_set_test_usec(2000000);
	fake_node_be(t->node, how);
	talk_refused(t->s->w, t->s->b, node_reupload(t, token, 0), "400 FILE_TOKEN_INVALID");
	clock_set_test_usec(0);
	ends_and_recovers(t, why);
}

static void is_silent(void **state)
{
	fill_ends(*state, FAKE_SILENT, "a fill is not answered");
}

static void answers_twice(void **state)
{
	fill_ends(*state, FAKE_TWICE, "it speaks otherwise");
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, node_setup, node_teardown)
	const struct CMUnitTest tests[] = {
		T(revoked),
		T(drained),
		T(links_again),
		T(licence_ends),
		T(refuses),
		T(babbles),
		T(other_release),
		T(is_mute),
		T(is_silent),
		T(answers_twice),
		T(log_is_chained),
		T(ids_and_addresses),
		T(dropped_for_certain),
		T(leases_are_kept),
	};

	signal(SIGPIPE, SIG_IGN); /* as the server does */
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
