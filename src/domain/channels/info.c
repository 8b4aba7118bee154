/* info.c - what a channel is called, shows and says of itself: channels.editTitle, editPhoto, messages.editChatAbout. */
#include "base/err.h"
#include "base/utf8.h"
#include "domain/channels/private.h"
#include "domain/media/media.h"
#include "domain/messages/message.h"
#include "rpc_methods.h"
#include "store/profile_photo.h"
#include "updates/peer.h"

/* The row and a line in the admin log. */
static int put(struct rpc_call *c, struct channel *ch, const struct tl_obj *action)
{
	int r = store_channel_put(c->db, &ch->row);

	return r < 0 ? r : channel_log(c, ch->row.id, CHANNEL_LOG_INFO, action);
}

int channels_editTitle(struct rpc_call *c, const struct tl_channels_editTitle *q)
{
	struct tl_channelAdminLogEventActionChangeTitle *a = TL_NEW(&c->arena,
	                                                            channelAdminLogEventActionChangeTitle);
	struct tl_messageActionChatEditTitle *said = TL_NEW(&c->arena, messageActionChatEditTitle);
	struct slice title = utf8_trim(q->title);
	struct channel ch;
	int r;

	if ((r = channel_resolve(c, q->channel, &ch)) < 0 ||
	    (r = channel_may(c, &ch, CHANNEL_CHANGE_INFO)) < 0)
		return r;
	if (!title.n)
		return rpc_fail(c, 400, "CHAT_TITLE_EMPTY");
	if (utf8_len(title) > LIMIT_CHAT_TITLE)
		return rpc_fail(c, 400, "CHAT_TITLE_TOO_LONG");
	if (slice_eq(title, ch.row.title))
		return rpc_fail(c, 400, "CHAT_NOT_MODIFIED");
	a->prev_value = ch.row.title;
	a->new_value = said->title = ch.row.title = title;
	if ((r = put(c, &ch, &a->o)) < 0 || (r = channel_say(c, &ch, &said->o)) < 0 ||
	    (r = channel_changed(c, ch.row.id)) < 0)
		return r;
	return channel_reply(c);
}

int messages_editChatAbout(struct rpc_call *c, const struct tl_messages_editChatAbout *q)
{
	struct tl_channelAdminLogEventActionChangeAbout *a = TL_NEW(&c->arena,
	                                                            channelAdminLogEventActionChangeAbout);
	struct slice about = utf8_trim(q->about);
	struct peer peer;
	struct channel *ch;
	int r;

	if ((r = peer_resolve(c, q->peer, &peer)) < 0)
		return r;
	if (!(ch = peer.channel))
		return rpc_fail(c, 400, "PEER_ID_INVALID");
	if ((r = channel_may(c, ch, CHANNEL_CHANGE_INFO)) < 0)
		return r;
	if (utf8_len(about) > LIMIT_CHAT_ABOUT)
		return rpc_fail(c, 400, "CHAT_ABOUT_TOO_LONG");
	if (slice_eq(about, ch->row.about))
		return rpc_fail(c, 400, "CHAT_ABOUT_NOT_MODIFIED");
	a->prev_value = ch->row.about.p ? ch->row.about : SLICE_LIT("");
	a->new_value = ch->row.about = about.n ? about : SLICE_LIT("");
	if ((r = put(c, ch, &a->o)) < 0 || (r = channel_changed(c, ch->row.id)) < 0)
		return r;
	return rpc_reply_bool(c, true);
}

/* --- its photo: rows of store/profile_photo.h under the channel's key, the newest of them shown */

int channels_editPhoto_prepare(struct rpc_call *c, const struct tl_channels_editPhoto *q)
{
	const struct tl_inputChatUploadedPhoto *up = TL_AS(inputChatUploadedPhoto, q->photo);
	struct media_made *made;
	struct channel ch;
	int r;

	if ((r = channel_resolve(c, q->channel, &ch)) < 0 ||
	    (r = channel_may(c, &ch, CHANNEL_CHANGE_INFO)) < 0 || !up)
		return r;
	if (up->video)
		return rpc_fail(c, 400, "VIDEO_FILE_INVALID");
	if (up->video_emoji_markup)
		return rpc_fail(c, 400, "EMOJI_MARKUP_INVALID");
	if (!up->file)
		return rpc_fail(c, 400, "PHOTO_FILE_MISSING");
	if ((r = media_prepare_profile(c, up->file, &made)) < 0)
		return r;
	c->prepared = made;
	return 0;
}

/* The photo that is asked for, as it is stored: uploaded now, or one of the channel's own. */
static int chosen(struct rpc_call *c, const struct channel *ch, const struct tl_obj *input,
                  struct tl_obj **ret_photo, int64_t *ret_file, struct slice *ret_thumb)
{
	int64_t key = peer_channel(ch->row.id);
	struct store_profile_photo row;
	const struct tl_photo *p;
	int r;

	if (TL_IS(inputChatUploadedPhoto, input)) {
		if ((r = media_commit_profile(c, c->prepared, ret_photo, ret_file)) < 0)
			return r;
		p = TL_AS(photo, *ret_photo);
		for (uint32_t i = 0; p && i < p->sizes.n; i++)
			if (TL_IS(photoStrippedSize, p->sizes.v[i]))
				*ret_thumb = TL_AS(photoStrippedSize, p->sizes.v[i])->bytes;
		return 0;
	}
	if (!TL_IS(inputChatPhoto, input))
		return rpc_fail(c, 400, "PHOTO_INVALID");
	if ((r = media_resolve_photo(c, TL_AS(inputChatPhoto, input)->id, -1, ret_file)) < 0)
		return r;
	r = store_profile_photo_find(c->db, key, *ret_file, &c->arena, &row);
	if (r == -ERR_NOTFOUND)
		return rpc_fail(c, 400, "PHOTO_INVALID");
	*ret_thumb = row.thumb;
	return r < 0 ? r : media_photo_body(c, *ret_file, ret_photo);
}

/* What the admin log keeps of a photo: its body, or photoEmpty. */
static int photo_body(struct rpc_call *c, int64_t file, struct tl_obj **ret)
{
	int r = file ? media_photo_body(c, file, ret) : -ERR_NOTFOUND;

	if (r == -ERR_NOTFOUND)
		*ret = &TL_NEW(&c->arena, photoEmpty)->o;
	return r == -ERR_NOTFOUND ? 0 : r;
}

static int say_photo(struct rpc_call *c, struct channel *ch, struct tl_obj *photo, int64_t file)
{
	struct tl_messageActionChatEditPhoto *a = TL_NEW(&c->arena, messageActionChatEditPhoto);
	struct tl_messageService *content = TL_NEW(&c->arena, messageService);
	struct media_ready media = {.kind = STORE_MEDIA_CHAT_PHOTO, .file = file};
	struct message_draft m = {.from = c->user_id,
	                          .content = &content->o,
	                          .media = &media,
	                          .except_key = c->client->auth_key_id};
	int32_t id;

	a->photo = photo;
	content->action = &a->o;
	if ((ch->row.flags & STORE_CHANNEL_BROADCAST) || (ch->me.rights & ADMIN_ANONYMOUS))
		m.from = peer_channel(ch->row.id);
	return message_post(c, ch, &m, &id);
}

static int take_off(struct rpc_call *c, struct channel *ch)
{
	if (!ch->row.photo)
		return rpc_fail(c, 400, "CHAT_NOT_MODIFIED");
	ch->row.photo = 0;
	return channel_say(c, ch, &TL_NEW(&c->arena, messageActionChatDeletePhoto)->o);
}

static int put_on(struct rpc_call *c, struct channel *ch, const struct tl_obj *input)
{
	struct slice thumb = {0};
	struct tl_obj *photo;
	int64_t file, *had, key = peer_channel(ch->row.id);
	size_t n;
	int r;

	if ((r = chosen(c, ch, input, &photo, &file, &thumb)) < 0 ||
	    (r = store_profile_photo_list(c->db, key, &c->arena, &had, &n)) < 0)
		return r;
	if (n >= LIMIT_PROFILE_PHOTOS && (r = store_profile_photo_delete(c->db, key, had[n - 1], c->now)) < 0)
		return r;
	if ((r = store_profile_photo_put(c->db, key, file, thumb, c->now)) < 0)
		return r;
	ch->row.photo = file;
	return say_photo(c, ch, photo, file);
}

int channels_editPhoto(struct rpc_call *c, const struct tl_channels_editPhoto *q)
{
	struct tl_channelAdminLogEventActionChangePhoto *a = TL_NEW(&c->arena,
	                                                            channelAdminLogEventActionChangePhoto);
	struct channel ch;
	int r;

	if ((r = channel_resolve(c, q->channel, &ch)) < 0 ||
	    (r = channel_may(c, &ch, CHANNEL_CHANGE_INFO)) < 0 ||
	    (r = photo_body(c, ch.row.photo, &a->prev_photo)) < 0)
		return r;
	r = TL_IS(inputChatPhotoEmpty, q->photo) ? take_off(c, &ch) : put_on(c, &ch, q->photo);
	if (r < 0 || (r = photo_body(c, ch.row.photo, &a->new_photo)) < 0 || (r = put(c, &ch, &a->o)) < 0 ||
	    (r = channel_changed(c, ch.row.id)) < 0)
		return r;
	return channel_reply(c);
}
