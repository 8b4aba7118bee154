/* info.c - bots.setBotInfo, getBotInfo, setBotMenuButton, getBotMenuButton: what a bot says of itself, by its own call or its owner's. */
#include "base/err.h"
#include "base/utf8.h"
#include "domain/bots/private.h"
#include "domain/users/account.h"
#include "domain/users/peer.h"
#include "rpc_methods.h"
#include "store/user.h"
#include "updates/peer.h"

/* Whose info: the calling bot's own, or a bot of the caller's. */
static int which(struct rpc_call *c, const struct tl_obj *input, struct store_bot *ret)
{
	int64_t id = c->user_id;
	int r;

	if (!c->is_bot && !input)
		return rpc_fail(c, 400, "BOT_INVALID");
	if (input && (r = user_resolve(c, input, &id)) < 0)
		return r;
	r = store_bot_get(c->db, id, &c->arena, ret);
	if (r == -ERR_NOTFOUND || (r == 0 && id != c->user_id && ret->owner != c->user_id))
		return rpc_fail(c, 400, "BOT_INVALID");
	return r;
}

static int check_lang(struct rpc_call *c, struct slice lang)
{
	return !lang.n || (lang.n == 2 && bot_lang((const char *)arena_printf(&c->arena, "%.*s", (int)lang.n,
	                                                                      (const char *)lang.p)
	                                                   .p)
	                                          .n)
	               ? 0
	               : rpc_fail(c, 400, "LANG_CODE_INVALID");
}

/* In all languages: the account's own name and words. */
static int set_account(struct rpc_call *c, int64_t bot, const struct tl_bots_setBotInfo *q)
{
	struct store_user u;
	struct slice first, last;
	int r;

	if (!q->name.p && !q->about.p)
		return 0;
	if ((r = store_user_load(c->db, bot, &c->arena, &u)) < 0)
		return r;
	if (q->name.p) {
		if ((r = user_names(c, q->name, (struct slice){0}, &first, &last)) < 0)
			return r;
		u.first = first;
	}
	if (q->about.p)
		u.about = q->about;
	return store_user_update(c->db, &u);
}

int bots_setBotInfo(struct rpc_call *c, const struct tl_bots_setBotInfo *q)
{
	struct slice lang = q->lang_code.n ? q->lang_code : SLICE_LIT("");
	struct store_bot_text t = {0};
	struct store_bot b;
	int r;

	if ((r = which(c, q->bot, &b)) < 0 || (r = check_lang(c, lang)) < 0)
		return r;
	if (!utf8_valid(q->about) || utf8_len(q->about) > LIMIT_BOT_ABOUT)
		return rpc_fail(c, 400, "ABOUT_TOO_LONG");
	if (!utf8_valid(q->description) || utf8_len(q->description) > LIMIT_BOT_DESCRIPTION)
		return rpc_fail(c, 400, "DESCRIPTION_TOO_LONG");
	if (!utf8_valid(q->name) || utf8_len(q->name) > LIMIT_FIRST_NAME)
		return rpc_fail(c, 400, "FIRSTNAME_INVALID");
	r = store_bot_text_get(c->db, b.id, lang, &c->arena, &t);
	if (r < 0 && r != -ERR_NOTFOUND)
		return r;
	if (q->name.p)
		t.name = q->name;
	if (q->about.p)
		t.about = q->about;
	if (q->description.p)
		t.description = q->description;
	if ((r = store_bot_text_put(c->db, b.id, lang, &t)) < 0 ||
	    (!lang.n && (r = set_account(c, b.id, q)) < 0) || (r = bot_changed(c, &b)) < 0)
		return r;
	return rpc_reply_bool(c, true);
}

static struct slice or_empty(struct slice s)
{
	return s.p ? s : SLICE_LIT("");
}

int bots_getBotInfo(struct rpc_call *c, const struct tl_bots_getBotInfo *q)
{
	struct tl_bots_botInfo *o = TL_NEW(&c->arena, bots_botInfo);
	struct store_bot_text t = {0};
	struct store_user u;
	struct store_bot b;
	int r;

	if ((r = which(c, q->bot, &b)) < 0 || (r = check_lang(c, q->lang_code)) < 0 ||
	    (r = store_user_load(c->db, b.id, &c->arena, &u)) < 0)
		return r;
	r = store_bot_text_get(c->db, b.id, or_empty(q->lang_code), &c->arena, &t);
	if (r < 0 && r != -ERR_NOTFOUND)
		return r;
	o->name = q->lang_code.n ? or_empty(t.name) : u.first;
	o->about = q->lang_code.n ? or_empty(t.about) : or_empty(u.about);
	o->description = or_empty(t.description);
	return rpc_reply(c, &o->o);
}

/* --- the button beside the field in which one writes */

static int check_menu(struct rpc_call *c, const struct tl_obj *button)
{
	const struct tl_botMenuButton *b = TL_AS(botMenuButton, button);

	if (!b)
		return 0;
	if (!b->text.n || !utf8_valid(b->text) || utf8_len(b->text) > LIMIT_BOT_PLACEHOLDER)
		return rpc_fail(c, 400, "BUTTON_TEXT_INVALID");
	if (b->url.n < 9 || b->url.n > LIMIT_BUTTON_URL || memcmp(b->url.p, "https://", 8) != 0)
		return rpc_fail(c, 400, "BUTTON_URL_INVALID");
	return 0;
}

/* For whom: somebody it has met, or (absent) everybody. */
static int for_whom(struct rpc_call *c, const struct tl_obj *input, int64_t *ret)
{
	*ret = 0;
	return !input || TL_IS(inputUserEmpty, input) ? 0 : user_resolve(c, input, ret);
}

int bots_setBotMenuButton(struct rpc_call *c, const struct tl_bots_setBotMenuButton *q)
{
	struct slice body = {0};
	struct store_bot b;
	int64_t user;
	int r;

	if ((r = which(c, NULL, &b)) < 0 || (r = for_whom(c, q->user_id, &user)) < 0 ||
	    (r = check_menu(c, q->button)) < 0)
		return r;
	if (!TL_IS(botMenuButtonDefault, q->button))
		body = bot_encode(&c->arena, q->button);
	if (user)
		r = store_bot_menu_put(c->db, b.id, user, body);
	else
		b.menu = body;
	if (r < 0 || (r = bot_changed(c, &b)) < 0)
		return r;
	return rpc_reply_bool(c, true);
}

int bot_menu_for(struct rpc_call *c, const struct store_bot *b, int64_t user, struct tl_obj **ret)
{
	struct slice body;
	int r = -ERR_NOTFOUND;

	if (user)
		r = store_bot_menu_get(c->db, b->id, user, &c->arena, &body);
	if (r < 0 && r != -ERR_NOTFOUND)
		return r;
	*ret = bot_decode(&c->arena, r == 0 ? body : b->menu);
	return 0;
}

int bots_getBotMenuButton(struct rpc_call *c, const struct tl_bots_getBotMenuButton *q)
{
	struct tl_obj *button;
	struct store_bot b;
	int64_t user;
	int r;

	if ((r = which(c, NULL, &b)) < 0 || (r = for_whom(c, q->user_id, &user)) < 0 ||
	    (r = bot_menu_for(c, &b, user, &button)) < 0)
		return r;
	return rpc_reply(c, button ? button : &TL_NEW(&c->arena, botMenuButtonDefault)->o);
}
