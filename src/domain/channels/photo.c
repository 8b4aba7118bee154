/* photo.c - a channel's photo as a viewer gets it, and who may have it. */
#include "base/err.h"
#include "domain/channels/channel.h"
#include "domain/media/media.h"
#include "store/profile_photo.h"
#include "updates/peer.h"

/* ChatPhoto. */
int channel_photo_view(struct view *v, const struct store_channel *row, struct tl_obj **ret)
{
	struct store_profile_photo photo;
	struct tl_chatPhoto *o;
	int r = -ERR_NOTFOUND;

	if (row->photo)
		r = store_profile_photo_find(v->c->db, peer_channel(row->id), row->photo, &v->c->arena,
		                             &photo);
	if (r == -ERR_NOTFOUND) {
		*ret = &TL_NEW(&v->c->arena, chatPhotoEmpty)->o;
		return 0;
	}
	o = TL_NEW(&v->c->arena, chatPhoto);
	o->photo_id = row->photo;
	o->stripped_thumb = photo.thumb;
	o->dc_id = HOME_DC;
	*ret = &o->o;
	return r;
}

int channel_photo_object(struct rpc_call *c, const struct store_channel *row, struct tl_obj **ret)
{
	const struct media_origin from = {.kind = MEDIA_FROM_PROFILE, .peer = peer_channel(row->id)};
	int r = -ERR_NOTFOUND;

	*ret = NULL;
	if (row->photo)
		r = media_file_view(c, row->photo, &from, ret);
	return r == -ERR_NOTFOUND ? 0 : r;
}

int channel_photo_is(struct rpc_call *c, const struct channel *ch, int64_t file)
{
	struct store_profile_photo row;
	int r = store_profile_photo_find(c->db, peer_channel(ch->row.id), file, &c->arena, &row);

	return r == -ERR_NOTFOUND ? 0 : r < 0 ? r : 1;
}
