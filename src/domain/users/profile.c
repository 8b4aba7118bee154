/* profile.c - users as they are asked for, and the caller's own profile. */
#include "base/err.h"
#include "base/utf8.h"
#include "domain/users/account.h"
#include "domain/users/peer.h"
#include "domain/users/view.h"
#include "rpc_methods.h"
#include "store/user.h"

int users_getUsers(struct rpc_call *c, const struct tl_users_getUsers *q)
{
	struct tl_vector *list = TL_NEW(&c->arena, vector);
	int64_t id;
	int r;

	if (q->id.n > LIMIT_USERS_PER_CALL)
		return rpc_fail(c, 400, "LIMIT_INVALID");
	list->objs = tl_vec_new(&c->arena, q->id.n);
	list->objs.n = 0;
	for (uint32_t i = 0; i < q->id.n; i++) {
		r = user_resolve(c, q->id.v[i], &id);
		if (r == -ERR_RPC) { /* one bad id does not spoil the others: it is userEmpty */
			struct tl_userEmpty *none = TL_NEW(&c->arena, userEmpty);

			if (TL_IS(inputUser, q->id.v[i]))
				none->id = TL_AS(inputUser, q->id.v[i])->user_id;
			list->objs.v[list->objs.n++] = &none->o;
			continue;
		}
		if (r < 0 || (r = user_view(c, c->user_id, id, &list->objs.v[list->objs.n])) < 0)
			return r;
		list->objs.n++;
	}
	return rpc_reply(c, &list->o);
}

/* Nobody asks for payment or premium: whoever may be named may be written to. */
int users_getRequirementsToContact(struct rpc_call *c, const struct tl_users_getRequirementsToContact *q)
{
	struct tl_vector *list = TL_NEW(&c->arena, vector);
	int64_t id;
	int r;

	if (q->id.n > LIMIT_USERS_PER_CALL)
		return rpc_fail(c, 400, "LIMIT_INVALID");
	list->objs = tl_vec_new(&c->arena, q->id.n);
	for (uint32_t i = 0; i < q->id.n; i++) {
		if ((r = user_resolve(c, q->id.v[i], &id)) < 0)
			return r;
		list->objs.v[i] = &TL_NEW(&c->arena, requirementToContactEmpty)->o;
	}
	return rpc_reply(c, &list->o);
}

int user_reply_self(struct rpc_call *c, void *unused)
{
	struct tl_obj *self;
	int r = user_view(c, c->user_id, c->user_id, &self);

	return r < 0 ? r : rpc_reply(c, self);
}

int account_updateProfile(struct rpc_call *c, const struct tl_account_updateProfile *q)
{
	struct store_user u;
	struct slice about;
	int r;

	if ((r = store_user_load(c->db, c->user_id, &c->arena, &u)) < 0)
		return r;
	if (q->about.p) {
		if (!utf8_valid(q->about))
			return rpc_fail(c, 400, "ABOUT_TOO_LONG");
		about = utf8_trim(q->about);
		if (utf8_len(about) > LIMIT_ABOUT)
			return rpc_fail(c, 400, "ABOUT_TOO_LONG");
		u.about = about;
	}
	if (q->first_name.p || q->last_name.p) {
		r = user_names(c, q->first_name.p ? q->first_name : u.first,
		               q->last_name.p ? q->last_name : u.last, &u.first, &u.last);
		if (r < 0)
			return r;
	}
	if ((r = store_user_update(c->db, &u)) < 0 ||
	    (r = user_changed(c, c->user_id, c->client->auth_key_id)) < 0)
		return r;
	return rpc_reply_after(c, user_reply_self, NULL);
}
