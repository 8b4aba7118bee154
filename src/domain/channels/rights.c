/* rights.c - see rights.h: two tables of fields and bits. */
#include "domain/channels/rights.h"

#include <stddef.h>

struct field {
	uint16_t at;
	int32_t bit;
};

#define A(name, b)                                                                                           \
	{                                                                                                    \
		offsetof(struct tl_chatAdminRights, name), b                                                 \
	}
#define B(name, b)                                                                                           \
	{                                                                                                    \
		offsetof(struct tl_chatBannedRights, name), b                                                \
	}

static const struct field admin_fields[] = {
	A(change_info, ADMIN_CHANGE_INFO),
	A(post_messages, ADMIN_POST),
	A(edit_messages, ADMIN_EDIT),
	A(delete_messages, ADMIN_DELETE),
	A(ban_users, ADMIN_BAN),
	A(invite_users, ADMIN_INVITE),
	A(pin_messages, ADMIN_PIN),
	A(add_admins, ADMIN_ADD_ADMINS),
	A(anonymous, ADMIN_ANONYMOUS),
	A(manage_call, ADMIN_CALL),
	A(other, ADMIN_OTHER),
	A(manage_topics, ADMIN_TOPICS),
	A(post_stories, ADMIN_POST_STORIES),
	A(edit_stories, ADMIN_EDIT_STORIES),
	A(delete_stories, ADMIN_DELETE_STORIES),
	A(manage_direct_messages, ADMIN_DIRECT),
	A(manage_ranks, ADMIN_RANKS),
	{0},
};

static const struct field banned_fields[] = {
	B(view_messages, BAN_VIEW),
	B(send_messages, BAN_SEND),
	B(send_media, BAN_MEDIA),
	B(send_stickers, BAN_STICKERS),
	B(send_gifs, BAN_GIFS),
	B(send_games, BAN_GAMES),
	B(send_inline, BAN_INLINE),
	B(embed_links, BAN_LINKS),
	B(send_polls, BAN_POLLS),
	B(change_info, BAN_CHANGE_INFO),
	B(invite_users, BAN_INVITE),
	B(pin_messages, BAN_PIN),
	B(manage_topics, BAN_TOPICS),
	B(send_photos, BAN_PHOTOS),
	B(send_videos, BAN_VIDEOS),
	B(send_roundvideos, BAN_ROUND),
	B(send_audios, BAN_AUDIOS),
	B(send_voices, BAN_VOICES),
	B(send_docs, BAN_DOCS),
	B(send_plain, BAN_PLAIN),
	B(edit_rank, BAN_RANK),
	B(send_reactions, BAN_REACTIONS),
	{0},
};

static int64_t bits_of(const struct field *f, const void *o)
{
	int64_t bits = 0;

	for (; f->bit; f++)
		if (*((const bool *)o + f->at))
			bits |= f->bit;
	return bits;
}

static void set_fields(const struct field *f, void *o, int64_t bits)
{
	for (; f->bit; f++)
		*((bool *)o + f->at) = (bits & f->bit) != 0;
}

struct tl_obj *admin_rights_view(struct arena *a, int64_t bits)
{
	struct tl_chatAdminRights *o = TL_NEW(a, chatAdminRights);

	set_fields(admin_fields, o, bits);
	return &o->o;
}

int64_t admin_rights_bits(const struct tl_obj *rights)
{
	return TL_IS(chatAdminRights, rights) ? bits_of(admin_fields, rights) : 0;
}

struct tl_obj *banned_rights_view(struct arena *a, int64_t bits, int32_t until)
{
	struct tl_chatBannedRights *o = TL_NEW(a, chatBannedRights);

	set_fields(banned_fields, o, bits);
	o->until_date = until;
	return &o->o;
}

int64_t banned_rights_bits(const struct tl_obj *rights, int32_t *ret_until)
{
	const struct tl_chatBannedRights *o = TL_AS(chatBannedRights, rights);
	int64_t media = BAN_PHOTOS | BAN_VIDEOS | BAN_ROUND | BAN_AUDIOS | BAN_VOICES | BAN_DOCS, bits;

	*ret_until = o ? o->until_date : 0;
	if (!o)
		return 0;
	bits = bits_of(banned_fields, o);
	if (bits & BAN_VIEW)
		bits |= BAN_SEND;
	if (bits & BAN_SEND)
		bits |= BAN_MEDIA | BAN_PLAIN;
	if (bits & BAN_MEDIA)
		bits |= media | BAN_STICKERS | BAN_GIFS | BAN_GAMES | BAN_INLINE | BAN_LINKS | BAN_POLLS;
	return bits;
}
