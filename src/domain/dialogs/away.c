/* away.c - chats that strangers begin, for those who want them out of sight: in the archive, without a sound. */
#include "base/err.h"
#include "domain/dialogs/private.h"
#include "domain/users/privacy.h"
#include "rpc_methods.h"
#include "store/contact.h"
#include "store/dialog.h"
#include "store/setting.h"
#include "updates/event.h"

static int archive(struct rpc_call *c, int64_t owner, int64_t peer)
{
	struct upd_event ev = {.owner = owner, .kind = UPD_FOLDER_PEERS, .pts_count = 1};
	struct store_dialog d;
	uint8_t payload[12];
	int r;

	r = store_dialog_get(c->db, owner, peer, &c->arena, &d);
	if (r < 0)
		return r;
	d.folder = 1;
	d.flags |= DIALOG_PUT_AWAY;
	memcpy(payload, &peer, 8);
	memcpy(payload + 8, &(int32_t){1}, 4);
	ev.payload = slice_of(payload, sizeof(payload));
	r = store_dialog_put(c->db, &d);
	return r < 0 ? r : rpc_log_event(c, &ev);
}

static int mute(struct rpc_call *c, int64_t owner, int64_t peer)
{
	struct tl_peerNotifySettings *s = TL_NEW(&c->arena, peerNotifySettings);
	struct upd_event ev = {.owner = owner, .kind = UPD_NOTIFY, .peer = peer};
	struct buf b = {0};
	int r;

	s->has_mute_until = true;
	s->mute_until = INT32_MAX;
	r = tl_encode(&b, &s->o, TL_LAYER_MAX);
	if (r == 0)
		r = store_setting_put(c->db, owner, notify_key(&c->arena, peer, NOTIFY_PEER), buf_slice(&b));
	buf_fini(&b);
	return r < 0 ? r : rpc_log_event(c, &ev);
}

int dialog_put_away(struct rpc_call *c, int64_t owner, int64_t peer)
{
	struct tl_globalPrivacySettings *wish;
	struct store_contact contact;
	int r;

	if (peer == owner || peer == SERVICE_USER)
		return 0;
	if ((r = privacy_global(c, owner, &wish)) < 0 || !wish->archive_and_mute_new_noncontact_peers)
		return r;
	r = store_contact_get(c->db, owner, peer, &c->arena, &contact);
	if (r != -ERR_NOTFOUND)
		return r < 0 ? r : 0;
	r = archive(c, owner, peer);
	return r < 0 ? r : mute(c, owner, peer);
}
