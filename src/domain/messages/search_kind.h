/*
 * search_kind.h - what a MessagesFilter asks for. What no message can be yet (calls ...) is nothing; so is a filter that we do not
 * know. Inside messages/. Thread: any.
 */
#ifndef DOMAIN_MESSAGES_SEARCH_KIND_H
#define DOMAIN_MESSAGES_SEARCH_KIND_H

#include "tl/tl.h"

enum search_kind { SEARCH_ALL, SEARCH_PINNED, SEARCH_LINK, SEARCH_MEDIA, SEARCH_NOTHING };

enum search_kind search_kind_of(const struct tl_obj *filter);
/* Of SEARCH_MEDIA, the kinds that will do: bits 1 << enum store_media_kind. 0 for others. */
uint32_t search_media_of(const struct tl_obj *filter);

#endif
