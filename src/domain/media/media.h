/*
 * media.h - the door of the area: photos and documents, made from what clients upload, and as a viewer gets them.
 *
 * Inside the server a photo or document in stored content (message bodies, profile photos, sticker sets) is its body with
 * id, date, mime, attributes, sizes; access_hash 0, file_reference empty, dc_id 0: those are the viewer's and are laid over
 * it by media_view(). Where a file's body may change later (a sticker's set), the newest body of store/file.h counts.
 */
#ifndef DOMAIN_MEDIA_MEDIA_H
#define DOMAIN_MEDIA_MEDIA_H

#include "blob/blob.h"
#include "domain/users/peer.h"
#include "domain/users/view.h"
#include "rpc/call.h"
#include "store/media.h"
#include "worker/worker.h"

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
 * input: InputMedia (any); what needs no work gives *ret = NULL and 0. Errors by rpc_fail: 400 FILE_PART_*, FILE_PARTS_INVALID,
 * MD5_CHECKSUM_INVALID, PHOTO_INVALID_DIMENSIONS, IMAGE_PROCESS_FAILED, PHOTO_SAVE_FILE_INVALID, MEDIA_INVALID.
 */
struct media_made;
int media_prepare(struct rpc_call *c, const struct tl_obj *input, struct media_made **ret);

/* Write lane: the InputMedia as MessageMedia for a message's content, with what message_deliver() must know of it. */
struct media_ready {
	struct tl_obj
		*media; /* MessageMedia; NULL: a web page that nobody fetches, the message is text alone */
	enum store_media_kind kind; /* 0: nothing to note */
	int64_t file;               /* 0: none; of a poll: the poll */
	int32_t ttl;                /* seconds, INT32_MAX once; 0: stays */
	bool unread;                /* voice and round video: media_unread until listened to */
};
/*
 * Rows of what was made (files, contents), or the known file that inputMediaPhoto and inputMediaDocument name (access hash and
 * reference checked). item: which of an album's, for FILE_REFERENCE_<item>_EXPIRED; -1: alone. 400 MEDIA_INVALID, MEDIA_EMPTY,
 * WEBPAGE_NOT_FOUND, TTL_MEDIA_INVALID, EMOTICON_INVALID, FILE_REFERENCE_*.
 */
int media_commit(struct rpc_call *c, const struct tl_obj *input, struct media_made *made, int item,
                 struct media_ready *ret);
/*
 * Write lane: a live location (`old`, born at `born`) as inputMediaGeoLive moves or stops it. 400 MEDIA_PREV_INVALID: it is none,
 * MESSAGE_EDIT_TIME_EXPIRED: its time is over.
 */
int media_move_live(struct rpc_call *c, const struct tl_inputMediaGeoLive *in, const struct tl_obj *old,
                    unixtime_t born, struct tl_obj **ret);
/* The same of media that a stored message carries (forwards). */
void media_ready_of(struct tl_obj *media, struct media_ready *ret);

/* What a MessageMedia is: its kind and file (0: none); kind 0: nothing to note. */
enum store_media_kind media_kind(const struct tl_obj *media, int64_t *ret_file);
/* What is left of a photo or document that destroyed itself, or NULL: this is none. */
struct tl_obj *media_expired(struct arena *a, const struct tl_obj *media);

/*
 * Photo of what was uploaded for profiles and chats (sizes a, b, c), in two phases as above: a picture, a video that becomes size u
 * of it, or both; without a picture, the video's at `start` seconds; and an emoji or a sticker on colours. 400 PHOTO_FILE_MISSING, VIDEO_FILE_INVALID, EMOJI_MARKUP_INVALID
 * and those of photos. The file has no reference yet.
 */
struct media_profile {
	const struct tl_obj *file, *video; /* InputFile or NULL */
	bool has_start;
	double start;
	const struct tl_obj *markup; /* VideoSize that clients draw (markup.c), or NULL */
};
int media_prepare_profile(struct rpc_call *c, const struct media_profile *in, struct media_made **ret);
int media_commit_profile(struct rpc_call *c, struct media_made *made, struct tl_obj **ret_photo,
                         int64_t *ret_file);
/* What the object of its owner says of such a photo (stored or a viewer's). */
struct slice media_profile_thumb(const struct tl_obj *photo); /* the stripped one; absent: none */
bool media_profile_moves(const struct tl_obj *photo);

/*
 * InputDocument / InputPhoto to a file id, access hash and reference checked: 400 MEDIA_INVALID, FILE_REFERENCE_*; item as
 * above. Any lane.
 */
int media_resolve_document(struct rpc_call *c, const struct tl_obj *input_document, int item,
                           int64_t *ret_file);
int media_resolve_photo(struct rpc_call *c, const struct tl_obj *input_photo, int item, int64_t *ret_file);
/* A Document or Photo as c->user_id gets it from there. -ERR_NOTFOUND. Any lane with c->db. */
int media_file_view(struct rpc_call *c, int64_t file, const struct media_origin *from, struct tl_obj **ret);

/*
 * Documents of sticker sets. The first phase looks whether the document that is named can be shown as a sticker (`small`: of
 * 100 x 100, for emoji and pictures of sets): 400 STICKER_FILE_INVALID, MEDIA_INVALID, FILE_REFERENCE_*; the second makes a
 * document of its own with the same content.
 */
struct media_sticker {
	int64_t set; /* 0: of none any more */
	bool emoji, text_color, mask;
	struct slice alt;
	struct tl_obj *coords; /* MaskCoords or NULL */
};
int media_prepare_sticker(struct rpc_call *c, const struct tl_obj *input_document, bool small,
                          struct media_made **ret, enum worker_sticker_kind *ret_kind);
/* s: NULL for the picture of a set. The file has no reference yet. */
int media_commit_sticker(struct rpc_call *c, struct media_made *made, const struct tl_obj *input_document,
                         const struct media_sticker *s, int64_t *ret_file);
/* Write lane: it says this of itself from now on. -ERR_NOTFOUND. */
int media_describe_sticker(struct rpc_call *c, int64_t file, const struct media_sticker *s);
/* A document as it is stored, without what is a viewer's. -ERR_NOTFOUND: none of this id. Any lane. */
int media_document_body(struct rpc_call *c, int64_t file, struct tl_document **ret);
/* A photo likewise. -ERR_NOTFOUND. Any lane. */
int media_photo_body(struct rpc_call *c, int64_t file, struct tl_obj **ret);

/*
 * Documents that come with the program, small ones (BLOB_WINDOW at most), of nobody: bytes to a content, on a thread that may block;
 * then on the write lane the document, of 512 x 512, a sticker for `alt` in no set. The same content is the same document.
 */
struct media_shipped {
	struct blob_id blob;
	const char *mime; /* static */
	uint32_t size;
};
int media_ship(struct app *app, struct slice bytes, const char *mime, struct media_shipped *ret);
int media_commit_shipped(struct rpc_call *c, const struct media_shipped *s, struct slice alt,
                         int64_t *ret_file);

/*
 * Files of secret chats, InputEncryptedFile, in two phases as above: kept as they come, never looked at. What names a known one needs
 * no work. 400 MEDIA_INVALID: a file that is not the caller's to give; FILE_EMTPY: none; those of uploads. No reference yet.
 */
int media_prepare_secret(struct rpc_call *c, const struct tl_obj *input, struct media_made **ret);
int media_commit_secret(struct rpc_call *c, const struct tl_obj *input, struct media_made *made,
                        int64_t *ret_file);
/* EncryptedFile as that user gets it; encryptedFileEmpty for 0 and what is gone. Any lane. */
int media_secret_view(struct rpc_call *c, int64_t viewer, int64_t file, struct tl_obj **ret);

/* Bytes that the answer to this query may have, if it gives a range of a file; else 0. Decodes nothing. Thread: any. */
uint32_t media_answer_size(struct slice query);

/* Write lane: references to a file that viewers hold are void; clients ask for the message again. -ERR_NOTFOUND. */
int media_void_references(struct rpc_call *c, int64_t file);
/*
 * Write lane, a take-down: every file that has this content, in whatever size, is had by nobody any more. Messages keep it, references to
 * it are void, getFile answers 400 LOCATION_INVALID (api.md 6.5), and the bytes go as those that nobody needs. Whoever uploads it
 * from now on hears 400 MEDIA_INVALID. *ret_files: how many had it, maybe none.
 */
int media_take_down(struct rpc_call *c, const struct blob_id *content, int64_t *ret_files);
/* Write lane: it may be uploaded again; what was taken down does not come back by it. -ERR_NOTFOUND: it was not refused. */
int media_allow(struct rpc_call *c, const struct blob_id *content);

/* The emoji that inputMediaDice throws. */
size_t media_dice_count(void);
const char *media_dice_emoji(size_t i);

/* Jobs: files that nobody refers to are forgotten. */
struct store_job;
struct jobs_next;
int media_forget_job(struct rpc_call *c, const struct store_job *j, struct jobs_next *next);

#endif
