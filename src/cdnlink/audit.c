/* audit.c - see audit.h. */
#include "cdnlink/audit.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/rd.h"
#include "base/settings.h"
#include "blob/blob.h"
#include "cdnlink/private.h"
#include "cdnwire/call.h"
#include "client/wait.h"
#include "crypto/hash.h"
#include "crypto/rng.h"
#include "rpc/app.h"

enum { PUSHED_MAX = 256 };

const char *cdnlink_audit_name(enum cdnlink_audit_result r)
{
	static const char *const names[] = {"",      "same",    "absent",     "nothing",
	                                    "wrong", "refused", "unreachable"};

	return names[r];
}

struct what {
	struct client_address at;
	struct cdn_epoch epoch;
	struct rsa_key *rsa[2];
	struct cdnlink_pushed chunk;
	uint32_t n;
};

static int set_out(struct cdnlink *l, int32_t dc, struct what *w)
{
	struct node *n = node_of(l, dc);
	const char *from = l->app->settings ? l->app->settings->cdn_audit_from : "";
	struct client_address ours;
	char where[80];

	if (!n)
		return -ERR_NOTFOUND;
	WITH_LOCK(&n->lock);
	if (n->state != STORE_CDN_ACTIVE || !n->has_epoch)
		return -ERR_NOTFOUND;
	w->epoch = n->epoch;
	for (int i = 0; i < 2; i++)
		if (n->rsa[i])
			w->rsa[i] = rsa_key_share(n->rsa[i]);
	if (node_address(n, &w->at) < 0)
		return -ERR_NOTFOUND;
	snprintf(where, sizeof(where), strchr(from, ':') ? "[%s]:0" : "%s:0", from);
	if (from[0] && client_address_of(where, &ours) == 0) {
		w->at.from = ours.a;
		w->at.from_n = ours.n;
	}
	return 0;
}

/* One of those that were pushed lately. */
static bool draw(struct cdnlink *l, int32_t dc, struct what *w)
{
	struct cdnlink_pushed v[PUSHED_MAX];
	size_t n = cdnlink_pushed(l, dc, v, PUSHED_MAX);

	if (!n)
		return false;
	w->chunk = v[rng_u64() % n];
	w->n = cdn_chunk_size(w->chunk.size, w->chunk.chunk);
	return w->n > 0;
}

/* What the node should have. */
static int expected(struct cdnlink *l, const struct what *w, struct buf *out)
{
	uint64_t off = (uint64_t)w->chunk.chunk * CDN_CHUNK;
	struct cdn_object o;
	struct blob_id id;
	int r;

	memcpy(id.b, w->chunk.content, sizeof(id.b));
	if ((r = blob_read(l->app->blobs, &id, off, w->n, out)) < 0)
		return r;
	if (out->n != w->n)
		return -ERR_NOTFOUND;
	cdn_object_of(&w->epoch, w->chunk.content, &o);
	cdn_object_crypt(&o, off, out->p, out->n);
	wipe(&o, sizeof(o));
	return 0;
}

static void question(const struct what *w, struct buf *b)
{
	uint8_t token[CDN_TOKEN_SIZE];

	cdn_token_make(&w->epoch, w->chunk.content, w->chunk.size, clock_unix(), token);
	cdn_put_get_file(b, slice_of(token, sizeof(token)), (int64_t)w->chunk.chunk * CDN_CHUNK, CDN_CHUNK);
}

static void judge(const struct client_result *x, int r, struct slice wanted, struct cdnlink_audit *ret)
{
	struct rd d = rd_of(x->a.body.p, x->a.body.n);
	uint32_t id = rd_u32(&d);
	struct slice bytes = rd_tl_bytes(&d);

	if (r < 0 || x->a.r < 0) {
		bool said = r == 0 && x->a.r == -ERR_RPC;

		ret->result = said ? CDNLINK_AUDIT_REFUSED : CDNLINK_AUDIT_UNREACHABLE;
		if (said)
			snprintf(ret->why, sizeof(ret->why), "%d %.*s", x->a.code,
			         (int)(x->a.text.n > 64 ? 64 : x->a.text.n), (const char *)x->a.text.p);
		else
			snprintf(ret->why, sizeof(ret->why), "%s", err_name(r < 0 ? r : x->a.r));
	} else if (id == CDN_REUPLOAD_NEEDED && !d.bad) {
		ret->result = CDNLINK_AUDIT_ABSENT;
	} else {
		ret->bytes = bytes.n;
		ret->result = id == CDN_FILE && !d.bad && slice_eq(bytes, wanted) ? CDNLINK_AUDIT_SAME
		                                                                  : CDNLINK_AUDIT_WRONG;
	}
}

/* By one of its keys; -ERR_NOTFOUND of the handshake: it is the other one's. */
static int ask(struct client_loop *loop, const struct what *w, const struct rsa_key *rsa, struct slice wanted,
               struct cdnlink_audit *ret)
{
	const struct client_config cfg = {
		.loop = loop,
		.to = w->at,
		.transport = CLIENT_OBFUSCATED_PADDED,
		.header_dc = (int16_t)w->epoch.dc,
		.auth = {.rsa = rsa, .inner = CLIENT_INNER_DC, .dc = w->epoch.dc},
		.layer = TL_LAYER_MAX,
		.init = CLIENT_INIT_NEVER,
	};
	struct client *c = client_new(&cfg);
	struct client_result x = {0};
	usec_t began = clock_usec();
	struct buf q = {0};
	int r;

	r = client_connect_wait(c, CDNLINK_AUDIT_MSEC * 500LL, NULL);
	if (r < 0) {
		ret->result = CDNLINK_AUDIT_UNREACHABLE;
		snprintf(ret->why, sizeof(ret->why), "%.90s",
		         client_error(c)[0] ? client_error(c) : err_name(r));
	} else {
		question(w, &q);
		r = client_bytes_wait(c, buf_slice(&q), CDNLINK_AUDIT_MSEC * 500LL, &x);
		judge(&x, r, wanted, ret);
		client_result_fini(&x);
		r = 0;
	}
	ret->msec = (unsigned)((clock_usec() - began) / 1000);
	buf_fini(&q);
	client_free(c);
	return r;
}

int cdnlink_audit(struct cdnlink *l, int32_t dc, struct cdnlink_audit *ret)
{
	struct client_loop *loop;
	struct what w = {0};
	struct buf wanted = {0};
	int r;

	*ret = (struct cdnlink_audit){.result = CDNLINK_AUDIT_NOTHING};
	if ((r = set_out(l, dc, &w)) == 0 && draw(l, dc, &w) && expected(l, &w, &wanted) == 0) {
		ret->chunk = w.chunk.chunk;
		ret->result = CDNLINK_AUDIT_UNREACHABLE;
		snprintf(ret->why, sizeof(ret->why), "it has shown no key yet");
		loop = client_loop_new();
		for (int i = 0; i < 2; i++)
			if (w.rsa[i] && ask(loop, &w, w.rsa[i], buf_slice(&wanted), ret) != -ERR_NOTFOUND)
				break;
		client_loop_free(loop);
		if (ret->result != CDNLINK_AUDIT_REFUSED && ret->result != CDNLINK_AUDIT_UNREACHABLE)
			ret->why[0] = 0;
	}
	rsa_key_free(w.rsa[0]);
	rsa_key_free(w.rsa[1]);
	wipe(&w.epoch, sizeof(w.epoch));
	buf_fini(&wanted);
	return r;
}
