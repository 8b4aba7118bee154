/* key_private.h - keys: those that a loop has, where the others live, and who their clients are. For the files of mtproto/ only. */
#ifndef MTPROTO_KEY_PRIVATE_H
#define MTPROTO_KEY_PRIVATE_H

#include "mtproto/private.h"

/* auth_key.c */
struct mt_loop *mt_route(struct mt_loop *l,
                         int64_t id); /* the other loop where it lives, if that is known; or NULL */
void mt_route_set(struct mt_loop *l, int64_t id, struct mt_loop *to); /* to == l: forgotten */
void mt_routes_free(struct mt_loop *l);
struct mt_key_entry *mt_key_find(struct mt_loop *l, int64_t id); /* loaded and not gone, or NULL */
/*
 * The same in steps, for many at once: all are prefetched, then all fetched (on their way into the caches, not looked at), then each is
 * used, at a time that the caller knows.
 */
void mt_key_prefetch(const struct mt_loop *l, int64_t id);
struct mt_key_entry *mt_key_fetch(const struct mt_loop *l, int64_t id);
struct mt_key_entry *mt_key_use(struct mt_key_entry *e, usec_t now); /* e may be NULL */
/* mt_salt of now, kept with the key. */
int64_t mt_key_salt(struct mt_loop *l, struct mt_key_entry *e, unixtime_t now);
/* Parks the packet and asks the store, or continues a load under way. */
void mt_key_wait(struct mt_loop *l, struct mt_conn *c, int64_t id, const uint8_t *p, size_t n,
                 bool quick_ack);
struct mt_key_entry *mt_key_put(struct mt_loop *l, const struct mt_key *k);
void mt_key_pin(struct mt_key_entry *e);
void mt_key_unpin(struct mt_loop *l, struct mt_key_entry *e);
void mt_key_forget(struct mt_loop *l, int64_t id); /* out of the cache; sessions end */
/* A temporary key that is over: nothing more is said by it. Its sessions are the permanent key's and wait for another. */
void mt_key_silence(struct mt_loop *l, const struct mt_key_entry *temp);
void mt_key_online(struct mt_loop *l, struct mt_key_entry *e);
bool mt_key_is_gone(struct mt_loop *l, int64_t id); /* cached as destroyed */
void mt_keys_drop_temp(struct mt_loop *l, int64_t perm_id, const int64_t *except, uint32_t n);
void mt_keys_sweep(struct mt_loop *l, usec_t now);

/* Not in the table any more. */
void mt_key_entry_free(struct mt_key_entry *e);

/* client_info.c: the fields of initConnection, kept as long as their texts are and no longer. NULL: none. */
void mt_info_keep(uint8_t **p, const struct mt_client_info *i);
bool mt_info_read(const uint8_t *p, struct mt_client_info *ret);
bool mt_info_is(const uint8_t *p, const struct mt_client_info *i);

#endif
