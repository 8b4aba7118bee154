/* cdn_core.c - see cdn_core.h. */
#include "tests/wire/cdn_core.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include "base/err.h"
#include "client/link.h"
#include "crypto/rng.h"

enum { WITHIN_MS = 10000 };

void cdn_core_init(struct cdn_core *c, int32_t dc)
{
	uint8_t secret[32];

	*c = (struct cdn_core){0};
	rng_bytes(secret, sizeof(secret));
	rng_bytes(c->lease_key, sizeof(c->lease_key));
	cdn_epoch_of(dc, secret, &c->epoch);
}

void cdn_core_hang_up(struct cdn_core *c)
{
	cdn_pipe_free(c->pipe);
	c->pipe = NULL;
	buf_fini(&c->in);
}

void cdn_core_fini(struct cdn_core *c)
{
	cdn_core_hang_up(c);
	rsa_key_free(c->rsa);
	c->rsa = NULL;
}

/* The next frame, which must be of this type; its body is good until the next. */
static int hear(struct cdn_core *c, enum cdn_frame want, struct buf *ret_body)
{
	enum cdn_frame type;
	struct slice body;
	size_t n;
	int r;

	while ((r = cdn_frame_next(buf_slice(&c->in), &type, &body, &n)) == -ERR_AGAIN)
		if ((r = cdn_pipe_read(c->pipe, &c->in, WITHIN_MS)) < 0)
			return r;
	if (r < 0 || type != want)
		return -ERR_INVALID;
	buf_put(ret_body, body.p, body.n);
	buf_consume(&c->in, n);
	return 0;
}

int cdn_core_say(struct cdn_core *c, const void *p, size_t n)
{
	return cdn_pipe_write(c->pipe, p, n, WITHIN_MS);
}

static int say(struct cdn_core *c, struct buf *b)
{
	int r = cdn_core_say(c, b->p, b->n);

	buf_fini(b);
	return r;
}

static int dial(struct cdn_core *c, const char *link, const uint8_t secret[CDN_SECRET_SIZE])
{
	struct client_address to;
	int r = client_address_of(link, &to), fd, one = 1;

	if (r < 0)
		return r;
	fd = socket(to.a.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || connect(fd, (const struct sockaddr *)&to.a, to.n) != 0) {
		if (fd >= 0)
			close(fd);
		return -ERR_DENIED;
	}
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	return cdn_pipe_new(fd, true, secret, WITHIN_MS, &c->pipe);
}

static int take_welcome(struct cdn_core *c, struct slice body)
{
	struct cdn_welcome w;
	int r = cdn_get_welcome(body, &w);

	if (r < 0)
		return r;
	memcpy(c->boot, w.boot, sizeof(c->boot));
	rsa_key_free(c->rsa);
	c->rsa = NULL;
	return rsa_key_from_public_pem((const char *)w.pem.p, w.pem.n, &c->rsa);
}

int cdn_core_greet(struct cdn_core *c, const char *link, const uint8_t secret[CDN_SECRET_SIZE],
                   enum cdn_state state, uint32_t lease)
{
	struct cdn_hello h = {.dc = c->epoch.dc,
	                      .state = state,
	                      .lease = lease,
	                      .now = clock_unix(),
	                      .keys = c->epoch.node};
	struct buf b = {0};
	int r;

	cdn_core_hang_up(c);
	if ((r = dial(c, link, secret)) < 0)
		return r;
	memcpy(h.epoch, c->epoch.id, sizeof(h.epoch));
	memcpy(h.lease_key, c->lease_key, sizeof(h.lease_key));
	cdn_put_hello(&b, &h);
	if ((r = say(c, &b)) == 0 && (r = hear(c, CDN_WELCOME, &b)) == 0)
		r = take_welcome(c, buf_slice(&b));
	buf_fini(&b);
	return r;
}

int cdn_core_lease(struct cdn_core *c, enum cdn_state state, uint32_t lease, struct cdn_report *ret)
{
	struct cdn_lease l = {.state = state, .lease = lease, .now = clock_unix()};
	struct buf b = {0};
	int r;

	cdn_put_lease(&b, &l);
	if ((r = say(c, &b)) == 0 && (r = hear(c, CDN_REPORT, &b)) == 0)
		r = cdn_get_report(buf_slice(&b), ret);
	buf_fini(&b);
	return r;
}

int cdn_core_fill(struct cdn_core *c, const uint8_t object[CDN_OBJECT_SIZE], uint32_t chunk, uint64_t size,
                  const uint8_t *bytes)
{
	struct cdn_fill f = {.object = object,
	                     .chunk = chunk,
	                     .size = size,
	                     .bytes = slice_of(bytes, cdn_chunk_size(size, chunk))};
	struct cdn_fill_answer a;
	struct buf b = {0};
	int r;

	cdn_put_fill_head(&b, &f);
	buf_put(&b, bytes, f.bytes.n);
	if ((r = say(c, &b)) == 0 && (r = hear(c, CDN_FILLED, &b)) == 0)
		r = cdn_get_filled(buf_slice(&b), &a);
	buf_fini(&b);
	if (r < 0)
		return r;
	if (memcmp(a.object, object, sizeof(a.object)) != 0 || a.chunk != chunk)
		return -ERR_INVALID;
	return a.how == CDN_FILLED_OK ? 0 : -ERR_DENIED;
}

int cdn_core_drop(struct cdn_core *c, const uint8_t object[CDN_OBJECT_SIZE])
{
	struct buf b = {0};

	cdn_put_drop(&b, object);
	return say(c, &b);
}

int cdn_core_wipe(struct cdn_core *c)
{
	struct buf b = {0};
	int r;

	cdn_put_bare(&b, CDN_WIPE);
	r = say(c, &b);
	if (r == 0)
		r = hear(c, CDN_WIPED, &b);
	buf_fini(&b);
	return r;
}
