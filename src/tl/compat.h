/*
 * compat.h - rules written by hand for forms whose meaning moved between layers; which forms ask for which rule stands
 * in schema/compat.def. Called through tables by decode.c and encode.c only. A rule fills fields; it decides nothing
 * about users.
 *
 * up_X      after decoding form `id` of X: fills the newest form's fields from the old ones.
 * down_X    before encoding form `id` of X: `o` is a shallow copy that may be changed; fills the old form's fields.
 *           false: this object cannot be said in that form; it is treated as an unknown constructor (fallback).
 * fallback_T        the substitute for a constructor of T that the layer lacks, or NULL to drop it.
 * down_result_M     what the answer to M looks like in that layer; NULL: it cannot be said (500).
 *
 * What they build lives in the arena given. Threads: any, no state.
 */
#ifndef TL_COMPAT_H
#define TL_COMPAT_H

#include "tl/tl.h"

#define TL_UP(n)       void up_##n(struct arena *a, struct tl_##n *o, uint32_t id)
#define TL_DOWN(n)     bool down_##n(struct arena *a, struct tl_##n *o, uint32_t id)
#define TL_FALLBACK(t) const struct tl_obj *fallback_##t(struct arena *a, const struct tl_obj *o, int layer)
#define TL_DOWN_RESULT(m)                                                                                    \
	const struct tl_obj *down_result_##m(struct arena *a, const struct tl_obj *o, int layer)

TL_FALLBACK(MessageAction);
TL_FALLBACK(Update);
TL_UP(messages_sendMessage);
TL_UP(messages_sendMedia);
TL_UP(messages_sendMultiMedia);
TL_UP(messages_sendInlineBotResult);
TL_UP(messages_saveDraft);
TL_UP(messages_sendScreenshotNotification);
TL_UP(dialogFilter);
TL_UP(dialogFilterChatlist);
TL_UP(inputPeerNotifySettings);
TL_UP(messages_sendReaction);
TL_UP(messages_setDefaultReaction);
TL_UP(messages_getMessageReactionsList);
TL_UP(channels_toggleSignatures);
TL_UP(channels_reportSpam);
TL_UP(account_verifyEmail);
TL_UP(account_sendVerifyEmailCode);
TL_UP(poll);
TL_UP(pollAnswer);
TL_UP(documentAttributeVideo);
TL_DOWN(config);
TL_DOWN(dialogFilter);
TL_DOWN(dialogFilterChatlist);
TL_DOWN(draftMessage);
TL_DOWN(messageReplyHeader);
TL_DOWN(peerNotifySettings);
TL_DOWN(updateUserName);
TL_DOWN(userFull);
TL_DOWN(help_promoData);
TL_DOWN(messageReactions);
TL_DOWN(reactionCount);
TL_DOWN(messagePeerReaction);
TL_DOWN(chatFull);
TL_DOWN(channelFull);
TL_DOWN(messageActionSetChatTheme);
TL_DOWN(payments_starsStatus);
TL_DOWN(poll);
TL_DOWN(pollAnswer);
TL_DOWN(pollResults);
TL_DOWN(updateMessagePollVote);
TL_DOWN(documentAttributeVideo);
TL_DOWN_RESULT(account_getChatThemes);
TL_DOWN_RESULT(account_verifyEmail);
TL_DOWN_RESULT(auth_logOut);
TL_DOWN_RESULT(bots_getBotInfo);
TL_DOWN_RESULT(channels_deleteHistory);
TL_DOWN_RESULT(channels_inviteToChannel);
TL_DOWN_RESULT(channels_joinChannel);
TL_DOWN_RESULT(help_getAppConfig);
TL_DOWN_RESULT(messages_addChatUser);
TL_DOWN_RESULT(messages_createChat);
TL_DOWN_RESULT(messages_getDialogFilters);
TL_DOWN_RESULT(messages_getMessageReadParticipants);
TL_DOWN_RESULT(messages_getPeerSettings);
TL_DOWN_RESULT(messages_getWebPage);
TL_DOWN_RESULT(messages_getWebPagePreview);
TL_DOWN_RESULT(messages_importChatInvite);
TL_DOWN_RESULT(messages_report);
TL_DOWN_RESULT(stats_getMessagePublicForwards);
TL_DOWN_RESULT(users_getFullUser);

#endif
