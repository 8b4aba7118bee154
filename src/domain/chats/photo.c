/* photo.c - see photo.h. */
#include "domain/chats/photo.h"

#include "base/err.h"
#include "domain/media/media.h"
#include "rpc_methods.h"
#include "store/profile_photo.h"

int group_photo_prepare(struct rpc_call *c, const struct tl_obj *input)
{
	const struct tl_inputChatUploadedPhoto *up = TL_AS(inputChatUploadedPhoto, input);
	struct media_profile in;
	struct media_made *made;
	int r;

	if (!up)
		return 0;
	in = (struct media_profile){.file = up->file,
	                            .video = up->video,
	                            .has_start = up->has_video_start_ts,
	                            .start = up->video_start_ts,
	                            .markup = up->video_emoji_markup};
	if ((r = media_prepare_profile(c, &in, &made)) < 0)
		return r;
	c->prepared = made;
	return 0;
}

/* The photo that is asked for, as it is stored. */
static int chosen(struct rpc_call *c, int64_t key, const struct tl_obj *input, struct tl_obj **ret_photo,
                  int64_t *ret_file)
{
	struct store_profile_photo row;
	int r;

	if (TL_IS(inputChatUploadedPhoto, input))
		return media_commit_profile(c, c->prepared, ret_photo, ret_file);
	if (!TL_IS(inputChatPhoto, input))
		return rpc_fail(c, 400, "PHOTO_INVALID");
	if ((r = media_resolve_photo(c, TL_AS(inputChatPhoto, input)->id, -1, ret_file)) < 0)
		return r;
	r = store_profile_photo_find(c->db, key, *ret_file, &c->arena, &row);
	if (r == -ERR_NOTFOUND)
		return rpc_fail(c, 400, "PHOTO_INVALID");
	return r < 0 ? r : media_photo_body(c, *ret_file, ret_photo);
}

int group_photo_put(struct rpc_call *c, int64_t key, const struct tl_obj *input, struct tl_obj **ret_photo,
                    int64_t *ret_file)
{
	struct store_profile_photo row = {.owner = key};
	int64_t *had;
	size_t n;
	int r;

	if ((r = chosen(c, key, input, ret_photo, ret_file)) < 0 ||
	    (r = store_profile_photo_list(c->db, key, &c->arena, &had, &n)) < 0)
		return r;
	if (n >= LIMIT_PROFILE_PHOTOS && (r = store_profile_photo_delete(c->db, key, had[n - 1], c->now)) < 0)
		return r;
	row.file = *ret_file;
	row.thumb = media_profile_thumb(*ret_photo);
	row.video = media_profile_moves(*ret_photo);
	return store_profile_photo_put(c->db, &row, c->now);
}

int group_photo_view(struct view *v, int64_t key, int64_t file, struct tl_obj **ret)
{
	struct store_profile_photo photo;
	struct tl_chatPhoto *o;
	int r = -ERR_NOTFOUND;

	if (file)
		r = store_profile_photo_find(v->c->db, key, file, &v->c->arena, &photo);
	if (r == -ERR_NOTFOUND) {
		*ret = &TL_NEW(&v->c->arena, chatPhotoEmpty)->o;
		return 0;
	}
	o = TL_NEW(&v->c->arena, chatPhoto);
	o->photo_id = file;
	o->has_video = photo.video;
	o->stripped_thumb = photo.thumb;
	o->dc_id = HOME_DC;
	*ret = &o->o;
	return r;
}

int group_photo_object(struct rpc_call *c, int64_t key, int64_t file, struct tl_obj **ret)
{
	const struct media_origin from = {.kind = MEDIA_FROM_PROFILE, .peer = key};
	int r = file ? media_file_view(c, file, &from, ret) : -ERR_NOTFOUND;

	if (r == -ERR_NOTFOUND)
		*ret = NULL;
	return r == -ERR_NOTFOUND ? 0 : r;
}

int group_photo_is(struct rpc_call *c, int64_t key, int64_t file)
{
	struct store_profile_photo row;
	int r = store_profile_photo_find(c->db, key, file, &c->arena, &row);

	return r == -ERR_NOTFOUND ? 0 : r < 0 ? r : 1;
}
