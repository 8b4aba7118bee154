/*
 * media.h - the door of the area: photos and documents, made from what clients upload, and as a viewer gets them.
 *
 * Inside the server a photo or document in stored content (message bodies, profile photos, sticker sets) is its body with
 * id, date, mime, attributes, sizes; access_hash 0, file_reference empty, dc_id 0: those are the viewer's and are laid over
 * it by media_view(). Where a file's body may change later (a sticker's set), the newest body of store/file.h counts.
 */
#ifndef DOMAIN_MEDIA_MEDIA_H
#define DOMAIN_MEDIA_MEDIA_H

#include "domain/users/peer.h"
#include "domain/users/view.h"
#include "rpc/call.h"
#include "store/media.h"

/*
 * Where a viewer saw a file: what its file_reference is bound to. kind and the numbers behind it tell a client's place to
 * ask again (a message of a peer, a profile, a sticker set ...).
 */
enum media_origin_kind {
	MEDIA_FROM_MESSAGE = 1,
	MEDIA_FROM_PROFILE = 2,
	MEDIA_FROM_STICKERS = 3,
	MEDIA_FROM_LIST = 4,
	MEDIA_FROM_UPLOAD = 5
};
struct media_origin {
	enum media_origin_kind kind;
	int64_t peer; /* the chat, user or set */
	int32_t id;   /* the message */
};

/* Laid over photos and documents inside `media` (a MessageMedia, Photo or Document of stored content), in place. */
int media_view(struct view *v, const struct media_origin *from, struct tl_obj *media);

/*
 * The phase without a transaction, on a blob thread, for calls with an InputMedia: uploads are finished, images and videos
 * looked at, contents put into the blob store; nothing is written to the database. What it made waits in *ret.
 * input: InputMedia (any); what needs no work gives *ret = NULL and 0. Errors by rpc_fail.
 */
struct media_made;
int media_prepare(struct rpc_call *c, const struct tl_obj *input, struct media_made **ret);

/*
 * Write lane: the InputMedia as MessageMedia for a message's content: rows of what was made (files, contents), or the known
 * file that inputMediaPhoto and inputMediaDocument name (access hash and reference checked). *ret_kind and *ret_file are for
 * store_media_insert(); *ret_ttl: seconds of a view-once or self-destructing one, 0: none.
 */
struct media_ready {
	struct tl_obj *media; /* MessageMedia */
	enum store_media_kind kind;
	int64_t file;
	int32_t ttl;
	bool unread; /* voice and round video: media_unread until listened to */
};
int media_commit(struct rpc_call *c, const struct tl_obj *input, struct media_made *made,
                 struct media_ready *ret);

/* What a stored message's content carries: its kind and file (0: none); 0 if it has no media and no address. */
enum store_media_kind media_kind(const struct tl_message *content, int64_t *ret_file);

/* Photo of an uploaded file for profiles and chats (sizes a, b, c), in two phases as above. */
int media_prepare_profile(struct rpc_call *c, const struct tl_obj *input_file, struct media_made **ret);
int media_commit_profile(struct rpc_call *c, struct media_made *made, struct tl_obj **ret_photo,
                         int64_t *ret_file);

/* InputDocument / InputPhoto to a file id, access hash and reference checked: 400 MEDIA_INVALID, FILE_REFERENCE_*. Any lane. */
int media_resolve_document(struct rpc_call *c, const struct tl_obj *input_document, int64_t *ret_file);
int media_resolve_photo(struct rpc_call *c, const struct tl_obj *input_photo, int64_t *ret_file);
/* A Document or Photo as c->user_id gets it from there. -ERR_NOTFOUND. Any lane with c->db. */
int media_file_view(struct rpc_call *c, int64_t file, const struct media_origin *from, struct tl_obj **ret);

#endif
