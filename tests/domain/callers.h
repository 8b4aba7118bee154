/*
 * callers.h - who may do what in a supergroup, a forum and a channel: each method by each kind of caller gives Telegram's error, and one
 * that is refused changes nothing. Here are the people and what runs a table; the tables are those of the tests.
 */
#ifndef TESTS_DOMAIN_CALLERS_H
#define TESTS_DOMAIN_CALLERS_H

#include "room.h"
#include "updates/peer.h"

enum who { OWNER, ABLE, OTHER, MEMBER, RESTRICTED, BANNED, GONE, STRANGER, BOT, BOT_ADMIN, CALLERS };
/* A channel that never was. */
#define ABSENT 987654

enum where { CHANNEL, GROUP, FORUM };

struct callers {
	struct world *w;
	struct person p[CALLERS], friends[CALLERS];
	struct person victim, bots_victim; /* members on whom people, and bots, act */
	int64_t turn;                      /* grows with each call */
	int done;                          /* calls of this row that were let through */
	int wrong;                         /* answers that were others than wanted */
	int32_t post;                      /* the owner's, in the room of this row */
	int32_t topic;                     /* the owner's, in a forum */
	struct slice link;                 /* the owner's second one, revoked in no room */
};

/* A call by p on `room`, made anew for each caller. */
typedef struct tl_obj *(*make_fn)(struct callers *s, struct person p, int64_t room);

#define ROOM(s, p, room) world_channel((s)->w, p, room)
#define PEER(s, p, room) world_channel_peer((s)->w, p, room)

#define VICTIM(s, p) (peer_is_bot((p).id) ? (s)->bots_victim : (s)->victim)

#define OK    NULL
#define NO    "400 CHAT_ADMIN_REQUIRED"
#define GONE_ "400 CHANNEL_PRIVATE" /* as what never was */
#define ALIKE NULL
#define NOBOT "400 BOT_METHOD_INVALID"

/*
 * Usual answers: the owner alone; those with the right; every admin; everybody who is in it. Who is banned, has left or was never there meets
 * a private chat. In a channel nobody is restricted, and that answer is not asked for.
 */
#define OWNERS                                                                                               \
	{                                                                                                    \
		OK, NO, NO, NO, NO, GONE_, GONE_, GONE_                                                      \
	}
#define BY_RIGHT                                                                                             \
	{                                                                                                    \
		OK, OK, NO, NO, NO, GONE_, GONE_, GONE_                                                      \
	}
#define ADMINS                                                                                               \
	{                                                                                                    \
		OK, OK, OK, NO, NO, GONE_, GONE_, GONE_                                                      \
	}
#define ALL_IN                                                                                               \
	{                                                                                                    \
		OK, OK, OK, OK, OK, GONE_, GONE_, GONE_                                                      \
	}

struct caller_row {
	const char *what;
	make_fn make;
	int64_t right; /* of "admin with the right", person or bot */
	enum where where;
	const char *answer[STRANGER + 1];
	const char *bots; /* what bots hear; ALIKE: as a member and as the admin with the right */
};

int callers_setup(void **state);
/* Each row in a room of its own, the owner last. */
void callers_table(struct callers *s, const struct caller_row *rows, size_t n);
/* Each row on a room that never was is refused as a private one. */
void callers_absent(struct callers *s, const struct caller_row *rows, size_t n);

#endif
