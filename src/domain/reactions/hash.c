/* hash.c - by what a client says which list of reactions it has; see private.h. */
#include <endian.h>

#include "crypto/hash.h"
#include "domain/reactions/private.h"
#include "domain/stickers/sticker.h"
#include "rpc/list_hash.h"

static uint64_t fold_emoji(struct arena *a, uint64_t h, struct slice emoji)
{
	struct slice key = emoji_key(a, emoji);
	struct hash_stream s;
	uint8_t md5[16];
	uint32_t first;

	md5_init(&s);
	md5_update(&s, key.p, key.n);
	md5_final(&s, md5);
	memcpy(&first, md5, sizeof(first));
	return list_hash(list_hash(h, 0), (uint64_t)(int64_t)(int32_t)be32toh(first));
}

int64_t reactions_hash(struct arena *a, const struct slice *v, size_t n)
{
	uint64_t h = 0;

	for (size_t i = 0; i < n; i++) {
		const struct tl_reactionCustomEmoji *d = TL_AS(reactionCustomEmoji, reaction_view(a, v[i]));
		uint64_t id = d ? (uint64_t)d->document_id : 0;

		h = d ? list_hash(list_hash(h, id >> 32), id & UINT32_MAX) : fold_emoji(a, h, v[i]);
	}
	return (int64_t)h;
}
