/* preferences.c - switches of an account that clients keep on the server, and reports to those who run it. */
#include "base/err.h"
#include "base/utf8.h"
#include "domain/users/peer.h"
#include "rpc_methods.h"
#include "store/setting.h"

enum { SERVER = 0, REPORT_TEXT = 512 };

int account_getGlobalPrivacySettings(struct rpc_call *c, const struct tl_account_getGlobalPrivacySettings *q)
{
	struct slice body;
	struct tl_obj *o;
	struct rd in;
	int r;

	r = store_setting_get(c->db, c->user_id, "global_privacy", &c->arena, &body);
	if (r == -ERR_NOTFOUND)
		return rpc_reply(c, &TL_NEW(&c->arena, globalPrivacySettings)->o);
	if (r < 0)
		return r;
	in = rd_of(body.p, body.n);
	if (tl_decode(&in, &c->arena, &o) < 0)
		return -ERR_CORRUPT;
	return rpc_reply(c, o);
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

/* Kept under the server's own settings, for its operator. */
static int keep_report(struct rpc_call *c, const struct tl_obj *input_peer, const char *reason,
                       struct slice text)
{
	struct slice key, value;
	struct peer peer;
	int r;

	if ((r = peer_resolve(c, input_peer, &peer)) < 0)
		return r;
	key = arena_printf(&c->arena, "report.%lld.%lld.%lld", (long long)c->now, (long long)c->user_id,
	                   (long long)peer.key);
	value = arena_printf(&c->arena, "%s %.*s", reason, (int)text.n, (const char *)text.p);
	r = store_setting_put(c->db, SERVER, (const char *)key.p, value);
	return r < 0 ? r : rpc_reply_bool(c, true);
}

int account_reportPeer(struct rpc_call *c, const struct tl_account_reportPeer *q)
{
	if (q->message.n > REPORT_TEXT || !utf8_valid(q->message))
		return rpc_fail(c, 400, "REPORT_REASON_INVALID");
	return keep_report(c, q->peer, tl_wire_name(q->reason->name), q->message);
}

int messages_reportSpam(struct rpc_call *c, const struct tl_messages_reportSpam *q)
{
	return keep_report(c, q->peer, "spam", SLICE_LIT(""));
}
