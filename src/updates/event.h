/*
 * event.h - one thing that happened in a user's box, as the log keeps it and as composition reads it.
 * The same struct comes from a fresh commit (push) and from the log (getDifference): what a viewer sees is composed
 * from it by one function, domain/sync/compose.c.
 *
 * Peers here and in the store are one int64: user id > 0; basic group -id; channel -(10^12 + id) (updates/peer.h).
 */
#ifndef UPDATES_EVENT_H
#define UPDATES_EVENT_H

#include "base/clock.h"
#include "base/slice.h"

enum upd_kind {
	/* Counted in the box's pts, one log row each, in order. */
	UPD_NEW = 1,           /* peer, id: a message was born; pts == id */
	UPD_EDIT = 2,          /* peer, id */
	UPD_DELETE = 3,        /* payload: int32 ids; pts_count = their number */
	UPD_READ_IN = 4,       /* peer, id = max_id; payload: int32 still unread */
	UPD_READ_OUT = 5,      /* peer, id = max_id */
	UPD_READ_CONTENTS = 6, /* payload: int32 ids; pts_count = their number */
	UPD_PIN = 7, /* peer; payload: int32 pinned (0/1), then int32 ids; pts_count = number of ids */
	UPD_FOLDER_PEERS = 8, /* payload: pairs of int64 peer, int32 folder; pts_count = number of pairs */
	UPD_EPOCH =
		9, /* pts jumped by pts_count: a backup was restored; shown in a difference alone, to who saw more */
	/* No pts: one row per (owner, kind, key) with its last time; the present value is read when composed. */
	UPD_STATE_FIRST = 64,
	UPD_DRAFT = 64,          /* peer */
	UPD_DIALOG_PINNED = 65,  /* peer; id = folder */
	UPD_PINNED_DIALOGS = 66, /* id = folder */
	UPD_UNREAD_MARK = 67,    /* peer */
	UPD_FILTER = 68,         /* id = filter */
	UPD_FILTER_ORDER = 69,
	UPD_NOTIFY = 70,        /* peer, or 0 with id = scope (1 users, 2 chats, 3 broadcasts) */
	UPD_PRIVACY = 71,       /* id = privacy key */
	UPD_BLOCKED = 72,       /* peer */
	UPD_PEER_SETTINGS = 73, /* peer */
	UPD_USER = 74, /* peer = a user whose name, username, photo or phone changed for this owner */
	UPD_CONTACTS_RESET = 75,
	UPD_CHANNEL =
		76, /* of a channel's box: title, rights, photo, settings; of a user's: peer = a channel that is new or gone */
	UPD_JOIN_REQUESTS =
		78,    /* of an admin's box; peer = a group or channel where others wait to be let in */
	UPD_CHAT = 77, /* peer = a basic group whose members, title, rights or photo changed */
	UPD_READ_CHANNEL_IN = 84,  /* peer: how far its owner has read there */
	UPD_READ_CHANNEL_OUT = 85, /* peer: how far somebody else has read what its owner wrote there */
	/* Never stored: pushed to who is online, forgotten. */
	UPD_SAVED_PINNED = 80, /* peer: of Saved Messages */
	UPD_SAVED_PINS = 81,
	UPD_PEER_TTL = 82,          /* peer: its messages' time changed */
	UPD_CHANNEL_AVAILABLE = 83, /* peer: what is shown of its history begins later */
	UPD_STICKER_SETS = 96,      /* id = kind of sets (store/sticker_set.h): which are installed */
	UPD_NEW_STICKER_SET = 97,   /* peer = a set that was installed */
	UPD_STICKER_ORDER = 98,     /* id = kind of sets */
	UPD_RECENT_STICKERS = 99,
	UPD_FAVED_STICKERS = 100,
	UPD_SAVED_GIFS = 101,
	UPD_REACTIONS =
		104, /* id = a message of the owner's box: its reactions changed, or he has looked at them */
	UPD_POLL = 105,         /* id = likewise: the results of its poll */
	UPD_BOT_COMMANDS = 106, /* peer = a bot of a private chat, whose commands changed */
	UPD_USER_FULL =
		107, /* peer = a user whose photo changed for this owner: what clients know of him in full is old */
	/* Told to one authorisation at a time (only_key); peer = the secret chat's id. */
	UPD_SECRET_CHAT = 112,
	UPD_SECRET_READ = 113, /* what its owner wrote there was read */
	UPD_PASSING_FIRST = 128,
	UPD_STATUS = 128, /* peer = user; payload: int32 online until or was online, int32 1 online / 0 off */
	UPD_TYPING =
		129, /* peer = who types (in the private chat with owner); payload: boxed SendMessageAction TL */
	UPD_NEW_AUTHORIZATION = 130, /* payload: boxed updateNewAuthorization TL of the newest layer */
	UPD_CONFIG = 131,
	/* Of a channel's box: peer = the user. Nobody is told by these; the audience follows them, in the order of the posts. */
	UPD_MEMBER_CAME = 133,
	UPD_MEMBER_LEFT = 134,
	UPD_CHANNEL_CONTENTS =
		135, /* of a user's box: peer = channel; payload: int32 ids of what he has opened there */
	/* Of a user's box: peer = channel, id = the thread's top. */
	UPD_DISCUSSION_IN =
		150, /* payload: int64 read up to, and the channel and post that it is about, or 0, 0 */
	UPD_DISCUSSION_OUT = 151, /* payload: int64 read up to */
	UPD_TOPIC_DRAFT = 152,
	/* Of a channel's box: id = topic. */
	UPD_TOPIC_PINNED = 153, /* payload: int32 pinned */
	UPD_TOPIC_PINS = 154,
	/* Of a basic group, peer; in a member's box. */
	UPD_CHAT_MEMBER = 140, /* payload: what (domain/chats), user, inviter, version, date, each int64 */
	UPD_CHAT_RIGHTS = 141, /* what its members may */
	UPD_CHAT_TYPING = 142, /* payload: int64 who, boxed SendMessageAction TL */
	/*
	 * The same to who is online alone. Of a channel's box: id = the message; payload: int64 who did it. Of a user's: payload: int64, int32 of
	 * the message's origin.
	 */
	UPD_REACTIONS_NOW = 144,
	UPD_POLL_NOW = 145,
	UPD_SECRET_TYPING = 160,  /* peer = the secret chat's id */
	UPD_SECRET_MESSAGE = 161, /* id = qts of the queue of only_key */
	/* Of who may see what is to be sent to `peer` later: id = such a message, new or changed; payload of those that are gone: id int32 ids,
	   then, where they were sent, as many ids of messages. */
	UPD_LATER = 170,
	UPD_LATER_GONE = 171,
	UPD_VIEWS_NOW = 172,    /* of a channel's box: id = a post that was seen */
	UPD_FORWARDS_NOW = 173, /* or passed on */
	UPD_NOTIFY_TOPIC = 174, /* of a user's box: peer = a forum, id = one of its topics */
	UPD_GROUP_COMMANDS =
		175, /* of a channel's box or a member's: peer = the group; payload: int64 a bot in it whose commands changed */
	UPD_FORUM_VIEW =
		176, /* of a user's box: peer = a forum that he looks at as one chat, or as topics again */
	UPD_BOT_QUERY = 190, /* of a bot: peer = who asks; payload: boxed Update TL of the newest layer */
	UPD_BOT_TOLD = 191,  /* of a bot: id = qts of its queue */
	UPD_RESET = 132,     /* updatesTooLong: the session ended; the next call hears 401 */
};

struct upd_event {
	int64_t owner;
	int32_t pts, pts_count; /* after this event; 0, 0 without pts */
	enum upd_kind kind;
	int64_t peer;
	int32_t id;
	unixtime_t date;
	struct slice payload;
	int64_t random_id; /* UPD_NEW of the owner's own send: what the client chose; 0 otherwise */
	int64_t except_key; /* not pushed to this authorisation (permanent auth_key_id): its own answer says it; 0: none */
	int64_t only_key; /* pushed to this authorisation alone; 0: to all of the owner's */
};

#endif
