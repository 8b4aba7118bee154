/* photo_view.c - see photo_view.h. */
#include "domain/users/photo_view.h"

#include "base/err.h"
#include "domain/media/media.h"
#include "domain/users/privacy.h"
#include "store/contact.h"
#include "store/personal_photo.h"
#include "store/profile_photo.h"
#include "store/user.h"

int user_photos_allowed(struct rpc_call *c, int64_t owner, int64_t viewer)
{
	int r;

	if (owner == viewer)
		return USER_PHOTOS_ALL;
	if ((r = store_blocked_is(c->db, owner, viewer)) != 0)
		return r < 0 ? r : USER_PHOTOS_NONE;
	if ((r = privacy_allows(c, owner, PRIVACY_PHOTO, viewer)) < 0)
		return r;
	return r ? USER_PHOTOS_ALL : USER_PHOTOS_PUBLIC;
}

/* The row that the viewer gets. -ERR_NOTFOUND: none. */
static int shown(struct rpc_call *c, int64_t owner, int64_t viewer, struct store_profile_photo *ret)
{
	int may = user_photos_allowed(c, owner, viewer), r = -ERR_NOTFOUND;

	if (may < 0)
		return may;
	if (may == USER_PHOTOS_ALL)
		r = store_profile_photo_top(c->db, owner, false, &c->arena, ret);
	if (r == -ERR_NOTFOUND && may != USER_PHOTOS_NONE && owner != viewer)
		r = store_profile_photo_top(c->db, owner, true, &c->arena, ret);
	return r;
}

int user_photo_view(struct rpc_call *c, int64_t viewer, const struct store_user *u, bool is_contact,
                    struct tl_obj **ret)
{
	struct store_profile_photo row;
	struct tl_userProfilePhoto *p;
	bool personal;
	int r = is_contact ? store_personal_photo_get(c->db, viewer, u->id, &c->arena, &row) : -ERR_NOTFOUND;

	*ret = NULL;
	personal = r == 0;
	if (r == -ERR_NOTFOUND && u->flags & STORE_USER_PHOTO)
		r = shown(c, u->id, viewer, &row);
	if (r < 0)
		return r == -ERR_NOTFOUND ? 0 : r;
	p = TL_NEW(&c->arena, userProfilePhoto);
	p->personal = personal;
	p->has_video = row.video;
	p->photo_id = row.file;
	p->stripped_thumb = row.thumb;
	p->dc_id = HOME_DC;
	*ret = &p->o;
	return 0;
}

int user_photo_object(struct rpc_call *c, int64_t owner, int64_t file, struct tl_obj **ret)
{
	const struct media_origin from = {.kind = MEDIA_FROM_PROFILE, .peer = owner};
	int r = media_file_view(c, file, &from, ret);

	if (r == -ERR_NOTFOUND)
		*ret = NULL;
	return r == -ERR_NOTFOUND ? 0 : r;
}

static int top(struct rpc_call *c, int64_t owner, bool public, struct tl_obj **ret)
{
	struct store_profile_photo row;
	int r = store_profile_photo_top(c->db, owner, public, &c->arena, &row);

	return r == 0 ? user_photo_object(c, owner, row.file, ret) : r == -ERR_NOTFOUND ? 0 : r;
}

static int personal_photo(struct rpc_call *c, int64_t owner, struct tl_obj **ret)
{
	struct store_profile_photo row;
	int r = store_personal_photo_get(c->db, c->user_id, owner, &c->arena, &row);

	return r == 0 ? user_photo_object(c, owner, row.file, ret) : r == -ERR_NOTFOUND ? 0 : r;
}

int user_photo_full(struct rpc_call *c, const struct store_user *u, struct tl_userFull *f)
{
	int may, r = personal_photo(c, u->id, &f->personal_photo);

	if (r < 0)
		return r;
	if (!(u->flags & STORE_USER_PHOTO))
		return 0;
	if ((may = user_photos_allowed(c, u->id, c->user_id)) <= USER_PHOTOS_NONE)
		return may;
	if (may == USER_PHOTOS_ALL && (r = top(c, u->id, false, &f->profile_photo)) < 0)
		return r;
	/* He sees what he gives to strangers; strangers see it in the place of what is hidden. */
	return u->id == c->user_id || !f->profile_photo ? top(c, u->id, true, &f->fallback_photo) : 0;
}

int user_photo_may_see(struct rpc_call *c, int64_t owner, int64_t file)
{
	struct store_profile_photo row;
	int r = store_personal_photo_get(c->db, c->user_id, owner, &c->arena, &row);

	if (r == 0 && row.file == file)
		return 1;
	if (r == 0 || r == -ERR_NOTFOUND)
		r = store_profile_photo_find(c->db, owner, file, &c->arena, &row);
	if (r < 0)
		return r == -ERR_NOTFOUND ? 0 : r;
	r = user_photos_allowed(c, owner, c->user_id);
	return r < 0 ? r
	             : r == USER_PHOTOS_ALL || (r == USER_PHOTOS_PUBLIC && row.place == STORE_PHOTO_PUBLIC);
}
