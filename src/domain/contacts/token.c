/*
 * token.c - a link by which somebody else gets to know the caller: nothing is stored, the token says who and until when
 * and is sealed with the server's secret.
 */
#include "base/err.h"
#include "crypto/hash.h"
#include "domain/users/view.h"
#include "rpc_methods.h"

enum {
	LIFETIME = 7 * 86400,
	MAC_BYTES = 16,
	RAW = 8 + 8 + MAC_BYTES,
	TEXT = RAW * 2,
};

static void seal(const struct app *app, const int64_t who_until[2], uint8_t mac[32])
{
	int64_t in[3] = {who_until[0], who_until[1],
	                 0x746f6b656e}; /* "token": no other use of the secret signs this */

	hmac_sha256(app->access_secret, sizeof(app->access_secret), in, sizeof(in), mac);
}

int contacts_exportContactToken(struct rpc_call *c, const struct tl_contacts_exportContactToken *q)
{
	static const char hex[] = "0123456789abcdef";
	struct tl_exportedContactToken *o = TL_NEW(&c->arena, exportedContactToken);
	int64_t who_until[2] = {c->user_id, c->now + LIFETIME};
	uint8_t raw[RAW], mac[32];
	char text[TEXT + 1];

	seal(c->app, who_until, mac);
	memcpy(raw, who_until, 16);
	memcpy(raw + 16, mac, MAC_BYTES);
	for (int i = 0; i < RAW; i++) {
		text[2 * i] = hex[raw[i] >> 4];
		text[2 * i + 1] = hex[raw[i] & 15];
	}
	text[TEXT] = 0;
	o->url = arena_printf(&c->arena, "tg://contact?token=%s", text);
	o->expires = (int32_t)who_until[1];
	return rpc_reply(c, &o->o);
}

static int digit(uint8_t ch)
{
	if (ch >= '0' && ch <= '9')
		return ch - '0';
	return ch >= 'a' && ch <= 'f' ? ch - 'a' + 10 : -1;
}

int contacts_importContactToken(struct rpc_call *c, const struct tl_contacts_importContactToken *q)
{
	uint8_t raw[RAW], mac[32];
	int64_t who_until[2];
	struct tl_obj *user;
	uint8_t differs = 0;
	int r;

	if (q->token.n != TEXT)
		return rpc_fail(c, 400, "TOKEN_INVALID");
	for (int i = 0; i < RAW; i++) {
		int hi = digit(q->token.p[2 * i]), lo = digit(q->token.p[2 * i + 1]);

		if (hi < 0 || lo < 0)
			return rpc_fail(c, 400, "TOKEN_INVALID");
		raw[i] = (uint8_t)(hi << 4 | lo);
	}
	memcpy(who_until, raw, 16);
	seal(c->app, who_until, mac);
	for (int i = 0; i < MAC_BYTES; i++)
		differs |= raw[16 + i] ^ mac[i];
	if (differs || who_until[1] < c->now)
		return rpc_fail(c, 400, "TOKEN_INVALID");
	r = user_view(c, c->user_id, who_until[0], &user);
	return r < 0 ? r : rpc_reply(c, user);
}
