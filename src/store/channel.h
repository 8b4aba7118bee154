/*
 * channel.h - channels and supergroups, their members, and each user's list of them. Owner of the rows: the channel (id > 0 here,
 * peer key -(10^12 + id) elsewhere), but of `chan_of`: the user. Nothing here is written per subscriber of a post.
 * Write lane, but for what only reads.
 */
#ifndef STORE_CHANNEL_H
#define STORE_CHANNEL_H

#include "base/clock.h"
#include "sql/sql.h"

enum store_channel_flag {
	STORE_CHANNEL_BROADCAST = 1,
	STORE_CHANNEL_MEGAGROUP = 2,
	STORE_CHANNEL_GIGAGROUP = 4,
	STORE_CHANNEL_FORUM = 8,
	STORE_CHANNEL_SIGNATURES = 16,
	STORE_CHANNEL_SIGNATURE_PROFILES = 32,
	STORE_CHANNEL_NOFORWARDS = 64,
	STORE_CHANNEL_JOIN_TO_SEND = 128,
	STORE_CHANNEL_JOIN_REQUEST = 256,
	STORE_CHANNEL_PREHISTORY_HIDDEN = 512,
	STORE_CHANNEL_PARTICIPANTS_HIDDEN = 1024,
	STORE_CHANNEL_ANTISPAM = 2048,
	STORE_CHANNEL_CLOSED = 4096, /* deleted: its rows go by a job */
	STORE_CHANNEL_VERIFIED = 8192,
};

struct store_channel {
	int64_t id, creator;
	struct slice title, about, username; /* username as written; absent: private */
	unixtime_t date;
	int flags;
	int64_t banned; /* default banned rights */
	int64_t photo;  /* file; 0: none */
	int64_t linked; /* discussion group, or the channel that it discusses; 0: none */
	int64_t migrated_chat;
	int32_t migrated_max;
	int32_t slowmode, ttl;
	int32_t members, admins, kicked, restricted; /* kept by store_channel_member_put */
	int32_t requests;                            /* that wait: kept by domain/channels */
	struct slice reactions;                      /* TL ChatReactions; absent: all */
	struct slice extra;                          /* int64: its set of stickers; or absent */
};

enum store_channel_role {                         /* what somebody is there */
	                  STORE_CHANNEL_LEFT = 0, /* was there; the row keeps what holds on (restrictions) */
	                  STORE_CHANNEL_MEMBER = 1,
	                  STORE_CHANNEL_ADMIN = 2,
	                  STORE_CHANNEL_CREATOR = 3,
	                  STORE_CHANNEL_KICKED = 4, /* banned from seeing it */
};

struct store_channel_member {
	int64_t channel, user;
	enum store_channel_role role;
	int64_t by;       /* inviter, promoter or banner */
	unixtime_t date;  /* joined, or banned */
	int64_t rights;   /* of an admin */
	int64_t banned;   /* restrictions of his own; 0: none */
	unixtime_t until; /* of those; INT32_MAX: for ever */
	int32_t first_id; /* lowest message id that he may see; 0: all */
	bool by_request;  /* an admin let him in */
	bool is_bot;
	unixtime_t last_sent; /* for slow mode */
	struct slice rank;
};

/*
 * An id for a channel or a basic group, never given to either before: Telethon keeps users, groups and channels under their bare numbers,
 * and would take one for the other. (Users' begin at 1,000,000. Groups had numbers of their own once: those are passed over.)
 */
int store_group_id(struct sql_db *db, int64_t *ret);
int store_channel_insert(struct sql_db *db, struct store_channel *c); /* draws its id */
int store_channel_get(struct sql_db *db, int64_t id, struct arena *a, struct store_channel *ret);
int store_channel_put(struct sql_db *db, const struct store_channel *c);

/* -ERR_NOTFOUND: never was there. */
int store_channel_member_get(struct sql_db *db, int64_t channel, int64_t user, struct arena *a,
                             struct store_channel_member *ret);
/*
 * Writes the row, the user's `chan_of` row (there while MEMBER, ADMIN or CREATOR), and the counters of the channel, which the
 * caller's struct gets as well.
 */
int store_channel_member_put(struct sql_db *db, struct store_channel *c,
                             const struct store_channel_member *m);

enum store_channel_list {
	STORE_CHANNEL_RECENT,
	STORE_CHANNEL_ADMINS,
	STORE_CHANNEL_KICKEDS,
	STORE_CHANNEL_RESTRICTEDS,
	STORE_CHANNEL_BOTS
};
/* A page of them: admins by date of promotion, the others newest first; passing over `offset` of them costs as many index rows. */
int store_channel_members(struct sql_db *db, int64_t channel, enum store_channel_list which, uint32_t offset,
                          uint32_t limit, struct arena *a, struct store_channel_member **ret, size_t *ret_n);

/* Ids of all of them above `after`, ascending. */
int store_channel_ids(struct sql_db *db, int64_t after, uint32_t limit, int64_t *ret, size_t *ret_n);
/* Channels that a user is in, ascending. */
int store_channels_of(struct sql_db *db, int64_t user, struct arena *a, int64_t **ret, size_t *ret_n);
int store_channels_count(struct sql_db *db, int64_t user, uint32_t *ret);
/* What is left of members once the channel is closed, up to `limit` by user id. */
int store_channel_rest(struct sql_db *db, int64_t channel, uint32_t limit, int64_t *ret_users, size_t *ret_n);
int store_channel_member_forget(struct sql_db *db, int64_t channel, int64_t user);

/* Up to `limit` rows of each of its log, states, gaps and admin log, once it is closed: 1 if there may be more. */
int store_channel_rows_forget(struct sql_db *db, int64_t channel, uint32_t limit);

/* Owner and peer of the channel's messages and log. */
#define STORE_CHANNEL_KEY(id)     (-1000000000000 - (id))
#define STORE_CHANNEL_OF_KEY(key) (-1000000000000 - (key))

/* A message of this id was deleted, once. */
int store_channel_gap_add(struct sql_db *db, int64_t channel, int32_t id);
/* Nobody gets the ids above `after`, at or below `upto`; no message or read mark lies among them. At least 2 blocks of them. */
int store_channel_gap_of(struct sql_db *db, int64_t channel, int32_t after, int32_t upto);
/*
 * Ids above `after`, at or below `upto`, whose messages are gone: whole blocks of STORE_CHANNEL_BLOCK by their counts, the two
 * ends by looking.
 */
enum { STORE_CHANNEL_BLOCK = 1024 };
int store_channel_gaps(struct sql_db *db, int64_t channel, int32_t after, int32_t upto, int32_t *ret);

/* What its box is now: pts (1: nothing happened yet), the newest message (0: none), and when something last changed. */
struct store_channel_head {
	int32_t pts, top_id;
	unixtime_t top_date, changed;
};
/* top_id and top_date alone. */
int store_channel_top(struct sql_db *db, int64_t channel, struct store_channel_head *ret);
/* -ERR_NOTFOUND: no such channel. */
int store_channel_head(struct sql_db *db, int64_t channel, struct store_channel_head *ret);
/* The highest message id that was ever given, or passed over by a restore; 0: none. */
int store_channel_last_id(struct sql_db *db, int64_t channel, int32_t *ret);

/*
 * How far its messages were read: the highest id, by whom, and the highest of anybody else. Of supergroups only. 1: somebody may
 * now find read what he did not before: what was written above *ret_before; 0: nobody.
 */
int store_channel_read_put(struct sql_db *db, int64_t channel, int64_t user, int32_t id, int32_t *ret_before);
/* After a restore (epoch.h): up to `id`, by whom is not known. */
int store_channel_read_lift(struct sql_db *db, int64_t channel, int32_t id);
/* How far others than `user` have read; 0: not at all. */
int store_channel_read_of_others(struct sql_db *db, int64_t channel, int64_t user, int32_t *ret);

/* In small supergroups: this member has read up to `id` now. Rows are kept for as long as store_channel_readers_prune() leaves them. */
int store_channel_reader_put(struct sql_db *db, int64_t channel, int64_t user, int32_t id, unixtime_t now);
/* When he read up to `id` or beyond. -ERR_NOTFOUND: not lately. Any lane. */
int store_channel_reader_get(struct sql_db *db, int64_t channel, int64_t user, int32_t id, unixtime_t *ret);
/* Up to `limit` rows from before `before` go: how many did. */
int store_channel_readers_prune(struct sql_db *db, unixtime_t before, uint32_t limit);

#endif
