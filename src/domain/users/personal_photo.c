/*
 * personal_photo.c - photos of others: what somebody shows himself in the place of a contact's own, and what he proposes to him, which is
 * a message between the two.
 */
#include "base/err.h"
#include "domain/media/media.h"
#include "domain/messages/message.h"
#include "domain/messages/reply.h"
#include "domain/users/peer.h"
#include "domain/users/photo_view.h"
#include "domain/users/view.h"
#include "rpc_methods.h"
#include "store/contact.h"
#include "store/personal_photo.h"
#include "updates/event.h"
#include "updates/peer.h"

struct answer {
	int64_t user, file; /* file 0: there is none any more */
};

static int reply_photo(struct rpc_call *c, void *arg)
{
	struct tl_photos_photo *o = TL_NEW(&c->arena, photos_photo);
	const struct answer *a = arg;
	struct view v;
	int r = a->file ? user_photo_object(c, a->user, a->file, &o->photo) : 0;

	if (r < 0)
		return r;
	if (!o->photo)
		o->photo = &TL_NEW(&c->arena, photoEmpty)->o;
	view_init(&v, c);
	view_peer(&v, a->user);
	return (r = view_users(&v, &o->users)) < 0 ? r : rpc_reply(c, &o->o);
}

static bool has_photo(const struct tl_photos_uploadContactProfilePhoto *q)
{
	return q->file || q->video || q->video_emoji_markup;
}

/* Whom it is about. Without a photo, the one that the caller shows himself is to go. */
static int check(struct rpc_call *c, const struct tl_photos_uploadContactProfilePhoto *q, struct peer *ret)
{
	struct store_contact contact;
	int64_t id;
	int r;

	if ((r = user_resolve(c, q->user_id, &id)) < 0)
		return r;
	if (id == c->user_id || id == SERVICE_USER || peer_is_bot(id))
		return rpc_fail(c, 400, "USER_ID_INVALID");
	*ret = (struct peer){.key = peer_user(id)};
	if (q->suggest)
		return has_photo(q) ? message_may_send(c, ret) : rpc_fail(c, 400, "PHOTO_FILE_MISSING");
	r = store_contact_get(c->db, c->user_id, id, &c->arena, &contact);
	return r == -ERR_NOTFOUND ? rpc_fail(c, 400, "CONTACT_MISSING") : r;
}

int photos_uploadContactProfilePhoto_prepare(struct rpc_call *c,
                                             const struct tl_photos_uploadContactProfilePhoto *q)
{
	const struct media_profile in = {.file = q->file,
	                                 .video = q->video,
	                                 .has_start = q->has_video_start_ts,
	                                 .start = q->video_start_ts,
	                                 .markup = q->video_emoji_markup};
	struct media_made *made = NULL;
	struct peer to;
	int r = check(c, q, &to);

	if (r >= 0 && has_photo(q) && (r = rpc_snapshot_renew(c)) >= 0)
		r = media_prepare_profile(c, &in, &made);
	c->prepared = made;
	return r;
}

static int propose(struct rpc_call *c, int64_t user, struct tl_obj *photo, int64_t file)
{
	struct tl_messageActionSuggestProfilePhoto *a = TL_NEW(&c->arena, messageActionSuggestProfilePhoto);
	struct tl_messageService *content = TL_NEW(&c->arena, messageService);
	struct media_ready media = {.kind = STORE_MEDIA_OTHER, .file = file};
	struct message_draft m = {.from = c->user_id, .peer = user, .content = &content->o, .media = &media};
	int32_t id;

	a->photo = photo;
	content->action = &a->o;
	return message_deliver(c, &m, &id);
}

/* He sees the contact with it from now on, or as the contact shows himself. */
static int show(struct rpc_call *c, int64_t user, const struct tl_obj *photo, int64_t file)
{
	const struct store_profile_photo row = {.owner = c->user_id,
	                                        .place = user,
	                                        .file = file,
	                                        .thumb = media_profile_thumb(photo),
	                                        .video = media_profile_moves(photo)};
	int r = file ? store_personal_photo_put(c->db, &row, c->now)
	             : store_personal_photo_delete(c->db, c->user_id, user, c->now);

	if (r < 0 || (r = rpc_log_own(c, UPD_USER, user, 0)) < 0)
		return r;
	return rpc_log_own(c, UPD_USER_FULL, user, 0);
}

int photos_uploadContactProfilePhoto(struct rpc_call *c, const struct tl_photos_uploadContactProfilePhoto *q)
{
	struct answer *a = ARENA_NEW(&c->arena, struct answer);
	struct tl_obj *photo = NULL;
	struct peer to;
	int r = check(c, q, &to);

	if (r < 0)
		return r;
	a->user = to.key;
	if (has_photo(q) && (r = media_commit_profile(c, c->prepared, &photo, &a->file)) < 0)
		return r;
	r = q->suggest ? propose(c, a->user, photo, a->file) : show(c, a->user, photo, a->file);
	return r < 0 ? r : rpc_reply_after(c, reply_photo, a);
}
