/* privacy.c - rules: read, judged, set. */
#include "domain/users/privacy.h"

#include <stdio.h>

#include "base/err.h"
#include "domain/users/peer.h"
#include "rpc_methods.h"
#include "store/contact.h"
#include "store/setting.h"
#include "updates/event.h"
#include "updates/peer.h"

static const struct key_row {
	uint16_t input, shown;
	bool contacts_only; /* the default; otherwise everybody */
} keys[] = {
	[PRIVACY_STATUS] = {TL_inputPrivacyKeyStatusTimestamp, TL_privacyKeyStatusTimestamp, false},
	[PRIVACY_CHAT_INVITE] = {TL_inputPrivacyKeyChatInvite, TL_privacyKeyChatInvite, false},
	[PRIVACY_CALL] = {TL_inputPrivacyKeyPhoneCall, TL_privacyKeyPhoneCall, false},
	[PRIVACY_P2P] = {TL_inputPrivacyKeyPhoneP2P, TL_privacyKeyPhoneP2P, false},
	[PRIVACY_FORWARDS] = {TL_inputPrivacyKeyForwards, TL_privacyKeyForwards, false},
	[PRIVACY_PHOTO] = {TL_inputPrivacyKeyProfilePhoto, TL_privacyKeyProfilePhoto, false},
	[PRIVACY_PHONE] = {TL_inputPrivacyKeyPhoneNumber, TL_privacyKeyPhoneNumber, true},
	[PRIVACY_ADDED_BY_PHONE] = {TL_inputPrivacyKeyAddedByPhone, TL_privacyKeyAddedByPhone, false},
	[PRIVACY_VOICE] = {TL_inputPrivacyKeyVoiceMessages, TL_privacyKeyVoiceMessages, false},
	[PRIVACY_ABOUT] = {TL_inputPrivacyKeyAbout, TL_privacyKeyAbout, false},
	[PRIVACY_BIRTHDAY] = {TL_inputPrivacyKeyBirthday, TL_privacyKeyBirthday, true},
	[PRIVACY_NO_PAID] = {TL_inputPrivacyKeyNoPaidMessages, TL_privacyKeyNoPaidMessages, false},
	[PRIVACY_SAVED_MUSIC] = {TL_inputPrivacyKeySavedMusic, TL_privacyKeySavedMusic, false},
	[PRIVACY_GIFTS] = {TL_inputPrivacyKeyStarGiftsAutoSave, TL_privacyKeyStarGiftsAutoSave, false},
};
enum { KEYS = sizeof(keys) / sizeof(keys[0]) };

static const char *setting_name(struct arena *a, int key)
{
	return (const char *)arena_printf(a, "privacy.%d", key).p;
}

static int key_of(const struct tl_obj *input)
{
	for (int k = 1; input && k < KEYS; k++)
		if (keys[k].input == input->name)
			return k;
	return 0;
}

struct tl_obj *privacy_key_view(struct arena *a, int key)
{
	return key > 0 && key < KEYS ? tl_new(a, keys[key].shown, sizeof(struct tl_obj)) : NULL;
}

static struct tl_vec defaults(struct arena *a, enum privacy_key key)
{
	struct tl_vec v = tl_vec_new(a, keys[key].contacts_only ? 2 : 1);

	if (keys[key].contacts_only) {
		v.v[0] = &TL_NEW(a, privacyValueAllowContacts)->o;
		v.v[1] = &TL_NEW(a, privacyValueDisallowAll)->o;
	} else {
		v.v[0] = &TL_NEW(a, privacyValueAllowAll)->o;
	}
	return v;
}

static int load(struct rpc_call *c, int64_t owner, enum privacy_key key, struct tl_vec *ret)
{
	struct arena *a = &c->arena;
	struct slice body;
	struct tl_obj *o;
	struct rd in;
	int r;

	r = store_setting_get(c->db, owner, setting_name(a, key), a, &body);
	if (r == -ERR_NOTFOUND) {
		*ret = defaults(a, key);
		return 0;
	}
	if (r < 0)
		return r;
	in = rd_of(body.p, body.n);
	if (tl_decode(&in, a, &o) < 0 || !TL_IS(account_privacyRules, o))
		return -ERR_CORRUPT;
	*ret = TL_AS(account_privacyRules, o)->rules;
	return 0;
}

static int save(struct rpc_call *c, enum privacy_key key, struct tl_vec rules)
{
	struct tl_account_privacyRules *o = TL_NEW(&c->arena, account_privacyRules);
	struct buf b = {0};
	int r;

	o->rules = rules;
	o->users = o->chats = tl_vec_new(&c->arena, 0);
	r = tl_encode(&b, &o->o, TL_LAYER_MAX);
	if (r >= 0)
		r = store_setting_put(c->db, c->user_id, setting_name(&c->arena, key), buf_slice(&b));
	buf_fini(&b);
	return r < 0 ? r : rpc_log_own(c, UPD_PRIVACY, 0, key);
}

static bool has(struct tl_vec_long v, int64_t id)
{
	for (uint32_t i = 0; i < v.n; i++)
		if (v.v[i] == id)
			return true;
	return false;
}

/* What the rules say of somebody by his name alone: 1 yes, 0 no, -1 nothing. */
static int by_name(struct tl_vec rules, int64_t other)
{
	int verdict = -1;

	for (uint32_t i = 0; i < rules.n; i++) {
		const struct tl_privacyValueDisallowUsers *no = TL_AS(privacyValueDisallowUsers, rules.v[i]);
		const struct tl_privacyValueAllowUsers *yes = TL_AS(privacyValueAllowUsers, rules.v[i]);

		if (no && has(no->users, other))
			return 0;
		if (yes && has(yes->users, other))
			verdict = 1;
	}
	return verdict;
}

/* The rest in order of narrowness: contacts, then everybody. Nobody is premium, a bot or a close friend so far. */
static int by_kind(struct rpc_call *c, struct tl_vec rules, int64_t owner, int64_t other)
{
	struct store_contact contact;
	int all = 0, r;

	for (uint32_t i = 0; i < rules.n; i++) {
		bool yes = TL_IS(privacyValueAllowContacts, rules.v[i]);

		if (yes || TL_IS(privacyValueDisallowContacts, rules.v[i])) {
			r = store_contact_get(c->db, owner, other, &c->arena, &contact);
			if (r == 0)
				return yes;
			if (r != -ERR_NOTFOUND)
				return r;
		}
		if (TL_IS(privacyValueAllowAll, rules.v[i]))
			all = 1;
	}
	return all;
}

int privacy_allows(struct rpc_call *c, int64_t owner, enum privacy_key key, int64_t other)
{
	struct tl_vec rules;
	int r;

	if (owner == other)
		return 1;
	r = load(c, owner, key, &rules);
	if (r < 0)
		return r;
	r = by_name(rules, other);
	return r >= 0 ? r : by_kind(c, rules, owner, other);
}

int privacy_rules_view(struct view *v, int64_t owner, enum privacy_key key, struct tl_vec *ret)
{
	int r;

	r = load(v->c, owner, key, ret);
	if (r < 0)
		return r;
	for (uint32_t i = 0; i < ret->n; i++) {
		const struct tl_privacyValueDisallowUsers *no = TL_AS(privacyValueDisallowUsers, ret->v[i]);
		const struct tl_privacyValueAllowUsers *yes = TL_AS(privacyValueAllowUsers, ret->v[i]);

		for (uint32_t k = 0; no && k < no->users.n; k++)
			view_peer(v, peer_user(no->users.v[k]));
		for (uint32_t k = 0; yes && k < yes->users.n; k++)
			view_peer(v, peer_user(yes->users.v[k]));
	}
	return 0;
}

int privacy_add_exception(struct rpc_call *c, enum privacy_key key, int64_t other)
{
	struct tl_privacyValueAllowUsers *allow = TL_NEW(&c->arena, privacyValueAllowUsers);
	struct tl_vec rules, more;
	uint32_t n = 0;
	int64_t *ids;
	int r;

	r = load(c, c->user_id, key, &rules);
	if (r < 0)
		return r;
	if (by_name(rules, other) >= 0) /* permitted already, or refused by name: that was meant */
		return 0;
	more = tl_vec_new(&c->arena, rules.n + 1);
	more.v[n++] = &allow->o;
	ids = ARENA_ARRAY(&c->arena, int64_t, 1);
	ids[0] = other;
	allow->users = (struct tl_vec_long){ids, 1};
	for (uint32_t i = 0; i < rules.n; i++) {
		const struct tl_privacyValueAllowUsers *old = TL_AS(privacyValueAllowUsers, rules.v[i]);

		if (!old) {
			more.v[n++] = rules.v[i];
			continue;
		}
		ids = ARENA_ARRAY(&c->arena, int64_t, allow->users.n + old->users.n);
		memcpy(ids, allow->users.v, allow->users.n * sizeof(*ids));
		memcpy(ids + allow->users.n, old->users.v, old->users.n * sizeof(*ids));
		allow->users = (struct tl_vec_long){ids, allow->users.n + old->users.n};
	}
	if (allow->users.n > LIMIT_PRIVACY_EXCEPTIONS)
		return 0;
	more.n = n;
	return save(c, key, more);
}

/* InputUsers to ids; unknown ones are left out, as the client may hold stale ones. */
static struct tl_vec_long ids_of(struct rpc_call *c, struct tl_vec users)
{
	int64_t *ids = ARENA_ARRAY(&c->arena, int64_t, users.n + 1);
	uint32_t n = 0;

	for (uint32_t i = 0; i < users.n; i++)
		if (user_resolve(c, users.v[i], &ids[n]) == 0 && ids[n] != c->user_id)
			n++;
	return (struct tl_vec_long){ids, n};
}

static const struct {
	uint16_t input, shown;
} plain_rules[] = {
	{TL_inputPrivacyValueAllowAll, TL_privacyValueAllowAll},
	{TL_inputPrivacyValueDisallowAll, TL_privacyValueDisallowAll},
	{TL_inputPrivacyValueAllowContacts, TL_privacyValueAllowContacts},
	{TL_inputPrivacyValueDisallowContacts, TL_privacyValueDisallowContacts},
	{TL_inputPrivacyValueAllowCloseFriends, TL_privacyValueAllowCloseFriends},
	{TL_inputPrivacyValueAllowPremium, TL_privacyValueAllowPremium},
	{TL_inputPrivacyValueAllowBots, TL_privacyValueAllowBots},
	{TL_inputPrivacyValueDisallowBots, TL_privacyValueDisallowBots},
};

/* One rule as it is stored; NULL if it is none. *ret_named counts who is named in it. */
static struct tl_obj *rule_of(struct rpc_call *c, const struct tl_obj *in, uint32_t *ret_named)
{
	const struct tl_inputPrivacyValueDisallowUsers *no = TL_AS(inputPrivacyValueDisallowUsers, in);
	const struct tl_inputPrivacyValueAllowUsers *yes = TL_AS(inputPrivacyValueAllowUsers, in);
	const struct tl_inputPrivacyValueDisallowChatParticipants *no_chats = TL_AS(
		inputPrivacyValueDisallowChatParticipants, in);
	const struct tl_inputPrivacyValueAllowChatParticipants *chats = TL_AS(
		inputPrivacyValueAllowChatParticipants, in);
	struct arena *a = &c->arena;

	*ret_named = yes        ? yes->users.n
	             : no       ? no->users.n
	             : chats    ? chats->chats.n
	             : no_chats ? no_chats->chats.n
	                        : 0;
	if (*ret_named > LIMIT_PRIVACY_EXCEPTIONS)
		return NULL;
	if (yes) {
		struct tl_privacyValueAllowUsers *o = TL_NEW(a, privacyValueAllowUsers);

		o->users = ids_of(c, yes->users);
		return &o->o;
	}
	if (no) {
		struct tl_privacyValueDisallowUsers *o = TL_NEW(a, privacyValueDisallowUsers);

		o->users = ids_of(c, no->users);
		return &o->o;
	}
	if (chats) {
		struct tl_privacyValueAllowChatParticipants *o = TL_NEW(a, privacyValueAllowChatParticipants);

		o->chats = chats->chats;
		return &o->o;
	}
	if (no_chats) {
		struct tl_privacyValueDisallowChatParticipants *o = TL_NEW(
			a, privacyValueDisallowChatParticipants);

		o->chats = no_chats->chats;
		return &o->o;
	}
	for (size_t i = 0; i < sizeof(plain_rules) / sizeof(plain_rules[0]); i++)
		if (plain_rules[i].input == in->name)
			return tl_new(a, plain_rules[i].shown, sizeof(struct tl_obj));
	return NULL;
}

static int answer(struct rpc_call *c, int key)
{
	struct tl_account_privacyRules *o = TL_NEW(&c->arena, account_privacyRules);
	struct view v;
	int r;

	view_init(&v, c);
	if ((r = privacy_rules_view(&v, c->user_id, (enum privacy_key)key, &o->rules)) < 0 ||
	    (r = view_mentioned(&v, &o->users, &o->chats)) < 0)
		return r;
	return rpc_reply(c, &o->o);
}

int account_getPrivacy(struct rpc_call *c, const struct tl_account_getPrivacy *q)
{
	int key = key_of(q->key);

	return key ? answer(c, key) : rpc_fail(c, 400, "PRIVACY_KEY_INVALID");
}

int account_setPrivacy(struct rpc_call *c, const struct tl_account_setPrivacy *q)
{
	struct tl_vec rules = tl_vec_new(&c->arena, q->rules.n);
	uint32_t named, sum = 0;
	int key = key_of(q->key), r;

	if (!key)
		return rpc_fail(c, 400, "PRIVACY_KEY_INVALID");
	if (q->rules.n > sizeof(plain_rules) / sizeof(plain_rules[0]) + 4)
		return rpc_fail(c, 400, "PRIVACY_TOO_LONG");
	for (uint32_t i = 0; i < q->rules.n; i++) {
		rules.v[i] = rule_of(c, q->rules.v[i], &named);
		sum += named;
		if (sum > LIMIT_PRIVACY_EXCEPTIONS)
			return rpc_fail(c, 400, "PRIVACY_TOO_LONG");
		if (!rules.v[i])
			return rpc_fail(c, 400, "PRIVACY_VALUE_INVALID");
	}
	if (!rules.n)
		rules = defaults(&c->arena, (enum privacy_key)key);
	r = save(c, (enum privacy_key)key, rules);
	return r < 0 ? r : answer(c, key);
}

int privacy_may_be_added(struct rpc_call *c, int64_t user)
{
	int r = store_blocked_is(c->db, user, c->user_id);

	if (r != 0)
		return r < 0 ? r : 0;
	return privacy_allows(c, user, PRIVACY_CHAT_INVITE, c->user_id);
}
