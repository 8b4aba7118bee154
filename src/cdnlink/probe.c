/* probe.c - see probe.h. */
#include "cdnlink/probe.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/rd.h"
#include "client/handshake.h"
#include "crypto/rng.h"
#include "mtproto/ids.h"

struct probe {
	struct client_loop *loop;
	struct client_link *link;
	struct client_timer limit;
	int64_t keys[PROBE_KEYS];
	uint8_t nonces[PROBE_QUESTIONS][16];
	bool got[PROBE_QUESTIONS];
	unsigned n_got;
	bool other_key;
	usec_t began, first;
	void (*done)(void *arg, enum probe_result r, unsigned msec);
	void *arg;
};

const char *probe_result_name(enum probe_result r)
{
	static const char *const names[] = {"",     "fine",    "unreachable", "silent",
	                                    "slow", "damaged", "other-key"};

	return names[r];
}

void probe_free(struct probe *p)
{
	if (!p)
		return;
	client_timer_clear(p->loop, &p->limit);
	client_link_free(p->link);
	free(p);
}

static void end(struct probe *p, enum probe_result r)
{
	p->done(p->arg, r, (unsigned)((clock_usec() - p->began) / 1000));
	probe_free(p);
}

static void on_opened(void *user)
{
	struct probe *p = user;
	struct buf body = {0}, packet = {0};

	for (unsigned i = 0; i < PROBE_QUESTIONS; i++) {
		rng_bytes(p->nonces[i], 16);
		body.n = packet.n = 0;
		buf_u32(&body, (uint32_t)MT_req_pq_multi);
		buf_put(&body, p->nonces[i], 16);
		client_plain_packet(&packet, (int64_t)(clock_unix() << 32 | i << 2), buf_slice(&body));
		client_link_send(p->link, packet.p, packet.n);
	}
	buf_fini(&body);
	buf_fini(&packet);
}

/* Which of our questions it answers; PROBE_QUESTIONS: none. */
static unsigned question_of(const struct probe *p, const uint8_t *nonce)
{
	unsigned i = 0;

	while (i < PROBE_QUESTIONS && (p->got[i] || memcmp(p->nonces[i], nonce, 16) != 0))
		i++;
	return i;
}

static bool is_known(const struct probe *p, int64_t fingerprint)
{
	for (int i = 0; i < PROBE_KEYS; i++)
		if (fingerprint && p->keys[i] == fingerprint)
			return true;
	return false;
}

/* resPQ nonce server_nonce pq:string fingerprints:Vector<long>. False: it is damaged. */
static bool take(struct probe *p, struct slice body)
{
	struct rd r = rd_of(body.p, body.n);
	uint32_t id = rd_u32(&r), n;
	struct slice nonce = rd_bytes(&r, 16);
	bool known = false;
	unsigned i;

	rd_bytes(&r, 16);
	rd_tl_bytes(&r);
	if (rd_u32(&r) != (uint32_t)MT_vector || id != (uint32_t)MT_resPQ)
		return false;
	for (n = rd_u32(&r); n && !r.bad; n--)
		known |= is_known(p, (int64_t)rd_u64(&r));
	if (r.bad || rd_left(&r) || (i = question_of(p, nonce.p)) == PROBE_QUESTIONS)
		return false;
	p->got[i] = true;
	p->other_key |= !known;
	return true;
}

static void on_packet(void *user, uint8_t *bytes, size_t n)
{
	struct probe *p = user;
	struct slice body;
	usec_t now = clock_usec();

	if (client_plain_open(bytes, n, &body) < 0 || !take(p, body)) {
		end(p, PROBE_DAMAGED);
		return;
	}
	if (!p->n_got)
		p->first = now;
	if (++p->n_got < PROBE_QUESTIONS)
		return;
	end(p, p->other_key                                  ? PROBE_OTHER_KEY
	       : now - p->first > PROBE_SPREAD_MSEC * 1000LL ? PROBE_SLOW
	                                                     : PROBE_FINE);
}

static void on_quick_ack(void *user, uint32_t token)
{
	end(user, PROBE_DAMAGED); /* nobody asked for one */
}

static void on_ended(void *user, int r)
{
	end(user, r == -ERR_INVALID ? PROBE_DAMAGED : PROBE_UNREACHABLE);
}

static void on_limit(struct client_timer *t)
{
	struct probe *p = (struct probe *)((char *)t - offsetof(struct probe, limit));

	end(p, p->n_got ? PROBE_SLOW : PROBE_SILENT);
}

struct probe *probe_start(struct client_loop *loop, const struct client_address *to, int32_t dc,
                          const int64_t fingerprints[PROBE_KEYS],
                          void (*done)(void *arg, enum probe_result r, unsigned msec), void *arg)
{
	static const struct client_link_ops ops = {on_opened, on_packet, on_quick_ack, on_ended};
	struct probe *p = xcalloc(1, sizeof(*p));

	p->loop = loop;
	p->done = done;
	p->arg = arg;
	p->began = clock_usec();
	p->limit.fire = on_limit;
	memcpy(p->keys, fingerprints, sizeof(p->keys));
	client_timer_set(loop, &p->limit, p->began + PROBE_MSEC * 1000LL);
	p->link = client_link_open(loop, to, CLIENT_OBFUSCATED_PADDED, (int16_t)dc, &ops, p);
	return p;
}
