/* names.c - short names and titles of sets. */
#include "base/err.h"
#include "base/utf8.h"
#include "crypto/rng.h"
#include "domain/stickers/make.h"
#include "rpc_methods.h"

enum { NAME_MAX_BYTES = 64, TITLE_MAX = 64 };

static bool is_letter(uint8_t ch)
{
	return (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z');
}

bool set_name_valid(struct slice s)
{
	if (!s.n || s.n > NAME_MAX_BYTES || !is_letter(s.p[0]) || s.p[s.n - 1] == '_')
		return false;
	for (uint32_t i = 0; i < s.n; i++)
		if (!is_letter(s.p[i]) && !(s.p[i] >= '0' && s.p[i] <= '9') &&
		    (s.p[i] != '_' || s.p[i + 1] == '_'))
			return false;
	return true;
}

int set_name_free(struct rpc_call *c, struct slice name)
{
	int64_t id;
	int r = store_sticker_set_find(c->db, set_fold(&c->arena, name), &id);

	return r == -ERR_NOTFOUND ? 1 : r < 0 ? r : 0;
}

int stickers_checkShortName(struct rpc_call *c, const struct tl_stickers_checkShortName *q)
{
	int r;

	if (!set_name_valid(q->short_name))
		return rpc_fail(c, 400, "SHORT_NAME_INVALID");
	if ((r = set_name_free(c, q->short_name)) <= 0)
		return r < 0 ? r : rpc_fail(c, 400, "SHORT_NAME_OCCUPIED");
	return rpc_reply_bool(c, true);
}

int set_title(struct rpc_call *c, struct slice title, struct slice *ret)
{
	if (!utf8_valid(title) || !(*ret = utf8_trim(title)).n || utf8_len(*ret) > TITLE_MAX)
		return rpc_fail(c, 400, "PACK_TITLE_INVALID");
	return 0;
}

/* Letters and digits of the title, words by '_'; a number behind it if that is taken. */
int stickers_suggestShortName(struct rpc_call *c, const struct tl_stickers_suggestShortName *q)
{
	struct tl_stickers_suggestedShortName *o = TL_NEW(&c->arena, stickers_suggestedShortName);
	struct slice title, name;
	char base[40];
	size_t n = 0;
	int r;

	if (!utf8_valid(q->title) || !(title = utf8_trim(q->title)).n)
		return rpc_fail(c, 400, "TITLE_INVALID");
	for (uint32_t i = 0; i < title.n && n < sizeof(base) - 1; i++) {
		uint8_t ch = title.p[i];

		if (is_letter(ch) || (n && ch >= '0' && ch <= '9'))
			base[n++] = (char)ch;
		else if (n && base[n - 1] != '_')
			base[n++] = '_';
	}
	while (n && base[n - 1] == '_')
		n--;
	name = n ? slice_of(base, n) : SLICE_LIT("Set");
	for (int tries = 0; (r = set_name_free(c, name)) == 0 && tries < 20; tries++)
		name = arena_printf(&c->arena, "%.*s_%u", n ? (int)n : 3, n ? base : "Set",
		                    (unsigned)(rng_u64() % 100000));
	if (r <= 0)
		return r < 0 ? r : rpc_fail(c, 400, "TITLE_INVALID");
	o->short_name = arena_slice(&c->arena, name);
	return rpc_reply(c, &o->o);
}
