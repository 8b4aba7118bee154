/* node.c - see node.h. */
#include "node.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/mem.h"
#include "crypto/hash.h"
#include "domain/media/cdn.h"
#include "files.h"

struct app *node_app(struct node *t)
{
	return world_app(t->s->w);
}

static int add(struct rpc_call *c, void *arg)
{
	struct node *t = arg;
	int r = cdnlink_add(c, &t->row);

	if (r == 0)
		memcpy(t->secret, t->row.secret.p, sizeof(t->secret));
	return r;
}

int node_add(struct node *t)
{
	return world_write(t->s->w, add, t);
}

static int license(struct rpc_call *c, void *arg)
{
	const struct cdnlink_licence x = {.text = "a licence", .until = c->now + 10000000};

	return cdnlink_license(c, ((struct node *)arg)->row.dc, &x, NULL);
}

struct step {
	int32_t dc;
	enum store_cdn_state to;
};

static int step(struct rpc_call *c, void *arg)
{
	struct step *x = arg;

	return cdnlink_step(c, x->dc, x->to, "test", NULL);
}

int node_step(struct node *t, enum store_cdn_state to)
{
	struct step x = {t->row.dc, to};

	return world_write(t->s->w, step, &x);
}

struct cdnlink_live node_live(struct node *t)
{
	struct cdnlink_live v = {0};

	cdnlink_live(node_app(t)->cdn, t->row.dc, &v);
	return v;
}

void node_begin(struct node *t)
{
	assert_int_equal(node_add(t), 0);
	fake_node_start(t->node, t->secret);
	assert_int_equal(world_write(t->s->w, license, t), 0);
	assert_int_equal(node_step(t, STORE_CDN_ACTIVE), 0);
	UNTIL(cdnlink_any(node_app(t)->cdn));
}

int node_setup(void **state)
{
	static int port = 24000;
	struct node *t = xcalloc(1, sizeof(*t));
	char why[100], link[40];
	void *three;
	int node_port;

	three_setup(&three);
	t->s = three;
	world_set(t->s->w, "cdn", "popular", "0");
	assert_int_equal(cdn_policy_new(node_app(t)->settings, why, sizeof(why), &node_app(t)->cdn_policy),
	                 0);
	assert_int_equal(cdnlink_start(node_app(t), SLICE_LIT("the core's own key")), 0);
	t->node = fake_node_new(&node_port);
	snprintf(link, sizeof(link), "127.0.0.1:%d", node_port);
	t->row = (struct store_cdn_node){.name = SLICE_LIT("test"),
	                                 .ip = SLICE_LIT("192.0.2.7"),
	                                 .port = port++,
	                                 .link = arena_str(world_arena(t->s->w), link),
	                                 .countries = SLICE_LIT(""),
	                                 .homes = SLICE_LIT(""),
	                                 .lease = 20,
	                                 .min_size = 262144};
	*state = t;
	return 0;
}

int node_teardown(void **state)
{
	struct node *t = *state;
	void *three = t->s;
	struct cdnlink *cdn = node_app(t)->cdn;
	struct cdn_policy *policy = node_app(t)->cdn_policy;

	cdnlink_stop(cdn);
	clock_set_test_usec(0);
	fake_node_free(t->node);
	node_app(t)->cdn = NULL; /* of a lane that still runs */
	world_teardown(&three);
	cdnlink_free(cdn);
	cdn_policy_free(policy);
	free(t);
	return 0;
}

static struct tl_upload_getFile *get(struct node *t, struct tl_obj *location, int64_t offset)
{
	struct tl_upload_getFile *q = Q(t->s, upload_getFile);

	q->cdn_supported = true;
	q->location = location;
	q->offset = offset;
	q->limit = 65536;
	return q;
}

struct tl_upload_fileCdnRedirect *node_sent(struct node *t, struct person who, struct tl_obj *location,
                                            int64_t offset)
{
	return TL_AS(upload_fileCdnRedirect, talk_call(t->s->w, who, &get(t, location, offset)->o));
}

bool node_direct(struct node *t, struct person who, struct tl_obj *location, int64_t offset)
{
	return TL_IS(upload_file, talk_call(t->s->w, who, &get(t, location, offset)->o));
}

struct tl_obj *node_document(struct node *t, struct slice bytes)
{
	files_send_document(t->s->w, t->s->a, t->s->b, bytes, "x", "a/b", NULL);
	return files_location(t->s->w, files_document_of(files_top(t->s->w, t->s->b, t->s->a)), "");
}

struct tl_obj *node_anns(struct node *t)
{
	return files_location(t->s->w, files_document_of(files_top(t->s->w, t->s->a, t->s->b)), "");
}

struct tl_obj *node_reupload_of(struct node *t, struct slice token, const struct cdn_request *missing,
                                unixtime_t at)
{
	struct tl_upload_reuploadCdnFile *q = Q(t->s, upload_reuploadCdnFile);
	uint8_t *request = arena_alloc(world_arena(t->s->w), CDN_REQUEST_SIZE);
	struct cdn_hello h;

	assert_true(fake_node_hello(t->node, &h));
	cdn_request_make(&h.keys, token, missing, at, request);
	q->file_token = token;
	q->request_token = slice_of(request, CDN_REQUEST_SIZE);
	return &q->o;
}

struct tl_obj *node_reupload(struct node *t, struct slice token, uint32_t chunk)
{
	struct cdn_request missing = {.chunk = chunk, .fills = fake_node_fills(t->node)};

	return node_reupload_of(t, token, &missing, clock_unix());
}

void node_expect_windows(struct node *t, const struct tl_obj *o, struct slice bytes, uint32_t first,
                         uint32_t n)
{
	struct tl_vec v = TL_AS(vector, o)->objs;
	uint8_t want[32];

	assert_int_equal(v.n, n);
	for (uint32_t i = 0; i < n; i++) {
		struct tl_fileHash *h = TL_AS(fileHash, v.v[i]);
		uint32_t at = (first + i) * CDN_CHUNK, left = bytes.n - at;

		sha256(bytes.p + at, left < CDN_CHUNK ? left : CDN_CHUNK, want);
		assert_int_equal(h->offset, at);
		assert_int_equal(h->limit, CDN_CHUNK); /* Pyrogram walks by it */
		assert_memory_equal(h->hash.p, want, 32);
	}
}
