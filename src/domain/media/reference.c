/* reference.c - see reference.h. */
#include "domain/media/reference.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/rd.h"
#include "base/settings.h"
#include "crypto/hash.h"
#include "updates/peer.h"

enum { VERSION = 1, MAC_AT = 22, MAC_SIZE = REFERENCE_SIZE - MAC_AT };

static void mac(const struct app *app, int64_t viewer, int64_t file, const uint8_t *head,
                uint8_t out[MAC_SIZE])
{
	static const char what[8] = "fileref"; /* access hashes use the same key, with other inputs */
	uint8_t in[8 + 8 + 8 + MAC_AT], full[32];

	memcpy(in, what, 8);
	memcpy(in + 8, &viewer, 8);
	memcpy(in + 16, &file, 8);
	memcpy(in + 24, head, MAC_AT);
	hmac_sha256(app->access_secret, sizeof(app->access_secret), in, sizeof(in), full);
	memcpy(out, full, MAC_SIZE);
}

struct slice reference_make(struct rpc_call *c, int64_t viewer, int64_t file, int64_t epoch,
                            const struct media_origin *from)
{
	bool expires = c->app->settings && c->app->settings->media_reference_seconds > 0;
	uint8_t *p = arena_alloc(&c->arena, REFERENCE_SIZE);
	struct buf b = {.p = p, .cap = REFERENCE_SIZE};

	buf_u8(&b, VERSION);
	buf_u8(&b, (uint8_t)from->kind);
	buf_u32(&b, (uint32_t)epoch);
	buf_u64(&b, (uint64_t)from->peer);
	buf_u32(&b, (uint32_t)from->id);
	buf_u32(&b, expires ? (uint32_t)c->now : 0);
	mac(c->app, viewer, file, p, p + MAC_AT);
	return slice_of(p, REFERENCE_SIZE);
}

static int empty(struct rpc_call *c, int item)
{
	return item < 0 ? rpc_fail(c, 400, "FILE_REFERENCE_EMPTY")
	                : rpc_fail(c, 400, "FILE_REFERENCE_%d_EMPTY", item);
}

static int invalid(struct rpc_call *c, int item)
{
	return item < 0 ? rpc_fail(c, 400, "FILE_REFERENCE_INVALID")
	                : rpc_fail(c, 400, "FILE_REFERENCE_%d_INVALID", item);
}

static int expired(struct rpc_call *c, int item)
{
	return item < 0 ? rpc_fail(c, 400, "FILE_REFERENCE_EXPIRED")
	                : rpc_fail(c, 400, "FILE_REFERENCE_%d_EXPIRED", item);
}

int reference_check(struct rpc_call *c, int64_t file, int64_t epoch, struct slice reference, int item)
{
	int64_t lasts = c->app->settings ? c->app->settings->media_reference_seconds : 0;
	struct media_origin from;
	uint8_t want[MAC_SIZE];
	bool of_all;
	struct rd r;
	uint32_t of_epoch, made;

	if (!reference.n)
		return empty(c, item);
	if (reference.n != REFERENCE_SIZE || reference.p[0] != VERSION)
		return invalid(c, item);
	reference_origin(reference, &from);
	of_all = from.kind == MEDIA_FROM_MESSAGE && peer_is_channel(from.peer);
	mac(c->app, of_all ? 0 : c->user_id, file, reference.p, want);
	if (!equal_consttime(want, reference.p + MAC_AT, MAC_SIZE))
		return invalid(c, item);
	r = rd_of(reference.p + 2, MAC_AT - 2);
	of_epoch = rd_u32(&r);
	rd_bytes(&r, 12);
	made = rd_u32(&r);
	if (of_epoch != (uint32_t)epoch || (lasts > 0 && c->now - made > lasts))
		return expired(c, item);
	return 0;
}

bool reference_origin(struct slice reference, struct media_origin *ret)
{
	struct rd r;

	if (reference.n != REFERENCE_SIZE || reference.p[0] != VERSION)
		return false;
	r = rd_of(reference.p + 6, MAC_AT - 6);
	ret->kind = (enum media_origin_kind)reference.p[1];
	ret->peer = (int64_t)rd_u64(&r);
	ret->id = (int32_t)rd_u32(&r);
	return true;
}
