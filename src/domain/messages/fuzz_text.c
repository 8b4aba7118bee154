/*
 * fuzz_text.c - a text and its entities as a client may send them. What is taken must be what every client can show: good
 * UTF-8, trimmed, entities in order, within bounds, not in the middle of a character, sayable at the oldest and newest layer.
 *
 * Input: a byte that chooses the kind of text, two of its length, the text; then entities of 9 bytes: kind, offset, length.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/utf8.h"
#include "domain/messages/text.h"
#include "domain/users/peer.h"
#include "rpc_methods.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

enum { ENTITY = 9, ENTITIES_MAX = 128 };

static char failed[64];

/* ---- instead of the lane ---- */

int rpc_fail(struct rpc_call *c, int code, const char *fmt, ...)
{
	snprintf(failed, sizeof(failed), "%s", fmt);
	return -ERR_RPC;
}

int user_resolve(struct rpc_call *c, const struct tl_obj *u, int64_t *ret_id)
{
	if (!TL_IS(inputUser, u) || TL_AS(inputUser, u)->user_id % 3 == 0)
		return rpc_fail(c, 400, "USER_ID_INVALID");
	*ret_id = 7;
	return 0;
}

/* ---- what a client says ---- */

/* clang-format off */
#define KINDS(X) \
	X(Bold) X(Italic) X(Code) X(Pre) X(TextUrl) X(MentionName) X(Underline) X(Strike) X(Blockquote) X(Spoiler) \
	X(CustomEmoji) X(Mention) X(Hashtag) X(BotCommand) X(Url) X(Email) X(Phone) X(Cashtag) X(BankCard) X(FormattedDate) \
	X(Unknown)
/* clang-format on */

static struct tl_obj *entity(struct arena *a, uint8_t kind, int32_t offset, int32_t length)
{
	struct tl_inputMessageEntityMentionName *m;
	int i = 0;

#define KIND(k)                                                                                              \
	if (kind == i++) {                                                                                   \
		struct tl_messageEntity##k *e = TL_NEW(a, messageEntity##k);                                 \
		e->offset = offset;                                                                          \
		e->length = length;                                                                          \
		return &e->o;                                                                                \
	}
	KINDS(KIND)
#undef KIND
	m = TL_NEW(a, inputMessageEntityMentionName);
	m->offset = offset;
	m->length = length;
	m->user_id = &TL_NEW(a, inputUser)->o;
	TL_AS(inputUser, m->user_id)->user_id = kind;
	return &m->o;
}

/* ---- what must be true of it ---- */

static bool span_of(const struct tl_obj *o, int32_t *ret_offset, int32_t *ret_length)
{
#define KIND(k)                                                                                              \
	if (TL_IS(messageEntity##k, o)) {                                                                    \
		*ret_offset = TL_AS(messageEntity##k, o)->offset;                                            \
		*ret_length = TL_AS(messageEntity##k, o)->length;                                            \
		return true;                                                                                 \
	}
	KINDS(KIND)
#undef KIND
	return false;
}

static void must(bool good)
{
	if (!good)
		abort();
}

/* Units before the character at each unit; a unit inside of one is no boundary. */
static bool is_boundary(struct slice text, int32_t at)
{
	int32_t units = 0;
	uint32_t len;

	for (uint32_t i = 0; i < text.n && units < at; i += len) {
		utf8_at(text, i, &len);
		units += len == 4 ? 2 : 1;
	}
	return units == at;
}

static void check(struct arena *a, enum text_kind kind, struct slice text, struct tl_vec list)
{
	int32_t units = (int32_t)utf8_utf16_len(text), offset, length, last = 0;
	struct buf b = {0};

	must(utf8_valid(text) && (kind == TEXT_DRAFT || slice_eq(utf8_trim_space(text), text)));
	must(utf8_len(text) <= (kind == TEXT_CAPTION ? LIMIT_CAPTION_LENGTH : LIMIT_MESSAGE_LENGTH));
	must(kind != TEXT_MESSAGE || units > 0);
	must((list.v == NULL) == (list.n == 0));
	for (uint32_t i = 0; i < list.n; i++) {
		must(span_of(list.v[i], &offset, &length));
		must(offset >= last && length > 0 && offset + length <= units);
		must(is_boundary(text, offset) && is_boundary(text, offset + length));
		must(!TL_IS(messageEntityUnknown, list.v[i]));
		must(!TL_IS(messageEntityMentionName, list.v[i]) ||
		     TL_AS(messageEntityMentionName, list.v[i])->user_id == 7);
		must(tl_encode(&b, list.v[i], TL_LAYER_MAX) == 0);
		tl_encode(&b, list.v[i], TL_LAYER_MIN);
		last = offset;
	}
	buf_fini(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct rpc_call c = {0};
	struct tl_obj *list[ENTITIES_MAX];
	struct tl_vec in = {list, 0}, out;
	enum text_kind kind;
	struct slice text, had;
	size_t len;
	int r;

	if (n < 3)
		return 0;
	arena_init(&c.arena, 0);
	kind = (enum text_kind)(p[0] % 3);
	len = p[1] | (size_t)p[2] << 8;
	if (len > n - 3)
		len = n - 3;
	had = slice_of(p + 3, len);
	for (p += 3 + len, n -= 3 + len; n >= ENTITY && in.n < ENTITIES_MAX; p += ENTITY, n -= ENTITY) {
		int32_t offset, length;

		memcpy(&offset, p + 1, 4);
		memcpy(&length, p + 5, 4);
		list[in.n++] = entity(&c.arena, p[0], offset, length);
	}
	failed[0] = '\0';
	r = text_prepare(&c, had, &in, kind, &text, &out);
	must(r == 0 || (r == -ERR_RPC && failed[0]));
	if (r == 0)
		check(&c.arena, kind, text, out);
	arena_fini(&c.arena);
	return 0;
}
