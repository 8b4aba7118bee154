/* twin.h - the same message in the other side's box, by origin and never by local id. For messages/ and chats/. */
#ifndef DOMAIN_MESSAGES_TWIN_H
#define DOMAIN_MESSAGES_TWIN_H

#include "domain/media/media.h"
#include "rpc/call.h"
#include "store/msg.h"

/* 0, or -ERR_NOTFOUND: a message to oneself, a notice for one side, or one that the other has deleted. */
int message_twin(struct rpc_call *c, const struct store_msg *mine, struct store_msg *ret);
/* The body of a row, in the arena: content without what is the row's own. Absent: it cannot be encoded. */
struct slice message_body(struct rpc_call *c, struct tl_obj *content);
/* int32 ids as an event's payload; `flag` >= 0 goes in front (UPD_PIN). */
struct slice ids_payload(struct arena *a, int flag, const int32_t *ids, uint32_t n);

/* The row of shared media of a message that carries this (NULL or kind 0: nothing); the message's row has STORE_MSG_MEDIA. */
int message_note_media(struct rpc_call *c, const struct store_msg *row, const struct media_ready *media);
/*
 * Another content for a message, in its row and among shared media; edit_date as it is to be. media: what it carries now, NULL
 * if that stays.
 */
int message_rewrite(struct rpc_call *c, const struct store_msg *row, struct slice body, unixtime_t edit_date,
                    const struct media_ready *media);

struct message_draft;
struct upd_event;
/* The body of a draft with all that the draft says of it. Absent: it cannot be encoded. */
struct slice message_draft_body(struct rpc_call *c, const struct message_draft *m);
/* The sender's own row of it, with its event, under m->peer. ret_id: the message's id there. */
int message_to_sender(struct rpc_call *c, const struct message_draft *m, struct slice body, int32_t *ret_id);
/*
 * A row comes into its box, with its event `ev` (which gives it its id), on top of its dialog. Of m: grouped_id, media and ttl.
 * row->origin_owner 0: it is its own origin.
 */
int message_into_box(struct rpc_call *c, const struct message_draft *m, struct store_msg *row,
                     struct upd_event *ev, bool unread);
/* As message_rewrite(), with its event and what searches know of it. body absent, of a shared one: the version of that date. */
int message_edit_row(struct rpc_call *c, const struct store_msg *row, struct slice body, unixtime_t edit_date,
                     const struct media_ready *media, int64_t except_key);
struct peer;
/*
 * Write lane: another content for a message, on both sides of a private chat, in a channel, or in a group as c->user_id's. peer: where it
 * is, chat and channel with it. 400 MESSAGE_NOT_MODIFIED.
 */
int message_edit(struct rpc_call *c, const struct peer *peer, struct store_msg *row, struct tl_message *m,
                 const struct media_ready *changed, int64_t except_key);
/* 1: changed, with its event (ret_pts); 0: was so already. */
int message_set_pinned(struct rpc_call *c, const struct store_msg *row, bool pinned, int64_t except_key,
                       int32_t *ret_pts);

/* Rows of one box, about to go: deletes them, mends their dialogs, logs one event with all ids. ret_pts: after it. */
int messages_remove(struct rpc_call *c, int64_t owner, const struct store_msg *rows, uint32_t n,
                    int64_t except_key, int32_t *ret_pts);

#endif
