/*
 * info.c - what a group is called and says of itself, and what its members may: messages.editChatTitle, editChatPhoto; and for groups
 * editChatAbout, editChatDefaultBannedRights, toggleNoForwards, setHistoryTTL, which channels have, too.
 */
#include "base/err.h"
#include "base/utf8.h"
#include "domain/channels/rights.h"
#include "domain/chats/photo.h"
#include "domain/chats/private.h"
#include "domain/media/media.h"
#include "rpc_methods.h"
#include "updates/peer.h"

int chat_title(struct rpc_call *c, struct slice in, struct slice *ret)
{
	*ret = utf8_trim(in);
	if (!ret->n)
		return rpc_fail(c, 400, "CHAT_TITLE_EMPTY");
	if (utf8_len(*ret) > LIMIT_CHAT_TITLE)
		return rpc_fail(c, 400, "CHAT_TITLE_TOO_LONG");
	return 0;
}

int chat_check_about(struct rpc_call *c, struct slice about)
{
	return utf8_len(about) > LIMIT_CHAT_ABOUT ? rpc_fail(c, 400, "CHAT_ABOUT_TOO_LONG") : 0;
}

int messages_editChatTitle(struct rpc_call *c, const struct tl_messages_editChatTitle *q)
{
	struct tl_messageActionChatEditTitle *action = TL_NEW(&c->arena, messageActionChatEditTitle);
	struct chat ch;
	int r;

	if ((r = chat_resolve(c, q->chat_id, &ch)) < 0 || (r = chat_may(c, &ch, CHAT_INFO)) < 0 ||
	    (r = chat_title(c, q->title, &action->title)) < 0)
		return r;
	if (slice_eq(action->title, ch.row.title))
		return rpc_fail(c, 400, "CHAT_NOT_MODIFIED");
	ch.row.title = action->title;
	if ((r = store_chat_put(c->db, &ch.row)) < 0 || (r = chat_say(c, ch.row.id, &action->o)) < 0)
		return r;
	return chat_reply(c);
}

int messages_editChatPhoto_prepare(struct rpc_call *c, const struct tl_messages_editChatPhoto *q)
{
	struct chat ch;
	int r;

	if ((r = chat_resolve(c, q->chat_id, &ch)) < 0 || (r = chat_may(c, &ch, CHAT_INFO)) < 0)
		return r;
	return group_photo_prepare(c, q->photo);
}

static int take_off(struct rpc_call *c, struct chat *ch)
{
	if (!ch->row.photo)
		return rpc_fail(c, 400, "CHAT_NOT_MODIFIED");
	ch->row.photo = 0;
	return 0;
}

int messages_editChatPhoto(struct rpc_call *c, const struct tl_messages_editChatPhoto *q)
{
	struct tl_messageActionChatEditPhoto *put_on = TL_NEW(&c->arena, messageActionChatEditPhoto);
	struct tl_obj *action = &TL_NEW(&c->arena, messageActionChatDeletePhoto)->o;
	struct media_ready media = {.kind = STORE_MEDIA_CHAT_PHOTO};
	bool off = TL_IS(inputChatPhotoEmpty, q->photo);
	struct chat ch;
	int r;

	if ((r = chat_resolve(c, q->chat_id, &ch)) < 0 || (r = chat_may(c, &ch, CHAT_INFO)) < 0)
		return r;
	r = off ? take_off(c, &ch)
	        : group_photo_put(c, peer_chat(ch.row.id), q->photo, &put_on->photo, &ch.row.photo);
	if (r < 0)
		return r;
	media.file = ch.row.photo;
	if ((r = store_chat_put(c->db, &ch.row)) < 0 ||
	    (r = chat_say_with(c, ch.row.id, off ? action : &put_on->o, off ? NULL : &media)) < 0)
		return r;
	return chat_reply(c);
}

/* What is said by no message: the row, and word to all. */
static int put(struct rpc_call *c, struct chat *ch, enum upd_kind kind, bool answered)
{
	int r;

	if ((r = chat_catch_up(c, ch->row.id, c->user_id)) < 0 || (r = store_chat_put(c->db, &ch->row)) < 0 ||
	    (r = out_event(c, ch->row.id, UPD_CHAT, (struct slice){0}, answered)) < 0 || kind == UPD_CHAT)
		return r;
	return out_event(c, ch->row.id, kind, (struct slice){0}, answered);
}

int chat_edit_about(struct rpc_call *c, struct chat *ch, struct slice about)
{
	int r;

	if ((r = chat_may(c, ch, CHAT_INFO)) < 0 || (r = chat_check_about(c, about)) < 0)
		return r;
	if (slice_eq(about, ch->row.about))
		return rpc_fail(c, 400, "CHAT_ABOUT_NOT_MODIFIED");
	ch->row.about = about.n ? about : SLICE_LIT("");
	r = put(c, ch, UPD_CHAT, false);
	return r < 0 ? r : rpc_reply_bool(c, true);
}

int chat_edit_permissions(struct rpc_call *c, struct chat *ch, const struct tl_obj *banned_rights)
{
	int32_t until;
	int64_t banned = banned_rights_bits(banned_rights, &until);
	int r;

	if ((r = chat_may(c, ch, CHAT_PERMISSIONS)) < 0)
		return r;
	if ((banned & BAN_VIEW) || until)
		return rpc_fail(c, 400, "BANNED_RIGHTS_INVALID");
	if (banned == ch->row.banned)
		return rpc_fail(c, 400, "CHAT_NOT_MODIFIED");
	ch->row.banned = banned;
	ch->row.version++;
	r = put(c, ch, UPD_CHAT_RIGHTS, true);
	return r < 0 ? r : chat_reply(c);
}

int chat_edit_noforwards(struct rpc_call *c, struct chat *ch, bool on)
{
	int flags = on ? ch->row.flags | STORE_CHAT_NOFORWARDS : ch->row.flags & ~STORE_CHAT_NOFORWARDS, r;

	if ((r = chat_may(c, ch, CHAT_PROTECT)) < 0)
		return r;
	if (flags == ch->row.flags)
		return rpc_fail(c, 400, "CHAT_NOT_MODIFIED");
	ch->row.flags = flags;
	r = put(c, ch, UPD_CHAT, true);
	return r < 0 ? r : chat_reply(c);
}

int chat_edit_reactions(struct rpc_call *c, struct chat *ch, struct slice reactions)
{
	int r;

	if ((r = chat_may(c, ch, CHAT_SETTINGS)) < 0)
		return r;
	if (slice_eq(reactions, ch->row.reactions))
		return rpc_fail(c, 400, "CHAT_NOT_MODIFIED");
	ch->row.reactions = reactions;
	r = put(c, ch, UPD_CHAT, true);
	return r < 0 ? r : chat_reply(c);
}

int chat_edit_ttl(struct rpc_call *c, struct chat *ch, int32_t period)
{
	struct tl_messageActionSetMessagesTTL *action = TL_NEW(&c->arena, messageActionSetMessagesTTL);
	int r;

	if ((r = chat_may(c, ch, CHAT_SETTINGS)) < 0)
		return r;
	if (period == ch->row.ttl)
		return rpc_fail(c, 400, "CHAT_NOT_MODIFIED");
	action->period = period;
	/* The word first: what is said of it is in force behind it. */
	if ((r = chat_say(c, ch->row.id, &action->o)) < 0)
		return r;
	ch->row.ttl = period;
	r = put(c, ch, UPD_PEER_TTL, true);
	return r < 0 ? r : chat_reply(c);
}
