/*
 * text.h - text and its entities as a client sent them, made right: UTF-8 checked, spaces trimmed with the offsets
 * shifted, bounds checked in UTF-16 code units, what clients expect to be found (links, mentions, hashtags, e-mails,
 * phones, commands) found. Commands mean something where a bot hears them, and TDLib complains of one that is found elsewhere:
 * see bot_commands_mean(). Pure but for user ids in mention entities, which are resolved for the caller.
 */
#ifndef DOMAIN_MESSAGES_TEXT_H
#define DOMAIN_MESSAGES_TEXT_H

#include "rpc/call.h"

enum text_kind {
	TEXT_MESSAGE /* 1..4096 */,
	TEXT_CAPTION /* 0..1024 */,
	TEXT_DRAFT /* 0..4096, as it is: nothing trimmed, nothing detected; quotes, too */
};

/*
 * 400 MESSAGE_EMPTY, MESSAGE_TOO_LONG, MEDIA_CAPTION_TOO_LONG, ENTITY_BOUNDS_INVALID, ENTITIES_TOO_LONG. The results live
 * in the call's arena; entities are absent (v == NULL) if there are none.
 */
int text_prepare(struct rpc_call *c, struct slice text, const struct tl_vec *entities, enum text_kind kind,
                 struct slice *ret_text, struct tl_vec *ret_entities);
#endif
