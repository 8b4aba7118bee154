/* salt.c - see salt.h. */
#include "mtproto/salt.h"

#include "crypto/hash.h"
#include "mtproto/ids.h"

enum { STEP = 1800, GRACE = 300, FIRST_SALT = 3600, SALTS_MAX = 64 };

static int64_t salt_number(const uint8_t secret[32], int64_t key_id, int64_t i)
{
	int64_t in[2] = {key_id, i}, salt;
	uint8_t mac[32];

	hmac_sha256(secret, 32, in, sizeof(in), mac);
	memcpy(&salt, mac, 8);
	return salt ? salt : 1;
}

int64_t mt_salt_step(unixtime_t now)
{
	return now / STEP;
}

int64_t mt_salt(const uint8_t secret[32], int64_t key_id, unixtime_t now)
{
	return salt_number(secret, key_id, mt_salt_step(now));
}

bool mt_salt_ok(const uint8_t secret[32], unixtime_t started, const struct mt_key *k, int64_t salt,
                unixtime_t now)
{
	int64_t i = now / STEP;

	if (salt == 0)
		return false;
	if (salt == k->first_salt && k->created > started && now < k->created + FIRST_SALT)
		return true;
	return salt == salt_number(secret, k->id, i) || salt == salt_number(secret, k->id, i - 1) ||
	       (now % STEP < GRACE && salt == salt_number(secret, k->id, i - 2));
}

void mt_future_salts(const uint8_t secret[32], int64_t key_id, int64_t req_msg_id, int32_t num,
                     unixtime_t now, struct buf *b)
{
	int64_t i = now / STEP;

	if (num < 1)
		num = 1;
	if (num > SALTS_MAX)
		num = SALTS_MAX;
	buf_u32(b, (uint32_t)MT_future_salts);
	buf_u64(b, (uint64_t)req_msg_id);
	buf_u32(b, (uint32_t)now);
	buf_u32(b, (uint32_t)num); /* a bare vector of bare items */
	for (int32_t k = 0; k < num; k++, i++) {
		buf_u32(b, (uint32_t)(i * STEP));
		buf_u32(b, (uint32_t)((i + 2) * STEP));
		buf_u64(b, (uint64_t)salt_number(secret, key_id, i));
	}
}
