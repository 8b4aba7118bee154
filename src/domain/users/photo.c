/*
 * photo.c - the photos of an account: uploaded, chosen anew, listed, deleted.
 */
#include "base/err.h"
#include "domain/media/media.h"
#include "domain/users/account.h"
#include "domain/users/peer.h"
#include "domain/users/photo_view.h"
#include "domain/users/view.h"
#include "rpc_methods.h"
#include "store/file.h"
#include "store/profile_photo.h"
#include "store/user.h"

/* For rpc_reply_after: the photo with this id (0: none is left) and its owner, the caller. */
static int reply_photo(struct rpc_call *c, void *arg)
{
	struct tl_photos_photo *o = TL_NEW(&c->arena, photos_photo);
	int64_t file = *(int64_t *)arg;
	struct view v;
	int r = file ? user_photo_object(c, c->user_id, file, &o->photo) : 0;

	if (r < 0)
		return r;
	if (!o->photo)
		o->photo = &TL_NEW(&c->arena, photoEmpty)->o;
	view_init(&v, c);
	view_peer(&v, c->user_id);
	return (r = view_users(&v, &o->users)) < 0 ? r : rpc_reply(c, &o->o);
}

static int answer(struct rpc_call *c, int64_t file)
{
	int64_t *arg = ARENA_NEW(&c->arena, int64_t);

	*arg = file;
	return rpc_reply_after(c, reply_photo, arg);
}

/* The account's mark that there are photos, and word to those who know him. */
static int announce(struct rpc_call *c)
{
	struct store_profile_photo row;
	struct store_user u;
	int r, public;

	if ((r = store_user_load(c->db, c->user_id, &c->arena, &u)) < 0)
		return r;
	r = store_profile_photo_top(c->db, c->user_id, false, &c->arena, &row);
	public = store_profile_photo_top(c->db, c->user_id, true, &c->arena, &row);
	if ((r < 0 && r != -ERR_NOTFOUND) || (public < 0 && public != -ERR_NOTFOUND))
		return r < 0 && r != -ERR_NOTFOUND ? r : public;
	u.flags = (u.flags & ~STORE_USER_PHOTO) | (r == 0 || public == 0 ? STORE_USER_PHOTO : 0);
	if ((r = store_user_update(c->db, &u)) < 0)
		return r;
	return user_photo_changed(c, c->user_id, c->client->auth_key_id);
}

static int install(struct rpc_call *c, int64_t file, const struct tl_obj *photo, bool public)
{
	const struct store_profile_photo row = {.owner = c->user_id,
	                                        .file = file,
	                                        .thumb = media_profile_thumb(photo),
	                                        .video = media_profile_moves(photo)};
	int r = public ? store_profile_photo_put_public(c->db, &row, c->now)
	               : store_profile_photo_put(c->db, &row, c->now);

	if (r < 0 || (r = announce(c)) < 0)
		return r;
	return answer(c, file);
}

int photos_uploadProfilePhoto_prepare(struct rpc_call *c, const struct tl_photos_uploadProfilePhoto *q)
{
	const struct media_profile in = {.file = q->file,
	                                 .video = q->video,
	                                 .has_start = q->has_video_start_ts,
	                                 .start = q->video_start_ts,
	                                 .markup = q->video_emoji_markup};
	struct media_made *made;
	int r;

	if (q->bot)
		return rpc_fail(c, 400, "BOT_INVALID");
	if ((r = media_prepare_profile(c, &in, &made)) < 0)
		return r;
	c->prepared = made;
	return 0;
}

/* Room for one more: the oldest goes. */
static int make_room(struct rpc_call *c)
{
	int64_t *had;
	size_t n;
	int r = store_profile_photo_list(c->db, c->user_id, &c->arena, &had, &n);

	if (r < 0 || n < LIMIT_PROFILE_PHOTOS)
		return r;
	r = store_profile_photo_delete(c->db, c->user_id, had[n - 1], c->now);
	return r < 0 ? r : 0;
}

int photos_uploadProfilePhoto(struct rpc_call *c, const struct tl_photos_uploadProfilePhoto *q)
{
	struct tl_obj *photo;
	int64_t file;
	int r;

	if (!q->fallback && (r = make_room(c)) < 0)
		return r;
	if ((r = media_commit_profile(c, c->prepared, &photo, &file)) < 0)
		return r;
	return install(c, file, photo, q->fallback);
}

/* The shown one (or the public one) goes; the one before it takes its place. */
static int take_off(struct rpc_call *c, bool public)
{
	struct store_profile_photo row;
	int r = store_profile_photo_top(c->db, c->user_id, public, &c->arena, &row);

	if (r == 0)
		r = store_profile_photo_delete(c->db, c->user_id, row.file, c->now);
	if ((r < 0 && r != -ERR_NOTFOUND) || (r = announce(c)) < 0)
		return r;
	return answer(c, 0);
}

/* May it be shown? One of his own, or one that somebody proposed to him: made for a profile, and there still. 1, 0 or negative. */
static int is_for_profiles(struct rpc_call *c, int64_t file)
{
	struct store_file_part part;
	struct store_file f;
	int r = store_file_get(c->db, file, &c->arena, &f);

	if (r >= 0)
		r = store_file_part_get(c->db, file, 'a', &part);
	return r == -ERR_NOTFOUND ? 0 : r < 0 ? r : f.refs > 0;
}

static int choose(struct rpc_call *c, int64_t file, bool public)
{
	struct store_profile_photo row;
	struct tl_obj *photo;
	int r = is_for_profiles(c, file);

	if (r <= 0)
		return r < 0 ? r : rpc_fail(c, 400, "PHOTO_INVALID");
	r = store_profile_photo_find(c->db, c->user_id, file, &c->arena, &row);
	if (r == -ERR_NOTFOUND)
		r = public ? 0 : make_room(c);
	if (r < 0 || (r = media_photo_body(c, file, &photo)) < 0)
		return r;
	return install(c, file, photo, public);
}

int photos_updateProfilePhoto(struct rpc_call *c, const struct tl_photos_updateProfilePhoto *q)
{
	int64_t file;
	int r;

	if (q->bot)
		return rpc_fail(c, 400, "BOT_INVALID");
	if (TL_IS(inputPhotoEmpty, q->id))
		return take_off(c, q->fallback);
	if ((r = media_resolve_photo(c, q->id, -1, &file)) < 0)
		return r;
	return choose(c, file, q->fallback);
}

/* They are known by their ids, since only one's own go: TDLib names older ones without hash and reference. */
int photos_deletePhotos(struct rpc_call *c, const struct tl_photos_deletePhotos *q)
{
	struct tl_vector *gone = TL_NEW(&c->arena, vector);
	const struct tl_inputPhoto *p;
	int64_t *ids;
	uint32_t n = 0;
	int r;

	if (q->id.n > LIMIT_PROFILE_PHOTOS)
		return rpc_fail(c, 400, "LIMIT_INVALID");
	ids = ARENA_ARRAY(&c->arena, int64_t, q->id.n + 1);
	for (uint32_t i = 0; i < q->id.n; i++) {
		if (!(p = TL_AS(inputPhoto, q->id.v[i])))
			continue;
		if ((r = store_profile_photo_delete(c->db, c->user_id, p->id, c->now)) < 0)
			return r;
		if (r)
			ids[n++] = p->id;
	}
	if (n && (r = announce(c)) < 0)
		return r;
	gone->longs = (struct tl_vec_long){ids, n};
	return rpc_reply(c, &gone->o);
}

/* Where the list begins: after the photo `max_id`, if it is named; tdesktop asks for exactly that one by offset -1. */
static size_t first_of(const struct tl_photos_getUserPhotos *q, const int64_t *files, size_t n)
{
	int64_t at = q->offset;

	for (size_t i = 0; q->max_id && i < n; i++)
		if (files[i] == q->max_id)
			at += (int64_t)i + 1;
	return at < 0 ? 0 : at > (int64_t)n ? n : (size_t)at;
}

/* What the caller may see of them: all, the public one, or nothing. */
static int visible(struct rpc_call *c, int64_t owner, int64_t **ret, size_t *ret_n)
{
	struct store_profile_photo row;
	int r = user_photos_allowed(c, owner, c->user_id);

	*ret_n = 0;
	if (r == USER_PHOTOS_ALL)
		return store_profile_photo_list(c->db, owner, &c->arena, ret, ret_n);
	if (r == USER_PHOTOS_PUBLIC)
		r = store_profile_photo_top(c->db, owner, true, &c->arena, &row);
	else if (r == USER_PHOTOS_NONE)
		return 0;
	if (r < 0)
		return r == -ERR_NOTFOUND ? 0 : r;
	*ret = ARENA_NEW(&c->arena, int64_t);
	**ret = row.file;
	*ret_n = 1;
	return 0;
}

int photos_getUserPhotos(struct rpc_call *c, const struct tl_photos_getUserPhotos *q)
{
	struct tl_photos_photosSlice *part = TL_NEW(&c->arena, photos_photosSlice);
	struct tl_photos_photos *all = TL_NEW(&c->arena, photos_photos);
	int32_t limit = q->limit > 0 && q->limit < LIMIT_PROFILE_PHOTOS ? q->limit : LIMIT_PROFILE_PHOTOS;
	int64_t id, *files;
	struct view v;
	size_t n, first;
	int r;

	if ((r = user_resolve(c, q->user_id, &id)) < 0 || (r = visible(c, id, &files, &n)) < 0)
		return r;
	view_init(&v, c);
	view_peer(&v, id);
	first = first_of(q, files, n);
	part->count = (int32_t)n;
	part->photos = tl_vec_new(&c->arena,
	                          (uint32_t)(n - first < (size_t)limit ? n - first : (size_t)limit));
	for (uint32_t i = 0; i < part->photos.n; i++)
		if ((r = user_photo_object(c, id, files[first + i], &part->photos.v[i])) < 0)
			return r;
		else if (!part->photos.v[i])
			return -ERR_CORRUPT;
	if ((r = view_users(&v, &part->users)) < 0)
		return r;
	if (part->photos.n < n)
		return rpc_reply(c, &part->o);
	all->photos = part->photos;
	all->users = part->users;
	return rpc_reply(c, &all->o);
}
