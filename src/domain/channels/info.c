/* info.c - what a channel is called, shows and says of itself: channels.editTitle, editPhoto, messages.editChatAbout. */
#include "base/err.h"
#include "base/utf8.h"
#include "domain/channels/private.h"
#include "domain/chats/chat.h"
#include "domain/chats/photo.h"
#include "domain/media/media.h"
#include "domain/messages/message.h"
#include "rpc_methods.h"
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
	struct slice title;
	struct channel ch;
	int r;

	if ((r = channel_resolve(c, q->channel, &ch)) < 0 ||
	    (r = channel_may(c, &ch, CHANNEL_CHANGE_INFO)) < 0 || (r = chat_title(c, q->title, &title)) < 0)
		return r;
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
	if (peer.chat)
		return chat_edit_about(c, peer.chat, about);
	if (!(ch = peer.channel))
		return rpc_fail(c, 400, "PEER_ID_INVALID");
	if ((r = channel_may(c, ch, CHANNEL_CHANGE_INFO)) < 0 || (r = chat_check_about(c, about)) < 0)
		return r;
	if (slice_eq(about, ch->row.about))
		return rpc_fail(c, 400, "CHAT_ABOUT_NOT_MODIFIED");
	a->prev_value = ch->row.about.p ? ch->row.about : SLICE_LIT("");
	a->new_value = ch->row.about = about.n ? about : SLICE_LIT("");
	if ((r = put(c, ch, &a->o)) < 0 || (r = channel_changed(c, ch->row.id)) < 0)
		return r;
	return rpc_reply_bool(c, true);
}

/* --- its photo (chats/photo.h) */

int channels_editPhoto_prepare(struct rpc_call *c, const struct tl_channels_editPhoto *q)
{
	struct channel ch;
	int r;

	if ((r = channel_resolve(c, q->channel, &ch)) < 0 ||
	    (r = channel_may(c, &ch, CHANNEL_CHANGE_INFO)) < 0)
		return r;
	return group_photo_prepare(c, q->photo);
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
	struct tl_obj *photo;
	int r = group_photo_put(c, peer_channel(ch->row.id), input, &photo, &ch->row.photo);

	return r < 0 ? r : say_photo(c, ch, photo, ch->row.photo);
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
