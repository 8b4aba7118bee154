/* markup.h - keyboards under messages: only bots send them. A door of the area. Threads: lanes. */
#ifndef DOMAIN_BOTS_MARKUP_H
#define DOMAIN_BOTS_MARKUP_H

#include "domain/users/view.h"
#include "rpc/call.h"

/*
 * ReplyMarkup as a client sent it, checked, as it is stored; people's are passed over (*ret NULL), as Telegram does. `in_place`: of an
 * edit or an inline result, where only buttons under the message are possible; `post`: in a broadcast channel, likewise. 400
 * REPLY_MARKUP_INVALID, REPLY_MARKUP_TOO_LONG, BUTTON_DATA_INVALID, BUTTON_URL_INVALID, BUTTON_TYPE_INVALID, BUTTON_TEXT_INVALID,
 * BUTTON_COPY_TEXT_INVALID, and USER_ID_INVALID.
 */
int markup_prepare(struct rpc_call *c, const struct tl_obj *in, bool in_place, bool post,
                   struct tl_obj **ret);
/* People whom buttons link to, for users[]. */
void markup_note(struct view *v, const struct tl_obj *markup);
/* It has a button that says this to its bot. */
bool markup_has_data(const struct tl_obj *markup, struct slice data);
/* Some button of it asks its bot. */
bool markup_asks(const struct tl_obj *markup);

#endif
