/* cdn_pool.c - see cdn_pool.h. */
#include "benches/cdn_pool.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <utlist.h>

#include "base/err.h"
#include "base/mem.h"
#include "cdnwire/call.h"
#include "crypto/rsa.h"

enum { DCS_MAX = 32, SLOTS_MAX = 16, WAYS_MAX = 8, KEYS_MAX = 128 };
#define SILENT                                                                                               \
	8000000 /* TDLib leaves a connection on which it waits in vain for so long, in the foreground */
#define DIAL_WITHIN 6000000
#define PAUSE       300000 /* before dialling again */
#define RELOAD_EACH 2000000

struct way { /* how a DC may be reached: an address with a key */
	struct client_address to;
	const struct rsa_key *rsa; /* the pool's */
};

struct slot {
	struct dc *dc;
	struct client *c;
	unsigned way;   /* the one in use, or to be tried next */
	usec_t dialled; /* 0: not connected and not on its way */
	usec_t again;   /* dial no sooner */
	usec_t heard;   /* the last answer */
	bool ready;
	struct question *open; /* the oldest first */
};

struct dc {
	struct cdn_pool *p;
	int32_t id;
	struct way ways[WAYS_MAX];
	unsigned n_ways, next;
	struct slot slots[SLOTS_MAX];
};

struct question {
	struct question *prev, *next;
	usec_t asked;
	struct slot *s;
	cdn_answer_fn *fn;
	void *arg;
};

struct cdn_pool {
	struct bench *b;
	struct client *core;
	unsigned a_dc;
	struct dc dcs[DCS_MAX];
	unsigned n_dcs;
	struct rsa_key *rsa[KEYS_MAX]; /* kept to the end: handshakes under way hold them */
	unsigned n_rsa;
	struct arena config, keys; /* of the last answers */
	struct tl_config *said;
	bool loading, stale;
	usec_t loaded;
};

static struct dc *find(struct cdn_pool *p, int32_t id)
{
	for (unsigned i = 0; i < p->n_dcs; i++)
		if (p->dcs[i].id == id)
			return &p->dcs[i];
	return NULL;
}

static struct dc *have(struct cdn_pool *p, int32_t id)
{
	struct dc *d = find(p, id);

	if (d || p->n_dcs == DCS_MAX)
		return d;
	d = &p->dcs[p->n_dcs++];
	*d = (struct dc){.p = p, .id = id};
	for (unsigned i = 0; i < p->a_dc; i++)
		d->slots[i].dc = d;
	return d;
}

static const struct rsa_key *key_of(struct cdn_pool *p, struct slice pem)
{
	struct rsa_key *k;

	if (p->n_rsa == KEYS_MAX || rsa_key_from_public_pem((const char *)pem.p, pem.n, &k) < 0)
		return NULL;
	for (unsigned i = 0; i < p->n_rsa; i++)
		if (rsa_fingerprint(p->rsa[i]) == rsa_fingerprint(k)) {
			rsa_key_free(k);
			return p->rsa[i];
		}
	return p->rsa[p->n_rsa++] = k;
}

static void add_way(struct dc *d, const struct tl_dcOption *o, struct slice pem)
{
	struct way *w = &d->ways[d->n_ways];
	char where[96];

	if (d->n_ways == WAYS_MAX)
		return;
	snprintf(where, sizeof(where), o->ipv6 ? "[%.*s]:%d" : "%.*s:%d", (int)o->ip_address.n,
	         (const char *)o->ip_address.p, o->port);
	if (client_address_of(where, &w->to) == 0 && (w->rsa = key_of(d->p, pem)) != NULL)
		d->n_ways++;
}

/* Each address with each key of its DC: which belongs to which is not said. Nodes come first. */
static void take_config(struct cdn_pool *p, const struct tl_cdnConfig *keys)
{
	for (unsigned i = 0; i < p->n_dcs; i++)
		p->dcs[i].n_ways = 0;
	for (int node = 1; node >= 0; node--)
		for (uint32_t i = 0; i < p->said->dc_options.n; i++) {
			const struct tl_dcOption *o = TL_AS(dcOption, p->said->dc_options.v[i]);
			struct dc *d = o && o->cdn && o->tcpo_only == node ? have(p, o->id) : NULL;

			for (uint32_t k = 0; d && k < keys->public_keys.n; k++) {
				const struct tl_cdnPublicKey *key = TL_AS(cdnPublicKey,
				                                          keys->public_keys.v[k]);

				if (key && key->dc_id == o->id)
					add_way(d, o, key->public_key);
			}
		}
}

static void got_keys(void *arg, struct client *c, const struct client_answer *a)
{
	struct cdn_pool *p = arg;
	struct tl_obj *o;

	p->loading = false;
	p->loaded = clock_usec();
	arena_fini(&p->keys);
	arena_init(&p->keys, 1u << 20);
	if (a->r == 0 && client_answer_decode(a, &p->keys, &o) >= 0 && TL_IS(cdnConfig, o))
		take_config(p, TL_AS(cdnConfig, o));
}

static void got_config(void *arg, struct client *c, const struct client_answer *a)
{
	struct tl_help_getCdnConfig call = {.o.name = TL_help_getCdnConfig};
	struct cdn_pool *p = arg;
	struct arena now;
	struct tl_obj *o;

	arena_init(&now, 1u << 20);
	if (a->r < 0 || client_answer_decode(a, &now, &o) < 0 || !TL_IS(config, o)) {
		arena_fini(&now);
		p->loading = false;
		return;
	}
	/* The texts of the answer live no longer than this call. */
	p->said = TL_AS(config, o);
	for (uint32_t i = 0; i < p->said->dc_options.n; i++) {
		struct tl_dcOption *d = TL_AS(dcOption, p->said->dc_options.v[i]);

		if (d)
			d->ip_address = arena_slice(&now, d->ip_address);
	}
	arena_fini(&p->config);
	p->config = now;
	client_call(p->core, &call.o, got_keys, p);
}

static void load(struct cdn_pool *p)
{
	struct tl_help_getConfig call = {.o.name = TL_help_getConfig};

	if (p->loading)
		return;
	p->loading = true;
	p->stale = false;
	client_call(p->core, &call.o, got_config, p);
}

void cdn_pool_reload(struct cdn_pool *p)
{
	p->stale = true;
}

struct cdn_pool *cdn_pool_new(struct bench *b, struct client *core, unsigned a_dc)
{
	struct cdn_pool *p = xcalloc(1, sizeof(*p));

	p->b = b;
	p->core = core;
	p->a_dc = a_dc < 1 ? 1 : a_dc > SLOTS_MAX ? SLOTS_MAX : a_dc;
	arena_init(&p->config, 1u << 20);
	arena_init(&p->keys, 1u << 20);
	load(p);
	return p;
}

void cdn_pool_free(struct cdn_pool *p)
{
	if (!p)
		return;
	for (unsigned i = 0; i < p->n_dcs; i++)
		for (unsigned k = 0; k < p->a_dc; k++)
			client_free(p->dcs[i].slots[k].c);
	for (unsigned i = 0; i < p->n_rsa; i++)
		rsa_key_free(p->rsa[i]);
	arena_fini(&p->config);
	arena_fini(&p->keys);
	free(p);
}

/* The next way, after a pause; the keys and addresses may have changed, too. */
static void leave(struct slot *s)
{
	s->ready = false;
	s->dialled = 0;
	s->way++;
	s->again = clock_usec() + PAUSE;
	if (s->dc->p->loaded + RELOAD_EACH < clock_usec())
		s->dc->p->stale = true;
}

static void on_ready(void *user, struct client *c)
{
	struct slot *s = user;

	s->ready = true;
	s->heard = clock_usec();
}

static void on_ended(void *user, struct client *c, int r, int32_t code)
{
	struct slot *s = user;
	bool was_good = s->ready && r == -ERR_CLOSED;

	leave(s);
	if (was_good) /* closed in peace: the same way is tried once more, and first */
		s->way = 0;
}

static void dial(struct slot *s)
{
	static const struct client_ops ops = {.ready = on_ready, .ended = on_ended};
	struct client_config cfg = bench_client_config(s->dc->p->b);
	struct way *w;

	if (!s->dc->n_ways || clock_usec() < s->again)
		return;
	w = &s->dc->ways[s->way % s->dc->n_ways];
	if (s->c)
		client_disconnect(s->c); /* what still waits hears of it */
	client_free(s->c);
	cfg.to = w->to;
	cfg.header_dc = (int16_t)s->dc->id;
	cfg.auth = (struct client_key_request){.rsa = w->rsa, .inner = CLIENT_INNER_DC, .dc = s->dc->id};
	cfg.ops = &ops;
	cfg.user = s;
	s->c = client_new(&cfg);
	s->dialled = s->heard = clock_usec();
	client_connect(s->c);
}

static void answered(void *arg, struct client *c, const struct client_answer *a)
{
	struct question *q = arg;
	struct cdn_answer say = {.r = a->r, .body = a->body, .text = a->text};

	q->s->heard = clock_usec();
	DL_DELETE(q->s->open, q);
	if (a->r < 0 && a->r != -ERR_RPC)
		say.r = -ERR_CLOSED;
	q->fn(q->arg, &say);
	free(q);
}

void cdn_pool_get(struct cdn_pool *p, int32_t dc, struct slice token, uint64_t off, uint32_t limit,
                  cdn_answer_fn *fn, void *arg)
{
	struct dc *d = have(p, dc);
	struct question *q = xcalloc(1, sizeof(*q));
	struct buf b = {0};
	struct slot *s;

	s = &d->slots[d->next++ % p->a_dc];
	*q = (struct question){.asked = clock_usec(), .s = s, .fn = fn, .arg = arg};
	cdn_put_get_file(&b, token, (int64_t)off, (int32_t)limit);
	if (!s->c || !s->dialled)
		dial(s);
	if (s->c && s->dialled) {
		DL_APPEND(s->open, q);
		client_call_bytes(s->c, buf_slice(&b), answered, q);
	} else {
		const struct cdn_answer say = {.r = -ERR_CLOSED};

		fn(arg, &say);
		free(q);
	}
	buf_fini(&b);
}

/* A question whose answer was lost on the way counts, too, whatever else is heard. */
static void look_after(struct slot *s, usec_t now)
{
	if (!s->dialled || !s->c)
		return;
	if (s->ready ? !s->open || now < s->open->asked + SILENT : now < s->dialled + DIAL_WITHIN)
		return;
	leave(s);
	client_disconnect(s->c); /* open calls are answered: closed */
}

void cdn_pool_turn(struct cdn_pool *p)
{
	usec_t now = clock_usec();

	if (p->stale)
		load(p);
	for (unsigned i = 0; i < p->n_dcs; i++)
		for (unsigned k = 0; k < p->a_dc; k++)
			look_after(&p->dcs[i].slots[k], now);
}
