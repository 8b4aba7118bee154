/*
 * client_info.c - what a client said of itself in initConnection, in memory for every key that is in use: its fields are wide
 * for the longest texts, so they are kept one behind another, each with its NUL.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "mtproto/key_private.h"

#define FIELD(name)                                                                                          \
	{                                                                                                    \
		offsetof(struct mt_client_info, name), sizeof(((struct mt_client_info *)NULL)->name)         \
	}

static const struct {
	size_t at, size;
} texts[] = {FIELD(device_model),     FIELD(system_version), FIELD(app_version),
             FIELD(system_lang_code), FIELD(lang_pack),      FIELD(lang_code)};

enum { TEXTS = sizeof(texts) / sizeof(texts[0]), MOST = sizeof(struct mt_client_info) };

static size_t pack(const struct mt_client_info *i, uint8_t out[MOST])
{
	size_t n = sizeof(i->api_id), k;

	memcpy(out, &i->api_id, n);
	for (int t = 0; t < TEXTS; t++) {
		const char *p = (const char *)i + texts[t].at;

		k = strnlen(p, texts[t].size - 1);
		memcpy(out + n, p, k);
		out[n + k] = 0;
		n += k + 1;
	}
	return n;
}

void mt_info_keep(uint8_t **p, const struct mt_client_info *i)
{
	uint8_t packed[MOST];
	size_t n;

	free(*p);
	*p = NULL;
	if (!i)
		return;
	n = pack(i, packed);
	*p = xmalloc(n);
	memcpy(*p, packed, n);
}

bool mt_info_read(const uint8_t *p, struct mt_client_info *ret)
{
	if (!p)
		return false;
	memset(ret, 0, sizeof(*ret)); /* the store keeps it whole */
	memcpy(&ret->api_id, p, sizeof(ret->api_id));
	p += sizeof(ret->api_id);
	for (int t = 0; t < TEXTS; t++) {
		size_t n = strlen((const char *)p);

		memcpy((char *)ret + texts[t].at, p, n);
		p += n + 1;
	}
	return true;
}

bool mt_info_is(const uint8_t *p, const struct mt_client_info *i)
{
	struct mt_client_info had;

	return mt_info_read(p, &had) && memcmp(&had, i, sizeof(had)) == 0;
}
