/* kind.c - what a message carries, as shared media and filters of search tell it apart. */
#include "domain/media/media.h"
#include "domain/media/private.h"
#include "domain/polls/poll.h"

struct media_traits media_traits_of(const struct tl_document *d)
{
	struct media_traits t = {0};

	for (uint32_t i = 0; i < d->attributes.n; i++) {
		const struct tl_obj *a = d->attributes.v[i];

		switch (a->name) {
		case TL_documentAttributeVideo:
			t.video = true;
			t.round = TL_AS(documentAttributeVideo, a)->round_message;
			break;
		case TL_documentAttributeAudio:
			t.audio = true;
			t.voice = TL_AS(documentAttributeAudio, a)->voice;
			break;
		case TL_documentAttributeAnimated:
			t.animated = true;
			break;
		case TL_documentAttributeSticker:
			t.sticker = true;
			break;
		case TL_documentAttributeCustomEmoji:
			t.emoji = true;
			break;
		case TL_documentAttributeImageSize:
			t.image = true;
			break;
		default:
			break;
		}
	}
	return t;
}

enum store_media_kind media_kind_of_document(const struct tl_document *d)
{
	struct media_traits t = media_traits_of(d);

	if (t.sticker)
		return STORE_MEDIA_STICKER;
	if (t.emoji)
		return STORE_MEDIA_OTHER;
	if (t.round)
		return STORE_MEDIA_ROUND;
	if (t.animated)
		return STORE_MEDIA_GIF;
	if (t.video)
		return STORE_MEDIA_VIDEO;
	if (t.voice)
		return STORE_MEDIA_VOICE;
	return t.audio ? STORE_MEDIA_MUSIC : STORE_MEDIA_DOCUMENT;
}

enum store_media_kind media_kind(const struct tl_obj *media, int64_t *ret_file)
{
	const struct tl_messageMediaPhoto *p = TL_AS(messageMediaPhoto, media);
	const struct tl_messageMediaDocument *m = TL_AS(messageMediaDocument, media);
	const struct tl_photo *photo = p ? TL_AS(photo, p->photo) : NULL;
	const struct tl_document *d = m ? TL_AS(document, m->document) : NULL;

	*ret_file = photo ? photo->id : d ? d->id : 0;
	if (photo) /* what destroys itself is in nobody's collection */
		return p->has_ttl_seconds ? STORE_MEDIA_OTHER : STORE_MEDIA_PHOTO;
	if (d)
		return m->has_ttl_seconds ? STORE_MEDIA_OTHER : media_kind_of_document(d);
	if (!media)
		return 0;
	switch (media->name) {
	case TL_messageMediaGeo:
	case TL_messageMediaGeoLive:
	case TL_messageMediaVenue:
		return STORE_MEDIA_GEO;
	case TL_messageMediaContact:
		return STORE_MEDIA_CONTACT;
	case TL_messageMediaPoll:
		*ret_file = poll_of(media);
		return STORE_MEDIA_POLL;
	default:
		return 0;
	}
}
