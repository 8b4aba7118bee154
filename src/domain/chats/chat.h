/*
 * chat.h - the area's door: basic groups. Threads: lanes, with c->db.
 */
#ifndef DOMAIN_CHATS_CHAT_H
#define DOMAIN_CHATS_CHAT_H

#include "domain/users/view.h"
#include "store/chat.h"

/* chat or chatForbidden as v->viewer gets it. */
int chat_view(struct view *v, int64_t id, struct tl_obj **ret);

#endif
