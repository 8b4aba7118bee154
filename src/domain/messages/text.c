/* text.c - see text.h. */
#include "domain/messages/text.h"

#include <stdlib.h>

#include "base/err.h"
#include "base/utf8.h"
#include "domain/messages/detect.h"
#include "domain/users/peer.h"
#include "rpc_methods.h"

enum { DETECTED_MAX = 200 };

/* clang-format off */
/*
 * Kinds that a sender may set; what else he sends is left out. So is a mention by id alone: it would show him, with an
 * access hash, whoever has that id. X(MentionName) is here for what inputMessageEntityMentionName becomes.
 */
#define KINDS(X) \
	X(Bold) X(Italic) X(Code) X(Pre) X(TextUrl) X(MentionName) X(Underline) X(Strike) X(Blockquote) X(Spoiler) \
	X(CustomEmoji) X(Mention) X(Hashtag) X(BotCommand) X(Url) X(Email) X(Phone) X(Cashtag) X(BankCard) X(FormattedDate)
/* clang-format on */

struct span {
	int32_t *offset, *length;
};

static bool span_of(struct tl_obj *o, struct span *ret)
{
	switch (o->name) {
#define KIND(k)                                                                                              \
	case TL_messageEntity##k:                                                                            \
		*ret = (struct span){&((struct tl_messageEntity##k *)o)->offset,                             \
		                     &((struct tl_messageEntity##k *)o)->length};                            \
		return true;
		KINDS(KIND)
#undef KIND
	default:
		return false;
	}
}

/* inputMessageEntityMentionName names a user by access hash; stored is the id alone. */
static int resolve_mention(struct rpc_call *c, const struct tl_obj *o, struct tl_obj **ret)
{
	const struct tl_inputMessageEntityMentionName *in = TL_AS(inputMessageEntityMentionName, o);
	struct tl_messageEntityMentionName *e = TL_NEW(&c->arena, messageEntityMentionName);
	int r;

	r = user_resolve(c, in->user_id, &e->user_id);
	if (r < 0)
		return r;
	e->offset = in->offset;
	e->length = in->length;
	*ret = &e->o;
	return 0;
}

/* Byte length of a blank beginning at `at` in units, from both ends: how many units the trimmed text begins later. */
static int32_t cut_before(struct slice text, struct slice trimmed)
{
	return (int32_t)utf8_utf16_len(slice_of(text.p, (size_t)(trimmed.p - text.p)));
}

/* Ends between characters: half of one would be no text for whoever cuts there. */
static bool is_inside(const struct span *s, struct slice text)
{
	return *s->offset >= 0 && *s->length >= 0 && *s->length <= INT32_MAX - *s->offset &&
	       utf8_byte_of(text, (uint32_t)*s->offset) >= 0 &&
	       utf8_byte_of(text, (uint32_t)*s->offset + (uint32_t)*s->length) >= 0;
}

/* One entity of `text`, moved with it when it was trimmed: 1 kept, 0 nothing of it is left, negative. */
static int keep_entity(struct rpc_call *c, struct tl_obj *o, struct slice text, int32_t cut, int32_t units)
{
	struct span s;
	int64_t from, to;

	if (!span_of(o, &s))
		return 0;
	if (!is_inside(&s, text))
		return rpc_fail(c, 400, "ENTITY_BOUNDS_INVALID");
	from = (int64_t)*s.offset - cut;
	to = from + *s.length;
	if (from < 0)
		from = 0;
	if (to > units)
		to = units;
	if (from >= to)
		return 0;
	*s.offset = (int32_t)from;
	*s.length = (int32_t)(to - from);
	return 1;
}

static int by_offset(const void *x, const void *y)
{
	struct span a, b;

	span_of(*(struct tl_obj *const *)x, &a);
	span_of(*(struct tl_obj *const *)y, &b);
	if (*a.offset != *b.offset)
		return *a.offset < *b.offset ? -1 : 1;
	return *a.length > *b.length ? -1 : *a.length < *b.length; /* the outer one first */
}

/* A found entity inside code, a link or a mention of the sender's is none. */
static bool is_covered(struct tl_obj *found, struct tl_obj **own, uint32_t n)
{
	struct span f, s;

	span_of(found, &f);
	for (uint32_t i = 0; i < n; i++) {
		switch (own[i]->name) {
		case TL_messageEntityBold:
		case TL_messageEntityItalic:
		case TL_messageEntityUnderline:
		case TL_messageEntityStrike:
		case TL_messageEntityBlockquote:
		case TL_messageEntitySpoiler:
			continue;
		default:
			break;
		}
		span_of(own[i], &s);
		if (*f.offset < *s.offset + *s.length && *s.offset < *f.offset + *f.length)
			return true;
	}
	return false;
}

static int take_entities(struct rpc_call *c, const struct tl_vec *in, struct slice text, struct slice trimmed,
                         struct tl_obj **list, uint32_t *ret_n)
{
	int32_t cut = cut_before(text, trimmed), units = (int32_t)utf8_utf16_len(trimmed);
	uint32_t n = 0;
	int r;

	if (in->n > LIMIT_ENTITIES)
		return rpc_fail(c, 400, "ENTITIES_TOO_LONG");
	for (uint32_t i = 0; i < in->n; i++) {
		struct tl_obj *o = in->v[i];

		if (TL_IS(messageEntityMentionName, o))
			continue;
		if (TL_IS(inputMessageEntityMentionName, o) && (r = resolve_mention(c, o, &o)) < 0)
			return r;
		r = keep_entity(c, o, text, cut, units);
		if (r < 0)
			return r;
		if (r)
			list[n++] = o;
	}
	*ret_n = n;
	return 0;
}

static int check_length(struct rpc_call *c, enum text_kind kind, struct slice text)
{
	uint32_t n = utf8_len(text);

	if (kind == TEXT_MESSAGE && !n)
		return rpc_fail(c, 400, "MESSAGE_EMPTY");
	if (kind == TEXT_CAPTION && n > LIMIT_CAPTION_LENGTH)
		return rpc_fail(c, 400, "MEDIA_CAPTION_TOO_LONG");
	if (n > LIMIT_MESSAGE_LENGTH)
		return rpc_fail(c, 400, "MESSAGE_TOO_LONG");
	return 0;
}

int text_prepare(struct rpc_call *c, struct slice text, const struct tl_vec *entities, enum text_kind kind,
                 struct slice *ret_text, struct tl_vec *ret_entities)
{
	struct tl_obj **list = ARENA_ARRAY(&c->arena, struct tl_obj *, LIMIT_ENTITIES + DETECTED_MAX),
		      **found;
	uint32_t n = 0, n_found = 0;
	struct slice trimmed;
	int r;

	if (!utf8_valid(text))
		return rpc_fail(c, 400, "MESSAGE_EMPTY");
	trimmed = kind == TEXT_DRAFT ? text : utf8_trim_space(text);
	if (!trimmed.p)
		trimmed = slice_of(text.p ? text.p : (const uint8_t *)"", 0);
	if ((r = check_length(c, kind, trimmed)) < 0 ||
	    (r = take_entities(c, entities, text, trimmed, list, &n)) < 0)
		return r;
	if (kind != TEXT_DRAFT) {
		found = ARENA_ARRAY(&c->arena, struct tl_obj *, DETECTED_MAX);
		text_detect(&c->arena, trimmed, found, &n_found, DETECTED_MAX);
		for (uint32_t i = 0, own = n; i < n_found; i++)
			if (!is_covered(found[i], list, own))
				list[n++] = found[i];
	}
	qsort(list, n, sizeof(*list), by_offset);
	*ret_text = arena_slice(&c->arena, trimmed);
	*ret_entities = n ? (struct tl_vec){list, n} : (struct tl_vec){0};
	return 0;
}
