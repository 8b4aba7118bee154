/* search_kind.c - see search_kind.h. */
#include "domain/messages/search_kind.h"

#include "store/media.h"

#define BIT(k) (1u << STORE_MEDIA_##k)

static const struct {
	uint16_t filter;
	uint32_t kinds;
} media_filters[] = {
	{TL_inputMessagesFilterPhotos, BIT(PHOTO)},
	{TL_inputMessagesFilterVideo, BIT(VIDEO)},
	{TL_inputMessagesFilterPhotoVideo, BIT(PHOTO) | BIT(VIDEO)},
	{TL_inputMessagesFilterDocument, BIT(DOCUMENT)},
	{TL_inputMessagesFilterGif, BIT(GIF)},
	{TL_inputMessagesFilterVoice, BIT(VOICE)},
	{TL_inputMessagesFilterMusic, BIT(MUSIC)},
	{TL_inputMessagesFilterRoundVideo, BIT(ROUND)},
	{TL_inputMessagesFilterRoundVoice, BIT(ROUND) | BIT(VOICE)},
	{TL_inputMessagesFilterGeo, BIT(GEO)},
	{TL_inputMessagesFilterContacts, BIT(CONTACT)},
	{TL_inputMessagesFilterPoll, BIT(POLL)},
	{TL_inputMessagesFilterChatPhotos, BIT(CHAT_PHOTO)},
};

uint32_t search_media_of(const struct tl_obj *filter)
{
	for (size_t i = 0; i < sizeof(media_filters) / sizeof(media_filters[0]); i++)
		if (filter->name == media_filters[i].filter)
			return media_filters[i].kinds;
	return 0;
}

enum search_kind search_kind_of(const struct tl_obj *filter)
{
	if (TL_IS(inputMessagesFilterEmpty, filter))
		return SEARCH_ALL;
	if (TL_IS(inputMessagesFilterPinned, filter))
		return SEARCH_PINNED;
	if (TL_IS(inputMessagesFilterUrl, filter))
		return SEARCH_LINK;
	return search_media_of(filter) ? SEARCH_MEDIA : SEARCH_NOTHING;
}
