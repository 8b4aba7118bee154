/* private.h - what the files of media/ share. */
#ifndef DOMAIN_MEDIA_PRIVATE_H
#define DOMAIN_MEDIA_PRIVATE_H

#include "blob/blob.h"
#include "domain/media/media.h"
#include "store/file.h"

enum { MEDIA_DC = 2 /* where every file lives, so far */ };

/* get.c: is the caller signed in, and does his key belong here? 401 AUTH_KEY_UNREGISTERED, 303 FILE_MIGRATE_2. */
int media_check_who(struct rpc_call *c);

/* The Photo or Document of a row, in the arena; NULL: none of ours. */
struct tl_obj *media_body(struct arena *a, const struct store_file *f);

/* What a document is, by its attributes. */
struct media_traits {
	bool video, animated, round, voice, audio, sticker, emoji, image;
};
struct media_traits media_traits_of(const struct tl_document *d);
enum store_media_kind media_kind_of_document(const struct tl_document *d);

/*
 * Attributes and mime type as a client sent them, made right: known kinds, once each, numbers in range, texts UTF-8; what is
 * wrong goes, nothing is added. 400 MEDIA_INVALID: more than are looked at.
 */
int media_attributes(struct rpc_call *c, const struct tl_vec *in, struct tl_vec *ret);
struct slice media_mime(struct arena *a, struct slice mime);

/*
 * What the phase without a transaction made of an upload: a Photo or Document without id and date, and its contents, which
 * are in the blob store and wait for their rows. In the call's arena.
 */
struct made_part {
	char type; /* size letter; '\0': the original */
	struct blob_id blob;
	uint64_t size;
	struct slice windows; /* absent: one window at most, whose hash is the blob's name */
};

enum { MADE_PARTS_MAX = 12 };

struct media_made {
	struct tl_photo *photo; /* one of the two; neither: a file of a secret chat, as it came */
	struct tl_document *document;
	int32_t fingerprint; /* of the key that it is encrypted with, by who knows it */
	struct made_part parts[MADE_PARTS_MAX],
		unused[2]; /* unused: contents that only served to make others */
	uint32_t n_parts, n_unused;
};

/* A body as it is stored; absent: it cannot be encoded. In the call's arena. */
struct slice media_encoded(struct rpc_call *c, const struct tl_obj *o);
/* made.c: the write lane's half: rows of the file, its parts and contents. Sets id and date of the object. */
int media_insert(struct rpc_call *c, struct media_made *made, int64_t *ret_file);

/* take.c: 0, or 400 MEDIA_INVALID: this content was taken down. Any lane. */
int media_may_have(struct rpc_call *c, const struct blob_id *content);
/* An InputFile to a content; the error is the protocol's. *ret is put among made->unused by whoever does not keep it. */
int media_upload(struct rpc_call *c, const struct tl_obj *input_file, uint64_t max, struct made_part *ret);
/* Bytes to a content, as one more part. */
int media_put_part(struct rpc_call *c, struct media_made *m, char type, struct slice bytes);

#endif
