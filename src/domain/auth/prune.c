/*
 * prune.c - what is over goes: codes, tokens, random_ids of sends, temporary keys. And authorisations are noted as used:
 * from what is connected now and what went away since the last look, so that no call pays for it.
 */
#include <stdlib.h>

#include "base/err.h"
#include "domain/auth/jobs.h"
#include "rpc/app.h"
#include "store/auth_key.h"
#include "store/authorization.h"
#include "store/login_token.h"
#include "store/meta.h"
#include "store/phone_code.h"
#include "store/rid.h"
#include "updates/online.h"

enum {
	ROWS = 500,    /* a slice */
	TOUCHES = 200, /* a slice */
	USED_EVERY_S = 3600,
	OUTAGE_S = 86400,         /* nobody could come for longer than this */
	COME_BACK_S = 30 * 86400, /* so they have this time from the start on */
	UNUSED_KEY_S = 2 * 86400, /* a key that made no call */
	NOBODY_S = 30 * 86400     /* one that did, on which nobody is signed in */
};

static int rid(struct rpc_call *c)
{
	return store_rid_prune(c->db, c->now, ROWS);
}

static int temp_keys(struct rpc_call *c)
{
	return store_auth_key_prune(c->db, c->now, ROWS);
}

struct gone {
	int64_t ids[ROWS];
	size_t n;
};

static void tell_gone(struct app *app, void *arg)
{
	const struct gone *g = arg;

	for (size_t i = 0; i < g->n; i++)
		app->key_drop(app->mt, g->ids[i]);
}

/* Whoever still holds one hears -404 and makes another. */
static int nobodies(struct rpc_call *c)
{
	struct gone *g = ARENA_NEW(&c->arena, struct gone);
	int r = store_auth_key_prune_nobody(c->db, c->now - UNUSED_KEY_S, c->now - NOBODY_S, g->ids, ROWS,
	                                    &g->n);

	if (r < 0)
		return r;
	rpc_after_commit(c, tell_gone, g);
	return (int)g->n;
}

static int login_tokens(struct rpc_call *c)
{
	return store_login_token_prune(c->db, c->now);
}

static int phone_codes(struct rpc_call *c)
{
	return store_phone_code_prune(c->db, c->now);
}

/* A slice prunes one kind of thing; the payload is its number. */
int prune_job(struct rpc_call *c, const struct store_job *j, struct jobs_next *next)
{
	static int (*const kinds[])(struct rpc_call * c) = {rid, temp_keys, nobodies, login_tokens,
	                                                    phone_codes};
	enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };
	unsigned at = j->payload.n ? (unsigned)atoi((const char *)j->payload.p) : 0;
	int r;

	if (at >= KINDS)
		return 0;
	r = kinds[at](c);
	if (r < 0)
		return r;
	if (r < ROWS)
		at++;
	next->again = at < KINDS;
	next->payload = arena_printf(&c->arena, "%u", at);
	return 0;
}

struct used {
	struct rpc_call *c;
	int n, r;
};

static void touch(void *arg, int64_t key, int64_t user)
{
	struct used *u = arg;

	if (u->r >= 0)
		u->r = store_authorization_used(u->c->db, user, key, u->c->now, USED_EVERY_S);
	u->n++;
}

#define LAST_LOOK  "used.last_look"
#define NOT_BEFORE "used.not_before"

static int read_time(struct rpc_call *c, const char *key, unixtime_t *ret)
{
	struct slice v;
	int r = store_meta_get(c->db, key, &c->arena, &v);

	*ret = r == 0 ? atoll((const char *)v.p) : 0;
	return r == -ERR_NOTFOUND ? 0 : r;
}

static int write_time(struct rpc_call *c, const char *key, unixtime_t t)
{
	return store_meta_put(c->db, key, arena_printf(&c->arena, "%lld", (long long)t));
}

/* We looked: notices that we did not for long. */
static int note_look(struct rpc_call *c)
{
	unixtime_t last;
	int r;

	if ((r = read_time(c, LAST_LOOK, &last)) < 0)
		return r;
	if (last && c->now - last > OUTAGE_S && (r = write_time(c, NOT_BEFORE, c->now + COME_BACK_S)) < 0)
		return r;
	return write_time(c, LAST_LOOK, c->now);
}

int used_is_known(struct rpc_call *c)
{
	unixtime_t last, not_before;
	int r;

	if ((r = read_time(c, LAST_LOOK, &last)) < 0 || (r = read_time(c, NOT_BEFORE, &not_before)) < 0)
		return r;
	return !(last && c->now - last > OUTAGE_S) && c->now >= not_before;
}

/* Who went away comes first, then the connected ones, part by part; the payload is the next part. */
int used_job(struct rpc_call *c, const struct store_job *j, struct jobs_next *next)
{
	unsigned part = j->payload.n ? (unsigned)atoi((const char *)j->payload.p) : 0;
	struct used u = {.c = c};

	if (!part && (u.r = note_look(c)) < 0)
		return u.r;
	upd_online_take_gone(c->app->online, TOUCHES, touch, &u);
	while (u.r >= 0 && u.n < TOUCHES && part < UPD_ONLINE_PARTS)
		upd_online_part(c->app->online, part++, touch, &u);
	if (u.r < 0)
		return u.r;
	next->again = part < UPD_ONLINE_PARTS || u.n >= TOUCHES;
	next->payload = arena_printf(&c->arena, "%u", part);
	return 0;
}
