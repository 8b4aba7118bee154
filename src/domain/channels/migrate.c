/*
 * migrate.c - a supergroup that was a basic group: it begins with what that was called and allowed, and with a message that says whence
 * it came; its members are brought one by one. Called by chats/migrate.c, which knows the group.
 */
#include "base/err.h"
#include "domain/channels/private.h"
#include "domain/messages/message.h"
#include "store/profile_photo.h"
#include "updates/peer.h"

enum {
	RIGHTS = ADMIN_CHANGE_INFO | ADMIN_DELETE | ADMIN_BAN | ADMIN_INVITE | ADMIN_PIN | ADMIN_CALL |
	         ADMIN_OTHER
};

static int take_photo(struct rpc_call *c, const struct store_chat *from, int64_t key)
{
	struct store_profile_photo photo;
	int r = from->photo
	                ? store_profile_photo_find(c->db, peer_chat(from->id), from->photo, &c->arena, &photo)
	                : -ERR_NOTFOUND;

	if (r < 0)
		return r == -ERR_NOTFOUND ? 0 : r;
	photo.owner = key;
	return store_profile_photo_put(c->db, &photo, c->now);
}

int channel_from_chat(struct rpc_call *c, const struct store_chat *from, struct channel *ret)
{
	struct tl_messageActionChannelMigrateFrom *action = TL_NEW(&c->arena,
	                                                           messageActionChannelMigrateFrom);
	struct channel ch = {.row = {.creator = from->creator,
	                             .title = from->title,
	                             .about = from->about.p ? from->about : SLICE_LIT(""),
	                             .date = c->now,
	                             .flags = STORE_CHANNEL_MEGAGROUP,
	                             .banned = from->banned,
	                             .photo = from->photo,
	                             .migrated_chat = from->id,
	                             .ttl = from->ttl,
	                             .reactions = from->reactions}};
	struct store_chat_member creator;
	int r = store_chat_member_get(c->db, from->id, from->creator, &creator);

	if (r == -ERR_NOTFOUND) /* he left the group, and comes with it all the same */
		creator = (struct store_chat_member){.user = from->creator};
	else if (r < 0)
		return r;
	creator.inviter = from->creator;
	creator.date = c->now;
	creator.role = STORE_CHAT_CREATOR;

	if (from->flags & STORE_CHAT_NOFORWARDS)
		ch.row.flags |= STORE_CHANNEL_NOFORWARDS;
	if ((r = member_has_room(c, &ch, c->user_id)) < 0 || (r = store_channel_insert(c->db, &ch.row)) < 0 ||
	    (r = take_photo(c, from, peer_channel(ch.row.id))) < 0 ||
	    (r = channel_adopt(c, &ch, &creator)) < 0)
		return r;
	action->title = from->title;
	action->chat_id = from->id;
	if ((r = channel_say(c, &ch, &action->o)) < 0)
		return r;
	*ret = ch;
	return 0;
}

int channel_adopt(struct rpc_call *c, struct channel *ch, const struct store_chat_member *from)
{
	struct store_channel_member m;
	int r;

	if ((r = member_load(c, ch, from->user, &m)) < 0 || member_is_in(&m) ||
	    m.role == STORE_CHANNEL_KICKED)
		return r < 0 ? r : 0;
	member_comes(c, &m, from->inviter);
	m.date = from->date;
	if (from->rank_n)
		m.rank = arena_slice(&c->arena, slice_of(from->rank, from->rank_n));
	if (from->role == STORE_CHAT_ADMIN) {
		m.role = STORE_CHANNEL_ADMIN;
		m.rights = RIGHTS;
		m.by = ch->row.creator;
	}
	if (from->role == STORE_CHAT_CREATOR) {
		m.role = STORE_CHANNEL_CREATOR;
		m.rights = ADMIN_ALL & ~ADMIN_ANONYMOUS;
	}
	return member_put(c, ch, &m);
}
