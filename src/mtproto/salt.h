/* salt.h - server salts computed from time and key, none stored (mtproto.md 4.4). Threads: any. */
#ifndef MTPROTO_SALT_H
#define MTPROTO_SALT_H

#include <stdbool.h>

#include "base/buf.h"
#include "mtproto/keystore.h"

/* The salt in force at `now`; never 0. It is another one once mt_salt_step(now) is. Costs microseconds: see mt_key_salt. */
int64_t mt_salt_step(unixtime_t now);
int64_t mt_salt(const uint8_t secret[32], int64_t key_id, unixtime_t now);
/* Present, previous, the one before for 5 minutes more, and the first salt of a young key that was made after `started`. */
bool mt_salt_ok(const uint8_t secret[32], unixtime_t started, const struct mt_key *k, int64_t salt,
                unixtime_t now);
/* future_salts for get_future_salts num, appended. */
void mt_future_salts(const uint8_t secret[32], int64_t key_id, int64_t req_msg_id, int32_t num,
                     unixtime_t now, struct buf *b);

#endif
