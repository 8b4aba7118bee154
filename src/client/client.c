/* client.c - a client's life: dial, make the keys that are missing, be ready, end. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "client/private.h"
#include "crypto/hash.h"
#include "crypto/rng.h"

void client_violate(struct client *c, const char *fmt, ...)
{
	va_list ap;

	if (c->violations++)
		return;
	va_start(ap, fmt);
	vsnprintf(c->violation, sizeof(c->violation), fmt, ap);
	va_end(ap);
}

bool client_is_temp(const struct client *c)
{
	return c->cfg.auth.inner == CLIENT_INNER_TEMP || c->cfg.auth.inner == CLIENT_INNER_TEMP_DC;
}

static void ack_due(struct client_timer *t)
{
	client_ack((struct client *)((char *)t - offsetof(struct client, ack_timer)));
}

struct client *client_new(const struct client_config *cfg)
{
	struct client *c = xcalloc(1, sizeof(*c));

	c->cfg = *cfg;
	c->ack_timer.fire = ack_due;
	client_new_session(c);
	return c;
}

static void destroy(struct client *c)
{
	client_out_clear(c);
	buf_fini(&c->sent);
	free(c->out);
	free(c->acks);
	free(c->seen);
	wipe(c, sizeof(*c));
	free(c);
}

static void hang_up(struct client *c)
{
	client_link_free(c->link);
	c->link = NULL;
	client_handshake_free(c->handshake);
	c->handshake = NULL;
	client_timer_clear(c->cfg.loop, &c->ack_timer);
	c->n_acks = 0;
	c->stage = STAGE_DOWN;
	c->held = false;
	client_out_clear(c);
}

void client_free(struct client *c)
{
	struct client_pending *p, *tmp;

	if (!c)
		return;
	hang_up(c);
	HASH_ITER (hh, c->calls, p, tmp)
		client_pending_free(c, p);
	if (c->busy)
		c->freed = true;
	else
		destroy(c);
}

void client_enter(struct client *c)
{
	c->busy++;
}

void client_leave(struct client *c)
{
	if (--c->busy == 0 && c->freed)
		destroy(c);
}

const struct client_config *client_config_of(const struct client *c)
{
	return &c->cfg;
}

void client_set_layer(struct client *c, int layer)
{
	c->cfg.layer = layer;
	c->inited = false;
}

void client_set_user(struct client *c, const struct client_ops *ops, void *user)
{
	c->cfg.ops = ops;
	c->cfg.user = user;
}

void client_fail(struct client *c, int r, int32_t code, const char *why)
{
	if (c->stage == STAGE_DOWN || c->freed)
		return;
	snprintf(c->error, sizeof(c->error), "%s", why);
	hang_up(c);
	client_enter(c);
	client_end_all(c, -ERR_CLOSED);
	if (!c->freed && c->cfg.ops && c->cfg.ops->ended)
		c->cfg.ops->ended(c->cfg.user, c, r, code);
	client_leave(c);
}

void client_now_ready(struct client *c)
{
	c->stage = STAGE_READY;
	client_enter(c);
	client_transmit_waiting(c);
	if (!c->freed && c->cfg.ops && c->cfg.ops->ready)
		c->cfg.ops->ready(c->cfg.user, c);
	client_leave(c);
}

static void start_handshake(struct client *c, bool temp)
{
	struct client_key_request q = c->cfg.auth;
	struct buf out = {0};

	if (!temp && client_is_temp(c))
		q.inner = q.inner == CLIENT_INNER_TEMP ? CLIENT_INNER_PLAIN : CLIENT_INNER_DC;
	c->for_temp = temp;
	c->stage = STAGE_KEYS;
	c->handshake = client_handshake_new(&q, &out);
	client_link_send(c->link, out.p, out.n);
	buf_fini(&out);
}

static void next_stage(struct client *c)
{
	if (!c->perm.id)
		start_handshake(c, false);
	else if (client_is_temp(c) && !c->temp.id)
		start_handshake(c, true);
	else if (client_is_temp(c) && !c->bound && !c->cfg.no_bind)
		client_bind_send(c);
	else
		client_now_ready(c);
}

static void use_key(struct client *c, const struct client_key *k)
{
	if (c->for_temp) {
		c->temp = *k;
		c->bound = false;
	} else {
		c->perm = *k;
		memset(&c->temp, 0, sizeof(c->temp));
	}
	c->inited = false;
	/* Whole seconds came: less than two may be the way and the rounding. */
	c->ahead = llabs(k->server_ahead) >= 2 ? k->server_ahead : 0;
	c->salt = c->cfg.salt_zero && !c->for_temp ? 0 : k->salt;
}

static void handshake_packet(struct client *c, const uint8_t *p, size_t n)
{
	struct buf out = {0};
	int r;

	if (!c->handshake) {
		client_violate(c, "an unencrypted packet outside a handshake");
		return;
	}
	r = client_handshake_step(c->handshake, p, n, &out);
	c->n_offered = client_handshake_offered(c->handshake, c->offered);
	if (r < 0) {
		client_fail(c, r, 0, client_handshake_error(c->handshake));
	} else if (r == 0) {
		client_link_send(c->link, out.p, out.n);
	} else {
		use_key(c, client_handshake_key(c->handshake));
		client_handshake_free(c->handshake);
		c->handshake = NULL;
		next_stage(c);
	}
	buf_fini(&out);
}

static void on_opened(void *user)
{
	struct client *c = user;

	client_enter(c);
	next_stage(c);
	client_leave(c);
}

static void on_packet(void *user, uint8_t *p, size_t n)
{
	static const uint8_t no_key[8];
	struct client *c = user;
	char why[64];
	int32_t code;

	client_enter(c);
	if (n == 4) {
		memcpy(&code, p, 4);
		snprintf(why, sizeof(why), "the server answered with transport error %d", (int)code);
		client_fail(c, -ERR_CLOSED, code, why);
	} else if (n < 20 || n % 4) {
		client_violate(c, "a packet of %zu bytes", n);
	} else if (memcmp(p, no_key, 8) == 0) {
		handshake_packet(c, p, n);
	} else {
		client_receive(c, p, n);
	}
	client_leave(c);
}

static void on_quick_ack(void *user, uint32_t token)
{
	client_violate(user, "a quick ack that nobody asked for");
}

static void on_ended(void *user, int r)
{
	struct client *c = user;
	const char *why = r == -ERR_DENIED    ? "nobody listens there"
	                  : r == -ERR_INVALID ? "what came is not this transport's framing"
	                  : r == -ERR_CLOSED  ? "the other side closed the connection"
	                                      : err_name(r);

	client_fail(c, r, 0, why);
}

void client_connect(struct client *c)
{
	static const struct client_link_ops ops = {on_opened, on_packet, on_quick_ack, on_ended};

	if (c->stage != STAGE_DOWN)
		return;
	c->error[0] = '\0';
	c->last_outer = 0;
	c->stage = STAGE_DIALLING;
	c->link = client_link_open(c->cfg.loop, &c->cfg.to, c->cfg.transport, c->cfg.header_dc, &ops, c);
}

void client_disconnect(struct client *c)
{
	if (c->stage == STAGE_DOWN)
		return;
	hang_up(c);
	client_enter(c);
	client_end_all(c, -ERR_CLOSED);
	client_leave(c);
}

bool client_is_ready(const struct client *c)
{
	return c->stage == STAGE_READY;
}

bool client_is_connected(const struct client *c)
{
	return c->stage != STAGE_DOWN;
}

const char *client_error(const struct client *c)
{
	return c->error;
}

const struct client_key *client_key(const struct client *c)
{
	return &c->perm;
}

const struct client_key *client_key_in_use(const struct client *c)
{
	return c->temp.id ? &c->temp : &c->perm;
}

void client_set_key(struct client *c, const struct client_key *k)
{
	c->perm = k ? *k : (struct client_key){0};
	memset(&c->temp, 0, sizeof(c->temp)); /* the next connection makes another */
	c->bound = false;
	c->inited = false;
	c->salt = c->cfg.salt_zero ? 0 : c->perm.salt;
}

const int64_t *client_offered(const struct client *c, size_t *ret_n)
{
	*ret_n = c->n_offered;
	return c->offered;
}

void client_new_session(struct client *c)
{
	do
		c->session_id = (int64_t)rng_u64();
	while (!c->session_id);
	c->content = 0;
	if (c->cfg.salt_zero)
		c->salt = 0;
}

int64_t client_salt(const struct client *c)
{
	return c->salt;
}

void client_set_salt(struct client *c, int64_t salt)
{
	c->salt = salt;
}

void client_set_clock_ahead(struct client *c, int64_t sec)
{
	c->ahead = sec;
	c->last_id = 0;
}

struct client_link *client_link_of(struct client *c)
{
	return c->link;
}

unsigned client_violations(const struct client *c, const char **ret_first)
{
	*ret_first = c->violation;
	return c->violations;
}
