/*
 * away.c - chats that go to the archive and leave it by themselves: those that strangers begin, for who wants them out of sight;
 * and what is not muted there, when a message comes.
 */
#include "base/err.h"
#include "domain/dialogs/private.h"
#include "domain/users/privacy.h"
#include "rpc_methods.h"
#include "store/contact.h"
#include "store/dialog.h"
#include "store/filter.h"
#include "store/setting.h"
#include "updates/event.h"

static int move(struct rpc_call *c, int64_t owner, int64_t peer, int32_t folder)
{
	struct upd_event ev = {.owner = owner, .kind = UPD_FOLDER_PEERS, .pts_count = 1};
	struct store_dialog d;
	uint8_t payload[12];
	int r;

	r = store_dialog_get(c->db, owner, peer, &c->arena, &d);
	if (r < 0)
		return r;
	d.folder = folder;
	d.pin_order = 0; /* a pin belongs to the list that it was made in */
	d.flags = folder ? d.flags | DIALOG_PUT_AWAY : d.flags & ~DIALOG_PUT_AWAY;
	memcpy(payload, &peer, 8);
	memcpy(payload + 8, &folder, 4);
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
	r = move(c, owner, peer, 1);
	return r < 0 ? r : mute(c, owner, peer);
}

static bool names(struct tl_vec peers, int64_t peer)
{
	for (uint32_t i = 0; i < peers.n; i++)
		if (TL_IS(inputPeerUser, peers.v[i]) && TL_AS(inputPeerUser, peers.v[i])->user_id == peer)
			return true;
	return false;
}

/* Does one of his folders have it by name? As folders are stored: ids alone (filter.c). */
static int is_in_folder(struct rpc_call *c, int64_t owner, int64_t peer)
{
	struct store_filter *rows;
	struct tl_dialogFilter *f;
	struct tl_obj *o;
	size_t n;
	int r = store_filter_list(c->db, owner, LIMIT_FOLDERS, &c->arena, &rows, &n);

	for (size_t i = 0; r >= 0 && i < n; i++) {
		struct rd in = rd_of(rows[i].body.p, rows[i].body.n);

		if (tl_decode(&in, &c->arena, &o) < 0)
			return -ERR_CORRUPT;
		f = TL_AS(dialogFilter, o);
		if (f && (names(f->pinned_peers, peer) || names(f->include_peers, peer)))
			return true;
	}
	return r < 0 ? r : false;
}

int dialog_take_out(struct rpc_call *c, int64_t owner, int64_t peer)
{
	struct tl_globalPrivacySettings *wish;
	int r;

	if ((r = privacy_global(c, owner, &wish)) < 0 || wish->keep_archived_unmuted)
		return r;
	if ((r = notify_is_muted(c, owner, peer, peer > 0 ? NOTIFY_USERS : NOTIFY_CHATS)) != 0)
		return r < 0 ? r : 0;
	if (wish->keep_archived_folders && (r = is_in_folder(c, owner, peer)) != 0)
		return r < 0 ? r : 0;
	return move(c, owner, peer, 0);
}
