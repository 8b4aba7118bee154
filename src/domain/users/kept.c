/*
 * kept.c - what clients keep on the server to have it on every device: how much to load by itself, what to save to the
 * phone's gallery, until when the device is locked. Stored and echoed; clients act on it.
 */
#include <stdlib.h>

#include "base/err.h"
#include "domain/users/peer.h"
#include "domain/users/view.h"
#include "rpc_methods.h"
#include "store/setting.h"
#include "updates/peer.h"

enum { EXCEPTIONS_MAX = 200 };

#define SAVE_PEER "autosave_peer."

static int load(struct rpc_call *c, const char *key, uint16_t name, struct tl_obj **ret)
{
	struct slice body;
	struct rd in;
	int r;

	*ret = NULL;
	r = store_setting_get(c->db, c->user_id, key, &c->arena, &body);
	if (r < 0)
		return r == -ERR_NOTFOUND ? 0 : r;
	in = rd_of(body.p, body.n);
	return tl_decode(&in, &c->arena, ret) < 0 || (*ret)->name != name ? -ERR_CORRUPT : 0;
}

static int save(struct rpc_call *c, const char *key, const struct tl_obj *o)
{
	struct buf b = {0};
	int r = tl_encode(&b, o, TL_LAYER_MAX);

	if (r == 0)
		r = store_setting_put(c->db, c->user_id, key, buf_slice(&b));
	buf_fini(&b);
	return r;
}

/* --- how much is loaded by itself: on a dear line, an ordinary one, a fast one */

static const struct preset {
	const char *key;
	int32_t photo;
	int64_t video, file;
} presets[] = {
	{"autodownload.low", 1048576, 0, 0},
	{"autodownload.medium", 1048576, 10485760, 1048576},
	{"autodownload.high", 1048576, 15728640, 3145728},
};

static int preset_view(struct rpc_call *c, const struct preset *p, struct tl_obj **ret)
{
	struct tl_autoDownloadSettings *s;
	int r = load(c, p->key, TL_autoDownloadSettings, ret);

	if (r < 0 || *ret)
		return r;
	s = TL_NEW(&c->arena, autoDownloadSettings);
	s->photo_size_max = p->photo;
	s->video_size_max = p->video;
	s->file_size_max = p->file;
	s->video_preload_large = s->audio_preload_next = p->video > 0;
	s->video_upload_maxbitrate = 100;
	s->small_queue_active_operations_max = 5;
	s->large_queue_active_operations_max = 2;
	*ret = &s->o;
	return 0;
}

int account_getAutoDownloadSettings(struct rpc_call *c, const struct tl_account_getAutoDownloadSettings *q)
{
	struct tl_account_autoDownloadSettings *s = TL_NEW(&c->arena, account_autoDownloadSettings);
	int r;

	if ((r = preset_view(c, &presets[0], &s->low)) < 0 ||
	    (r = preset_view(c, &presets[1], &s->medium)) < 0 ||
	    (r = preset_view(c, &presets[2], &s->high)) < 0)
		return r;
	return rpc_reply(c, &s->o);
}

int account_saveAutoDownloadSettings(struct rpc_call *c, const struct tl_account_saveAutoDownloadSettings *q)
{
	int r = save(c, presets[q->low ? 0 : q->high ? 2 : 1].key, q->settings);

	return r < 0 ? r : rpc_reply_bool(c, true);
}

/* --- what is saved to the gallery */

static int scope_view(struct rpc_call *c, const char *key, struct tl_obj **ret)
{
	int r = load(c, key, TL_autoSaveSettings, ret);

	if (r == 0 && !*ret)
		*ret = &TL_NEW(&c->arena, autoSaveSettings)->o;
	return r;
}

int account_getAutoSaveSettings(struct rpc_call *c, const struct tl_account_getAutoSaveSettings *q)
{
	struct tl_account_autoSaveSettings *s = TL_NEW(&c->arena, account_autoSaveSettings);
	struct slice *keys, *values;
	struct view v;
	size_t n;
	int r;

	if ((r = scope_view(c, "autosave.users", &s->users_settings)) < 0 ||
	    (r = scope_view(c, "autosave.chats", &s->chats_settings)) < 0 ||
	    (r = scope_view(c, "autosave.broadcasts", &s->broadcasts_settings)) < 0 ||
	    (r = store_setting_list(c->db, c->user_id, SAVE_PEER, EXCEPTIONS_MAX, &c->arena, &keys, &values,
	                            &n)) < 0)
		return r;
	view_init(&v, c);
	s->exceptions = tl_vec_new(&c->arena, (uint32_t)n);
	for (size_t i = 0; i < n; i++) {
		struct tl_autoSaveException *e = TL_NEW(&c->arena, autoSaveException);
		int64_t peer = strtoll((const char *)keys[i].p + sizeof(SAVE_PEER) - 1, NULL, 10);

		if ((r = scope_view(c, (const char *)keys[i].p, &e->settings)) < 0)
			return r;
		e->peer = peer_to_tl(&c->arena, peer);
		view_peer(&v, peer);
		s->exceptions.v[i] = &e->o;
	}
	if ((r = view_mentioned(&v, &s->users, &s->chats)) < 0)
		return r;
	return rpc_reply(c, &s->o);
}

int account_saveAutoSaveSettings(struct rpc_call *c, const struct tl_account_saveAutoSaveSettings *q)
{
	const char *key = q->users ? "autosave.users" : q->chats ? "autosave.chats" : "autosave.broadcasts";
	struct slice *keys, *values;
	struct peer peer;
	size_t n;
	int r;

	if (!q->peer && !q->users && !q->chats && !q->broadcasts)
		return rpc_fail(c, 400, "PEER_ID_INVALID");
	if (q->peer) {
		if ((r = peer_resolve(c, q->peer, &peer)) < 0 ||
		    (r = store_setting_list(c->db, c->user_id, SAVE_PEER, EXCEPTIONS_MAX, &c->arena, &keys,
		                            &values, &n)) < 0)
			return r;
		if (n == EXCEPTIONS_MAX)
			return rpc_fail(c, 400, "LIMIT_INVALID");
		key = (const char *)arena_printf(&c->arena, SAVE_PEER "%lld", (long long)peer.key).p;
	}
	r = save(c, key, q->settings);
	return r < 0 ? r : rpc_reply_bool(c, true);
}

int account_deleteAutoSaveExceptions(struct rpc_call *c, const struct tl_account_deleteAutoSaveExceptions *q)
{
	struct slice *keys, *values;
	size_t n;
	int r;

	r = store_setting_list(c->db, c->user_id, SAVE_PEER, EXCEPTIONS_MAX, &c->arena, &keys, &values, &n);
	for (size_t i = 0; r >= 0 && i < n; i++)
		r = store_setting_delete(c->db, c->user_id, (const char *)keys[i].p);
	return r < 0 ? r : rpc_reply_bool(c, true);
}

/* --- switches that cannot be thrown here */

/* Nothing is marked as sensitive, so there is nothing to be shown. */
int account_setContentSettings(struct rpc_call *c, const struct tl_account_setContentSettings *q)
{
	return q->sensitive_enabled ? rpc_fail(c, 403, "SENSITIVE_CHANGE_FORBIDDEN")
	                            : rpc_reply_bool(c, true);
}

/* --- the data of an account, taken out */

/* An export asks for nothing that its owner may not see anyway; the id says that it is one. */
int account_initTakeoutSession(struct rpc_call *c, const struct tl_account_initTakeoutSession *q)
{
	struct tl_account_takeout *t = TL_NEW(&c->arena, account_takeout);

	t->id = c->now;
	return rpc_reply(c, &t->o);
}

int account_finishTakeoutSession(struct rpc_call *c, const struct tl_account_finishTakeoutSession *q)
{
	return rpc_reply_bool(c, true);
}

/* All of a box's messages lie in one place. */
int messages_getSplitRanges(struct rpc_call *c, const struct tl_messages_getSplitRanges *q)
{
	struct tl_messageRange *all = TL_NEW(&c->arena, messageRange);
	struct tl_vector *v = TL_NEW(&c->arena, vector);

	all->min_id = 1;
	all->max_id = INT32_MAX;
	v->objs = tl_vec_new(&c->arena, 1);
	v->objs.v[0] = &all->o;
	return rpc_reply(c, &v->o);
}
