/* token.c - see token.h. */
#include "cdnwire/token.h"

#include <assert.h>
#include <endian.h>
#include <string.h>

#include "base/err.h"
#include "base/rd.h"
#include "crypto/aes.h"
#include "crypto/gcm.h"
#include "crypto/hash.h"
#include "crypto/kdf.h"

enum {
	VERSION = 1,
	HOUR = 3600,
	NONCE_AT = 3,
	BOX_AT = NONCE_AT + GCM_NONCE,
	FACTS = CDN_OBJECT_SIZE + 8 + 4,
	REQUEST_MAC = 16,
	REQUEST_HEAD = CDN_REQUEST_SIZE - REQUEST_MAC,
	AHEAD = 60, /* seconds that a node's time may run before ours */
};

void cdn_transport_secret(const uint8_t link_secret[32], uint8_t ret[CDN_TRANSPORT_SECRET])
{
	uint8_t h[32];

	hkdf_expand(link_secret, "transport", (struct slice){0}, h);
	memcpy(ret, h, CDN_TRANSPORT_SECRET);
}

void cdn_epoch_of(int32_t dc, const uint8_t secret[32], struct cdn_epoch *ret)
{
	uint8_t id[32];

	ret->dc = dc;
	memcpy(ret->secret, secret, 32);
	hkdf_expand(secret, "epoch", (struct slice){0}, id);
	memcpy(ret->id, id, sizeof(ret->id));
	hkdf_expand(secret, "token", (struct slice){0}, ret->node.token);
	hkdf_expand(secret, "request", (struct slice){0}, ret->node.request);
	hkdf_expand(secret, "core", (struct slice){0}, ret->core);
}

void cdn_object_of(const struct cdn_epoch *e, const uint8_t content[CDN_CONTENT_SIZE], struct cdn_object *ret)
{
	uint8_t h[32];

	hkdf_expand(e->secret, "object", slice_of(content, CDN_CONTENT_SIZE), h);
	memcpy(ret->id, h, sizeof(ret->id));
	hkdf_expand(e->secret, "key", slice_of(content, CDN_CONTENT_SIZE), ret->key);
	hkdf_expand(e->secret, "iv", slice_of(content, CDN_CONTENT_SIZE), h);
	memcpy(ret->iv, h, 12);
	memset(ret->iv + 12, 0, 4);
}

void cdn_object_crypt(const struct cdn_object *o, uint64_t off, uint8_t *p, size_t n)
{
	uint32_t block = htobe32((uint32_t)(off / 16));
	struct aes_ctr c;
	uint8_t iv[16];

	memcpy(iv, o->iv, 12);
	memcpy(iv + 12, &block, 4);
	aes_ctr_init(&c, o->key, iv);
	aes_ctr_apply(&c, p, n);
	wipe(&c, sizeof(c));
}

static void put(uint8_t **p, const void *from, size_t n)
{
	memcpy(*p, from, n);
	*p += n;
}

static void put_number(uint8_t **p, uint64_t v, size_t n)
{
	v = htole64(v);
	put(p, &v, n);
}

void cdn_token_make(const struct cdn_epoch *e, const uint8_t content[CDN_CONTENT_SIZE], uint64_t size,
                    unixtime_t now, uint8_t out[CDN_TOKEN_SIZE])
{
	uint8_t facts[FACTS + CDN_INNER_SIZE], *p = facts, nonce[32];
	unixtime_t expires = (now / HOUR + 2) * HOUR;
	struct cdn_object o;

	cdn_object_of(e, content, &o);
	put(&p, o.id, CDN_OBJECT_SIZE);
	put_number(&p, size, 8);
	put_number(&p, (uint64_t)expires, 4);
	hkdf_expand(e->secret, "nonce", slice_of(facts, FACTS), nonce);
	p = out;
	put_number(&p, VERSION, 1);
	put_number(&p, (uint64_t)e->dc, 2);
	put(&p, nonce, GCM_NONCE);
	gcm_seal(e->core, nonce, slice_of(out, NONCE_AT), content, CDN_CONTENT_SIZE, facts + FACTS,
	         facts + FACTS + CDN_CONTENT_SIZE);
	gcm_seal(e->node.token, nonce, slice_of(out, NONCE_AT), facts, sizeof(facts), p, p + sizeof(facts));
	wipe(&o, sizeof(o));
}

int32_t cdn_token_dc(struct slice token)
{
	if (token.n != CDN_TOKEN_SIZE || token.p[0] != VERSION)
		return 0;
	return token.p[1] | token.p[2] << 8;
}

static int open_facts(const struct cdn_node_keys *k, int32_t dc, struct slice token,
                      uint8_t inner[CDN_INNER_SIZE], struct cdn_token *ret)
{
	uint8_t facts[FACTS + CDN_INNER_SIZE];
	struct rd r = rd_of(facts, sizeof(facts));

	if (cdn_token_dc(token) != dc ||
	    gcm_open(k->token, token.p + NONCE_AT, slice_of(token.p, NONCE_AT), token.p + BOX_AT,
	             sizeof(facts), token.p + BOX_AT + sizeof(facts), facts) < 0)
		return -ERR_INVALID;
	*ret = (struct cdn_token){.dc = dc};
	memcpy(ret->object, rd_bytes(&r, CDN_OBJECT_SIZE).p, CDN_OBJECT_SIZE);
	ret->size = rd_u64(&r);
	ret->expires = rd_u32(&r);
	memcpy(inner, rd_bytes(&r, CDN_INNER_SIZE).p, CDN_INNER_SIZE);
	return 0;
}

int cdn_token_open_node(const struct cdn_node_keys *k, int32_t dc, struct slice token, struct cdn_token *ret)
{
	uint8_t inner[CDN_INNER_SIZE];

	return open_facts(k, dc, token, inner, ret);
}

int cdn_token_open(const struct cdn_epoch *e, struct slice token, struct cdn_token *ret)
{
	uint8_t inner[CDN_INNER_SIZE];

	if (open_facts(&e->node, e->dc, token, inner, ret) < 0 ||
	    gcm_open(e->core, token.p + NONCE_AT, slice_of(token.p, NONCE_AT), inner, CDN_CONTENT_SIZE,
	             inner + CDN_CONTENT_SIZE, ret->content) < 0)
		return -ERR_INVALID;
	return 0;
}

static void request_mac(const struct cdn_node_keys *k, struct slice token, const uint8_t head[REQUEST_HEAD],
                        uint8_t out[32])
{
	uint8_t said[32 + REQUEST_HEAD];

	sha256(token.p, token.n, said);
	memcpy(said + 32, head, REQUEST_HEAD);
	hmac_sha256(k->request, sizeof(k->request), said, sizeof(said), out);
}

void cdn_request_make(const struct cdn_node_keys *k, struct slice token, const struct cdn_request *r,
                      unixtime_t now, uint8_t out[CDN_REQUEST_SIZE])
{
	uint8_t *p = out, mac[32];

	put_number(&p, VERSION, 1);
	put_number(&p, r->chunk, 4);
	put_number(&p, r->fills, 4);
	put_number(&p, (uint64_t)now, 4);
	request_mac(k, token, out, mac);
	put(&p, mac, REQUEST_MAC);
}

int cdn_request_open(const struct cdn_node_keys *k, struct slice token, struct slice request, unixtime_t now,
                     struct cdn_request *ret)
{
	struct rd r = rd_of(request.p, request.n);
	uint8_t mac[32];
	unixtime_t made;

	if (request.n != CDN_REQUEST_SIZE || request.p[0] != VERSION)
		return -ERR_INVALID;
	request_mac(k, token, request.p, mac);
	if (!equal_consttime(mac, request.p + REQUEST_HEAD, REQUEST_MAC))
		return -ERR_INVALID;
	rd_bytes(&r, 1);
	ret->chunk = rd_u32(&r);
	ret->fills = rd_u32(&r);
	made = rd_u32(&r);
	return made > now + AHEAD || made < now - CDN_REQUEST_SECONDS ? -ERR_INVALID : 0;
}
