/* markup.c - see markup.h. */
#include "domain/bots/markup.h"

#include <string.h>

#include "base/utf8.h"
#include "domain/users/peer.h"
#include "rpc_methods.h"
#include "updates/peer.h"

static int text_of(struct rpc_call *c, struct slice text)
{
	return text.n && utf8_valid(text) && utf8_len(text) <= LIMIT_BUTTON_TEXT
	               ? 0
	               : rpc_fail(c, 400, "BUTTON_TEXT_INVALID");
}

static bool begins(struct slice s, const char *with)
{
	return s.n > strlen(with) && memcmp(s.p, with, strlen(with)) == 0;
}

/* With a scheme that clients open; what has none is an address of the web. */
static int url_of(struct rpc_call *c, struct slice *url)
{
	if (!url->n || url->n > LIMIT_BUTTON_URL || !utf8_valid(*url))
		return rpc_fail(c, 400, "BUTTON_URL_INVALID");
	if (begins(*url, "https://") || begins(*url, "http://") || begins(*url, "tg://") ||
	    begins(*url, "ton://"))
		return 0;
	if (memchr(url->p, ':', url->n) || !memchr(url->p, '.', url->n))
		return rpc_fail(c, 400, "BUTTON_URL_INVALID");
	*url = arena_printf(&c->arena, "http://%.*s", (int)url->n, (const char *)url->p);
	return 0;
}

static int profile(struct rpc_call *c, const struct tl_inputKeyboardButtonUserProfile *in,
                   struct tl_obj **ret)
{
	struct tl_keyboardButtonUserProfile *b = TL_NEW(&c->arena, keyboardButtonUserProfile);
	int r;

	if ((r = text_of(c, in->text)) < 0 || (r = user_resolve(c, in->user_id, &b->user_id)) < 0)
		return r;
	b->text = in->text;
	b->style = in->style;
	*ret = &b->o;
	return 0;
}

/* A button under a message. */
static int in_place_button(struct rpc_call *c, struct tl_obj *in, struct tl_obj **ret)
{
	struct tl_keyboardButtonSwitchInline *inline_ = TL_AS(keyboardButtonSwitchInline, in);
	struct tl_keyboardButtonCallback *data = TL_AS(keyboardButtonCallback, in);
	struct tl_keyboardButtonCopy *copy = TL_AS(keyboardButtonCopy, in);
	struct tl_keyboardButtonUrl *url = TL_AS(keyboardButtonUrl, in);
	int r;

	*ret = in;
	if (data) {
		if ((r = text_of(c, data->text)) < 0)
			return r;
		return data->data.n && data->data.n <= LIMIT_BUTTON_DATA && !data->requires_password
		               ? 0
		               : rpc_fail(c, 400, "BUTTON_DATA_INVALID");
	}
	if (url)
		return (r = text_of(c, url->text)) < 0 ? r : url_of(c, &url->url);
	if (inline_)
		return (r = text_of(c, inline_->text)) < 0 ? r
		       : utf8_valid(inline_->query) && utf8_len(inline_->query) <= LIMIT_INLINE_QUERY
		               ? 0
		               : rpc_fail(c, 400, "BUTTON_DATA_INVALID");
	if (copy)
		return (r = text_of(c, copy->text)) < 0 ? r
		       : copy->copy_text.n && utf8_valid(copy->copy_text) &&
		                       utf8_len(copy->copy_text) <= LIMIT_BUTTON_COPY
		               ? 0
		               : rpc_fail(c, 400, "BUTTON_COPY_TEXT_INVALID");
	if (TL_IS(inputKeyboardButtonUserProfile, in))
		return profile(c, TL_AS(inputKeyboardButtonUserProfile, in), ret);
	return rpc_fail(c, 400, "BUTTON_TYPE_INVALID"); /* games, payments, web applications: not here */
}

/* A button in the place of the keyboard. */
static int keyboard_button(struct rpc_call *c, struct tl_obj *in, struct tl_obj **ret)
{
	const struct tl_keyboardButtonRequestGeoLocation *place = TL_AS(keyboardButtonRequestGeoLocation, in);
	const struct tl_keyboardButtonRequestPhone *phone = TL_AS(keyboardButtonRequestPhone, in);
	const struct tl_keyboardButtonRequestPoll *poll = TL_AS(keyboardButtonRequestPoll, in);
	const struct tl_keyboardButton *text = TL_AS(keyboardButton, in);

	*ret = in;
	if (text)
		return text_of(c, text->text);
	if (phone)
		return text_of(c, phone->text);
	if (place)
		return text_of(c, place->text);
	return poll ? text_of(c, poll->text) : rpc_fail(c, 400, "BUTTON_TYPE_INVALID");
}

/* Vector<KeyboardButtonRow>; rows without buttons are left out. */
static int rows_of(struct rpc_call *c, struct tl_vec in, bool in_place, struct tl_vec *ret)
{
	struct tl_vec rows = tl_vec_new(&c->arena, in.n);
	uint32_t all = 0;
	int r = 0;

	rows.n = 0;
	for (uint32_t i = 0; i < in.n; i++) {
		struct tl_keyboardButtonRow *row = TL_AS(keyboardButtonRow, in.v[i]);

		if (!row->buttons.n)
			continue;
		if ((all += row->buttons.n) > LIMIT_BUTTONS)
			return rpc_fail(c, 400, "REPLY_MARKUP_TOO_LONG");
		for (uint32_t k = 0; r >= 0 && k < row->buttons.n; k++)
			r = in_place ? in_place_button(c, row->buttons.v[k], &row->buttons.v[k])
			             : keyboard_button(c, row->buttons.v[k], &row->buttons.v[k]);
		if (r < 0)
			return r;
		rows.v[rows.n++] = in.v[i];
	}
	*ret = rows;
	return 0;
}

static int placeholder_of(struct rpc_call *c, struct slice s)
{
	return utf8_valid(s) && utf8_len(s) <= LIMIT_BOT_PLACEHOLDER
	               ? 0
	               : rpc_fail(c, 400, "REPLY_MARKUP_INVALID");
}

int markup_prepare(struct rpc_call *c, const struct tl_obj *in, bool in_place, bool post, struct tl_obj **ret)
{
	struct tl_replyInlineMarkup *under = TL_AS(replyInlineMarkup, in);
	struct tl_replyKeyboardMarkup *keyboard = TL_AS(replyKeyboardMarkup, in);
	struct tl_replyKeyboardForceReply *force = TL_AS(replyKeyboardForceReply, in);
	int r;

	*ret = NULL;
	if (!in || !c->is_bot)
		return 0;
	if (under) {
		if ((r = rows_of(c, under->rows, true, &under->rows)) < 0)
			return r;
		*ret = under->rows.n ? &under->o : NULL;
		return 0;
	}
	if (in_place || post)
		return rpc_fail(c, 400, "REPLY_MARKUP_INVALID");
	if (keyboard) {
		if ((r = rows_of(c, keyboard->rows, false, &keyboard->rows)) < 0 ||
		    (r = placeholder_of(c, keyboard->placeholder)) < 0)
			return r;
		if (!keyboard->rows.n)
			return rpc_fail(c, 400, "REPLY_MARKUP_INVALID");
		*ret = &keyboard->o;
		return 0;
	}
	if (force) {
		*ret = &force->o;
		return placeholder_of(c, force->placeholder);
	}
	if (!TL_IS(replyKeyboardHide, in))
		return rpc_fail(c, 400, "REPLY_MARKUP_INVALID");
	*ret = &TL_AS(replyKeyboardHide, in)->o;
	return 0;
}

/* The first button under a message for which `is` says so. */
static bool any(const struct tl_obj *markup, bool (*is)(void *arg, const struct tl_obj *button), void *arg)
{
	const struct tl_replyInlineMarkup *m = TL_AS(replyInlineMarkup, markup);

	for (uint32_t i = 0; m && i < m->rows.n; i++) {
		const struct tl_keyboardButtonRow *row = TL_AS(keyboardButtonRow, m->rows.v[i]);

		for (uint32_t k = 0; row && k < row->buttons.n; k++)
			if (is(arg, row->buttons.v[k]))
				return true;
	}
	return false;
}

static bool note_one(void *view, const struct tl_obj *button)
{
	if (TL_IS(keyboardButtonUserProfile, button))
		view_peer(view, peer_user(TL_AS(keyboardButtonUserProfile, button)->user_id));
	return false;
}

void markup_note(struct view *v, const struct tl_obj *markup)
{
	any(markup, note_one, v);
}

static bool says(void *data, const struct tl_obj *button)
{
	const struct tl_keyboardButtonCallback *b = TL_AS(keyboardButtonCallback, button);

	return b && slice_eq(b->data, *(struct slice *)data);
}

bool markup_has_data(const struct tl_obj *markup, struct slice data)
{
	return any(markup, says, &data);
}

static bool asks(void *unused, const struct tl_obj *button)
{
	return TL_IS(keyboardButtonCallback, button);
}

bool markup_asks(const struct tl_obj *markup)
{
	return any(markup, asks, NULL);
}
