/* preferences.c - switches of an account that the server acts on. */
#include "base/err.h"
#include "domain/users/privacy.h"
#include "rpc_methods.h"
#include "store/setting.h"

int privacy_global(struct rpc_call *c, int64_t owner, struct tl_globalPrivacySettings **ret)
{
	struct slice body;
	struct tl_obj *o;
	struct rd in;
	int r;

	r = store_setting_get(c->db, owner, "global_privacy", &c->arena, &body);
	if (r == -ERR_NOTFOUND) {
		*ret = TL_NEW(&c->arena, globalPrivacySettings);
		return 0;
	}
	if (r < 0)
		return r;
	in = rd_of(body.p, body.n);
	if (tl_decode(&in, &c->arena, &o) < 0 || !TL_IS(globalPrivacySettings, o))
		return -ERR_CORRUPT;
	*ret = TL_AS(globalPrivacySettings, o);
	return 0;
}

int privacy_hides_reads(struct rpc_call *c, int64_t owner, int64_t other)
{
	struct tl_globalPrivacySettings *s;
	int r;

	if ((r = privacy_global(c, owner, &s)) < 0 || !s->hide_read_marks)
		return r;
	r = privacy_allows(c, owner, PRIVACY_STATUS, other);
	return r < 0 ? r : !r;
}

int account_getGlobalPrivacySettings(struct rpc_call *c, const struct tl_account_getGlobalPrivacySettings *q)
{
	struct tl_globalPrivacySettings *s;
	int r = privacy_global(c, c->user_id, &s);

	return r < 0 ? r : rpc_reply(c, &s->o);
}

/* What needs premium, paid messages or gifts cannot be kept: there are none. The answer says what was. */
int account_setGlobalPrivacySettings(struct rpc_call *c, const struct tl_account_setGlobalPrivacySettings *q)
{
	const struct tl_globalPrivacySettings *wish = TL_AS(globalPrivacySettings, q->settings);
	struct tl_globalPrivacySettings *s = TL_NEW(&c->arena, globalPrivacySettings);
	struct buf b = {0};
	int r;

	if (!wish)
		return rpc_fail(c, 400, "INPUT_CONSTRUCTOR_INVALID");
	s->archive_and_mute_new_noncontact_peers = wish->archive_and_mute_new_noncontact_peers;
	s->has_archive_and_mute_new_noncontact_peers = wish->has_archive_and_mute_new_noncontact_peers;
	s->keep_archived_unmuted = wish->keep_archived_unmuted;
	s->keep_archived_folders = wish->keep_archived_folders;
	s->hide_read_marks = wish->hide_read_marks;
	r = tl_encode(&b, &s->o, TL_LAYER_MAX);
	if (r >= 0)
		r = store_setting_put(c->db, c->user_id, "global_privacy", buf_slice(&b));
	buf_fini(&b);
	return r < 0 ? r : rpc_reply(c, &s->o);
}

int account_getContactSignUpNotification(struct rpc_call *c,
                                         const struct tl_account_getContactSignUpNotification *q)
{
	struct slice silent;
	int r = store_setting_get(c->db, c->user_id, "signup_silent", &c->arena, &silent);

	if (r < 0 && r != -ERR_NOTFOUND)
		return r;
	return rpc_reply_bool(c, r == 0); /* true: silent */
}

int account_setContactSignUpNotification(struct rpc_call *c,
                                         const struct tl_account_setContactSignUpNotification *q)
{
	int r = q->silent ? store_setting_put(c->db, c->user_id, "signup_silent", SLICE_LIT("1"))
	                  : store_setting_delete(c->db, c->user_id, "signup_silent");

	return r < 0 && r != -ERR_NOTFOUND ? r : rpc_reply_bool(c, true);
}
