/*
 * nothing.c - calls whose true answer is an empty list, because nothing of the kind can exist on this server so far: featured
 * stickers, groups of emoji (each is drawn by a custom emoji), effects, stories, gifts, themes, bots in the attachment menu. Each
 * becomes a handler of its own when its things come.
 */
#include "rpc/call.h"
#include "rpc_methods.h"

#define NOTHING(method, answer)                                                                              \
	int method(struct rpc_call *c, const struct tl_##method *q)                                          \
	{                                                                                                    \
		return rpc_reply(c, &TL_NEW(&c->arena, answer)->o);                                          \
	}

NOTHING(account_getChatThemes, account_themes)
NOTHING(account_getThemes, account_themes)
NOTHING(account_getDefaultEmojiStatuses, account_emojiStatuses)
NOTHING(account_getRecentEmojiStatuses, account_emojiStatuses)
NOTHING(account_getChannelDefaultEmojiStatuses, account_emojiStatuses)
NOTHING(account_getCollectibleEmojiStatuses, account_emojiStatuses)
NOTHING(account_getDefaultProfilePhotoEmojis, emojiList)
NOTHING(account_getDefaultGroupPhotoEmojis, emojiList)
NOTHING(account_getDefaultBackgroundEmojis, emojiList)
NOTHING(account_getChannelRestrictedStatusEmojis, emojiList)
NOTHING(account_getWallPapers, account_wallPapers)
NOTHING(account_getWebAuthorizations, account_webAuthorizations)
NOTHING(account_getSavedRingtones, account_savedRingtones)
NOTHING(account_getSavedMusicIds, account_savedMusicIds)
NOTHING(account_getWebBrowserSettings, account_webBrowserSettings)
NOTHING(account_getContentSettings, account_contentSettings)
NOTHING(account_getConnectedBots, account_connectedBots)
NOTHING(account_getBusinessChatLinks, account_businessChatLinks)
NOTHING(payments_getSavedInfo, payments_savedInfo)
NOTHING(help_getPeerColors, help_peerColors)
NOTHING(help_getPeerProfileColors, help_peerColors)
NOTHING(help_getTimezonesList, help_timezonesList)
NOTHING(help_getDeepLinkInfo, help_deepLinkInfoEmpty)
NOTHING(help_getAppUpdate, help_noAppUpdate)
NOTHING(help_getRecentMeUrls, help_recentMeUrls)
NOTHING(messages_getEmojiKeywordsLanguages, vector)
NOTHING(messages_getAvailableEffects, messages_availableEffects)
NOTHING(messages_getDefaultTagReactions, messages_reactions)
NOTHING(messages_getSavedReactionTags, messages_savedReactionTags)
NOTHING(messages_getFeaturedStickers, messages_featuredStickers)
NOTHING(messages_getFeaturedEmojiStickers, messages_featuredStickers)
NOTHING(messages_getOldFeaturedStickers, messages_featuredStickers)
NOTHING(messages_getEmojiGroups, messages_emojiGroups)
NOTHING(messages_getEmojiStatusGroups, messages_emojiGroups)
NOTHING(messages_getEmojiProfilePhotoGroups, messages_emojiGroups)
NOTHING(messages_getEmojiStickerGroups, messages_emojiGroups)
NOTHING(messages_getAttachMenuBots, attachMenuBots)
NOTHING(messages_getQuickReplies, messages_quickReplies)
NOTHING(messages_getSponsoredMessages, messages_sponsoredMessagesEmpty)

/* Web pages are not fetched: a link stays a link. */
int messages_getWebPagePreview(struct rpc_call *c, const struct tl_messages_getWebPagePreview *q)
{
	struct tl_messages_webPagePreview *p = TL_NEW(&c->arena, messages_webPagePreview);

	p->media = &TL_NEW(&c->arena, messageMediaEmpty)->o;
	return rpc_reply(c, &p->o);
}

int messages_getWebPage(struct rpc_call *c, const struct tl_messages_getWebPage *q)
{
	struct tl_messages_webPage *p = TL_NEW(&c->arena, messages_webPage);
	struct tl_webPageEmpty *none = TL_NEW(&c->arena, webPageEmpty);

	none->url = q->url;
	p->webpage = &none->o;
	return rpc_reply(c, &p->o);
}

int account_resetWebAuthorizations(struct rpc_call *c, const struct tl_account_resetWebAuthorizations *q)
{
	return rpc_reply_bool(c, true);
}

int help_getPremiumPromo(struct rpc_call *c, const struct tl_help_getPremiumPromo *q)
{
	struct tl_help_premiumPromo *p = TL_NEW(&c->arena, help_premiumPromo);

	p->status_text = p->currency = SLICE_LIT("");
	return rpc_reply(c, &p->o);
}

int stories_getAllStories(struct rpc_call *c, const struct tl_stories_getAllStories *q)
{
	struct tl_stories_allStories *s = TL_NEW(&c->arena, stories_allStories);

	s->state = SLICE_LIT("0"); /* an empty one TDLib takes for a mistake */
	s->stealth_mode = &TL_NEW(&c->arena, storiesStealthMode)->o;
	return rpc_reply(c, &s->o);
}

static int no_updates(struct rpc_call *c)
{
	struct tl_updates *u = TL_NEW(&c->arena, updates);

	u->date = (int32_t)c->now;
	return rpc_reply(c, &u->o);
}

int stories_getAllReadPeerStories(struct rpc_call *c, const struct tl_stories_getAllReadPeerStories *q)
{
	return no_updates(c);
}

/* Nobody pays for reactions here, so nobody has chosen how he is named there. */
int messages_getPaidReactionPrivacy(struct rpc_call *c, const struct tl_messages_getPaidReactionPrivacy *q)
{
	return no_updates(c);
}

int payments_getStarsStatus(struct rpc_call *c, const struct tl_payments_getStarsStatus *q)
{
	struct tl_payments_starsStatus *s = TL_NEW(&c->arena, payments_starsStatus);

	s->balance = &TL_NEW(&c->arena, starsAmount)->o;
	return rpc_reply(c, &s->o);
}

static int no_keywords(struct rpc_call *c, struct slice lang, int32_t version)
{
	struct tl_emojiKeywordsDifference *d = TL_NEW(&c->arena, emojiKeywordsDifference);

	d->lang_code = lang;
	d->from_version = d->version = version;
	return rpc_reply(c, &d->o);
}

int messages_getEmojiKeywords(struct rpc_call *c, const struct tl_messages_getEmojiKeywords *q)
{
	return no_keywords(c, q->lang_code, 0);
}

int messages_getEmojiKeywordsDifference(struct rpc_call *c,
                                        const struct tl_messages_getEmojiKeywordsDifference *q)
{
	return no_keywords(c, q->lang_code, q->from_version);
}
