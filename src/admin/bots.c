/* bots.c - admin bots list|create|set|revoke. A token is shown once, to whoever asked for it, and is nowhere in a log. */
#include <string.h>

#include "admin/command.h"
#include "base/err.h"
#include "domain/bots/bot.h"
#include "rpc_methods.h"
#include "store/user.h"
#include "updates/peer.h"

enum { LIST_DEFAULT = 100, LIST_MAX = 10000 };

static json_t *row_of(const struct store_bot *b, const struct store_user *u)
{
	return json_pack("{s:I,s:o,s:o,s:I,s:b,s:b,s:b,s:o}", "id", (json_int_t)b->id, "username",
	                 admin_slice(u->username), "name", admin_slice(u->first), "owner",
	                 (json_int_t)b->owner, "hears_all", (b->flags & STORE_BOT_HEARS_ALL) != 0, "groups",
	                 !(b->flags & STORE_BOT_NO_GROUPS), "inline", (b->flags & STORE_BOT_INLINE) != 0,
	                 "created", admin_time(b->created));
}

static int list(struct rpc_call *c, struct admin_call *a)
{
	int64_t limit = admin_number(a, "limit", LIST_DEFAULT), *ids;
	json_t *rows = json_array();
	struct store_user u;
	struct store_bot b;
	size_t n;
	int r;

	if (limit < 1 || limit > LIST_MAX)
		limit = LIST_MAX;
	ids = ARENA_ARRAY(&c->arena, int64_t, limit);
	r = store_bot_ids(c->db, 0, admin_number(a, "after", 0), (uint32_t)limit, ids, &n);
	for (size_t i = 0; r >= 0 && i < n; i++)
		if ((r = store_bot_get(c->db, ids[i], &c->arena, &b)) == 0 &&
		    (r = store_user_load(c->db, ids[i], &c->arena, &u)) == 0)
			json_array_append_new(rows, row_of(&b, &u));
	json_object_set_new(a->out, "rows", rows);
	if (r >= 0 && n == (size_t)limit)
		json_object_set_new(a->out, "next", json_sprintf("--after %lld", (long long)ids[n - 1]));
	return r;
}

/* "yes" or "no" of an option; absent: as it is. */
static int set_flag(struct admin_call *a, const char *option, int flag, bool means, int *flags)
{
	const char *v = admin_text(a, option);
	bool yes = v && strcmp(v, "yes") == 0;

	if (!v)
		return 0;
	if (!yes && strcmp(v, "no") != 0)
		return admin_fail(a, -ERR_INVALID, "--%s takes yes or no, not %s", option, v);
	*flags = yes == means ? *flags | flag : *flags & ~flag;
	return 0;
}

static int set_options(struct admin_call *a, struct store_bot *b)
{
	const char *placeholder = admin_text(a, "inline");
	int r;

	if ((r = set_flag(a, "hears-all", STORE_BOT_HEARS_ALL, true, &b->flags)) < 0 ||
	    (r = set_flag(a, "groups", STORE_BOT_NO_GROUPS, false, &b->flags)) < 0)
		return r;
	if (placeholder && strcmp(placeholder, "no") == 0) {
		b->flags &= ~STORE_BOT_INLINE;
	} else if (placeholder) {
		if (strlen(placeholder) > LIMIT_BOT_PLACEHOLDER)
			return admin_fail(a, -ERR_INVALID, "--inline: at most %d bytes of text",
			                  LIMIT_BOT_PLACEHOLDER);
		b->flags |= STORE_BOT_INLINE;
		b->placeholder = slice_str(placeholder);
	}
	return 0;
}

static int create(struct rpc_call *c, struct admin_call *a)
{
	const char *name = admin_text(a, "name"), *username = admin_text(a, "username");
	struct store_bot b = {0};
	struct slice token;
	int r;

	if (!admin_text(a, "owner"))
		return admin_fail(a, -ERR_INVALID, "whose bot? --owner USER: an id, +PHONE or @username");
	if ((r = admin_find_user_named(c, a, "owner", &b.owner)) < 0 || (r = set_options(a, &b)) < 0)
		return r;
	if (peer_is_bot(b.owner))
		return admin_fail(a, -ERR_INVALID, "a bot owns no bots");
	if (username && *username == '@')
		username++;
	r = bot_create(c, slice_str(username ? username : ""), slice_str(name ? name : username), &b, &token);
	if (r == -ERR_RPC)
		return admin_fail(
			a, -ERR_INVALID,
			"a username is free, has 5 to 32 letters, digits and _, and ends in \"bot\"; a "
			"name has 1 to 64 characters; an owner has at most %d bots",
			LIMIT_BOTS);
	if (r < 0)
		return r;
	json_object_set_new(a->out, "id", json_integer(b.id));
	json_object_set_new(a->out, "token", admin_slice(token));
	return 0;
}

static int find(struct rpc_call *c, struct admin_call *a, struct store_bot *ret)
{
	int64_t id;
	int r;

	if ((r = admin_find_user(c, a, &id)) < 0)
		return r;
	r = store_bot_get(c->db, id, &c->arena, ret);
	return r == -ERR_NOTFOUND ? admin_fail(a, r, "that is no bot; `admin bots list` shows all") : r;
}

static int set(struct rpc_call *c, struct admin_call *a)
{
	struct store_user u;
	struct store_bot b;
	int r;

	if ((r = find(c, a, &b)) < 0 || (r = set_options(a, &b)) < 0 || (r = bot_changed(c, &b)) < 0 ||
	    (r = store_user_load(c->db, b.id, &c->arena, &u)) < 0)
		return r;
	json_object_update_new(a->out, row_of(&b, &u));
	return 0;
}

static int revoke(struct rpc_call *c, struct admin_call *a)
{
	struct slice token;
	struct store_bot b;
	int r;

	if ((r = find(c, a, &b)) < 0 || (r = bot_revoke(c, &b, &token)) < 0)
		return r;
	json_object_set_new(a->out, "id", json_integer(b.id));
	json_object_set_new(a->out, "token", admin_slice(token));
	return 0;
}

static int run_list(struct admin_call *a)
{
	return admin_read(a, list);
}

static int run_create(struct admin_call *a)
{
	return admin_write(a, create);
}

static int run_set(struct admin_call *a)
{
	return admin_write(a, set);
}

static int run_revoke(struct admin_call *a)
{
	return admin_write(a, revoke);
}

const struct admin_command admin_bot_commands[] = {{"bots list", run_list},
                                                   {"bots create", run_create},
                                                   {"bots set", run_set},
                                                   {"bots revoke", run_revoke},
                                                   {0}};
