/*
 * online.h - which authorisations are connected now, by user and by key. The only shared state between loops (who
 * report keys coming and going) and read threads (who compose for those that are here).
 * Threads: any; sharded locks, held for a table look-up only. Order: key shard before user shard.
 */
#ifndef UPDATES_ONLINE_H
#define UPDATES_ONLINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct upd_online;

struct upd_online_key {
	int64_t key; /* permanent auth_key_id */
	int32_t layer;
};

struct upd_online *upd_online_new(void);
void upd_online_free(struct upd_online *o);

/* A key is connected as `user` (0: nobody signed in) speaking `layer`, or is gone. Repeats are updates. */
void upd_online_set(struct upd_online *o, int64_t key, int64_t user, int32_t layer, bool online);
/* The user of a connected key changed by sign-in or sign-out; nothing happens if the key is not connected. */
void upd_online_bind(struct upd_online *o, int64_t key, int64_t user);
/* The layer of a connected key changed. */
void upd_online_layer(struct upd_online *o, int64_t key, int32_t layer);

/*
 * The state that a session of a connected key was told last: the date in it, and the commit up to which it showed everything. A date has
 * seconds, a commit is exact. Of several states of one date the first counts: its client may not have got the others. Those of the second
 * in which the session was first told do not count, unless the key signed in just before: the client may go on from what it had of that
 * second before, for all the server knows.
 */
void upd_online_told(struct upd_online *o, int64_t key, int64_t session, int64_t date, uint64_t commit);
/* The commit of the session's state of this date; 0: nobody knows. */
uint64_t upd_online_told_at(struct upd_online *o, int64_t key, int64_t session, int64_t date);

bool upd_online_has(struct upd_online *o, int64_t user);
/* Layer of one connected key, with or without a user; 0 if it is not connected. */
int32_t upd_online_key_layer(struct upd_online *o, int64_t key);
/* Up to `max` connected keys of a user; returns how many. */
size_t upd_online_keys(struct upd_online *o, int64_t user, struct upd_online_key *ret, size_t max);
/* All connected keys, for config pushes: f is called without a lock held on copies taken shard by shard. */
void upd_online_each(struct upd_online *o, void (*f)(void *arg, const struct upd_online_key *k), void *arg);
/* Connected keys with a user, of one part of the table. f is called without a lock held. */
#define UPD_ONLINE_PARTS 64u
void upd_online_part(struct upd_online *o, unsigned part, void (*f)(void *arg, int64_t key, int64_t user),
                     void *arg);
/*
 * Up to `max` keys with a user that went away since the last time, each told once. The newest are not noted when very many
 * went and nobody asked.
 */
void upd_online_take_gone(struct upd_online *o, size_t max, void (*f)(void *arg, int64_t key, int64_t user),
                          void *arg);
/* Connected users and keys now, for metrics. */
void upd_online_count(struct upd_online *o, size_t *ret_users, size_t *ret_keys);

#endif
