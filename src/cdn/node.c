/* node.c - see node.h. */
#include "cdn/node.h"

#include <stdlib.h>

#include "base/err.h"
#include "base/mem.h"
#include "cdn/ask.h"
#include "cdn/counts.h"
#include "cdn/keys.h"
#include "cdn/term.h"
#include "crypto/hash.h"
#include "crypto/rng.h"
#include "io/work.h"
#include "mtproto/server.h"

enum {
	DISK_THREADS = 4,
	DISK_USEC =
		2000000, /* a disk on which asks wait for longer is of no use to their clients: the core serves them */
	PQ_DELAY_MS = 300, /* api.md 7.8: clients fetch our key meanwhile */
	IDLE_MS = 10000,   /* api.md 7.8 d: done, or stuck */
	OVER_IDLE_MS =
		1500, /* nothing is to be had here: who has not heard it by then is stuck on a slow route */
};

struct cdn_node {
	struct cdn_node_config cfg;
	struct mt_server *mt;
	struct cdn_keys *keys;
	struct io_work_pool *disk;
	const struct rsa_key *rsa[2];
};

/* An ask that the disk answers. */
struct waiting {
	struct io_work work;
	struct cdn_node *n;
	struct mt_ref session;
	int64_t msg_id;
	struct cdn_ask ask;
};

static void refuse(struct cdn_node *n, struct mt_ref session, int64_t msg_id, const char *why)
{
	struct buf b = {0};

	n->cfg.counts->refused++;
	mt_rpc_error(&b, 400, why);
	mt_server_reply(n->mt, session, msg_id, &b, MT_REPLY_RAW);
}

static bool answer_now(struct cdn_node *n, const struct cdn_ask *a, const struct mt_call *c)
{
	struct buf b = {0};
	bool bulk;

	if (cdn_ask_answer(a, n->cfg.cache, n->cfg.counts, true, &b, &bulk) < 0)
		return false;
	mt_server_reply_here(n->mt, c, &b, bulk ? MT_REPLY_BULK : MT_REPLY_RAW);
	return true;
}

static void run(struct io_work *k)
{
	struct waiting *w = (struct waiting *)k;
	struct cdn_node *n = w->n;
	struct buf b = {0};
	bool bulk;

	if (cdn_ask_answer(&w->ask, n->cfg.cache, n->cfg.counts, false, &b, &bulk) == 0)
		mt_server_reply(n->mt, w->session, w->msg_id, &b, bulk ? MT_REPLY_BULK : MT_REPLY_RAW);
}

static void done(struct io_loop *l, struct io_work *k)
{
	struct waiting *w = (struct waiting *)k;

	wipe(w, sizeof(*w));
	free(w);
}

static void wait_for_disk(struct cdn_node *n, const struct cdn_ask *a, const struct mt_call *c)
{
	struct waiting *w = xcalloc(1, sizeof(*w));

	w->work.loop = n->cfg.loops[c->session.loop];
	w->work.run = run;
	w->work.done = done;
	w->n = n;
	w->session = c->session;
	w->msg_id = c->msg_id;
	w->ask = *a;
	if (io_work_push(n->disk, &w->work, DISK_USEC) == 0)
		return;
	done(NULL, &w->work);
	refuse(n, c->session, c->msg_id, "FILE_TOKEN_INVALID");
}

static void on_call(void *ctx, const struct mt_call *c)
{
	struct cdn_node *n = ctx;
	struct cdn_ask a;
	const char *error = NULL;

	if (cdn_ask_open(c->body, n->cfg.dc, n->cfg.term, &a, &error) < 0)
		refuse(n, c->session, c->msg_id, error);
	else if (!answer_now(n, &a, c))
		wait_for_disk(n, &a, c);
	wipe(&a.keys, sizeof(a.keys));
}

static uint32_t answer_size(void *ctx, struct slice body)
{
	return cdn_ask_size(body);
}

static void on_key_online(void *ctx, int64_t key, int64_t user, int32_t layer, bool online)
{
}

/* Whatever DC a client names, or none as older ones do: it is here for this. */
static bool is_cdn(void *ctx, int32_t dc)
{
	return true;
}

static void on_term(void *ctx, bool on)
{
	mt_server_set_idle(((struct cdn_node *)ctx)->mt, on ? IDLE_MS : OVER_IDLE_MS);
}

int cdn_node_new(const struct cdn_node_config *cfg, struct cdn_node **ret_n)
{
	struct cdn_node *n = xcalloc(1, sizeof(*n));
	struct mt_keystore keys;
	struct mt_server_ops ops = {.ctx = n,
	                            .call = on_call,
	                            .answer_size = answer_size,
	                            .key_online = on_key_online,
	                            .is_cdn = is_cdn};
	struct mt_server_config mt = {.loops = cfg->loops,
	                              .n_loops = cfg->n_loops,
	                              .keys = &keys,
	                              .ops = &ops,
	                              .rsa = n->rsa,
	                              .secret = cfg->secret,
	                              .cdn = {.pq_delay = PQ_DELAY_MS, .idle = IDLE_MS},
	                              .counters = cfg->counters};
	int r;

	n->cfg = *cfg;
	n->rsa[0] = cfg->rsa;
	n->keys = cdn_keys_new(CDN_KEYS_MOST);
	cdn_keys_bind(n->keys, &keys);
	rng_bytes(mt.salt_secret,
	          sizeof(mt.salt_secret)); /* keys do not outlive the process, nor need salts */
	r = mt_server_new(&mt, &n->mt);
	if (r < 0) {
		cdn_keys_free(n->keys);
		free(n);
		return r;
	}
	n->disk = io_work_new(DISK_THREADS);
	cdn_term_tell(cfg->term, on_term, n);
	*ret_n = n;
	return 0;
}

void cdn_node_adopt(struct cdn_node *n, struct io_conn *c)
{
	mt_server_adopt(n->mt, c);
}

void cdn_node_stop(struct cdn_node *n)
{
	if (!n)
		return;
	io_work_free(n->disk);
	n->disk = NULL;
}

void cdn_node_free(struct cdn_node *n)
{
	if (!n)
		return;
	cdn_node_stop(n);
	mt_server_free(n->mt);
	cdn_keys_free(n->keys);
	free(n);
}
