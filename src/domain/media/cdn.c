/*
 * cdn.c - what clients ask the core while a node serves them: that it be filled (upload.reuploadCdnFile) and hashes
 * (upload.getCdnFileHashes). upload.getCdnFile itself is asked of nodes; here, where we are a node's stand-in, it sends clients
 * back to getFile, whoever asks: signed in or not, with whatever token (api.md 7.8 b).
 */
#include <string.h>

#include "base/err.h"
#include "cdnlink/cdnlink.h"
#include "crypto/rng.h"
#include "domain/media/cdn_policy.h"
#include "domain/media/private.h"
#include "rpc/park.h"
#include "store/blob.h"

enum { FILL_MSEC = 10000, WINDOWS = CDNLINK_WINDOW / BLOB_WINDOW };

static int token_invalid(struct rpc_call *c)
{
	return rpc_fail(c, 400, "FILE_TOKEN_INVALID");
}

int upload_getCdnFile(struct rpc_call *c, const struct tl_upload_getCdnFile *q)
{
	return token_invalid(c);
}

/* Which content it stands for, while its node's epoch lasts and as long as nobody has taken the content down. */
static int open_token(struct rpc_call *c, struct slice token, struct cdn_epoch *ret_epoch,
                      struct cdn_token *ret)
{
	int64_t refs, size;
	int r;

	if (cdnlink_epoch(c->app->cdn, cdn_token_dc(token), ret_epoch) < 0 ||
	    cdn_token_open(ret_epoch, token, ret) < 0 || ret->expires <= c->now)
		return token_invalid(c);
	r = store_blob_get(c->db, ret->content, &refs, &size);
	if (r < 0 && r != -ERR_NOTFOUND)
		return r;
	return r == 0 && refs > 0 && (uint64_t)size == ret->size ? 0 : token_invalid(c);
}

static int reply_windows(struct rpc_call *c, const struct cdn_token *t, uint64_t first)
{
	struct tl_vector *v = TL_NEW(&c->arena, vector);
	struct blob_id id;
	int r;

	memcpy(id.b, t->content, sizeof(id.b));
	/* To the end of its MiB, no further. */
	r = media_windows(c, &id, t->size, first, WINDOWS - (uint32_t)(first % WINDOWS), true, &v->objs);
	return r < 0 ? r : rpc_reply(c, &v->o);
}

int upload_getCdnFileHashes(struct rpc_call *c, const struct tl_upload_getCdnFileHashes *q)
{
	struct cdn_epoch e;
	struct cdn_token t;
	int r;

	if ((r = media_check_who(c)) < 0)
		return r;
	if (q->offset < 0)
		return rpc_fail(c, 400, "OFFSET_INVALID");
	if ((r = open_token(c, q->file_token, &e, &t)) < 0)
		return r;
	return reply_windows(c, &t, (uint64_t)q->offset / BLOB_WINDOW);
}

struct reupload {
	struct cdn_token token;
	struct cdnlink_content content;
	uint32_t window;
	uint32_t fills; /* that the node had taken when it missed it */
	int64_t key;    /* under which it waits */
};

static int ask(struct rpc_call *c)
{
	const struct reupload *x = c->prepared;

	return cdnlink_ask(c->app->cdn, x->token.dc, &x->content, x->window, x->fills, x->key);
}

static int filled(struct rpc_call *c, struct slice said)
{
	const struct reupload *x = c->prepared;
	struct blob_id id;

	if (said.n && said.p[0] == '1')
		return reply_windows(c, &x->token, (uint64_t)x->window * WINDOWS);
	memcpy(id.b, x->token.content, sizeof(id.b));
	cdn_fell_back(c, &id);
	return token_invalid(c);
}

/* It is not answered before the node can serve: TDLib asks the node again at once, some hundred times a second. */
int upload_reuploadCdnFile(struct rpc_call *c, const struct tl_upload_reuploadCdnFile *q)
{
	struct reupload *x = ARENA_NEW(&c->arena, struct reupload);
	struct cdn_epoch e;
	struct cdn_request missing;
	int r;

	if ((r = media_check_who(c)) < 0 || (r = open_token(c, q->file_token, &e, &x->token)) < 0)
		return r;
	/* Only of what no node made: TDLib repeats getCdnFile for ever after this answer. */
	if (cdn_request_open(&e.node, q->file_token, q->request_token, c->now, &missing) < 0 ||
	    !cdn_chunk_size(x->token.size, missing.chunk))
		return rpc_fail(c, 400, "REQUEST_TOKEN_INVALID");
	memcpy(x->content.id, x->token.content, sizeof(x->content.id));
	x->content.size = x->token.size;
	if ((r = store_blob_home(c->db, x->content.id, x->content.home)) < 0)
		return r == -ERR_NOTFOUND ? token_invalid(c) : r;
	x->window = missing.chunk / WINDOWS;
	x->fills = missing.fills;
	x->key = (int64_t)(rng_u64() >> 1 | 1);
	c->prepared = x;
	r = rpc_park(c, x->key, 0, FILL_MSEC, filled);
	if (r == 0)
		rpc_park_begin(c, ask);
	return r;
}
